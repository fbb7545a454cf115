"""Carts: what is wanted, its preview, and the order that charges exactly what was previewed (SUB-5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from guichet.catalogue.catalogue import Frequency, TaxClass
from guichet.errors import Conflict
from guichet.ledger.billable import BillableLine, net_minor
from guichet.money import Money
from guichet.period import Period
from guichet.subscriptions.balance import dated_invoice_id
from guichet.subscriptions.terms import AddOnQuantity, Terms
from guichet.tax.deciding import Bearing
from guichet.tax.going_back import TaxName


class CartLineKind(StrEnum):
    """What a line of a cart asks for."""

    SUBSCRIBE = "subscribe"  # something new, or a paid period of a trial or a free plan (SUB-4)
    ADD = "add"  # more seats, more add-ons, or something sold once (SUB-16)
    CHANGE = "change"  # another plan or frequency; may state other seats and add-ons too (SUB-6)
    REACTIVATE = "reactivate"  # something expired (SUB-10)


@dataclass(frozen=True, slots=True)
class CartLine:
    """One wish. Of `add`, seats and add-ons are how many more; elsewhere how many there are to be.

    None leaves a thing as it is. `once` is bought once, beside what recurs.
    """

    kind: CartLineKind
    subscription_id: str | None = None
    product_id: str | None = None
    plan_id: str | None = None
    frequency: Frequency | None = None
    seats: int | None = None
    add_ons: tuple[AddOnQuantity, ...] | None = None
    once: tuple[AddOnQuantity, ...] = ()
    on_activation: bool = False  # billing begins when it is reported to work (SUB-17)


@dataclass(frozen=True, slots=True)
class TaxLine:
    """One tax of a bill (TAX-1); below 0 where credits outweigh charges."""

    name: str
    percent: str  # as a decimal, as the invoice has it: 9.975
    amount_minor: int


@dataclass(frozen=True, slots=True)
class HeldTax:
    """A tax of which less was left of an invoice than its credit note would give back (INV-11)."""

    of_invoice: str
    name: str
    percent: str
    tax_class: TaxClass
    region: str
    less_minor: int

    @property
    def tax(self) -> TaxName:
        return self.name, self.percent, self.tax_class, self.region


@dataclass(frozen=True, slots=True)
class TaxQuote:
    """The taxes on a bill's lines, and the regulatory fees that come with them (TAX-5).

    `bears` holds for each line, then for each fee, the places in `bearings` of what it bears: what
    the invoice is made from, so that it charges what was previewed (BAD-14).
    """

    taxes: tuple[TaxLine, ...] = ()
    fees: tuple[BillableLine, ...] = ()
    bearings: tuple[Bearing, ...] = ()
    bears: tuple[tuple[int, ...], ...] = ()
    held: tuple[HeldTax, ...] = ()  # mostly none: that much is less on credit notes

    @property
    def total_minor(self) -> int:
        return sum(tax.amount_minor for tax in self.taxes)


@dataclass(frozen=True, slots=True)
class Bill:
    """What lines and their fees come to on one day: before tax, tax, and the total."""

    bill_on: date
    lines: tuple[BillableLine, ...]
    tax: TaxQuote

    @property
    def all_lines(self) -> tuple[BillableLine, ...]:
        """As an invoice has them: the fees last."""
        return (*self.lines, *self.tax.fees)

    @property
    def net_minor(self) -> int:
        return net_minor(self.all_lines)

    @property
    def total_minor(self) -> int:
        """Signed: below 0, it becomes account credit (INV-11)."""
        return self.net_minor + self.tax.total_minor


@dataclass(frozen=True, slots=True)
class Touched:
    """A subscription that the cart is about, as the preview saw it; version 0: it is new."""

    subscription_id: str
    version: int
    terms: Terms  # what it will be for
    period: Period | None  # that will be running; None while nothing is billed
    billing_start: date | None  # None: from its activation on


@dataclass(frozen=True, slots=True)
class Preview:
    """What a cart costs, valid until `expires_at`: placing it charges `due_now` or has no effect."""

    preview_id: str
    account_id: str
    wishes: tuple[CartLine, ...]
    touched: tuple[Touched, ...]  # by the place of their first wish
    selling_entity: str
    currency: str
    time_zone: str
    day: date  # today, when it was made: it holds when midnight passes
    created_at: datetime
    expires_at: datetime
    catalogue_version: str
    profile_version: int
    now: Bill  # paid with the order
    later: tuple[Bill, ...]  # of mode `calendar`: on the bills of a 1st
    credit_applied: Money
    due_now: Money
    credit_given: Money  # what is over, as account credit
    request_hash: str
    needs_shipping: bool = False

    @property
    def lines(self) -> tuple[BillableLine, ...]:
        return (*self.now.lines, *(line for bill in self.later for line in bill.lines))


class CartStatus(StrEnum):
    """An order's life."""

    PENDING = "pending"  # waits for its payment: nothing has changed yet
    PROCESSING = "processing"  # a bank debit, or a capture, that the provider has not settled
    DONE = "done"
    ABANDONED = "abandoned"


S = CartStatus

TRANSITIONS = MappingProxyType(
    {  # a pair absent from this table does not happen
        S.PENDING: frozenset({S.PROCESSING, S.DONE, S.ABANDONED}),
        S.PROCESSING: frozenset({S.PENDING, S.DONE, S.ABANDONED}),
        S.DONE: frozenset(),
        S.ABANDONED: frozenset(),
    }
)

OPEN = frozenset({S.PENDING, S.PROCESSING})


@dataclass(frozen=True, slots=True)
class Cart:
    """A placed order. While it is open its subscriptions are leased, and its credit is reserved."""

    cart_id: str
    account_id: str
    preview: Preview
    status: CartStatus
    placed_at: datetime
    placed_by: str
    abandon_at: datetime  # unpaid until then, it is abandoned (SUB-3)
    open_payment_id: str | None = None  # the charge lease: at most one open attempt
    last_payment_id: str | None = None
    paid_payment_id: str | None = None
    session_ends_at: datetime | None = None  # of the open attempt
    payment_count: int = 0
    ended_at: datetime | None = None
    note: str | None = None  # why it was abandoned
    handled_keys: tuple[str, ...] = ()
    version: int = 1

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def invoice_id(self) -> str:
        """The invoice of what was paid with the order; it is made once the order is done."""
        return dated_invoice_id(self.preview.day, self.cart_id)

    @property
    def own_bearings(self) -> Mapping[TaxClass, tuple[Bearing, ...]]:
        """What its charges bear, by class, as its invoice will say it (BAD-14)."""
        now = self.preview.now
        found: dict[TaxClass, tuple[Bearing, ...]] = {}
        for line, places in zip(now.lines, now.tax.bears, strict=False):  # fees come after them
            if not line.is_credit and not line.of_invoice:
                borne = tuple(now.tax.bearings[place] for place in places)
                found.setdefault(TaxClass(line.tax_class), borne)
        return found

    @property
    def is_invoiced_itself(self) -> bool:
        """Whether an invoice is made of it: what comes with bills stands on those."""
        return self.status is S.DONE and bool(self.preview.now.lines)

    def transition_to(self, status: CartStatus) -> Cart:
        """The only door between states.

        Raises:
            Conflict: `cart_<status>`.
        """
        if status not in TRANSITIONS[self.status]:
            raise self.refusal()
        return replace(self, status=status)

    def refusal(self) -> Conflict:
        return Conflict(f"cart_{self.status}", f"This order is {self.status}.", rule="SUB-5")

    def require_payable(self) -> None:
        """Refuse what has nothing to pay now.

        Raises:
            Conflict: `cart_<status>`.
        """
        if self.status is not S.PENDING:
            raise self.refusal()

    def started_payment(self, payment_id: str, session_ends_at: datetime) -> Cart:
        """Take the charge lease."""
        self.require_payable()
        return replace(
            self,
            open_payment_id=payment_id,
            last_payment_id=payment_id,
            session_ends_at=session_ends_at,
            payment_count=self.payment_count + 1,
        )

    def leasing_again(self, payment_id: str) -> Cart:
        """The buyer agreed on an earlier page after all, and nobody pays on another one."""
        self.require_payable()
        return replace(self, open_payment_id=payment_id, last_payment_id=payment_id)

    def without_lease(self) -> Cart:
        return replace(self, open_payment_id=None, session_ends_at=None)

    def processing(self) -> Cart:
        return self.transition_to(S.PROCESSING)

    def denied(self) -> Cart:
        """The debit was refused: nothing changed, another attempt may be made until `abandon_at`."""
        moved = self if self.status is S.PENDING else self.transition_to(S.PENDING)
        return moved.without_lease()

    def done(self, at: datetime, payment_id: str | None) -> Cart:
        return replace(
            self.transition_to(S.DONE).without_lease(), ended_at=at, paid_payment_id=payment_id
        )

    def abandoned(self, at: datetime, note: str) -> Cart:
        return replace(self.transition_to(S.ABANDONED).without_lease(), ended_at=at, note=note)

    def next_look_at(self) -> datetime | None:
        """When its page ends, unheard of perhaps, or when it is abandoned."""
        if self.status is not S.PENDING:
            return None  # a debit's own payment is asked about
        if self.open_payment_id is None or self.session_ends_at is None:
            return self.abandon_at
        return min(self.session_ends_at, self.abandon_at)
