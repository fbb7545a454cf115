"""PAY-1 at PayPal: what we send while a merchant is linked, and how PayPal's answers are read."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from guichet.adapters.paypal.onboarding import FEATURES, PayPalOnboarding, merchant_report
from guichet.languages import LANGUAGES
from guichet.payments.account import (
    AccountReport,
    Consent,
    PaymentAccount,
    PaymentAccountStatus,
)
from guichet.payments.onboarding import OnboardingTexts
from guichet.payments.ports import ProviderUnavailableError
from tests.support.paypal import ScriptedPayPal, answer, problem, provider_on
from tests.support.paypal_calls import CLIENT
from tests.support.paypal_schema import PayPalSchema
from tests.support.paypal_shop import PayPalShop
from tests.support.samples import payment_account

PARTNER = "GU2CHETPARTN2"
SELLER = "SELLER2SELLER"
PAGE = "https://pay.example/organizer/payment-accounts/pac_1"
TEXTS = OnboardingTexts(
    return_url=f"{PAGE}?from=provider",
    again_url=f"{PAGE}?again=1",
    email="office@atelier.example",
    language="fr",
)
ONBOARDING = payment_account(
    provider="paypal", status=PaymentAccountStatus.ONBOARDING, provider_account_id=""
)
TRACKING_ID = ONBOARDING.tracking_id_in("dev")
LINKED = payment_account(provider="paypal", provider_account_id=SELLER)
INTEGRATIONS = "/v1/customer/partners/{partner_id}/merchant-integrations"


@pytest.fixture(scope="session")
def schema(specs: Path) -> PayPalSchema:
    files = ("partner_referrals_v2", "merchant_integrations_v1", "orders_v2")
    found = [(specs / "specs" / f"paypal_{each}.json").read_text() for each in files]
    return PayPalSchema([json.loads(each) for each in found])


@pytest.fixture
def onboarding(shop: PayPalShop) -> PayPalOnboarding:
    return PayPalOnboarding(
        shop.provider.client, client_id=CLIENT[0], partner_id=PARTNER, environment="dev"
    )


def scripted(*answers: Any) -> tuple[PayPalOnboarding, ScriptedPayPal]:  # noqa: ANN401 - or errors
    http = ScriptedPayPal(list(answers))
    client = provider_on(http).client
    return PayPalOnboarding(
        client, client_id=CLIENT[0], partner_id=PARTNER, environment="dev"
    ), http


def agree(
    shop: PayPalShop,
    onboarding: PayPalOnboarding,
    *,
    by: PaymentAccount = ONBOARDING,
    **found: Any,  # noqa: ANN401 - facts of the seller
) -> None:
    """The seller agrees on the page of one onboarding."""
    url = onboarding.link(by, TEXTS).url
    shop.simulator.agree(referral_of(url), **{"merchant_id": SELLER} | found)


def referral_of(url: str) -> str:
    (referral,) = parse_qs(urlsplit(url).query)["referralToken"]
    return referral


def a_merchant(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any field
    """A merchant who has agreed, as PayPal answers it."""
    scopes = [
        f"https://uri.paypal.com/services/payments/{each}"
        for each in ("realtimepayment", "refund", "partnerfee")
    ]
    third_party = {"partner_client_id": CLIENT[0], "merchant_client_id": "m", "scopes": scopes}
    merchant: dict[str, Any] = {
        "merchant_id": SELLER,
        "tracking_id": TRACKING_ID,
        "products": [{"name": "PPCP_STANDARD", "vetting_status": "SUBSCRIBED"}],
        "capabilities": [{"name": "STANDARD_CARD_PROCESSING", "status": "ACTIVE"}],
        "payments_receivable": True,
        "primary_email_confirmed": True,
        "primary_email": "seller@example.org",
        "oauth_integrations": [
            {"integration_type": "OAUTH_THIRD_PARTY", "oauth_third_party": [third_party]}
        ],
    }
    return merchant | changes


def test_requests_are_what_paypal_publishes_pay_1(
    shop: PayPalShop, onboarding: PayPalOnboarding, schema: PayPalSchema
) -> None:
    for language in LANGUAGES:
        onboarding.link(ONBOARDING, replace(TEXTS, language=language))
    agree(shop, onboarding)
    onboarding.status(ONBOARDING)
    onboarding.status(LINKED)
    sent = [each for each in shop.http.sent if "/oauth2/" not in each.url]

    assert {schema.route(each) for each in sent} == {
        "POST /v2/customer/partner-referrals",
        f"GET {INTEGRATIONS}",
        f"GET {INTEGRATIONS}/{{merchant_id}}",
    }
    assert [fault for each in sent for fault in schema.faults(each)] == []
    assert not any("PayPal-Auth-Assertion" in each.headers for each in sent)


def test_a_referral_asks_for_what_we_use_and_bears_our_tracking_id_pay_1(
    onboarding: PayPalOnboarding, shop: PayPalShop
) -> None:
    """CONTRACTS 2.2: features, products, consent, return address; never a secret of the seller's."""
    onboarding.link(ONBOARDING, TEXTS)
    body = json.loads(shop.http.sent[-1].body)

    (operation,) = body["operations"]
    rest = operation["api_integration_preference"]["rest_api_integration"]
    assert rest["integration_type"] == "THIRD_PARTY"
    assert rest["third_party_details"]["features"] == list(FEATURES)
    assert body["tracking_id"] == TRACKING_ID
    assert body["partner_config_override"] == {"return_url": TEXTS.return_url}
    assert body["legal_consents"] == [{"type": "SHARE_DATA_CONSENT", "granted": True}]


def test_nothing_is_prepared_at_paypal(shop: PayPalShop, onboarding: PayPalOnboarding) -> None:
    assert not onboarding.begin(ONBOARDING)
    assert shop.http.sent == []


def test_each_link_is_another(onboarding: PayPalOnboarding) -> None:
    assert onboarding.link(ONBOARDING, TEXTS) != onboarding.link(ONBOARDING, TEXTS)


def test_the_way_back_proves_nothing_pay_2(onboarding: PayPalOnboarding) -> None:
    """CONTRACTS 2.2: what the return address says is not looked at; PayPal is asked."""
    onboarding.link(ONBOARDING, TEXTS)

    assert onboarding.status(ONBOARDING) == AccountReport(Consent.AWAITED)


@pytest.mark.parametrize(
    ("found", "report"),
    [
        pytest.param(
            {}, {"confirmed": True, "verified": True, "takes_cards": True}, id="a business"
        ),
        pytest.param(
            {"business": False},
            {"confirmed": True, "verified": True, "takes_cards": False},
            id="wallet only",
        ),
        pytest.param(
            {"email_confirmed": False},
            {"confirmed": False, "verified": True, "takes_cards": True},
            id="e-mail not confirmed",
        ),
        pytest.param(
            {"payments_receivable": False},
            {"confirmed": True, "verified": False, "takes_cards": False},
            id="may not be paid",
        ),
    ],
)
def test_what_paypal_says_decides_pay_2_pay_6(
    shop: PayPalShop,
    onboarding: PayPalOnboarding,
    found: dict[str, Any],
    report: dict[str, Any],
) -> None:
    """CONTRACTS 2.2: payments_receivable, primary_email_confirmed, capabilities."""
    agree(shop, onboarding, **found)

    told = onboarding.status(ONBOARDING)

    assert told == AccountReport(Consent.GIVEN, provider_account_id=SELLER, **report)
    assert onboarding.status(LINKED) == told


def test_the_token_from_before_the_consent_is_dropped_pay_1(
    shop: PayPalShop, onboarding: PayPalOnboarding
) -> None:
    """CONTRACTS 2.1: a token cached before a seller's consent doesn't cover that seller."""
    agree(shop, onboarding)
    tokens = [each for each in shop.http.sent if "/oauth2/" in each.url]
    onboarding.status(ONBOARDING)
    onboarding.status(LINKED)

    after = [each for each in shop.http.sent if "/oauth2/" in each.url]
    assert len(after) == len(tokens) + 1


def test_somebody_elses_onboarding_is_not_ours_pay_1(
    shop: PayPalShop, onboarding: PayPalOnboarding
) -> None:
    agree(shop, onboarding, by=replace(ONBOARDING, account_id="acc_other"))

    assert onboarding.status(ONBOARDING) == AccountReport(Consent.AWAITED)


def test_the_same_organizer_in_another_deployment_is_not_ours_pay_1(
    shop: PayPalShop, onboarding: PayPalOnboarding
) -> None:
    elsewhere = PayPalOnboarding(
        shop.provider.client, client_id=CLIENT[0], partner_id=PARTNER, environment="staging"
    )
    agree(shop, onboarding)

    assert elsewhere.status(ONBOARDING) == AccountReport(Consent.AWAITED)


def test_a_merchant_who_bears_another_tracking_id_is_not_ours_pay_1() -> None:
    onboarding, _ = scripted(
        answer(200, {"merchant_id": SELLER, "tracking_id": TRACKING_ID}),
        answer(200, a_merchant(tracking_id="pac_other-1")),
    )

    assert onboarding.status(ONBOARDING) == AccountReport(Consent.AWAITED)


def test_a_withdrawn_consent_is_seen_pay_5(shop: PayPalShop, onboarding: PayPalOnboarding) -> None:
    """CONTRACTS 3.18: the seller revokes consent in mid-sale."""
    agree(shop, onboarding)
    shop.simulator.revoke_consent(SELLER)

    assert onboarding.status(LINKED) == AccountReport(Consent.WITHDRAWN)
    assert onboarding.status(ONBOARDING) == AccountReport(Consent.AWAITED)


def test_a_merchant_linked_before_is_found_by_name_pay_4(
    shop: PayPalShop, onboarding: PayPalOnboarding
) -> None:
    agree(shop, onboarding)
    again = replace(LINKED, status=PaymentAccountStatus.ONBOARDING, onboarding_count=2)

    assert onboarding.status(again).consent is Consent.GIVEN


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"oauth_integrations": []}, id="none"),
        pytest.param(
            {
                "oauth_integrations": [
                    {
                        "oauth_third_party": [
                            {
                                "partner_client_id": "SOMEBODY-ELSE",
                                "scopes": a_merchant()["oauth_integrations"][0][
                                    "oauth_third_party"
                                ][0]["scopes"],
                            }
                        ]
                    }
                ]
            },
            id="to another partner",
        ),
        pytest.param(
            {
                "oauth_integrations": [
                    {"oauth_third_party": [{"partner_client_id": CLIENT[0], "scopes": ["x"]}]}
                ]
            },
            id="to too little",
        ),
        pytest.param(
            {"oauth_integrations": [{"oauth_third_party": [{"partner_client_id": CLIENT[0]}]}]},
            id="to nothing that is named",
        ),
    ],
)
def test_consent_is_to_us_and_to_what_we_need_pay_2(changes: dict[str, Any]) -> None:
    """CONTRACTS 2.2: our client id among `oauth_third_party`, with the scopes."""
    assert merchant_report(a_merchant(**changes), SELLER, CLIENT[0]).consent is Consent.WITHDRAWN


@pytest.mark.parametrize(
    "capabilities",
    [
        pytest.param([], id="none"),
        pytest.param([{"name": "STANDARD_CARD_PROCESSING", "status": "SUSPENDED"}], id="suspended"),
        pytest.param([{"name": "RECEIVE_MONEY", "status": "ACTIVE"}], id="another"),
        pytest.param([{"name": "CUSTOM_CARD_PROCESSING"}], id="of no status"),
    ],
)
def test_cards_are_offered_only_where_paypal_says_so_pay_6(capabilities: list[Any]) -> None:
    report = merchant_report(a_merchant(capabilities=capabilities), SELLER, CLIENT[0])

    assert report.consent is Consent.GIVEN
    assert not report.takes_cards


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(answer(500, {}), id="an error of theirs"),
        pytest.param(answer(200, a_merchant(merchant_id="SOMEBODYELSE1")), id="another merchant"),
        pytest.param(answer(200, []), id="no object"),
        pytest.param(problem(401, name="AUTHENTICATION_FAILURE"), id="our secret is refused"),
    ],
)
def test_what_is_no_answer_is_no_revocation_pay_5(given: Any) -> None:  # noqa: ANN401 - an answer
    onboarding, _ = scripted(*[given] * 6)

    with pytest.raises(ProviderUnavailableError):
        onboarding.status(LINKED)


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(problem(404, "INVALID_RESOURCE_ID", name="RESOURCE_NOT_FOUND"), id="404"),
        pytest.param(problem(403, "PERMISSION_DENIED", name="NOT_AUTHORIZED"), id="403"),
    ],
)
def test_a_merchant_whom_paypal_does_not_show_us_has_withdrawn_pay_5(given: Any) -> None:  # noqa: ANN401 - same
    onboarding, http = scripted(*[given] * 6)

    assert onboarding.status(LINKED) == AccountReport(Consent.WITHDRAWN)
    assert len(http.token_requests) >= 1


def test_a_referral_without_its_page_is_no_answer() -> None:
    without, _ = scripted(answer(201, {"links": [{"rel": "self", "href": "https://x.invalid"}]}))

    with pytest.raises(ProviderUnavailableError):
        without.link(ONBOARDING, TEXTS)
