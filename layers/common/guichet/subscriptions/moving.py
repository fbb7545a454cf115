"""What time does to a subscription: one step for each moment that has come, the earliest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from guichet.access.profile import BillingProfile
from guichet.catalogue.catalogue import Catalogue, Product
from guichet.catalogue.ports import Catalogues
from guichet.catalogue.selling import SellingEntities
from guichet.events import Event
from guichet.ledger.billable import BillableLine
from guichet.period import local_day
from guichet.subscriptions.billing import Effect, billing_begun, is_sold, next_catalogue, renewed
from guichet.subscriptions.living import (
    announced,
    end_of_paid,
    expired,
    trial_ended,
)
from guichet.subscriptions.policy import BillingPolicy
from guichet.subscriptions.subscription import (
    PAID,
    Subscription,
    SubscriptionStatus,
)

S = SubscriptionStatus


@dataclass(frozen=True, slots=True)
class Moved:
    """One step: what became of the subscription, and the day on which it happened."""

    subscription: Subscription
    day: date
    event: Event
    lines: tuple[BillableLine, ...] = ()
    mails: tuple[str, ...] = ()
    billed_from: date | None = None  # the period whose `BILLED#` marker is put
    alarms: tuple[Event, ...] = ()  # what a person is told of


@dataclass(frozen=True, slots=True)
class Sold:
    """Where a new period's prices, zone and selling entity come from."""

    catalogues: Catalogues
    entities: SellingEntities
    profile: BillingProfile
    policy: BillingPolicy

    def catalogue(self, subscription: Subscription, day: date) -> Catalogue:
        return next_catalogue(subscription, self.catalogues, day)

    def product(self, subscription: Subscription) -> Product:
        """As its running period has it."""
        version = self.catalogues.version(subscription.catalogue_version)
        return version.product(subscription.product_id)

    def entity(self, subscription: Subscription, product: Product) -> str:
        """A move to another entity's country applies from the next period (INV-12).

        One that does not bill in the subscription's currency leaves it where it is.
        """
        address = self.profile.billing_address
        if address is None:
            return subscription.selling_entity
        entity = self.entities.for_country(address.country, product)
        sells = subscription.currency in entity.currencies
        return entity.entity_id if sells else subscription.selling_entity


def moved(subscription: Subscription, now: datetime, sold: Sold) -> Moved | None:
    """The next step that time asks for; None where nothing is due by now.

    Steps are dated by their own day, however late they are done (BAD-12). What happens on one day
    goes in this order: the end by suspension or cancellation, the end of a trial, the next period.
    """
    look_at = subscription.next_look_at()
    if look_at is None or now < look_at:
        return None
    day = local_day(look_at, subscription.time_zone)
    return _by_state(subscription, look_at, day, sold)


def _by_state(subscription: Subscription, look_at: datetime, day: date, sold: Sold) -> Moved | None:
    product = sold.product(subscription)
    match subscription.status:
        case S.EXPIRED:
            return _announced(subscription)
        case S.SUSPENDED if _suspended_too_long(subscription, look_at):
            return _expired(subscription, product, end_of_paid(subscription, day), sold)
        case _ if subscription.ends_by_cancellation(day):
            return _expired(subscription, product, day, sold)
        case S.TRIALING:
            return _trial_ended(subscription, product, day, sold)
        case _:
            return _next_period(subscription, sold, day)


def _suspended_too_long(subscription: Subscription, look_at: datetime) -> bool:
    until = subscription.suspended_until
    return until is not None and look_at >= until


def _expired(subscription: Subscription, product: Product, day: date, sold: Sold) -> Moved:
    over = expired(subscription, product, day, sold.policy)
    deletion = over.deletion_on
    facts = {"deletion_on": deletion.isoformat() if deletion else None, "ended_on": day.isoformat()}
    return Moved(over, day, Event("subscription.expired", facts), mails=("billing_expired",))


def _trial_ended(subscription: Subscription, product: Product, day: date, sold: Sold) -> Moved:
    after = trial_ended(subscription, product, day, sold.policy)
    facts = {"status": str(after.status)}
    event = Event("subscription.trial_ended", facts)
    return Moved(after, day, event, mails=("billing_trial_ended",))


def _announced(subscription: Subscription) -> Moved | None:
    if not subscription.announce_on or subscription.deletion_on is None:
        return None
    day = subscription.announce_on[0]
    left = (subscription.deletion_on - day).days
    facts = {
        "product_id": subscription.product_id,
        "deletion_on": subscription.deletion_on.isoformat(),
    }
    after = announced(subscription)
    if left:
        event = Event("subscription.deletion_announced", {**facts, "days": left})
        return Moved(after, day, event, mails=("billing_deletion_announced",))
    return Moved(after, day, Event("subscription.data_deletion_due", facts))


def _next_period(subscription: Subscription, sold: Sold, day: date) -> Moved:
    effect = period_effect(subscription, sold, day)
    after = effect.subscription
    facts = {"period_start": day.isoformat()}
    mails = ("billing_renewed",) if effect.lines else ()
    if after.period is None:
        raise ValueError("a period that begins has days")
    return Moved(
        after,
        day,
        Event("subscription.renewed", facts),
        effect.lines,
        mails,
        billed_from=after.period.start,
        alarms=_not_sold(subscription, sold, day),
    )


def _not_sold(subscription: Subscription, sold: Sold, day: date) -> tuple[Event, ...]:
    """It stays at its prices, because the version in force no longer sells what it is for."""
    wanted = sold.catalogues.at(day)
    if subscription.pinned_version is not None or is_sold(subscription, wanted):
        return ()
    facts = {
        "account_id": subscription.account_id,
        "subscription_id": subscription.subscription_id,
        "version": wanted.version,
    }
    return (Event("subscription.not_sold", facts),)


def period_effect(subscription: Subscription, sold: Sold, day: date) -> Effect:
    """The period that begins on a day: the first one, on the billing start, or the next."""
    catalogue = sold.catalogue(subscription, day)
    product = catalogue.product(subscription.product_id)
    entity = sold.entity(subscription, product)
    billed_by = replace(subscription, selling_entity=entity)
    zone = sold.profile.time_zone
    if subscription.period is None:
        return billing_begun(replace(billed_by, time_zone=zone), catalogue)
    return renewed(billed_by, catalogue, time_zone=zone)


def upcoming(subscription: Subscription, sold: Sold) -> Sequence[BillableLine]:
    """The lines of the next period as it would be billed by what is known today (BAD-14).

    Of a contract under notice too, until its end (SUB-9); of what is suspended only in a fixed
    term (COL-5).
    """
    rests = subscription.status is S.SUSPENDED and subscription.term is None
    if subscription.status not in PAID or rests:
        return ()
    day = subscription.billing_start if subscription.period is None else subscription.period.end
    if day is None or subscription.ends_by_cancellation(day):
        return ()
    return period_effect(subscription, sold, day).lines
