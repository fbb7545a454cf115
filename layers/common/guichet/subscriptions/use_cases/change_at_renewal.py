"""Fewer seats or add-ons, or another frequency, from the next renewal on (SUB-13, SUB-16, SUB-18)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from guichet.access.membership import Account, Permission
from guichet.access.requests import RequestKind, ask_representative
from guichet.catalogue.catalogue import Frequency, Product, SelfService
from guichet.errors import Conflict
from guichet.period import local_day
from guichet.replies import Reply
from guichet.subscriptions.billing import next_catalogue
from guichet.subscriptions.carts import Carts
from guichet.subscriptions.ports import ResizePool
from guichet.subscriptions.subscription import Subscription, SubscriptionStatus
from guichet.subscriptions.terms import Terms, require_sold
from guichet.subscriptions.touching import Action, Written, act
from guichet.subscriptions.wishing import waits_for_renewal
from guichet.subscriptions.writing import subscription_change


@dataclass(frozen=True, slots=True)
class ChangeAtRenewal:
    """What the next period is to be for; None leaves a thing as it would be."""

    action: Action
    seats: int | None = None
    add_ons: Mapping[str, int] | None = None  # those named; the others stay
    frequency: Frequency | None = None


def change_at_renewal(command: ChangeAtRenewal, *, carts: Carts) -> Reply[Subscription]:
    """Nothing is charged or credited now. More than there is is bought by an order instead.

    Raises:
        NotAllowed: the member may not.
        NotFound: no such subscription of this account.
        Invalid: what is not sold.
        Conflict: `seats_below_assigned`, `bought_by_order`, `frequency_changes_at_once`,
            `order_pending`, `subscription_<status>`.
        Unavailable: `renewal_due`.
        AskRepresentative: what the product or the account leaves to a representative.
    """
    asked = repr((command.seats, sorted((command.add_ons or {}).items()), command.frequency))
    return act(
        command.action,
        "change_at_renewal",
        Permission.MANAGE_SUBSCRIPTIONS,
        carts,
        lambda found: _changed(found, command, carts),
        asked,
    )


def _changed(found: Subscription, command: ChangeAtRenewal, carts: Carts) -> Written | None:
    found.require_unleased()
    found.require_moved(carts.clock.now())
    if found.status is not SubscriptionStatus.ACTIVE:
        raise found.refusal(f"This subscription is {found.status}; it can't be changed.")
    account = carts.records.account(found.account_id)
    day = local_day(carts.clock.now(), found.time_zone)
    catalogue = next_catalogue(found, carts.catalogues, day)
    product = catalogue.product(found.product_id)
    wanted = _wanted(found.renewed_terms, command)
    if not command.action.member.may(Permission.REPRESENT):
        _require_self_service(found.renewed_terms, wanted, product, account)
    _require_for_renewal(found, wanted, product)
    require_sold(wanted, product, found.currency, by_quote=True)
    after = replace(found, next_terms=None if wanted == found.terms else wanted)
    if after == found:
        return None
    resized = after.seats_assignable != found.seats_assignable
    steps = (ResizePool(found.subscription_id, after.seats_assignable),) if resized else ()
    return Written(subscription_change(found, after, "subscription.change_planned"), steps=steps)


def _wanted(terms: Terms, command: ChangeAtRenewal) -> Terms:
    quantities = {**terms.quantities, **(command.add_ons or {})}
    changed = replace(
        terms,
        seats=terms.seats if command.seats is None else command.seats,
        frequency=command.frequency or terms.frequency,
    )
    return changed.with_add_ons(quantities)


def _require_for_renewal(found: Subscription, wanted: Terms, product: Product) -> None:
    """What is more than there is has to be paid for; what mode `calendar` takes off is credited."""
    now = found.terms
    more = any(count > now.quantities.get(name, 0) for name, count in wanted.quantities.items())
    if wanted.seats > now.seats or more:
        raise Conflict(
            "bought_by_order", "More seats and add-ons are bought by an order.", rule="SUB-16"
        )
    taken_off = (wanted.seats, wanted.add_ons) != (now.seats, now.add_ons)
    if found.is_calendar and taken_off:
        raise Conflict(
            "credited_by_order",
            "Here seats and add-ons are taken off at once, with a credit: preview it as an order.",
            rule="SUB-7",
        )
    if wanted.frequency is not now.frequency and not waits_for_renewal(product):
        raise Conflict(
            "frequency_changes_at_once",
            "Another frequency begins at once: preview it as an order.",
            rule="SUB-18",
        )


def _require_self_service(before: Terms, wanted: Terms, product: Product, account: Account) -> None:
    if wanted.frequency is not before.frequency and account.is_corporate:
        raise ask_representative(
            RequestKind.FREQUENCY,
            "A representative changes how often this account is billed.",
            account=account,
            rule="SUB-18",
        )
    fewer = wanted.seats < before.seats or any(
        wanted.quantities.get(name, 0) < count for name, count in before.quantities.items()
    )
    if fewer and not product.allows(SelfService.REMOVE):
        raise ask_representative(
            RequestKind.REMOVE,
            "A representative takes things off this product.",
            account=account,
            rule="SUB-13",
        )
