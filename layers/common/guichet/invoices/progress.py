"""What a run came to, as its last event tells it; which run has to be planned anew."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from guichet.events import Event
from guichet.invoices.invoicing import Invoicing
from guichet.invoices.run import InvoiceRun

_LATEST: Final = 20


def summary(run: InvoiceRun, invoicing: Invoicing) -> Event:
    """Counts and, by currency, sums: invoices less credit notes."""
    invoices, notes, totals = invoicing.records.totals(run.run_id)
    facts: dict[str, str | int | None] = {
        "run_id": run.run_id,
        "planned": run.planned,
        "parked": run.parked,
        "invoices": invoices,
        "credit_notes": notes,
        **{f"total_minor_{each.currency}": each.total_minor for each in totals},
    }
    return Event("invoice_run.finished", facts)


def run_to_resume(now: datetime, invoicing: Invoicing) -> InvoiceRun | None:
    """The oldest of the latest runs whose planner died, or whose messages were lost; mostly none."""
    found = invoicing.records.runs(limit=_LATEST, after=None).items
    stuck = [each for each in found if each.may_be_planned(now)]
    return min(stuck, key=lambda each: each.started_at, default=None)
