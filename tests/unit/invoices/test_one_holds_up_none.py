"""INV-1: accounts that share a message, and parts of one invoice that are given back at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from guichet.catalogue.catalogue import Frequency
from guichet.entry.invoicing import invoices_message, plan, scheduled_run, work
from guichet.errors import ConcurrentUpdateError
from guichet.invoices.ports import Aggregate, InvoiceRecords, Step
from guichet.ledger.journal import Cause, Change
from tests.support.autopaying import Autopaying
from tests.support.billing import Billing
from tests.support.invoicing import Invoiced
from tests.support.quiet_world import QuietWorld

type Body = dict[str, str]


class Refusing:
    """Records that refuse every write in which an account has a document."""

    def __init__(self, records: InvoiceRecords, account_id: str, error: Exception) -> None:
        self._records = records
        self._account_id = account_id
        self._error = error

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever it has
        return getattr(self._records, name)

    def save(
        self, cause: Cause, changes: Sequence[Change[Aggregate]], steps: Sequence[Step] = ()
    ) -> None:
        if any(getattr(each.after, "account_id", "") == self._account_id for each in changes):
            raise self._error
        self._records.save(cause, changes, steps)


@pytest.mark.parametrize("error", [ConcurrentUpdateError("each time"), RuntimeError("refused")])
def test_whose_write_always_fails_holds_up_nobody_else_of_its_message_inv_1(
    error: Exception,
) -> None:
    here = Invoiced()
    accounts = [here.account() for _ in range(4)]
    for each in accounts:
        here.bill(each, here.usd(1_000))
    body = invoices_message("us", [here.candidate(each) for each in accounts])
    parts = here.world.parts
    invoicing = parts.billing.invoicing
    refusing: Any = Refusing(invoicing.records, accounts[1], error)
    parts.billing.__dict__["invoicing"] = replace(invoicing, records=refusing)

    with pytest.raises(ExceptionGroup) as failed:
        work(body, parts)

    assert len(failed.value.exceptions) == 1, "its own; the message comes again"
    assert [len(here.invoices(each)) for each in accounts] == [1, 0, 1, 1]
    assert here.places() == [1, 2, 3]


def test_orders_that_give_back_parts_of_one_invoice_in_one_message_have_a_write_each_inv_11() -> (
    None
):
    billing = Billing(QuietWorld())
    world = billing.world
    billing.buy(
        billing.webinar("pro", 4, frequency=Frequency.ANNUAL),
        billing.webinar("pro", 3, frequency=Frequency.ANNUAL),
    )
    world.clock.advance(days=5)
    world.settle_down()
    records = billing.parts().records
    for each in records.subscriptions_of(billing.account_id, limit=9, after=None).items:
        smaller = billing.wish(
            "change",
            subscription_id=each.subscription_id,
            plan_id="starter",
            seats=1,
            frequency=Frequency.MONTHLY,
        )
        billing.place(billing.preview(smaller), method=None)
    world.relay()
    world.invoice_queue.clear()  # the stream's messages come later than the scheduled one
    bodies: list[Body] = []
    run_id = scheduled_run(world.clock.now())
    plan(run_id, world.parts, lambda some: bodies.extend(map(dict, some)), lambda: True)

    made = [work(each, world.parts) for each in bodies]

    assert len(bodies) == 1
    assert [len(each.documents) for each in made] == [4], "an invoice and a credit note each"


def test_an_order_of_a_parked_account_begins_no_run_until_it_is_released_inv_1() -> None:
    account = Autopaying()
    world, billing = account.world, account.billing
    profiles = world.parts.profiles
    known = profiles.account(billing.account_id)
    assert known is not None
    before = profiles.profile(known)
    unprintable = replace(before, company="株式会社", version=before.version + 1)
    profiles.save_profile(world.cause("company"), before, unprintable)
    billing.buy(billing.webinar("starter", seats=3))
    records = billing.parts().invoices
    assert billing.balance().parked == "text_not_printable"
    kept = len(records.runs(limit=50, after=None).items)

    for _ in range(4):
        world.clock.advance(minutes=15)
        world.settle_down()

    assert len(records.nominated(world.clock.now(), limit=50, after=None).items) == 1
    assert len(records.runs(limit=50, after=None).items) == kept
