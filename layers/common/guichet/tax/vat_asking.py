"""When a register is asked about a VAT number again, and what an answer means (TAX-3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from guichet.tax.subject import VatStanding
from guichet.tax.tables import VatCheckPolicy
from guichet.tax.vat_check import VatAnswer, VatRecord, VatReply

_HOURLY: Final = 24  # times, for the first day; then daily
_DAILY: Final = 30  # times; then no more of itself: the next invoice asks


def next_question_at(unanswered: int, now: datetime) -> datetime | None:
    """When to ask once more, after so many times without an answer; None: not before an invoice."""
    if unanswered <= _HOURLY:
        return now + timedelta(hours=1)
    if unanswered <= _HOURLY + _DAILY:
        return now + timedelta(days=1)
    return None


def first_record(vat_number: str, account_id: str, profile_version: int) -> VatRecord:
    """Of a number that nothing is known of yet: named by the version of the profile that has it.

    The journal keeps that name; the number itself is personal and stays out of it.
    """
    return VatRecord(vat_number, account_id=account_id, number_id=f"{profile_version:010d}")


def to_be_asked(record: VatRecord, at: datetime) -> VatRecord:
    """Somebody has to ask about it now, whatever came of it before."""
    return replace(record, ask_at=at, unanswered=0)


def let_go(record: VatRecord) -> VatRecord:
    """Nobody has to ask about it any more, but before an invoice."""
    return replace(record, ask_at=None, unanswered=0)


def has_to_wait(record: VatRecord, now: datetime) -> bool:
    """Whether the register did not answer a moment ago: an outage is not waited for once an invoice."""
    return record.unanswered > 0 and record.ask_at is not None and now < record.ask_at


def answered(record: VatRecord, reply: VatReply, at: datetime) -> VatRecord:
    """With one more answer; after an outage, with the moment of the next question."""
    noted = record.noted(reply, at)
    if reply.answer is not VatAnswer.UNAVAILABLE:
        return let_go(noted)
    unanswered = record.unanswered + 1
    return replace(noted, unanswered=unanswered, ask_at=next_question_at(unanswered, at))


def turned_positive(before: VatRecord, after: VatRecord, day: date, policy: VatCheckPolicy) -> bool:
    """Whether it counts from this answer on: what was charged until then may go back."""
    is_valid = after.standing_on(day, policy) is VatStanding.VALID
    return is_valid and before.standing_on(day, policy) is not VatStanding.VALID
