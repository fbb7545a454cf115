"""Where a service is taxed, and by whom: seller, customer and day (TAX-1, TAX-3).

Services only: everything sold is a subscription, its use, or what comes with it. Goods that are sold
alone would be taxed by where they are sent from. `docs/taxes.md` has the law behind each line.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from guichet.countries import EU_MEMBERS
from guichet.tax.subject import TaxSubject
from guichet.tax.tables import Collects, Level, Tax, TaxTables, tax_unknown


class Category(StrEnum):
    """EN 16931's codes of why a sum bears the tax that it bears (UNCL 5305)."""

    STANDARD = "S"
    ZERO_RATED = "Z"
    EXEMPT = "E"
    REVERSE_CHARGE = "AE"
    EXPORT = "G"  # untaxed as it leaves the seller's country
    OUT_OF_SCOPE = "O"  # not taxed where the seller is, or not collected where the customer is

    @property
    def vatex(self) -> str | None:
        """The code of the reason in the European list, for those that have one of their own."""
        return f"VATEX-EU-{self.value}" if self.value in {"AE", "G", "O"} else None


class Sentence(StrEnum):
    """What an invoice has to say about a sum; the words are in `taxes.json` of `document_texts`."""

    REVERSE_CHARGE = "reverse_charge"
    EXPORT = "export"
    OUT_OF_SCOPE = "out_of_scope"
    EXEMPT_SUPPLY = "exempt_supply"
    EXEMPTION_CERTIFICATE = "exemption_certificate"  # followed by the certificate's reason
    SSUT_REFUND = "ssut_refund"  # where Alabama gives tax back or credits it (TAX-6)


@dataclass(frozen=True, slots=True)
class Place:
    """How a supply is treated. `taxes` are charged; where there are none, `category` says why."""

    category: Category
    taxes: tuple[Tax, ...] = ()
    sentence: Sentence | None = None


# Whose law taxes services to customers abroad at 0; elsewhere their place is not in the country.
_ZERO_RATES_EXPORTS: Final = frozenset({"AU", "CA", "JP", "NO", "NZ"})
_SENTENCES: Final = MappingProxyType(
    {
        Category.EXPORT: Sentence.EXPORT,
        Category.OUT_OF_SCOPE: Sentence.OUT_OF_SCOPE,
        Category.REVERSE_CHARGE: Sentence.REVERSE_CHARGE,
    }
)


def place_of_supply(seller: str, subject: TaxSubject, day: date, tables: TaxTables) -> Place:
    """Which taxes a seller in a country charges a customer on a day.

    Raises:
        Unavailable: `tax_unknown`: of a seller's country, or of a place where it collects, there is
            no table.
    """
    if seller not in tables.countries:
        raise tax_unknown(f"the country of the seller, {seller}")
    if subject.country == seller:
        return _at_home(seller, subject, day, tables)
    if seller in EU_MEMBERS and subject.country in EU_MEMBERS:
        if subject.is_known_business:
            return _untaxed(Category.REVERSE_CHARGE)
        return _taxed(_required(subject, tables))  # where the consumer is (One Stop Shop)
    nexus = tables.nexus_in(seller, subject.country, subject.region, day)
    if nexus is not None and not (
        nexus.collects is Collects.CONSUMERS and subject.is_known_business
    ):
        return _taxed(_required(subject, tables))
    exports = seller in _ZERO_RATES_EXPORTS
    return _untaxed(Category.EXPORT if exports else Category.OUT_OF_SCOPE)


def _at_home(seller: str, subject: TaxSubject, day: date, tables: TaxTables) -> Place:
    """The country's own tax always; a state's or province's only where the seller has nexus."""
    here = tables.taxes_in(seller, subject.region)
    has_nexus = tables.nexus_in(seller, seller, subject.region, day) is not None
    if not tables.own_name(seller):  # the states' taxes alone, as in the United States
        if not subject.region:
            raise tax_unknown(f"a customer in no state of {seller}")
        if not has_nexus:
            return Place(Category.OUT_OF_SCOPE)
        return _taxed(_required(subject, tables))
    if all(each.level is Level.REGION for each in here):
        raise tax_unknown(f"{subject.region or 'no region'} of {seller}")
    return _taxed(tuple(each for each in here if has_nexus or each.level is not Level.REGION))


def _required(subject: TaxSubject, tables: TaxTables) -> tuple[Tax, ...]:
    found = tables.taxes_in(subject.country, subject.region)
    if not found:
        place = f"{subject.country}-{subject.region}" if subject.region else subject.country
        raise tax_unknown(place)
    return found


def _taxed(taxes: tuple[Tax, ...]) -> Place:
    return Place(Category.STANDARD, taxes)


def _untaxed(category: Category) -> Place:
    return Place(category, (), _SENTENCES[category])
