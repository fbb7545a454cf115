"""How sellers are onboarded, read and lost; each test cites its source."""

from typing import Any

import pytest

from local.simulators.paypal import BuyerRefusedError, PayPalSimulator
from tests.support.paypal_calls import (
    MERCHANT,
    PARTNER,
    PayPalCalls,
    refer,
    referral,
    referral_id,
)
from tests.support.stripe_calls import MovableClock

INTEGRATIONS = f"/v1/customer/partners/{PARTNER}/merchant-integrations"
NEW_SELLER = "NEWSELLER2222"


def test_a_seller_who_agrees_is_linked(partner: PayPalCalls, simulator: PayPalSimulator):
    """CONTRACTS 2.2: what to check of the seller, at PayPal and not in the return URL."""
    made = refer(partner)

    target = simulator.agree(referral_id(made), merchant_id=NEW_SELLER)

    found = partner.get(f"{INTEGRATIONS}/{NEW_SELLER}").json
    third_party = found["oauth_integrations"][0]["oauth_third_party"][0]
    assert made.status == 201
    assert target is not None
    assert target.startswith("https://organizer.example/linked?provider=paypal&merchantId=acc_")
    assert f"merchantIdInPayPal={NEW_SELLER}" in target
    assert found["tracking_id"] == "acc_atelier-1"
    assert (found["payments_receivable"], found["primary_email_confirmed"]) == (True, True)
    assert third_party["partner_client_id"] == "paypal-client"
    assert any(scope.endswith("/partnerfee") for scope in third_party["scopes"])


def test_a_seller_is_found_by_our_tracking_id(partner: PayPalCalls, simulator: PayPalSimulator):
    """CONTRACTS 2.2: compare tracking_id with our session."""
    simulator.agree(referral_id(refer(partner)), merchant_id=NEW_SELLER)

    found = partner.get(f"{INTEGRATIONS}?tracking_id=acc_atelier-1")
    nobody = partner.get(f"{INTEGRATIONS}?tracking_id=acc_other-1")

    assert found.json["merchant_id"] == NEW_SELLER
    assert nobody.status == 404


def test_the_event_says_who_and_for_which_link(partner: PayPalCalls, simulator: PayPalSimulator):
    """CONTRACTS 2.2: MERCHANT.ONBOARDING.COMPLETED has merchant_id and tracking_id."""
    simulator.agree(referral_id(refer(partner)), merchant_id=NEW_SELLER)

    event = simulator.events()[-1]

    assert event["event_type"] == "MERCHANT.ONBOARDING.COMPLETED"
    assert event["resource"]["merchant_id"] == NEW_SELLER
    assert event["resource"]["tracking_id"] == "acc_atelier-1"


def test_a_link_is_used_once(partner: PayPalCalls, simulator: PayPalSimulator):
    """A new try needs a new link: they are single-use."""
    made = referral_id(refer(partner))
    simulator.agree(made)

    with pytest.raises(BuyerRefusedError, match="has been used"):
        simulator.agree(made)


def test_a_link_expires(partner: PayPalCalls, simulator: PayPalSimulator, clock: MovableClock):
    made = referral_id(refer(partner))

    clock.advance(hours=24)

    with pytest.raises(BuyerRefusedError, match="has expired"):
        simulator.agree(made)


def test_a_seller_who_goes_back_has_consented_to_nothing(
    partner: PayPalCalls, simulator: PayPalSimulator
):
    made = referral_id(refer(partner))

    target = simulator.refuse(made)

    assert target == "https://organizer.example/linked?provider=paypal&merchantId=acc_atelier-1"
    assert partner.get(f"{INTEGRATIONS}?tracking_id=acc_atelier-1").status == 404
    assert simulator.events() == []


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        pytest.param({"email_confirmed": False}, "primary_email_confirmed", id="unconfirmed"),
        pytest.param({"payments_receivable": False}, "payments_receivable", id="can't receive"),
    ],
)
def test_a_seller_that_is_not_ready_can_not_be_paid(
    partner: PayPalCalls, simulator: PayPalSimulator, facts: dict[str, bool], field: str
):
    """CONTRACTS 2.2: sell only if both are true."""
    simulator.agree(
        referral_id(refer(partner)),
        merchant_id=NEW_SELLER,
        email_confirmed=facts.get("email_confirmed", True),
        payments_receivable=facts.get("payments_receivable", True),
    )
    seller = PayPalCalls(simulator, NEW_SELLER)

    answer = seller.create_order(merchant=NEW_SELLER)

    assert partner.get(f"{INTEGRATIONS}/{NEW_SELLER}").json[field] is False
    assert answer.status == 422


@pytest.mark.parametrize("business", [True, False])
def test_a_business_takes_cards_and_a_person_does_not(
    partner: PayPalCalls, simulator: PayPalSimulator, *, business: bool
):
    """PAY-6, by the published capability STANDARD_CARD_PROCESSING."""
    simulator.agree(referral_id(refer(partner)), merchant_id=NEW_SELLER, business=business)

    found = partner.get(f"{INTEGRATIONS}/{NEW_SELLER}").json

    active = {"name": "STANDARD_CARD_PROCESSING", "status": "ACTIVE"} in found["capabilities"]
    assert active == business


def test_a_revoked_consent_is_announced_and_ends_every_call(
    calls: PayPalCalls, simulator: PayPalSimulator
):
    """CONTRACTS 2.2 and pitfall 18: 403 for the seller in mid-sale; PAY-5."""
    order = calls.open_order()
    simulator.approve(order["id"])
    capture = calls.pay(key="order-2", invoice_id="other")

    simulator.revoke_consent(MERCHANT)

    event = simulator.events()[-1]
    answers = [
        calls.capture(order["id"]),
        calls.get(f"/v2/checkout/orders/{order['id']}"),
        calls.get(f"/v2/payments/captures/{capture['id']}"),
        calls.refund(capture["id"]),
        calls.create_order("order-3", invoice_id="third"),
    ]
    assert event["event_type"] == "MERCHANT.PARTNER-CONSENT.REVOKED"
    assert event["resource"] == {"merchant_id": MERCHANT}
    assert {(each.status, each.issue()) for each in answers} == {(403, "PERMISSION_DENIED")}
    assert calls.get(f"{INTEGRATIONS}/{MERCHANT}").json["oauth_integrations"] == []


def test_a_seller_may_come_back(partner: PayPalCalls, simulator: PayPalSimulator):
    """Linking the same account again: a new link, a new token."""
    simulator.revoke_consent(MERCHANT)
    made = refer(partner, tracking_id="acc_atelier-2")
    simulator.agree(referral_id(made), merchant_id=MERCHANT)

    seller = PayPalCalls(simulator, MERCHANT)

    assert partner.get(f"{INTEGRATIONS}/{MERCHANT}").json["tracking_id"] == "acc_atelier-2"
    assert seller.create_order().status == 201


def test_a_consent_without_the_fee_feature_allows_no_fee(
    partner: PayPalCalls, simulator: PayPalSimulator
):
    """CONTRACTS 2.2 and 2.3: PARTNER_FEE, or PLATFORM_FEES_NOT_SUPPORTED."""
    body = referral()
    rest = body["operations"][0]["api_integration_preference"]["rest_api_integration"]
    rest["third_party_details"]["features"].remove("PARTNER_FEE")
    made = partner.post("/v2/customer/partner-referrals", body)
    simulator.agree(referral_id(made), merchant_id=NEW_SELLER)
    seller = PayPalCalls(simulator, NEW_SELLER)

    with_fee = seller.create_order("order-1", merchant=NEW_SELLER)
    without = seller.create_order("order-2", merchant=NEW_SELLER, platform_fee=None)

    assert (with_fee.issue(), without.status) == ("PLATFORM_FEES_NOT_SUPPORTED", 201)


@pytest.mark.parametrize(
    ("changes", "issue"),
    [
        pytest.param({"operations": []}, "MISSING_REQUIRED_PARAMETER", id="no operation"),
        pytest.param({"legal_consents": []}, "MISSING_REQUIRED_PARAMETER", id="no consent"),
        pytest.param({"tracking_id": "t" * 128}, "INVALID_STRING_LENGTH", id="a long id"),
    ],
)
def test_a_referral_has_to_be_whole(partner: PayPalCalls, changes: dict[str, Any], issue: str):
    """The published request schema."""
    answer = refer(partner, **changes)

    assert (answer.status, answer.issue()) == (400, issue)


def test_another_partners_sellers_are_not_shown(partner: PayPalCalls):
    path = f"/v1/customer/partners/SOMEBODY22222/merchant-integrations/{MERCHANT}"

    assert partner.get(path).status == 403


def test_a_restricted_seller_can_not_be_paid(calls: PayPalCalls, simulator: PayPalSimulator):
    """CONTRACTS 2.3: PAYEE_ACCOUNT_RESTRICTED."""
    simulator.change_merchant(MERCHANT, restricted=True)

    assert calls.create_order().issue() == "PAYEE_ACCOUNT_RESTRICTED"
