"""What a run came to, as its last event tells it."""

from __future__ import annotations

from guichet.events import Event
from guichet.invoices.invoicing import Invoicing
from guichet.invoices.run import InvoiceRun


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
