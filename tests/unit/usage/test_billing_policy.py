"""The numbers of billing are checked when they are compiled."""

from pathlib import Path

import pytest

from guichet.collection.policy import CollectionPolicy
from guichet.configuration import (
    ConfigurationError,
    compile_billing,
    load_billing_policy,
    load_collection_policy,
)
from guichet.payments.stored_method import MethodKind
from guichet.subscriptions.policy import BillingPolicy

SOURCE = Path("config/billing.toml")
COMPILED = Path("layers/common/guichet/data/billing.json")


def test_what_is_deployed_is_what_the_configuration_says() -> None:
    assert COMPILED.read_text() == compile_billing(SOURCE)


def test_the_defaults_are_the_rules_own_numbers_inv_8_sub_5_inv_10() -> None:
    assert load_billing_policy() == BillingPolicy(
        late_months=3,
        future_minutes=5,
        usage_batch=500,
        preview_minutes=30,
        abandon_days=7,
        session_minutes=31,
        cart_lines=20,
        return_poll_seconds=5,
        cancel_attempt_days=14,
        suspended_days=30,
        deletion_notice_days=(30, 7),
        payment_terms_days=30,
        minimum_minor={"AUD": 50, "CAD": 50, "CHF": 50, "EUR": 50, "GBP": 30, "JPY": 50, "USD": 50},
        maximum_minor=99_999_999,
    )


def test_the_defaults_of_collecting_are_the_rules_own_numbers_col_1_col_3() -> None:
    assert load_collection_policy() == CollectionPolicy(
        most_methods={MethodKind.CARD: 4, MethodKind.BANK_DEBIT: 2, MethodKind.PAYPAL: 2},
        setup_minutes=31,
        return_poll_seconds=5,
        decline_rest_minutes=60,
        most_declines=3,
        decline_window_hours=24,
    )


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        pytest.param("batch = 500", "batch = 501", "usage_batch is from 1 to 500", id="batch"),
        pytest.param("[30, 7]", "[7, 30]", "deletion_notice_days descend", id="announcements"),
        pytest.param("late_months = 3", "late_months = 0", "late_months is from 1", id="none"),
        pytest.param("late_months = 3", "late_months = 3.0", "whole number", id="a fraction"),
        pytest.param("abandon_days = 7", "abandon_days = -7", "whole number", id="negative"),
        pytest.param("cart_lines = 20", "", "cart_lines", id="missing"),
        pytest.param("session_minutes = 31", "session_minutes = 30", "31 at least", id="session"),
        pytest.param("[bills]", "[bill]", "bills", id="no section"),
        pytest.param("cards = 4", "cards = 21", "from 1 to 20 are stored", id="cards"),
        pytest.param("cards = 4", "", "cards", id="no cards"),
        pytest.param("most = 3", "most = 0", "most_declines is from 1", id="declines"),
        pytest.param("setup_minutes = 31", "setup_minutes = 5", "31 at least", id="setup"),
        pytest.param("[declines]", "[decline]", "declines", id="no section of declines"),
        pytest.param("batch = 500", "batch = = 500", "line 8", id="no TOML"),
    ],
)
def test_a_configuration_that_would_fail_later_is_refused_with_its_place(
    was: str, becomes: str, said: str, tmp_path: Path
) -> None:
    text = SOURCE.read_text()
    assert was in text
    file = tmp_path / "billing.toml"
    file.write_text(text.replace(was, becomes, 1))

    with pytest.raises(ConfigurationError, match=said) as refused:
        compile_billing(file)

    assert str(file) in str(refused.value)
