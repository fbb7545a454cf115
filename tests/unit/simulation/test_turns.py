"""The scheduler's own tests: a schedule decides everything, and nothing waits for ever."""

import contextlib
import threading
from collections.abc import Callable
from functools import partial
from math import comb

import pytest

from guichet.adapters.dynamo.seam import Below, ConditionFailedError, Key, Put, Update
from guichet.adapters.http import HttpRequest, HttpResponse
from tests.simulation.kills import Call, KillPoint
from tests.simulation.turns import (
    StuckError,
    TurningDynamo,
    TurningHttp,
    Turns,
    explore,
    orders,
    run_in_order,
)
from tests.support.memory_dynamo import MemoryDynamo

SEATS = Key("TRAINING#t", "SEATS")


class World:
    """A training with one seat, sold by a careless seller or by a careful one."""

    def __init__(self) -> None:
        self.memory = MemoryDynamo()
        self.memory.put(Put("state", {"pk": SEATS.pk, "sk": SEATS.sk, "taken": 0, "seats": 1}))
        self.turns = Turns()
        self.dynamo = TurningDynamo(self.memory, self.turns)

    def sell_carelessly(self) -> None:
        seats = self.dynamo.get("state", SEATS)
        assert seats is not None
        if seats["taken"] == 0:
            self.dynamo.update(Update("state", SEATS, add={"taken": 1}))

    def sell_carefully(self) -> str:
        step = Update("state", SEATS, add={"taken": 1}, condition=Below("taken", "seats"))
        try:
            self.dynamo.update(step)
        except ConditionFailedError:
            return "full"
        return "sold"

    def taken(self) -> object:
        return self.memory.items("state")[0]["taken"]


def test_a_step_makes_one_call_and_stops_before_the_next() -> None:
    world = World()
    with world.turns as turns:
        turns.actor("ann", world.sell_carelessly)

        places = [turns.step("ann"), turns.step("ann")]
        taken_before = world.taken()
        end = turns.step("ann")

    assert places == [
        Call("get", "state TRAINING#t/SEATS"),
        Call("update", "state TRAINING#t/SEATS"),
    ]
    assert (taken_before, end, world.taken()) == (0, None, 1)


def test_a_schedule_can_make_two_careless_sellers_sell_one_seat_twice() -> None:
    world = World()
    with world.turns as turns:
        turns.actor("ann", world.sell_carelessly)
        turns.actor("bob", world.sell_carelessly)

        turns.run(["ann", "bob", "ann", "bob"])

    assert world.taken() == 2


def test_the_same_actors_one_after_the_other_sell_it_once() -> None:
    world = World()
    with world.turns as turns:
        turns.actor("ann", world.sell_carelessly)
        turns.actor("bob", world.sell_carelessly)

        turns.run(["bob", "bob", "bob"])

    assert world.taken() == 1
    assert turns.calls("ann") == [Call("get", "state TRAINING#t/SEATS")]


@pytest.mark.parametrize(
    ("seller", "most"),
    [
        pytest.param(World.sell_carelessly, 2, id="careless"),
        pytest.param(World.sell_carefully, 1, id="careful"),
    ],
)
def test_exploring_finds_the_race_exactly_where_there_is_one(
    seller: Callable[[World], object], most: int
) -> None:
    worlds: list[World] = []

    def start() -> Turns:
        world = World()
        worlds.append(world)
        for name in ("ann", "bob"):
            world.turns.actor(name, partial(seller, world))
        return world.turns

    outcomes = [worlds[-1].taken() for _ in explore(start, preemptions=2)]

    assert max(outcomes, key=str) == most


def test_exploring_without_a_bound_visits_every_schedule_once() -> None:
    def start() -> Turns:
        world = World()
        for name in ("ann", "bob"):
            world.turns.actor(name, world.sell_carefully)
        return world.turns

    schedules = [tuple(turns.schedule) for turns in explore(start, preemptions=10)]

    assert len(schedules) == len(set(schedules)) == comb(4, 2)
    assert set(schedules) == set(orders({"ann": 2, "bob": 2}))


def test_exploring_some_places_visits_fewer_schedules_and_lets_each_actor_begin() -> None:
    def schedules(every: int) -> set[tuple[str, ...]]:
        def start() -> Turns:
            world = World()
            for name in ("ann", "bob", "cleo"):
                world.turns.actor(name, world.sell_carelessly)
            return world.turns

        explored = explore(start, preemptions=1, every=every)
        return {tuple(turns.schedule) for turns in explored}

    some, all_of_them = schedules(3), schedules(1)

    assert some < all_of_them
    assert {schedule[0] for schedule in some} == {"ann", "bob", "cleo"}


def test_a_seed_repeats_its_schedule_and_the_schedule_repeats_the_run() -> None:
    runs = []
    for seed in (7, 7, 8, 9, 10):
        world = World()
        with world.turns as turns:
            for name in ("ann", "bob", "cleo"):
                turns.actor(name, world.sell_carelessly)
            runs.append((turns.run_seeded(seed), world.taken()))

    replayed = World()
    with replayed.turns as turns:
        for name in ("ann", "bob", "cleo"):
            turns.actor(name, replayed.sell_carelessly)
        turns.run(runs[-1][0])

    assert runs[0] == runs[1]
    assert len({tuple(schedule) for schedule, _ in runs}) > 1
    assert replayed.taken() == runs[-1][1]


@pytest.mark.parametrize(("when", "taken"), [pytest.param("before", 0), pytest.param("after", 1)])
def test_an_actor_dies_at_its_own_nth_call_while_the_others_live(when: str, taken: int) -> None:
    world = World()
    with world.turns as turns:
        turns.actor(
            "ann", world.sell_carelessly, KillPoint(1, "before" if when == "before" else "after")
        )

        turns.finish("ann")
        taken_at_death = world.taken()
        turns.actor("bob", world.sell_carefully)
        turns.run([])

    assert turns.was_killed("ann")
    assert taken_at_death == taken
    assert turns.result("bob") == ("sold" if taken == 0 else "full")


def test_both_seams_stop_and_the_tests_own_calls_pass() -> None:
    class Echo:
        def send(self, request: HttpRequest) -> HttpResponse:
            return HttpResponse(200, {}, request.body)

    with Turns() as turns:
        http = TurningHttp(Echo(), turns)
        turns.actor(
            "ann", lambda: http.send(HttpRequest("GET", "http://x.example/v1/a", body=b"1"))
        )

        stops = [turns.step("ann"), turns.step("ann")]
        own = http.send(HttpRequest("GET", "http://x.example/v1/b", body=b"2"))

    assert stops == [Call("send", "GET /v1/a"), None]
    assert turns.result("ann") == HttpResponse(200, {}, b"1")
    assert own.body == b"2"


def test_what_an_actor_raises_is_raised_by_its_step() -> None:
    def fail() -> None:
        raise LookupError("nobody home")

    with Turns() as turns:
        turns.actor("ann", fail)

        with pytest.raises(LookupError, match="nobody home"):
            turns.run([])

    assert turns.waiting == []


def test_an_actor_that_waits_for_what_no_turn_brings_is_shown_with_its_stack() -> None:
    never = threading.Event()
    turns = Turns(patience_seconds=0.05)

    def wait_for_ever() -> None:
        never.wait()

    turns.actor("ann", wait_for_ever)

    with pytest.raises(StuckError, match="ann is stuck after its start") as stuck:
        turns.step("ann")

    assert "wait_for_ever" in str(stuck.value)
    never.set()
    turns.close()


def test_actors_left_standing_die_at_the_end_without_acting() -> None:
    world = World()
    before = threading.active_count()

    with world.turns as turns:
        turns.actor("ann", world.sell_carefully)
        turns.actor("never stepped", world.sell_carefully)
        turns.step("ann")

    assert world.taken() == 0
    assert turns.was_killed("ann")
    assert threading.active_count() == before


def test_an_actor_that_survives_its_kill_is_found_out() -> None:
    world = World()

    def survive() -> None:
        with contextlib.suppress(BaseException):  # the very mistake to be found
            world.sell_carefully()

    with world.turns as turns:
        turns.actor("ann", survive, KillPoint(0, "before"))

        with pytest.raises(AssertionError, match="caught the kill"):
            turns.finish("ann")


def test_stepping_past_the_end_is_refused() -> None:
    with Turns() as turns:
        turns.actor("ann", lambda: 3)
        turns.finish("ann")

        with pytest.raises(ValueError, match="come to its end"):
            turns.step("ann")

    assert turns.result("ann") == 3


def test_orders_are_all_permutations_each_once_and_keep_a_names_own_sequence() -> None:
    told: list[str] = []
    acts = {
        "webhook": [lambda: told.append("first"), lambda: told.append("duplicate")],
        "return page": [lambda: told.append("return")],
    }

    found = []
    for order in orders({name: len(sequence) for name, sequence in acts.items()}):
        told.clear()
        run_in_order(order, acts)
        found.append(tuple(told))

    assert sorted(found) == [
        ("first", "duplicate", "return"),
        ("first", "return", "duplicate"),
        ("return", "first", "duplicate"),
    ]
    assert len(set(orders(dict.fromkeys("abcde", 1)))) == 120
