"""What goes with an order's invoice in doubt waits: it is looked at again later (TAX-3)."""

from __future__ import annotations

from dataclasses import replace

from guichet.events import Actor
from guichet.invoices.invoicing import Invoicing
from guichet.invoices.ports import Aggregate
from guichet.ledger.journal import Cause, Change
from guichet.retrying import with_fresh_state
from guichet.tax.vat_check import looks_again_at


def postpone_vat_doubt(
    account_id: str, invoice_id: str, actor: Actor, *, invoicing: Invoicing
) -> None:
    """As long as it is in doubt.

    Raises:
        Unavailable: `busy`, others write it all the time.
    """
    cause = Cause(actor, "postpone_vat_doubt", invoicing.clock.now())

    def attempt() -> None:
        invoice = invoicing.records.invoice(account_id, invoice_id)
        if invoice is None or invoice.in_doubt_since is None:
            return
        look_at = looks_again_at(invoice.in_doubt_since, cause.at)
        after = replace(invoice, doubt_look_at=look_at, version=invoice.version + 1)
        invoicing.records.save(cause, [Change[Aggregate](invoice, after)])

    with_fresh_state(attempt)
