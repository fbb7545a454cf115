"""PAY-1 at Stripe: what we send while an account is linked, and how its answers are read."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from guichet.adapters.http import HttpResponse
from guichet.adapters.stripe.client import API_VERSION
from guichet.adapters.stripe.onboarding import StripeOnboarding, account_form, account_report
from guichet.payments.account import (
    AccountReport,
    Consent,
    PaymentAccount,
    PaymentAccountStatus,
)
from guichet.payments.onboarding import OnboardingTexts
from guichet.payments.ports import ProviderRefusedError, ProviderUnavailableError
from local.simulators.stripe import forms
from tests.support.provider_specs import StripeSchema
from tests.support.samples import payment_account
from tests.support.stripe import API_KEY, ScriptedHttp, Shop

PAGE = "https://pay.example/organizer/payment-accounts/pac_1"
TEXTS = OnboardingTexts(
    return_url=f"{PAGE}?from=provider",
    again_url=f"{PAGE}?again=1",
    email="office@atelier.example",
    language="fr",
)
ONBOARDING = payment_account(
    status=PaymentAccountStatus.ONBOARDING, provider_account_id="", country="FR"
)


def onboarding_at(shop: Shop, api_key: str = API_KEY) -> StripeOnboarding:
    url = shop.provider._client.api_url  # noqa: SLF001 - wherever this shop is served
    return StripeOnboarding(
        shop.http, api_url=url, api_keys=(api_key,), environment="dev", pause=shop.pauses
    )


@pytest.fixture
def onboarding(shop: Shop) -> StripeOnboarding:
    return onboarding_at(shop)


def begun(onboarding: StripeOnboarding) -> PaymentAccount:
    return replace(ONBOARDING, provider_account_id=onboarding.begin(ONBOARDING))


def finish(
    shop: Shop, onboarding: StripeOnboarding, account: PaymentAccount, **found: bool
) -> None:
    link_id = onboarding.link(account, TEXTS).url.rpartition("/")[2]
    assert shop.simulator.visit_onboarding(link_id) is not None
    shop.simulator.finish_onboarding(link_id, **found)


def test_requests_are_what_stripe_publishes_pay_1(
    shop: Shop, onboarding: StripeOnboarding, specs: Path
) -> None:
    """CONTRACTS 1.1: form-encoded, versioned, unknown parameters forbidden."""
    schema = StripeSchema.load(specs)
    account = begun(onboarding)
    onboarding.link(account, TEXTS)
    onboarding.status(account)

    assert [schema.route(each) for each in shop.http.sent] == [
        "POST /v1/accounts",
        "POST /v1/account_links",
        "GET /v1/accounts/{account}",
    ]
    assert [schema.faults(each) for each in shop.http.sent] == [[], [], []]
    assert all(each.headers["Stripe-Version"] == API_VERSION for each in shop.http.sent)
    assert not any("Stripe-Account" in each.headers for each in shop.http.sent)


def test_the_account_is_the_organizers_own_with_its_fees_and_its_disputes_fee_2() -> None:
    """CONTRACTS 1.1 and 1.4: `controller` for `type`; the account pays fees, Stripe bears losses."""
    sent = forms.decode(account_form(ONBOARDING, "dev").encode())

    assert sent["controller"] == {
        "fees": {"payer": "account"},
        "losses": {"payments": "stripe"},
        "requirement_collection": "stripe",
        "stripe_dashboard": {"type": "full"},
    }
    assert sent["country"] == "FR"
    assert "type" not in sent
    assert "email" not in sent
    assert "country" not in forms.decode(
        account_form(replace(ONBOARDING, country=None), "dev").encode()
    )


def test_one_onboarding_makes_one_account_and_another_another_pay_1(
    shop: Shop, onboarding: StripeOnboarding
) -> None:
    """CONTRACTS 1.6: the same key and body give the first answer again."""
    first, again = onboarding.begin(ONBOARDING), onboarding.begin(ONBOARDING)
    other = onboarding.begin(replace(ONBOARDING, onboarding_count=2))

    assert first == again
    assert other != first
    assert shop.http.sent[0].headers["Idempotency-Key"] == ONBOARDING.tracking_id_in("dev")


def test_each_link_is_for_one_visit_and_for_some_minutes_pay_1(
    shop: Shop, onboarding: StripeOnboarding
) -> None:
    account = begun(onboarding)
    first, second = onboarding.link(account, TEXTS), onboarding.link(account, TEXTS)

    assert first.url != second.url
    assert first.expires_at == shop.clock() + timedelta(minutes=5)
    assert "Idempotency-Key" not in shop.http.sent[-1].headers


def test_nothing_is_said_of_whoever_has_not_been_there_pay_2(
    shop: Shop, onboarding: StripeOnboarding
) -> None:
    assert onboarding.status(ONBOARDING) == AccountReport(Consent.AWAITED)
    assert shop.http.sent == []
    assert onboarding.status(begun(onboarding)) == AccountReport(Consent.AWAITED)


@pytest.mark.parametrize(
    ("found", "verified", "takes_cards"),
    [
        pytest.param({}, True, True, id="all there"),
        pytest.param({"verified": False}, False, False, id="not verified"),
        pytest.param({"cards": False}, True, False, id="no cards"),
    ],
)
def test_what_stripe_says_decides_pay_2_pay_6(
    shop: Shop,
    onboarding: StripeOnboarding,
    found: dict[str, bool],
    *,
    verified: bool,
    takes_cards: bool,
) -> None:
    account = begun(onboarding)
    finish(shop, onboarding, account, **found)

    report = onboarding.status(account)

    assert report == AccountReport(
        Consent.GIVEN,
        provider_account_id=account.provider_account_id,
        confirmed=True,
        verified=verified,
        takes_cards=takes_cards,
    )


def test_a_deauthorized_account_is_withdrawn_and_gets_no_page_pay_5(
    shop: Shop, onboarding: StripeOnboarding
) -> None:
    """CONTRACTS 1.4: after deauthorization, calls for the account fail."""
    account = begun(onboarding)
    shop.simulator.deauthorize(account.provider_account_id)

    assert onboarding.status(account) == AccountReport(Consent.WITHDRAWN)
    with pytest.raises(ProviderRefusedError) as refused:
        onboarding.link(account, TEXTS)
    assert refused.value.code == "account_not_reachable"


def test_a_key_of_ours_that_may_not_read_accounts_revokes_none_pay_5(
    onboarding: StripeOnboarding,
) -> None:
    """docs.stripe.com/keys/restricted-api-keys: a 403 that names no account."""
    account = begun(onboarding)
    refused = {"type": "invalid_request_error", "message": "Not the required permissions."}
    http = ScriptedHttp([HttpResponse(403, {}, json.dumps({"error": refused}).encode())])
    restricted = StripeOnboarding(
        http,
        api_url="https://stripe.invalid",
        api_keys=("rk_live_1",),
        environment="dev",
        pause=lambda _: None,
    )

    with pytest.raises(ProviderRefusedError):
        restricted.status(account)


@pytest.mark.parametrize("fault", ["down", "lost_before", "lost_after", "rate_limited"])
def test_no_answer_is_no_revocation_pay_5(
    shop: Shop, onboarding: StripeOnboarding, fault: str
) -> None:
    account = begun(onboarding)
    shop.simulator.configure_chaos({"api": [{"match": "GET *", "do": fault, "times": 9}]})

    with pytest.raises(ProviderUnavailableError):
        onboarding.status(account)


def test_a_key_of_ours_that_stripe_refuses_is_no_revocation_pay_5(shop: Shop) -> None:
    stranger = onboarding_at(shop, api_key="sk_test_wrong")

    with pytest.raises(ProviderUnavailableError):
        stranger.status(payment_account(provider_account_id="acct_organizer"))


@pytest.mark.parametrize(
    "found",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"object": "account", "id": "acct_other"}, id="another account"),
        pytest.param({"object": "charge", "id": "acct_1"}, id="another kind"),
    ],
)
def test_an_answer_about_something_else_is_no_answer_pay_2(found: dict[str, str]) -> None:
    with pytest.raises(ProviderUnavailableError):
        account_report(found, payment_account())


def test_texts_where_truths_belong_are_no_truths_pay_2() -> None:
    found = {
        "object": "account",
        "id": "acct_1",
        "charges_enabled": "true",
        "details_submitted": 1,
        "capabilities": "active",
    }

    report = account_report(found, payment_account())

    assert report == AccountReport(Consent.GIVEN, "acct_1", confirmed=False, verified=False)
