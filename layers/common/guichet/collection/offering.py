"""What can be stored: with which selling entity, in which currency, at which provider (COL-1, COL-10)."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from guichet.access.profile import BillingProfile
from guichet.catalogue.selling import SellingEntities, SellingEntity, currency_for
from guichet.collection.stored import StoredMethod
from guichet.errors import Invalid, invalid_field
from guichet.payments.stored_method import DebitScheme, MethodKind

PROVIDER_OF: Final = MappingProxyType(
    {
        MethodKind.CARD: "stripe",
        MethodKind.BANK_DEBIT: "stripe",
        MethodKind.PAYPAL: "paypal",
    }
)
CURRENCY_OF: Final = MappingProxyType(
    {DebitScheme.ACH: "USD", DebitScheme.SEPA: "EUR", DebitScheme.BACS: "GBP"}
)
SCHEME_OF: Final = MappingProxyType({currency: scheme for scheme, currency in CURRENCY_OF.items()})


@dataclass(frozen=True, slots=True)
class Wish:
    """What a customer wants to store."""

    kind: MethodKind
    provider: str | None = None
    selling_entity: str | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """What they get: everything that the page depends on."""

    entity: SellingEntity
    provider: str
    kind: MethodKind
    currency: str
    scheme: DebitScheme | None


def chosen_entity(
    wanted: str | None, profile: BillingProfile, entities: SellingEntities
) -> SellingEntity:
    """The entity that is named, or the one that sells to the billing country.

    Raises:
        Invalid: `selling_entity_unknown`.
        Conflict: `billing_address_missing`, none is named.
    """
    if wanted is None:
        return entities.for_country(profile.require_billing_address().country)
    found = entities.entities.get(wanted)
    if found is None:
        raise invalid_field(
            "/selling_entity", "selling_entity_unknown", "There is no such seller.", rule="INV-12"
        )
    return found


def offer_of(wish: Wish, entity: SellingEntity, offered: tuple[str, ...]) -> Offer:
    """What of a wish can be had.

    Args:
        wish: what is wanted.
        entity: as `chosen_entity` says.
        offered: the providers at which the entity has an account.

    Raises:
        Invalid: `currency_not_sold`; `method_not_offered`, not here, or not in this currency.
    """
    currency = currency_for(entity, wish.currency)
    provider = PROVIDER_OF[wish.kind]
    if provider not in offered:
        raise _not_offered("/kind")
    if wish.provider not in {None, provider}:
        raise _not_offered("/provider")
    scheme = None
    if wish.kind is MethodKind.CARD and not entity.brands.get(currency):
        raise _not_offered("/kind")
    if wish.kind is MethodKind.BANK_DEBIT:
        scheme = SCHEME_OF.get(currency)
        if scheme is None or scheme not in entity.debits:
            raise _not_offered("/kind")
    return Offer(entity, provider, wish.kind, currency, scheme)


def accepts(
    entity: SellingEntity,
    currency: str,
    kind: MethodKind,
    brand: str = "",
    scheme: DebitScheme | None = None,
) -> bool:
    """Whether an entity charges this in a currency: cards by their brand, debits by their scheme.

    Asked again with each charge: a card may be charged in another currency than it was stored for.
    """
    match kind:
        case MethodKind.CARD:
            return brand in entity.brands.get(currency, ())
        case MethodKind.BANK_DEBIT:
            return scheme in entity.debits and SCHEME_OF.get(currency) is scheme
        case MethodKind.PAYPAL:
            return currency in entity.currencies


def may_charge(method: StoredMethod, entity: SellingEntity, currency: str) -> bool:
    """Whether a stored method may be charged in a currency: it is there, authorized, and taken in it.

    Raises:
        ValueError: it lies at another entity's account.
    """
    if method.selling_entity != entity.entity_id:
        raise ValueError(f"{method.method_id} is charged by {method.selling_entity} alone")
    taken = accepts(entity, currency, method.kind, method.brand, method.scheme)
    return method.may_be_charged and taken


def _not_offered(pointer: str) -> Invalid:
    return invalid_field(
        pointer,
        "method_not_offered",
        "Choose one of the payment methods that are offered.",
        rule="COL-10",
    )
