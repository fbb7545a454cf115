"""What mails tell of a subscription and of its seats (SUB-4, SUB-8, SUB-14, SUB-15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from guichet.ledger.billable import net_minor
from guichet.ledger.journal import JournalEntry
from guichet.ledger.postings import LedgerAccount
from guichet.money import Money
from guichet.period import Period, local_day
from guichet.registration.mailer import Letter
from guichet.registration.outbox import AnyMail, BillingMail
from guichet.subscriptions.living import kept_until
from guichet.subscriptions.mails import BillingFacts, ToldLine
from guichet.subscriptions.seats import SeatAssignment, SeatStatus
from guichet.subscriptions.subscription import PAID, Subscription, SubscriptionStatus
from guichet.subscriptions.telling import Telling

K = BillingMail
S = SubscriptionStatus


@dataclass(frozen=True, slots=True)
class _Billed:
    """What a renewal has put on a bill."""

    entity: str
    lines: tuple[ToldLine, ...] = ()
    period: Period | None = None
    total: Money | None = None
    credit_used: Money | None = None


@dataclass(frozen=True, slots=True)
class SubscriptionMatter:
    """What became of a subscription: with time, or because somebody cancelled."""

    telling: Telling
    now: Subscription

    def letter(self, mail: AnyMail) -> Letter[BillingFacts] | None:
        """None where it went on to something else since, of which another mail tells."""
        kind = BillingMail(mail)
        if not self._still_tells(kind):
            return None
        return self.telling.letter(self._facts(kind))

    def _still_tells(self, kind: BillingMail) -> bool:
        now = self.now
        over = now.status is S.EXPIRED
        match kind:
            case K.CANCELLED:
                return over or now.cancellation is not None
            case K.CANCELLATION_WITHDRAWN:
                return not over and now.cancellation is None
            case K.TRIAL_ENDED:
                return over or now.status is S.FREE
            case K.EXPIRED | K.DELETION_ANNOUNCED:
                return over
            case _:
                return True

    def _facts(self, kind: BillingMail) -> BillingFacts:
        now, names, cancellation = self.now, self.telling.names, self.now.cancellation
        billed = self._billed() if kind is K.RENEWED else _Billed(now.selling_entity)
        link = self.telling.sources.pages.subscription(now.subscription_id)
        ends_on = cancellation.ends_on if cancellation else now.ended_on
        deletion_on = self._deletion_on(ends_on)
        happened_on = local_day(self.telling.effect.happened_at, now.time_zone)
        return BillingFacts(
            kind=kind,
            frame=self.telling.frame(billed.entity, now.time_zone, link),
            product=names.product(now),
            plan=names.plan(now),
            seats=now.terms.seats,
            lines=billed.lines,
            period=billed.period,
            total=billed.total,
            credit_used=billed.credit_used,
            ends_on=ends_on,
            has_ended=now.status is S.EXPIRED,
            still_billed=_is_billed_until(ends_on, now),
            deletion_on=deletion_on,
            days_left=(deletion_on - happened_on).days if deletion_on else None,
        )

    def _deletion_on(self, ends_on: date | None) -> date | None:
        """When its data is deleted, if it ends on that day and nobody reactivates it (SUB-15)."""
        if self.now.status is S.EXPIRED or ends_on is None:
            return self.now.deletion_on
        catalogue = self.telling.sources.catalogues.version(self.now.catalogue_version)
        product = catalogue.product(self.now.product_id)
        return kept_until(product.retention, ends_on)

    def _billed(self) -> _Billed:
        """As the journal has it: the subscription may be further on. When it is due, its invoice says."""
        sources, names = self.telling.sources, self.telling.names
        entry = sources.happenings.behind(self.telling.effect.effect_id)
        periods = [line.period for line in entry.lines]
        return _Billed(
            entity=entry.book or self.now.selling_entity,
            lines=tuple(names.line(line) for line in entry.lines),
            period=Period(min(each.start for each in periods), max(each.end for each in periods)),
            total=Money(max(net_minor(entry.lines), 0), self.now.currency),
            credit_used=_credit_used(entry, self.now.currency),
        )


def _is_billed_until(ends_on: date | None, now: Subscription) -> bool:
    """Whether there are periods to be billed before a cancelled contract ends (SUB-9)."""
    if ends_on is None or now.status not in PAID:
        return False
    return now.period is None or now.period.end < ends_on


def _credit_used(entry: JournalEntry, currency: str) -> Money | None:
    used = sum(
        posting.amount.amount_minor
        for posting in entry.postings
        if posting.destination is LedgerAccount.ACCOUNT_CREDIT
    )
    return Money(used, currency) if used else None


@dataclass(frozen=True, slots=True)
class SeatMatter:
    """Somebody got a seat, and is to be told (SUB-14)."""

    telling: Telling
    subscription: Subscription
    seat: SeatAssignment

    def letter(self, mail: AnyMail) -> Letter[BillingFacts] | None:
        """To the person with the seat; None where it was taken back since."""
        seat, now = self.seat, self.subscription
        if seat.status is SeatStatus.RELEASED:
            return None
        names, profile = self.telling.names, self.telling.profile
        facts = BillingFacts(
            kind=BillingMail(mail),
            frame=self.telling.frame(now.selling_entity, now.time_zone, name=seat.name),
            product=names.product(now),
            plan=names.plan(now),
            seat_email=seat.email,
        )
        return Letter(facts, seat.email, profile.contact_email)
