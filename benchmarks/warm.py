"""Whole sales through warm functions: processor time, round trips, request units, what they log."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import psutil

from benchmarks.figures import Measured
from benchmarks.sale import Sale, Step, Stream
from benchmarks.workshop import Worker, Workshop
from guichet.adapters.dynamo.expressions import from_wire
from tests.support.memory_items import item_size_bytes

_WARMING: Final = 5
_METERED: Final = 3
_ITEM_BYTES: Final = 100
_NUMBERS: Final = {"stripe": 0, "paypal": 10_000}  # registrants of one apart from the other's
# Looking at a training is no part of a sale: many look who never register.
NOT_OF_THE_SALE: Final = frozenset({"look"})

type Steps = Sequence[Step]


@dataclass(frozen=True, slots=True)
class Sold:
    """Sales as they went: `timed` without, `metered` with a meter on the store."""

    timed: list[list[Step]]
    metered: list[list[Step]]
    emulator_cpu_ms: float  # a sale
    stored_bytes: float  # a sale
    idle_upkeep: Step


def sell(place: Workshop, samples: int, method: str = "stripe") -> Sold:
    """Sell so many seats, one after the other."""
    numbers = _NUMBERS[method]
    emulator = psutil.Process(place.emulator_process)
    with Worker(place, metered=False) as worker:
        stream = Stream(place)
        for number in range(_WARMING):
            Sale(place, worker, stream, numbers + number, method).run()
        before = _cpu_ms(emulator)
        timed = [
            Sale(place, worker, stream, numbers + _WARMING + number, method).run()
            for number in range(samples)
        ]
        emulator_cpu = (_cpu_ms(emulator) - before) / samples
        idle = [worker.call("upkeep", {}).cpu_ms for _ in range(_WARMING + samples)]
    with Worker(place, metered=True) as worker:
        stream = Stream(place)
        first, held = numbers + _WARMING + samples, stored_bytes(place)
        metered = [
            Sale(place, worker, stream, first + number, method).run() for number in range(_METERED)
        ]
        stored = (stored_bytes(place) - held) / _METERED
        worker.call("upkeep", {})  # the first reads no more than later ones, but makes its clients
        upkeep = worker.call("upkeep", {})
    cpu_ms = statistics.median(idle[_WARMING:])
    return Sold(
        timed, metered, emulator_cpu, stored, Step("upkeep", replace(upkeep, cpu_ms=cpu_ms))
    )


def counted_steps(sold: Sold) -> list[Step]:
    """The calls of one sale as they were metered, each with the processor time of unmetered ones."""
    calls: dict[str, list[float]] = defaultdict(list)
    for steps in sold.timed:
        for step in steps:
            calls[step.name].append(step.report.cpu_ms)
    return [
        replace(step, report=replace(step.report, cpu_ms=statistics.fmean(calls[step.name])))
        for step in sold.metered[-1]
    ]


def cpu_figures(sold: Sold) -> list[Measured]:
    """Processor time of our code and its libraries; the store's, Stripe's and mail's are others'."""
    samples = len(sold.timed)
    totals = [sum(_of_sale(steps, lambda step: step.report.cpu_ms)) for steps in sold.timed]
    by_name: dict[str, list[float]] = defaultdict(list)
    for steps in sold.timed:
        for name, taken in _summed(steps).items():
            by_name[name].append(taken)
    webhooks = by_name.pop("webhook")
    return [
        Measured("stored_webhook_cpu", statistics.median(webhooks), "ms", samples),
        Measured("sale_cpu", statistics.median(totals), "ms", samples),
        *(
            Measured(f"sale_cpu_{_snake(name)}", statistics.median(each), "ms", samples)
            for name, each in by_name.items()
            if name not in NOT_OF_THE_SALE
        ),
        Measured("look_cpu", statistics.median(by_name["look"]), "ms", samples),
        Measured("sale_cpu_of_emulator", sold.emulator_cpu_ms, "ms", samples),
    ]


def unit_figures(sold: Sold) -> list[Measured]:
    """Round trips and request units of one sale, by DynamoDB's rules and as the emulator counts."""
    steps = sold.metered[-1]
    names = list(dict.fromkeys(step.name for step in steps))
    figures = [
        Measured("sale_write_units", sum(_of_sale(steps, lambda step: step.write_units)), "units"),
        Measured("sale_read_units", sum(_of_sale(steps, lambda step: step.read_units)), "units"),
        Measured(
            "sale_round_trips",
            sum(_of_sale(steps, lambda step: len(step.report.calls))),
            "calls",
        ),
        Measured(
            "sale_units_by_emulator",
            sum(_of_sale(steps, lambda step: step.emulator_units)),
            "units",
        ),
        Measured(
            "sale_calls_counted_otherwise_by_emulator",
            sum(_of_sale(steps, lambda step: step.counted_otherwise)),
            "calls",
        ),
    ]
    for name in names:
        own = [step for step in steps if step.name == name]
        if not any(step.report.calls for step in own):
            continue
        figures += [
            Measured(f"write_units_{_snake(name)}", sum(s.write_units for s in own), "units"),
            Measured(f"read_units_{_snake(name)}", sum(s.read_units for s in own), "units"),
            Measured(f"round_trips_{_snake(name)}", sum(len(s.report.calls) for s in own), "calls"),
        ]
    return figures


def totals(sold: Sold, prefix: str) -> list[Measured]:
    """A sale as a whole, without its parts."""
    steps, samples = sold.metered[-1], len(sold.timed)
    taken = [sum(_of_sale(steps, lambda step: step.report.cpu_ms)) for steps in sold.timed]
    webhooks = [_summed(steps)["webhook"] for steps in sold.timed]
    writes = sum(_of_sale(steps, lambda step: step.write_units))
    reads = sum(_of_sale(steps, lambda step: step.read_units))
    calls = sum(_of_sale(steps, lambda step: len(step.report.calls)))
    asked = sum(_of_sale(steps, lambda step: step.provider_calls))
    return [
        Measured(f"{prefix}_sale_cpu", statistics.median(taken), "ms", samples),
        Measured(f"{prefix}_sale_cpu_webhooks", statistics.median(webhooks), "ms", samples),
        Measured(f"{prefix}_sale_write_units", writes, "units"),
        Measured(f"{prefix}_sale_read_units", reads, "units"),
        Measured(f"{prefix}_sale_round_trips", calls, "calls"),
        Measured(f"{prefix}_sale_provider_calls", asked, "calls"),
    ]


def units_by_item(steps: Steps) -> str:
    """Where units go, for a person: step, call, item."""
    return "\n".join(
        f"{step.name:<14}{call['name']:<16}{part['what']:<28}"
        f"write {part['write']:>2}  index {part['index']:>2}  read {part['read']:>4}"
        for step in steps
        for call in step.report.calls
        for part in call["parts"]
    )


def _of_sale[T](steps: Steps, read: Callable[[Step], T]) -> list[T]:
    return [read(step) for step in steps if step.name not in NOT_OF_THE_SALE]


def _summed(steps: Steps) -> dict[str, float]:
    """Processor time by step; a step that comes several times counts together."""
    taken: dict[str, float] = defaultdict(float)
    for step in steps:
        taken[step.name] += step.report.cpu_ms
    return taken


def stored_bytes(place: Workshop) -> int:
    """What the tables hold, as DynamoDB bills storage: each item and 100 bytes."""
    store = place.client("dynamodb")
    total = 0
    for table in ("STATE_TABLE", "JOURNAL_TABLE"):
        for page in store.get_paginator("scan").paginate(TableName=place.variables[table]):
            total += sum(item_size_bytes(from_wire(item)) + _ITEM_BYTES for item in page["Items"])
    return total


def _cpu_ms(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system) * 1000


def _snake(name: str) -> str:
    return name.replace(" ", "_")
