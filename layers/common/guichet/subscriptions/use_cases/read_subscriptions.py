"""What the customer sees of subscriptions and orders (SUB-19)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from guichet.access.membership import Member, Permission
from guichet.catalogue.catalogue import Product
from guichet.errors import not_found
from guichet.ledger.billable import BillableLine
from guichet.money import Money
from guichet.subscriptions.cart import Cart, TaxQuote
from guichet.subscriptions.carts import Carts
from guichet.subscriptions.moving import Sold, upcoming
from guichet.subscriptions.ports import Slice
from guichet.subscriptions.pricing import PriceList
from guichet.subscriptions.seats import SeatAssignment, SeatPool
from guichet.subscriptions.subscription import PAID, Subscription


@dataclass(frozen=True, slots=True)
class SubscriptionView:
    """One subscription as it is shown: with its seats, its price, and what comes next."""

    subscription: Subscription
    product: Product
    pool: SeatPool | None
    price: Money  # of a whole period at the terms of now, before tax
    renews_on: date | None
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class NextBill:
    """What the next period will be billed, by what is known today (BAD-14)."""

    bill_on: date | None
    lines: Sequence[BillableLine]
    tax: TaxQuote | None
    credit: Money


def read_subscription(member: Member, subscription_id: str, *, carts: Carts) -> SubscriptionView:
    """One of the account's.

    Raises:
        NotAllowed: the member may not see it.
        NotFound: absent, or another account's.
    """
    member.reach(Permission.READ_SUBSCRIPTIONS)
    found = carts.records.subscription(member.account_id, subscription_id)
    if found is None:
        raise not_found("subscription")
    return _view(found, carts)


def list_subscriptions(
    member: Member, *, limit: int, after: str | None, carts: Carts
) -> Slice[SubscriptionView]:
    """Those of the account, in the order of their ids.

    Raises:
        NotAllowed: the member may not see them.
    """
    member.reach(Permission.READ_SUBSCRIPTIONS)
    part = carts.records.subscriptions_of(member.account_id, limit=limit, after=after)
    return Slice([_view(each, carts) for each in part.items], part.after)


def _view(found: Subscription, carts: Carts) -> SubscriptionView:
    version = carts.catalogues.version(found.catalogue_version)
    product = version.product(found.product_id)
    prices = PriceList(found.subscription_id, product, found.currency, version.version)
    total = sum(item.total_minor for item in prices.items(found.terms))
    ends = found.cancellation.ends_on if found.cancellation else found.ended_on
    renews = None
    if ends is None and found.status in PAID:
        renews = found.period.end if found.period else found.billing_start
    return SubscriptionView(
        subscription=found,
        product=product,
        pool=carts.records.pool(found.subscription_id),
        price=Money(total, found.currency),
        renews_on=renews,
        expires_on=ends or found.trial_ends_on,
    )


def read_next_bill(member: Member, subscription_id: str, *, carts: Carts) -> NextBill:
    """The lines of the next period, its tax, and the credit that there is.

    Raises:
        NotAllowed: the member may not see it.
        NotFound: absent, or another account's.
    """
    member.reach(Permission.READ_SUBSCRIPTIONS)
    found = carts.records.subscription(member.account_id, subscription_id)
    if found is None:
        raise not_found("subscription")
    profile = carts.records.profile(member.account_id)
    sold = Sold(carts.catalogues, carts.entities, profile, carts.policy)
    lines = tuple(upcoming(found, sold))
    balance = carts.records.balance(found.account_id, found.selling_entity, found.currency)
    if not lines or found.status not in PAID:
        return NextBill(None, (), None, balance.credit)
    bill_on = lines[0].bill_on
    entity = sold.entity(found, sold.catalogue(found, bill_on).product(found.product_id))
    taxes = carts.taxes_of(member.account_id)
    subject = carts.subjects.subject(profile, bill_on)
    tax = taxes.quote(entity, subject, bill_on, lines)
    return NextBill(bill_on, lines, tax, balance.credit)


def read_cart(member: Member, cart_id: str, *, carts: Carts) -> Cart:
    """One order of the account.

    Raises:
        NotAllowed: the member may not see it.
        NotFound: absent, or another account's.
    """
    member.reach(Permission.READ_SUBSCRIPTIONS)
    found = carts.records.cart(member.account_id, cart_id)
    if found is None:
        raise not_found("order")
    return found


def list_carts(member: Member, *, limit: int, after: str | None, carts: Carts) -> Slice[Cart]:
    """Orders of the account, in the order of their ids.

    Raises:
        NotAllowed: the member may not see them.
    """
    member.reach(Permission.READ_SUBSCRIPTIONS)
    return carts.records.carts_of(member.account_id, limit=limit, after=after)


def list_seats(
    member: Member, subscription_id: str, *, limit: int, after: str | None, carts: Carts
) -> Slice[SeatAssignment]:
    """Who has a seat, and who had one.

    Raises:
        NotAllowed: the member may not see them.
        NotFound: absent, or another account's.
    """
    member.reach(Permission.READ_SEATS)
    if carts.records.subscription(member.account_id, subscription_id) is None:
        raise not_found("subscription")
    return carts.records.seats_of(subscription_id, limit=limit, after=after)
