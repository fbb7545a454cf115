"""What was charged before a VAT number was confirmed has been looked at: it is due no more (TAX-3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from guichet.clock import Clock
from guichet.events import Actor, Event
from guichet.ledger.journal import Cause, Change
from guichet.retrying import with_fresh_state
from guichet.taxpayer.ports import VatRecords


def end_correction(
    account_id: str,
    number_id: str,
    confirmed_at: datetime,
    actor: Actor,
    *,
    records: VatRecords,
    clock: Clock,
) -> None:
    """Only of the confirmation that was looked at: one that came meanwhile is still due.

    Raises:
        Unavailable: `busy`, others write it all the time.
    """
    cause = Cause(actor, "end_correction", clock.now())

    def attempt() -> None:
        record = records.vat_record_named(account_id, number_id)
        if record is None or record.confirmed_at != confirmed_at:
            return
        after = replace(record, confirmed_at=None, correct_at=None, version=record.version + 1)
        facts = {"account_id": account_id, "number_id": number_id}
        change = Change(record, after, (Event("vat_number.corrected", facts),))
        records.save_vat_record(cause, change)

    with_fresh_state(attempt)
