"""Which mails a registration causes, and the facts that each one tells (REG-13)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Literal
from zoneinfo import ZoneInfo

from guichet.money import Money
from guichet.payments.dispute import DisputeStatus


class MailKind(StrEnum):
    """Registrants receive all but the last, which are the organizer's and say so."""

    RECEIVED = "received"
    AWAITING_APPROVAL = "awaiting_approval"
    APPROVED = "approved"
    REJECTED = "rejected"
    OFFLINE_INSTRUCTIONS = "offline_instructions"
    CONFIRMED = "confirmed"
    PAYMENT_FAILED = "payment_failed"
    EXPIRED = "expired"
    MONEY_RETURNED = "money_returned"  # a whole payment, by itself
    REFUNDED = "refunded"  # a part or all of a payment, because somebody decided so
    CANCELLED = "cancelled"
    LINK = "link"
    ORGANIZER_NEW_REGISTRATION = "organizer_new_registration"
    ORGANIZER_PAYMENT_MISMATCHED = "organizer_payment_mismatched"
    ORGANIZER_ACCOUNT_REVOKED = "organizer_account_revoked"
    ORGANIZER_REFUND_FAILED = "organizer_refund_failed"
    ORGANIZER_REFUNDED_OUTSIDE = "organizer_refunded_outside"
    ORGANIZER_DISPUTE_OPENED = "organizer_dispute_opened"
    ORGANIZER_DISPUTE_CLOSED = "organizer_dispute_closed"

    @property
    def is_for_organizer(self) -> bool:
        return self in _FOR_ORGANIZER


class ReturnReason(StrEnum):
    """Why a whole payment went back without anyone asking (REG-4, REG-8)."""

    NO_SEAT_LEFT = "no_seat_left"
    PAID_TWICE = "paid_twice"
    CANCELLED = "cancelled"
    NOT_AS_ASKED = "not_as_asked"


type PaidBy = Literal["card", "bank_debit", "paypal", "free", "by_hand", "offline"]

_FOR_ORGANIZER: Final = frozenset(
    {
        MailKind.ORGANIZER_NEW_REGISTRATION,
        MailKind.ORGANIZER_PAYMENT_MISMATCHED,
        MailKind.ORGANIZER_ACCOUNT_REVOKED,
        MailKind.ORGANIZER_REFUND_FAILED,
        MailKind.ORGANIZER_REFUNDED_OUTSIDE,
        MailKind.ORGANIZER_DISPUTE_OPENED,
        MailKind.ORGANIZER_DISPUTE_CLOSED,
    }
)

_REGISTRANT: Final = frozenset({"registrant_name", "registrant_email"})

# A mail without one of these would promise nothing or ask for nothing: it is not sent.
REQUIRED_FACTS: Final[Mapping[MailKind, frozenset[str]]] = MappingProxyType(
    {
        MailKind.RECEIVED: frozenset({"price", "link", "valid_until"}),
        MailKind.AWAITING_APPROVAL: frozenset(),
        MailKind.APPROVED: frozenset({"price", "link", "valid_until"}),
        MailKind.REJECTED: frozenset(),
        MailKind.OFFLINE_INSTRUCTIONS: frozenset(
            {"price", "method_label", "instructions", "valid_until"}
        ),
        MailKind.CONFIRMED: frozenset({"price", "method"}),
        MailKind.PAYMENT_FAILED: frozenset({"price"}),
        MailKind.EXPIRED: frozenset(),
        MailKind.MONEY_RETURNED: frozenset({"returned"}),
        MailKind.REFUNDED: frozenset({"returned", "paid"}),
        MailKind.CANCELLED: frozenset(),
        MailKind.LINK: frozenset({"link"}),
        MailKind.ORGANIZER_NEW_REGISTRATION: _REGISTRANT,
        MailKind.ORGANIZER_PAYMENT_MISMATCHED: _REGISTRANT | {"price", "reported"},
        MailKind.ORGANIZER_ACCOUNT_REVOKED: frozenset({"provider", "provider_account_id"}),
        MailKind.ORGANIZER_REFUND_FAILED: _REGISTRANT | {"returned"},
        MailKind.ORGANIZER_REFUNDED_OUTSIDE: _REGISTRANT | {"paid", "provider"},
        MailKind.ORGANIZER_DISPUTE_OPENED: _REGISTRANT | {"disputed", "provider"},
        MailKind.ORGANIZER_DISPUTE_CLOSED: _REGISTRANT | {"disputed", "provider", "dispute_status"},
    }
)


_OF_A_TRAINING: Final = frozenset({"training_title", "starts_at", "registration_id"})


@dataclass(frozen=True, slots=True, kw_only=True)
class MailFacts:
    """Everything one mail says, so that the same facts give the same mail at any time.

    Args:
        language: BCP 47 tag of the recipient (`fr`, `fr-CA`); the region, if any, decides how
            amounts and dates are written.
        starts_at: aware UTC, as are all instants here; shown in `time_zone` (IANA name).
        occurred_at: when what the mail tells happened; also stamps the calendar entry.
        price: of the training at submission, before `discount`; `paid` is what was captured.
        returned: the amount of the very refund that the mail is about; to somebody whose
            registration was cancelled, what is refunded for that. `refunded_so_far` is of the
            whole payment, this refund among it.
        reported: what the provider says it captured, where that is not what was asked (REG-3).
        method: how it was or will be paid; `method_label` is the organizer's own name for an
            offline method.
        link: absolute http(s) address with the registrant's private token; in `expired` the
            training's public page, to the organizer the registration's page.
        valid_until: end of the held seat, of the link, or of the time to pay offline.
        note: what the organizer adds in own words.
        needs_approval: the organizer has to decide about the new registration (REG-6).
        provider: the provider's name as people write it, and its name of the organizer's account,
            where a mail is about that account (PAY-5).
        failure: the provider's refusal of a refund as a code; its sentence is `refusals`'.
        disputed: what the buyer's bank, or PayPal, was asked to give back (RFD-4); `dispute_fee`
            is what the provider charges for it, perhaps in another currency.
        training_cancelled: all of its registrations end, not this one alone.
        stays_registered: money went back, the seat did not (RFD-7).
        payment_awaited: the provider has a payment that it has not settled; it will go back (REG-8).

    Raises:
        ValueError: a fact that the kind requires is missing, an instant is not UTC, the time zone
            is unknown, or the link isn't http(s): a defect of the caller, no user's input.
    """

    kind: MailKind
    language: str
    recipient_name: str
    time_zone: str
    organizer_legal_name: str
    organizer_email: str
    occurred_at: datetime
    training_title: str = ""
    registration_id: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    organizer_tax_note: str = ""
    registrant_name: str = ""
    registrant_email: str = ""
    price: Money | None = None
    discount: Money | None = None
    paid: Money | None = None
    returned: Money | None = None
    refunded_so_far: Money | None = None
    return_reason: ReturnReason | None = None
    reported: Money | None = None
    method: PaidBy | None = None
    method_label: str = ""
    payment_reference: str = ""
    link: str = ""
    valid_until: datetime | None = None
    instructions: str = ""
    note: str = ""
    needs_approval: bool = False
    provider: str = ""
    provider_account_id: str = ""
    failure: str = ""
    disputed: Money | None = None
    dispute_status: DisputeStatus | None = None
    dispute_fee: Money | None = None
    training_cancelled: bool = False
    stays_registered: bool = False
    payment_awaited: bool = False

    def __post_init__(self) -> None:
        """Refuse facts that would make a misleading mail."""
        required = REQUIRED_FACTS[self.kind]
        if self.kind is not MailKind.ORGANIZER_ACCOUNT_REVOKED:
            required |= _OF_A_TRAINING
        missing = sorted(name for name in required if getattr(self, name) in (None, ""))
        if missing:
            raise ValueError(f"a mail {self.kind} needs {', '.join(missing)}")
        for instant in (self.starts_at, self.ends_at, self.occurred_at, self.valid_until):
            if instant is not None and instant.utcoffset() != timedelta(0):
                raise ValueError("instants in a mail are aware and in UTC")
        if self.link and not self.link.startswith(("https://", "http://")):
            raise ValueError("a link in a mail is an http(s) address")
        try:
            ZoneInfo(self.time_zone)
        except (ValueError, OSError, KeyError) as error:
            raise ValueError(f"unknown time zone {self.time_zone!r}") from error

    @property
    def to_pay(self) -> Money | None:
        """Price less discount (REG-5)."""
        if self.price is None or self.discount is None:
            return self.price
        return self.price - self.discount
