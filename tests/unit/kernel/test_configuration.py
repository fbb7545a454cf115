"""What an operator sets is checked when it is compiled; what a deployment is told, when it is read."""

import json
from pathlib import Path

import pytest

from guichet.configuration import (
    ConfigurationError,
    compile_registration,
    load_registration_policy,
)
from guichet.settings import Secrets, Settings

SOURCE = Path("config/registration.toml")
COMPILED = Path("layers/common/guichet/data/registration.json")


def test_what_is_deployed_is_what_the_configuration_says() -> None:
    assert COMPILED.read_text() == compile_registration(SOURCE)


def test_the_defaults_are_the_rules_own_numbers_reg_4_fee_1_mon_2() -> None:
    policy = load_registration_policy()

    assert policy.currencies == {"AUD", "CAD", "EUR", "GBP", "NZD", "USD"}
    assert policy.platform_fee.rate_bps == 190
    assert policy.hold.total_seconds() == 30 * 60
    assert policy.session.total_seconds() == 31 * 60
    assert policy.hold_limit.total_seconds() == 120 * 60
    assert policy.approval_hold.total_seconds() == 72 * 3600
    assert policy.offline_deadline_days == 7


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        pytest.param("rate_bps = 190", "rate_bps = 10000", "never exceeds the price", id="fee"),
        pytest.param("rate_bps = 190", "rate_bps = 1.9", "whole number", id="a fraction"),
        pytest.param("rate_bps = 190", "rate_bps = -1", "whole number", id="negative"),
        pytest.param("rate_bps = 190", "", "missing", id="no rate"),
        pytest.param(", USD = 995", "", "USD", id="no cap for a currency"),
        pytest.param("session_minutes = 31", "session_minutes = 30", "31 at least", id="session"),
        pytest.param("limit_minutes = 120", "limit_minutes = 30", "at least", id="limit"),
        pytest.param('currencies = ["AUD"', "currencies = ][", "line 5", id="no TOML"),
        pytest.param("[holds]", "[held]", "holds", id="no section"),
    ],
)
def test_a_configuration_that_would_fail_later_is_refused_with_its_place(
    was: str, becomes: str, said: str, tmp_path: Path
) -> None:
    text = SOURCE.read_text()
    assert was in text
    file = tmp_path / "registration.toml"
    file.write_text(text.replace(was, becomes, 1))

    with pytest.raises(ConfigurationError, match=said) as refused:
        compile_registration(file)

    assert str(file) in str(refused.value)


def test_a_production_deployment_has_no_clock_to_move() -> None:
    with pytest.raises(ValueError, match="real clock"):
        Settings.from_environment({"GUICHET_ENVIRONMENT": "prod", "TEST_CLOCK": "on"})
    assert Settings.from_environment({"TEST_CLOCK": "on"}).test_clock


def test_a_secret_may_hold_old_and_new_values_while_one_is_replaced_ext_2() -> None:
    text = json.dumps({"token_keys": ["new", "old"], "stripe_api_keys": "only"})

    secrets = Secrets.parse(text)

    assert secrets.token_keys == ("new", "old")
    assert secrets.stripe_api_keys == ("only",)
    assert secrets.stripe_webhook_secrets == ()


@pytest.mark.parametrize("held", [1, ["a", 1], {"a": "b"}])
def test_a_secret_of_another_shape_is_refused(held: object) -> None:
    with pytest.raises(TypeError, match="list of texts"):
        Secrets.parse(json.dumps({"token_keys": held}))
