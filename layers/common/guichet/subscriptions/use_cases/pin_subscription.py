"""Pin a subscription to a version of the catalogue, or let it follow the newest again (SUB-1)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from guichet.access.membership import Permission
from guichet.catalogue.catalogue import Catalogue
from guichet.errors import Unavailable, invalid_field
from guichet.replies import Reply
from guichet.subscriptions.carts import Carts
from guichet.subscriptions.subscription import Subscription
from guichet.subscriptions.terms import require_sold
from guichet.subscriptions.touching import Action, Written, act
from guichet.subscriptions.writing import subscription_change


@dataclass(frozen=True, slots=True)
class PinSubscription:
    """A representative keeps a customer's prices; None lets go of them."""

    action: Action
    version: str | None


def pin_subscription(command: PinSubscription, *, carts: Carts) -> Reply[Subscription]:
    """From the next period on; the running one keeps its prices.

    Raises:
        NotAllowed: only a representative may.
        NotFound: no such subscription of this account.
        Invalid: `plan_unknown`, `currency_not_sold`, …: the version does not sell what it is for;
            `catalogue_version_unknown`; `product_unknown`, the version does not sell it.
    """

    def decide(found: Subscription) -> Written | None:
        if command.version is not None:
            product = _version(command.version, carts).product(found.product_id)
            require_sold(found.renewed_terms, product, found.currency, by_quote=True)
        if found.pinned_version == command.version:
            return None
        after = replace(found, pinned_version=command.version)
        return Written(subscription_change(found, after, "subscription.pinned"))

    return act(
        command.action,
        "pin_subscription",
        Permission.REPRESENT,
        carts,
        decide,
        command.version or "",
    )


def _version(version: str, carts: Carts) -> Catalogue:
    """What is asked for must be there; elsewhere a version that is gone is a fault of ours."""
    try:
        return carts.catalogues.version(version)
    except Unavailable as absent:
        raise invalid_field(
            "/version", "catalogue_version_unknown", "Choose a version of the catalogue."
        ) from absent
