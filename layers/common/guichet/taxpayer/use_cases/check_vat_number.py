"""The register is asked about a number that was entered, or that it did not answer for (TAX-3)."""

from __future__ import annotations

from dataclasses import replace

from guichet.clock import Clock
from guichet.events import Actor, Event
from guichet.ledger.journal import Cause, Change
from guichet.period import local_day
from guichet.retrying import with_fresh_state
from guichet.tax.ports import VatRegister
from guichet.tax.tables import VatCheckPolicy
from guichet.tax.vat_asking import let_go
from guichet.tax.vat_check import VatRecord
from guichet.taxpayer.ports import VatRecords
from guichet.taxpayer.standing import note


def check_vat_number(
    account_id: str,
    number_id: str,
    actor: Actor,
    *,
    records: VatRecords,
    register: VatRegister,
    policy: VatCheckPolicy,
    clock: Clock,
) -> VatRecord | None:
    """Ask, if it is due, and note the answer; None where no such number is known.

    A number that the account has no more, or that was answered for meanwhile, is let go of.
    """
    record, now = records.vat_record_named(account_id, number_id), clock.now()
    if record is None or record.ask_at is None or record.ask_at > now:
        return record
    profile, cause = records.profile(account_id), Cause(actor, "check_vat_number", now)
    day = local_day(now, profile.time_zone)
    current = records.vat_record(account_id, profile.vat_number) if profile.vat_number else None
    if current != record or not record.has_to_be_asked(day, policy):
        return _let_go(record, cause, records)
    reply = register.check(record.vat_number)
    return note(profile, record.vat_number, reply, day, cause, records=records, policy=policy)


def _let_go(record: VatRecord, cause: Cause, records: VatRecords) -> VatRecord:
    def attempt() -> VatRecord:
        found = records.vat_record_named(record.account_id, record.number_id) or record
        if found.ask_at is None or found.ask_at != record.ask_at:
            return found  # somebody wants it asked anew, or asked
        after = replace(let_go(found), version=found.version + 1)
        facts = {"account_id": found.account_id, "number_id": found.number_id}
        records.save_vat_record(cause, Change(found, after, (Event("vat_number.let_go", facts),)))
        return after

    return with_fresh_state(attempt)
