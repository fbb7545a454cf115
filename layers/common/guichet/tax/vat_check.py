"""What a VAT number counts as, by the official register's answers and their age (TAX-3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from guichet.tax.subject import VatStanding, is_answered_for, standing_unasked
from guichet.tax.tables import VatCheckPolicy

_SOONEST: Final = timedelta(minutes=10)
_LATEST: Final = timedelta(days=1)


class VatAnswer(StrEnum):
    """What came of asking."""

    VALID = "valid"
    INVALID = "invalid"
    UNAVAILABLE = "unavailable"  # no answer: nothing is known that wasn't before


@dataclass(frozen=True, slots=True)
class VatReply:
    """An answer, with the register's own reference where it gives one as proof of having asked."""

    answer: VatAnswer
    reference: str = ""
    said: str = ""  # the register's code of why it doesn't answer, as MS_UNAVAILABLE


@dataclass(frozen=True, slots=True)
class VatRecord:
    """What is known of one number of one account. Another number is another record: nothing is inherited."""

    vat_number: str
    last_valid_at: datetime | None = None
    last_invalid_at: datetime | None = None
    last_unavailable_at: datetime | None = None
    reference: str = ""  # of the last positive answer
    account_id: str = ""
    number_id: str = (
        ""  # its name beside the account's other numbers: the journal holds none of them
    )
    ask_at: datetime | None = None  # when somebody has to ask, without waiting for an invoice
    unanswered: int = 0  # how often nothing came of asking, since it last did
    confirmed_at: datetime | None = (
        None  # since then it counts; None once what was charged is corrected
    )
    counts_since: datetime | None = None  # the last answer that made it count: it stays
    correct_at: datetime | None = None  # what was charged is looked at then, as some of it waits
    version: int = 1

    def noted(self, reply: VatReply, at: datetime) -> VatRecord:
        """With one more answer. An outage is recorded and changes nothing else."""
        match reply.answer:
            case VatAnswer.VALID:
                return replace(self, last_valid_at=at, reference=reply.reference)
            case VatAnswer.INVALID:
                return replace(self, last_invalid_at=at)
            case VatAnswer.UNAVAILABLE:
                return replace(self, last_unavailable_at=at)

    def standing_on(self, day: date, policy: VatCheckPolicy) -> VatStanding:
        """What the number counts as on a day.

        The last positive answer counts for 90 days, the 90th included, unless a negative one came
        after it. A number without such an answer is charged VAT.
        """
        if not is_answered_for(self.vat_number):
            return standing_unasked(self.vat_number)
        if self._is_denied:
            return VatStanding.INVALID
        valid_at = self.last_valid_at
        if valid_at is None or day > valid_at.date() + timedelta(days=policy.counts_days):
            return VatStanding.NEVER_ANSWERED
        return VatStanding.VALID

    def has_to_be_asked(self, day: date, policy: VatCheckPolicy) -> bool:
        """Before an invoice of this day: unless it was answered recently enough, or today."""
        if not is_answered_for(self.vat_number):
            return False
        if self._is_denied:
            return self.last_invalid_at is not None and self.last_invalid_at.date() < day
        valid_at = self.last_valid_at
        return valid_at is None or day >= valid_at.date() + timedelta(days=policy.asks_again_days)

    @property
    def _is_denied(self) -> bool:
        denied_at, valid_at = self.last_invalid_at, self.last_valid_at
        return denied_at is not None and (valid_at is None or valid_at < denied_at)


@dataclass(frozen=True, slots=True)
class ChargedInvoice:
    """An invoice as far as a later answer may correct it."""

    invoice_id: str
    issued_on: date
    vat_number: str | None  # that it bears
    standing: VatStanding  # as it was decided on
    vat_minor: int  # what it charged and no credit note has given back
    is_in_doubt: bool = False  # decided on before the answer perhaps, though it was issued after it


def to_correct(
    invoices: Iterable[ChargedInvoice], record: VatRecord, answered_on: date, policy: VatCheckPolicy
) -> list[str]:
    """The invoices whose VAT goes back by credit note, now that their number was confirmed.

    Those of the 30 days before the answer, the 30th included, that bear this number and were charged
    VAT as it had not been confirmed; and those in doubt that were issued since. One whose VAT was
    decided otherwise (the seller's own member state, say) is decided again by whoever corrects it:
    it comes to the same and needs no credit note.

    Args:
        invoices: the account's; at least those of the last 30 days.
        record: the number, with the positive answer in it.
        answered_on: the day of that answer.
        policy: the days.
    """
    if record.standing_on(answered_on, policy) is not VatStanding.VALID:
        return []
    first = answered_on - timedelta(days=policy.corrects_days)
    return [
        each.invoice_id
        for each in invoices
        if first <= each.issued_on
        and (each.is_in_doubt or each.issued_on <= answered_on)
        and each.vat_number == record.vat_number
        and each.standing in {VatStanding.NEVER_ANSWERED, VatStanding.INVALID}
        and each.vat_minor > 0
    ]


def looks_again_at(since: datetime, now: datetime) -> datetime:
    """When what waits is looked at once more: after as long as it has waited, and a day at most."""
    return now + min(max(now - since, _SOONEST), _LATEST)
