"""The crash enumeration's own tool: every call is counted, and death leaves nothing running."""

import contextlib
from functools import partial

import pytest

from guichet.adapters.dynamo.seam import Absent, ConditionFailedError, Key, Put, Update
from guichet.adapters.http import HttpRequest, HttpResponse
from tests.simulation.kills import (
    Call,
    Calls,
    Killed,
    KillingDynamo,
    KillingHttp,
    KillPoint,
    kill_at,
    kill_points,
    killed,
    record_calls,
)
from tests.support.memory_dynamo import MemoryDynamo

SEAT = Key("TRAINING#t", "SEATS")


class Till:
    """A provider that counts what it was asked."""

    def __init__(self) -> None:
        self.paid = 0

    def send(self, request: HttpRequest) -> HttpResponse:
        self.paid += 1
        return HttpResponse(200, {}, request.body)


class Sale:
    """A process of three calls over both seams."""

    def __init__(self, dynamo: MemoryDynamo, till: Till) -> None:
        self.dynamo = dynamo
        self.till = till

    def run(self, calls: Calls) -> None:
        dynamo, http = KillingDynamo(self.dynamo, calls), KillingHttp(self.till, calls)
        dynamo.update(Update("state", SEAT, add={"taken": 1}))
        http.send(HttpRequest("POST", "https://till.example.org/v1/payments?x=1"))
        dynamo.put(Put("journal", {"pk": "JOURNAL#t", "sk": "1"}))

    def effects(self) -> tuple[int, int, int]:
        return len(self.dynamo.items("state")), self.till.paid, len(self.dynamo.stream)


def test_a_recorder_lists_the_calls_of_both_seams_in_order() -> None:
    sale = Sale(MemoryDynamo(), Till())

    calls = record_calls(sale.run)

    assert calls == [
        Call("update", "state TRAINING#t/SEATS"),
        Call("send", "POST /v1/payments"),
        Call("put", "journal JOURNAL#t/1"),
    ]


def test_every_kill_point_leaves_exactly_what_was_done_before_it() -> None:
    recorded = record_calls(Sale(MemoryDynamo(), Till()).run)

    effects = []
    for point in kill_points(recorded):
        sale = Sale(MemoryDynamo(), Till())
        calls = Calls(point)
        assert killed(calls, partial(sale.run, calls))
        effects.append(sale.effects())

    assert effects == [(0, 0, 0), (1, 0, 0), (1, 0, 0), (1, 1, 0), (1, 1, 0), (1, 1, 1)]


def test_a_run_shorter_than_its_kill_point_is_not_killed() -> None:
    sale = Sale(MemoryDynamo(), Till())
    calls = kill_at(3, "before")

    was_killed = killed(calls, lambda: sale.run(calls))

    assert not was_killed
    assert sale.effects() == (1, 1, 1)


def test_a_dead_process_cannot_act_in_a_finally() -> None:
    memory = MemoryDynamo()
    calls = kill_at(0, "after")
    dynamo = KillingDynamo(memory, calls)

    def run() -> None:
        try:
            dynamo.put(Put("state", {"pk": "A", "sk": "1"}))
        finally:
            dynamo.put(Put("state", {"pk": "A", "sk": "2"}))

    assert killed(calls, run)
    assert memory.items("state") == [{"pk": "A", "sk": "1"}]


def test_code_that_catches_the_kill_is_found_out() -> None:
    calls = kill_at(0, "before")
    dynamo = KillingDynamo(MemoryDynamo(), calls)

    def run() -> None:
        with contextlib.suppress(BaseException):  # the very mistake to be found
            dynamo.get("state", SEAT)

    with pytest.raises(AssertionError, match="caught the kill"):
        killed(calls, run)


def test_a_refusal_can_be_the_answer_that_is_lost() -> None:
    memory = MemoryDynamo()
    memory.put(Put("state", {"pk": "A", "sk": "1"}))
    dynamo = KillingDynamo(memory, kill_at(0, "after"))

    with pytest.raises(Killed) as death:
        dynamo.put(Put("state", {"pk": "A", "sk": "1"}, Absent()))

    assert isinstance(death.value.__context__, ConditionFailedError)


def test_a_kill_is_none_of_the_errors_that_code_may_catch() -> None:
    assert not issubclass(Killed, Exception)
    assert kill_at(2, "after").kill == KillPoint(2, "after")
