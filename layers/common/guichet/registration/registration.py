"""A registration: who wants a seat, for how long it is held, and the only moves it may make (REG-8)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from guichet.errors import Conflict, Refusal
from guichet.registration.discount import Quote


class RegistrationStatus(StrEnum):
    """The states of REG-8."""

    PENDING_APPROVAL = "pending_approval"
    AWAITING_PAYMENT = "awaiting_payment"
    PROCESSING = "processing"
    CONFIRMED = "confirmed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REJECTED = "rejected"


S = RegistrationStatus

TRANSITIONS = MappingProxyType(
    {  # a pair absent from this table does not happen
        S.PENDING_APPROVAL: frozenset({S.AWAITING_PAYMENT, S.REJECTED, S.CANCELLED}),
        S.AWAITING_PAYMENT: frozenset({S.PROCESSING, S.CONFIRMED, S.EXPIRED, S.CANCELLED}),
        S.PROCESSING: frozenset({S.CONFIRMED, S.AWAITING_PAYMENT, S.EXPIRED, S.CANCELLED}),
        S.CONFIRMED: frozenset({S.AWAITING_PAYMENT, S.CANCELLED}),
        S.EXPIRED: frozenset({S.CONFIRMED, S.CANCELLED}),
        S.CANCELLED: frozenset(),
        S.REJECTED: frozenset(),
    }
)

SEATED = frozenset({S.AWAITING_PAYMENT, S.PROCESSING, S.CONFIRMED})  # a seat on hold counts (REG-4)
LIVE = SEATED | {S.PENDING_APPROVAL}  # of which there is one per e-mail and training (REG-12)


class HoldKind(StrEnum):
    """Why a seat is on hold, which decides how far a payment may renew it (REG-4)."""

    SUBMITTED = "submitted"
    APPROVED = "approved"
    DENIED_DEBIT = "denied_debit"
    OFFLINE = "offline"
    UNMARKED = "unmarked"


class PaidBy(StrEnum):
    """What confirmed a registration."""

    PROVIDER = "provider"
    HAND = "hand"
    NOTHING_DUE = "nothing_due"


class MoneyOutcome(StrEnum):
    """What became of a registrant's money when the training was cancelled."""

    REFUNDED = "refunded"
    REFUNDING = "refunding"  # on its way
    NOTHING_TO_REFUND = "nothing_to_refund"
    RETURNED_ON_ARRIVAL = "returned_on_arrival"  # not settled yet: it goes back if it comes (REG-8)
    NOT_REFUNDED = "not_refunded"  # a refusal of RFD-5
    FAILED = "failed"  # the provider refused, or took it back


@dataclass(frozen=True, slots=True)
class Hold:
    """A seat kept until `ends_at`; a payment may renew it until `limit_at` at most."""

    kind: HoldKind
    ends_at: datetime
    limit_at: datetime


@dataclass(frozen=True, slots=True)
class Registration:
    """One registrant of one training. The price is fixed here at submission (REG-5)."""

    registration_id: str
    training_id: str
    account_id: str
    name: str
    email: str
    language: str
    quote: Quote
    registered_at: datetime
    token_expires_at: datetime
    request_hash: str
    status: RegistrationStatus
    hold: Hold | None = None
    discount_code_id: str | None = None
    method: str | None = None  # `stripe`, or `offline:<id>`; the last one chosen
    open_payment_id: str | None = None  # the charge lease: at most one open attempt
    last_payment_id: str | None = None
    session_ends_at: datetime | None = None  # of the last attempt
    payment_count: int = 0
    paid_by: PaidBy | None = None
    paid_payment_id: str | None = None
    confirmed_at: datetime | None = None
    note: str | None = None
    link_sent_at: datetime | None = None
    instructed_at: datetime | None = None  # when instructions for paying offline were last mailed
    handled_keys: tuple[str, ...] = ()
    money_outcome: MoneyOutcome | None = None  # where its training was cancelled
    not_refunded: str | None = None  # then: the code of what kept its money from going back
    version: int = 1

    @property
    def has_seat(self) -> bool:
        return self.status in SEATED

    @property
    def is_live(self) -> bool:
        return self.status in LIVE

    def transition_to(self, status: RegistrationStatus) -> Registration:
        """The only door between states.

        Raises:
            Conflict: `registration_<status>`, the pair is not in REG-8's table.
        """
        if status not in TRANSITIONS[self.status]:
            raise self.refusal(f"This registration is {self.status} and can't become {status}.")
        return replace(self, status=status)

    def refusal(self, detail: str) -> Refusal:
        return Conflict(f"registration_{self.status}", detail, rule="REG-8")

    def approved(self, hold: Hold | None) -> Registration:
        """REG-6; REG-8's other ways back to awaiting payment are not an approval."""
        if self.status is not S.PENDING_APPROVAL:
            raise self.refusal(f"This registration is {self.status}; nothing awaits approval.")
        return replace(self.transition_to(S.AWAITING_PAYMENT), hold=hold)

    def confirmed(
        self, *, now: datetime, paid_by: PaidBy, payment_id: str | None = None
    ) -> Registration:
        return replace(
            self.transition_to(S.CONFIRMED),
            hold=None,
            open_payment_id=None,
            paid_by=paid_by,
            paid_payment_id=payment_id,
            confirmed_at=now,
        )

    def processing(self) -> Registration:
        """The provider has the debit but has not settled it: the seat stays (REG-4)."""
        return replace(self.transition_to(S.PROCESSING), hold=None)

    def denied(self, hold: Hold) -> Registration:
        """A denied debit: a new hold and a link (REG-8)."""
        moved = (
            self if self.status is S.AWAITING_PAYMENT else self.transition_to(S.AWAITING_PAYMENT)
        )
        return replace(moved, hold=hold, open_payment_id=None)

    def ended(self, status: RegistrationStatus, *, note: str | None = None) -> Registration:
        """Expired, cancelled or rejected: nothing is held any more."""
        return replace(
            self.transition_to(status), hold=None, open_payment_id=None, note=note or self.note
        )

    def with_outcome(self, outcome: MoneyOutcome, code: str | None) -> Registration:
        """What became of its money, and, where it has not gone back, the code that says why."""
        return replace(self, money_outcome=outcome, not_refunded=code)

    def unmarked(self, hold: Hold) -> Registration:
        """Take back REG-7's mark; only a registration marked by hand can be."""
        if self.status is not S.CONFIRMED or self.paid_by is not PaidBy.HAND:
            raise Conflict(
                "not_marked_paid",
                "Only a registration marked paid by hand can be unmarked.",
                rule="REG-7",
            )
        return replace(
            self.transition_to(S.AWAITING_PAYMENT), hold=hold, paid_by=None, confirmed_at=None
        )

    def started_payment(
        self, payment_id: str, *, method: str, session_ends_at: datetime
    ) -> Registration:
        """Take the lease and renew the hold; a renewal never shortens it (REG-4).

        Raises:
            Conflict: `hold_exhausted`, the session would outlive what the hold may reach.
        """
        hold = self.require_hold()
        if session_ends_at > hold.limit_at:
            raise Conflict(
                "hold_exhausted",
                "The time to pay for this seat is used up; register again.",
                rule="REG-4",
            )
        return replace(
            self,
            hold=replace(hold, ends_at=max(hold.ends_at, session_ends_at)),
            method=method,
            open_payment_id=payment_id,
            last_payment_id=payment_id,
            session_ends_at=session_ends_at,
            payment_count=self.payment_count + 1,
        )

    def leasing_again(self, payment_id: str) -> Registration:
        """The buyer agreed on an earlier page after all, and nobody pays on another one."""
        self.require_hold()
        return replace(self, open_payment_id=payment_id, last_payment_id=payment_id)

    def next_look_at(self) -> datetime | None:
        """When its hold ends, or before that its open session: a page may have been paid unheard of."""
        if self.status is not S.AWAITING_PAYMENT or self.hold is None:
            return None
        if self.open_payment_id is None or self.session_ends_at is None:
            return self.hold.ends_at
        return min(self.hold.ends_at, self.session_ends_at)

    def has_chosen_offline(self, method: str) -> bool:
        """Whether this very method keeps the seat now: there is nothing to choose, or to mail."""
        kept_so = self.hold is not None and self.hold.kind is HoldKind.OFFLINE
        return kept_so and self.method == method and self.open_payment_id is None

    def chose_offline(self, method: str, hold: Hold, *, now: datetime) -> Registration:
        """Keep the seat until the organizer is paid in their own way (REG-11)."""
        current = self.require_hold()
        longest = replace(
            hold,
            ends_at=max(current.ends_at, hold.ends_at),
            limit_at=max(current.limit_at, hold.limit_at),
        )
        return replace(self, hold=longest, method=method, open_payment_id=None, instructed_at=now)

    def without_lease(self) -> Registration:
        return replace(self, open_payment_id=None)

    def require_hold(self) -> Hold:
        """The hold of a registration that can be paid now."""
        if self.status is not S.AWAITING_PAYMENT or self.hold is None:
            raise self.refusal(f"This registration is {self.status}; there is nothing to pay now.")
        return self.hold


def submitted_hold(now: datetime, *, hold: timedelta, limit: timedelta) -> Hold:
    """30 minutes from submission, renewable until 2 hours after it (REG-4)."""
    return Hold(HoldKind.SUBMITTED, now + hold, now + limit)


def long_hold(kind: HoldKind, ends_at: datetime, *, session: timedelta) -> Hold:
    """A hold set by REG-6, REG-7, REG-8 or REG-11: payable until a session's length after it."""
    return Hold(kind, ends_at, ends_at + session)
