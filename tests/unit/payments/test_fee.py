"""The platform fee and its return, by the rule's own examples and by laws (FEE-1, RFD-3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.configuration import load_registration_policy
from guichet.money import Money
from guichet.payments.fee import FeeSchedule, fee_returned_so_far

SCHEDULE = load_registration_policy().platform_fee
CURRENCIES = st.sampled_from(sorted(SCHEDULE.cap_minor))
AMOUNTS = st.integers(min_value=0, max_value=99_999_999)


@pytest.mark.parametrize(
    ("currency", "paid", "fee"),
    [
        pytest.param("USD", 10000, 190, id="USD 100.00"),
        pytest.param("USD", 12000, 228, id="USD 120.00"),
        pytest.param("USD", 52368, 995, id="9.9499 rounds to the cap"),
        pytest.param("USD", 52342, 994, id="just under the cap"),
        pytest.param("USD", 200000, 995, id="capped"),
        pytest.param("GBP", 31316, 595, id="GBP 313.16"),
        pytest.param("USD", 1500, 29, id="0.285 goes up"),
        pytest.param("EUR", 26, 0, id="0.00494 is nothing"),
        pytest.param("EUR", 27, 1, id="0.00513 is a cent"),
        pytest.param("AUD", 99999999, 1295, id="AUD cap"),
        pytest.param("CAD", 99999999, 995, id="CAD cap"),
        pytest.param("EUR", 99999999, 795, id="EUR cap"),
        pytest.param("NZD", 99999999, 1495, id="NZD cap"),
        pytest.param("USD", 0, 0, id="nothing paid"),
    ],
)
def test_the_fee_is_1_9_percent_half_up_with_a_cap_fee_1(
    currency: str, paid: int, fee: int
) -> None:
    assert SCHEDULE.fee(Money(paid, currency)) == Money(fee, currency)


@given(CURRENCIES, AMOUNTS)
def test_a_fee_exceeds_neither_its_cap_nor_what_was_paid_fee_1(currency: str, paid: int) -> None:
    fee = SCHEDULE.fee(Money(paid, currency)).amount_minor

    assert 0 <= fee <= min(paid, SCHEDULE.cap_minor[currency])


@given(CURRENCIES, AMOUNTS, AMOUNTS)
def test_who_pays_more_never_pays_a_smaller_fee_fee_1(currency: str, one: int, two: int) -> None:
    lower, higher = sorted((one, two))

    assert SCHEDULE.fee(Money(lower, currency)).is_at_most(SCHEDULE.fee(Money(higher, currency)))


@given(st.integers(min_value=0, max_value=9999), AMOUNTS)
def test_any_rate_below_the_whole_leaves_the_organizer_at_least_nothing_fee_1(
    rate_bps: int, paid: int
) -> None:
    schedule = FeeSchedule(rate_bps, {"USD": 10**12})

    assert schedule.fee(Money(paid, "USD")).amount_minor <= paid


def test_the_rules_own_series_returns_63_64_63_rfd_3() -> None:
    assert returned_by([3333, 3333, 3334], fee=190) == [63, 64, 63]


@st.composite
def captures_and_refunds(draw: st.DrawFn) -> tuple[int, list[int]]:
    """A fee and a series of refunds that gives the whole capture back."""
    refunds = draw(st.lists(st.integers(min_value=1, max_value=10**6), min_size=1, max_size=25))
    return draw(st.integers(min_value=0, max_value=sum(refunds))), refunds


@given(captures_and_refunds())
def test_refunds_of_everything_return_exactly_the_fee_in_parts_never_negative_rfd_3(
    series: tuple[int, list[int]],
) -> None:
    fee, refunds = series

    returns = returned_by(refunds, fee=fee)

    assert sum(returns) == fee
    assert all(part >= 0 for part in returns)


def test_more_refunded_than_captured_is_a_defect_rfd_1() -> None:
    with pytest.raises(ValueError, match="more refunded"):
        fee_returned_so_far(Money(2, "USD"), Money(100, "USD"), Money(101, "USD"))


def returned_by(refunds: list[int], *, fee: int) -> list[int]:
    """What each refund of a series gives back of the fee."""
    captured = Money(sum(refunds), "USD")
    so_far, before, returns = 0, 0, []
    for refund in refunds:
        so_far += refund
        now = fee_returned_so_far(Money(fee, "USD"), captured, Money(so_far, "USD")).amount_minor
        returns.append(now - before)
        before = now
    return returns
