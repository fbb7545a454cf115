"""Facts of mails to render: one sale of an Excel workshop, every kind of mail about it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from guichet.money import Money
from guichet.payments.dispute import DisputeStatus
from guichet.registration.mails import MailFacts, MailKind, ReturnReason

COMMON: Final[dict[str, Any]] = {
    "language": "en",
    "recipient_name": "Ada Lovelace",
    "training_title": "Excel workshop",
    "starts_at": datetime(2027, 3, 1, 13, 0, tzinfo=UTC),
    "ends_at": datetime(2027, 3, 1, 16, 30, tzinfo=UTC),
    "time_zone": "Europe/Berlin",
    "organizer_legal_name": "Kurswerk GmbH",
    "organizer_email": "kurse@kurswerk.example",
    "registration_id": "reg_7QK2M4",
    "occurred_at": datetime(2027, 2, 1, 9, 15, tzinfo=UTC),
    "price": Money(12000, "USD"),
    "link": "https://pay.example/r#t=abc.def",
}

VALID_UNTIL: Final = datetime(2027, 2, 4, 9, 15, tzinfo=UTC)

_TOLD_TO_THE_ORGANIZER: Final[dict[str, Any]] = {
    "recipient_name": "Grace Hopper",
    "registrant_name": "Ada Lovelace",
    "registrant_email": "ada@example.com",
    "payment_reference": "pi_3QX1",
    "paid": Money(12000, "USD"),
    "provider": "Stripe",
}

OWN_FACTS: Final[dict[MailKind, dict[str, Any]]] = {
    MailKind.RECEIVED: {"valid_until": VALID_UNTIL, "discount": Money(2000, "USD")},
    MailKind.AWAITING_APPROVAL: {},
    MailKind.APPROVED: {"valid_until": VALID_UNTIL},
    MailKind.REJECTED: {"note": "The group is for beginners.\nThe next one is in May."},
    MailKind.OFFLINE_INSTRUCTIONS: {
        "method": "offline",
        "method_label": "Cheque",
        "instructions": "Cheque to Kurswerk GmbH\nMarktplatz 1, 10115 Berlin",
        "payment_reference": "KW-2027-17",
        "valid_until": VALID_UNTIL,
    },
    MailKind.CONFIRMED: {
        "organizer_tax_note": "VAT exempt, § 4 Nr. 21 UStG",
        "discount": Money(2000, "USD"),
        "paid": Money(10000, "USD"),
        "method": "card",
        "payment_reference": "pi_3QX1",
    },
    MailKind.PAYMENT_FAILED: {"valid_until": VALID_UNTIL},
    MailKind.EXPIRED: {},
    MailKind.MONEY_RETURNED: {
        "returned": Money(12000, "USD"),
        "return_reason": ReturnReason.NO_SEAT_LEFT,
        "method": "card",
        "payment_reference": "pi_3QX1",
    },
    MailKind.REFUNDED: {
        "returned": Money(5000, "USD"),
        "refunded_so_far": Money(12000, "USD"),
        "paid": Money(12000, "USD"),
        "method": "card",
        "payment_reference": "pi_3QX1",
        "note": "Thank you for your patience.",
    },
    MailKind.CANCELLED: {"paid": Money(12000, "USD")},
    MailKind.LINK: {"valid_until": VALID_UNTIL},
    MailKind.ORGANIZER_NEW_REGISTRATION: {
        "recipient_name": "Grace Hopper",
        "registrant_name": "Ada Lovelace",
        "registrant_email": "ada@example.com",
        "needs_approval": True,
    },
    MailKind.ORGANIZER_ACCOUNT_REVOKED: {
        "recipient_name": "Grace Hopper",
        "provider": "PayPal",
        "provider_account_id": "2BUMQ2JXJP9M8",
    },
    MailKind.ORGANIZER_PAYMENT_MISMATCHED: {
        "recipient_name": "Grace Hopper",
        "registrant_name": "Ada Lovelace",
        "registrant_email": "ada@example.com",
        "reported": Money(1200, "USD"),
        "payment_reference": "pi_3QX1",
    },
    MailKind.ORGANIZER_REFUND_FAILED: _TOLD_TO_THE_ORGANIZER
    | {
        "returned": Money(5000, "USD"),
        "refunded_so_far": Money(2000, "USD"),
        "failure": "balance_insufficient",
    },
    MailKind.ORGANIZER_REFUNDED_OUTSIDE: _TOLD_TO_THE_ORGANIZER
    | {"refunded_so_far": Money(12000, "USD"), "stays_registered": True},
    MailKind.ORGANIZER_DISPUTE_OPENED: _TOLD_TO_THE_ORGANIZER
    | {"disputed": Money(12000, "USD"), "dispute_status": DisputeStatus.OPEN},
    MailKind.ORGANIZER_DISPUTE_CLOSED: _TOLD_TO_THE_ORGANIZER
    | {
        "disputed": Money(12000, "USD"),
        "dispute_status": DisputeStatus.LOST,
        "dispute_fee": Money(1500, "USD"),
        "stays_registered": True,
    },
}


def facts_of(kind: MailKind, **changed: Any) -> MailFacts:  # noqa: ANN401 - any fact may change
    """Full facts of a kind, with some of them changed."""
    return replace(MailFacts(kind=kind, **(COMMON | OWN_FACTS[kind])), **changed)
