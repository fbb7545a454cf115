"""Accounts stored at PayPal and charged without their owner, on the simulated PayPal."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from guichet.adapters.urllib3_http import Urllib3Http
from guichet.money import Money
from guichet.payments.attempt import CaptureMethod
from guichet.payments.ports import ProviderRefusedError, ProviderUnavailableError
from guichet.payments.stored_method import (
    ChargeReport,
    ChargeState,
    MethodKind,
    MethodSetup,
    MethodToken,
    SetupReport,
    SetupState,
)
from local.simulators.errors import BuyerRefusedError
from local.simulators.paypal import PayPalSimulator
from local.simulators.paypal.server import serve
from tests.support.methods import (
    DUE,
    a_charge,
    a_setup,
    found,
    known_as,
    paid,
    with_setup_page,
)
from tests.support.paypal_calls import PARTNER
from tests.support.paypal_methods import (
    PayPalMethodShop,
    paypal_method_shop,
    stored_account,
)
from tests.support.stripe_calls import MovableClock


@pytest.fixture(params=["in process", "over HTTP"])
def shop(request: pytest.FixtureRequest) -> Iterator[PayPalMethodShop]:
    """The same simulator behind both implementations of the seam."""
    if request.param == "in process":
        yield paypal_method_shop()
        return
    clock = MovableClock()
    simulator = PayPalSimulator(clock)
    running = serve(simulator)
    http = Urllib3Http()
    yield paypal_method_shop(simulator, clock, http, running.url)
    http.close()
    running.stop()


def page_of(shop: PayPalMethodShop) -> tuple[MethodSetup, str]:
    return with_setup_page(
        shop.provider, a_setup(shop.provider, kind=MethodKind.PAYPAL, now=shop.clock())
    )


def own_paid(shop: PayPalMethodShop, currency: str = "EUR") -> int:
    return int(shop.simulator.books()["own"].get(currency, {}).get("customer_paid", 0))


# Storing


def test_an_account_is_stored_by_its_name_at_paypal_alone(shop: PayPalMethodShop):
    """COL-1: a token, and the e-mail address by which its owner tells it from another."""
    method = stored_account(shop)

    assert (method.brand, method.last4, method.expires) == ("paypal", "", "")
    assert (method.email, method.country) == ("buyer@example.org", "US")
    assert (method.token.provider, method.token.kind) == ("paypal", MethodKind.PAYPAL)
    assert found(shop.provider.find_method(method.token)) == method


def test_paypal_makes_the_customer(shop: PayPalMethodShop):
    setup = a_setup(shop.provider, kind=MethodKind.PAYPAL)

    assert (setup.customer_body, setup.customer_id) == ("", None)
    first = stored_account(shop)
    second = stored_account(
        shop, email="other@example.org", setup_id="set_2", customer_id=first.token.customer_id
    )
    assert second.token.customer_id == first.token.customer_id
    assert second.token.token_id != first.token.token_id


def test_a_setup_is_open_until_its_customer_agrees(shop: PayPalMethodShop):
    setup, setup_id = page_of(shop)

    before = shop.provider.ask_setup(setup)
    shop.simulator.cancel_setup(setup_id)
    after = shop.provider.ask_setup(setup)

    assert before == after == SetupReport(SetupState.OPEN)
    assert shop.simulator.payment_tokens() == []


def test_an_agreement_is_stored_once_however_often_it_is_asked_about(shop: PayPalMethodShop):
    """BAD-11: also after the key of the exchange is forgotten."""
    setup, setup_id = page_of(shop)
    shop.simulator.approve_setup(setup_id)

    first, second = (shop.provider.ask_setup(setup) for _ in range(2))
    shop.clock.advance(hours=4)

    assert first == second == shop.provider.ask_setup(setup)
    assert len(shop.simulator.payment_tokens()) == 1


@pytest.mark.parametrize("hours", [0, 4], ids=["its key lives", "its key is forgotten"])
def test_the_lost_answer_of_an_exchange_is_found(shop: PayPalMethodShop, hours: int):
    setup, setup_id = page_of(shop)
    shop.simulator.approve_setup(setup_id)
    shop.simulator.configure_chaos(
        {"api": [{"do": "lost_after", "match": "POST */payment-tokens", "times": 3}]}
    )
    with pytest.raises(ProviderUnavailableError):
        shop.provider.ask_setup(setup)
    shop.simulator.clear_chaos()
    shop.clock.advance(hours=hours)

    method = found(shop.provider.ask_setup(setup))

    (kept,) = shop.simulator.payment_tokens()
    assert method.token.token_id == kept["id"]


def test_an_exchange_that_another_did_meanwhile_is_found(shop: PayPalMethodShop):
    """Two workers ask at once, and PayPal refuses the later one: the account is in the list."""
    first = stored_account(shop)
    setup, setup_id = with_setup_page(
        shop.provider,
        a_setup(
            shop.provider,
            kind=MethodKind.PAYPAL,
            setup_id="set_2",
            customer_id=first.token.customer_id,
        ),
    )
    shop.simulator.approve_setup(setup_id)
    refused = {"do": "issue", "issue": "TOKEN_ALREADY_VAULTED", "match": "POST */payment-tokens"}
    shop.simulator.configure_chaos({"api": [refused]})

    assert found(shop.provider.ask_setup(setup)) == first


def test_an_exchange_that_is_refused_for_good_stores_nothing(shop: PayPalMethodShop):
    setup, setup_id = page_of(shop)
    shop.simulator.approve_setup(setup_id)
    refused = {"do": "issue", "issue": "COMPLIANCE_VIOLATION", "match": "POST */payment-tokens"}
    shop.simulator.configure_chaos({"api": [refused]})

    with pytest.raises(ProviderRefusedError):
        shop.provider.ask_setup(setup)

    assert shop.simulator.payment_tokens() == []


def test_the_same_account_is_the_same_token(shop: PayPalMethodShop):
    """COL-1: stored twice, PayPal has it once."""
    first = stored_account(shop)

    second = stored_account(shop, setup_id="set_2", customer_id=first.token.customer_id)

    assert second.token == first.token


def test_what_is_ended_is_never_stored(shop: PayPalMethodShop):
    """PayPal can't end it: an agreement that comes too late is left unused."""
    setup, setup_id = page_of(shop)

    assert shop.provider.end_setup(setup) == SetupReport(SetupState.ENDED)
    shop.simulator.approve_setup(setup_id)

    assert shop.provider.end_setup(setup) == SetupReport(SetupState.ENDED)
    assert shop.simulator.payment_tokens() == []


def test_ending_a_setup_that_is_done_answers_what_was_stored(shop: PayPalMethodShop):
    setup, setup_id = page_of(shop)
    shop.simulator.approve_setup(setup_id)
    stored = shop.provider.ask_setup(setup)

    assert shop.provider.end_setup(setup) == stored


def test_a_forgotten_setup_has_ended(shop: PayPalMethodShop):
    setup, setup_id = page_of(shop)
    shop.clock.advance(days=4)

    assert shop.provider.ask_setup(setup) == SetupReport(SetupState.ENDED)
    assert shop.provider.end_setup(setup) == SetupReport(SetupState.ENDED)
    with pytest.raises(BuyerRefusedError):
        shop.simulator.approve_setup(setup_id)


def test_an_account_is_forgotten_once_and_for_all(shop: PayPalMethodShop):
    """COL-1: removing it twice, or after its owner did at PayPal, is no error."""
    setup, setup_id = page_of(shop)
    shop.simulator.approve_setup(setup_id)
    token = found(shop.provider.ask_setup(setup)).token

    shop.provider.detach(token)
    shop.provider.detach(token)

    assert shop.provider.find_method(token) == SetupReport(SetupState.ENDED)
    assert shop.provider.ask_setup(setup) == SetupReport(SetupState.ENDED)


def test_the_same_bytes_open_the_same_page(shop: PayPalMethodShop):
    setup = a_setup(shop.provider, kind=MethodKind.PAYPAL)

    assert shop.provider.open_setup(setup) == shop.provider.open_setup(setup)


# Charging


@pytest.mark.parametrize("payee", ["", PARTNER], ids=["whoever calls", "named"])
@pytest.mark.parametrize("currency", ["AUD", "CAD", "CHF", "EUR", "GBP", "JPY", "NZD", "USD"])
def test_a_stored_account_pays_into_the_operators_own(
    shop: PayPalMethodShop, currency: str, payee: str
):
    """COL-2, FEE-3: the capture is read as that of a page, with what PayPal keeps."""
    token, money = stored_account(shop).token, Money(11_850, currency)
    charge = a_charge(shop.provider, token, amount=money, payee=payee)

    report = shop.provider.charge(charge)

    capture = paid(report)
    assert (capture.amount, capture.reference, capture.payee) == (money, "ipy_1", PARTNER)
    assert (capture.platform_fee, capture.platform_fee_id) == (Money(0, currency), None)
    assert (capture.method, capture.intent_id) == (CaptureMethod.PAYPAL, report.charge_id)
    assert shop.provider.ask_charge(known_as(charge, report)) == report
    books = shop.simulator.books()
    assert books["own"][currency]["customer_paid"] == 11_850
    assert books["own"][currency]["paypal_fees"] == capture.provider_fee.amount_minor
    assert (books["merchants"], books["platform"]) == ({}, {})


@pytest.mark.parametrize(
    ("account", "code", "is_final"),
    [
        pytest.param("declined", "INSTRUMENT_DECLINED", False, id="declined"),
        pytest.param("closed", "PAYER_ACCOUNT_LOCKED_OR_CLOSED", True, id="closed"),
        pytest.param("refused", "DECLINED_BY_RISK_FRAUD_FILTERS", False, id="as a risk"),
        pytest.param("payer_action", "PAYER_ACTION_REQUIRED", False, id="for want of its owner"),
    ],
)
def test_a_decline_says_whether_another_try_can_succeed(
    shop: PayPalMethodShop, account: str, code: str, *, is_final: bool
):
    """COL-3."""
    charge = a_charge(shop.provider, stored_account(shop, account).token)

    report = shop.provider.charge(charge)

    assert (report.state, report.capture) == (ChargeState.DECLINED, None)
    assert (report.decline_code, report.is_final) == (code, is_final)
    assert shop.provider.charge(charge) == report == shop.provider.ask_charge(charge)
    assert own_paid(shop) == 0


def test_an_account_that_its_owner_took_away_is_a_final_decline(shop: PayPalMethodShop):
    """COL-3: also where PayPal answers that there is no such thing."""
    token = stored_account(shop).token
    shop.simulator.revoke_token(token.token_id)

    refused = shop.provider.charge(a_charge(shop.provider, token))
    shop.simulator.configure_chaos(
        {"api": [{"do": "issue", "issue": "X", "status": 404, "match": "POST */orders"}]}
    )
    missing = shop.provider.charge(a_charge(shop.provider, token, payment_id="ipy_2"))

    assert {(each.state, each.is_final) for each in (refused, missing)} == {
        (ChargeState.DECLINED, True)
    }


def test_a_refusal_about_the_operators_account_is_no_decline(shop: PayPalMethodShop):
    """COL-3: what is wrong with us must not be counted against the customer."""
    charge = a_charge(shop.provider, stored_account(shop).token)
    shop.simulator.configure_chaos(
        {"api": [{"do": "issue", "issue": "PAYEE_ACCOUNT_RESTRICTED", "match": "POST */orders"}]}
    )

    with pytest.raises(ProviderRefusedError) as refused:
        shop.provider.charge(charge)

    assert refused.value.code == "account_can_not_receive"


@pytest.mark.parametrize("account", ["echeck", "review"])
def test_what_is_pending_is_processing_until_it_is_settled(shop: PayPalMethodShop, account: str):
    """CONTRACTS 2.3: an order that is COMPLETED is not paid."""
    charge = a_charge(shop.provider, stored_account(shop, account).token)

    report = shop.provider.charge(charge)
    charge = known_as(charge, report)
    waits = shop.provider.ask_charge(charge)
    cancelled = shop.provider.cancel_charge(charge)
    (pending,) = shop.simulator.pending_captures()
    shop.simulator.settle_capture(pending["id"])

    assert report == waits == cancelled
    assert (report.state, report.capture) == (ChargeState.PROCESSING, None)
    assert paid(shop.provider.ask_charge(charge)).amount == DUE


def test_what_is_pending_may_be_denied(shop: PayPalMethodShop):
    charge = a_charge(shop.provider, stored_account(shop, "echeck").token)
    charge = known_as(charge, shop.provider.charge(charge))
    (pending,) = shop.simulator.pending_captures()

    shop.simulator.deny_capture(pending["id"])

    assert shop.provider.ask_charge(charge).state is ChargeState.DECLINED
    assert own_paid(shop) == 0


def test_an_order_that_waits_for_its_payer_takes_nothing_later(shop: PayPalMethodShop):
    """BAD-1: even where they approve it, we never capture it."""
    charge = a_charge(shop.provider, stored_account(shop, "payer_action").token)
    charge = known_as(charge, shop.provider.charge(charge))
    shop.simulator.approve(charge.provider_charge_id or "")

    assert shop.provider.ask_charge(charge).state is ChargeState.DECLINED
    assert shop.provider.open_action(charge).state is ChargeState.DECLINED
    assert shop.provider.cancel_charge(charge).state is ChargeState.CANCELED
    assert shop.simulator.captures() == []


def test_what_was_paid_is_not_ended(shop: PayPalMethodShop):
    charge = a_charge(shop.provider, stored_account(shop).token)
    report = shop.provider.charge(charge)

    assert shop.provider.cancel_charge(known_as(charge, report)) == report


# Answers that are lost, keys that die


@pytest.mark.parametrize("account", ["balance", "echeck"])
@pytest.mark.parametrize("fault", ["lost_before", "lost_after"])
def test_a_lost_answer_is_asked_for_and_charges_once(
    shop: PayPalMethodShop, account: str, fault: str
):
    """COL-8, BAD-11: under the same key, while that lives."""
    charge = a_charge(shop.provider, stored_account(shop, account).token)
    shop.simulator.configure_chaos({"api": [{"do": fault, "match": "POST */orders", "times": 3}]})
    with pytest.raises(ProviderUnavailableError):
        shop.provider.charge(charge)
    shop.simulator.clear_chaos()
    shop.clock.advance(hours=1)

    asked = shop.provider.ask_charge(charge)

    assert asked == shop.provider.ask_charge(charge) == shop.provider.charge(charge)
    assert len(shop.simulator.captures()) == 1
    assert own_paid(shop) == (11_850 if account == "balance" else 0)


@pytest.mark.parametrize("fault", ["lost_before", "lost_after"])
def test_a_decline_whose_answer_was_lost_is_told_by_the_next_try(
    shop: PayPalMethodShop, fault: str
):
    charge = a_charge(shop.provider, stored_account(shop, "declined").token)
    shop.simulator.configure_chaos({"api": [{"do": fault, "match": "POST */orders"}]})

    report = shop.provider.charge(charge)

    assert (report.state, report.decline_code) == (ChargeState.DECLINED, "INSTRUMENT_DECLINED")


@pytest.mark.parametrize("account", ["balance", "echeck"])
def test_a_charge_whose_key_is_forgotten_is_found_by_what_webhooks_brought(
    shop: PayPalMethodShop, account: str
):
    """COL-8: the same bytes would be another charge."""
    token = stored_account(shop, account).token
    charge = a_charge(shop.provider, token)
    other = a_charge(shop.provider, token, payment_id="ipy_2")
    report = shop.provider.charge(charge)
    shop.provider.charge(other)
    shop.clock.advance(hours=8)
    shop.http.sent.clear()

    assert shop.provider.ask_charge(charge) == report == shop.provider.charge(charge)
    assert not [each for each in shop.http.sent if each.url.endswith("/orders")]
    assert len(shop.simulator.captures()) == 2


def test_a_charge_that_never_arrived_is_absent_once_that_is_certain(shop: PayPalMethodShop):
    """COL-8: while it may be on its way, nobody knows; then two things say so."""
    charge = a_charge(shop.provider, stored_account(shop).token)
    shop.clock.advance(hours=6)
    for ask in (shop.provider.ask_charge, shop.provider.charge, shop.provider.cancel_charge):
        with pytest.raises(ProviderUnavailableError):
            ask(charge)
    shop.clock.advance(hours=2)

    for ask in (shop.provider.ask_charge, shop.provider.charge, shop.provider.cancel_charge):
        assert ask(charge) == ChargeReport(state=ChargeState.ABSENT)
    assert shop.simulator.captures() == []
    assert {each["status"] for each in shop.simulator.orders()} == {"CREATED"}


def test_what_no_webhook_told_of_is_known_by_its_invoice_id(shop: PayPalMethodShop):
    """CONTRACTS 2.5: PayPal refuses a second payment under it, for ever."""
    charge = a_charge(shop.provider, stored_account(shop).token)
    shop.provider.charge(charge)
    shop.clock.advance(hours=8)
    later = replace(charge, started_at=shop.clock.at)
    shop.clock.advance(hours=8)

    with pytest.raises(ProviderUnavailableError, match="DUPLICATE_INVOICE_ID"):
        shop.provider.ask_charge(later)

    assert len(shop.simulator.captures()) == 1


def test_what_was_paid_under_the_same_invoice_id_is_found(shop: PayPalMethodShop):
    """COL-8: a key that PayPal forgot early charges nothing twice."""
    charge = a_charge(shop.provider, stored_account(shop).token)
    report = shop.provider.charge(charge)

    again = shop.provider.charge(replace(charge, charge_key="ipy_1-other"))

    assert again == report
    assert len(shop.simulator.captures()) == 1


def test_an_order_that_paypal_has_forgotten_stays_unknown(shop: PayPalMethodShop):
    token = MethodToken(provider="paypal", kind=MethodKind.PAYPAL, customer_id="c", token_id="t")
    charge = replace(a_charge(shop.provider, token), provider_charge_id="8D5278164K216725B")

    with pytest.raises(ProviderRefusedError) as refused:
        shop.provider.ask_charge(charge)

    assert refused.value.code == "account_not_reachable"


def test_money_that_is_not_what_was_asked_is_read_as_it_is(shop: PayPalMethodShop):
    """REG-3: to be held by whoever compares."""
    charge = a_charge(shop.provider, stored_account(shop).token)
    shop.simulator.configure_chaos({"capture": {"amount_minor": 11_849}})

    assert paid(shop.provider.charge(charge)).amount == Money(11_849, "EUR")
