"""Find everything due and pass it on, so much at a time, to whoever numbers a series (INV-1)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final, Protocol

from guichet.errors import ConcurrentUpdateError
from guichet.events import Actor, Event
from guichet.invoices.invoicing import Invoicing
from guichet.invoices.ports import Candidate, CandidateKind
from guichet.invoices.progress import summary
from guichet.invoices.run import PLATFORM, InvoiceRun, RunStatus
from guichet.ledger.journal import Cause, Change
from guichet.retrying import TRIES

_BATCH: Final = 15  # candidates of a message: about what fits in one write
_PAGE: Final = 100


class PassOn(Protocol):
    """Puts a message into the queue of a series, where one worker at a time takes them in order."""

    def __call__(
        self, selling_entity: str, candidates: Sequence[Candidate], run_id: str
    ) -> None: ...


def plan_invoices(
    run_id: str,
    actor: Actor,
    *,
    invoicing: Invoicing,
    pass_on: PassOn,
    has_time: Callable[[], bool],
) -> int:
    """Answers how many candidates were passed on. What time does not allow comes with the next run.

    Planned twice, everything is passed on twice, and invoiced once.
    """
    started_at = invoicing.clock.now()
    cause = Cause(actor, "plan_invoices", started_at)
    waiting: dict[str, list[Candidate]] = {}
    planned, after = 0, None
    while has_time():
        page = invoicing.records.nominated(started_at, limit=_PAGE, after=after)
        for candidate in page.items:
            if candidate.kind is CandidateKind.ORDER and invoicing.is_parked(candidate):
                continue  # an order stays in the index, which knows nothing of its account
            if not planned:
                _begin(run_id, cause, invoicing)
            planned += 1
            held = waiting.setdefault(candidate.selling_entity, [])
            held.append(candidate)
            if len(held) == _BATCH:
                pass_on(candidate.selling_entity, waiting.pop(candidate.selling_entity), run_id)
        after = page.after
        if after is None:
            break
    for entity, held in waiting.items():
        pass_on(entity, held, run_id)
    _note_planned(run_id, planned, cause, invoicing)
    return planned


def _begin(run_id: str, cause: Cause, invoicing: Invoicing) -> None:
    """Stored before anything is passed on, so that no progress is lost."""
    if invoicing.records.run(run_id) is not None:
        return
    run = InvoiceRun(run_id, PLATFORM, cause.at, cause.actor.id)
    with suppress(ConcurrentUpdateError):  # begun twice at once: there it is
        invoicing.records.save(cause, [Change(None, run, (Event("invoice_run.begun"),))])


def _note_planned(run_id: str, planned: int, cause: Cause, invoicing: Invoicing) -> None:
    """A run that found nothing leaves nothing behind, unless somebody asked for it."""
    for _ in range(TRIES):
        before = invoicing.records.run(run_id)
        if before is None or before.status is not RunStatus.PLANNING:
            return
        after = replace(
            before.transition_to(RunStatus.WORKING), planned=planned, version=before.version + 1
        )
        events = [Event("invoice_run.planned", {"planned": planned})]
        if after.looked_at >= planned:
            after = replace(after.transition_to(RunStatus.FINISHED), finished_at=cause.at)
            events.append(summary(after, invoicing))
        try:
            invoicing.records.save(cause, [Change(before, after, tuple(events))])
        except ConcurrentUpdateError:
            continue
        return
    raise ConcurrentUpdateError(f"{run_id} is being written all the time")
