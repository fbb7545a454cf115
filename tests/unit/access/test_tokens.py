"""Registrants' tokens: for one purpose, one registration, one time (ACC-5)."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.access.tokens import Purpose, Tokens
from guichet.errors import BadToken

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=30)
OLD, NEW = "o" * 43, "n" * 43
TOKENS = Tokens([NEW, OLD])


def refused(token: str, *, subject: str = "reg_a_b", tokens: Tokens = TOKENS) -> str:
    with pytest.raises(BadToken) as caught:
        tokens.verify(token, Purpose.REGISTRATION, subject, NOW)
    return caught.value.code


def test_a_right_token_opens_its_registration_until_it_expires_acc_5() -> None:
    token = TOKENS.mint(Purpose.REGISTRATION, "reg_a_b", LATER)

    TOKENS.verify(token, Purpose.REGISTRATION, "reg_a_b", LATER - timedelta(milliseconds=1))
    with pytest.raises(BadToken) as expired:
        TOKENS.verify(token, Purpose.REGISTRATION, "reg_a_b", LATER)
    assert expired.value.code == "token_expired"


def test_the_same_token_is_minted_again_for_a_replay_reg_10() -> None:
    assert TOKENS.mint(Purpose.REGISTRATION, "reg_a_b", LATER) == TOKENS.mint(
        Purpose.REGISTRATION, "reg_a_b", LATER
    )


def test_a_token_opens_no_other_registration_acc_5() -> None:
    token = TOKENS.mint(Purpose.REGISTRATION, "reg_a_b", LATER)

    assert refused(token, subject="reg_a_c") == "token_invalid"


def test_a_token_serves_no_other_purpose_acc_5() -> None:
    token = TOKENS.mint(Purpose.CURSOR, "reg_a_b", LATER)

    assert refused(token) == "token_invalid"


def test_an_older_key_still_verifies_and_a_removed_one_does_not_acc_5() -> None:
    old = Tokens([OLD]).mint(Purpose.REGISTRATION, "reg_a_b", LATER)

    TOKENS.verify(old, Purpose.REGISTRATION, "reg_a_b", NOW)
    assert refused(old, tokens=Tokens([NEW])) == "token_invalid"


def test_new_tokens_are_minted_with_the_first_key_acc_5() -> None:
    token = TOKENS.mint(Purpose.REGISTRATION, "reg_a_b", LATER)

    Tokens([NEW]).verify(token, Purpose.REGISTRATION, "reg_a_b", NOW)


def test_an_expired_token_with_a_later_date_written_in_is_invalid_acc_5() -> None:
    raw = base64.urlsafe_b64decode(TOKENS.mint(Purpose.REGISTRATION, "reg_a_b", NOW))
    stretched = (int(LATER.timestamp())).to_bytes(4, "big") + raw[4:]

    assert refused(base64.urlsafe_b64encode(stretched).decode()) == "token_invalid"


@given(st.integers(min_value=0, max_value=35), st.integers(min_value=1, max_value=255))
def test_a_token_with_any_changed_byte_is_invalid_acc_5(place: int, change: int) -> None:
    raw = bytearray(base64.urlsafe_b64decode(TOKENS.mint(Purpose.REGISTRATION, "reg_a_b", LATER)))
    raw[place] ^= change

    assert refused(base64.urlsafe_b64encode(bytes(raw)).decode()) == "token_invalid"


@given(st.text(max_size=80))
def test_any_text_that_is_no_token_is_invalid_and_nothing_worse_acc_5(text: str) -> None:
    assert refused(text) == "token_invalid"


@pytest.mark.parametrize(
    "token", ["", "=", "====", "a", "ä" * 48, "A" * 48 + "====", "!" * 48, "A" * 47, "A" * 4000]
)
def test_malformed_base64_is_invalid_acc_5(token: str) -> None:
    assert refused(token) == "token_invalid"


def test_without_keys_there_are_no_tokens_acc_5() -> None:
    with pytest.raises(ValueError, match="key"):
        Tokens([])
