"""How far a run has come; with the last of what it planned it is finished, once (INV-1)."""

from __future__ import annotations

from dataclasses import replace

from guichet.errors import ConcurrentUpdateError
from guichet.events import Actor, Event
from guichet.invoices.batches import Batch
from guichet.invoices.invoicing import Invoicing
from guichet.invoices.ports import Aggregate
from guichet.invoices.progress import summary
from guichet.invoices.run import RunStatus
from guichet.ledger.journal import Cause, Change
from guichet.retrying import TRIES


def note_progress(
    batch: Batch,
    selling_entity: str,
    looked_at: int,
    parked: int,
    actor: Actor,
    *,
    invoicing: Invoicing,
) -> None:
    """Add what a message was about, once, however often it comes, whenever, and in whatever order."""
    cause = Cause(actor, "note_progress", invoicing.clock.now())
    for _ in range(TRIES):
        before = invoicing.records.run(batch.run_id)
        if before is None:
            return
        after = before.with_progress(batch, selling_entity, looked_at, parked, cause.at)
        if after is None:
            return
        events: tuple[Event, ...] = ()
        if after.status is RunStatus.FINISHED:
            events = (summary(after, invoicing),)
        after = replace(after, version=before.version + 1)
        try:
            invoicing.records.save(cause, [Change[Aggregate](before, after, events)])
        except ConcurrentUpdateError:
            continue
        return
    raise ConcurrentUpdateError(f"{batch.run_id} is being written all the time")
