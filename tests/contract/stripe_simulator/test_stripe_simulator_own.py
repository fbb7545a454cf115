"""What goes into the platform's own account: no header, no fee, its own books, its own endpoint."""

import json

import pytest

from tests.support.stripe_calls import ORGANIZER, MovableClock, StripeCalls


@pytest.mark.parametrize(("currency", "fee"), [("usd", 378), ("jpy", 378), ("chf", 378)])
def test_a_payment_without_an_account_is_the_platforms(
    platform: StripeCalls, currency: str, fee: int
):
    """CONTRACTS 1.4: whose object it is, the header alone says."""
    session = platform.pay(fee_minor=None, currency=currency)

    books = platform.simulator.books()
    assert session["payment_status"] == "paid"
    assert books["own"][currency.upper()]["customer_paid"] == 12000
    assert books["own"][currency.upper()]["stripe_fees"] == fee
    assert books["own"][currency.upper()]["provider_balance"] == 12000 - fee
    assert (books["accounts"], books["platform"]) == ({}, {})


def test_a_fee_of_the_platforms_own_payment_is_refused(platform: StripeCalls):
    """CONTRACTS 1.3: application_fees_not_allowed."""
    refused = platform.create_session()

    assert (refused.status, refused.code()) == (400, "application_fees_not_allowed")
    assert platform.simulator.find_all("checkout.session") == []


def test_the_platforms_events_name_no_account(
    calls: StripeCalls, platform: StripeCalls, clock: MovableClock
):
    """CONTRACTS 1.4: a connected account's event has it at the top; both come to one address."""
    platform.pay(fee_minor=None)
    calls.pay(fee_minor=None)
    clock.advance(seconds=1)

    webhooks = platform.simulator.take_webhooks()

    named = [(each.url_hint, json.loads(each.body).get("account")) for each in webhooks]
    assert set(named) == {("account", None), ("connect", ORGANIZER)}


def test_what_is_the_platforms_is_not_an_accounts_and_the_reverse(
    calls: StripeCalls, platform: StripeCalls
):
    own, theirs = platform.pay(fee_minor=None), calls.pay()

    assert calls.get(f"/v1/checkout/sessions/{own['id']}").status == 404
    assert platform.get(f"/v1/checkout/sessions/{theirs['id']}").status == 404


def test_the_platforms_refund_comes_out_of_its_own_balance(platform: StripeCalls):
    session = platform.pay(fee_minor=None, currency="jpy")

    refund = platform.post("/v1/refunds", {"payment_intent": session["payment_intent"]})

    assert refund.json["status"] == "succeeded"
    books = platform.simulator.books()["own"]["JPY"]
    assert (books["refunded"], books["provider_balance"]) == (12000, -378)


def test_yen_are_not_debited_from_a_bank(platform: StripeCalls):
    """A page takes only what its currency has."""
    session = platform.open_session(fee_minor=None, currency="jpy")

    assert session["payment_method_types"] == ["card"]
