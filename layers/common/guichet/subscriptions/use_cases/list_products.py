"""What is sold to a customer today: by whom, in which currencies, at which prices (SUB-1, INV-12)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from guichet.access.membership import Member, Permission
from guichet.catalogue.catalogue import Catalogue, Product
from guichet.catalogue.selling import SellingEntity
from guichet.period import local_day
from guichet.subscriptions.carts import Carts
from guichet.subscriptions.naming import trial_id


@dataclass(frozen=True, slots=True)
class SoldProduct:
    """A product, who sells it to this customer, and the currencies that both have."""

    product: Product
    entity: SellingEntity
    currencies: tuple[str, ...]
    has_unused_trial: bool  # one per product and account (SUB-19)


@dataclass(frozen=True, slots=True)
class Assortment:
    """The catalogue of a day, as a customer of this billing country may buy from it."""

    catalogue: Catalogue
    entity: SellingEntity
    country: str | None  # None: there is no billing address yet
    day: date
    products: Mapping[str, SoldProduct]


def list_products(member: Member, *, carts: Carts) -> Assortment:
    """Products by their ids; one in none of the customer's currencies is left out.

    Raises:
        NotAllowed: the member may not see it.
    """
    member.reach(Permission.READ_CATALOGUE)
    profile = carts.records.profile(member.account_id)
    address = profile.billing_address
    country = None if address is None else address.country
    day = local_day(carts.clock.now(), profile.time_zone)
    catalogue = carts.catalogues.at(day)
    tried = _tried(member.account_id, catalogue, carts)
    sold = {
        name: _sold(product, carts.entities.for_country(country or "", product), tried)
        for name, product in catalogue.products.items()
    }
    return Assortment(
        catalogue=catalogue,
        entity=carts.entities.for_country(country or ""),
        country=country,
        day=day,
        products={name: each for name, each in sold.items() if each.currencies},
    )


def _sold(product: Product, entity: SellingEntity, tried: frozenset[str]) -> SoldProduct:
    """In the entity's order, whose first currency is its default."""
    common = tuple(each for each in entity.currencies if each in product.currencies)
    has_trial = any(plan.trial_days for plan in product.plans.values())
    return SoldProduct(product, entity, common, has_trial and product.product_id not in tried)


def _tried(account_id: str, catalogue: Catalogue, carts: Carts) -> frozenset[str]:
    """The products of which the account has had its trial."""
    ids = {trial_id(account_id, name): name for name in catalogue.products}
    found = carts.records.subscriptions(account_id, tuple(ids))
    return frozenset(ids[each.subscription_id] for each in found if each is not None)
