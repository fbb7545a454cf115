"""The taxes of a bill: its sums grouped by tax, rate and category, each group rounded once (TAX-1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from guichet.catalogue.catalogue import TaxClass
from guichet.money import half_up, split
from guichet.tax.places import Category, Place, Sentence, place_of_supply
from guichet.tax.subject import TaxSubject
from guichet.tax.tables import Tax, TaxTables, only

NO_FEES: Final[Mapping[str, frozenset[str]]] = MappingProxyType({})
_ZERO: Final = "0"


@dataclass(frozen=True, slots=True)
class TaxableLine:
    """What is taxed of a line: minor units, below 0 for a credit. A regulatory fee is named."""

    net_minor: int
    tax_class: TaxClass
    fee_id: str | None = None  # which taxes it bears, the table of fees says (TAX-5)


@dataclass(frozen=True, slots=True)
class TaxGroup:
    """One line of an invoice's taxes, or a sum that bears none and has to say why.

    `amount_minor` is the group's sum times its rate, rounded half-up once; below 0 where credits
    outweigh charges. Where several taxes are charged, each has the same sum: none is charged on
    another (Quebec's since 2013).
    """

    name: str
    percent: Decimal
    category: Category
    tax_class: TaxClass
    country: str  # whose tax it is
    region: str
    base_minor: int
    amount_minor: int
    sentence: Sentence | None = None
    reason: str = ""  # of an exemption, as its certificate has it

    @property
    def is_charged(self) -> bool:
        return self.percent != 0


@dataclass(frozen=True, slots=True)
class TaxDecision:
    """The taxes of one bill. `groups` are in the order in which they are printed."""

    groups: tuple[TaxGroup, ...]

    @property
    def charged(self) -> tuple[TaxGroup, ...]:
        """One line per tax (INV-2): those with a rate above 0."""
        return tuple(each for each in self.groups if each.is_charged)

    @property
    def total_minor(self) -> int:
        return sum(each.amount_minor for each in self.groups)

    @property
    def categories(self) -> tuple[Category, ...]:
        return tuple(dict.fromkeys(each.category for each in self.groups))

    @property
    def sentences(self) -> tuple[tuple[Sentence, str], ...]:
        """What the invoice has to say, each once, with the reason that it names."""
        said = ((each.sentence, each.reason) for each in self.groups)
        return tuple(dict.fromkeys((what, why) for what, why in said if what is not None))


@dataclass(frozen=True, slots=True)
class Bearing:
    """What a line bears of one tax; lines that bear the same are one group. Plain, so it can be kept."""

    name: str
    percent: str  # as a decimal
    category: Category
    tax_class: TaxClass
    country: str
    region: str
    sentence: Sentence | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Borne:
    """A line's amount before tax, with what it bears."""

    net_minor: int
    bearings: tuple[Bearing, ...]


def decide(
    seller: str,
    subject: TaxSubject,
    day: date,
    lines: Sequence[TaxableLine],
    tables: TaxTables,
    *,
    fee_taxes: Mapping[str, frozenset[str]] = NO_FEES,
) -> TaxDecision:
    """The taxes on lines that a seller bills a customer on a day (TAX-1 to TAX-4).

    Args:
        seller: the selling entity's country.
        subject: the customer.
        day: the invoice's date.
        lines: signed amounts before tax, discounts already taken off.
        tables: what is charged where.
        fee_taxes: the names of the taxes that each regulatory fee among the lines bears (TAX-5).

    Raises:
        Unavailable: `tax_unknown`: what the tables should have, and lack.
    """
    bearings = bearings_of(seller, subject, day, lines, tables, fee_taxes=fee_taxes)
    borne = zip(lines, bearings, strict=True)
    return grouped(Borne(line.net_minor, each) for line, each in borne)


def bearings_of(
    seller: str,
    subject: TaxSubject,
    day: date,
    lines: Sequence[TaxableLine],
    tables: TaxTables,
    *,
    fee_taxes: Mapping[str, frozenset[str]] = NO_FEES,
) -> list[tuple[Bearing, ...]]:
    """What each line bears; arguments and errors as of `decide`."""
    place = place_of_supply(seller, subject, day, tables)
    # Lines differ by class and fee, whatever their amounts are.
    alike = {(each.tax_class, each.fee_id): each for each in lines}
    found = {
        kind: tuple(_bearings(place, seller, subject, day, line, tables, fee_taxes))
        for kind, line in alike.items()
    }
    return [found[each.tax_class, each.fee_id] for each in lines]


def grouped(lines: Iterable[Borne]) -> TaxDecision:
    """The sums of what is borne alike, each rounded once (TAX-1)."""
    sums: dict[Bearing, int] = {}
    for line in lines:
        for each in line.bearings:
            sums[each] = sums.get(each, 0) + line.net_minor
    return TaxDecision(tuple(_group(each, base) for each, base in sorted(sums.items(), key=_place)))


def _bearings(  # noqa: PLR0917 - each is another thing
    place: Place,
    seller: str,
    subject: TaxSubject,
    day: date,
    line: TaxableLine,
    tables: TaxTables,
    fee_taxes: Mapping[str, frozenset[str]],
) -> list[Bearing]:
    charged = only(place.taxes, line.tax_class)
    if line.fee_id is not None:
        charged = tuple(each for each in charged if each.name in fee_taxes[line.fee_id])
    if charged:
        return [_of_tax(each, subject, day, line.tax_class) for each in charged]
    is_exempt = line.tax_class is TaxClass.EXEMPT and place.category is not Category.OUT_OF_SCOPE
    category = Category.EXEMPT if is_exempt else place.category
    sentence = Sentence.EXEMPT_SUPPLY if is_exempt else place.sentence
    if place.taxes:  # none of them is charged on this
        category, sentence = Category.OUT_OF_SCOPE, None
    name = tables.own_name(seller)
    return [Bearing(name, _ZERO, category, line.tax_class, seller, "", sentence)]


def _of_tax(tax: Tax, subject: TaxSubject, day: date, tax_class: TaxClass) -> Bearing:
    region = tax.region_of(subject.region)
    place = tax.name, tax_class, tax.country, region
    if tax_class is TaxClass.EXEMPT:
        return _free(*place, Category.EXEMPT, Sentence.EXEMPT_SUPPLY)
    if tax_class is TaxClass.ZERO_RATED:
        return _free(*place, Category.ZERO_RATED)
    exemption = subject.exemption_from(tax.country, region, day)
    if exemption is not None:
        said = Sentence.EXEMPTION_CERTIFICATE
        return _free(*place, Category.EXEMPT, said, exemption.reason)
    percent = f"{tax.rate_on(day).percent:f}"
    sentence = Sentence.SSUT_REFUND if tax.name == "SSUT" else None
    return Bearing(tax.name, percent, Category.STANDARD, tax_class, tax.country, region, sentence)


def _free(  # noqa: PLR0917 - each is another thing
    name: str,
    tax_class: TaxClass,
    country: str,
    region: str,
    category: Category,
    sentence: Sentence | None = None,
    reason: str = "",
) -> Bearing:
    return Bearing(name, _ZERO, category, tax_class, country, region, sentence, reason)


_CLASSES: Final = tuple(TaxClass)


def _place(item: tuple[Bearing, int]) -> tuple[bool, str, int, Decimal, str]:
    """A country's own tax before its regions', then by name, class, rate: never by chance."""
    bearing = item[0]
    return (
        bool(bearing.region),
        bearing.name,
        _CLASSES.index(bearing.tax_class),
        -Decimal(bearing.percent),
        f"{bearing.category} {bearing.country} {bearing.region} {bearing.reason}",
    )


def _group(bearing: Bearing, base_minor: int) -> TaxGroup:
    return TaxGroup(
        name=bearing.name,
        percent=Decimal(bearing.percent),
        category=bearing.category,
        tax_class=bearing.tax_class,
        country=bearing.country,
        region=bearing.region,
        base_minor=base_minor,
        amount_minor=half_up(base_minor * Fraction(bearing.percent) / 100),
        sentence=bearing.sentence,
        reason=bearing.reason,
    )


def discounted(nets_minor: Sequence[int], discounts_minor: Sequence[int]) -> list[int]:
    """Lines less discounts on all of them, each spread over what its charges still come to (MON-3).

    Raises:
        ValueError: a discount is below 0, or above what is left of the charges.
    """
    left = list(nets_minor)
    for discount in discounts_minor:
        weights = [max(each, 0) for each in left]
        if not 0 <= discount <= sum(weights):
            raise ValueError("a discount is at most what the charges come to")
        if discount:
            left = [net - part for net, part in zip(left, split(discount, weights), strict=True)]
    return left


def tax_so_far(percent: Decimal, net_so_far_minor: int) -> int:
    """The tax on a running total of one group; differences of it add up to the whole (MON-3)."""
    return half_up(net_so_far_minor * Fraction(percent) / 100)
