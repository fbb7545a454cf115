"""The run over a cancelled training: by pages, by several workers, killed anywhere (EXT-2, BAD-3)."""

from collections.abc import Callable
from datetime import timedelta
from functools import cache

import pytest

from guichet.access.membership import Member
from guichet.errors import Conflict
from guichet.money import Money
from guichet.payments.schedule import WORKER_LIVES
from guichet.registration.cancellation import (
    FOLLOWED_FOR,
    TRANSITIONS,
    Cancellation,
    CancellationStatus,
    Tally,
)
from guichet.registration.registration import MoneyOutcome, RegistrationStatus
from guichet.registration.training import Training
from guichet.registration.use_cases.register import Register, register
from guichet.registration.use_cases.run_cancellation import run_cancellation
from tests.simulation.enumeration import SHARES, points_of, shared
from tests.simulation.kills import (
    Calls,
    KillingDynamo,
    KillingHttp,
    killed,
)
from tests.simulation.seams import WatchedDynamo
from tests.support.cancelling import cancel_all, run_of, settle_all
from tests.support.organizing import mark, start_debit, unmoved
from tests.support.samples import NOW
from tests.support.verified import assert_verified
from tests.support.world import REGISTRANT, SYSTEM, World

S = RegistrationStatus


def run(world: World, training: Training) -> None:
    run_cancellation(training.training_id, SYSTEM, settling=world.parts.settling)


def test_60_registrations_are_three_pages_each_with_its_own_message(
    world: World, people: dict[str, Member]
) -> None:
    training = world.training(capacity=100)
    for place in range(60):
        world.register(training, f"r{place}@example.org")
    cancel_all(world, training, people["maria"])

    taken: list[int] = []
    for _ in range(4):
        world.relay()
        world.settle()
        taken.append(world.parts.records.seats(training.training_id).taken)

    assert taken == [35, 10, 0, 0]
    assert run_of(world, training).tally == Tally(nothing_to_refund=60)


def test_a_repeat_changes_nothing_ext_2(world: World, people: dict[str, Member]) -> None:
    training = world.training()
    world.buy(training)
    cancel_all(world, training, people["maria"])
    settle_all(world)
    assert run_of(world, training).status is CancellationStatus.DONE

    unmoved(world, lambda: run(world, training))
    unmoved(world, lambda: run_cancellation("trn_absent", SYSTEM, settling=world.parts.settling))


def test_between_two_passes_a_repeated_message_does_nothing_ext_2(
    world: World, people: dict[str, Member]
) -> None:
    training = world.training()
    world.register(training)
    cancel_all(world, training, people["maria"])
    run(world, training)
    assert run_of(world, training).status is CancellationStatus.RUNNING

    unmoved(world, lambda: run(world, training))


def test_a_lost_message_is_made_up_for_by_what_is_due_bad_3(
    world: World, people: dict[str, Member]
) -> None:
    training = world.training(capacity=60)
    for place in range(30):
        world.register(training, f"r{place}@example.org")
    cancel_all(world, training, people["maria"])

    for _ in range(20):
        world.dynamo.stream.clear()
        world.settle_queue.clear()
        world.upkeep()
        world.clock.advance(minutes=1)

    assert run_of(world, training).status is CancellationStatus.DONE
    assert world.parts.records.seats(training.training_id).taken == 0


def test_two_workers_at_one_page_end_each_registration_once(
    world: World, people: dict[str, Member]
) -> None:
    training = world.training(capacity=60)
    for place in range(30):
        world.register(training, f"r{place}@example.org")
    cancel_all(world, training, people["maria"])

    for _ in range(3):  # the same message, several times
        run(world, training)
    settle_all(world)

    cancelled = [
        each
        for each in world.journal()
        if any(event.name == "registration.cancelled" for event in each.events)
    ]
    assert len(cancelled) == 30
    assert run_of(world, training).tally == Tally(nothing_to_refund=30)
    assert_verified(world.dynamo, world.clock.now())


def test_who_registers_at_the_same_moment_is_met_by_a_later_pass_reg_1(
    world: World, people: dict[str, Member]
) -> None:
    training = world.training(price=Money(0, "USD"))

    def cancelled_before_the_write[T](name: str, detail: str, act: Callable[[], T]) -> T:
        del detail
        if (
            name == "transact_write"
            and world.parts.records.cancellation(training.training_id) is None
        ):
            cancel_all(world, training, people["maria"])
            run(world, training)
        return act()

    parts = world.container(dynamo=WatchedDynamo(world.dynamo, cancelled_before_the_write))
    late = register(
        Register(training.training_id, "Ada", "ada@example.org", "en", None, "key", REGISTRANT),
        records=parts.records,
        clock=world.clock,
        policy=parts.policy,
    ).value
    assert late.status is S.CONFIRMED, "it had read the training before"

    settle_all(world)

    assert world.read(late).status is S.CANCELLED
    assert run_of(world, training).status is CancellationStatus.DONE
    world.assert_seats_match(training)


def full_house(world: World, maria: Member) -> Training:
    """One of each: paid, on the provider's page, a debit on its way, paid by hand, nothing begun."""
    training = world.training(capacity=10)
    world.buy(training, "paid@example.org")
    world.start(world.register(training, "page@example.org"))
    start_debit(world, world.register(training, "debit@example.org"))
    mark(world, maria, world.register(training, "hand@example.org"))
    world.register(training, "new@example.org")
    world.settle_down()
    return training


def outcomes(world: World, training: Training) -> dict[str, tuple[S, MoneyOutcome | None]]:
    found = world.parts.records.registrations_of(training.training_id, limit=100, after=None)
    return {each.email: (each.status, each.money_outcome) for each in found.items}


@cache
def calls_of_a_run() -> Calls:
    """All calls of the first page and of the refund that it asked for."""
    world, calls = World(), Calls()
    maria = world.member("maria")
    training = full_house(world, maria)
    cancel_all(world, training, maria)
    run_and_settle(world, calls)
    return calls


def run_and_settle(world: World, calls: Calls) -> None:
    parts = world.container(
        dynamo=KillingDynamo(world.dynamo, calls), http=KillingHttp(world.http, calls)
    )
    world.relay()
    world.settle(parts)
    world.relay()
    world.settle(parts)


@pytest.mark.parametrize("share", range(SHARES))
def test_killed_at_any_call_it_ends_the_same_bad_3(share: int) -> None:
    for point in shared(points_of(calls_of_a_run()), share):
        world, calls = World(), Calls(point)
        maria = world.member("maria")
        training = full_house(world, maria)
        cancel_all(world, training, maria)

        assert killed(calls, lambda w=world, c=calls: run_and_settle(w, c))  # type: ignore[misc]  # a lambda's default
        world.settle_queue.clear()  # its message is lost with it
        for minutes in (12, 60, 120):
            world.clock.advance(minutes=minutes)
            world.settle_down()

        assert outcomes(world, training) == {
            "paid@example.org": (S.CANCELLED, MoneyOutcome.REFUNDED),
            "page@example.org": (S.CANCELLED, MoneyOutcome.NOTHING_TO_REFUND),
            "debit@example.org": (S.CANCELLED, MoneyOutcome.RETURNED_ON_ARRIVAL),
            "hand@example.org": (S.CANCELLED, MoneyOutcome.NOT_REFUNDED),
            "new@example.org": (S.CANCELLED, MoneyOutcome.NOTHING_TO_REFUND),
        }, point
        assert len(world.stripe.find_all("refund")) == 1, point
        assert world.mails().count("cancelled") == 5, point
        assert run_of(world, training).tally.refunded == 1, point
        world.assert_books_equal_the_providers()
        world.assert_seats_match(training)
        assert_verified(world.dynamo, world.clock.now())


# -- the run itself -----------------------------------------------------------------------------

RUN = Cancellation("trn_t", "acc_1", "mem_1", NOW, "Ill.", None, look_again_at=NOW)


def test_every_state_has_its_row() -> None:
    assert set(TRANSITIONS) == set(CancellationStatus)


@pytest.mark.parametrize("after", CancellationStatus)
def test_what_is_done_stays_done(after: CancellationStatus) -> None:
    done = RUN.transition_to(CancellationStatus.DONE)

    with pytest.raises(Conflict) as refused:
        done.transition_to(after)
    assert refused.value.code == "cancellation_done"


@pytest.mark.parametrize(
    ("tally", "after", "status"),
    [
        pytest.param(Tally(refunded=1), timedelta(), "running", id="somebody may still come"),
        pytest.param(Tally(refunded=1), WORKER_LIVES, "done", id="nobody can come any more"),
        pytest.param(Tally(waiting=1), FOLLOWED_FOR, "running", id="somebody is not cancelled"),
        pytest.param(Tally(refunding=1), WORKER_LIVES, "running", id="money is on its way"),
        pytest.param(Tally(returned_on_arrival=1), timedelta(days=4), "running", id="a debit"),
        pytest.param(Tally(refunding=1), FOLLOWED_FOR, "done", id="five days are enough"),
        pytest.param(Tally(failed=1, not_refunded=2), WORKER_LIVES, "done", id="told"),
    ],
)
def test_when_a_pass_is_the_last_one(tally: Tally, after: timedelta, status: str) -> None:
    passed = RUN.came_to(tally, None, began_at=NOW + after)

    assert passed.status == status
    assert passed.tally == tally
    assert (passed.look_again_at is None) == (status == "done")
    assert (passed.finished_at is None) == (status == "running")


def test_a_pass_that_began_too_early_is_not_the_last_however_long_it_takes() -> None:
    half = RUN.came_to(Tally(refunded=25), "REG#r", began_at=NOW)
    assert half.look_again_at == NOW + WORKER_LIVES
    assert half.is_due(NOW), "its next page is, at once"

    whole = half.came_to(Tally(refunded=26), None, began_at=NOW + timedelta(hours=1))

    assert whole.status is CancellationStatus.RUNNING
    assert whole.look_again_at is not None
    assert not whole.is_due(NOW + timedelta(hours=1))


def test_passes_become_rarer() -> None:
    passed, looks = RUN, []
    for _ in range(6):
        assert passed.look_again_at is not None
        passed = passed.came_to(Tally(refunding=1), None, began_at=passed.look_again_at)
        assert passed.look_again_at is not None
        looks.append(passed.look_again_at - NOW)

    assert looks == [
        timedelta(minutes=2),
        timedelta(minutes=10),
        timedelta(hours=1),
        timedelta(hours=2),
        timedelta(hours=3),
        timedelta(hours=4),
    ]
