"""Methods stored at Stripe and charged without the customer, on the simulated Stripe."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from guichet.adapters.urllib3_http import Urllib3Http
from guichet.errors import Invalid
from guichet.money import Money
from guichet.payments.attempt import CaptureMethod
from guichet.payments.ports import ProviderRefusedError, ProviderUnavailableError
from guichet.payments.stored_method import (
    ChargeReport,
    ChargeState,
    DebitScheme,
    MethodCharge,
    MethodKind,
    MethodToken,
    SetupReport,
    SetupState,
)
from local.simulators.errors import BuyerRefusedError
from local.simulators.stripe import StripeSimulator
from local.simulators.stripe.server import serve
from tests.support.methods import (
    DUE,
    MethodShop,
    a_charge,
    a_setup,
    found,
    known_as,
    method_shop,
    paid,
    stored,
    with_setup_page,
)
from tests.support.stripe_calls import MovableClock


@pytest.fixture(params=["in process", "over HTTP"])
def shop(request: pytest.FixtureRequest) -> Iterator[MethodShop]:
    """The same simulator behind both implementations of the seam."""
    if request.param == "in process":
        yield method_shop()
        return
    clock = MovableClock()
    simulator = StripeSimulator(clock)
    running = serve(simulator)
    http = Urllib3Http()
    yield method_shop(simulator, clock, http, running.url)
    http.close()
    running.stop()


def intents(shop: MethodShop) -> list[dict[str, object]]:
    return shop.simulator.find_all("payment_intent")


def own_balance(shop: MethodShop, currency: str = "EUR") -> int:
    entry = shop.simulator.books()["own"].get(currency, {})
    return int(entry.get("customer_paid", 0) - entry.get("disputed", 0))


# Storing


@pytest.mark.parametrize(
    ("chosen", "brand", "last4"),
    [
        pytest.param("visa", "visa", "4242", id="Visa"),
        pytest.param("mastercard", "mastercard", "4444", id="Mastercard"),
        pytest.param("amex", "amex", "0005", id="American Express"),
        pytest.param("discover", "discover", "1117", id="Discover"),
    ],
)
def test_a_card_is_stored_with_no_more_than_may_be_shown(
    shop: MethodShop, chosen: str, brand: str, last4: str
):
    """COL-1: a token, a brand, four digits and when it expires."""
    method = stored(shop, chosen)

    assert (method.brand, method.last4, method.expires) == (brand, last4, "2029-04")
    assert (method.country, method.scheme, method.authorized_at) == ("US", None, None)
    assert (method.token.kind, method.token.mandate_id) == (MethodKind.CARD, None)
    assert found(shop.provider.find_method(method.token)) == method


@pytest.mark.parametrize(
    ("currency", "scheme", "has_reference"),
    [
        pytest.param("USD", DebitScheme.ACH, False, id="ACH"),
        pytest.param("EUR", DebitScheme.SEPA, True, id="SEPA"),
        pytest.param("GBP", DebitScheme.BACS, True, id="Bacs"),
    ],
)
def test_a_bank_account_is_stored_with_its_authorization(
    shop: MethodShop, currency: str, scheme: DebitScheme, *, has_reference: bool
):
    """COL-10: under which scheme, since when, by which mandate."""
    method = stored(shop, "bank", currency=currency)

    assert (method.scheme, method.last4, method.brand) == (scheme, "6789", "")
    assert method.authorized_at == shop.clock().replace(microsecond=0)
    assert method.token.mandate_id is not None
    assert bool(method.mandate_reference) is has_reference
    assert method.token.kind is MethodKind.BANK_DEBIT


@pytest.mark.parametrize("currency", ["CHF", "JPY", "AUD"])
def test_no_bank_account_is_stored_where_none_is_debited(shop: MethodShop, currency: str):
    """COL-10: ACH, SEPA and Bacs alone; nothing is asked of Stripe."""
    with pytest.raises(Invalid) as refused:
        a_setup(shop.provider, kind=MethodKind.BANK_DEBIT, currency=currency)

    assert refused.value.code == "bank_debit_not_supported"
    assert shop.simulator.find_all("checkout.session") == []


def test_a_setup_is_open_until_somebody_agrees(shop: MethodShop):
    setup, session_id = with_setup_page(shop.provider, a_setup(shop.provider))

    before = shop.provider.ask_setup(setup)
    declined = shop.simulator.agree(session_id, "declined")
    after_decline = shop.provider.ask_setup(setup)
    shop.simulator.agree(session_id, "3ds")
    asked = shop.provider.ask_setup(setup)
    shop.simulator.authenticate_setup(session_id, success=False)
    failed = shop.provider.ask_setup(setup)
    shop.simulator.agree(session_id, "3ds")
    shop.simulator.authenticate_setup(session_id)

    assert declined.kind == "declined"
    assert {before.state, after_decline.state, asked.state, failed.state} == {SetupState.OPEN}
    assert found(shop.provider.ask_setup(setup)).brand == "visa"


def test_an_ended_setup_stores_nothing_any_more(shop: MethodShop):
    setup, session_id = with_setup_page(shop.provider, a_setup(shop.provider))

    assert shop.provider.end_setup(setup) == SetupReport(SetupState.ENDED)
    assert shop.provider.end_setup(setup) == SetupReport(SetupState.ENDED)
    with pytest.raises(BuyerRefusedError):
        shop.simulator.agree(session_id)
    assert shop.simulator.find_all("payment_method") == []


def test_ending_a_setup_that_is_done_answers_what_was_stored(shop: MethodShop):
    setup, session_id = with_setup_page(shop.provider, a_setup(shop.provider))
    shop.simulator.agree(session_id)

    assert found(shop.provider.end_setup(setup)).last4 == "4242"


def test_a_setup_ends_by_itself(shop: MethodShop):
    setup, _ = with_setup_page(shop.provider, a_setup(shop.provider))
    shop.clock.advance(minutes=32)

    assert shop.provider.ask_setup(setup) == SetupReport(SetupState.ENDED)


def test_repeats_make_one_customer_and_one_page(shop: MethodShop):
    """BAD-11: the same bytes under the same keys."""
    setup = a_setup(shop.provider)

    assert shop.provider.make_customer(setup) == setup.customer_id
    assert shop.provider.open_setup(setup) == shop.provider.open_setup(setup)
    assert len(shop.simulator.find_all("customer")) == 1
    assert len(shop.simulator.find_all("checkout.session")) == 1


def test_a_later_method_is_stored_for_the_same_customer(shop: MethodShop):
    first = stored(shop)

    second = stored(shop, "mastercard", setup_id="set_2", customer_id=first.token.customer_id)

    assert second.token.customer_id == first.token.customer_id
    assert len(shop.simulator.find_all("customer")) == 1


def test_a_method_is_forgotten_once_and_for_all(shop: MethodShop):
    """COL-1: removing it twice, or after the customer did at Stripe, is no error."""
    setup, session_id = with_setup_page(shop.provider, a_setup(shop.provider))
    shop.simulator.agree(session_id)
    token = found(shop.provider.ask_setup(setup)).token

    shop.provider.detach(token)
    shop.provider.detach(token)

    assert shop.provider.find_method(token) == SetupReport(SetupState.ENDED)
    assert shop.provider.ask_setup(setup) == SetupReport(SetupState.ENDED)


def test_a_method_that_never_was_is_gone(shop: MethodShop):
    token = MethodToken(
        provider="stripe", kind=MethodKind.CARD, customer_id="cus_none", token_id="pm_none"
    )

    shop.provider.detach(token)

    assert shop.provider.find_method(token) == SetupReport(SetupState.ENDED)


# Charging


@pytest.mark.parametrize("currency", ["AUD", "CAD", "CHF", "EUR", "GBP", "JPY", "NZD", "USD"])
def test_a_stored_card_pays_into_the_operators_own_account(shop: MethodShop, currency: str):
    """COL-2, FEE-3: the capture is read as that of a page, with what Stripe keeps."""
    charge = a_charge(shop.provider, stored(shop).token, amount=Money(11_850, currency))

    report = shop.provider.charge(charge)

    capture = paid(report)
    assert (capture.amount, capture.reference) == (Money(11_850, currency), "ipy_1")
    assert (capture.platform_fee, capture.platform_fee_id) == (Money(0, currency), None)
    assert (capture.provider_fee, capture.method) == (Money(374, currency), CaptureMethod.CARD)
    assert (capture.payee, capture.intent_id) == ("", report.charge_id)
    assert shop.provider.ask_charge(known_as(charge, report)) == report
    books = shop.simulator.books()
    assert books["own"][currency]["customer_paid"] == 11_850
    assert (books["accounts"], books["platform"]) == ({}, {})


def test_no_call_names_an_account_or_takes_a_fee(shop: MethodShop):
    shop.provider.charge(a_charge(shop.provider, stored(shop).token))

    assert {each.headers.get("Stripe-Account") for each in shop.http.sent} == {None}
    assert not [each for each in shop.http.sent if b"application_fee" in each.body]


@pytest.mark.parametrize(
    ("chosen", "code", "is_final"),
    [
        pytest.param("insufficient_funds", "insufficient_funds", False, id="no money"),
        pytest.param("generic_decline", "generic_decline", False, id="for no reason told"),
        pytest.param("expired_card", "expired_card", False, id="expired"),
        pytest.param("stolen_card", "stolen_card", True, id="stolen"),
        pytest.param("lost_card", "lost_card", True, id="lost"),
        pytest.param("do_not_try_again", "do_not_honor", True, id="by Stripe's advice"),
    ],
)
def test_a_decline_says_whether_another_try_can_succeed(
    shop: MethodShop, chosen: str, code: str, *, is_final: bool
):
    """COL-3."""
    charge = a_charge(shop.provider, stored(shop, chosen).token)

    report = shop.provider.charge(charge)

    assert (report.state, report.capture) == (ChargeState.DECLINED, None)
    assert (report.decline_code, report.is_final) == (code, is_final)
    assert shop.provider.charge(charge) == report
    assert shop.provider.ask_charge(known_as(charge, report)) == report
    assert len(intents(shop)) == 1
    assert own_balance(shop) == 0


@pytest.mark.parametrize("chosen", ["visa", "bank"])
def test_a_detached_method_is_charged_never_more(shop: MethodShop, chosen: str):
    """COL-3: as a decline that is final, whoever detached it."""
    token = stored(shop, chosen).token
    charge = a_charge(shop.provider, token)
    shop.simulator.detach_method(token.token_id)

    report = shop.provider.charge(charge)

    assert (report.state, report.is_final) == (ChargeState.DECLINED, True)
    assert intents(shop) == []


def test_a_method_of_another_customer_is_a_final_decline(shop: MethodShop):
    token = replace(
        stored(shop).token, customer_id=stored(shop, setup_id="set_2").token.customer_id
    )

    report = shop.provider.charge(a_charge(shop.provider, token))

    assert (report.state, report.is_final) == (ChargeState.DECLINED, True)


def test_a_withdrawn_mandate_is_a_final_decline(shop: MethodShop):
    """COL-10: without an authorization nothing is debited."""
    token = stored(shop, "bank").token
    assert token.mandate_id is not None
    shop.simulator.withdraw_mandate(token.mandate_id)

    report = shop.provider.charge(a_charge(shop.provider, token))

    assert (report.state, report.is_final) == (ChargeState.DECLINED, True)
    assert report.decline_code == "payment_intent_mandate_invalid"


def test_a_refusal_of_something_else_is_no_decline(shop: MethodShop):
    """COL-3: what is wrong with our request must not be counted against the customer."""
    charge = a_charge(shop.provider, stored(shop).token, amount=Money(10, "EUR"))

    with pytest.raises(ProviderRefusedError) as refused:
        shop.provider.charge(charge)

    assert refused.value.code == "amount_too_small"


# The bank asks for the customer


def waiting(shop: MethodShop) -> tuple[MethodCharge, ChargeReport]:
    """A charge whose bank asks for the customer."""
    charge = a_charge(shop.provider, stored(shop, "authentication_required").token)
    report = shop.provider.charge(charge)
    return known_as(charge, report), report


def test_a_charge_waits_for_the_customer_at_their_banks_page(shop: MethodShop):
    """COL-4: the same charge is paid, days later, once."""
    charge, report = waiting(shop)
    assert report.state is ChargeState.REQUIRES_ACTION
    assert report.action_url is not None
    assert report.action_url.endswith(f"/authenticate/{report.charge_id}")
    shop.clock.advance(days=3)

    again = shop.provider.open_action(charge)
    outcome = shop.simulator.authenticate_charge(charge.provider_charge_id or "")

    assert again == report
    assert outcome.redirect_url is not None
    assert outcome.redirect_url.startswith("https://pay.example/billing/payments/ipy_1/return?")
    assert paid(shop.provider.ask_charge(charge)).amount == DUE
    assert len(intents(shop)) == 1
    assert own_balance(shop) == 11_850


def test_a_customer_who_fails_to_authenticate_has_paid_nothing(shop: MethodShop):
    charge, _ = waiting(shop)

    shop.simulator.authenticate_charge(charge.provider_charge_id or "", success=False)

    report = shop.provider.ask_charge(charge)
    assert (report.state, report.is_final) == (ChargeState.DECLINED, False)
    assert report.decline_code == "payment_intent_authentication_failure"


def test_a_page_that_was_never_opened_is_opened_for_who_comes(shop: MethodShop):
    """COL-4: the decline was told, and then Stripe was not reached for the page."""
    token = stored(shop, "authentication_required").token
    charge = a_charge(shop.provider, token)
    shop.simulator.configure_chaos(
        {"api": [{"do": "down", "match": "POST *_intents/*/confirm", "times": 3}]}
    )

    report = shop.provider.charge(charge)
    charge = known_as(charge, report)
    asked = shop.provider.ask_charge(charge)
    shop.simulator.clear_chaos()
    opened = shop.provider.open_action(charge)

    assert (
        report
        == asked
        == ChargeReport(state=ChargeState.REQUIRES_ACTION, charge_id=report.charge_id)
    )
    assert opened.action_url is not None
    assert len(intents(shop)) == 1


def test_a_lost_answer_to_the_page_is_asked_for(shop: MethodShop):
    token = stored(shop, "authentication_required").token
    shop.simulator.configure_chaos(
        {"api": [{"do": "lost_after", "match": "POST *_intents/*/confirm"}]}
    )

    report = shop.provider.charge(a_charge(shop.provider, token))

    assert report.action_url is not None


def test_what_waits_for_the_customer_is_ended_before_another_way_pays(shop: MethodShop):
    """BAD-1: nobody can pay it any more."""
    charge, _ = waiting(shop)

    ended = shop.provider.cancel_charge(charge)

    assert ended.state is ChargeState.CANCELED
    assert shop.provider.cancel_charge(charge) == ended == shop.provider.ask_charge(charge)
    with pytest.raises(BuyerRefusedError):
        shop.simulator.authenticate_charge(charge.provider_charge_id or "")


def test_what_was_paid_meanwhile_is_not_ended(shop: MethodShop):
    """BAD-1, COL-8."""
    charge, _ = waiting(shop)
    shop.simulator.authenticate_charge(charge.provider_charge_id or "")

    assert shop.provider.cancel_charge(charge).state is ChargeState.PAID


def test_an_answer_lost_while_ending_is_asked_for(shop: MethodShop):
    charge, _ = waiting(shop)
    shop.simulator.configure_chaos(
        {"api": [{"do": "lost_after", "match": "POST *_intents/*/cancel"}]}
    )

    assert shop.provider.cancel_charge(charge).state is ChargeState.CANCELED


def test_what_may_be_on_its_way_can_not_be_ended_yet(shop: MethodShop):
    charge = a_charge(shop.provider, stored(shop).token)

    with pytest.raises(ProviderUnavailableError):
        shop.provider.cancel_charge(charge)

    shop.clock.advance(hours=25)
    assert shop.provider.cancel_charge(charge).state is ChargeState.ABSENT


# Bank debits


@pytest.mark.parametrize("currency", ["USD", "EUR", "GBP"])
def test_a_debit_is_processing_until_its_bank_settles_it(shop: MethodShop, currency: str):
    """COL-10."""
    token = stored(shop, "bank", currency=currency).token
    charge = a_charge(shop.provider, token, amount=Money(11_850, currency))

    started = shop.provider.charge(charge)
    charge = known_as(charge, started)
    waits = shop.provider.ask_charge(charge)
    shop.simulator.settle_charge(charge.provider_charge_id or "")

    assert started == waits
    assert (started.state, started.capture) == (ChargeState.PROCESSING, None)
    capture = paid(shop.provider.ask_charge(charge))
    assert (capture.amount, capture.method) == (
        Money(11_850, currency),
        CaptureMethod.BANK_DEBIT,
    )
    assert shop.provider.charge(charge).state is ChargeState.PAID
    assert own_balance(shop, currency) == 11_850


@pytest.mark.parametrize(
    ("chosen", "code", "is_final"),
    [
        pytest.param("bank_insufficient_funds", "insufficient_funds", False, id="no money"),
        pytest.param("bank_account_closed", "account_closed", True, id="closed"),
        pytest.param("bank_debit_not_authorized", "debit_not_authorized", True, id="refused"),
    ],
)
def test_a_debit_that_fails_days_later_says_why(
    shop: MethodShop, chosen: str, code: str, *, is_final: bool
):
    """COL-3, COL-10."""
    charge = a_charge(shop.provider, stored(shop, chosen).token)
    charge = known_as(charge, shop.provider.charge(charge))
    shop.clock.advance(days=4)

    shop.simulator.settle_charge(charge.provider_charge_id or "")

    report = shop.provider.ask_charge(charge)
    assert (report.state, report.decline_code) == (ChargeState.DECLINED, code)
    assert report.is_final is is_final


def test_a_debit_that_was_paid_and_is_returned_says_so(shop: MethodShop):
    """COL-10, INV-5: at Stripe a return is a dispute that is lost from the start."""
    charge = a_charge(shop.provider, stored(shop, "bank").token)
    charge = known_as(charge, shop.provider.charge(charge))
    shop.simulator.settle_charge(charge.provider_charge_id or "")
    settled = paid(shop.provider.ask_charge(charge))

    shop.simulator.return_charge(charge.provider_charge_id or "")

    report = shop.provider.ask_charge(charge)
    assert (report.state, report.capture) == (ChargeState.RETURNED, settled)
    assert own_balance(shop) == 0


def test_a_disputed_card_is_paid_until_its_bank_has_decided_inv_5(shop: MethodShop):
    charge = a_charge(shop.provider, stored(shop).token)
    charge = known_as(charge, shop.provider.charge(charge))
    dispute = shop.simulator.open_dispute(charge.provider_charge_id or "")["id"]
    disputed = shop.provider.ask_charge(charge)

    shop.simulator.lose_dispute(dispute)

    assert disputed.state is ChargeState.PAID
    assert shop.provider.ask_charge(charge).state is ChargeState.RETURNED


def test_a_debit_on_its_way_is_not_ended(shop: MethodShop):
    charge = a_charge(shop.provider, stored(shop, "bank").token)
    charge = known_as(charge, shop.provider.charge(charge))

    assert shop.provider.cancel_charge(charge).state is ChargeState.PROCESSING


# Answers that are lost, keys that die


@pytest.mark.parametrize("chosen", ["visa", "bank", "stolen_card", "authentication_required"])
@pytest.mark.parametrize("fault", ["lost_before", "lost_after"])
def test_a_lost_answer_is_asked_for_and_charges_once(shop: MethodShop, chosen: str, fault: str):
    """COL-8, BAD-11."""
    charge = a_charge(shop.provider, stored(shop, chosen).token)
    shop.simulator.configure_chaos(
        {"api": [{"do": fault, "match": "POST */payment_intents", "times": 3}]}
    )
    with pytest.raises(ProviderUnavailableError):
        shop.provider.charge(charge)
    shop.simulator.clear_chaos()
    shop.clock.advance(hours=1)

    asked = shop.provider.ask_charge(charge)

    told = [asked, shop.provider.ask_charge(charge), shop.provider.charge(charge)]
    assert len({(each.state, each.charge_id, each.capture) for each in told}) == 1
    assert len(intents(shop)) == 1
    assert own_balance(shop) == (11_850 if chosen == "visa" else 0)


def test_a_charge_whose_key_is_forgotten_is_found_in_the_customers_list(shop: MethodShop):
    """COL-8: nothing is sent again."""
    charge = a_charge(shop.provider, stored(shop).token)
    report = shop.provider.charge(charge)
    other = a_charge(shop.provider, charge.method, payment_id="ipy_2")
    shop.provider.charge(other)
    shop.clock.advance(hours=30)
    shop.http.sent.clear()

    assert shop.provider.ask_charge(charge) == report
    assert shop.provider.charge(charge) == report
    assert [each.method for each in shop.http.sent if each.method == "POST"] == []
    assert len(intents(shop)) == 2


def test_a_charge_that_never_arrived_is_absent_once_that_is_certain(shop: MethodShop):
    """COL-8: while a repeat may be on its way, nobody knows."""
    charge = a_charge(shop.provider, stored(shop).token)
    shop.clock.advance(hours=23, minutes=30)
    with pytest.raises(ProviderUnavailableError):
        shop.provider.ask_charge(charge)
    shop.clock.advance(hours=1)

    assert shop.provider.ask_charge(charge) == ChargeReport(state=ChargeState.ABSENT)
    assert shop.provider.charge(charge) == ChargeReport(state=ChargeState.ABSENT)
    assert intents(shop) == []


def test_an_error_of_stripes_own_that_is_kept_under_the_key_does_not_hide_the_charge(
    shop: MethodShop,
):
    """CONTRACTS 1.6: a 500 is replayed for a day; the list says what there is."""
    charge = a_charge(shop.provider, stored(shop).token)
    shop.simulator.configure_chaos(
        {"api": [{"do": "server_error", "match": "POST */payment_intents"}]}
    )
    with pytest.raises(ProviderUnavailableError):
        shop.provider.charge(charge)

    with pytest.raises(ProviderUnavailableError):
        shop.provider.ask_charge(charge)
    shop.clock.advance(hours=25)

    assert shop.provider.ask_charge(charge) == ChargeReport(state=ChargeState.ABSENT)


def test_money_that_is_not_what_was_asked_is_read_as_it_is(shop: MethodShop):
    """REG-3: to be held by whoever compares."""
    charge = a_charge(shop.provider, stored(shop).token)
    shop.simulator.configure_chaos({"capture": {"amount_minor": 11_849}})

    assert paid(shop.provider.charge(charge)).amount == Money(11_849, "EUR")
