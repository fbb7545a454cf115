"""What is due: all get their turn, nothing is tried every minute, lateness is told (BAD-3, EXT-2)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import pytest

from guichet.adapters.dynamo.seam import Item
from guichet.entry.work import doers
from guichet.registration.outbox import DueKind, DueWork
from guichet.registration.provider_event import EventStatus, ProviderEvent
from guichet.registration.registration import Registration, RegistrationStatus
from guichet.registration.use_cases.do_due_work import AGAIN_AFTER, WorkDone, do_due_work
from tests.support.organizing import close, start_debit
from tests.support.world import START, World

S = RegistrationStatus
MOST = 200  # of a kind, in one run


def stuck_events(world: World, count: int, *, first: int = 0) -> None:
    """Events that are due now, stored ten minutes ago."""
    for n in range(first, first + count):
        event = ProviderEvent("stripe", f"evt_{n}", "charge.updated", "", "{}", world.clock.now())
        world.parts.records.receive(world.cause("receive"), event)


def run(world: World, do: Callable[[DueWork], bool]) -> WorkDone:
    """One run over the events alone, with this doer."""
    return do_due_work(
        index=world.parts.outbox,
        doers={DueKind.EVENT: do},
        clock=world.clock,
        has_time=lambda: True,
    )


def waits(work: DueWork) -> bool:
    del work
    return False


def fails(work: DueWork) -> bool:
    raise ValueError(f"no way to do {work.ids}")


@pytest.mark.parametrize("stuck", [waits, fails])
def test_200_stuck_entries_starve_nobody_bad_3(
    stuck: Callable[[DueWork], bool], world: World
) -> None:
    stuck_events(world, MOST)
    world.clock.advance(minutes=1)
    stuck_events(world, 1, first=MOST)
    world.clock.advance(minutes=10)
    tried: list[str] = []

    def do(work: DueWork) -> bool:
        tried.append(work.ids[1])
        return stuck(work)

    run(world, do)
    first_run = list(tried)
    world.clock.advance(minutes=1)
    run(world, do)

    assert len(first_run) == MOST
    assert tried[MOST:] == [f"evt_{MOST}"], "the one behind them had its turn, and nobody else"


def test_what_waits_or_fails_is_due_again_in_five_minutes_bad_3(world: World) -> None:
    stuck_events(world, 1)
    world.clock.advance(minutes=10)
    asked: list[datetime] = []

    def do(work: DueWork) -> bool:
        del work
        asked.append(world.clock.now())
        return False

    for _ in range(12):
        run(world, do)
        world.clock.advance(minutes=1)

    due = START + timedelta(minutes=10)
    assert asked == [due, due + AGAIN_AFTER, due + 2 * AGAIN_AFTER]


@pytest.mark.parametrize(
    ("minutes", "overdue"), [pytest.param(60, 0, id="an hour"), pytest.param(65, 1, id="longer")]
)
def test_what_has_been_due_for_an_hour_counts_as_overdue_however_often_postponed_ext_2(
    minutes: int, overdue: int, world: World
) -> None:
    stuck_events(world, 1)
    world.clock.advance(minutes=10)

    for _ in range(minutes // 5):
        run(world, waits)
        world.clock.advance(minutes=5)
    last = run(world, waits)

    assert (last.waiting, last.overdue) == (1, overdue)


def test_work_that_moved_on_since_the_index_named_it_is_not_postponed_bad_3(world: World) -> None:
    stuck_events(world, 1)
    world.clock.advance(minutes=10)

    def done_by_another(work: DueWork) -> bool:
        event = world.parts.records.provider_event(*work.ids)
        assert event is not None
        world.parts.records.event_ignored(world.cause("ignore"), event)
        return False

    run(world, done_by_another)

    (item,) = [each for each in world.state() if str(each["pk"]).startswith("INBOX#")]
    assert item["status"] == EventStatus.APPLIED
    assert not {"due_key", "due_at"} & set(item)


def test_a_debit_nobody_can_be_asked_about_is_told_after_an_hour_and_asked_when_it_can_reg_8(
    world: World,
) -> None:
    registration = world.register(world.training())
    session_id = start_debit(world, registration)
    world.stripe.settle_bank_debit(session_id)
    world.stripe.configure_chaos({"down": True, "webhooks": {"drop": -1}})
    world.deliver_webhooks()

    overdue = [upkeep_after(world, minutes=5).overdue for _ in range(20)]
    world.stripe.clear_chaos()
    world.clock.advance(minutes=5)
    world.settle_down()

    assert overdue[0] == 0
    assert overdue[-1] > 0
    assert world.read(registration).status is S.CONFIRMED
    world.assert_books_equal_the_providers()


def upkeep_after(world: World, *, minutes: int) -> WorkDone:
    world.clock.advance(minutes=minutes)
    return world.upkeep()


def test_mails_left_behind_are_passed_on_at_once_and_then_every_five_minutes_reg_13(
    world: World,
) -> None:
    world.register(world.training())
    world.dynamo.stream.clear()  # the stream loses everything
    world.clock.advance(minutes=10)

    passed_on = []
    for _ in range(11):
        world.upkeep()
        passed_on.append(len(world.deliver_queue))
        world.clock.advance(minutes=1)

    assert passed_on == [1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3]
    world.deliver()
    assert world.mails() == ["received"], "however often it was passed on"
    assert not effects(world)


def effects(world: World) -> list[Item]:
    return [each for each in world.state() if str(each["pk"]).startswith("EFFECT#")]


def test_mails_are_passed_on_before_a_provider_that_is_away_takes_up_the_run_reg_13(
    world: World,
) -> None:
    def only_one_thing() -> Callable[[], bool]:
        left = iter([True])
        return lambda: next(left, False)

    held: Registration = world.register(world.training())
    world.start(held)
    world.dynamo.stream.clear()
    world.clock.advance(hours=1)
    world.stripe.configure_chaos({"down": True})
    passed_on: list[DueWork] = []

    do_due_work(
        index=world.parts.outbox,
        doers=doers(world.parts, passed_on.append),
        clock=world.clock,
        has_time=only_one_thing(),
    )

    assert [each.kind for each in passed_on] == [DueKind.EFFECT]


class OutOfTimeError(BaseException):
    """The run is ended by whoever started it: nothing catches it."""


def test_a_run_that_dies_in_a_sweep_does_not_begin_the_next_one_with_it_reg_4(
    world: World,
) -> None:
    """A provider that hangs over a closed training's sessions keeps no other training's seats."""
    held = world.register(world.training(capacity=1))
    closed = world.training()
    world.start(world.register(closed))
    close(world, closed)
    world.clock.advance(hours=1)

    def sweeps_for_too_long(work: DueWork) -> bool:
        raise OutOfTimeError(work)

    for _ in range(2):
        with suppress(OutOfTimeError):
            do_due_work(
                index=world.parts.outbox,
                doers={**doers(world.parts, lambda _: None), DueKind.TRAINING: sweeps_for_too_long},
                clock=world.clock,
                has_time=lambda: True,
            )
        world.clock.advance(minutes=1)

    assert world.read(held).status is S.EXPIRED


def test_a_sweep_without_an_answer_counts_as_overdue_after_an_hour_reg_8(world: World) -> None:
    closed = world.training()
    world.start(world.register(closed))
    close(world, closed)
    world.stripe.configure_chaos({"down": True})

    overdue = [upkeep_after(world, minutes=10).overdue for _ in range(9)]

    assert overdue[:2] == [0, 0]
    assert overdue[-1] > 0


@pytest.mark.parametrize(
    "body",
    [
        pytest.param('{"id": "evt_x",  "a": [1,2 ]}\n', id="blanks"),
        pytest.param('{"name": "Zoë 你好 🎟"}', id="other scripts"),
        pytest.param("{}", id="short"),
        pytest.param('{"fill": "' + "ab" * 60_000 + '"}', id="long"),
    ],
)
def test_a_stored_events_body_comes_back_exactly_ext_2(body: str, world: World) -> None:
    event = ProviderEvent("stripe", "evt_x", "charge.updated", "acct_1", body, world.clock.now())

    world.parts.records.receive(world.cause("receive"), event)

    assert world.parts.records.provider_event("stripe", "evt_x") == event
