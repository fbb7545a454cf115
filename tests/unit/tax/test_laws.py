"""Laws of taxes, over bills that nobody thought of; compared with a second calculation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guichet.adapters.tax.packaged import packaged_fee_tables
from guichet.catalogue.catalogue import TaxClass
from guichet.tax.crediting import TaxedLine, gross_of_credits
from guichet.tax.deciding import TaxableLine, TaxDecision, decide, discounted
from guichet.tax.places import Sentence
from guichet.tax.subject import Exemption, TaxSubject, VatStanding
from tests.support.second_taxes import (
    FIRST_DAY,
    PLACES,
    SELLERS,
    Buyer,
    Certificate,
    Groups,
    Line,
    days_of_change,
    rates_told,
    rounded,
    second_taxes,
)
from tests.support.taxing import TABLES, taxed

AMOUNTS = st.integers(-10_000_000, 10_000_000)
CLASSES = tuple(each.value for each in TaxClass)
LINES = st.lists(st.tuples(AMOUNTS, st.sampled_from(CLASSES)), max_size=8)
FEES = st.lists(AMOUNTS, max_size=2)

# What a customer's number counts as, and what the rules call that.
STANDINGS: Final = {
    VatStanding.NONE: "none",
    VatStanding.VALID: "confirmed",
    VatStanding.STATED: "stated",
    VatStanding.INVALID: "unconfirmed",
    VatStanding.NEVER_ANSWERED: "unconfirmed",
}
# Fees that have a rate on every day; the universal service fund's ends with its quarter.
FEE_OF: Final = {"CA": "ca-federal-recovery", "US": "us-regulatory-recovery"}
FIRST_DAY_OF_FEES: Final = date(2020, 1, 1)
TODAY: Final = date(2026, 11, 29)


def _days_worth_a_look(country: str, region: str) -> list[date]:
    """The first and the last that are known, and each change with its eve."""
    changes = days_of_change(country, region)
    return sorted({FIRST_DAY, TODAY, *changes, *(each - timedelta(1) for each in changes)})


DAYS = sorted({day for place in PLACES for day in _days_worth_a_look(*place)})


@st.composite
def customers(draw: st.DrawFn) -> tuple[Buyer, TaxSubject]:
    """A customer, as the rules see it and as the product does."""
    country, region = draw(st.sampled_from(PLACES))
    standing = draw(st.sampled_from(list(STANDINGS)))
    # Also of other places, and of days before and after.
    places = st.sampled_from([(country, region), (country, ""), ("CA", "QC"), ("FR", "")])
    certificates = draw(
        st.lists(st.builds(_certificate, places, st.sampled_from(DAYS)), max_size=2)
    )
    return _customer(country, region, standing, certificates)


def _certificate(place: tuple[str, str], first: date) -> Certificate:
    return Certificate(*place, first, first + timedelta(3 * 365))


def _customer(
    country: str, region: str, standing: VatStanding, certificates: Sequence[Certificate] = ()
) -> tuple[Buyer, TaxSubject]:
    subject = TaxSubject(
        country,
        region,
        is_business=standing is not VatStanding.NONE,
        vat_standing=standing,
        exemptions=tuple(
            Exemption(each.country, each.region, each.first, each.last, "a reason")
            for each in certificates
        ),
    )
    return Buyer(country, region, STANDINGS[standing], tuple(certificates)), subject


def _decided(seller: str, subject: TaxSubject, day: date, lines: Sequence[Line]) -> TaxDecision:
    fee_id = FEE_OF.get(subject.country, "")
    known_on = max(day, FIRST_DAY_OF_FEES)
    fee_taxes = packaged_fee_tables().taxes_of([fee_id], known_on) if fee_id else {}
    taxable = [
        TaxableLine(each.amount, TaxClass(each.tax_class), fee_id if each.is_fee else None)
        for each in lines
    ]
    return decide(seller, subject, day, taxable, TABLES, fee_taxes=fee_taxes)


def _found(decision: TaxDecision) -> Groups:
    found: Groups = {}
    for each in decision.groups:
        key = (each.name, str(each.percent), each.category.value, each.tax_class.value)
        assert key not in found, "one line per tax"
        found[key] = each.base_minor, each.amount_minor
    return found


def _lines(subject: TaxSubject, given: list[tuple[int, str]], fees: list[int]) -> list[Line]:
    borne = fees if subject.country in FEE_OF else []
    return [*(Line(*each) for each in given), *(Line(fee, "telecom", is_fee=True) for fee in borne)]


@settings(max_examples=400, deadline=None)  # a country's tables are made when first asked for
@given(st.sampled_from(SELLERS), customers(), st.sampled_from(DAYS), LINES, FEES)
def test_taxes_are_what_the_rules_say_worked_out_twice_tax_1_tax_4_tax_5(
    seller: str,
    customer: tuple[Buyer, TaxSubject],
    day: date,
    given_lines: list[tuple[int, str]],
    fees: list[int],
) -> None:
    buyer, subject = customer
    lines = _lines(subject, given_lines, fees)

    decision = _decided(seller, subject, day, lines)

    assert _found(decision) == second_taxes(seller, buyer, day, lines)


ONE_OF_EACH: Final = [
    *(Line(amount, each) for each, amount in zip(CLASSES, (10_050, 3_333, -250, 999), strict=True)),
    Line(-50, "standard"),
]


@pytest.mark.parametrize("seller", SELLERS)
def test_every_seller_charges_every_place_by_the_rules_before_and_after_each_change_tax_2(
    seller: str,
) -> None:
    for country, region in PLACES:
        fee = [Line(77, "telecom", is_fee=True)] if country in FEE_OF else []
        lines = [*ONE_OF_EACH, *fee]
        for standing in STANDINGS:
            buyer, subject = _customer(country, region, standing)
            for day in _days_worth_a_look(country, region):
                decision = _decided(seller, subject, day, lines)

                expected = second_taxes(seller, buyer, day, lines)
                assert _found(decision) == expected, f"{country}-{region} {standing} {day}"


FROM, UNTIL = date(2025, 2, 1), date(2026, 1, 31)


@pytest.mark.parametrize(
    "day",
    [
        pytest.param(FROM - timedelta(1), id="the day before"),
        pytest.param(FROM, id="its first day"),
        pytest.param(UNTIL, id="its last day"),
        pytest.param(UNTIL + timedelta(1), id="the day after"),
    ],
)
def test_a_certificate_takes_away_the_taxes_of_its_place_on_its_days_alone_tax_4(day: date) -> None:
    freed = 0
    for country, region in PLACES:
        whose = {(country, region), (country, ""), ("CA", "QC"), ("US", "AL"), ("PT", "20")}
        for seller in {country, "IE"} & set(SELLERS):
            for certificate in (Certificate(*each, FROM, UNTIL) for each in sorted(whose)):
                buyer, subject = _customer(country, region, VatStanding.NONE, [certificate])

                decision = _decided(seller, subject, day, ONE_OF_EACH)

                told = f"{seller} to {country}-{region}, {certificate}"
                assert _found(decision) == second_taxes(seller, buyer, day, ONE_OF_EACH), told
                freed += Sentence.EXEMPTION_CERTIFICATE in {said for said, _ in decision.sentences}
    assert bool(freed) == (FROM <= day <= UNTIL)


def test_the_second_calculation_knows_every_country_region_rate_and_day_of_the_tables_tax_2() -> (
    None
):
    told = {
        (
            tax.country,
            region,
            tax.name,
            f"{max(row.effective_from, FIRST_DAY)} {row.percent.normalize():f}",
        )
        for taxes in TABLES.taxes.values()
        for tax in taxes
        for row, later in zip(tax.rates, (*tax.rates[1:], None), strict=True)
        if later is None or later.effective_from > FIRST_DAY
        for region in (tax.regions or {""})
    }

    assert told == {each for each in rates_told() if each[1] != "Lisboa"}
    assert set(SELLERS) == TABLES.countries
    assert {
        (seller, each.country, each.region, each.effective_from)
        for seller, rows in TABLES.nexus.items()
        for each in rows
        if seller != "CA"
    } == {
        ("IE", "CH", "", date(2018, 1, 1)),
        ("IE", "JP", "", date(2015, 10, 1)),
        ("IE", "NZ", "", date(2016, 10, 1)),
        ("US", "US", "AL", date(2020, 1, 1)),
    }


@settings(deadline=None)
@given(st.sampled_from(SELLERS), customers(), st.sampled_from(DAYS), LINES)
def test_every_sum_stands_in_a_group_of_each_tax_and_each_group_has_a_reason_tax_1(
    seller: str,
    customer: tuple[Buyer, TaxSubject],
    day: date,
    lines: list[tuple[int, str]],
) -> None:
    buyer, subject = customer
    taxable = [TaxableLine(amount, TaxClass(tax_class)) for amount, tax_class in lines]

    decision = taxed(seller, subject, *taxable, TaxableLine(0, TaxClass.EXEMPT), day=day)

    by_tax: dict[str, int] = {}
    for group in decision.groups:
        by_tax[group.name] = by_tax.get(group.name, 0) + group.base_minor
        assert group.is_charged == (group.category == "S")
        # An untaxed sum says why, but for zero-rating and a state where nothing is collected.
        assert group.sentence or group.category in {"S", "Z"} or seller == buyer.country
    assert set(by_tax.values()) == {sum(amount for amount, _ in lines)}


@given(LINES, st.data())
def test_the_order_of_lines_changes_nothing_tax_1(
    lines: list[tuple[int, str]], data: st.DataObject
) -> None:
    taxable = [TaxableLine(amount, TaxClass(tax_class)) for amount, tax_class in lines]
    mixed = data.draw(st.permutations(taxable))

    subject = TaxSubject("CA", "QC")

    assert taxed("CA", subject, *taxable) == taxed("CA", subject, *mixed)


@given(
    st.lists(st.integers(1, 1_000_000), min_size=1, max_size=6),
    st.lists(st.integers(0, 1_000), max_size=4),
)
def test_a_discount_takes_off_exactly_itself_mon_3(nets: list[int], discounts: list[int]) -> None:
    fitting = [each for at, each in enumerate(discounts) if sum(discounts[: at + 1]) <= sum(nets)]

    left = discounted(nets, fitting)

    assert sum(left) == sum(nets) - sum(fitting)
    assert all(0 <= after <= before for after, before in zip(left, nets, strict=True))


@given(
    st.lists(
        st.tuples(st.integers(1, 100_000), st.sampled_from(["5", "9.975", "20", "25.5"])),
        min_size=1,
        max_size=5,
    ),
    st.data(),
)
def test_credits_in_whatever_parts_come_to_the_whole_invoice_mon_3(
    nets: list[tuple[int, str]], data: st.DataObject
) -> None:
    lines = [TaxedLine(net, rate, (Decimal(rate),)) for net, rate in nets]
    parts = []
    for place, (net, _) in enumerate(nets):
        cut = data.draw(st.integers(0, net))
        parts += [(place, part) for part in (cut, net - cut) if part]
    parts = data.draw(st.permutations(parts))

    gross = gross_of_credits(lines, parts)

    groups: dict[str, int] = {}
    for net, rate in nets:
        groups[rate] = groups.get(rate, 0) + net
    assert sum(gross) == sum(
        base + rounded(Decimal(base) * Decimal(rate) / 100) for rate, base in groups.items()
    )
