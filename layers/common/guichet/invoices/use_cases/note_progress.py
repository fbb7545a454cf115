"""How far a run has come; with the last of what it planned it is finished, once (INV-1)."""

from __future__ import annotations

from dataclasses import replace

from guichet.errors import ConcurrentUpdateError
from guichet.events import Actor, Event
from guichet.invoices.invoicing import Invoicing
from guichet.invoices.ports import Aggregate
from guichet.invoices.progress import summary
from guichet.invoices.run import RunStatus
from guichet.ledger.journal import Cause, Change
from guichet.retrying import TRIES


def note_progress(
    run_id: str, looked_at: int, parked: int, actor: Actor, *, invoicing: Invoicing
) -> None:
    """Add what a message was about. A message that comes twice counts twice: progress, no money."""
    cause = Cause(actor, "note_progress", invoicing.clock.now())
    for _ in range(TRIES):
        before = invoicing.records.run(run_id)
        if before is None or before.status is RunStatus.FINISHED:
            return
        after = replace(
            before,
            looked_at=before.looked_at + looked_at,
            parked=before.parked + parked,
            version=before.version + 1,
        )
        events: tuple[Event, ...] = ()
        if before.status is RunStatus.WORKING and after.looked_at >= after.planned:
            after = replace(after.transition_to(RunStatus.FINISHED), finished_at=cause.at)
            events = (summary(after, invoicing),)
        try:
            invoicing.records.save(cause, [Change[Aggregate](before, after, events)])
        except ConcurrentUpdateError:
            continue
        return
    raise ConcurrentUpdateError(f"{run_id} is being written all the time")
