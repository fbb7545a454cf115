"""Whether an invoice costs the same in a small run and in a large one, and what its files add.

On the emulator the largest run takes an hour, so these are in the store's model, in memory. Its time
is taken off: what remains is ours without the store's client, whose calls are counted.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.due_bills import DueBills
from benchmarks.figures import Measured
from benchmarks.timed import Stopwatch, TimedDynamo
from guichet.adapters.documents.files import files_of
from guichet.entry.invoicing import plan, work
from guichet.invoices.invoice import Invoice
from tests.support.memory_dynamo import MemoryDynamo
from tests.support.world import TestClock, World

SIZES: Final = (1_000, 10_000, 100_000)
_WARMING: Final = 600
_FILED: Final = 60


class Kept:
    """The model of the store: its calls are counted, its time is taken."""

    def __init__(self) -> None:
        self.calls = 0
        self.model = MemoryDynamo(self._count)
        self._watch = Stopwatch()
        self.seam = TimedDynamo(self.model, self._watch)

    def _count(self, name: str, detail: str) -> None:
        del name, detail
        self.calls += 1

    def spent[T](self, act: Callable[[], T]) -> tuple[T, float]:
        """What an act answers, and its processor time in ms without the store's.

        What lies in the store is frozen: no function would look through it for garbage.
        """
        gc.freeze()
        self._watch.take_ms()
        before = time.process_time_ns()
        answer = act()
        return answer, (time.process_time_ns() - before) / 1e6 - self._watch.take_ms()


@dataclass(frozen=True, slots=True)
class Grown:
    """One run, planned and made: what an invoice took, by the median of the messages."""

    size: int
    cpu_ms: float
    calls: float


@dataclass(frozen=True, slots=True)
class Ended:
    """A run, and the world after it."""

    grown: Grown
    world: World
    kept: Kept
    documents: Sequence[Invoice]


def run_over(size: int) -> Ended:
    """One run over so many subscriptions, each with a bill that is due.

    Raises:
        RuntimeError: not all of it was invoiced.
    """
    due, kept = DueBills(), Kept()
    due.store(kept.model, 0, size)
    world = World(clock=TestClock(due.now), store=kept.seam)
    kept.calls = 0
    messages: list[Mapping[str, str]] = []
    _, plan_ms = kept.spent(lambda: plan("run_bench", world.parts, messages.extend, lambda: True))
    documents: list[Invoice] = []
    taken: list[float] = []
    for body in messages:
        made, spent = kept.spent(lambda body=body: work(body, world.parts))  # type: ignore[misc]  # its own
        taken.append(spent / len(made.documents))
        documents += made.documents
    if len(documents) != size:
        raise RuntimeError(f"{len(documents)} invoices were made of {size}")
    cpu_ms = plan_ms / size + statistics.median(taken)
    return Ended(Grown(size, cpu_ms, kept.calls / size), world, kept, documents)


def measure(
    function_cpu_ms: float, sizes: Sequence[int] = SIZES, warming: int = _WARMING
) -> list[Measured]:
    """Runs of these sizes, and the files of some invoices.

    Args:
        function_cpu_ms: of the whole function for an invoice, to which its files are added.
        sizes: ascending.
        warming: of a run before them that is not counted; it makes the invoices that get files.
    """
    ended = run_over(warming)
    files_ms = _files_ms(ended)
    runs = []
    for size in sizes:
        runs.append(run_over(size).grown)
        gc.unfreeze()
        gc.collect()
    taken = [each.cpu_ms for each in runs]
    return [
        Measured("invoice_cpu_with_pdf", function_cpu_ms + files_ms, "ms", _FILED),
        *(Measured(f"invoice_cpu_of_{each.size}", each.cpu_ms, "ms") for each in runs),
        *(Measured(f"invoice_calls_of_{each.size}", each.calls, "calls") for each in runs),
        Measured("invoice_growth", growth_percent(taken), "%"),
    ]


def growth_percent(taken: Sequence[float]) -> float:
    """By how much an invoice of a larger run exceeds one of the first, the smallest."""
    first, *larger = taken
    return max((each / first - 1) * 100 for each in larger)


def _files_ms(ended: Ended) -> float:
    """Reading a kept content and making all files of it, after one that loads what they need."""
    records = ended.world.parts.billing.invoices

    def file(invoice: Invoice) -> None:
        content = records.content(invoice)
        if content is None:
            raise RuntimeError(f"{invoice.number} has no content")
        files_of(content.document)

    file(ended.documents[0])
    taken = [ended.kept.spent(lambda each=each: file(each))[1] for each in ended.documents[:_FILED]]  # type: ignore[misc]  # its own
    return statistics.median(taken)
