"""A cart paid by Stripe's page into the operator's own account: no account named, no fee taken."""

from dataclasses import replace

import pytest

from guichet.adapters.http import HttpRequest
from guichet.adapters.stripe.amounts import CURRENCIES
from guichet.adapters.stripe.webhooks import parse_event, read_hint
from guichet.languages import LANGUAGES
from guichet.money import Money
from guichet.payments.attempt import Attempt, CaptureMethod, PaymentStatus
from guichet.payments.ports import Hint, ProviderRefusedError, SessionReport, SessionState
from guichet.registration.provider_event import ProviderEvent
from local.simulators.stripe import StripeSimulator, forms
from local.simulators.stripe.errors import BuyerRefusedError
from local.simulators.stripe.in_process import SimulatorHttp
from tests.support.own_account import CART_TEXTS, a_cart_payment, with_page
from tests.support.provider_specs import StripeSchema
from tests.support.stripe import STARTED_AT, RecordedHttp, Shop, a_payment, captured, provider_on
from tests.support.stripe_calls import ORGANIZER, MovableClock


@pytest.fixture(scope="module")
def sent() -> list[HttpRequest]:
    """Everything that a cart's payment can send, in each currency and language."""
    simulator = StripeSimulator(MovableClock())
    http = RecordedHttp(SimulatorHttp(simulator))
    provider = provider_on(http)
    for currency in sorted(CURRENCIES):
        for language in LANGUAGES:
            asked = a_cart_payment(
                provider,
                "stripe",
                payment_id=f"cpy_{currency}_{language}",
                amount=Money(11_800, currency),
                texts=replace(CART_TEXTS, language=language),
            )
            payment, session_id = with_page(provider, asked)
            if language == "en":
                provider.end_session(payment)
            else:
                simulator.pay(session_id)
                provider.ask(payment)
    return http.sent


def test_each_request_is_as_stripe_publishes_it(sent: list[HttpRequest], schema: StripeSchema):
    """EXT-2: unknown parameters are forbidden, listed values are the only ones."""
    assert {fault for request in sent for fault in schema.faults(request)} == set()
    assert {schema.route(each) for each in sent} == {
        "POST /v1/checkout/sessions",
        "GET /v1/checkout/sessions/{session}",
        "POST /v1/checkout/sessions/{session}/expire",
    }


def test_no_request_names_an_account_or_takes_a_fee(sent: list[HttpRequest]):
    """CONTRACTS 1.4: Stripe refuses a fee of what goes into the caller's own account."""
    assert {each.headers.get("Stripe-Account") for each in sent} == {None}
    assert not [each for each in sent if b"application_fee" in each.body]


@pytest.mark.parametrize(
    ("amount", "unit_amount", "methods"),
    [
        pytest.param(Money(11_800, "JPY"), "11800", ["card"], id="yen have no decimals"),
        pytest.param(Money(11_850, "CHF"), "11850", ["card"], id="francs, by card alone"),
        pytest.param(Money(11_850, "EUR"), "11850", ["card", "sepa_debit"], id="euros"),
        pytest.param(Money(11_850, "USD"), "11850", ["card", "us_bank_account"], id="dollars"),
    ],
)
def test_the_page_is_asked_for_by_the_cart(amount: Money, unit_amount: str, methods: list[str]):
    """MON-2, SUB-5: what is sold, in whichever billing currency."""
    provider = provider_on(SimulatorHttp(StripeSimulator(MovableClock())))

    form = forms.decode(a_cart_payment(provider, "stripe", amount=amount).request_body.encode())

    ours = {"payment_id": "cpy_1", "cart_id": "crt_1"}
    (price,) = (each["price_data"] for each in form["line_items"])
    assert form["client_reference_id"] == "crt_1"
    assert form["metadata"] == form["payment_intent_data"]["metadata"] == ours
    assert price["product_data"] == {"name": "Webinar Pro, 5 seats"}
    assert (price["unit_amount"], price["currency"]) == (unit_amount, amount.currency.lower())
    assert form["allowed_payment_method_types"] == methods


@pytest.mark.parametrize("currency", ["AUD", "CAD", "CHF", "EUR", "GBP", "JPY", "USD"])
def test_what_a_customer_pays_is_the_operators_own(shop: Shop, currency: str):
    """MON-2, FEE-3: the whole amount, less what Stripe keeps and tells us."""
    asked = a_cart_payment(shop.provider, "stripe", amount=Money(11_800, currency))
    payment, session_id = with_page(shop.provider, asked)

    shop.simulator.pay(session_id)
    capture = captured(shop.provider.ask(payment))

    assert payment.mismatches(capture) == ()
    assert payment.captured(capture).status is PaymentStatus.CAPTURED
    assert (capture.amount, capture.provider_fee) == (
        Money(11_800, currency),
        Money(372, currency),
    )
    assert (capture.platform_fee, capture.platform_fee_id) == (Money(0, currency), None)
    books = shop.simulator.books()
    assert books["own"][currency]["customer_paid"] == 11_800
    assert books["own"][currency]["provider_balance"] == 11_800 - 372
    assert (books["accounts"], books["platform"]) == ({}, {})


def test_money_that_is_not_what_was_asked_is_held(shop: Shop):
    """REG-3 holds for carts too."""
    payment, session_id = with_page(shop.provider, a_cart_payment(shop.provider, "stripe"))
    shop.simulator.configure_chaos({"capture": {"amount_minor": 11_799}})

    shop.simulator.pay(session_id)

    capture = captured(shop.provider.ask(payment))
    assert payment.mismatches(capture) == ("amount",)


def test_an_ended_page_takes_no_money_any_more(shop: Shop):
    """BAD-16: it is expired at Stripe itself."""
    payment, session_id = with_page(shop.provider, a_cart_payment(shop.provider, "stripe"))

    assert shop.provider.end_session(payment) == SessionReport(SessionState.ENDED)
    with pytest.raises(BuyerRefusedError):
        shop.simulator.pay(session_id)


def test_a_page_that_waits_for_the_bank_is_neither_paid_nor_over(shop: Shop):
    """COL-4, BAD-10: an authentication that nobody answers leaves the page open."""
    payment, session_id = with_page(shop.provider, a_cart_payment(shop.provider, "stripe"))

    shop.simulator.pay(session_id, "3ds")
    waiting = shop.provider.ask(payment)
    shop.simulator.authenticate(session_id, success=True)

    assert waiting == SessionReport(SessionState.UNPAID)
    assert captured(shop.provider.ask(payment)).method is CaptureMethod.CARD


def test_a_debit_is_processing_until_its_bank_settles_it(shop: Shop):
    asked = a_cart_payment(shop.provider, "stripe", amount=Money(11_800, "EUR"))
    payment, session_id = with_page(shop.provider, asked)

    shop.simulator.start_bank_debit(session_id)
    waiting = shop.provider.ask(payment)
    shop.simulator.settle_bank_debit(session_id)

    assert waiting == SessionReport(SessionState.PROCESSING)
    assert captured(shop.provider.ask(payment)).method is CaptureMethod.BANK_DEBIT


def test_the_same_bytes_open_the_same_page(shop: Shop):
    """BAD-11: a repeat after a lost answer is the first page again."""
    payment = a_cart_payment(shop.provider, "stripe")

    assert shop.provider.open_session(payment) == shop.provider.open_session(payment)
    assert len(shop.simulator.find_all("checkout.session")) == 1


def test_the_operators_page_is_not_an_organizers(shop: Shop):
    """ACC-2: each object is looked for on the account that it belongs to, either way."""
    own, _ = with_page(shop.provider, a_cart_payment(shop.provider, "stripe"))
    theirs: Attempt = a_payment(shop.provider, payee=ORGANIZER)
    for payment in (
        replace(theirs, session_id=own.session_id),
        replace(own, session_id=shop.provider.open_session(theirs).session_id),
    ):
        with pytest.raises(ProviderRefusedError) as refused:
            shop.provider.ask(payment)
        assert refused.value.code == "missing_at_provider"


def hints_of(shop: Shop, account: str | None = None) -> dict[str, Hint]:
    """What the webhooks that are due hint at, as they come or as another account's."""
    shop.clock.advance(seconds=1)
    found = {}
    for each in shop.simulator.take_webhooks():
        event = parse_event(each.body)
        stored = ProviderEvent(
            "stripe",
            event.event_id,
            event.kind,
            event.account if account is None else account,
            each.body.decode(),
            STARTED_AT,
        )
        found[event.kind] = read_hint(stored)
    return found


def test_each_event_of_a_cart_hints_at_its_payment(shop: Shop):
    """EXT-2: of the operator's own account, so none of them names an account."""
    _, session_id = with_page(shop.provider, a_cart_payment(shop.provider, "stripe"))
    shop.simulator.pay(session_id)

    assert hints_of(shop) == dict.fromkeys(
        ("charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"),
        Hint(cart_payment_id="cpy_1"),
    )


def test_an_organizers_event_never_hints_at_a_cart(shop: Shop):
    """EXT-2: an organizer can write any metadata, and is not the operator."""
    _, session_id = with_page(shop.provider, a_cart_payment(shop.provider, "stripe"))
    shop.simulator.pay(session_id)

    assert set(hints_of(shop, ORGANIZER).values()) == {Hint()}
