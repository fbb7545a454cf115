"""What the wishes of a cart come to for a subscription: its new terms, or a refusal (SUB-5, SUB-13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from guichet.catalogue.catalogue import (
    BillingMode,
    Catalogue,
    Frequency,
    FrequencyChange,
    Product,
)
from guichet.catalogue.ports import Catalogues
from guichet.errors import Conflict, invalid_field
from guichet.ledger.billable import BillableLine
from guichet.period import local_day
from guichet.subscriptions.allowing import BEGINNING, Buyer, require_allowed
from guichet.subscriptions.billing import Effect
from guichet.subscriptions.cart import CartLine, CartLineKind
from guichet.subscriptions.changing import added, changed_in_month, plan_changed
from guichet.subscriptions.living import activated
from guichet.subscriptions.planning import still_planned
from guichet.subscriptions.quantities import counted, sold_once
from guichet.subscriptions.subscription import PAID, Subscription, SubscriptionStatus
from guichet.subscriptions.terms import Terms, plan_is_free, require_sold

S = SubscriptionStatus


@dataclass(frozen=True, slots=True)
class Planned:
    """One subscription before and after. Of a new one there is no `before` until it is ordered."""

    before: Subscription | None
    pending: Subscription | None  # a new one, as it is ordered
    after: Subscription
    lines: tuple[BillableLine, ...]

    @property
    def is_pending(self) -> bool:
        """Whether it was ordered and has not begun."""
        return self.before is not None and self.before.is_pending

    @property
    def may_lack_seats(self) -> bool:
        """Whether more seats may be assigned than there are to be."""
        before = self.before
        if before is None:
            return False
        return before.status not in PAID or self.after.terms.seats < before.terms.seats


def planned(
    subscription: Subscription, wishes: Sequence[CartLine], buyer: Buyer, *, is_new: bool
) -> Planned:
    """What these wishes make of a subscription; a new one is given as `pending`.

    An order that was placed is carried out as it was previewed: whether it may be done online
    was asked then.

    Raises:
        Invalid: what is not sold, or not so.
        Conflict: `subscription_<status>`, `order_pending`, `taken_off_at_renewal`, `nothing_to_change`.
        Unavailable: `renewal_due`.
        AskRepresentative: what the product does not let a customer do.
    """
    _require_in_order(subscription, wishes, buyer)
    begins = {wish.kind for wish in wishes} & BEGINNING
    if begins and len(wishes) > 1:
        raise invalid_field("/lines", "line_twice", "Say all about one subscription in one line.")
    if CartLineKind.REACTIVATE in begins:
        subscription = replace(subscription, pinned_version=None)  # at today's price (SUB-10)
    catalogue = _catalogue(subscription, buyer, of_running=not begins)
    product = catalogue.product(subscription.product_id)
    anew = begins and not is_new  # a new one was made as the account is today
    held = _as_bought(subscription, product, wishes[0], buyer) if anew else subscription
    terms = held.terms
    for wish in wishes:
        terms = _wanted(terms, wish)
    is_had = not is_new and terms.plan_id == subscription.terms.plan_id
    by_quote = buyer.by_representative or buyer.carries_out or is_had
    if require_sold(terms, product, held.currency, by_quote=by_quote).is_free:
        raise plan_is_free()
    day = _day(held, buyer, begins=bool(begins))
    if begins:
        effect = activated(held, terms, catalogue, day)
    else:
        effect = _changed(held, wishes, terms, product, catalogue, day, buyer.catalogues)
    once = sold_once(wishes, effect.subscription, catalogue, day)
    if effect.subscription == subscription and not once:
        raise Conflict("nothing_to_change", "This is what the subscription is already.")
    lines = (*effect.lines, *once)
    if is_new:
        return Planned(None, subscription, effect.subscription, lines)
    return Planned(subscription, None, effect.subscription, lines)


def _require_in_order(subscription: Subscription, wishes: Sequence[CartLine], buyer: Buyer) -> None:
    """Of what is ordered now: all that it may be refused for. Of a placed order: that it still is."""
    if not buyer.carries_out:
        subscription.require_unleased()
        subscription.require_moved(buyer.at)
        for wish in wishes:
            _require_same_product(wish, subscription)
            require_allowed(wish, subscription, buyer)
    elif subscription.status is S.EXPIRED and wishes[0].kind not in BEGINNING:
        raise subscription.refusal("This subscription has ended meanwhile.")


def _require_same_product(wish: CartLine, subscription: Subscription) -> None:
    if wish.product_id not in {None, subscription.product_id}:
        raise invalid_field(
            "/product", "product_differs", "This subscription is of another product."
        )


def _day(subscription: Subscription, buyer: Buyer, *, begins: bool) -> date:
    """Today. A period that began east of where the account is now has begun there too."""
    day, period = local_day(buyer.at, subscription.time_zone), subscription.period
    return day if begins or period is None else max(day, period.start)


def _as_bought(
    subscription: Subscription, product: Product, wish: CartLine, buyer: Buyer
) -> Subscription:
    """What begins anew is billed as the account is today."""
    return replace(
        subscription,
        on_activation=wish.on_activation,
        currency=buyer.currency,
        selling_entity=buyer.selling_entity,
        time_zone=buyer.time_zone,
        mode=product.mode,
        basis=product.basis,
    )


def _catalogue(subscription: Subscription, buyer: Buyer, *, of_running: bool) -> Catalogue:
    """A running period keeps its prices (SUB-1); what begins today has today's, unless pinned.

    In mode `calendar` a change is a difference within the running period: a pin is for the next one.
    """
    if of_running and subscription.mode is BillingMode.CALENDAR and subscription.period is not None:
        return buyer.catalogues.version(subscription.catalogue_version)
    if subscription.pinned_version is not None:
        return buyer.catalogues.version(subscription.pinned_version)
    return buyer.catalogue


def _wanted(terms: Terms, wish: CartLine) -> Terms:
    plan_id, frequency = wish.plan_id or terms.plan_id, wish.frequency or terms.frequency
    changed = terms
    if (plan_id, frequency) != (terms.plan_id, terms.frequency):
        changed = replace(terms, plan_id=plan_id, frequency=frequency)
    if wish.kind is CartLineKind.ADD:
        quantities = dict(terms.quantities)
        for each in wish.add_ons or ():
            quantities[each.add_on_id] = quantities.get(each.add_on_id, 0) + each.quantity
        return replace(changed, seats=terms.seats + (wish.seats or 0)).with_add_ons(quantities)
    if wish.seats is not None and wish.seats != changed.seats:
        changed = replace(changed, seats=wish.seats)
    if wish.add_ons is not None:
        changed = changed.with_add_ons(counted(wish.add_ons))
    return changed


def _changed(  # noqa: PLR0917 - each is another thing
    subscription: Subscription,
    wishes: Sequence[CartLine],
    terms: Terms,
    product: Product,
    catalogue: Catalogue,
    day: date,
    catalogues: Catalogues,
) -> Effect:
    """What is changed today, and what was planned for the next renewal and still is."""
    later: Frequency | None = None
    if terms.frequency is not subscription.terms.frequency and waits_for_renewal(product):
        later, terms = terms.frequency, replace(terms, frequency=subscription.terms.frequency)
    effect = _changed_today(subscription, terms, catalogue, day, catalogues)
    planned_terms = still_planned(subscription.next_terms, subscription.terms, terms, wishes)
    if later is not None:
        planned_terms = replace(planned_terms or terms, frequency=later)
    if planned_terms is not None and terms.plan_id != subscription.terms.plan_id:
        require_sold(planned_terms, product, subscription.currency, by_quote=True)
    if planned_terms == effect.subscription.next_terms:
        return effect
    return replace(effect, subscription=replace(effect.subscription, next_terms=planned_terms))


def _changed_today(
    subscription: Subscription,
    terms: Terms,
    catalogue: Catalogue,
    day: date,
    catalogues: Catalogues,
) -> Effect:
    before = subscription.terms
    if terms == before:
        return Effect(subscription)
    if subscription.mode is BillingMode.CALENDAR:
        return changed_in_month(subscription, terms, catalogue, day)
    if (terms.plan_id, terms.frequency) != (before.plan_id, before.frequency):
        return plan_changed(subscription, terms, catalogue, day)
    _require_no_less(before, terms)
    is_billed = subscription.period is not None
    running = catalogues.version(subscription.catalogue_version) if is_billed else catalogue
    return added(subscription, terms, running, day)


def waits_for_renewal(product: Product) -> bool:
    """Whether another frequency begins with the next period (SUB-18).

    In mode `calendar` always: its periods are paid in advance to a 1st that stays.
    """
    is_late = product.frequency_change is FrequencyChange.AT_RENEWAL
    return is_late or product.mode is BillingMode.CALENDAR


def _require_no_less(before: Terms, terms: Terms) -> None:
    had, has = before.quantities, terms.quantities
    fewer = any(has.get(name, 0) < count for name, count in had.items())
    if terms.seats < before.seats or fewer:
        raise Conflict(
            "taken_off_at_renewal",
            "Seats and add-ons are taken off from the next renewal on; change the subscription itself.",
            rule="SUB-16",
        )
