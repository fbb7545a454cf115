"""A subscription: what it is for, from when to when, and the only moves it may make (SUB-2, SUB-3)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from guichet.catalogue.catalogue import BillingMode
from guichet.errors import Conflict, Unavailable
from guichet.ledger.billable import LineKind
from guichet.money import Money
from guichet.period import Basis, Period, first_of_next_month, midnight
from guichet.subscriptions.terms import Terms


class SubscriptionStatus(StrEnum):
    """The states of SUB-3."""

    PENDING = "pending"  # ordered, the first payment not captured: no access
    TRIALING = "trialing"
    ACTIVE = "active"
    FREE = "free"
    PAST_DUE = "past_due"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    ABANDONED = "abandoned"


S = SubscriptionStatus

TRANSITIONS = MappingProxyType(
    {  # a pair absent from this table does not happen
        S.PENDING: frozenset({S.ACTIVE, S.ABANDONED}),
        S.TRIALING: frozenset({S.ACTIVE, S.FREE, S.EXPIRED}),
        S.ACTIVE: frozenset({S.PAST_DUE, S.EXPIRED}),
        S.FREE: frozenset({S.ACTIVE, S.EXPIRED}),
        S.PAST_DUE: frozenset({S.ACTIVE, S.SUSPENDED, S.EXPIRED}),
        S.SUSPENDED: frozenset({S.ACTIVE, S.EXPIRED}),
        S.EXPIRED: frozenset({S.ACTIVE}),
        S.ABANDONED: frozenset(),
    }
)

ACCESS: Final = frozenset({S.TRIALING, S.ACTIVE, S.FREE, S.PAST_DUE})  # what works
PAID: Final = frozenset({S.ACTIVE, S.PAST_DUE, S.SUSPENDED})  # what has periods that are billed
OVERDUE: Final = frozenset({S.PAST_DUE, S.SUSPENDED})


@dataclass(frozen=True, slots=True)
class Term:
    """A fixed term (SUB-9), with the days of notice that end it; else it renews for the same months."""

    start: date
    end: date
    months: int
    notice_days: int

    @property
    def last_notice(self) -> date:
        """The last day whose notice is in time: renewal 31 March, 30 days: 1 March."""
        return self.end - timedelta(days=self.notice_days)


@dataclass(frozen=True, slots=True)
class PendingCancellation:
    """The dated mark beside the state (SUB-3): access lasts until `ends_on`."""

    ends_on: date  # the first day without access
    requested_at: datetime
    requested_by: str


@dataclass(frozen=True, slots=True)
class BilledPart:
    """What was billed for a line of the running period: what a plan change gives back a share of."""

    kind: LineKind
    item: str
    quantity: int
    amount: Money
    period: Period
    invoice_id: str = ""  # that bears it: its tax rates are given back with it


@dataclass(frozen=True, slots=True)
class Subscription:
    """One product of one account. Days are those of `time_zone`, which holds for the period (MON-6)."""

    subscription_id: str
    account_id: str
    product_id: str
    terms: Terms
    currency: str
    selling_entity: str
    mode: BillingMode
    basis: Basis
    time_zone: str
    catalogue_version: str  # whose prices the running period has
    status: SubscriptionStatus
    created_at: datetime
    request_hash: str
    pinned_version: str | None = None
    anchor: date | None = None  # from which periods are counted
    elapsed: int = 0  # from the anchor to the next period, in its days or months
    period: Period | None = None  # the running one; None before the first, and of a free plan
    billing_start: date | None = None  # None with `on_activation`: not known yet (SUB-17)
    served_on: date | None = None  # the service start, of what began last
    on_activation: bool = False
    billed: tuple[BilledPart, ...] = ()  # for the running period
    next_terms: Terms | None = None  # from the next renewal on (SUB-13, SUB-16, SUB-18)
    term: Term | None = None
    trial_ends_on: date | None = None
    cancellation: PendingCancellation | None = None
    cancel_attempted_on: date | None = None  # refused for a reason that may go away (SUB-8)
    suspended_until: datetime | None = None  # then it expires (COL-5)
    ended_on: date | None = None  # the end of the last paid period, once expired
    deletion_on: date | None = None  # when its data is deleted (SUB-15)
    announce_on: tuple[date, ...] = ()  # still to come: announcements, and at last that day itself
    usage_billed_to: date | None = None  # months of metered items before this 1st are billed
    usage_until: date | None = None  # of an ended one: when the last late records are billed
    open_cart_id: str | None = None  # the one order that is being paid for it
    waits_until: datetime | None = None  # for a debit of that order, before it is looked at again
    handled_keys: tuple[str, ...] = ()
    version: int = 1

    @property
    def has_access(self) -> bool:
        return self.status in ACCESS

    @property
    def is_pending(self) -> bool:
        return self.status is S.PENDING

    def given_up(self) -> Subscription:
        """Ordered, and never paid."""
        return self.transition_to(S.ABANDONED)

    @property
    def is_calendar(self) -> bool:
        return self.mode is BillingMode.CALENDAR

    @property
    def renewed_terms(self) -> Terms:
        """What the next period is for."""
        return self.next_terms or self.terms

    @property
    def seats_assignable(self) -> int:
        """No more than stay after the next renewal, so that a seat taken off is never in use."""
        return min(self.terms.seats, self.renewed_terms.seats)

    def transition_to(self, status: SubscriptionStatus) -> Subscription:
        """The only door between states.

        Raises:
            Conflict: `subscription_<status>`, the pair is not in SUB-3's table.
        """
        if status not in TRANSITIONS[self.status]:
            raise self.refusal(f"This subscription is {self.status} and can't become {status}.")
        return replace(self, status=status)

    def refusal(self, detail: str) -> Conflict:
        return Conflict(f"subscription_{self.status}", detail, rule="SUB-3")

    def require_unleased(self) -> None:
        """Refuse while an order for it is being paid.

        Raises:
            Conflict: `order_pending`.
        """
        if self.open_cart_id is not None:
            raise Conflict(
                "order_pending",
                "An order for this subscription is waiting for its payment; pay or abandon it first.",
                rule="SUB-5",
            )

    def unleased(self) -> Subscription:
        return replace(self, open_cart_id=None, waits_until=None)

    def require_moved(self, at: datetime) -> None:
        """Refuse while time has a step to do: what is due comes first, on its own day (BAD-12).

        Raises:
            Unavailable: `renewal_due`.
        """
        look_at = self.next_look_at()
        if look_at is not None and look_at <= at and self.status is not S.EXPIRED:
            raise Unavailable(
                "renewal_due",
                "This subscription is just being renewed or ended; try again in a moment.",
                retry_after_seconds=60,
            )

    def ends_by_cancellation(self, day: date) -> bool:
        return self.cancellation is not None and self.cancellation.ends_on <= day

    def usage_due_on(self) -> date | None:
        """The 1st on which a month's usage is billed next; None where nothing is metered (INV-8)."""
        billed_to, until = self.usage_billed_to, self.usage_until
        if billed_to is None or (self.status not in PAID and until is None):
            return None
        due = first_of_next_month(billed_to)
        return due if until is None or due <= until else None

    def next_look_at(self) -> datetime | None:
        """When time moves it next: renewal, end of a trial, of access, of a suspension, of its data."""
        looks = (self._next_day(), self.usage_due_on())
        days = [day for day in looks if day is not None]
        moments = [midnight(min(days), self.time_zone)] if days else []
        if self.status is S.SUSPENDED and self.suspended_until is not None:
            moments.append(self.suspended_until)
        due = min(moments, default=None)
        if due is None or self.open_cart_id is None or self.waits_until is None:
            return due
        return max(due, self.waits_until)

    def _next_day(self) -> date | None:
        if self.status in {S.PENDING, S.ABANDONED}:
            return None  # its cart moves it
        if self.status is S.EXPIRED:
            return next(iter(self.announce_on), None)
        days = [self.trial_ends_on if self.status is S.TRIALING else None]
        if self.cancellation is not None:
            days.append(self.cancellation.ends_on)
        if self.status in PAID and (self.status is not S.SUSPENDED or self.term is not None):
            days.append(self._next_billing())
        return min((day for day in days if day is not None), default=None)

    def _next_billing(self) -> date | None:
        """The first day that nothing is billed for yet; None while the billing start is unknown."""
        return self.billing_start if self.period is None else self.period.end
