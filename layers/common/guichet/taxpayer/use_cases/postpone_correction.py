"""Some of what was charged before a VAT number was confirmed waits: it is looked at again later (TAX-3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from guichet.clock import Clock
from guichet.events import Actor
from guichet.ledger.journal import Cause, Change
from guichet.retrying import with_fresh_state
from guichet.tax.vat_check import looks_again_at
from guichet.taxpayer.ports import VatRecords


def postpone_correction(
    account_id: str,
    number_id: str,
    confirmed_at: datetime,
    actor: Actor,
    *,
    records: VatRecords,
    clock: Clock,
) -> None:
    """Only of the confirmation that was looked at: one that came meanwhile is due by itself.

    Raises:
        Unavailable: `busy`, others write it all the time.
    """
    cause = Cause(actor, "postpone_correction", clock.now())

    def attempt() -> None:
        record = records.vat_record_named(account_id, number_id)
        if record is None or record.confirmed_at != confirmed_at:
            return
        correct_at = looks_again_at(confirmed_at, cause.at)
        after = replace(record, correct_at=correct_at, version=record.version + 1)
        records.save_vat_record(cause, Change(record, after))

    with_fresh_state(attempt)
