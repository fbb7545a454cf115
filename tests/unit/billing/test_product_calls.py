"""SUB-1, SUB-20, INV-12: what is sold, over the API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from guichet.access.addresses import Address
from tests.support.billing import Billing
from tests.support.gateway import Came

type Call = Callable[..., Came]

TORONTO = Address(
    line1="1 Yonge Street", city="Toronto", country="CA", region="ON", postal_code="M5E 1W7"
)
PARIS = Address(line1="1 rue de Rivoli", city="Paris", country="FR", postal_code="75001")


def product(answer: Came, name: str) -> Any:  # noqa: ANN401 - any JSON
    return next(each for each in answer.body["products"] if each["product"] == name)


def named(rows: Any, field: str, name: str) -> Any:  # noqa: ANN401 - same
    return next(each for each in rows if each[field] == name)


def test_plans_have_prices_in_the_customer_s_currencies_alone_inv_12(
    billing: Billing, call: Call
) -> None:
    billing.move_to(TORONTO)

    answer = call("GET", "/v1/products")

    assert answer.body["seller"]["currencies"] == ["CAD", "USD"]
    starter = named(product(answer, "webinar")["plans"], "plan", "starter")
    assert {each["currency"] for each in starter["prices"]} == {"CAD", "USD"}
    monthly = [each for each in starter["prices"] if each["frequency"] == "monthly"]
    assert monthly == [
        {"amount_minor": 4000, "currency": "CAD", "frequency": "monthly"},
        {"amount_minor": 3000, "currency": "USD", "frequency": "monthly"},
    ]


def test_a_unit_price_is_an_exact_decimal_finer_than_a_cent_sub_1(call: Call) -> None:
    answer = call("GET", "/v1/products")

    texts = named(product(answer, "telephony")["metered"], "item", "sms")
    assert texts["countries"] == ["CA", "US"]
    assert {row["per_unit"]["USD"] for row in texts["unit_prices"]} >= {"0.0055"}


def test_a_product_that_is_not_sold_in_a_currency_of_the_customer_is_left_out_inv_12(
    billing: Billing, call: Call
) -> None:
    sold_in = {name: set(each.currencies) for name, each in _products(billing).items()}
    billing.move_to(PARIS)

    answer = call("GET", "/v1/products")

    shown = {each["product"] for each in answer.body["products"]}
    assert shown == {name for name, each in sold_in.items() if each & {"EUR", "USD", "JPY", "CHF"}}


def _products(billing: Billing) -> Any:  # noqa: ANN401 - products by their ids
    return billing.parts().catalogues.at(billing.world.clock.now().date()).products


@pytest.mark.parametrize(
    ("wanted", "language", "name"),
    [
        pytest.param("fr", "fr", "Webinaires", id="French"),
        pytest.param("de-AT, en;q=0.5", "de", "Webinare", id="German of Austria"),
        pytest.param("fi", "en", "Webinars", id="a language that we don't have"),
    ],
)
def test_names_are_in_the_reader_s_language_ext_1(
    call: Call, wanted: str, language: str, name: str
) -> None:
    answer = call("GET", "/v1/products", headers={"accept-language": wanted})

    assert answer.headers["content-language"] == language
    assert product(answer, "webinar")["name"] == name


def test_trial_days_limits_and_what_is_self_service_are_told_sub_4_sub_13(call: Call) -> None:
    answer = call("GET", "/v1/products")

    webinar = product(answer, "webinar")
    starter = named(webinar["plans"], "plan", "starter")
    by_quote = [each["plan"] for each in webinar["plans"] if not each["pay_online"]]
    assert (starter["trial_days"], starter["attendance_limit"]) == (14, 100)
    assert by_quote == ["events"]
    assert product(answer, "telephony")["self_service"] == ["add_seats", "upgrade"]
    assert product(answer, "corporate")["contract"] == {
        "term_months": 15,
        "free_months": 3,
        "notice_days": 30,
    }
    assert answer.body["catalogue_version"] == "2026-01"


def test_without_a_billing_address_the_country_is_not_known_yet(
    billing: Billing, call: Call
) -> None:
    profiles = billing.world.parts.profiles
    account = profiles.account(billing.account_id)
    assert account is not None
    before = profiles.profile(account)
    after = replace(before, billing_address=None, version=before.version + 1)
    profiles.save_profile(billing.world.cause("update_profile"), before, after)

    answer = call("GET", "/v1/products")

    assert (answer.status, answer.body["country"]) == (200, None)


def test_a_trial_is_on_offer_until_it_was_started_sub_19(call: Call) -> None:
    before = _trials(call)
    call("POST", "/v1/trials", body={"product": "webinar", "plan": "starter"})

    assert before == {"webinar": True, "telephony": False, "corporate": False}
    assert _trials(call) == dict.fromkeys(before, False)


def _trials(call: Call) -> dict[str, bool]:
    products = call("GET", "/v1/products").body["products"]
    return {each["product"]: each["trial_available"] for each in products}
