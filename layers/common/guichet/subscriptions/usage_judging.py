"""Whether a record of usage is taken, and as what: each refusal is for one record alone (INV-8, SUB-20)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from guichet.catalogue.catalogue import Direction, MeteredItem, Product
from guichet.errors import Conflict, Invalid, Refusal, invalid_field
from guichet.period import add_months, local_day
from guichet.subscriptions.policy import BillingPolicy
from guichet.subscriptions.subscription import Subscription, SubscriptionStatus
from guichet.subscriptions.usage import UsageRecord, sms_credits
from guichet.subscriptions.usage_pricing import unit_price

MOST_QUANTITY: Final = 10**9

_NEVER_SERVED: Final = frozenset({SubscriptionStatus.ABANDONED})


@dataclass(frozen=True, slots=True)
class UsageGiven:
    """A record as it was sent. Text messages may tell `characters` in place of `quantity`."""

    subscription_id: str
    item_id: str
    key: str
    used_at: datetime
    quantity: int | None = None
    characters: tuple[int, ...] | None = None  # of each message
    country: str | None = None
    number: str | None = None
    direction: Direction | None = None


def judged(
    given: UsageGiven,
    subscription: Subscription,
    product: Product,
    country: str | None,
    *,
    at: datetime,
    policy: BillingPolicy,
) -> UsageRecord:
    """The record to keep.

    Args:
        given: as it was sent.
        subscription: whose usage it is.
        product: of the catalogue that prices the subscription's running period.
        country: of the account's billing address.
        at: now.
        policy: how early and how late it may come.

    Raises:
        Refusal: `usage_item_unknown`, `usage_quantity_invalid`, `usage_in_future`,
            `usage_too_late`, `usage_after_end`, `usage_not_sold_there`, `usage_not_priced`.
    """
    item = product.metered.get(given.item_id)
    if item is None:
        raise invalid_field("/item", "usage_item_unknown", "The product has no such metered item.")
    quantity = _quantity(given, item)
    used_on = local_day(given.used_at, subscription.time_zone)
    _require_in_time(given.used_at, used_on, subscription, at, policy)
    _require_not_ended(used_on, subscription)
    if item.countries is not None and country not in item.countries:
        raise Conflict(
            "usage_not_sold_there",
            "This item is not sold in the account's billing country.",
            rule="SUB-20",
        )
    start = subscription.billing_start
    record = UsageRecord(
        subscription_id=given.subscription_id,
        item_id=given.item_id,
        key=given.key,
        quantity=quantity,
        used_at=_to_the_millisecond(given.used_at),
        used_on=used_on,
        received_at=_to_the_millisecond(at),
        is_counted=start is not None and used_on >= start,
        country=given.country,
        number=given.number,
        direction=given.direction,
        account_country=country,
    )
    if record.is_counted:
        unit_price(item, record, country, subscription.currency)
    return record


def key_reused() -> Refusal:
    return Conflict(
        "usage_key_reused",
        "This key was used in the same month for another use; take a new one.",
        rule="INV-8",
    )


def _quantity(given: UsageGiven, item: MeteredItem) -> int:
    """What is counted: as stated, or a credit for each 160 characters begun."""
    if (given.quantity is None) == (given.characters is None):
        raise _quantity_invalid("State either a quantity or, of text messages, the characters.")
    if given.characters is None:
        quantity = given.quantity or 0
    elif not item.counts_characters:
        raise _quantity_invalid("This item is not counted in characters; state a quantity.")
    elif any(each < 0 for each in given.characters):
        raise _quantity_invalid("A message has no fewer than 0 characters.")
    else:
        quantity = sms_credits(given.characters)
    if not 1 <= quantity <= MOST_QUANTITY:
        raise _quantity_invalid("A quantity is a whole number from 1 to 1000000000.")
    return quantity


def _quantity_invalid(detail: str) -> Invalid:
    return invalid_field("/quantity", "usage_quantity_invalid", detail, rule="INV-8")


def _require_in_time(
    used_at: datetime,
    used_on: date,
    subscription: Subscription,
    at: datetime,
    policy: BillingPolicy,
) -> None:
    if used_at > at + timedelta(minutes=policy.future_minutes):
        raise invalid_field(
            "/used_at", "usage_in_future", "This use lies in the future.", rule="INV-8"
        )
    today = local_day(at, subscription.time_zone)
    if used_on < add_months(today, -policy.late_months):
        raise Conflict(
            "usage_too_late",
            f"Usage can be told for {policy.late_months} months; this use was earlier.",
            rule="INV-8",
        )


def _require_not_ended(used_on: date, subscription: Subscription) -> None:
    status, ended_on = subscription.status, subscription.ended_on
    has_ended = status is SubscriptionStatus.EXPIRED and (ended_on is None or used_on >= ended_on)
    if has_ended or status in _NEVER_SERVED or subscription.ends_by_cancellation(used_on):
        raise Conflict(
            "usage_after_end",
            "The subscription had ended before this use.",
            rule="SUB-3",
        )


def _to_the_millisecond(moment: datetime) -> datetime:
    """As it is stored: what is read back is the same."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
