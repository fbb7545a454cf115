"""The stopwatches stand beside what they time, and change nothing of it."""

import time

import pytest

from benchmarks.timed import Stopwatch, TimedDynamo, TimedHttp
from guichet.adapters.dynamo.seam import Absent, ConditionFailedError, Delete, Key, Put, Update
from guichet.adapters.http import HttpRequest, HttpResponse
from tests.support.memory_dynamo import MemoryDynamo

KEY = Key("A", "B")
BUSY_MS = 20


def busy() -> None:
    """Work for a while: sleeping is no processor time."""
    until = time.thread_time_ns() + BUSY_MS * 1_000_000
    while time.thread_time_ns() < until:
        pass


class Answering:
    """A provider that works for its answer."""

    def send(self, request: HttpRequest) -> HttpResponse:
        busy()
        return HttpResponse(200, {}, request.body)


def test_a_stopwatch_adds_up_until_it_is_asked() -> None:
    watch = Stopwatch()

    watch.of(busy)
    watch.of(busy)
    taken, nothing = watch.take_ms(), watch.take_ms()

    assert taken >= 2 * BUSY_MS
    assert nothing == 0


def test_what_fails_is_timed_too() -> None:
    watch = Stopwatch()
    store = TimedDynamo(MemoryDynamo(), watch)
    store.put(Put("state", {"pk": "A", "sk": "B"}, Absent()))
    watch.take_ms()

    with pytest.raises(ConditionFailedError):
        store.put(Put("state", {"pk": "A", "sk": "B"}, Absent()))

    assert watch.take_ms() > 0


def test_a_timed_store_keeps_and_answers_as_the_one_behind_it() -> None:
    inner = MemoryDynamo()
    store = TimedDynamo(inner, Stopwatch())

    store.put(Put("state", {"pk": "A", "sk": "B", "count": 1}))
    updated = store.update(Update("state", KEY, add={"count": 1}))
    store.transact_write([Put("journal", {"pk": "A", "sk": "1"}, Absent())])

    assert updated["count"] == 2
    assert store.get("state", KEY) == inner.get("state", KEY) == updated
    assert store.query("state", "A").items == [updated]
    assert store.transact_get([("state", KEY), ("journal", Key("A", "1"))])[1] is not None
    store.delete(Delete("state", KEY))
    assert inner.get("state", KEY) is None


def test_a_provider_is_timed_and_counted() -> None:
    watch = Stopwatch()
    http = TimedHttp(Answering(), watch)

    answer = http.send(HttpRequest("POST", "https://provider.example", body=b"all of it"))

    assert answer.body == b"all of it"
    assert http.calls == 1
    assert watch.take_ms() >= BUSY_MS
