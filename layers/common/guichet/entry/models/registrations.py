"""What organizers send and are shown of registrations, as JSON and as a table for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from guichet.entry.fields import Amount, Answer, Note, Request
from guichet.money import Money, minor_digits
from guichet.payments.payment import Payment
from guichet.registration.registration import Registration


class DecisionRequest(Request):
    """A word to the registrant, if any."""

    note: Note | None = None


class PaymentDetails(Answer):
    """The payment at a provider. Fees are what the provider recorded, null before it did (FEE-3)."""

    payment_id: str
    provider: str
    status: str
    amount: Amount
    platform_fee: Amount
    provider_fee: Amount | None
    capture_id: str | None
    captured_at: datetime | None

    @classmethod
    def of(cls, payment: Payment) -> PaymentDetails:
        capture = payment.capture
        return cls(
            payment_id=payment.payment_id,
            provider=payment.provider,
            status=payment.status,
            amount=Amount.of(payment.amount if capture is None else capture.amount),
            platform_fee=Amount.of(
                payment.platform_fee if capture is None else capture.platform_fee
            ),
            provider_fee=None if capture is None else Amount.of(capture.provider_fee),
            capture_id=None if capture is None else capture.capture_id,
            captured_at=None if capture is None else capture.captured_at,
        )


class RegistrationAnswer(Answer):
    """A registration as those see it who sell the training. `payment` is not told in lists.

    `not_refunded` is the code of what kept its money from going back when the training was cancelled.
    """

    registration_id: str
    training_id: str
    status: str
    version: int
    name: str
    email: str
    language: str
    price: Amount
    discount: Amount
    charged: Amount
    discount_code_id: str | None
    method: str | None
    paid_by: str | None
    note: str | None
    registered_at: datetime
    hold_expires_at: datetime | None
    confirmed_at: datetime | None
    not_refunded: str | None
    payment: PaymentDetails | None

    @classmethod
    def of(cls, registration: Registration, payment: Payment | None = None) -> RegistrationAnswer:
        return cls(
            registration_id=registration.registration_id,
            training_id=registration.training_id,
            status=registration.status,
            version=registration.version,
            name=registration.name,
            email=registration.email,
            language=registration.language,
            price=Amount.of(registration.quote.price),
            discount=Amount.of(registration.quote.discount),
            charged=Amount.of(registration.quote.charged),
            discount_code_id=registration.discount_code_id,
            method=registration.method,
            paid_by=registration.paid_by,
            note=registration.note,
            registered_at=registration.registered_at,
            hold_expires_at=registration.hold.ends_at if registration.hold else None,
            confirmed_at=registration.confirmed_at,
            not_refunded=registration.not_refunded,
            payment=None if payment is None else PaymentDetails.of(payment),
        )


class RegistrationsAnswer(Answer):
    """Part of a list; `next_cursor` leads on, null at the end."""

    items: list[RegistrationAnswer]
    next_cursor: str | None


_COLUMNS: Final = (
    "registration_id",
    "status",
    "name",
    "email",
    "language",
    "currency",
    "price",
    "discount",
    "charged",
    "method",
    "paid_by",
    "registered_at",
    "hold_expires_at",
    "confirmed_at",
)
# A spreadsheet takes a cell that begins with one of these for a formula, and runs it.
_BEGINS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - wide ones too


def table_of(registrations: Sequence[Registration]) -> str:
    """The registrations as CSV (RFC 4180), amounts in the currency's own unit."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for each in registrations:
        writer.writerow([_harmless(cell) for cell in _row(each)])
    return text.getvalue()


def _row(registration: Registration) -> list[str]:
    quote, hold = registration.quote, registration.hold
    return [
        registration.registration_id,
        registration.status,
        registration.name,
        registration.email,
        registration.language,
        quote.price.currency,
        _decimal(quote.price),
        _decimal(quote.discount),
        _decimal(quote.charged),
        registration.method or "",
        registration.paid_by or "",
        _time(registration.registered_at),
        _time(hold.ends_at if hold else None),
        _time(registration.confirmed_at),
    ]


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.lstrip(" ").startswith(_BEGINS_A_FORMULA) else cell


def _decimal(money: Money) -> str:
    digits = minor_digits(money.currency)
    whole, rest = divmod(money.amount_minor, 10**digits)
    return f"{whole}.{rest:0{digits}}" if digits else str(whole)


def _time(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat().replace("+00:00", "Z")
