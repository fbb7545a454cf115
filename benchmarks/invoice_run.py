"""A run of invoices through the built function: time, processor, memory, units, what a million cost.

Each account owes for one subscription, so each invoice has one line. The queue's messages come in
batches, as the template has them, and one after the other, as a series is numbered.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import batched
from typing import Final

from benchmarks.due_bills import DueBills
from benchmarks.figures import Measured
from benchmarks.price import (
    PriceList,
    Share,
    Template,
    billed_ms,
    kept_month,
    million_invoices,
)
from benchmarks.sale import Step, Stream, ordered_event
from benchmarks.warm import stored_bytes
from benchmarks.workshop import Report, Worker, Workshop
from tests.support.tables import create_tables

_PREFIX: Final = "invoicing"  # tables of its own: what is due here is nobody else's
_FUNCTION: Final = "invoice_run"
_BATCH: Final = 5  # messages of a call
_ENTRIES: Final = 100  # of the journal's stream in a call
_WARMING: Final = 2
_METERED_INVOICES: Final = 120


@dataclass(frozen=True, slots=True)
class Run:
    """One run: the call that planned it, those that made its invoices, those that passed them on."""

    invoices: int
    messages: int
    plan: Report
    works: Sequence[tuple[int, Report]]  # with the invoices of each
    relays: Sequence[Report]

    @property
    def reports(self) -> list[Report]:
        return [self.plan, *(report for _, report in self.works)]


@dataclass(frozen=True, slots=True)
class Invoiced:
    """A run as it was timed, and one that was metered."""

    timed: Run
    metered: Run
    stored_bytes: float  # an invoice


def invoice(place: Workshop, invoices: int) -> Invoiced:
    """Two runs over accounts that are due, the first of which warms the function besides."""
    place = _own_tables(place)
    due = DueBills()
    warming = _WARMING * _batch_size()
    due.store(place.dynamo, 0, warming + invoices)
    timed = _run(place, warming + invoices, metered=False)
    due.store(place.dynamo, warming + invoices, _METERED_INVOICES)
    held = stored_bytes(place)
    metered = _run(place, _METERED_INVOICES, metered=True)
    stored = (stored_bytes(place) - held) / _METERED_INVOICES
    return Invoiced(_warmed(timed), metered, stored)


def figures(found: Invoiced, template: Template, prices: PriceList) -> list[Measured]:
    """Per invoice, planning included; without the mail, its files, and collecting."""
    timed, metered = found.timed, found.metered
    shares = _shares(timed, metered)
    cpu = cpu_ms(found)
    wall = sum(report.wall_ms for _, report in timed.works) / _made(timed)
    calls = sum(len(each.calls) for each in metered.reports) / metered.invoices
    billed = sum(
        billed_ms(share.step, template, prices.assumed) / share.invoices for share in shares[:2]
    )
    steps = [Step("", each) for each in metered.reports]
    write = sum(each.write_units for each in steps) / metered.invoices
    read = sum(each.read_units for each in steps) / metered.invoices
    memory = max(report.peak_memory_mb for report in timed.reports)
    samples = len(timed.works)
    bill = million_invoices(
        *(shares, metered.invoices / metered.messages, 1.0),
        template,
        prices,
    )
    return [
        Measured("invoice_cpu", cpu, "ms", samples),
        Measured("invoices_per_second", 1000 / wall, "1/s", samples),
        Measured("invoices_per_second_in_lambda", 1000 / billed, "1/s", samples),
        Measured("invoice_write_units", write, "units"),
        Measured("invoice_read_units", read, "units"),
        Measured("invoice_round_trips", calls, "calls"),
        Measured("invoice_run_memory", memory, "MB"),
        *bill.figures("million_invoices"),
        Measured("million_invoices_kept_a_month", kept_month(found.stored_bytes, prices), "USD"),
    ]


def cpu_ms(found: Invoiced) -> float:
    """Processor time of the function for one invoice: the median of its calls, and planning."""
    timed = found.timed
    made = statistics.median(report.cpu_ms / count for count, report in timed.works)
    return made + timed.plan.cpu_ms / timed.invoices


def idle_quarter(place: Workshop) -> Step:
    """A quarter of an hour in which nothing has become due."""
    with Worker(place, metered=True, functions=(_FUNCTION,)) as worker:
        for _ in range(_WARMING):
            report = worker.call(_FUNCTION, {})
    return Step(_FUNCTION, report)


def units_by_item(found: Invoiced) -> str:
    """Where units go, for a person: an average invoice's, by call and item."""
    sums: dict[tuple[str, str], list[float]] = {}
    for report in found.metered.reports:
        for call in report.calls:
            for part in call["parts"]:
                held = sums.setdefault((call["name"], part["what"]), [0, 0, 0])
                for place, name in enumerate(("write", "index", "read")):
                    held[place] += part[name] / found.metered.invoices
    return "\n".join(
        f"{call:<16}{what:<28}write {write:>6.2f}  index {index:>6.2f}  read {read:>6.2f}"
        for (call, what), (write, index, read) in sums.items()
    )


def _own_tables(place: Workshop) -> Workshop:
    tables = create_tables(place.client("dynamodb"), _PREFIX)
    names = {"STATE_TABLE": tables["state"], "JOURNAL_TABLE": tables["journal"]}
    return replace(place, variables={**place.variables, **names})


def _batch_size() -> int:
    from guichet.invoices.use_cases import plan_invoices  # noqa: PLC0415 - its name is the verb's

    return _BATCH * plan_invoices.MOST_CANDIDATES


def _run(place: Workshop, invoices: int, *, metered: bool) -> Run:
    """Everything that is due.

    Raises:
        RuntimeError: not all of it was invoiced.
    """
    stream = Stream(place)
    with Worker(place, metered=metered, functions=(_FUNCTION,)) as worker:
        planned = worker.call(_FUNCTION, {"run": f"run_bench_{invoices}"})
        if planned.answer["planned"] != invoices:
            raise RuntimeError(f"{planned.answer} was planned of {invoices}")
        messages = _messages(place)
        works = []
        for bodies in batched(messages, _BATCH, strict=False):
            report = worker.call(_FUNCTION, ordered_event(bodies))
            if report.answer["batchItemFailures"]:
                raise RuntimeError(f"a batch failed: {report.answer}")
            works.append((sum(len(json.loads(json.loads(b)["of"])) for b in bodies), report))
    entries = []
    while records := stream.new_records():
        entries += records
    made = sum("JOURNAL#invoice/" in json.dumps(each) for each in entries)
    if made != invoices:
        raise RuntimeError(f"{made} invoices were made of {invoices}")
    with Worker(place, metered=False, functions=("relay",)) as worker:
        relays = [
            worker.call("relay", {"Records": list(records)})
            for records in batched(entries, _ENTRIES, strict=False)
        ]
    return Run(invoices, len(messages), planned, works, relays)


def _warmed(run: Run) -> Run:
    """Without the calls that warmed it."""
    return replace(run, works=run.works[_WARMING:], relays=run.relays[_WARMING:])


def _shares(timed: Run, metered: Run) -> list[Share]:
    """Planning, making and passing on, each call with its own units and the time of unmetered ones."""
    count, work = metered.works[-1]
    usual = statistics.fmean(report.cpu_ms / made for made, report in timed.works)
    plan = replace(metered.plan, cpu_ms=timed.plan.cpu_ms / timed.invoices * metered.invoices)
    relayed = statistics.fmean(each.cpu_ms for each in timed.relays)
    relay = replace(timed.relays[-1], cpu_ms=relayed)
    invoices_a_relay = _made(timed) / len(timed.relays)
    return [
        Share(Step("plan", plan), metered.invoices),
        Share(Step("make", replace(work, cpu_ms=usual * count)), count),
        Share(Step("relay", relay), round(invoices_a_relay)),
    ]


def _made(run: Run) -> int:
    return sum(count for count, _ in run.works)


def _messages(place: Workshop) -> list[str]:
    """All that lie in the queue in order."""
    queues, url = place.client("sqs"), place.variables["INVOICE_QUEUE_URL"]
    bodies: list[str] = []
    while True:
        held = queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        if not held:
            return bodies
        for message in held:
            bodies.append(message["Body"])
            queues.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
