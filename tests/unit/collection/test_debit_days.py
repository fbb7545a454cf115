"""COL-10, INV-10, BAD-14: no debit comes before the day that its customer was told, by any method."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest

from guichet.access.addresses import Address
from guichet.collection.stored import StoredMethod
from guichet.collection.use_cases.collect_invoice import collect_invoice
from guichet.entry.invoicing import due_run, plan, work
from guichet.invoices.invoice import Invoice, InvoiceStatus
from guichet.payments.invoice_payment import ChargeStatus
from tests.simulation.turns import TurningDynamo, Turns, explore
from tests.support.autopaying import BEGIN, RENEWAL, Autopaying
from tests.support.billing import Billing
from tests.support.unchanged import nothing_written
from tests.support.verified import assert_verified
from tests.support.world import SYSTEM, TestClock, World

PARIS = Address(line1="12 rue de la Paix", city="Paris", country="FR", postal_code="75002")


def in_france() -> Autopaying:
    """An account that Ireland bills, with a card and a bank account under SEPA."""
    world = World(clock=TestClock(BEGIN), stores_methods_at_providers=True)
    account = Autopaying(Billing(world, flat_tax=True))
    account.billing.move_to(PARIS, time_zone="Europe/Paris")
    account.billing.buy(account.billing.webinar("starter", seats=3))
    return account


@pytest.fixture
def account() -> Iterator[Autopaying]:
    made = in_france()
    yield made
    assert_verified(made.world.dynamo, made.world.clock.now())


def card(account: Autopaying) -> StoredMethod:
    return account.store("visa")


def bank(account: Autopaying) -> StoredMethod:
    setup = account.methods.start("bank_debit", accepts="sepa-1")
    assert setup.session_id is not None
    account.world.stripe.agree(setup.session_id, "bank")
    method_id = account.methods.come_back(setup).method_id
    assert method_id is not None
    return account.methods.method(method_id)


def invoiced(account: Autopaying) -> Invoice:
    """The renewal's invoice is there, and nobody has collected it yet."""
    account.methods.autopay(on=True, entity="ie")
    world = account.world
    account.billing.until(RENEWAL - timedelta(days=1))
    world.clock.at = datetime(2026, 3, 31, 9, tzinfo=UTC)
    world.relay()
    world.upkeep()
    world.relay()
    plan(due_run(world.parts), world.parts, world.invoice_queue.extend, lambda: True)
    while world.invoice_queue:
        work(world.invoice_queue.popleft(), world.parts)
    return account.renewed()


def mails(account: Autopaying, invoice: Invoice) -> list[str]:
    taken = account.world.mailer.taken
    return [
        each.mail.text
        for each in taken
        if each.message_key.endswith(":billing_invoice") and invoice.number in each.mail.subject
    ]


def test_a_card_chosen_after_the_invoice_is_charged_no_earlier_than_printed_col_10(
    account: Autopaying,
) -> None:
    bank(account)
    other = card(account)
    invoice = invoiced(account)
    account.methods.make_default(other.method_id)
    content = account.billing.parts().invoices.content(invoice)

    account.world.settle_down()
    account.pass_time(days=1, hours=23, minutes=59)
    before = account.renewed()
    account.pass_time(minutes=2)
    after = account.renewed()

    assert content is not None
    assert content.document.collected_from == date(2026, 4, 2)
    assert before.payment_count == 0
    assert (after.status, account.payment(after).method_id) == (
        InvoiceStatus.PAID,
        other.method_id,
    )
    assert ["le 2 avril 2026 ou après" in each for each in mails(account, invoice)] == [True]


def test_a_bank_account_chosen_after_the_invoice_is_announced_anew_col_10(
    account: Autopaying,
) -> None:
    card(account)
    other = bank(account)
    invoice = invoiced(account)
    account.methods.make_default(other.method_id)
    account.world.clock.advance(hours=20)  # whoever collects is late

    account.world.settle_down()
    told = account.renewed()
    account.pass_time(days=1, hours=23, minutes=59)
    before = account.renewed()
    account.pass_time(minutes=2)
    after = account.renewed()

    assert invoice.debited_from is None
    assert told.debited_from == datetime(2026, 4, 3, 5, tzinfo=UTC)
    assert before.payment_count == 0
    assert account.payment(after).method_id == other.method_id
    assert account.payment(after).status is ChargeStatus.PROCESSING
    first, anew = mails(account, invoice)
    assert "le 3 avril 2026 ou après" in anew
    assert first


def test_another_default_and_back_is_charged_at_once_as_printed_inv_10(
    account: Autopaying,
) -> None:
    first = card(account)
    other = bank(account)
    invoice = invoiced(account)
    account.methods.make_default(other.method_id)
    account.methods.make_default(first.method_id)

    account.world.settle_down()

    assert account.renewed().status is InvoiceStatus.PAID
    assert account.payment(account.renewed()).method_id == first.method_id
    assert len(mails(account, invoice)) == 1


def test_a_card_in_place_of_an_announced_bank_account_keeps_its_day_col_10(
    account: Autopaying,
) -> None:
    first = card(account)
    other = bank(account)
    invoice = invoiced(account)
    account.methods.make_default(other.method_id)
    account.world.settle_down()
    account.methods.make_default(first.method_id)

    account.pass_time(days=1)
    before = account.renewed()
    account.pass_time(days=1, minutes=1)

    assert before.payment_count == 0
    assert account.renewed().status is InvoiceStatus.PAID
    assert len(mails(account, invoice)) == 2


def test_a_message_that_comes_before_the_day_writes_nothing_col_10(account: Autopaying) -> None:
    bank(account)
    invoice = invoiced(account)

    with nothing_written(account.world.dynamo):
        _collect(account, invoice)

    assert invoice.collect_at == invoice.debited_from == datetime(2026, 4, 2, 9, tzinfo=UTC)


def _collect(account: Autopaying, invoice: Invoice, dynamo: TurningDynamo | None = None) -> None:
    world = account.world
    held = world.parts if dynamo is None else world.container(dynamo=dynamo)
    charging = held.billing.charging
    collect_invoice(invoice.account_id, invoice.invoice_id, SYSTEM, charging=charging)


def test_two_who_announce_it_at_once_announce_one_day_col_10_bad_12() -> None:
    meetings: list[tuple[Autopaying, Invoice]] = []

    def start() -> Turns:
        account, turns = in_france(), Turns()
        card(account)
        other = bank(account)
        invoice = invoiced(account)
        account.methods.make_default(other.method_id)
        dynamo = TurningDynamo(account.world.dynamo, turns)
        for name in ("one", "other"):
            turns.actor(name, partial(_collect, account, invoice, dynamo))
        meetings.append((account, invoice))
        return turns

    for _ in explore(start, preemptions=1):
        account, invoice = meetings[-1]
        account.world.settle_down()
        assert account.renewed().payment_count == 0
        assert len(mails(account, invoice)) == 2
        assert_verified(account.world.dynamo, account.world.clock.now())

    assert len(meetings) > 3
