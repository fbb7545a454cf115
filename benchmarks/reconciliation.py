"""A comparison of one busy day with Stripe's lists: its time, its calls, its units (EXT-3).

One sale is made for real; its items and Stripe's objects are then copied under other names. The
store is in memory and metered by DynamoDB's rules; Stripe's pages lie ready, as text. So the time is
that of our own code, and on top of it come the waits for the calls that are counted here.
"""

from __future__ import annotations

import json
import time
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from benchmarks.capacity import indexes_of
from benchmarks.figures import Measured
from benchmarks.metered import Call, MeteredDynamo
from guichet.adapters.dynamo.codec import encode_time
from guichet.adapters.dynamo.seam import Dynamo, Item, Put, TableName
from guichet.adapters.http import Http, HttpRequest, HttpResponse
from guichet.payments.reconciliation import RunKind
from tests.support.reconciling import compare
from tests.support.tables import table_requests
from tests.support.world import ACCOUNT, START, World

PAYMENTS: Final = 10_000
_OVER: Final = timedelta(hours=20)
_AT_ONCE: Final = 50
_PAGE: Final = 100

type Entry = dict[str, Any]  # an object of Stripe's


def measure(payments: int = PAYMENTS) -> list[Measured]:
    """Compare so many sales of one day."""
    world, pages = _day(payments)
    began, cpu_began = time.perf_counter(), time.process_time()
    _compared(world, pages, world.dynamo, "1-timed", payments)
    wall, cpu = time.perf_counter() - began, time.process_time() - cpu_began
    asked = pages.asked
    calls = _metered(world, pages, payments)
    parts = [part for call in calls for part in call.parts]
    name = "reconciliation"
    return [
        Measured(f"{name}_time", wall, "s"),
        Measured(f"{name}_cpu", cpu, "s"),
        Measured(f"{name}_provider_calls", asked, "calls"),
        Measured(f"{name}_round_trips", len(calls), "calls"),
        Measured(f"{name}_read_units", sum(part.read for part in parts), "units"),
        Measured(f"{name}_write_units", sum(part.write + part.index for part in parts), "units"),
    ]


def _metered(world: World, pages: Pages, payments: int) -> list[Call]:
    """The same again, on a store that counts what DynamoDB would."""
    in_memory: Any = world.dynamo  # the meter was made for the client, whose seam is the same
    store = MeteredDynamo(lambda _: in_memory, indexes_of(table_requests("bench")))
    _compared(world, pages, store, "2-metered", payments)
    return store.take_calls()


def _compared(world: World, pages: Pages, store: Dynamo, request: str, payments: int) -> None:
    """One run by hand.

    Raises:
        RuntimeError: they were not all seen on both sides, or something was found.
    """
    since = START + timedelta(seconds=1)  # the first sale is only the others' pattern
    compare(world, parts=world.container(store, pages), by_hand=request, since=since)
    run = world.parts.reconciliations.latest_run(ACCOUNT, "stripe", RunKind.BY_HAND)
    if run is None or run.request != request:
        raise RuntimeError(f"{request} left no run")
    counts = run.counts  # a payment whose entries two pages share is looked at twice
    seen = (counts.events, counts.captures, min(counts.payments, payments))
    if seen != (payments,) * 3 or run.found:
        raise RuntimeError(f"the comparison came to {run}")


class Pages:
    """Stripe's lists, ready to be sent; what else is asked, the simulated providers answer."""

    def __init__(self, inner: Http, lists: dict[str, list[Entry]]) -> None:
        self._inner = inner
        self._lists = lists  # the oldest first
        self.asked = 0

    def send(self, request: HttpRequest) -> HttpResponse:
        self.asked += 1
        url = urlsplit(request.url)
        if url.path not in self._lists:
            return self._inner.send(request)
        asked = {name: values[0] for name, values in parse_qs(url.query).items()}
        entries = self._lists[url.path]
        low = bisect_left(entries, int(asked["created[gte]"]), key=_created)
        high = bisect_left(entries, int(asked["created[lt]"]), key=_created)
        if "starting_after" in asked:
            high = int(asked["starting_after"].rpartition("x")[2]) - 1
        start = max(low, high - _PAGE)
        page = {"object": "list", "has_more": start > low, "data": entries[start:high][::-1]}
        return HttpResponse(200, {}, json.dumps(page).encode())


class _Kept:
    """Stripe, of whose lists the first entries are kept."""

    def __init__(self, inner: Http) -> None:
        self._inner = inner
        self.first: dict[str, Entry] = {}

    def send(self, request: HttpRequest) -> HttpResponse:
        answer = self._inner.send(request)
        found = json.loads(answer.body)
        if found.get("data"):
            self.first.setdefault(urlsplit(request.url).path, found["data"][0])
        return answer


def _day(payments: int) -> tuple[World, Pages]:
    """A world after a day of sales, each a copy of the first, and Stripe's lists of them."""
    world = World()
    sold = world.buy(world.training())
    kept = _Kept(world.http)
    world.clock.advance(minutes=1)
    compare(world, parts=world.container(http=kept))
    names = [str(sold.paid_payment_id), sold.registration_id.rpartition("_")[2]]
    names += [str(each["id"]) for each in kept.first.values()]
    moments = [START + _OVER / payments * number for number in range(1, payments + 1)]
    lists = {path: _later(each, names, moments) for path, each in kept.first.items()}
    pages = Pages(world.http, lists)
    _store(world, names, moments)
    world.clock.at = START + _OVER + timedelta(hours=3)
    return world, pages


def _later(entry: Entry, names: Sequence[str], moments: Sequence[datetime]) -> list[Entry]:
    text = json.dumps(entry)
    return [
        json.loads(_renamed(text, names, number)) | {"created": int(at.timestamp())}
        for number, at in enumerate(moments, start=1)
    ]


def _store(world: World, names: Sequence[str], moments: Sequence[datetime]) -> None:
    """What the first sale left, once for each moment."""
    pattern: list[tuple[TableName, str]] = [
        (table, json.dumps(item))
        for table in ("state", "journal")
        for item in world.dynamo.items(table)
        if any(name in item["pk"] for name in names)  # type: ignore[operator]  # a key is text
    ]
    waiting: list[Put] = []
    for number, at in enumerate(moments, start=1):
        waiting.extend(_copies(pattern, names, number, at))
        if len(waiting) >= _AT_ONCE:
            world.dynamo.transact_write(waiting)
            waiting = []
    if waiting:
        world.dynamo.transact_write(waiting)
    world.dynamo.stream.clear()


def _copies(
    pattern: Sequence[tuple[TableName, str]], names: Sequence[str], number: int, at: datetime
) -> Iterator[Put]:
    for table, text in pattern:
        item: Item = json.loads(
            _renamed(text, names, number).replace(encode_time(START), encode_time(at))
        )
        yield Put(table, item)


def _renamed(text: str, names: Sequence[str], number: int) -> str:
    for name in names:
        text = text.replace(name, f"{name}x{number}")
    return text


def _created(entry: Entry) -> int:
    return int(entry["created"])
