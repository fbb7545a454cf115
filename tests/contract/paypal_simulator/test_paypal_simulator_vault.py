"""The vault of the simulated PayPal: agreements, tokens, and orders that are paid from it."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient
from paypalserversdk.configuration import Configuration, Environment, Server
from paypalserversdk.exceptions.error_exception import ErrorException
from paypalserversdk.http.auth.o_auth_2 import ClientCredentialsAuthCredentials
from paypalserversdk.models.order_request import OrderRequest
from paypalserversdk.models.payment_token_request import PaymentTokenRequest
from paypalserversdk.models.setup_token_request import SetupTokenRequest
from paypalserversdk.paypal_serversdk_client import PaypalServersdkClient

from local.simulators.errors import BuyerRefusedError
from local.simulators.paypal import PayPalSimulator
from local.simulators.paypal.server import RunningSimulator, create_app
from tests.support.paypal_calls import (
    CLIENT,
    PARTNER,
    Answer,
    PayPalCalls,
    capture_of,
    exchange_body,
    setup_body,
    vault_order,
)
from tests.support.stripe_calls import MovableClock

SETUPS, TOKENS, ORDERS = "/v3/vault/setup-tokens", "/v3/vault/payment-tokens", "/v2/checkout/orders"


@pytest.fixture
def browser(simulator: PayPalSimulator) -> Iterator[FlaskClient]:
    with create_app(simulator).test_client() as client:
        yield client


def a_setup(partner: PayPalCalls, key: str = "set-1") -> Answer:
    answer = partner.post(SETUPS, setup_body(), key)
    assert answer.status == 201, answer.json
    return answer


def a_token(partner: PayPalCalls, account: str = "balance", key: str = "set-1") -> str:
    setup = a_setup(partner, key).json["id"]
    partner.simulator.approve_setup(setup, account, f"{key}@example.org")
    return str(partner.post(TOKENS, exchange_body(setup), f"{key}-token").json["id"])


# The page


def test_the_customer_agrees_on_the_page_and_is_led_back(
    browser: FlaskClient, partner: PayPalCalls
):
    """CONTRACTS 2.6: nothing is charged, and nothing stored before it is asked for."""
    setup = a_setup(partner)
    path = setup.href("approve").removeprefix(partner.simulator.base_url)
    page = browser.get(path)

    answer = browser.post(path, data={"act": "balance", "email": "a@b.example"})

    assert "Guichet Ireland Ltd may charge your account" in page.text
    assert answer.status_code == 303
    assert answer.location.startswith("https://pay.example/return?approval_token_id=")
    assert partner.get(f"{SETUPS}/{setup.json['id']}").json["status"] == "APPROVED"
    assert partner.simulator.payment_tokens() == []
    assert browser.get(path).status_code == 410


def test_leaving_agrees_to_nothing(browser: FlaskClient, partner: PayPalCalls):
    setup = a_setup(partner)
    path = setup.href("approve").removeprefix(partner.simulator.base_url)

    answer = browser.post(path, data={"act": "cancel"})

    assert answer.location.startswith("https://pay.example/methods?a=1&approval_token_id=")
    assert partner.get(f"{SETUPS}/{setup.json['id']}").json["status"] == "PAYER_ACTION_REQUIRED"


def test_an_unknown_choice_leaves_the_page_open(browser: FlaskClient, partner: PayPalCalls):
    path = a_setup(partner).href("approve").removeprefix(partner.simulator.base_url)

    answer = browser.post(path, data={"act": "gold"})

    assert (answer.status_code, "no account" in answer.text) == (200, True)


def test_a_setup_lasts_three_days(partner: PayPalCalls, clock: MovableClock):
    setup = a_setup(partner).json["id"]
    clock.advance(days=3)
    partner.new_token()

    assert partner.get(f"{SETUPS}/{setup}").status == 404
    with pytest.raises(BuyerRefusedError):
        partner.simulator.approve_setup(setup)


# Tokens


def test_an_exchange_is_done_once_under_its_key(partner: PayPalCalls, clock: MovableClock):
    """CONTRACTS 2.5: the vault keeps keys for three hours."""
    setup = a_setup(partner).json["id"]
    early = partner.post(TOKENS, exchange_body(setup), "early")
    partner.simulator.approve_setup(setup)
    first, second = (partner.post(TOKENS, exchange_body(setup), "token-1") for _ in range(2))
    clock.advance(hours=3)
    third = partner.post(TOKENS, exchange_body(setup), "token-1")

    assert (early.status, early.issue()) == (422, "SETUP_TOKEN_NOT_APPROVED")
    assert (first.status, second.status) == (201, 200)
    assert first.json == second.json
    assert (third.status, third.issue()) == (422, "TOKEN_ALREADY_VAULTED")
    assert len(partner.simulator.payment_tokens()) == 1


@pytest.mark.parametrize(
    ("path", "body"), [(SETUPS, setup_body()), (TOKENS, exchange_body("X"))], ids=["setup", "token"]
)
def test_the_vault_asks_for_a_key(partner: PayPalCalls, path: str, body: dict[str, Any]):
    answer = partner.post(path, body)

    assert (answer.status, answer.issue()) == (400, "PAYPAL_REQUEST_ID_REQUIRED")


@pytest.mark.parametrize(
    ("wallet", "field"),
    [
        pytest.param({"usage_typ": "MERCHANT"}, "usage_typ", id="a typing error"),
        pytest.param({"usage_type": "PLATFORM"}, "usage_type", id="a platform's"),
        pytest.param({"experience_context": {}}, "return_url", id="no way back"),
        pytest.param(
            {"experience_context": {"landing_page": "LOGIN"}}, "landing_page", id="an order's field"
        ),
    ],
)
def test_a_setup_is_refused_that_paypal_does_not_know(
    partner: PayPalCalls, wallet: dict[str, Any], field: str
):
    answer = partner.post(SETUPS, setup_body(**wallet), "set-1")

    assert answer.status == 400
    assert answer.json["details"][0]["field"].endswith(field)


def test_the_vault_is_nobody_elses(calls: PayPalCalls, partner: PayPalCalls):
    token = a_token(partner)

    answers = [
        calls.post(SETUPS, setup_body(), "set-2"),
        calls.get(f"{TOKENS}/{token}"),
        calls.delete(f"{TOKENS}/{token}"),
        calls.post(ORDERS, vault_order(token), "ipy_1-1"),
    ]

    assert {each.status for each in answers} == {403}
    assert partner.get(f"{TOKENS}/{token}").status == 200


# Orders


@pytest.mark.parametrize(
    ("account", "status", "capture"),
    [
        pytest.param("balance", "COMPLETED", "COMPLETED", id="paid"),
        pytest.param("echeck", "COMPLETED", "PENDING", id="by eCheck"),
        pytest.param("review", "COMPLETED", "PENDING", id="held"),
        pytest.param("refused", "COMPLETED", "DECLINED", id="as a risk"),
    ],
)
def test_an_order_from_the_vault_is_captured_as_it_is_made(
    partner: PayPalCalls, account: str, status: str, capture: str
):
    """CONTRACTS 2.6: one step, and still the captures say whether money came."""
    order = partner.post(ORDERS, vault_order(a_token(partner, account)), "ipy_1-1")

    assert (order.status, order.json["status"]) == (201, status)
    assert capture_of(order.json)["status"] == capture
    assert order.json["purchase_units"][0]["payee"]["merchant_id"] == PARTNER
    paid = 11_850 if capture == "COMPLETED" else 0
    assert partner.simulator.books()["own"].get("EUR", {}).get("customer_paid", 0) == paid


@pytest.mark.parametrize(
    ("account", "issue"),
    [
        pytest.param("declined", "INSTRUMENT_DECLINED", id="declined"),
        pytest.param("closed", "PAYER_ACCOUNT_LOCKED_OR_CLOSED", id="closed"),
    ],
)
def test_a_refused_order_is_not_made(partner: PayPalCalls, account: str, issue: str):
    token = a_token(partner, account)

    first, second = (partner.post(ORDERS, vault_order(token), "ipy_1-1") for _ in range(2))
    partner.simulator.change_account(token, "balance")
    third = partner.post(ORDERS, vault_order(token), "ipy_1-2")

    assert [(each.status, each.issue()) for each in (first, second)] == [(422, issue)] * 2
    assert third.status == 201
    assert len(partner.simulator.orders()) == 1


def test_a_deleted_token_pays_nothing(partner: PayPalCalls):
    token = a_token(partner)
    assert partner.delete(f"{TOKENS}/{token}").status == 204

    answer = partner.post(ORDERS, vault_order(token), "ipy_1-1")

    assert (answer.status, answer.issue()) == (422, "AGREEMENT_ALREADY_CANCELLED")
    assert partner.delete(f"{TOKENS}/{token}").status == 404
    assert partner.simulator.orders() == []


@pytest.mark.parametrize(
    "credential",
    [
        pytest.param({"payment_initiator": "CUSTOMER"}, id="nobody is there"),
        pytest.param({"usage": "FIRST"}, id="it was agreed to before"),
        pytest.param({"usage_pattern": "SOMETIMES"}, id="a pattern that is none"),
        pytest.param({"usage_patern": "IMMEDIATE"}, id="a typing error"),
    ],
)
def test_an_order_says_whose_act_it_is(partner: PayPalCalls, credential: dict[str, str]):
    answer = partner.post(ORDERS, vault_order(a_token(partner), **credential), "ipy_1-1")

    assert answer.status == 400
    assert partner.simulator.captures() == []


def test_a_repeat_after_six_hours_is_stopped_by_the_invoice_id_alone(
    partner: PayPalCalls, clock: MovableClock
):
    """CONTRACTS 2.5: the lasting guard."""
    token = a_token(partner)
    first = partner.post(ORDERS, vault_order(token), "ipy_1-1")
    clock.advance(hours=6)

    same = partner.post(ORDERS, vault_order(token), "ipy_1-1")
    other = partner.post(ORDERS, vault_order(token, "dev-inv_1-1-2"), "ipy_1-1")

    assert (first.status, same.issue(), other.status) == (201, "DUPLICATE_INVOICE_ID", 201)
    assert len(partner.simulator.captures()) == 2


def test_state_survives_a_restart(partner: PayPalCalls):
    """PERSIST."""
    token = a_token(partner, "declined")
    snapshot = partner.simulator.snapshot()

    partner.simulator.reset()
    partner.simulator.restore(snapshot)
    answer = PayPalCalls(partner.simulator, merchant=None).post(
        ORDERS, vault_order(token), "ipy_1-1"
    )

    assert answer.issue() == "INSTRUMENT_DECLINED"


# The official SDK


@pytest.fixture
def sdk(served: RunningSimulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The SDK has no setting for an address: it knows PayPal's own alone."""
    monkeypatch.setitem(
        Configuration.environments, Environment.SANDBOX, {Server.DEFAULT: served.url}
    )
    session = requests.Session()
    yield PaypalServersdkClient(
        http_client_instance=session,
        override_http_client_configuration=True,
        client_credentials_auth_credentials=ClientCredentialsAuthCredentials(*CLIENT),
    )
    session.close()


def test_the_sdk_stores_an_account_and_charges_it(sdk: Any, served: RunningSimulator):  # noqa: ANN401 - untyped
    """COL-1, COL-2: each call as the SDK makes it."""
    vault = sdk.vault
    setup = vault.create_setup_token(
        {"body": SetupTokenRequest.from_dictionary(setup_body()), "paypal_request_id": "set-1"}
    ).body
    page = next(each.href for each in setup.links if each.rel == "approve")
    requests.post(page, data={"act": "balance"}, allow_redirects=False, timeout=5)
    approved = vault.get_setup_token(setup.id).body
    body = PaymentTokenRequest.from_dictionary(exchange_body(setup.id))
    token = vault.create_payment_token({"body": body, "paypal_request_id": "set-1-token"}).body
    listed = vault.list_customer_payment_tokens({"customer_id": token.customer.id}).body
    order = sdk.orders.create_order(
        {
            "body": OrderRequest.from_dictionary(vault_order(token.id)),
            "paypal_request_id": "ipy_1-1",
            "prefer": "return=representation",
        }
    ).body
    vault.delete_payment_token(token.id)
    with pytest.raises(ErrorException) as gone:
        vault.get_payment_token(token.id)

    assert (setup.status, approved.status) == ("PAYER_ACTION_REQUIRED", "APPROVED")
    assert token.payment_source.paypal.email_address == "buyer@example.org"
    assert [each.id for each in listed.payment_tokens] == [token.id]
    assert order.status == "COMPLETED"
    assert order.purchase_units[0].payments.captures[0].status == "COMPLETED"
    assert gone.value.response_code == 404
    assert served.simulator.books()["own"]["EUR"]["customer_paid"] == 11_850
