"""What billing takes: previews, orders, renewals, usage, and loading the catalogue."""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from types import MappingProxyType
from typing import Any, Final

from benchmarks.capacity import indexes_of
from benchmarks.figures import Measured
from benchmarks.metered import MeteredDynamo
from benchmarks.price import PriceList, Template, million_sales
from benchmarks.sale import Step
from benchmarks.subscribing import BATCH, LINES, Customer, Spent
from benchmarks.workshop import Report, Workshop
from guichet.adapters.dynamo.client import DynamoClient
from tests.support.memory_dynamo import MemoryDynamo
from tests.support.tables import create_tables, signed_dynamodb, table_requests

_WARMING: Final = 5
_METERED: Final = 2  # the first makes what later ones only change
_BATCHES: Final = 4
_THOUSAND: Final = 1000
_LOADS: Final = 9
_LOAD: Final = """
import datetime, time
from guichet.adapters.catalogue.packaged import packaged_catalogues
before = time.process_time_ns()
packaged_catalogues().at(datetime.date(2026, 11, 22)).product("webinar")
print((time.process_time_ns() - before) / 1e6)
"""

_OF_ONE: Final = ("preview", "order", "order_paid", "renewal")
_RUN_BY: Final = MappingProxyType({"preview": "billing", "renewal": "upkeep"})

type Acts = dict[str, list[Spent]]  # by what was done


def measure(place: Workshop, samples: int, template: Template, prices: PriceList) -> list[Measured]:
    """All of it: time on the emulator's tables, units in memory."""
    tables = create_tables(place.client("dynamodb"), "billing")
    timed = acts(Customer(DynamoClient(signed_dynamodb(place.endpoint_url), tables)), samples)
    counted = metered()
    return [
        *(each for name in _OF_ONE for each in _figures(name, timed[name], counted[name][-1])),
        *_usage(timed["usage"], counted["usage"][-1]),
        catalogue_load(),
        *_prices(timed, counted, template, prices),
    ]


def metered() -> Acts:
    """Every act on a store that counts what DynamoDB would."""
    in_memory: Any = MemoryDynamo()  # the meter was made for the client, whose seam is the same
    store = MeteredDynamo(lambda _: in_memory, indexes_of(table_requests("bench")))
    return acts(Customer(store, store), _METERED, warming=0)


def acts(customer: Customer, samples: int, warming: int = _WARMING) -> Acts:
    """Each act so many times, after some that warm."""
    taken: Acts = {name: [] for name in (*_OF_ONE, "usage")}
    for _ in range(warming + samples):
        preview, spent = customer.spent_on(customer.preview_many)
        taken["preview"].append(spent)
        if len(preview.wishes) != LINES:
            raise RuntimeError(f"a cart of {len(preview.wishes)} lines was previewed")
    for _ in range(warming + samples):
        placed, spent = customer.spent_on(customer.place, customer.preview_one())
        taken["order"].append(spent)
        customer.pay(placed)
        _, spent = customer.spent_on(customer.come_back, placed)
        taken["order_paid"].append(spent)
    for _ in range(_BATCHES):
        _, spent = customer.spent_on(customer.use, customer.records(BATCH))
        taken["usage"].append(spent)
    for _ in range(warming + samples):
        customer.a_month_passes()
        _, spent = customer.spent_on(customer.renew)
        taken["renewal"].append(spent)
    return {name: each[-samples:] for name, each in taken.items()}


def units_by_item(counted: Acts) -> str:
    """Where units go, for a person: act, call, item."""
    return "\n".join(
        f"{name:<14}{call.name:<16}{part.what:<28}"
        f"write {part.write:>2}  index {part.index:>2}  read {part.read:>4}"
        for name in _OF_ONE
        for call in counted[name][-1].calls
        for part in call.parts
    )


def _figures(name: str, timed: Sequence[Spent], counted: Spent) -> list[Measured]:
    samples = len(timed)
    cpu, client = (
        statistics.median(each.cpu_ms for each in timed),
        statistics.median(each.client_cpu_ms for each in timed),
    )
    return [
        Measured(f"{name}_cpu", cpu, "ms", samples),
        Measured(f"{name}_cpu_of_client", client, "ms", samples),
        Measured(f"{name}_write_units", counted.write_units, "units"),
        Measured(f"{name}_read_units", counted.read_units, "units"),
        Measured(f"{name}_round_trips", len(counted.calls), "calls"),
        *(
            [Measured(f"{name}_provider_calls", counted.provider_calls, "calls")]
            if counted.provider_calls
            else []
        ),
    ]


def _usage(timed: Sequence[Spent], counted: Spent) -> list[Measured]:
    """One batch after the other; a worker's limit is its processor, the rest is waiting."""
    batches, part = len(timed), BATCH / _THOUSAND
    wall = statistics.median(each.wall_ms for each in timed)
    cpu = statistics.median(each.cpu_ms for each in timed)
    units = counted.write_units + counted.read_units
    return [
        Measured("usage_records_per_second", BATCH * 1000 / wall, "1/s", batches),
        Measured("usage_cpu_per_thousand", cpu / part, "ms", batches),
        Measured("usage_units_per_thousand", units / part, "units"),
    ]


def catalogue_load() -> Measured:
    """Reading the compiled file and making one product, in a process that has done neither."""
    taken = []
    for _ in range(_LOADS):
        run = subprocess.run(  # noqa: S603 - the command is ours alone
            [sys.executable, "-c", _LOAD], capture_output=True, check=True, text=True
        )
        taken.append(float(run.stdout))
    return Measured("catalogue_load", statistics.median(taken), "ms", _LOADS)


def _prices(timed: Acts, counted: Acts, template: Template, prices: PriceList) -> list[Measured]:
    """A million of each, without what request and answer take beside the call itself."""
    return [
        figure
        for name, function in _RUN_BY.items()
        if function in template.memory_mb
        for figure in million_sales(
            [_step(timed[name], counted[name][-1], function)], template, prices
        ).figures(f"million_{name}s")[:1]
    ]


def _step(timed: Sequence[Spent], counted: Spent, function: str) -> Step:
    """One act as the price list sees it."""
    report = Report(
        function=function,
        answer={},
        cpu_ms=statistics.fmean(each.cpu_ms for each in timed),
        wall_ms=0.0,
        log_bytes=0,
        calls=[asdict(call) for call in counted.calls],
    )
    return Step(function, report, counted.provider_calls)
