"""Autopay: one attempt for an invoice whose moment has come (COL-1, COL-3)."""

from __future__ import annotations

from guichet.collection.charging import Charging
from guichet.collection.writing import cause_of
from guichet.events import Actor


def collect_invoice(account_id: str, invoice_id: str, actor: Actor, *, charging: Charging) -> None:
    """Nothing where an attempt is open, where credit comes first, or where it is too early.

    Raises:
        Unavailable: the provider does not answer; the attempt is asked about when it is due.
    """
    charging.collect(account_id, invoice_id, cause_of(actor, "collect_invoice", charging.clock))
