"""An order's invoice whose taxes were in doubt has been looked at: it is due no more (TAX-3)."""

from __future__ import annotations

from dataclasses import replace

from guichet.events import Actor
from guichet.invoices.invoicing import Invoicing
from guichet.invoices.ports import Aggregate
from guichet.ledger.journal import Cause, Change
from guichet.retrying import with_fresh_state


def end_vat_doubt(account_id: str, invoice_id: str, actor: Actor, *, invoicing: Invoicing) -> None:
    """Once; whatever became of it.

    Raises:
        Unavailable: `busy`, others write it all the time.
    """
    cause = Cause(actor, "end_vat_doubt", invoicing.clock.now())

    def attempt() -> None:
        invoice = invoicing.records.invoice(account_id, invoice_id)
        if invoice is None or invoice.in_doubt_since is None:
            return
        after = replace(
            invoice, in_doubt_since=None, doubt_look_at=None, version=invoice.version + 1
        )
        invoicing.records.save(cause, [Change[Aggregate](invoice, after)])

    with_fresh_state(attempt)
