"""Answers of PayPal's about stored accounts that the simulator does not give, each as it is read."""

from dataclasses import replace
from typing import Any

import pytest

from guichet.adapters.http import HttpResponse
from guichet.adapters.paypal.client import PayPalClient
from guichet.adapters.paypal.methods import PayPalMethods
from guichet.payments.ports import ProviderRefusedError, ProviderUnavailableError
from guichet.payments.stored_method import (
    ChargeState,
    MethodCharge,
    MethodKind,
    MethodSetup,
    MethodToken,
    SetupReport,
    SetupState,
)
from tests.support.methods import ClockOf, a_charge, a_setup
from tests.support.paypal import (
    CLIENT_ID,
    CLIENT_SECRET,
    ORDER_ID,
    STARTED_AT,
    ScriptedPayPal,
    a_capture_resource,
    an_order,
    answer,
    problem,
)
from tests.support.stripe import Pauses
from tests.support.stripe_calls import MovableClock

TOKEN = MethodToken(provider="paypal", kind=MethodKind.PAYPAL, customer_id="c1", token_id="t1")


def scripted(*answers: HttpResponse | Exception) -> tuple[PayPalMethods, ScriptedPayPal]:
    http = ScriptedPayPal(list(answers))
    client = PayPalClient(
        http,
        api_url="https://paypal.invalid",
        client_id=CLIENT_ID,
        client_secrets=(CLIENT_SECRET,),
        pause=Pauses(),
    )
    clock = ClockOf(MovableClock(STARTED_AT))
    return PayPalMethods(client, environment="dev", clock=clock), http


def setup_of(provider: PayPalMethods) -> MethodSetup:
    return replace(a_setup(provider, kind=MethodKind.PAYPAL), session_id="SETUP1")


def charge_of(provider: PayPalMethods, order_id: str | None = ORDER_ID) -> MethodCharge:
    return replace(a_charge(provider, TOKEN), provider_charge_id=order_id)


def a_setup_token(status: str, **fields: object) -> dict[str, Any]:
    return {"id": "SETUP1", "status": status, "customer": {"id": "c1"}, **fields}


def a_payment_token(token_id: str, payer: str) -> dict[str, Any]:
    wallet = {"payer_id": payer, "email_address": f"{payer}@example.org"}
    return {"id": token_id, "customer": {"id": "c1"}, "payment_source": {"paypal": wallet}}


def test_a_setup_in_a_state_that_we_do_not_know_stays_unknown():
    provider, _ = scripted(answer(200, a_setup_token("PONDERED")))

    with pytest.raises(ProviderUnavailableError):
        provider.ask_setup(setup_of(provider))


def test_a_setup_without_a_page_is_no_setup():
    provider, _ = scripted(answer(201, a_setup_token("PAYER_ACTION_REQUIRED", links=[])))

    with pytest.raises(ProviderUnavailableError):
        provider.open_setup(setup_of(provider))


@pytest.mark.parametrize("status", ["VAULTED", "TOKENIZED"])
def test_what_was_stored_is_found_by_who_agreed(status: str):
    """BAD-11: an exchange whose answer was lost, and then its key."""
    setup = a_setup_token(status, payment_source={"paypal": {"payer_id": "B"}})
    tokens = [a_payment_token("t-a", "A"), a_payment_token("t-b", "B")]
    provider, http = scripted(answer(200, setup), answer(200, {"payment_tokens": tokens}))

    method = provider.ask_setup(setup_of(provider)).method

    assert method is not None
    assert (method.token.token_id, method.email) == ("t-b", "B@example.org")
    assert [each.method for each in http.sent] == ["GET", "GET"]


@pytest.mark.parametrize(
    ("setup", "listed"),
    [
        pytest.param(
            a_setup_token("VAULTED", payment_source={"paypal": {"payer_id": "C"}}),
            [a_payment_token("t-a", "A")],
            id="another's account",
        ),
        pytest.param(a_setup_token("VAULTED"), [], id="deleted since"),
        pytest.param(
            a_setup_token("VAULTED"),
            [a_payment_token("t-a", "A"), a_payment_token("t-b", "B")],
            id="one of two, and nobody says which",
        ),
    ],
)
def test_nothing_is_taken_for_what_was_stored(setup: dict[str, Any], listed: list[dict[str, Any]]):
    """COL-1: another account must never be charged for it."""
    provider, _ = scripted(answer(200, setup), answer(200, {"payment_tokens": listed}))

    assert provider.ask_setup(setup_of(provider)) == SetupReport(SetupState.ENDED)


def test_a_customer_that_paypal_does_not_know_has_no_account():
    provider, _ = scripted(
        answer(200, a_setup_token("VAULTED")), problem(404, name="RESOURCE_NOT_FOUND")
    )

    assert provider.ask_setup(setup_of(provider)) == SetupReport(SetupState.ENDED)


def test_a_refused_question_is_no_end():
    provider, _ = scripted(problem(403), problem(403), problem(403), problem(403))

    with pytest.raises(ProviderRefusedError):
        provider.find_method(TOKEN)
    with pytest.raises(ProviderRefusedError):
        provider.detach(TOKEN)


def test_a_minimal_answer_is_asked_about():
    """A repeat may answer its captures alone: who was paid is then asked for."""
    minimal = {"id": ORDER_ID, "status": "COMPLETED"}
    whole = an_order("COMPLETED", a_capture_resource())
    provider, http = scripted(answer(200, minimal), answer(200, whole))

    report = provider.charge(charge_of(provider, None))

    assert report.state is ChargeState.PAID
    assert http.sent[1].url.endswith(f"/v2/checkout/orders/{ORDER_ID}")


def test_an_order_that_was_voided_takes_nothing_any_more():
    provider, _ = scripted(answer(200, an_order("VOIDED")))

    assert provider.ask_charge(charge_of(provider)).state is ChargeState.CANCELED


def test_a_refusal_that_we_do_not_know_is_no_decline():
    """COL-3: only what we know to be the customer's counts against them."""
    provider, _ = scripted(problem(422, "SOMETHING_NEW"))

    with pytest.raises(ProviderRefusedError) as refused:
        provider.charge(charge_of(provider, None))

    assert refused.value.code == "request_refused"


@pytest.mark.parametrize(
    ("issue", "is_final"),
    [
        pytest.param("AGREEMENT_ALREADY_CANCELLED", True, id="the agreement has ended"),
        pytest.param("TOKEN_EXPIRED", True, id="the token has"),
        pytest.param("PAYER_CANNOT_PAY", False, id="not now"),
        pytest.param("TRANSACTION_REFUSED", False, id="not this"),
        pytest.param("PAYER_ACCOUNT_RESTRICTED", False, id="restricted"),
    ],
)
def test_each_refusal_of_the_customers_account_is_a_decline(issue: str, *, is_final: bool):
    """COL-3."""
    provider, _ = scripted(problem(422, issue))

    report = provider.charge(charge_of(provider, None))

    assert (report.state, report.decline_code, report.is_final) == (
        ChargeState.DECLINED,
        issue,
        is_final,
    )


def test_a_second_payment_that_nobody_told_of_stays_unknown():
    """COL-8: it was paid, and by which order nobody knows yet: no decline, no other charge."""
    provider, http = scripted(problem(422, "DUPLICATE_INVOICE_ID"), answer(200, {"events": []}))

    with pytest.raises(ProviderUnavailableError, match="DUPLICATE_INVOICE_ID"):
        provider.charge(charge_of(provider, None))

    assert "webhooks-events" in http.sent[1].url
