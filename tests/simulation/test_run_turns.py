"""Runs and workers that meet at one series, as if no queue kept order: every call may be interrupted."""

from __future__ import annotations

from collections import Counter

import pytest

from guichet.entry.invoicing import invoices_message
from guichet.invoices.batches import Batch
from guichet.invoices.ports import Candidate, CandidateKind
from guichet.registration.outbox import DueKind
from tests.simulation.billing_outcome import Found
from tests.simulation.meetings import Meeting
from tests.simulation.outside import Body
from tests.simulation.payers import Payers
from tests.simulation.test_invoice_turns import bills_come_due


def several_due(story: Payers) -> None:
    """Four accounts of one entity have a bill whose day has come."""
    for name in ("bea", "cyn", "dan"):
        story.neighbour(name).subscribed()
    story.subscribed()
    bills_come_due(story)


@pytest.fixture(scope="module")
def due() -> Meeting:
    return Meeting(several_due)


def of_due(meeting: Meeting) -> list[Body]:
    """A message for each two of those that are due."""
    accounts = [meeting.story, *meeting.story.neighbours]
    assert meeting.life.world.parts.outbox.due(
        DueKind.INVOICE, now=meeting.life.world.clock.now(), limit=9
    )
    kind = CandidateKind.BALANCE
    candidates = [Candidate(kind, each.account_id, "us", "USD", "") for each in accounts]
    return [
        invoices_message("us", candidates[:2], Batch("run_a", 1, 1)),
        invoices_message("us", candidates[2:], Batch("run_a", 1, 2)),
    ]


def numbered(meeting: Meeting) -> Counter[str]:
    """How many invoices each account has of its renewal."""
    found = Found(meeting.life.world).invoices
    return Counter(each.account_id for each in found if each.cart_id is None)


def each_once(meeting: Meeting) -> Counter[str]:
    accounts = [meeting.story, *meeting.story.neighbours]
    return Counter({each.account_id: 1 for each in accounts})


def test_two_runs_that_plan_at_once_invoice_once_bad_12(due: Meeting) -> None:
    sent: list[Body] = []

    def begin(meeting: Meeting) -> None:
        sent.clear()
        meeting.add(one=meeting.plan("run_x", sent), other=meeting.plan("run_x", sent))

    for schedule in due.schedules(begin):
        assert due.answers == ["ok", "ok"], schedule
        assert len(sent) == 1, schedule
        due.life.invoice_queue.waiting.extend((due.life.world.clock.now(), each) for each in sent)
        due.end()
        assert numbered(due) == each_once(due), schedule


@pytest.mark.parametrize("pair", ["same", "two of one series", "and a run"])
def test_messages_of_one_series_at_once_double_and_skip_no_number_inv_3(
    due: Meeting, pair: str
) -> None:
    """As if the queue's promise were broken."""

    def begin(meeting: Meeting) -> None:
        first, second = of_due(meeting)
        other = {
            "same": meeting.work(first),
            "two of one series": meeting.work(second),
            "and a run": meeting.upkeep,
        }[pair]
        meeting.add(one=meeting.work(first), other=other)

    for schedule in due.schedules(begin):
        assert set(due.answers) <= {"ok", "again"}, schedule
        assert "ok" in due.answers, schedule
        due.end()
        assert numbered(due) == each_once(due), schedule


def test_a_line_that_comes_while_its_bill_is_invoiced_is_billed_once_inv_1(due: Meeting) -> None:
    """An order that is carried out, and money that comes, touch the balance that is invoiced."""

    def begin(meeting: Meeting) -> None:
        first, _ = of_due(meeting)
        meeting.add(
            worker=meeting.work(first),
            rita=lambda parts: meeting.story.record(1_000, parts),
            clock=meeting.upkeep,
        )

    for schedule in due.schedules(begin, every=2):
        assert set(due.answers) == {"ok"}, schedule
        due.end()
        assert numbered(due) == each_once(due), schedule
        assert due.latest().credit_applied_minor == 1_000, schedule
