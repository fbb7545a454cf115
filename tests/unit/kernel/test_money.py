"""Laws of money: rounding, splitting, and currencies that never meet (MON-1, MON-3)."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.money import CurrencyMismatchError, Money, half_up, split

AMOUNTS = st.integers(min_value=-(10**12), max_value=10**12)
WEIGHTS = st.lists(st.integers(min_value=0, max_value=10**6), min_size=1, max_size=20).filter(any)


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        pytest.param(Fraction(1, 2), 1, id="half goes up"),
        pytest.param(Fraction(-1, 2), -1, id="the size is rounded, the sign kept"),
        pytest.param(Fraction(5, 2), 3, id="not to even"),
        pytest.param(Fraction(-3, 2), -2, id="minus one and a half"),
        pytest.param(Fraction(49, 100), 0, id="below half"),
        pytest.param(Fraction(-49, 100), 0, id="below half, negative"),
        pytest.param(Fraction(499_999_999, 1_000_000_000), 0, id="exact, no float"),
        pytest.param(Fraction(7), 7, id="whole"),
    ],
)
def test_rounding_is_half_up_on_the_exact_value_mon_3(value: Fraction, rounded: int) -> None:
    assert half_up(value) == rounded


@given(st.fractions())
def test_rounding_is_odd_and_at_most_half_away_mon_3(value: Fraction) -> None:
    rounded = half_up(value)

    assert half_up(-value) == -rounded
    assert abs(rounded - value) <= Fraction(1, 2)


@given(AMOUNTS, WEIGHTS)
def test_parts_add_up_to_the_whole_and_keep_its_sign_mon_3(amount: int, weights: list[int]) -> None:
    parts = split(amount, weights)

    assert sum(parts) == amount
    assert all(part * amount >= 0 for part in parts)
    assert len(parts) == len(weights)


@given(AMOUNTS, WEIGHTS)
def test_no_part_is_a_whole_unit_from_its_exact_share_mon_3(
    amount: int, weights: list[int]
) -> None:
    parts = split(amount, weights)

    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(amount * weight, sum(weights))) < 1


@given(st.integers(min_value=0, max_value=10**6), st.integers(min_value=1, max_value=30))
def test_equal_remainders_go_to_the_earlier_part_mon_3(amount: int, count: int) -> None:
    parts = split(amount, [1] * count)

    assert parts == sorted(parts, reverse=True)
    assert max(parts) - min(parts) <= 1


@pytest.mark.parametrize("weights", [[], [0], [0, 0], [1, -1], [3, -1]])
def test_weights_that_share_nothing_are_refused_mon_3(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        split(100, weights)


@pytest.mark.parametrize("bad", [1.0, True, "1", None])
def test_an_amount_is_an_int_and_nothing_else_mon_1(bad: object) -> None:
    with pytest.raises(TypeError):
        Money(bad, "USD")  # type: ignore[arg-type]  # the refusal is what is tested


def test_an_amount_is_never_negative_mon_1() -> None:
    with pytest.raises(ValueError, match="negative"):
        Money(-1, "USD")
    with pytest.raises(ValueError, match="negative"):
        Money(1, "USD") - Money(2, "USD")


@pytest.mark.parametrize("act", ["__add__", "__sub__", "is_at_most"])
def test_two_currencies_never_meet_mon_1(act: str) -> None:
    with pytest.raises(CurrencyMismatchError):
        getattr(Money(100, "USD"), act)(Money(100, "EUR"))


def test_an_allocation_is_money_of_the_same_currency_mon_3() -> None:
    parts = Money(100, "EUR").allocate([1, 1, 1])

    assert parts == [Money(34, "EUR"), Money(33, "EUR"), Money(33, "EUR")]


@pytest.mark.parametrize(
    ("money", "text"),
    [
        (Money(12000, "USD"), "USD 120.00"),
        (Money(5, "EUR"), "EUR 0.05"),
        (Money(1200, "JPY"), "JPY 1200"),
        (Money(1234, "BHD"), "BHD 1.234"),
    ],
)
def test_an_amount_reads_with_its_currencys_decimals_mon_1(money: Money, text: str) -> None:
    assert str(money) == text
