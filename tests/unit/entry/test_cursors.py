"""EXT-1: a cursor is good for the list it was given to, and for a day."""

from datetime import UTC, datetime, timedelta

import pytest

from guichet.access.tokens import Purpose, Tokens
from guichet.entry.cursors import cursor_of, place_of
from tests.support.world import refusal_of

TOKENS = Tokens(["k" * 43])
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SCOPE = ("acc_a", "mem_m", "/v1/trainings", "")
PLACE = "2026-11-22T09:00:00.000Z#trn_1|TRAINING#trn_1|TRAINING"


def test_a_cursor_leads_back_to_its_place() -> None:
    cursor = cursor_of(PLACE, TOKENS, SCOPE, NOW)

    place = place_of(cursor, TOKENS, SCOPE, NOW + timedelta(hours=23))

    assert place == PLACE


def test_the_end_of_a_list_has_no_cursor_and_its_start_needs_none() -> None:
    assert cursor_of(None, TOKENS, SCOPE, NOW) is None
    assert place_of(None, TOKENS, SCOPE, NOW) is None


@pytest.mark.parametrize(
    "scope",
    [
        pytest.param(("acc_b", *SCOPE[1:]), id="another account"),
        pytest.param((SCOPE[0], "mem_n", *SCOPE[2:]), id="another member"),
        pytest.param((*SCOPE[:2], "/v1/discount-codes", ""), id="another route"),
        pytest.param((*SCOPE[:3], "confirmed"), id="another filter"),
        pytest.param((SCOPE[0] + SCOPE[1], *SCOPE[2:]), id="parts run together"),
    ],
)
def test_a_cursor_of_another_list_is_refused(scope: tuple[str, ...]) -> None:
    cursor = cursor_of(PLACE, TOKENS, SCOPE, NOW)

    refusal = refusal_of(lambda: place_of(cursor, TOKENS, scope, NOW))

    assert refusal.code == "cursor_invalid"


@pytest.mark.parametrize("cursor", ["", ".", "abc", "abc.def", "é.é", "YWJj." + "A" * 48, "=.="])
def test_a_cursor_that_somebody_made_up_is_refused(cursor: str) -> None:
    refusal = refusal_of(lambda: place_of(cursor, TOKENS, SCOPE, NOW))

    assert refusal.code == "cursor_invalid"


def test_a_cursor_ages_and_a_registrant_s_token_is_none() -> None:
    cursor = cursor_of(PLACE, TOKENS, SCOPE, NOW)
    token = TOKENS.mint(Purpose.REGISTRATION, "reg_1", NOW + timedelta(days=1))

    late = refusal_of(lambda: place_of(cursor, TOKENS, SCOPE, NOW + timedelta(days=1)))
    other = refusal_of(lambda: place_of(f"cmVnXzE.{token}", TOKENS, SCOPE, NOW))

    assert late.code == other.code == "cursor_invalid"
