"""COL-1, COL-10, EXT-1: payment methods over HTTP: what is asked, what is answered, what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from guichet.payments.stored_method import DebitScheme
from tests.support.billing import Billing
from tests.support.gateway import Came
from tests.support.unchanged import nothing_written

type Call = Callable[..., Came]

METHODS = "/v1/payment-methods"


def agree(billing: Billing, page: dict[str, Any], **shown: Any) -> None:  # noqa: ANN401 - fields of many types
    provider = billing.world.method_house.provider(page["provider"], page["selling_entity"])
    provider.agree(page["url"].rpartition("/")[2], kind=page["kind"], **shown)


def stored(billing: Billing, call: Call, **shown: Any) -> str:  # noqa: ANN401 - same
    """A card that is taken; its id."""
    page = call("POST", METHODS, body={"kind": "card"}).body
    agree(billing, page, **shown)
    back = call("POST", f"{METHODS}/setups/{page['setup_id']}/return")
    assert back.body["status"] == "stored", back.text
    return str(back.body["payment_method_id"])


def test_a_customer_stores_a_card_on_the_provider_s_page_col_1(
    billing: Billing, call: Call
) -> None:
    asked = call("POST", METHODS, body={"kind": "card"})

    assert (asked.status, asked.body["status"]) == (201, "open")
    assert asked.body["url"].startswith("https://stripe.example/")
    assert asked.headers["location"] == f"{METHODS}/setups/{asked.body['setup_id']}"
    agree(billing, asked.body)
    back = call("POST", f"{METHODS}/setups/{asked.body['setup_id']}/return")
    assert back.body["url"] is None
    listed = call("GET", METHODS).body
    (method,) = listed["items"]
    assert method["payment_method_id"] == back.body["payment_method_id"]
    assert (method["brand"], method["last4"], method["expires"]) == ("visa", "4242", "2029-04")
    assert (method["is_default"], method["retries"]) == (True, True)
    assert listed["sellers"] == [
        {
            "selling_entity": "us",
            "version": 1,
            "autopay": False,
            "default_payment_method_id": method["payment_method_id"],
        }
    ]


def test_no_answer_has_a_token_or_a_customer_s_name_at_the_provider_col_1(
    billing: Billing, call: Call
) -> None:
    stored(billing, call)

    text = call("GET", METHODS).text

    assert "token" not in text
    assert "cus_" not in text


def test_a_repeat_answers_the_same_page_ext_1(call: Call) -> None:
    first = call("POST", METHODS, body={"kind": "paypal"}, key="one")

    again = call("POST", METHODS, body={"kind": "paypal"}, key="one")

    assert again.headers["idempotency-replayed"] == "true"
    assert again.body["url"] == first.body["url"]


def test_without_a_key_nothing_is_opened_ext_1(billing: Billing, call: Call) -> None:
    with nothing_written(billing.world.dynamo):
        refused = call("POST", METHODS, body={"kind": "card"}, headers={"idempotency-key": ""})

    assert refused.status == 400


def test_what_is_not_taken_is_told_in_the_reader_s_language_col_10(
    billing: Billing, call: Call
) -> None:
    page = call("POST", METHODS, body={"kind": "card"}).body
    agree(billing, page, brand="diners")

    back = call(
        "POST",
        f"{METHODS}/setups/{page['setup_id']}/return",
        headers={"accept-language": "de-AT"},
    )

    assert (back.status, back.body["status"]) == (200, "refused")
    assert back.body["refusal"]["code"] == "brand_not_accepted"
    assert back.body["refusal"]["detail"].startswith("Diese Kartenmarke wird hier nicht")
    assert call("GET", METHODS).body["items"] == []


def test_the_limit_is_told_with_its_number_in_the_reader_s_language_col_1(
    billing: Billing, call: Call
) -> None:
    for _ in range(4):
        stored(billing, call)

    refused = call("POST", METHODS, body={"kind": "card"}, headers={"accept-language": "fr"})

    assert (refused.status, refused.code) == (409, "payment_method_limit")
    assert "4 moyens de paiement" in refused.body["detail"]
    assert refused.body["rule"] == "COL-1"


def test_a_bank_account_needs_the_text_that_is_shown_col_10(billing: Billing, call: Call) -> None:
    shown = call("GET", f"{METHODS}/authorization", query="scheme=ach")
    assert shown.body["version"] == "ach-1"
    assert "Atelier Nord SARL authorizes Guichet Example Inc." in shown.body["text"]
    body = {"kind": "bank_debit"}
    assert call("POST", METHODS, body=body).code == "authorization_required"

    page = call("POST", METHODS, body=body | {"accepts_authorization": "ach-1"}).body
    agree(billing, page)
    call("POST", f"{METHODS}/setups/{page['setup_id']}/return")

    (method,) = call("GET", METHODS).body["items"]
    given = method["authorization"]
    assert (given["scheme"], given["version"], given["text"]) == (
        "ach",
        "ach-1",
        shown.body["text"],
    )
    assert given["reference"].startswith("mandate_")


@pytest.mark.parametrize(("language", "word"), [("de", "ermächtigt"), ("it", "autorizza")])
def test_the_authorization_is_shown_and_kept_in_the_reader_s_language_col_10(
    billing: Billing, call: Call, language: str, word: str
) -> None:
    headers = {"accept-language": language}
    query = "scheme=sepa&selling_entity=ie"
    shown = call("GET", f"{METHODS}/authorization", query=query, headers=headers).body
    wish = {
        "kind": "bank_debit",
        "selling_entity": "ie",
        "currency": "EUR",
        "accepts_authorization": shown["version"],
    }
    page = call("POST", METHODS, body=wish, headers=headers).body
    agree(billing, page, scheme=DebitScheme.SEPA)
    call("POST", f"{METHODS}/setups/{page['setup_id']}/return")

    (method,) = call("GET", METHODS).body["items"]
    assert word in shown["text"]
    assert (method["authorization"]["language"], method["authorization"]["text"]) == (
        language,
        shown["text"],
    )


def test_default_autopay_and_removal_col_1(billing: Billing, call: Call) -> None:
    first, second = stored(billing, call), stored(billing, call, last4="1111")

    chosen = call("POST", f"{METHODS}/{second}/default")
    on = call("PATCH", f"{METHODS}/autopay", body={"autopay": True})
    removed = call("DELETE", f"{METHODS}/{second}")
    last = call("DELETE", f"{METHODS}/{first}")

    assert chosen.body["default_payment_method_id"] == second
    assert on.body["autopay"] is True
    assert (removed.status, removed.text) == (204, "")
    assert (last.status, last.code) == (409, "last_default_payment_method")
    left = call("GET", METHODS).body
    assert [each["payment_method_id"] for each in left["items"]] == [first]
    assert left["sellers"][0]["default_payment_method_id"] == first


def test_removing_again_answers_the_same_ext_1(billing: Billing, call: Call) -> None:
    method = stored(billing, call)
    call("DELETE", f"{METHODS}/{method}")

    again = call("DELETE", f"{METHODS}/{method}")

    assert (again.status, again.headers["idempotency-replayed"]) == (204, "true")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        pytest.param({}, 422, "required", id="nothing"),
        pytest.param({"kind": "cheque"}, 422, "not_one_of", id="another kind"),
        pytest.param({"kind": "card", "number": "4242"}, 422, "unknown_field", id="a card number"),
        pytest.param({"kind": "card", "currency": "usd"}, 422, "malformed", id="small letters"),
        pytest.param({"kind": "card", "currency": "JPY"}, 422, "currency_not_sold", id="no JPY"),
        pytest.param({"kind": "card", "selling_entity": ""}, 422, "too_short", id="no name"),
        pytest.param(
            {"kind": "card", "selling_entity": "x"}, 422, "selling_entity_unknown", id="nobody"
        ),
        pytest.param(
            {"kind": "card", "provider": "paypal"}, 422, "method_not_offered", id="not there"
        ),
    ],
)
def test_a_request_that_is_wrong_opens_nothing(
    billing: Billing, call: Call, body: dict[str, str], status: int, code: str
) -> None:
    with nothing_written(billing.world.dynamo):
        refused = call("POST", METHODS, body=body)

    assert (refused.status, refused.code) == (status, code)


def test_a_scheme_that_is_none_is_refused(call: Call) -> None:
    refused = call("GET", f"{METHODS}/authorization", query="scheme=giro")

    assert (refused.status, refused.code) == (422, "not_one_of")
    assert refused.body["errors"][0]["pointer"] == "/query/scheme"


def test_a_representative_is_told_to_send_a_link_and_does_col_10(
    billing: Billing, call: Call
) -> None:
    refused = call("POST", METHODS, by="representative", body={"kind": "card"})
    assert (refused.status, refused.code) == (403, "payment_method_by_link")
    assert refused.body["rule"] == "COL-10"

    sent = call("POST", f"{METHODS}/links", by="representative", key="link")
    again = call("POST", f"{METHODS}/links", by="representative", key="link")

    assert (sent.status, again.status) == (202, 202)
    assert again.headers["idempotency-replayed"] == "true"
    billing.world.settle_down()
    (mail,) = billing.world.mailer.taken
    assert "https://pay.example/billing/payment-methods" in mail.mail.html


def test_while_the_provider_is_away_nothing_is_lost(billing: Billing, call: Call) -> None:
    provider = billing.world.method_house.provider("stripe")
    provider.is_away = True
    away = call("POST", METHODS, body={"kind": "card"}, key="one")
    provider.is_away = False

    again = call("POST", METHODS, body={"kind": "card"}, key="one")

    assert (away.status, away.code) == (503, "provider_unavailable")
    assert away.headers["retry-after"] == "10"
    assert (again.status, again.body["status"]) == (201, "open")
