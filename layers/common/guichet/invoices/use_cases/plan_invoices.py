"""Find everything due and pass it on, so much at a time, to whoever numbers a series (INV-1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, Protocol

from guichet.errors import ConcurrentUpdateError
from guichet.events import Actor, Event
from guichet.invoices.batches import Batch
from guichet.invoices.invoicing import Invoicing
from guichet.invoices.ports import Aggregate, Candidate, CandidateKind
from guichet.invoices.progress import summary
from guichet.invoices.run import PLATFORM, InvoiceRun, RunStatus
from guichet.ledger.journal import Cause, Change
from guichet.retrying import TRIES

MOST_CANDIDATES: Final = 15  # of a message: about what fits in one write
_PAGE: Final = 100


class PassOn(Protocol):
    """Puts a message into the queue of a series, where one worker at a time takes them in order."""

    def __call__(
        self, selling_entity: str, candidates: Sequence[Candidate], batch: Batch | None
    ) -> None: ...

    def finish(self) -> None:
        """Everything is in the queue: the run may say so."""
        ...


def plan_invoices(
    run_id: str,
    actor: Actor,
    *,
    invoicing: Invoicing,
    pass_on: PassOn,
    has_time: Callable[[], bool],
) -> int:
    """Answers how many candidates were passed on. What time does not allow comes with the next run.

    A run that another planner has in hand is left alone. One whose planner died is planned anew:
    whatever is still due is passed on again, and invoiced once. Of a run that is over nothing is
    counted any more: what became due since is passed on without it.
    """
    planner = _Planner(run_id, Cause(actor, "plan_invoices", invoicing.clock.now()), invoicing)
    after = None
    while has_time():
        page = invoicing.records.nominated(planner.cause.at, limit=_PAGE, after=after)
        for candidate in page.items:
            if candidate.kind is CandidateKind.ORDER and invoicing.is_parked(candidate):
                continue  # an order stays in the index, which knows nothing of its account
            if not planner.may_pass_on():
                return 0
            planner.take(candidate, pass_on)
        after = page.after
        if after is None:
            break
    planner.end(pass_on)
    return planner.planned


class _Planner:
    """One planner of a run, which is stored as taken before anything is passed on."""

    def __init__(self, run_id: str, cause: Cause, invoicing: Invoicing) -> None:
        self.cause = cause
        self.planned = 0
        self._run_id = run_id
        self._invoicing = invoicing
        self._run: InvoiceRun | None = None
        self._is_over = False
        self._waiting: dict[str, list[Candidate]] = {}
        self._batches: Counter[str] = Counter()

    def may_pass_on(self) -> bool:
        """Whether no other planner has the run in hand."""
        if self._run is None and not self._is_over:
            self._run = self._taken()
        return self._run is not None or self._is_over

    def _taken(self) -> InvoiceRun | None:
        records, now = self._invoicing.records, self.cause.at
        before = records.run(self._run_id)
        if before is None:
            new = InvoiceRun(self._run_id, PLATFORM, now, self.cause.actor.id)
            after = new.taken_by_planner(now)
        elif before.may_be_planned(now):
            after = replace(before.taken_by_planner(now), version=before.version + 1)
        else:
            self._is_over = before.status is RunStatus.FINISHED
            return None
        name = "invoice_run.begun" if after.planning == 1 else "invoice_run.resumed"
        try:
            records.save(self.cause, [Change[Aggregate](before, after, (Event(name),))])
        except ConcurrentUpdateError:
            return None  # another one was faster
        return after

    def take(self, candidate: Candidate, pass_on: PassOn) -> None:
        self.planned += 1
        held = self._waiting.setdefault(candidate.selling_entity, [])
        held.append(candidate)
        if len(held) == MOST_CANDIDATES:
            self._pass_on(candidate.selling_entity, pass_on)

    def _pass_on(self, entity: str, pass_on: PassOn) -> None:
        self._batches[entity] += 1
        number, run = self._batches[entity], self._run
        batch = None if run is None else Batch(run.run_id, run.planning, number)
        pass_on(entity, self._waiting.pop(entity), batch)

    def end(self, pass_on: PassOn) -> None:
        """The rest is passed on, and the run knows how much there is of it.

        A run that found nothing leaves nothing behind, unless somebody asked for it, or it was begun.
        """
        for entity in list(self._waiting):
            self._pass_on(entity, pass_on)
        pass_on.finish()
        records, now = self._invoicing.records, self.cause.at
        for _ in range(TRIES):
            before = records.run(self._run_id)
            if before is None or not self._is_own(before):
                return
            begun = before if self._run else before.taken_by_planner(now)
            after = begun.with_planned(self.planned, now)
            events = [Event("invoice_run.planned", {"planned": self.planned})]
            if after.status is RunStatus.FINISHED:
                events.append(summary(after, self._invoicing))
            after = replace(after, version=before.version + 1)
            try:
                records.save(self.cause, [Change[Aggregate](before, after, tuple(events))])
            except ConcurrentUpdateError:
                continue
            return
        raise ConcurrentUpdateError(f"{self._run_id} is being written all the time")

    def _is_own(self, run: InvoiceRun) -> bool:
        """Whether nobody has taken it over; without candidates it was not taken yet."""
        if self._run is None:
            return run.may_be_planned(self.cause.at)
        return run.planning == self._run.planning and run.status is RunStatus.PLANNING
