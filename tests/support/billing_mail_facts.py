"""Facts of mails of billing to render: one company's webinars, every kind of mail about them."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, Final

from guichet.access.membership import Representative
from guichet.ledger.billable import LineKind
from guichet.money import Money
from guichet.payments.attempt import CaptureMethod
from guichet.payments.stored_method import MethodKind
from guichet.period import Period
from guichet.registration.outbox import BillingMail
from guichet.subscriptions.mails import (
    BillingFacts,
    Frame,
    LaterBill,
    Standing,
    ToldDocument,
    ToldLine,
    ToldMethod,
    ToldShare,
    ToldTax,
)

JANUARY: Final = Period(date(2027, 1, 11), date(2027, 2, 10))

FRAME: Final = Frame(
    language="en",
    recipient_name="Ada Lovelace",
    company="Kurswerk GmbH",
    contact_email="office@kurswerk.example",
    seller="Guichet Example Ltd",
    time_zone="Europe/Berlin",
    occurred_at=datetime(2027, 1, 11, 9, 15, tzinfo=UTC),
    link="https://pay.example/billing/orders/crt_7QK2M4",
    representative=Representative("Rita Rep", "rita@guichet.example"),
)

SEATS: Final = ToldLine(
    product="Webinars",
    item="Plus",
    kind=LineKind.PLAN,
    quantity=5,
    unit_price="60.00",
    amount=Money(30000, "USD"),
    period=JANUARY,
)
CREDIT: Final = ToldLine(
    product="Webinars",
    item="Starter",
    kind=LineKind.PLAN,
    quantity=1,
    unit_price="30.00",
    amount=Money(1900, "USD"),
    period=Period(date(2027, 1, 11), date(2027, 1, 30)),
    is_credit=True,
    share="19/30",
)
SMS: Final = ToldLine(
    product="Telephony",
    item="Text messages",
    kind=LineKind.USAGE,
    quantity=2000,
    unit_price="0.0055",
    amount=Money(1000, "USD"),
    period=Period(date(2026, 12, 1), date(2027, 1, 1)),
    discount=Money(100, "USD"),
)
LATER: Final = LaterBill(date(2027, 2, 1), (replace(SMS, quantity=1),))

VISA: Final = ToldMethod(MethodKind.CARD, "visa", "4242")
_SUBSCRIPTION: Final[dict[str, Any]] = {"product": "Webinars", "plan": "Plus", "seats": 5}
_ENDS: Final[dict[str, Any]] = {"ends_on": date(2027, 2, 10), "deletion_on": date(2027, 5, 11)}
_ORDER: Final[dict[str, Any]] = {
    "order_id": "crt_7QK2M4",
    "lines": (SEATS, CREDIT),
    "net_minor": 28100,
    "total": Money(28100, "USD"),
    "credit_used": Money(1100, "USD"),
    "paid": Money(27000, "USD"),
}

_CERTIFICATE: Final[dict[str, Any]] = {
    "country": "US",
    "region": "AL",
    "counts_from": date(2027, 1, 11),
    "counts_until": date(2028, 12, 31),
    "exempt_as": "Resale, licence 12-345",
}

_COLLECTED: Final = ToldDocument(
    number="IE-I-000012", issued_on=date(2027, 1, 11), open=Money(27000, "USD")
)
_PAYMENT: Final[dict[str, Any]] = {
    "document": _COLLECTED,
    "paid": Money(27000, "USD"),
    "stored_method": VISA,
    "reference": "ipy_5TR8",
}

OWN_FACTS: Final[dict[BillingMail, dict[str, Any]]] = {
    BillingMail.ORDER_CONFIRMED: _ORDER
    | {
        "later": (LATER,),
        "method": CaptureMethod.CARD,
        "reference": "cpy_3QX1",
        "paid_at": datetime(2027, 1, 11, 9, 14, tzinfo=UTC),
        "standings": (
            Standing("Webinars", "Plus", renews_on=date(2027, 2, 10)),
            Standing("Telephony", "Office", billing_start=date(2027, 3, 1)),
            Standing("Lines", "Fibre", on_activation=True),
            Standing("Rooms", "Free"),
        ),
    },
    BillingMail.PAYMENT_FAILED: _ORDER | {"valid_until": datetime(2027, 1, 18, 9, 0, tzinfo=UTC)},
    BillingMail.ORDER_ABANDONED: _ORDER,
    BillingMail.CANCELLED: _SUBSCRIPTION | _ENDS | {"still_billed": True},
    BillingMail.CANCELLATION_WITHDRAWN: _SUBSCRIPTION,
    BillingMail.TRIAL_ENDED: _SUBSCRIPTION | {"plan": "Free", "seats": 1},
    BillingMail.RENEWED: _SUBSCRIPTION
    | {
        "lines": (SEATS,),
        "period": JANUARY,
        "total": Money(30000, "USD"),
        "credit_used": Money(1100, "USD"),
    },
    BillingMail.EXPIRED: _SUBSCRIPTION | _ENDS | {"has_ended": True},
    BillingMail.DELETION_ANNOUNCED: _SUBSCRIPTION | _ENDS | {"has_ended": True, "days_left": 30},
    BillingMail.SEAT_ASSIGNED: _SUBSCRIPTION | {"seat_email": "grace@example.com"},
    BillingMail.METHOD_STORED: {
        "stored_method": ToldMethod(MethodKind.BANK_DEBIT, "", "6789"),
        "default_method": VISA,
        "is_autopay": True,
        "authorization_text": "Kurswerk GmbH authorizes Guichet Example Ltd.",
        "authorized_at": datetime(2027, 1, 11, 9, 10, tzinfo=UTC),
    },
    BillingMail.METHOD_REMOVED: {"stored_method": ToldMethod(MethodKind.PAYPAL, "paypal", "")},
    BillingMail.METHOD_GONE: {"stored_method": VISA, "is_autopay": True},
    BillingMail.METHOD_LINK: {},
    BillingMail.CERTIFICATE_APPROVED: _CERTIFICATE,
    BillingMail.CERTIFICATE_REFUSED: _CERTIFICATE | {"refusal": "It is not signed."},
    BillingMail.CERTIFICATE_EXPIRED: _CERTIFICATE,
    BillingMail.INVOICE: {
        "document": ToldDocument(
            number="IE-I-000012", issued_on=date(2027, 1, 11), open=Money(27000, "USD")
        ),
        "total": Money(28100, "USD"),
        "credit_used": Money(1100, "USD"),
        "due_on": date(2027, 2, 10),
    },
    BillingMail.CREDIT_NOTE: {
        "document": ToldDocument(
            number="IE-C-000003",
            issued_on=date(2027, 1, 11),
            open=Money(0, "USD"),
            corrects="IE-I-000012",
            settlement="account_credit",
        ),
        "total": Money(1900, "USD"),
    },
    BillingMail.PAYMENT_RECEIVED: _PAYMENT
    | {
        "document": replace(_COLLECTED, open=Money(0, "USD")),
        "paid_at": datetime(2027, 1, 11, 9, 14, tzinfo=UTC),
    },
    BillingMail.PAYMENT_DECLINED: _PAYMENT
    | {"next_try_at": datetime(2027, 1, 11, 10, 14, tzinfo=UTC)},
    BillingMail.PAYMENT_ACTION: _PAYMENT
    | {"valid_until": datetime(2027, 1, 18, 9, 14, tzinfo=UTC)},
    BillingMail.PAYMENT_RETURNED: _PAYMENT,
    BillingMail.PAYMENT_RECORDED: {
        "paid": Money(27000, "USD"),
        "reference": "Wire 77/2027",
        "paid_at": datetime(2027, 1, 11, 9, 14, tzinfo=UTC),
        "shares": (
            ToldShare("IE-I-000011", Money(10000, "USD"), Money(0, "USD")),
            ToldShare("IE-I-000012", Money(17000, "USD"), Money(1300, "USD")),
        ),
        "left_open": Money(1300, "USD"),
    },
    BillingMail.PAYMENT_REFUNDED: _PAYMENT | {"stored_method": None, "without_place": "paid_twice"},
    BillingMail.REFUND_CREDITED: {
        "order_id": "crt_7QK2M4",
        "lines": (SEATS,),
        "paid": Money(27000, "USD"),
        "reference": "cpy_3QX1",
        "without_place": "order_ended",
    },
}

FLAT: Final = (ToldTax("VAT", "20", 5620),)


def billing_facts(
    kind: BillingMail,
    *,
    frame: Frame = FRAME,
    language: str | None = None,
    **changed: Any,  # noqa: ANN401 - any fact may change
) -> BillingFacts:
    """Full facts of a kind, with some of them changed."""
    spoken = frame if language is None else replace(frame, language=language)
    return BillingFacts(kind=kind, frame=spoken, **(OWN_FACTS[kind] | changed))


def told_document(kind: BillingMail, **changed: Any) -> ToldDocument:  # noqa: ANN401 - any field
    """What is told of a document of this kind, with some of it changed."""
    told: ToldDocument = OWN_FACTS[kind]["document"]
    return replace(told, **changed)
