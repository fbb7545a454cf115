"""TAX-3, INV-1: VAT goes back once its number was confirmed, though every message of it is lost."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial

import pytest

from guichet.bootstrap import Container
from guichet.entry.invoicing import vat_messages
from guichet.invoices.invoice import Invoice
from guichet.tax.vat_check import VatRecord
from guichet.taxpayer.use_cases.end_correction import end_correction
from tests.simulation.kills import Calls, Killed, KillingDynamo, kill_points
from tests.simulation.turns import TurningDynamo, Turns, explore
from tests.support.billing import Billing
from tests.support.bills_drafted import PARIS
from tests.support.confirming import NUMBER, VAT, Unconfirmed
from tests.support.correcting import invoices_of
from tests.support.unchanged import nothing_written
from tests.support.verified import assert_verified
from tests.support.world import World


def purge(world: World) -> None:
    """What the stream brought to the queue of invoices is gone."""
    world.relay()
    world.invoice_queue.clear()


def ten_minutes_later(ann: Unconfirmed) -> None:
    ann.world.clock.advance(minutes=10)


def record(ann: Unconfirmed) -> VatRecord:
    found = ann.world.parts.billing.taxpayers.vat_record(ann.account, NUMBER)
    assert found is not None
    return found


def assert_corrected_once(ann: Unconfirmed, invoice: Invoice) -> None:
    assert [(each.refers_to, each.tax_minor) for each in ann.notes()] == [
        (invoice.invoice_id, invoice.tax_minor)
    ]
    assert record(ann).confirmed_at is None
    assert_verified(ann.world.dynamo, ann.world.clock.now())


def test_upkeep_corrects_what_no_message_did_tax_3() -> None:
    ann = Unconfirmed()
    invoice = ann.invoiced(10_000)
    ann.told()
    purge(ann.world)

    ann.world.clock.advance(minutes=9)
    ann.world.upkeep()
    early = ann.notes()
    ann.world.clock.advance(minutes=1)
    ann.world.upkeep()

    assert early == [], "the message has its ten minutes"
    ann.world.settle_down()  # its mail
    assert_corrected_once(ann, invoice)
    with nothing_written(ann.world.dynamo):
        ann.world.clock.advance(minutes=30)
        ann.world.upkeep()


def test_one_series_message_is_lost_and_upkeep_does_the_rest_tax_3() -> None:
    ann = Unconfirmed()
    invoice = ann.invoiced(10_000)
    ann.told()
    ann.world.relay()
    (confirmed,) = [each for each in ann.world.invoice_queue if each["do"] == "vat"]
    ann.world.invoice_queue.clear()
    for each in vat_messages(confirmed, ann.world.parts):
        if each["entity"] != "ie":
            ann.world.correct_vat(each, ann.world.parts)

    ten_minutes_later(ann)
    ann.world.upkeep()

    assert_corrected_once(ann, invoice)


def test_what_the_messages_did_upkeep_only_ticks_off_tax_3() -> None:
    ann = Unconfirmed()
    invoice = ann.invoiced(10_000)
    ann.answered()
    assert len(ann.notes()) == 1

    ten_minutes_later(ann)
    ann.world.upkeep()

    assert_corrected_once(ann, invoice)
    events = [event.name for entry in ann.world.journal() for event in entry.events]
    assert events.count("vat_number.corrected") == 1


def test_a_late_message_finds_it_done_tax_3() -> None:
    ann = Unconfirmed()
    invoice = ann.invoiced(10_000)
    ann.told()
    ann.world.relay()
    ten_minutes_later(ann)
    ann.world.upkeep()

    ann.world.invoice()

    assert_corrected_once(ann, invoice)


def test_a_confirmation_that_came_meanwhile_is_still_due_tax_3() -> None:
    ann = Unconfirmed()
    ann.invoiced(10_000)
    ann.told()
    looked_at = record(ann)
    taxpayers = ann.world.parts.billing.taxpayers
    assert looked_at.confirmed_at is not None

    with nothing_written(ann.world.dynamo):
        end_correction(
            *(ann.account, looked_at.number_id),
            looked_at.confirmed_at.replace(year=2025),
            VAT,
            records=taxpayers,
            clock=ann.world.clock,
        )

    assert record(ann).confirmed_at == looked_at.confirmed_at


def test_upkeep_may_die_at_any_call_tax_3() -> None:
    def purged() -> tuple[Unconfirmed, Invoice]:
        ann = Unconfirmed()
        invoice = ann.invoiced(10_000)
        ann.told()
        purge(ann.world)
        ten_minutes_later(ann)
        return ann, invoice

    ann, _ = purged()
    whole = Calls()
    ann.world.upkeep(_killing(ann, whole))
    points = list(kill_points(whole.made))
    for point in points:
        ann, invoice = purged()
        with suppress(Killed):
            ann.world.upkeep(_killing(ann, Calls(point)))

        ann.world.clock.advance(minutes=6)
        ann.world.settle_down()

        assert_corrected_once(ann, invoice)
    assert len(points) > 20


def _killing(ann: Unconfirmed, calls: Calls) -> Container:
    return ann.world.container(KillingDynamo(ann.world.dynamo, calls))


def test_upkeep_and_the_message_meet_tax_3_bad_5() -> None:
    meetings: list[tuple[Unconfirmed, Invoice]] = []

    def start() -> Turns:
        ann, turns = Unconfirmed(), Turns()
        invoice = ann.invoiced(10_000)
        ann.told()
        purge(ann.world)
        ten_minutes_later(ann)
        dynamo = TurningDynamo(ann.world.dynamo, turns)
        held = ann.world.container(dynamo=dynamo)
        turns.actor("message", partial(ann.corrected, held))
        turns.actor("upkeep", partial(ann.world.upkeep, held))
        meetings.append((ann, invoice))
        return turns

    for _ in explore(start, preemptions=1):
        ann, invoice = meetings[-1]
        ann.world.clock.advance(minutes=6)
        ann.world.settle_down()
        assert_corrected_once(ann, invoice)

    assert len(meetings) > 5


# -- an order that was previewed before, and invoiced after -------------------------------------


@pytest.fixture
def billing() -> Billing:
    """Its order is invoiced with VAT, and its number was confirmed meanwhile."""
    made = Billing()
    made.world.vies.take_out("FR")
    profile = made.move_to(PARIS)
    after = replace(profile, vat_number=NUMBER, version=profile.version + 1)
    made.world.parts.profiles.save_profile(made.world.cause("update_profile"), profile, after)
    placed = made.place(made.preview(made.webinar("starter", 2))).value
    made.world.vies.bring_back("FR")
    parts, now = made.world.parts.billing, made.world.clock.now()
    parts.invoicing.subjects.subject(parts.taxpayers.profile(made.account_id), now.date())
    made.world.settle_down()
    made.world.clock.advance(minutes=11)
    made.world.settle_down()  # the confirmation itself is looked at, before there is an invoice
    assert placed.payment is not None
    assert placed.payment.session_id is not None
    made.world.stripe.pay(placed.payment.session_id)
    made.come_back(placed.cart)
    return made


def test_an_order_in_doubt_is_looked_at_though_its_message_is_lost_tax_3(billing: Billing) -> None:
    world = billing.world
    world.invoice()
    purge(world)
    (order,) = invoices_of(billing)
    assert order.tax_minor > 0
    assert order.in_doubt_since is not None

    world.upkeep()
    early = len(invoices_of(billing))
    world.clock.advance(minutes=10)
    world.upkeep()

    assert early == 1
    note, after = sorted(invoices_of(billing), key=lambda each: not each.is_credit_note)
    assert (note.refers_to, note.total_minor) == (order.invoice_id, order.tax_minor)
    assert after.in_doubt_since is None
    world.settle_down()
    assert len(invoices_of(billing)) == 2
    assert_verified(world.dynamo, world.clock.now())
