"""What a discount code takes off, and when it works (REG-5)."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.registration.discount import DiscountCode, normalized, require_payable, undiscounted
from tests.support.samples import NOW, discount_code, eur, usd
from tests.support.world import refusal_of


@pytest.mark.parametrize(
    ("bps", "price", "discount"),
    [
        pytest.param(1000, 12000, 1200, id="10 %"),
        pytest.param(3333, 1000, 333, id="333.3 goes down"),
        pytest.param(5000, 1, 1, id="half a cent goes up, to the buyer's good"),
        pytest.param(10000, 12000, 12000, id="all of it"),
        pytest.param(1, 12000, 1, id="1.2 cents"),
    ],
)
def test_a_percentage_is_half_up_of_the_price_reg_5(bps: int, price: int, discount: int) -> None:
    quote = discount_code(percentage_bps=bps).quote(usd(price))

    assert (quote.price, quote.discount) == (usd(price), usd(discount))
    assert quote.charged == usd(price - discount)


@pytest.mark.parametrize(
    ("off", "price", "charged"),
    [(5000, 12000, 7000), (12000, 12000, 0), (20000, 12000, 0), (1, 1, 0), (0, 5, 5)],
)
def test_a_fixed_amount_takes_off_no_more_than_the_price_reg_5(
    off: int, price: int, charged: int
) -> None:
    code = discount_code(percentage_bps=None, amount_off=usd(off))

    assert code.quote(usd(price)).charged == usd(charged)


def test_a_fixed_amount_of_another_currency_is_refused_reg_5_mon_1() -> None:
    code = discount_code(percentage_bps=None, amount_off=eur(100))

    assert refusal_of(lambda: code.quote(usd(12000))).code == "discount_other_currency"


@given(st.integers(min_value=0, max_value=10000), st.integers(min_value=0, max_value=10**9))
def test_price_is_always_discount_and_charged_together_reg_5(bps: int, price: int) -> None:
    quote = discount_code(percentage_bps=bps).quote(usd(price))

    assert quote.discount + quote.charged == quote.price


MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(discount_code(), id="always good"),
        pytest.param(discount_code(training_ids=("trn_t", "trn_u")), id="this one's too"),
        pytest.param(discount_code(valid_from=NOW), id="from this very moment"),
        pytest.param(discount_code(valid_until=NOW + MINUTE), id="still good"),
    ],
)
def test_a_code_works_where_and_while_it_should_reg_5(code: DiscountCode) -> None:
    code.require_usable("trn_t", NOW)


@pytest.mark.parametrize(
    ("code", "refusal"),
    [
        pytest.param(discount_code(active=False), "discount_unknown", id="switched off"),
        pytest.param(
            discount_code(training_ids=("trn_other",)), "discount_unknown", id="another training's"
        ),
        pytest.param(discount_code(valid_from=NOW + MINUTE), "discount_unknown", id="too early"),
        pytest.param(discount_code(valid_until=NOW), "discount_expired", id="over just now"),
    ],
)
def test_a_code_works_nowhere_else_and_never_else_reg_5(code: DiscountCode, refusal: str) -> None:
    refused = refusal_of(lambda: code.require_usable("trn_t", NOW))

    assert refused.code == refusal


@pytest.mark.parametrize(
    ("charged", "minimum", "refused"),
    [(49, 50, True), (50, 50, False), (0, 50, False), (1, None, False)],
)
def test_a_rest_that_no_provider_takes_is_refused_reg_5(
    charged: int, minimum: int | None, *, refused: bool
) -> None:
    quote = undiscounted(usd(charged))

    if refused:
        refusal = refusal_of(lambda: require_payable(quote, minimum))
        assert refusal.code == "discount_below_minimum"
    else:
        require_payable(quote, minimum)


def test_codes_are_compared_without_spaces_and_case_reg_5() -> None:
    assert normalized(" early\tBird 10 ") == "EARLYBIRD10"
