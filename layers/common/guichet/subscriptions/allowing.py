"""Whether a wish may be done online: by its subscription's state, its product and the account (SUB-13)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Final

from guichet.access.membership import Account
from guichet.access.requests import RequestKind, ask_representative
from guichet.catalogue.catalogue import Catalogue, Frequency, SelfService
from guichet.catalogue.ports import Catalogues
from guichet.subscriptions.cart import CartLine, CartLineKind
from guichet.subscriptions.quantities import counted
from guichet.subscriptions.subscription import Subscription, SubscriptionStatus
from guichet.subscriptions.terms import Terms
from guichet.tax.subject import TaxSubject

S = SubscriptionStatus

BEGINNING: Final = frozenset({CartLineKind.SUBSCRIBE, CartLineKind.REACTIVATE})
_FROM: Final = MappingProxyType(  # the states that each wish may begin from
    {
        CartLineKind.SUBSCRIBE: frozenset({S.PENDING, S.TRIALING, S.FREE}),
        CartLineKind.REACTIVATE: frozenset({S.EXPIRED}),
        CartLineKind.ADD: frozenset({S.ACTIVE}),
        CartLineKind.CHANGE: frozenset({S.ACTIVE}),
    }
)


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who buys, on which day, and where prices come from."""

    account: Account
    by_representative: bool
    day: date
    at: datetime
    catalogue: Catalogue  # in force on that day
    catalogues: Catalogues
    currency: str
    selling_entity: str
    time_zone: str
    taxed: TaxSubject
    carries_out: bool = False  # a placed order, whose day has been


def require_allowed(wish: CartLine, subscription: Subscription, buyer: Buyer) -> None:
    """Whether the state, the product and the account let this be done online.

    Raises:
        Conflict: `subscription_<status>`.
        AskRepresentative: with the kind of request that does it.
    """
    status = subscription.status
    if status not in _FROM[wish.kind]:
        raise subscription.refusal(f"This subscription is {status}: that can't be done with it.")
    if buyer.by_representative:
        return
    if wish.on_activation:
        raise ask_representative(
            RequestKind.OTHER,
            "A representative orders what is billed from its activation on.",
            account=buyer.account,
            rule="SUB-17",
        )
    if wish.kind not in BEGINNING:
        _require_self_service(wish, subscription, buyer)
    elif buyer.account.is_corporate:
        _require_online(wish, subscription, buyer.account)


def _require_online(wish: CartLine, subscription: Subscription, account: Account) -> None:
    """What a corporate account does without a representative: annual orders of something new."""
    if wish.kind is CartLineKind.REACTIVATE:
        raise ask_representative(
            RequestKind.REACTIVATE,
            "A representative reactivates subscriptions of this account.",
            account=account,
            rule="SUB-10",
        )
    if (wish.frequency or subscription.terms.frequency) is not Frequency.ANNUAL:
        raise ask_representative(
            RequestKind.FREQUENCY,
            "This account is billed once a year; a representative can agree on something else.",
            account=account,
            rule="SUB-2",
        )


def _require_self_service(wish: CartLine, subscription: Subscription, buyer: Buyer) -> None:
    terms, account = subscription.terms, buyer.account
    product = buyer.catalogue.product(subscription.product_id)
    running = buyer.catalogues.version(subscription.catalogue_version)
    frequency = wish.frequency or terms.frequency
    if frequency is not terms.frequency and account.is_corporate:
        raise ask_representative(
            RequestKind.FREQUENCY,
            "A representative changes how often this account is billed.",
            account=account,
            rule="SUB-18",
        )
    rank = running.product(subscription.product_id).plan(terms.plan_id).rank
    wanted = product.plan(wish.plan_id).rank if wish.plan_id else rank
    had = 0 if wish.kind is CartLineKind.ADD else terms.seats  # `add` says how many more
    more_seats = (wish.seats or 0) > had
    fewer = wish.kind is CartLineKind.CHANGE and (
        (wish.seats is not None and wish.seats < terms.seats) or _takes_off(wish, terms)
    )
    asked = (
        (wanted > rank, SelfService.UPGRADE, RequestKind.OTHER, "upgrades"),
        (wanted < rank, SelfService.DOWNGRADE, RequestKind.DOWNGRADE, "downgrades"),
        (more_seats, SelfService.ADD_SEATS, RequestKind.OTHER, "adds seats"),
        (fewer, SelfService.REMOVE, RequestKind.REMOVE, "takes things off"),
    )
    for happens, action, kind, words in asked:
        if happens and not product.allows(action):
            raise ask_representative(
                kind, f"A representative {words} of this product.", account=account, rule="SUB-13"
            )


def _takes_off(wish: CartLine, terms: Terms) -> bool:
    if wish.add_ons is None:
        return False
    wanted = counted(wish.add_ons)
    return any(wanted.get(name, 0) < count for name, count in terms.quantities.items())
