"""Find everything due and pass it on, so much at a time, to whoever numbers a series (INV-1)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, Protocol

from guichet.errors import ConcurrentUpdateError
from guichet.events import Actor, Event
from guichet.invoices.invoicing import Invoicing
from guichet.invoices.ports import Aggregate, Candidate
from guichet.invoices.run import InvoiceRun, RunStatus
from guichet.ledger.journal import Cause, Change

PLATFORM: Final = "platform"  # a run is about the accounts of all
_BATCH: Final = 12  # candidates of a message: about what fits in one write
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


def _note_planned(run_id: str, planned: int, cause: Cause, invoicing: Invoicing) -> None:
    """A run that found nothing leaves nothing behind, unless somebody asked for it."""
    before = invoicing.records.run(run_id)
    if before is None and not planned:
        return
    found = before or InvoiceRun(run_id, PLATFORM, cause.at, cause.actor.id)
    if found.status is not RunStatus.PLANNING:
        return
    after = replace(found.transition_to(RunStatus.WORKING), planned=planned)
    if not planned:
        after = replace(after.transition_to(RunStatus.FINISHED), finished_at=cause.at)
    if before is not None:
        after = replace(after, version=before.version + 1)
    events = [Event("invoice_run.planned", {"planned": planned})]
    if after.status is RunStatus.FINISHED:
        events.append(Event("invoice_run.finished", {"run_id": run_id, "planned": 0}))
    change = Change[Aggregate](before, after, tuple(events))
    try:
        invoicing.records.save(cause, [change])
    except ConcurrentUpdateError:
        return  # planned twice at once: the other one has noted it
