"""Laws of taxes, over bills that nobody thought of; compared with a second calculation."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from guichet.catalogue.catalogue import TaxClass
from guichet.tax.crediting import TaxedLine, gross_of_credits
from guichet.tax.deciding import TaxableLine, discounted
from guichet.tax.subject import Exemption, TaxSubject, VatStanding
from tests.support.second_taxes import PROVINCES, VAT, Buyer, rounded, second_taxes
from tests.support.taxing import taxed

AMOUNTS = st.integers(-10_000_000, 10_000_000)
LINES = st.lists(st.tuples(AMOUNTS, st.sampled_from([each.value for each in TaxClass])), max_size=8)
STATES = ("AL", "NY", "CA")
SELLERS = ("AU", "CA", "DE", "FR", "GB", "IE", "US")


@st.composite
def buyers(draw: st.DrawFn) -> Buyer:
    # Not Switzerland, Japan and New Zealand: where a seller is registered is the sample's own.
    country = draw(st.sampled_from(["AU", "CA", "GB", "NO", "US", *sorted(VAT)]))
    regions = {"CA": tuple(PROVINCES), "US": STATES}.get(country, ("",))
    exempt = draw(st.sets(st.sampled_from(regions))) if regions != ("",) else ()
    return Buyer(country, draw(st.sampled_from(regions)), draw(st.booleans()), tuple(exempt))


def subject_of(buyer: Buyer) -> TaxSubject:
    standing = VatStanding.VALID if buyer.has_confirmed_number else VatStanding.NEVER_ANSWERED
    return TaxSubject(
        buyer.country,
        buyer.region,
        is_business=True,
        vat_standing=standing,
        exemptions=tuple(
            Exemption(buyer.country, each, date(2026, 1, 1), date(2026, 12, 31), "a reason")
            for each in buyer.exempt_regions
        ),
    )


@given(st.sampled_from(SELLERS), buyers(), LINES)
def test_taxes_are_what_the_rules_say_worked_out_twice_tax_1(
    seller: str, buyer: Buyer, lines: list[tuple[int, str]]
) -> None:
    taxable = [TaxableLine(amount, TaxClass(tax_class)) for amount, tax_class in lines]

    decision = taxed(seller, subject_of(buyer), *taxable, TaxableLine(0, TaxClass.EXEMPT))

    charged = {(each.name, each.tax_class.value): each.amount_minor for each in decision.charged}
    assert charged == second_taxes(seller, buyer, lines)


@given(st.sampled_from(SELLERS), buyers(), LINES)
def test_every_sum_stands_in_a_group_of_each_tax_and_each_group_has_a_reason_tax_1(
    seller: str, buyer: Buyer, lines: list[tuple[int, str]]
) -> None:
    taxable = [TaxableLine(amount, TaxClass(tax_class)) for amount, tax_class in lines]

    decision = taxed(seller, subject_of(buyer), *taxable, TaxableLine(0, TaxClass.EXEMPT))

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
