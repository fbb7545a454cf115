"""The facts that each mail of billing tells (SUB-5, SUB-8, SUB-15, INV-6, TAX-4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Final

from guichet.access.membership import Representative
from guichet.ledger.billable import LineKind
from guichet.money import Money
from guichet.payments.attempt import CaptureMethod
from guichet.payments.stored_method import MethodKind
from guichet.period import Period
from guichet.registration.outbox import BillingMail

K = BillingMail

# A mail without one of these would promise nothing or ask for nothing: it is not sent.
REQUIRED_FACTS: Final[Mapping[BillingMail, frozenset[str]]] = MappingProxyType(
    {
        K.ORDER_CONFIRMED: frozenset({"order_id", "total", "paid", "standings"}),
        K.PAYMENT_FAILED: frozenset({"order_id", "paid", "valid_until"}),
        K.ORDER_ABANDONED: frozenset({"order_id", "paid"}),
        K.CANCELLED: frozenset({"product", "plan", "ends_on", "deletion_on"}),
        K.CANCELLATION_WITHDRAWN: frozenset({"product", "plan"}),
        K.TRIAL_ENDED: frozenset({"product", "plan"}),
        K.RENEWED: frozenset({"product", "plan", "lines", "period", "total"}),
        K.EXPIRED: frozenset({"product", "plan", "ends_on", "deletion_on"}),
        K.DELETION_ANNOUNCED: frozenset({"product", "plan", "deletion_on", "days_left"}),
        K.SEAT_ASSIGNED: frozenset({"product", "seat_email"}),
        K.METHOD_STORED: frozenset({"stored_method"}),
        K.METHOD_REMOVED: frozenset({"stored_method"}),
        K.METHOD_GONE: frozenset({"stored_method"}),
        K.METHOD_LINK: frozenset(),
        K.CERTIFICATE_APPROVED: frozenset({"country", "counts_from", "counts_until"}),
        K.CERTIFICATE_REFUSED: frozenset({"country", "refusal"}),
        K.CERTIFICATE_EXPIRED: frozenset({"country", "counts_until"}),
        K.INVOICE: frozenset({"document", "total", "due_on"}),
        K.CREDIT_NOTE: frozenset({"document", "total"}),
        K.PAYMENT_RECEIVED: frozenset({"document", "paid", "stored_method", "paid_at"}),
        K.PAYMENT_DECLINED: frozenset({"document", "paid", "stored_method"}),
        K.PAYMENT_ACTION: frozenset({"document", "paid", "stored_method", "valid_until"}),
        K.PAYMENT_RETURNED: frozenset({"document", "paid", "stored_method"}),
        K.PAYMENT_RECORDED: frozenset({"paid", "reference", "paid_at", "left_open"}),
        K.PAYMENT_REFUNDED: frozenset({"paid", "without_place"}),
        K.REFUND_CREDITED: frozenset({"paid", "without_place"}),
    }
)


@dataclass(frozen=True, slots=True)
class ToldLine:
    """One line of a bill with its names in the reader's language.

    `unit_price` is text in major units, perhaps finer than the currency's smallest coin.
    """

    product: str
    item: str
    kind: LineKind
    quantity: int
    unit_price: str
    amount: Money
    period: Period
    is_credit: bool = False
    share: str = ""
    discount: Money | None = None


@dataclass(frozen=True, slots=True)
class ToldTax:
    """One tax of an order; what a credit takes off is below 0."""

    name: str
    percent: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class LaterBill:
    """What an order adds to the bill of a 1st (SUB-7)."""

    bill_on: date
    lines: tuple[ToldLine, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a subscription goes on: when it renews, or when billing starts (SUB-17)."""

    product: str
    plan: str
    renews_on: date | None = None
    billing_start: date | None = None
    on_activation: bool = False  # billing starts when its activation is reported


@dataclass(frozen=True, slots=True)
class ToldMethod:
    """A stored payment method, as far as it is shown."""

    kind: MethodKind
    brand: str
    last4: str


@dataclass(frozen=True, slots=True)
class ToldShare:
    """What a payment pays of an invoice, and what is left to pay of that."""

    number: str
    amount: Money
    left_open: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldDocument:
    """An invoice or a credit note that a mail brings.

    Args:
        open: what is left to pay of an invoice now; nothing of one that is void.
        is_collected: by a stored method, without anybody doing anything; from `collected_from` on,
            where a bank account is debited only some days later.
        corrects: of a credit note: the invoice's number.
        settlement: of a credit note: where its amount goes.
        is_attached: the mail bears it; else it is too large for one.
    """

    number: str
    issued_on: date
    open: Money
    is_void: bool = False
    is_collected: bool = False
    collected_from: date | None = None
    corrects: str = ""
    settlement: str = ""
    is_attached: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What every mail says of its reader, its sender and its time.

    Args:
        language: BCP 47 tag of the account's billing; its region decides how amounts are written.
        company: the customer's; to the person with a seat, who gave it.
        contact_email: of the customer's main billing contact.
        seller: the selling entity's legal name.
        time_zone: whose days all dates are (MON-6).
        occurred_at: aware UTC: when what the mail tells happened.
        link: the page of what it is about; none to the person with a seat.
    """

    language: str
    recipient_name: str
    company: str
    contact_email: str
    seller: str
    time_zone: str
    occurred_at: datetime
    link: str = ""
    representative: Representative | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingFacts:
    """Everything one mail says, so that the same facts give the same mail at any time.

    Args:
        net_minor, taxes: of an order's charges now, signed; None: this mail has no taxes.
        total: what the charges come to: with taxes of an order or an invoice, before tax of
            a renewal; 0 where credits outweigh them.
        paid: what was, or has to be, paid for the order now; `method` and what follows say how. Of
            an invoice, what was paid so far; of an attempt to collect one, its amount.
        period: of a renewal, for which `lines` are billed.
        ends_on: the first day without access; `has_ended` where it has come.
        still_billed: a cancelled contract is billed until its end (SUB-9).
        deletion_on: the day on which data is deleted (SUB-15), so many days from then.
        valid_until: until when an order can be paid, or the bank's question be answered.
        next_try_at: after a decline: when the same method may be tried again, where it may be (COL-3).
        is_method_stopped: no try with this method can succeed (COL-3), or it is gone.
        shares: of a transfer or a cheque, what it pays of which invoice; the rest is `credit_given`,
            and `left_open` is what all invoices in that currency are still open with.
        stored_method: the payment method that it is about.
        default_method: what autopay charges, where it is on.
        authorization_text: that was agreed to at `authorized_at`, of a bank debit (COL-10).
        country, region: whose taxes a certificate exempts from; without a region the country's own.
        counts_from, counts_until: its first and its last day; `exempt_as` is what it says of why.
        refusal: the representative's own words.
        without_place: why a payment paid nothing, whether it went back or is credit: a reason of
            its refund (COL-8).

    Raises:
        ValueError: a fact that the kind requires is missing, or an instant is not UTC: a defect of
            the caller.
    """

    kind: BillingMail
    frame: Frame
    product: str = ""
    plan: str = ""
    seats: int = 0
    order_id: str = ""
    lines: tuple[ToldLine, ...] = ()
    later: tuple[LaterBill, ...] = ()
    net_minor: int = 0
    taxes: tuple[ToldTax, ...] | None = None
    total: Money | None = None
    credit_used: Money | None = None
    credit_given: Money | None = None
    paid: Money | None = None
    method: CaptureMethod | None = None
    reference: str = ""
    paid_at: datetime | None = None
    standings: tuple[Standing, ...] = ()
    period: Period | None = None
    due_on: date | None = None
    ends_on: date | None = None
    has_ended: bool = False
    still_billed: bool = False
    deletion_on: date | None = None
    days_left: int | None = None
    valid_until: datetime | None = None
    seat_email: str = ""
    stored_method: ToldMethod | None = None
    default_method: ToldMethod | None = None
    is_autopay: bool = False
    authorization_text: str = ""
    authorized_at: datetime | None = None
    country: str = ""
    region: str = ""
    counts_from: date | None = None
    counts_until: date | None = None
    exempt_as: str = ""
    refusal: str = ""
    document: ToldDocument | None = None
    next_try_at: datetime | None = None
    is_method_stopped: bool = False
    shares: tuple[ToldShare, ...] = ()
    left_open: Money | None = None
    without_place: str = ""

    def __post_init__(self) -> None:
        """Refuse facts that would make a misleading mail."""
        required = REQUIRED_FACTS[self.kind]
        missing = sorted(name for name in required if getattr(self, name) in (None, "", ()))
        if missing:
            raise ValueError(f"a mail {self.kind} needs {', '.join(missing)}")
        instants = (self.frame.occurred_at, self.paid_at, self.valid_until, self.authorized_at)
        for instant in (*instants, self.next_try_at):
            if instant is not None and instant.utcoffset() != timedelta(0):
                raise ValueError("instants in a mail are aware and in UTC")

    @property
    def language(self) -> str:
        return self.frame.language

    @property
    def last_day(self) -> date | None:
        """The last day with access."""
        return None if self.ends_on is None else self.ends_on - timedelta(days=1)
