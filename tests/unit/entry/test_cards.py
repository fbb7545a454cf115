"""REG-2: what looks like a card number is found, whatever it is dressed in; other numbers pass."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.entry.cards import holds_card_number


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("4242424242424242", id="sixteen digits"),
        pytest.param("4242 4242 4242 4242", id="as it is printed"),
        pytest.param("4242-4242-4242-4242", id="with dashes"),
        pytest.param("4242\u20114242\u20114242\u20114242", id="with dashes that don't break"),
        pytest.param("4242\u00a04242 4242\t4242", id="with other blanks"),
        pytest.param("4242\u200b4242\u200b4242\u200b4242", id="with blanks of no width"),
        pytest.param("378282246310005", id="fifteen digits"),
        pytest.param("3782 822463 10005", id="fifteen, as they are printed"),
        pytest.param("6011000990139424", id="another brand"),
        pytest.param("my card 4000056655665556, thanks", id="inside a sentence"),
        pytest.param("4242 4242 4242 4242 123", id="with its security code behind"),
        pytest.param("12 4242 4242 4242 4242", id="with another number before"),
        pytest.param("４２４２４２４２４２４２４２４２", id="with wide digits"),  # noqa: RUF001 - that is the case
        pytest.param("4222222222222", id="thirteen digits"),
        pytest.param("6304000000000000000", id="nineteen digits"),
    ],
)
def test_a_card_number_is_found_reg_2(text: str) -> None:
    found = holds_card_number(text)

    assert found


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("4242424242424241", id="a wrong check digit"),
        pytest.param("424242424242", id="twelve digits"),
        pytest.param("42424242424242424242", id="twenty digits"),
        pytest.param("2027-05-04T09:00:00Z", id="a time"),
        pytest.param("+33 1 23 45 67 89", id="a telephone number"),
        pytest.param("FR76 3000 6000 0112 3456 7890 189", id="an account number of France"),
        pytest.param("DE89 3704 0044 0532 0130 00", id="an account number of Germany"),
        pytest.param("GB29NWBK60161331926819", id="an account number of the United Kingdom"),
    ],
)
def test_another_number_passes(text: str) -> None:
    found = holds_card_number(text)

    assert not found


def test_a_card_number_behind_an_account_number_is_found() -> None:
    found = holds_card_number("DE89 3704 0044 0532 0130 00 / 4242 4242 4242 4242")

    assert found


@given(body=st.text("0123456789", min_size=12, max_size=18))
def test_whatever_passes_luhn_s_check_is_found(body: str) -> None:
    """A property of the rule: each body has one check digit with which it is refused."""
    refused = [digit for digit in "0123456789" if holds_card_number(body + digit)]

    assert len(refused) == 1
