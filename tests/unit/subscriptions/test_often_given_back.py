"""SUB-6, INV-11: what is kept of what went back stays short; changes are refused long before it is not."""

from __future__ import annotations

from datetime import date

from guichet.adapters.dynamo.given_back import given_back, keeping
from guichet.ledger.billable import LineKind
from guichet.subscriptions.creditable import Charge, GivenBack, GivenPart, KeepGivenBack
from tests.support.billing import Billing
from tests.support.correcting import credited, invoice, invoices_of, work
from tests.support.memory_items import item_size_bytes
from tests.support.unchanged import nothing_written
from tests.support.verified import assert_verified
from tests.support.world import refusal_of

LARGEST = 400 * 1024  # an item of DynamoDB


def _never_changed(plan: str = "starter") -> tuple[Billing, str]:
    billing = Billing(flat_tax=True)
    billing.until(date(2027, 1, 1))
    billing.buy(billing.webinar(plan, 2))
    work(billing.world)
    return billing, billing.only().subscription_id


def _change(billing: Billing, name: str, plan: str) -> None:
    billing.buy(billing.wish("change", subscription_id=name, plan_id=plan))
    work(billing.world)


def _kept(billing: Billing) -> GivenBack:
    return given_back(billing.world.dynamo, billing.account_id, invoices_of(billing)[0].invoice_id)


def test_orders_that_have_their_invoices_are_not_kept_for_ever_sub_6() -> None:
    billing, name = _never_changed("pro")
    _change(billing, name, "starter")
    for place in range(30):
        _change(billing, name, ("plus", "starter")[place % 2])

    kept = _kept(billing)

    assert len(kept.parts) == 31
    assert len(kept.orders) <= 21
    assert_verified(billing.world.dynamo, billing.world.clock.now())


def _with_parts(billing: Billing, count: int) -> int:
    """As if so many changes had been made: what is kept of them is so many bytes."""
    kept = _kept(billing)
    charge = Charge(billing.only().subscription_id, LineKind.PLAN, "", date(2027, 1, 31))
    more = [
        GivenPart(f"inv_20270101_ezkv3qwkqd2pt9z{place:05d}", charge, 12_000)
        for place in range(count - len(kept.parts))
    ]
    billing.world.dynamo.transact_write([keeping(KeepGivenBack(kept, kept.written(more)))])
    (item,) = [e for e in billing.world.state() if str(e["sk"]).startswith("GIVENBACK#")]
    return item_size_bytes(item)


def test_a_change_is_refused_while_notes_can_still_be_written_sub_6() -> None:
    billing, name = _never_changed()
    size = _with_parts(billing, 1_000)
    wish = billing.wish("change", subscription_id=name, plan_id="pro")

    with nothing_written(billing.world.dynamo):
        refused = refusal_of(lambda: billing.preview(wish))
    (before,) = invoices_of(billing)
    note = credited(billing, before.invoice_id).value.note

    assert (refused.code, refused.rule) == ("changed_too_often", "SUB-6")
    assert size < LARGEST / 2
    assert invoice(billing, before.invoice_id).noted_minor >= note.total_minor > 0


def test_an_order_that_waits_is_carried_out_all_the_same_sub_6() -> None:
    billing, name = _never_changed()
    placed = billing.place(
        billing.preview(billing.wish("change", subscription_id=name, plan_id="pro"))
    ).value
    _with_parts(billing, 1_000)

    billing.pay(placed)
    work(billing.world)

    assert billing.only().terms.plan_id == "pro"
    assert len(_kept(billing).parts) == 1_001
