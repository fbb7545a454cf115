"""Workers of one series, Rita, credit and charges at one account's invoices: who comes in between."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from guichet.invoices.invoice import InvoiceStatus
from guichet.invoices.remaining import Wanted
from tests.simulation.billing_outcome import Found, captured_minor
from tests.simulation.meetings import Meeting
from tests.simulation.outside import Body
from tests.simulation.payers import Payers

ORDERED = 10_800  # three seats, with tax: the order, and each renewal
IN_FLIGHT = {"payment_in_flight"}


def renewed(story: Payers) -> None:
    """An invoice of three seats is open."""
    story.subscribed(story.billing.webinar(seats=3))
    story.life.wait(days=31)


def bills_come_due(story: Payers) -> None:
    """Two minutes after a midnight, periods have begun; the run of the quarter has not."""
    story.life.run_until(datetime(2026, 12, 21, 23, 50, tzinfo=UTC))
    story.life.world.clock.advance(minutes=12)
    story.life.upkeep()
    story.life.background()


def to_be_collected(story: Payers, chosen: str = "visa") -> None:
    """An invoice was made that autopay collects; nobody has heard of it."""
    story.autopaying(chosen)
    bills_come_due(story)
    parts = story.life.with_catalogues(story.life.world.container())
    sent: list[Body] = []
    Meeting.plan("run_first", sent)(parts)
    Meeting.work(*sent)(parts)
    assert [each.open_minor for each in story.invoices()] == [0, ORDERED]


# Told once for all tests of this module; each schedule begins from what was kept.
@pytest.fixture(scope="module")
def owed() -> Meeting:
    return Meeting(renewed)


@pytest.fixture(scope="module")
def collectable() -> Meeting:
    return Meeting(to_be_collected)


def notes(meeting: Meeting) -> list[int]:
    found = Found(meeting.life.world).invoices
    return sorted(each.total_minor for each in found if each.is_credit_note)


# -- Rita -------------------------------------------------------------------------------------------


def test_one_wish_told_twice_at_once_is_one_credit_note_inv_3(owed: Meeting) -> None:
    invoice = owed.latest()

    def begin(meeting: Meeting) -> None:
        wish = meeting.credit(invoice, Wanted(0, 1_000), key="same")
        meeting.add(one=wish, other=wish)

    for schedule in owed.schedules(begin):
        assert owed.answers == ["ok", "ok"], schedule
        owed.end()
        assert notes(owed) == [1_200], schedule


def test_two_credit_notes_at_once_never_come_to_more_than_the_line_inv_11(owed: Meeting) -> None:
    invoice = owed.latest()

    def begin(meeting: Meeting) -> None:
        meeting.add(
            one=meeting.credit(invoice, Wanted(0, 5_000), key="one"),
            other=meeting.credit(invoice, Wanted(0, 6_000), key="other"),
        )

    for schedule in owed.schedules(begin):
        assert sorted(owed.answers) == ["credit_exceeds_line", "ok"], schedule
        owed.end()
        assert notes(owed) in ([6_000], [7_200]), schedule


@pytest.mark.parametrize("keys", [("one", "one"), ("one", "other")], ids="-".join)
def test_a_void_is_done_once_bad_5(owed: Meeting, keys: tuple[str, str]) -> None:
    invoice = owed.latest()

    def begin(meeting: Meeting) -> None:
        first, second = keys
        meeting.add(one=meeting.void(invoice, first), other=meeting.void(invoice, second))

    for schedule in owed.schedules(begin):
        second = "ok" if len(set(keys)) == 1 else "invoice_void"
        assert sorted(owed.answers) == sorted(["ok", second]), schedule
        owed.end()
        assert notes(owed) == [ORDERED], schedule


def test_an_invoice_is_voided_or_credited_never_both_inv_5(owed: Meeting) -> None:
    invoice = owed.latest()

    def begin(meeting: Meeting) -> None:
        meeting.add(
            void=meeting.void(invoice, "void"),
            credit=meeting.credit(invoice, Wanted(0, 1_000), key="credit"),
        )

    for schedule in owed.schedules(begin):
        assert sorted(owed.answers) in (["invoice_void", "ok"], ["invoice_credited", "ok"]), (
            schedule
        )
        owed.end()
        assert notes(owed) in ([ORDERED], [1_200]), schedule


# -- credit -----------------------------------------------------------------------------------------


def test_credit_pays_once_whoever_applies_it_bad_5(owed: Meeting) -> None:
    account_id = owed.story.account_id

    def begin(meeting: Meeting) -> None:
        meeting.story.money_came(4_000)
        meeting.add(
            one=meeting.apply_credit(account_id),
            other=meeting.apply_credit(account_id),
        )

    for schedule in owed.schedules(begin):
        assert owed.answers == ["ok", "ok"], schedule
        owed.end()
        assert owed.latest().credit_applied_minor == 4_000, schedule


@pytest.mark.parametrize("rival", ["credit", "void"])
def test_credit_is_applied_while_rita_corrects_the_invoice_bad_5(owed: Meeting, rival: str) -> None:
    """What both would pay is paid once; what is over is credit again."""
    invoice = owed.latest()

    def begin(meeting: Meeting) -> None:
        meeting.story.money_came(8_000)
        acts = {
            "credit": meeting.credit(invoice, key="credit"),
            "void": meeting.void(invoice, "void"),
        }
        meeting.add(
            applier=meeting.apply_credit(invoice.account_id),
            rita=acts[rival],
        )

    for schedule in owed.schedules(begin):
        assert set(owed.answers) <= {"ok", "invoice_partly_paid"}, schedule
        owed.end()
        balance = owed.story.billing.balance()
        was_corrected = notes(owed) == [ORDERED]
        assert balance.credit_minor == (8_000 if was_corrected else 0), schedule


# -- charges ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("rival", ["worker", "upkeep", "void", "credit"])
def test_a_charge_and_whoever_else_is_there_take_money_once_col_8_bad_1(
    collectable: Meeting, rival: str
) -> None:
    invoice = collectable.latest()

    def begin(meeting: Meeting) -> None:
        acts = {
            "worker": meeting.collect(invoice),
            "upkeep": meeting.upkeep,
            "void": meeting.void(invoice, "void"),
            "credit": meeting.credit(invoice, Wanted(0, 1_000), key="credit"),
        }
        meeting.add(worker=meeting.collect(invoice), rival=acts[rival])

    for schedule in collectable.schedules(begin):
        assert set(collectable.answers) <= {
            "ok",
            "payment_in_flight",
            "invoice_partly_paid",
            "invoice_paid",
        }, schedule
        collectable.end()
        after = collectable.latest()
        taken = captured_minor(collectable.life.world) - ORDERED
        assert taken == after.paid_minor, schedule
        assert after.status in {InvoiceStatus.PAID, InvoiceStatus.VOID}, schedule
        if after.status is InvoiceStatus.VOID:
            assert taken == 0, schedule


def test_a_transfer_is_recorded_while_autopay_charges_bad_1(collectable: Meeting) -> None:
    """Either pays it, and what came twice is credit."""
    invoice = collectable.latest()

    def begin(meeting: Meeting) -> None:
        meeting.add(
            worker=meeting.collect(invoice),
            rita=lambda parts: meeting.story.record(ORDERED, parts),
        )

    for schedule in collectable.schedules(begin):
        assert collectable.answers == ["ok", "ok"], schedule
        collectable.end()
        after, balance = collectable.latest(), collectable.story.billing.balance()
        taken = captured_minor(collectable.life.world) - ORDERED
        assert after.status is InvoiceStatus.PAID, schedule
        assert taken + ORDERED == ORDERED + balance.credit_minor, schedule


def test_the_worker_the_webhook_and_the_clock_hear_of_a_charge_at_once_bad_2(
    collectable: Meeting,
) -> None:
    invoice = collectable.latest()

    def begin(meeting: Meeting) -> None:
        meeting.add(worker=meeting.collect(invoice), webhook=meeting.webhooks, clock=meeting.upkeep)

    for schedule in collectable.schedules(begin, every=2):
        assert set(collectable.answers) == {"ok"}, schedule
        collectable.end()
        assert captured_minor(collectable.life.world) == 2 * ORDERED, schedule
        assert len(collectable.story.charges()) == 1, schedule
