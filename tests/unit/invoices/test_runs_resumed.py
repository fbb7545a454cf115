"""INV-1, BAD-12: a run whose planner died, or whose messages came twice or never, finishes once."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.access.membership import OPERATOR, Role
from guichet.adapters.dynamo import invoice_items
from guichet.bootstrap import Container
from guichet.entry.invoicing import due_run, plan, scheduled_run, work
from guichet.events import Event
from guichet.invoices.batches import CountedBatches, with_counted
from guichet.invoices.run import InvoiceRun, RunStatus
from guichet.invoices.use_cases.plan_invoices import MOST_CANDIDATES
from guichet.invoices.use_cases.request_run import RequestRun, request_run
from tests.simulation.kills import Calls, Killed, KillingDynamo, KillPoint, kill_points
from tests.simulation.turns import TurningDynamo, Turns, explore
from tests.support.invoicing import NOON, Invoiced
from tests.support.unchanged import nothing_written
from tests.support.verified import assert_verified
from tests.support.world import SYSTEM

type Body = Mapping[str, str]
type Send = Callable[[Sequence[Body]], None]
RUN = scheduled_run(NOON)
TWO_MESSAGES = MOST_CANDIDATES + 2  # of candidates


@pytest.fixture
def here() -> Invoiced:
    return Invoiced()


def owing(here: Invoiced, count: int) -> list[str]:
    accounts = [here.account() for _ in range(count)]
    for account in accounts:
        here.bill(account, here.usd(1_000))
    return accounts


def _into(sent: list[Body]) -> Send:
    """A queue that takes messages."""

    def send(some: Sequence[Body]) -> None:
        sent.extend(some)

    return send


def planned(here: Invoiced, run_id: str = RUN, held: Container | None = None) -> list[Body]:
    sent: list[Body] = []
    plan(run_id, held or here.world.parts, _into(sent), lambda: True)
    return sent


def worked(here: Invoiced, bodies: Sequence[Body]) -> None:
    for body in bodies:
        work(body, here.world.parts)


def run(here: Invoiced, run_id: str = RUN) -> InvoiceRun:
    found = here.parts.invoices.run(run_id)
    assert found is not None
    return found


def finished(here: Invoiced) -> list[Event]:
    """The summaries, of all runs."""
    events = [event for entry in here.world.journal() for event in entry.events]
    return [event for event in events if event.name == "invoice_run.finished"]


def dies(here: Invoiced) -> list[Body]:
    """A planner that dies once it has passed everything on; answers its messages."""
    sent: list[Body] = []

    def send(some: Sequence[Body]) -> None:
        sent.extend(some)
        raise Killed("a process is gone")

    with pytest.raises(Killed):
        plan(RUN, here.world.parts, send, lambda: True)
    return sent


def next_quarter(here: Invoiced) -> list[Body]:
    """The schedule's next wake-up, whichever run it takes."""
    here.world.clock.advance(minutes=15)
    return planned(here, due_run(here.world.parts))


# -- the planner ------------------------------------------------------------------------------


def test_the_next_quarter_resumes_a_run_whose_planner_died_inv_1(here: Invoiced) -> None:
    accounts = owing(here, 30)
    lost = dies(here)
    worked(here, lost[:1])
    assert run(here).status is RunStatus.PLANNING

    sent = next_quarter(here)
    worked(here, [*sent, *lost])

    after = run(here)
    assert (after.status, after.planned, after.looked_at) == (RunStatus.FINISHED, 30, 30)
    (told,) = finished(here)
    assert (told.facts["run_id"], told.facts["invoices"]) == (RUN, 30)
    assert [len(here.invoices(each)) for each in accounts] == [1] * 30
    assert here.parts.invoices.runs(limit=9, after=None).items == [after], "in place of another"


def test_what_all_was_done_by_then_finishes_it_at_once_inv_1(here: Invoiced) -> None:
    owing(here, 3)
    worked(here, dies(here))

    assert next_quarter(here) == []

    after = run(here)
    assert (after.status, after.planned, after.looked_at) == (RunStatus.FINISHED, 3, 3)
    assert [each.facts["invoices"] for each in finished(here)] == [3]


def test_a_planner_that_lives_is_left_alone_bad_12(here: Invoiced) -> None:
    owing(here, 3)
    first = dies(here)
    here.world.clock.advance(minutes=4, seconds=59)

    with nothing_written(here.world.dynamo):
        again = planned(here)
    here.world.clock.advance(seconds=1)
    at_last = planned(here)

    assert (len(first), again, len(at_last)) == (1, [], 1)


def test_a_planner_that_was_only_slow_counts_no_more_bad_12(here: Invoiced) -> None:
    owing(here, TWO_MESSAGES)
    slow: list[Body] = []

    def send(some: Sequence[Body]) -> None:
        slow.extend(some)
        here.world.clock.advance(minutes=6)
        quick.extend(planned(here))

    quick: list[Body] = []
    plan(RUN, here.world.parts, send, lambda: True)
    worked(here, [*slow, *quick])

    after = run(here)
    assert (after.status, after.planned, after.looked_at) == (
        RunStatus.FINISHED,
        TWO_MESSAGES,
        TWO_MESSAGES,
    )
    assert len(finished(here)) == 1
    assert here.places() == list(range(1, TWO_MESSAGES + 1))


def test_a_requested_run_whose_message_was_lost_is_planned_by_the_schedule_inv_1(
    here: Invoiced,
) -> None:
    owing(here, 2)
    rita = here.world.member("rita", Role.REPRESENTATIVE, account_id=OPERATOR)
    name = request_run(RequestRun(rita, "key-1", SYSTEM), invoicing=here.invoicing()).value.run_id
    here.world.relay()
    here.world.invoice_queue.clear()

    worked(here, next_quarter(here))

    assert run(here, name).status is RunStatus.FINISHED
    assert [each.facts["invoices"] for each in finished(here)] == [2]
    with nothing_written(here.world.dynamo):
        assert planned(here, name) == [], "its message comes after all"


def test_a_requested_run_that_finds_nothing_is_finished_by_the_schedule_inv_1(
    here: Invoiced,
) -> None:
    rita = here.world.member("rita", Role.REPRESENTATIVE, account_id=OPERATOR)
    name = request_run(RequestRun(rita, "key-1", SYSTEM), invoicing=here.invoicing()).value.run_id
    here.world.relay()
    here.world.invoice_queue.clear()

    assert next_quarter(here) == []

    assert (run(here, name).status, len(finished(here))) == (RunStatus.FINISHED, 1)


def test_a_run_whose_messages_were_lost_is_found_anew_after_an_hour_inv_1(here: Invoiced) -> None:
    owing(here, TWO_MESSAGES)
    sent = planned(here)
    worked(here, sent[:1])  # the other one is purged
    here.world.clock.advance(minutes=59)
    soon = due_run(here.world.parts)
    here.world.clock.advance(minutes=1)

    worked(here, planned(here, due_run(here.world.parts)))

    assert soon != RUN
    after = run(here)
    assert (after.status, after.planned, after.looked_at) == (
        RunStatus.FINISHED,
        TWO_MESSAGES,
        TWO_MESSAGES,
    )
    assert [each.facts["invoices"] for each in finished(here)] == [TWO_MESSAGES]


def test_the_oldest_that_is_stuck_comes_first_and_then_the_next_inv_1(here: Invoiced) -> None:
    owing(here, 2)
    dies(here)
    here.world.clock.advance(minutes=6)
    later = f"{RUN}x"
    with pytest.raises(Killed):
        plan(later, here.world.parts, _is_gone, lambda: True)
    here.world.clock.advance(minutes=6)

    first = due_run(here.world.parts)
    worked(here, planned(here, first))
    second = due_run(here.world.parts)
    worked(here, planned(here, second))

    assert (first, second) == (RUN, later)
    assert due_run(here.world.parts) == scheduled_run(here.world.clock.now())
    assert sorted(str(each.facts["run_id"]) for each in finished(here)) == [RUN, later]


def _is_gone(some: Sequence[Body]) -> None:
    raise Killed(f"before {len(some)} messages")


def test_what_becomes_due_after_a_run_is_over_counts_for_none_bad_12(here: Invoiced) -> None:
    owing(here, 1)
    worked(here, planned(here))
    before = run(here)
    owing(here, 1)

    worked(here, planned(here))

    assert run(here) == before
    assert here.parts.invoices.totals(RUN)[0] == 1
    assert (here.places(), len(finished(here))) == ([1, 2], 1)


def test_a_planner_may_die_at_any_call_inv_1() -> None:
    def due() -> Invoiced:
        here = Invoiced()
        owing(here, TWO_MESSAGES)
        return here

    here, whole = due(), Calls()
    planned(here, held=_killing(here, whole))
    points: list[KillPoint] = list(kill_points(whole.made))
    for point in points:
        here = due()
        sent: list[Body] = []
        held = _killing(here, Calls(point))
        with suppress(Killed):
            plan(RUN, held, _into(sent), lambda: True)
        worked(here, [*sent[:1], *next_quarter(here), *sent])
        while bodies := next_quarter(here):
            worked(here, bodies)
        runs = here.parts.invoices.runs(limit=9, after=None).items
        assert {each.status for each in runs} == {RunStatus.FINISHED}
        assert all(each.looked_at == each.planned for each in runs)
        told = finished(here)
        assert sorted(str(each.facts["run_id"]) for each in told) == sorted(
            each.run_id for each in runs
        )
        assert sum(int(each.facts["invoices"] or 0) for each in told) == TWO_MESSAGES
        assert_verified(here.world.dynamo, here.world.clock.now())
    assert len(points) > 8


def _killing(here: Invoiced, calls: Calls) -> Container:
    return here.world.container(KillingDynamo(here.world.dynamo, calls))


def test_of_two_that_resume_it_at_once_one_does_inv_1_bad_12() -> None:
    meetings: list[tuple[Invoiced, list[Body]]] = []

    def start() -> Turns:
        here, turns = Invoiced(), Turns()
        owing(here, 3)
        dies(here)
        here.world.clock.advance(minutes=15)
        sent: list[Body] = []
        held = here.world.container(dynamo=TurningDynamo(here.world.dynamo, turns))
        for name in ("one", "other"):
            turns.actor(name, partial(_resume, held, sent))
        meetings.append((here, sent))
        return turns

    for _ in explore(start, preemptions=1):
        here, sent = meetings[-1]
        assert len(sent) == 1
        worked(here, sent)
        assert (run(here).status, len(finished(here))) == (RunStatus.FINISHED, 1)

    assert len(meetings) > 5


def _resume(held: Container, sent: list[Body]) -> None:
    plan(RUN, held, _into(sent), lambda: True)


# -- its messages -----------------------------------------------------------------------------


def test_a_message_that_comes_twice_finishes_no_run_early_inv_1(here: Invoiced) -> None:
    owing(here, 2 * MOST_CANDIDATES)
    first, second = planned(here)

    worked(here, [first, first])
    early = run(here)
    worked(here, [second])

    assert (early.status, early.looked_at) == (RunStatus.WORKING, MOST_CANDIDATES)
    assert run(here).status is RunStatus.FINISHED
    assert [each.facts["invoices"] for each in finished(here)] == [2 * MOST_CANDIDATES]


def test_a_message_that_comes_again_writes_nothing_inv_1(here: Invoiced) -> None:
    owing(here, TWO_MESSAGES)
    first, second = planned(here)
    worked(here, [first])

    with nothing_written(here.world.dynamo):
        worked(here, [first])
    worked(here, [second])
    with nothing_written(here.world.dynamo):
        worked(here, [second, first])


def test_one_that_was_skipped_counts_when_it_is_replayed_inv_1(here: Invoiced) -> None:
    owing(here, 2 * MOST_CANDIDATES + 6)
    first, second, third = planned(here)

    worked(here, [first, third])
    waiting = run(here)
    worked(here, [third, second, second])

    assert (waiting.status, waiting.looked_at) == (RunStatus.WORKING, MOST_CANDIDATES + 6)
    assert len(waiting.counted_batches) == 2
    after = run(here)
    assert (after.status, after.looked_at) == (RunStatus.FINISHED, 2 * MOST_CANDIDATES + 6)
    assert after.counted_batches == (CountedBatches("us", 1, 3),)


def test_what_has_been_counted_stays_small_and_out_of_the_journal_inv_1(here: Invoiced) -> None:
    owing(here, 2 * MOST_CANDIDATES + 1)

    worked(here, planned(here))

    assert run(here).counted_batches == (CountedBatches("us", 1, 3),)
    assert "counted_batches" not in repr(here.world.dynamo.items("journal"))


def test_a_run_of_all_series_is_one_write_unit_inv_1() -> None:
    counted = tuple(CountedBatches(name, 1, 9_999) for name in ("au", "ca", "gb", "ie", "us"))
    begun = InvoiceRun(RUN, "platform", NOON, "invoice_run").taken_by_planner(NOON)
    working = replace(begun.with_planned(100_000, NOON), progressed_at=NOON)

    item = invoice_items.item_of(replace(working, counted_batches=counted), NOON)

    assert len(json.dumps(item)) < 1024


@given(st.lists(st.tuples(st.sampled_from(["us", "ie"]), st.integers(1, 12)), max_size=40))
def test_each_batch_is_counted_once_in_whatever_order_inv_1(come: list[tuple[str, int]]) -> None:
    counted: tuple[CountedBatches, ...] = ()
    new: list[tuple[str, int]] = []
    for entity, number in come:
        after = with_counted(counted, entity, number)
        if after is not None:
            new.append((entity, number))
            counted = after

    assert sorted(new) == sorted(set(come))
    covered = [
        (each.selling_entity, number)
        for each in counted
        for number in range(each.first, each.last + 1)
    ]
    assert sorted(covered) == sorted(set(come))
    for one, other in pairwise(counted):
        assert one.selling_entity != other.selling_entity or one.last + 1 < other.first


def test_a_quiet_hour_is_counted_from_the_last_progress_inv_1() -> None:
    begun = InvoiceRun("run_1", "platform", NOON, "invoice_run").taken_by_planner(NOON)
    working = begun.with_planned(5, NOON)

    assert not working.may_be_planned(NOON + timedelta(minutes=64))
    assert working.may_be_planned(NOON + timedelta(minutes=65))
