"""The tables: which taxes there are, their rates by date, and who collects them where (TAX-2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from guichet.catalogue.catalogue import TaxClass
from guichet.errors import Unavailable


class Level(StrEnum):
    """Whose tax it is: an exemption of a state takes away the state's own (TAX-4)."""

    COUNTRY = "country"
    HARMONISED = "harmonised"  # a region's, in place of the country's: collected like that
    REGION = "region"  # collected only where the seller has nexus in the region


class Collects(StrEnum):
    """From whom a seller collects a country's tax where it isn't established."""

    EVERYONE = "everyone"
    CONSUMERS = "consumers"  # known businesses account for it themselves


@dataclass(frozen=True, slots=True)
class Rate:
    """A tax's rate from a day on, until the next one; where it stands, and what is uncertain."""

    effective_from: date
    percent: Decimal
    source: str
    note: str = ""

    @property
    def share(self) -> Fraction:
        return Fraction(self.percent) / 100


@dataclass(frozen=True, slots=True)
class Tax:
    """One tax of one place. `regions` empty: all of the country without a tax of this name apart."""

    name: str  # as an invoice prints it: VAT, GST, QST
    country: str
    regions: frozenset[str]
    level: Level
    classes: frozenset[TaxClass]  # what it is charged on; never `exempt` or `zero_rated`
    rates: tuple[Rate, ...]  # by `effective_from`, ascending

    def rate_on(self, day: date) -> Rate:
        """The rate in force.

        Raises:
            Unavailable: `tax_unknown`, the table begins later.
        """
        found = None
        for each in self.rates:
            if each.effective_from <= day:
                found = each
        if found is None:
            raise tax_unknown(f"{self.name} of {self.country} on {day}")
        return found

    def region_of(self, region: str) -> str:
        """The region whose tax it is for a customer there; empty where it is the country's."""
        return "" if self.level is Level.COUNTRY else region


@dataclass(frozen=True, slots=True)
class Nexus:
    """Where a seller has to collect beyond its own country's tax: abroad, or for a region."""

    country: str
    region: str  # empty: all of the country
    effective_from: date
    collects: Collects


@dataclass(frozen=True, slots=True)
class VatCheckPolicy:
    """How long answers about VAT numbers count (TAX-3)."""

    counts_days: int  # of the last positive answer
    corrects_days: int  # back from a later positive answer
    asks_again_days: int  # after which a positive answer is renewed before it runs out


@dataclass(frozen=True, slots=True)
class TaxTables:
    """All of it, as compiled. What should be there and is not is refused, never guessed."""

    taxes: Mapping[str, tuple[Tax, ...]]  # by country
    nexus: Mapping[str, tuple[Nexus, ...]]  # by the seller's country
    vat_checks: VatCheckPolicy
    countries: frozenset[str] = field(default_factory=frozenset)  # that may be a seller's

    def taxes_in(self, country: str, region: str) -> tuple[Tax, ...]:
        """What is charged there, each name once: a region's own table before the country's."""
        here = self.taxes.get(country, ())
        own = {each.name for each in here if region in each.regions}
        return tuple(
            each
            for each in here
            if region in each.regions or (not each.regions and each.name not in own)
        )

    def nexus_in(self, seller: str, country: str, region: str, day: date) -> Nexus | None:
        """Why the seller collects in a place on a day, if it does."""
        for each in self.nexus.get(seller, ()):
            is_there = each.country == country and each.region in {"", region}
            if is_there and each.effective_from <= day:
                return each
        return None

    def own_name(self, country: str) -> str:
        """What the country's own tax is called, where a document names it without charging it."""
        for each in self.taxes.get(country, ()):
            if each.level is Level.COUNTRY:
                return each.name
        return ""


def tax_unknown(what: str, file: str = "rates.yaml") -> Unavailable:
    """Nothing is billed on a guess: what needs this is parked until the table has it.

    The sentence is the operator's, in logs and alarms; customers read one of their own.
    """
    detail = f"The tax tables lack {what}: the operator adds it to config/tax/{file}."
    return Unavailable("tax_unknown", detail, rule="TAX-2")


def only(taxes: Iterable[Tax], tax_class: TaxClass) -> tuple[Tax, ...]:
    """Those that are charged on a class; of what is exempt or zero-rated, those it is free from."""
    if tax_class in {TaxClass.EXEMPT, TaxClass.ZERO_RATED}:
        return tuple(taxes)
    return tuple(each for each in taxes if tax_class in each.classes)
