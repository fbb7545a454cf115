"""The hosted pages as a browser meets them, and the knobs beside them."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from local.simulators.paypal import PayPalSimulator
from local.simulators.paypal.server import create_app
from tests.support.paypal_calls import MERCHANT, PARTNER, PayPalCalls, refer, referral_id
from tests.support.stripe_calls import MovableClock

KNOBS = "/_local/providers/paypal"


@pytest.fixture
def browser(simulator: PayPalSimulator) -> Iterator[FlaskClient]:
    with create_app(simulator).test_client() as client:
        yield client


def path_of(order: dict[str, str]) -> str:
    return f"/checkoutnow?token={order['id']}"


def test_the_page_says_the_amount_and_who_gets_it(browser: FlaskClient, calls: PayPalCalls):
    """REG-2: amount and currency stand on the page and on the button."""
    page = browser.get(path_of(calls.open_order()))

    assert page.status_code == 200
    assert "Pay 120.00 USD with your balance" in page.text
    assert "Atelier Nord Inc." in page.text


def test_agreeing_leads_back_to_the_organizer(browser: FlaskClient, calls: PayPalCalls):
    """CONTRACTS 2.3: the return URL gets the order's id as `token`; nothing has been paid."""
    order = calls.open_order()

    answer = browser.post(path_of(order), data={"act": "balance"})

    assert answer.status_code == 303
    assert answer.location.startswith("https://organizer.example/return?registration=reg_1&token=")
    assert calls.simulator.books()["merchants"] == {}


def test_leaving_leads_to_the_cancel_url_and_changes_nothing(
    browser: FlaskClient, calls: PayPalCalls
):
    order = calls.open_order()

    answer = browser.post(path_of(order), data={"act": "cancel"})

    assert answer.location == f"https://organizer.example/cancel?token={order['id']}"
    assert calls.simulator.order(order["id"])["status"] == "PAYER_ACTION_REQUIRED"


def test_a_declined_instrument_is_said_and_another_one_can_be_chosen(
    browser: FlaskClient, calls: PayPalCalls
):
    """CONTRACTS 2.3: INSTRUMENT_DECLINED leads back to the same page."""
    order = calls.open_order()
    browser.post(path_of(order), data={"act": "declined"})
    calls.capture(order["id"], "capture-1")

    page = browser.get(path_of(order))
    answer = browser.post(path_of(order), data={"act": "card"})

    assert "That was declined" in page.text
    assert answer.status_code == 303
    assert calls.capture(order["id"], "capture-2").status == 201


@pytest.mark.parametrize("landing", ["GUEST_CHECKOUT", "LOGIN"])
def test_a_guest_finds_the_card_first(browser: FlaskClient, calls: PayPalCalls, landing: str):
    """CONTRACTS 2.3: landing_page."""
    page = browser.get(path_of(calls.open_order(context={"landing_page": landing})))

    card_first = page.text.index('id="pay-card"') < page.text.index('id="pay-balance"')
    assert card_first == (landing == "GUEST_CHECKOUT")


def test_a_page_that_can_not_be_used_says_why(
    browser: FlaskClient, calls: PayPalCalls, clock: MovableClock
):
    paid = calls.open_order("order-1", invoice_id="one")
    calls.simulator.approve(paid["id"])
    calls.capture(paid["id"])
    left = calls.open_order("order-2", invoice_id="two")

    clock.advance(hours=6)

    used, expired = browser.get(path_of(paid)), browser.post(path_of(left), data={"act": "card"})
    assert (used.status_code, expired.status_code) == (410, 410)
    assert "has been used" in used.text
    assert "Nothing was charged" in expired.text
    assert browser.get("/checkoutnow?token=NONE").status_code == 404


def test_what_pends_is_settled_or_denied_by_a_person(browser: FlaskClient, calls: PayPalCalls):
    settled = calls.pay("echeck", "order-1", invoice_id="one")
    denied = calls.pay("echeck", "order-2", invoice_id="two")
    waiting = browser.get("/pending").text

    browser.post("/pending", data={"act": "settle", "capture": settled["id"]})
    page = browser.post("/pending", data={"act": "deny", "capture": denied["id"]})

    statuses = [each["status"] for each in calls.simulator.captures()]
    assert waiting.count("Settle 120.00 USD") == 2
    assert statuses == ["COMPLETED", "DECLINED"]
    assert "No payment is waiting" in page.text
    again = browser.post("/pending", data={"act": "settle", "capture": settled["id"]})
    assert again.status_code == 400


def test_a_seller_agrees_on_the_page_once(
    browser: FlaskClient, partner: PayPalCalls, simulator: PayPalSimulator
):
    """PAY-1: PayPal's own onboarding; PAY-6: a personal account."""
    link = f"/bizsignup/partner/entry?referralToken={referral_id(refer(partner))}"
    page = browser.get(link)
    chosen = {"act": "agree", "merchant_id": "NEWSELLER2222", "account": "personal"}

    answer = browser.post(link, data=chosen)

    merchant = simulator.merchant("NEWSELLER2222")
    assert "PARTNER_FEE" in page.text
    assert answer.location.startswith("https://organizer.example/linked?provider=paypal")
    assert (merchant["business"], merchant["email_confirmed"]) == (False, False)
    assert browser.get(link).status_code == 410
    assert "has been used" in browser.post(link, data=chosen).text


def test_a_seller_who_goes_back_may_use_the_link_again(browser: FlaskClient, partner: PayPalCalls):
    link = f"/bizsignup/partner/entry?referralToken={referral_id(refer(partner))}"

    answer = browser.post(link, data={"act": "refuse"})

    assert "merchantIdInPayPal" not in answer.location
    assert browser.get(link).status_code == 200


def test_the_panel_sets_and_shows_what_goes_wrong(browser: FlaskClient):
    browser.post(f"{KNOBS}/chaos", json={"down": True})
    shown = browser.get(f"{KNOBS}/chaos").get_json()
    refused = browser.post(f"{KNOBS}/chaos", json={"sideways": True})
    browser.delete(f"{KNOBS}/chaos")

    assert shown["down"] is True
    assert refused.status_code == 400
    assert browser.get(f"{KNOBS}/chaos").get_json()["down"] is False


def test_the_panel_plays_buyer_seller_and_bank(browser: FlaskClient, calls: PayPalCalls):
    order = calls.open_order()
    approved = browser.post(f"{KNOBS}/orders/{order['id']}/approve", json={"instrument": "echeck"})
    calls.capture(order["id"])
    capture_id = browser.get(f"{KNOBS}/captures").get_json()[0]["id"]
    settled = browser.post(f"{KNOBS}/captures/{capture_id}/settle")
    refund = browser.post(f"{KNOBS}/refunds", json={"capture": capture_id, "amount_minor": 100})
    failed = browser.post(f"{KNOBS}/refunds/{refund.get_json()['id']}/fail")
    browser.patch(f"{KNOBS}/merchants/{MERCHANT}", json={"restricted": True})
    revoked = browser.post(f"{KNOBS}/merchants/{MERCHANT}/revoke")

    books = browser.get(f"{KNOBS}/books").get_json()
    merchant = browser.get(f"{KNOBS}/merchants/{MERCHANT}").get_json()

    assert "PayerID" in approved.get_json()["redirect_url"]
    assert settled.get_json()["status"] == "COMPLETED"
    assert failed.get_json()["status"] == "FAILED"
    assert revoked.status_code == 204
    assert (merchant["restricted"], merchant["consented"]) == (True, None)
    assert books["merchants"][MERCHANT]["USD"]["refunded"] == 0


def test_the_panel_plays_disputes(browser: FlaskClient, calls: PayPalCalls):
    capture = calls.pay()
    fields = {"capture": capture["id"], "amount_minor": 5000, "chargeback": True}

    opened = browser.post(f"{KNOBS}/disputes", json=fields).get_json()
    lost = browser.post(f"{KNOBS}/disputes/{opened['id']}/lose").get_json()
    again = browser.post(f"{KNOBS}/disputes/{opened['id']}/lose")
    odd = browser.post(f"{KNOBS}/disputes/{opened['id']}/forget")

    assert (opened["status"], opened["amount_minor"]) == ("WAITING_FOR_SELLER_RESPONSE", 5000)
    assert (lost["outcome"], lost["taken_minor"]) == ("RESOLVED_BUYER_FAVOUR", 5000)
    assert (again.status_code, odd.status_code) == (400, 400)
    assert browser.get(f"{KNOBS}/disputes").get_json() == [lost]


def test_the_panel_adds_sellers_and_declines_and_forgets(
    browser: FlaskClient, calls: PayPalCalls, simulator: PayPalSimulator
):
    order = calls.open_order()
    simulator.approve(order["id"])
    browser.post(f"{KNOBS}/orders/{order['id']}/decline")
    declined = calls.capture(order["id"])
    browser.delete(f"{KNOBS}/tokens")
    refused = calls.get(f"/v2/checkout/orders/{order['id']}")
    browser.post(f"{KNOBS}/reset")
    added = browser.post(f"{KNOBS}/merchants", json={"id": MERCHANT, "business": False})

    assert declined.issue() == "INSTRUMENT_DECLINED"
    assert refused.status == 401
    assert added.get_json()["merchant_id"] == MERCHANT
    assert simulator.orders() == []
    assert browser.get(f"{KNOBS}/orders/{order['id']}").status_code == 404
    assert browser.post(f"{KNOBS}/merchants/NOBODY/revoke").status_code == 400


def test_the_api_is_served_below_the_same_root(browser: FlaskClient, partner: PayPalCalls):
    path = f"/v1/customer/partners/{PARTNER}/merchant-integrations/{MERCHANT}"

    answer = browser.get(path, headers=partner.headers())

    assert answer.get_json()["merchant_id"] == MERCHANT
