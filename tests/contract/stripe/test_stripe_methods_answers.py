"""Answers of Stripe's about stored methods that the simulator does not give, each as it is read."""

import json
from dataclasses import replace
from typing import Any

import pytest

from guichet.adapters.http import HttpResponse, NoAnswerError
from guichet.adapters.stripe.methods import StripeMethods
from guichet.money import Money
from guichet.payments.ports import ProviderRefusedError, ProviderUnavailableError
from guichet.payments.stored_method import (
    ChargeReport,
    ChargeState,
    MethodCharge,
    MethodKind,
    MethodSetup,
    MethodToken,
    SetupReport,
    SetupState,
)
from tests.support.methods import ClockOf, a_charge, a_setup
from tests.support.stripe import API_KEY, STARTED_AT, Pauses, ScriptedHttp
from tests.support.stripe_calls import MovableClock

TOKEN = MethodToken(
    provider="stripe",
    kind=MethodKind.BANK_DEBIT,
    customer_id="cus_1",
    token_id="pm_1",
    mandate_id="mandate_1",
)


def scripted(*answers: object) -> tuple[StripeMethods, ScriptedHttp]:
    """A provider that is answered from a list."""
    told = [each if isinstance(each, HttpResponse | Exception) else _ok(each) for each in answers]
    http = ScriptedHttp(list(told))
    clock = MovableClock(STARTED_AT)
    provider = StripeMethods(
        http,
        api_url="https://stripe.invalid",
        api_keys=(API_KEY,),
        pause=Pauses(),
        clock=ClockOf(clock),
    )
    return provider, http


def _ok(found: object) -> HttpResponse:
    return HttpResponse(200, {}, json.dumps(found).encode())


def refusal(status: int, **error: object) -> HttpResponse:
    return HttpResponse(status, {}, json.dumps({"error": error}).encode())


def charge_of(provider: StripeMethods, charge_id: str | None = "pi_1") -> MethodCharge:
    return replace(a_charge(provider, TOKEN), provider_charge_id=charge_id)


def setup_of(provider: StripeMethods) -> MethodSetup:
    return replace(a_setup(provider, customer_id="cus_1"), session_id="cs_1")


def an_intent(status: str, **fields: object) -> dict[str, Any]:
    return {"id": "pi_1", "object": "payment_intent", "status": status, **fields}


def a_debit(**changes: object) -> dict[str, Any]:
    """An intent whose debit was paid."""
    charge = {
        "id": "py_1",
        "status": "succeeded",
        "created": 1_795_000_000,
        "currency": "eur",
        "amount_captured": 11_850,
        "disputed": False,
        "payment_method_details": {"type": "sepa_debit"},
        "balance_transaction": {"currency": "eur", "fee_details": []},
        **changes,
    }
    return an_intent("succeeded", latest_charge=charge, metadata={"payment_id": "ipy_1"})


@pytest.mark.parametrize(
    ("session", "intent", "state"),
    [
        pytest.param("complete", "processing", SetupState.OPEN, id="the bank looks at it"),
        pytest.param("complete", "requires_action", SetupState.OPEN, id="cents are on their way"),
        pytest.param("complete", "canceled", SetupState.ENDED, id="nothing came of it"),
        pytest.param("complete", "requires_payment_method", SetupState.ENDED, id="it failed"),
        pytest.param("open", "requires_payment_method", SetupState.OPEN, id="the page is open"),
        pytest.param("expired", "canceled", SetupState.ENDED, id="the page is over"),
    ],
)
def test_a_setup_is_read_from_its_session_and_its_intent(
    session: str, intent: str, state: SetupState
):
    """COL-10: only an intent that succeeded has stored anything."""
    told = {"id": "cs_1", "status": session, "setup_intent": {"id": "seti_1", "status": intent}}
    provider, _ = scripted(told)

    assert provider.ask_setup(setup_of(provider)) == SetupReport(state)


@pytest.mark.parametrize(
    "told",
    [
        pytest.param({"id": "cs_1", "status": "paused"}, id="a status that we don't know"),
        pytest.param({"id": "cs_1", "status": "complete", "setup_intent": "seti_1"}, id="an id"),
        pytest.param(
            {"status": "complete", "setup_intent": {"id": "seti_1", "status": "succeeded"}},
            id="a setup without a method",
        ),
        pytest.param(
            {
                "status": "complete",
                "setup_intent": {
                    "id": "seti_1",
                    "status": "succeeded",
                    "payment_method": {"id": "pm_1", "type": "klarna", "customer": "cus_1"},
                },
            },
            id="a method that we never ask for",
        ),
    ],
)
def test_a_setup_that_can_not_be_read_stays_unknown(told: dict[str, Any]):
    provider, _ = scripted(told)

    with pytest.raises(ProviderUnavailableError):
        provider.ask_setup(setup_of(provider))


def test_a_setup_that_stripe_did_not_end_may_still_be_agreed_to():
    provider, _ = scripted({"id": "cs_1", "status": "open"})

    with pytest.raises(ProviderUnavailableError, match="did not end"):
        provider.end_setup(setup_of(provider))


def test_a_mandate_without_a_date_was_agreed_to_with_the_setup():
    """COL-10: since when."""
    intent = {
        "id": "seti_1",
        "status": "succeeded",
        "created": int(STARTED_AT.timestamp()),
        "mandate": {"id": "mandate_1", "customer_acceptance": {"accepted_at": None}},
        "payment_method": {
            "id": "pm_1",
            "type": "us_bank_account",
            "customer": "cus_1",
            "us_bank_account": {"last4": "6789"},
        },
    }
    provider, _ = scripted({"id": "cs_1", "status": "complete", "setup_intent": intent})

    method = provider.ask_setup(setup_of(provider)).method

    assert method is not None
    assert (method.authorized_at, method.mandate_reference) == (STARTED_AT, "")
    assert method.token.mandate_id == "mandate_1"


def test_a_refused_detaching_is_an_error_while_the_method_is_attached():
    provider, _ = scripted(
        refusal(400, type="invalid_request_error"), {"id": "pm_1", "customer": "cus_1"}
    )

    with pytest.raises(ProviderRefusedError):
        provider.detach(TOKEN)


def test_a_method_that_may_not_be_asked_about_is_not_gone():
    """COL-1: only Stripe's own word for it ends a method."""
    provider, _ = scripted(refusal(403, type="invalid_request_error"))

    with pytest.raises(ProviderRefusedError):
        provider.find_method(TOKEN)


def test_a_method_of_another_customer_by_now_is_gone():
    provider, _ = scripted({"id": "pm_1", "type": "card", "customer": "cus_other"})

    assert provider.find_method(TOKEN) == SetupReport(SetupState.ENDED)


@pytest.mark.parametrize("status", ["requires_capture", "requires_confirmation", "on_hold"])
def test_an_intent_that_is_neither_paid_nor_over_stays_unknown(status: str):
    provider, _ = scripted(an_intent(status))

    with pytest.raises(ProviderUnavailableError):
        provider.ask_charge(charge_of(provider))


def test_a_debit_without_its_fees_is_asked_about_again():
    """FEE-3: what the provider keeps is not guessed."""
    provider, _ = scripted(a_debit(balance_transaction=None))

    with pytest.raises(ProviderUnavailableError, match="not say yet"):
        provider.ask_charge(charge_of(provider))


def test_a_charge_that_failed_after_all_is_returned():
    """INV-5: ACH tells it so where no dispute is made of it."""
    provider, _ = scripted(a_debit(status="failed"))

    report = provider.ask_charge(charge_of(provider))

    assert report.state is ChargeState.RETURNED
    assert report.capture is not None
    assert report.capture.amount == Money(11_850, "EUR")


@pytest.mark.parametrize(
    ("status", "state"),
    [
        pytest.param("lost", ChargeState.RETURNED, id="lost from the start"),
        pytest.param("needs_response", ChargeState.PAID, id="nobody has decided"),
        pytest.param("won", ChargeState.PAID, id="won"),
    ],
)
def test_a_questioned_debit_is_returned_once_it_is_lost(status: str, state: ChargeState):
    dispute = {
        "id": "du_1",
        "status": status,
        "charge": "py_1",
        "amount": 11_850,
        "currency": "eur",
        "created": 1_795_000_000,
        "reason": "debit_not_authorized",
        "balance_transactions": [],
        "payment_intent": None,
    }
    listed = {"object": "list", "data": [dispute], "has_more": False}
    provider, http = scripted(a_debit(disputed=True), listed)

    assert provider.ask_charge(charge_of(provider)).state is state
    assert "charge=py_1" in http.sent[1].url


@pytest.mark.parametrize(
    ("action", "url"),
    [
        pytest.param(None, None, id="none"),
        pytest.param({"type": "use_stripe_sdk", "use_stripe_sdk": {}}, None, id="for a script"),
        pytest.param(
            {"redirect_to_url": {"url": "https://bank.example/1"}},
            "https://bank.example/1",
            id="the bank's page",
        ),
        pytest.param(
            {"verify_with_microdeposits": {"hosted_verification_url": "https://s.example/2"}},
            "https://s.example/2",
            id="the page that verifies an account",
        ),
    ],
)
def test_where_the_customer_is_led_is_the_intents_own_word(
    action: dict[str, Any] | None, url: str | None
):
    """COL-4."""
    provider, _ = scripted(an_intent("requires_action", next_action=action))

    report = provider.ask_charge(charge_of(provider))

    assert report == ChargeReport(
        state=ChargeState.REQUIRES_ACTION, charge_id="pi_1", action_url=url
    )


@pytest.mark.parametrize(
    ("error", "code", "is_final"),
    [
        pytest.param({"code": "card_declined", "decline_code": "pickup_card"}, "pickup_card", True),
        pytest.param({"code": "card_declined"}, "card_declined", False),
        pytest.param(
            {
                "code": "card_declined",
                "decline_code": "do_not_honor",
                "advice_code": "try_again_later",
            },
            "do_not_honor",
            False,
        ),
        pytest.param({}, "declined", False),
        pytest.param(
            {"code": "payment_intent_mandate_invalid"}, "payment_intent_mandate_invalid", True
        ),
        pytest.param(
            {"code": "card_declined", "advice_code": "do_not_try_again"}, "card_declined", True
        ),
    ],
)
def test_a_decline_is_told_in_stripes_own_word(error: dict[str, str], code: str, *, is_final: bool):
    """COL-3."""
    provider, _ = scripted(an_intent("requires_payment_method", last_payment_error=error))

    report = provider.ask_charge(charge_of(provider))

    assert (report.state, report.decline_code, report.is_final) == (
        ChargeState.DECLINED,
        code,
        is_final,
    )


def test_why_a_debit_failed_stands_in_its_charge_too():
    """COL-3: an intent may only say that the bank refused."""
    charge = {"id": "py_1", "status": "failed", "failure_code": "account_closed"}
    provider, _ = scripted(
        an_intent(
            "requires_payment_method",
            last_payment_error={"code": "payment_method_provider_decline"},
            latest_charge=charge,
        )
    )

    report = provider.ask_charge(charge_of(provider))

    assert (report.decline_code, report.is_final) == ("account_closed", True)


def test_a_decline_without_an_intent_is_read_from_the_refusal():
    provider, _ = scripted(
        refusal(402, type="card_error", code="card_declined", decline_code="lost_card")
    )

    assert provider.charge(charge_of(provider, None)) == ChargeReport(
        state=ChargeState.DECLINED, decline_code="lost_card", is_final=True
    )


def test_a_refusal_of_a_key_that_was_used_for_something_else_says_nothing():
    """BAD-11."""
    provider, _ = scripted(refusal(400, type="idempotency_error"))

    with pytest.raises(ProviderUnavailableError):
        provider.charge(charge_of(provider, None))


def test_a_bank_that_asks_no_more_has_been_paid():
    """COL-4: the customer opens the link, and no page is needed."""
    asked = an_intent(
        "requires_payment_method", last_payment_error={"code": "authentication_required"}
    )
    provider, http = scripted(asked, a_debit())

    report = provider.open_action(charge_of(provider))

    assert report.state is ChargeState.PAID
    assert http.sent[1].url.endswith("/payment_intents/pi_1/confirm")
    assert b"off_session" not in http.sent[1].body
    assert b"return_url=https%3A%2F%2Fpay.example" in http.sent[1].body


def test_the_page_of_another_worker_is_taken():
    """Two open the link at once, and Stripe refuses the later one."""
    asked = an_intent(
        "requires_payment_method", last_payment_error={"code": "authentication_required"}
    )
    opened = an_intent(
        "requires_action", next_action={"redirect_to_url": {"url": "https://b.example"}}
    )
    provider, _ = scripted(
        asked,
        refusal(400, type="invalid_request_error", code="payment_intent_unexpected_state"),
        opened,
    )

    assert provider.open_action(charge_of(provider)).action_url == "https://b.example"


def test_what_stripe_did_not_end_may_still_be_paid():
    waits = an_intent("requires_action", next_action=None)
    provider, _ = scripted(waits, refusal(400, type="invalid_request_error"), waits)

    with pytest.raises(ProviderUnavailableError, match="did not cancel"):
        provider.cancel_charge(charge_of(provider))


def test_a_list_without_an_end_shows_no_absence():
    """COL-8."""
    page = {"object": "list", "data": [{"id": "pi_x", "metadata": {}}], "has_more": True}
    provider, http = scripted(*[page] * 10)

    with pytest.raises(ProviderUnavailableError, match="no end"):
        provider.ask_charge(charge_of(provider, None))

    assert len(http.sent) == 10
    assert "customer=cus_1" in http.sent[0].url


def test_another_charge_of_the_same_payment_is_not_this_one():
    """COL-8: a payment tried anew has another key."""
    other = {
        "id": "pi_0",
        "status": "canceled",
        "metadata": {"payment_id": "ipy_1", "charge_key": "ipy_1-0"},
    }
    listed = {"object": "list", "data": [other], "has_more": False}
    provider, http = scripted(
        listed, NoAnswerError("lost"), NoAnswerError("lost"), NoAnswerError("")
    )

    with pytest.raises(ProviderUnavailableError):
        provider.ask_charge(charge_of(provider, None))

    assert [each.method for each in http.sent] == ["GET", "POST", "POST", "POST"]
    assert len({(each.body, each.headers["Idempotency-Key"]) for each in http.sent[1:]}) == 1
