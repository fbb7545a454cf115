"""Something else is captured than was asked: in the books as it came, and a person decides (REG-3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from guichet.adapters.http import Http, HttpRequest, HttpResponse
from guichet.events import Actor, ActorKind
from guichet.payments.payment import PaymentStatus
from guichet.registration.registration import RegistrationStatus
from guichet.registration.use_cases.resolve_payment import (
    Resolution,
    ResolvePayment,
    resolve_payment,
)
from tests.support.road import (
    CALLS,
    Altered,
    Road,
    alarms,
    assert_alarm_names,
    known,
    return_of,
    time_passes,
)
from tests.support.samples import usd
from tests.support.world import PAYPAL_MERCHANT, STRIPE_ACCOUNT, World

R, P = RegistrationStatus, PaymentStatus
ADA, OFFICE = "ada@example.org", "office@atelier.example"
STAFF = Actor(ActorKind.OPERATOR, "sam", "command line")

type Alteration = Callable[[Any], object]


def of_capture(alter: Callable[[Any], object]) -> Alteration:
    """What of PayPal's order says what was captured, and of what."""

    def act(order: Any) -> None:  # noqa: ANN401 - any JSON
        (unit,) = order["purchase_units"]
        for capture in unit.get("payments", {}).get("captures", []):
            alter(capture)
        alter(unit)

    return act


def of_intent(alter: Callable[[Any], object]) -> Alteration:
    """What of Stripe's session says what was paid, and for what."""

    def act(session: Any) -> None:  # noqa: ANN401 - any JSON
        intent = session.get("payment_intent")
        if intent is not None:
            alter(intent)

    return act


def another_reference(found: Any) -> None:  # noqa: ANN401 - any JSON
    if "metadata" in found:
        found["metadata"]["payment_id"] = "pay_other"
    found["custom_id"] = "pay_other"


def another_payee(found: Any) -> None:  # noqa: ANN401 - any JSON
    if "payee" in found:
        found["payee"]["merchant_id"] = "SOMEBODYELSE2"


@pytest.mark.parametrize(
    ("captured", "difference"),
    [
        pytest.param({"amount_minor": 11999}, "amount", id="a cent too few"),
        pytest.param({"amount_minor": 12001}, "amount", id="a cent too many"),
        pytest.param({"currency": "EUR"}, "currency", id="another currency"),
    ],
)
def test_another_amount_or_currency_confirms_nothing_and_alarms_reg_3(
    captured: dict[str, object], difference: str, world: World, road: Road
) -> None:
    training = world.training(capacity=1)
    registration = world.register(training)
    payment = road.start(registration)
    road.disturb(capture={**captured, "times": 1})
    road.pay(payment)
    world.settle_down()

    time_passes(world, hours=72, minutes_each=12 * 60)

    assert world.read(registration).status is R.PROCESSING
    assert known(world, payment).status is P.MISMATCHED
    (alarm,) = alarms(world)
    assert_alarm_names(alarm, payment, "accept", "return")
    assert alarm.facts["differences"] == difference
    assert world.mails(ADA) == ["received"]
    assert world.mails(OFFICE) == ["organizer_payment_mismatched"]
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


@pytest.mark.parametrize("resolution", [Resolution.ACCEPT, Resolution.RETURN])
@pytest.mark.parametrize("captured", [{"amount_minor": 11999}, {"currency": "EUR"}])
def test_a_person_accepts_or_returns_it_and_the_books_are_right_reg_3(
    captured: dict[str, object], resolution: Resolution, world: World, road: Road
) -> None:
    training = world.training(capacity=1)
    registration = world.register(training)
    payment = road.start(registration)
    road.disturb(capture={**captured, "times": 1})
    road.pay(payment)
    world.settle_down()

    resolve_payment(
        ResolvePayment(payment.payment_id, resolution, None, STAFF), settling=world.parts.settling
    )
    world.settle_down()

    returned = resolution is Resolution.RETURN
    ends = R.AWAITING_PAYMENT if returned else R.CONFIRMED
    assert world.read(registration).status is ends
    assert world.mails(ADA) == ["received", "money_returned" if returned else "confirmed"]
    assert (road.taken(), road.returned()) == (1, int(returned))
    if returned:
        assert return_of(world, payment).is_finished
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


@pytest.mark.parametrize(
    ("provider", "alter", "difference"),
    [
        pytest.param("stripe", of_intent(another_reference), "reference", id="stripe reference"),
        pytest.param("paypal", of_capture(another_reference), "reference", id="paypal reference"),
        pytest.param("paypal", of_capture(another_payee), "payee", id="paypal payee"),
    ],
)
def test_a_capture_of_another_payment_or_account_confirms_nothing_and_alarms_reg_3(
    provider: str, alter: Alteration, difference: str, world: World
) -> None:
    road = Road(world, provider)
    registration = world.register(world.training())
    payment = road.start(registration)
    road.pay(payment)
    pattern = "*/capture" if provider == "paypal" else CALLS["stripe"]["ask"]
    other = Altered(world.http, pattern, alter)
    world.parts = world.container(http=other)

    world.settle_down()

    assert other.seen
    assert world.read(registration).status is R.PROCESSING
    (alarm,) = alarms(world)
    assert alarm.facts["differences"] == difference
    assert_alarm_names(alarm, payment, "accept", "return")
    assert world.mails(OFFICE) == ["organizer_payment_mismatched"]
    world.assert_books_equal_the_providers()


@dataclass
class Elsewhere:
    """An `Http` on which Stripe answers for another account than it was asked about."""

    inner: Http

    def send(self, request: HttpRequest) -> HttpResponse:
        answer = self.inner.send(request)
        if "/v1/checkout/sessions" not in request.url or request.method != "GET":
            return answer
        return replace(answer, headers={**answer.headers, "stripe-account": "acct_other"})


def test_a_payment_to_another_stripe_account_confirms_nothing_and_alarms_reg_3(
    world: World,
) -> None:
    road = Road(world, "stripe")
    registration = world.register(world.training())
    payment = road.start(registration)
    road.pay(payment)
    world.parts = world.container(http=Elsewhere(world.http))

    world.settle_down()

    assert world.read(registration).status is R.PROCESSING
    (alarm,) = alarms(world)
    assert alarm.facts["differences"] == "payee"
    assert_alarm_names(alarm, payment, "accept", "return")
    assert payment.payee == STRIPE_ACCOUNT


def another_amount(found: Any) -> None:  # noqa: ANN401 - any JSON
    found["amount"]["value"] = "1.00"


@pytest.mark.parametrize(
    "alter",
    [
        pytest.param(of_capture(another_amount), id="amount"),
        pytest.param(of_capture(another_payee), id="payee"),
        pytest.param(of_capture(another_reference), id="reference"),
    ],
)
def test_an_approved_order_that_differs_is_never_captured_reg_3(
    alter: Alteration, world: World
) -> None:
    road = Road(world, "paypal")
    training = world.training(capacity=1)
    registration = world.register(training)
    payment = road.start(registration)
    road.pay(payment)
    world.parts = world.container(http=Altered(world.http, CALLS["paypal"]["ask"], alter))
    road.come_back(registration)

    time_passes(world, hours=8)

    assert world.paypal.captures() == []
    assert known(world, payment).status is P.ABANDONED
    assert world.read(registration).status is R.EXPIRED
    assert world.mails(ADA) == ["received", "expired"]
    assert world.books() == {}
    world.assert_seats_match(training)


def test_what_the_buyer_pays_in_their_own_currency_stays_in_the_trainings_reg_9(
    world: World,
) -> None:
    """Stripe tells what its page showed; that is for the eye, and nothing of ours follows it."""
    road = Road(world, "stripe")
    registration = world.register(world.training())
    payment = road.start(registration)
    road.pay(payment)

    def shown_in_euros(session: Any) -> None:  # noqa: ANN401 - any JSON
        session["presentment_details"] = {
            "presentment_amount": 10350,
            "presentment_currency": "eur",
        }

    shown = Altered(world.http, CALLS["stripe"]["ask"], shown_in_euros)
    world.parts = world.container(http=shown)
    world.settle_down()

    capture = known(world, payment).capture
    assert shown.seen
    assert capture is not None
    assert capture.amount == usd(12000)
    assert world.read(registration).status is R.CONFIRMED
    assert {currency for _, currency in world.books()} == {"USD"}
    world.assert_books_equal_the_providers()


def test_what_paypal_converts_for_the_seller_stays_in_the_trainings_currency_reg_9(
    world: World,
) -> None:
    """A seller whose balance is in euros: PayPal says what it made of it, beside what was captured."""
    road = Road(world, "paypal")
    registration = world.register(world.training())
    payment = road.start(registration)
    road.pay(payment)

    def converted(capture: Any) -> None:  # noqa: ANN401 - any JSON
        if "seller_receivable_breakdown" in capture:
            capture["seller_receivable_breakdown"] |= {
                "receivable_amount": {"currency_code": "EUR", "value": "98.27"},
                "exchange_rate": {
                    "source_currency": "USD",
                    "target_currency": "EUR",
                    "value": "0.86245",
                },
            }

    told = Altered(world.http, "*/capture", of_capture(converted))
    world.parts = world.container(http=told)
    world.settle_down()

    capture = known(world, payment).capture
    assert told.seen
    assert capture is not None
    assert (capture.amount, capture.payee) == (usd(12000), PAYPAL_MERCHANT)
    assert world.read(registration).status is R.CONFIRMED
    assert {currency for _, currency in world.books()} == {"USD"}
    world.assert_books_equal_the_providers()
