"""Who sells to a customer, by billing country and perhaps product, in which currencies (INV-12)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from guichet.catalogue.catalogue import Catalogue, Product, currency_not_sold
from guichet.errors import Unavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class BankDetails:
    """Where one currency is paid to from a day on; what a country's banks do not use is empty.

    An invoice keeps those of its issue date, and these prevail.
    """

    currency: str
    effective_from: date
    beneficiary: str
    bank: str = ""
    bank_address: str = ""
    account_number: str = ""
    iban: str = ""
    bic: str = ""
    routing_wire: str = ""
    routing_ach: str = ""
    chips: str = ""
    sort_code: str = ""
    bsb: str = ""
    institution: str = ""
    transit: str = ""
    cheque_address: str = ""


class FormKind(StrEnum):
    """What customers download of an entity's own papers (TAX-6)."""

    W9 = "w9"
    DEBIT_AUTHORIZATION = "debit_authorization"


@dataclass(frozen=True, slots=True)
class Form:
    """A paper of an entity, from a day on. `form_id` names its file as well."""

    form_id: str
    kind: FormKind
    effective_from: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SellingEntity:
    """A company of the operator's. Its `time_zone` decides about dates and numbers of invoices (MON-6)."""

    entity_id: str
    legal_name: str
    address: tuple[str, ...]  # lines, as they stand on an invoice
    country: str
    vat_number: str | None  # or the number that its country has in this place: GST, ABN
    time_zone: str
    currencies: tuple[str, ...]  # that it bills in; the first one where nobody asks for another
    providers: tuple[str, ...]  # where it has an account of its own; the keys are in the secret
    bank_details: tuple[BankDetails, ...]  # by currency, then ascending by day
    brands: Mapping[str, tuple[str, ...]] = MappingProxyType({})  # of cards, by currency (COL-10)
    debits: tuple[str, ...] = ()  # the schemes by which it debits bank accounts (COL-10)
    company_number: str = ""  # in its country's register of companies
    registration: tuple[str, ...] = ()  # what else its law wants on the letterhead, as printed
    forms: tuple[Form, ...] = ()  # of each kind ascending by day

    def forms_until(self, day: date) -> tuple[tuple[Form, bool], ...]:
        """Those of a day or before, newest first, and whether each is the one in force."""
        begun = sorted(
            (each for each in self.forms if each.effective_from <= day),
            key=lambda each: (each.effective_from, each.kind),
            reverse=True,
        )
        newest = {each.kind: each for each in reversed(begun)}
        return tuple((each, newest[each.kind] is each) for each in begun)

    @property
    def default_currency(self) -> str:
        return self.currencies[0]

    def bank_details_on(self, currency: str, day: date) -> BankDetails | None:
        """Those in force on a day of the entity's time zone; None before the first."""
        found = None
        for each in self.bank_details:
            if each.currency == currency and each.effective_from <= day:
                found = each
        return found


@dataclass(frozen=True, slots=True)
class SellingEntities:
    """All of the operator's entities, and which one serves a billing country."""

    entities: Mapping[str, SellingEntity]
    by_country: Mapping[str, str]  # country to entity
    others: str  # the entity of every other country

    @property
    def currencies(self) -> frozenset[str]:
        """What the operator bills in anywhere (MON-2)."""
        return frozenset(each for one in self.entities.values() for each in one.currencies)

    def entity(self, entity_id: str) -> SellingEntity:
        """The entity of this id.

        Raises:
            Unavailable: `selling_entity_missing`, it was taken out of the file.
        """
        found = self.entities.get(entity_id)
        if found is None:
            raise Unavailable(
                "selling_entity_missing", "Who sells this isn't configured.", rule="INV-12"
            )
        return found

    def for_country(self, country: str, product: Product | None = None) -> SellingEntity:
        """Who sells to this billing country: as the product says, else as the general map does.

        Raises:
            Unavailable: `selling_entity_missing`, the product names one that isn't there.
        """
        of_product = (product.selling_entities or {}) if product is not None else {}
        general = self.by_country.get(country, self.others)
        return self.entity(of_product.get(country, general))


def currency_for(entity: SellingEntity, wanted: str | None) -> str:
    """The currency that is wanted, or the entity's default.

    Raises:
        Invalid: `currency_not_sold`, this entity bills in others.
    """
    if wanted is None:
        return entity.default_currency
    if wanted not in entity.currencies:
        raise currency_not_sold()
    return wanted


def unknown_sellers(entities: SellingEntities, catalogue: Catalogue) -> tuple[str, ...]:
    """What products name as their seller in a country, and is no entity: `product/country: id`."""
    return tuple(
        f"{product_id}/{country}: {entity_id}"
        for product_id, product in catalogue.products.items()
        for country, entity_id in (product.selling_entities or {}).items()
        if entity_id not in entities.entities
    )
