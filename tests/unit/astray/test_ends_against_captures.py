"""A page is ended while the buyer agrees on it: what was asked before a capture ends no capture (REG-8)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, cast

import pytest

from guichet.adapters.dynamo.seam import Dynamo, Operation
from guichet.adapters.http import Http, HttpRequest, HttpResponse
from guichet.errors import Refusal, Unavailable
from guichet.payments.payment import PaymentStatus
from guichet.registration.registration import Registration, RegistrationStatus
from guichet.registration.training import Training
from guichet.registration.use_cases.cancel_registration import (
    CancelRegistration,
    cancel_registration,
)
from tests.support.organizing import close
from tests.support.road import Road, known, lost, others_take, time_passes
from tests.support.world import ACCOUNT, REGISTRANT, World

R, P = RegistrationStatus, PaymentStatus
CAPTURE = "POST /v2/checkout/orders/*/capture"


class Killed(BaseException):
    """The worker dies: nothing catches it."""


@dataclass
class DyingOnceCaptured:
    """An `Http` whose worker dies when PayPal has taken the money, before it hears so."""

    inner: Http

    def send(self, request: HttpRequest) -> HttpResponse:
        answer = self.inner.send(request)
        if request.url.endswith("/capture"):
            raise Killed
        return answer


@dataclass
class Overtaken:
    """An `Http` on which others act after the first question was answered, before that is read."""

    inner: Http
    meanwhile: Callable[[], None]
    overtaken: bool = False

    def send(self, request: HttpRequest) -> HttpResponse:
        answer = self.inner.send(request)
        if request.method == "GET" and not self.overtaken:
            self.overtaken = True
            self.meanwhile()
        return answer


def cancel_slowly(world: World, registration: Registration, meanwhile: Callable[[], None]) -> None:
    slow = world.container(http=Overtaken(world.http, meanwhile))
    command = CancelRegistration(registration.registration_id, None, None, None, REGISTRANT)
    with suppress(Refusal):
        cancel_registration(command, settling=slow.settling)


@pytest.mark.parametrize("dies", [False, True])
def test_a_cancellation_overtaken_by_a_capture_leaves_no_money_behind_reg_8(
    dies: bool,  # noqa: FBT001 - the case
    world: World,
) -> None:
    """No webhook arrives: what keeps the capture from being forgotten is our own record."""
    road = Road(world, "paypal")
    training = world.training(capacity=1)
    registration = world.register(training)
    road.hear_nothing()
    payment = road.start(registration)

    def buyer_comes_back() -> None:
        road.pay(payment)
        parts = world.container(http=DyingOnceCaptured(world.http) if dies else world.http)
        with suppress(Killed):
            world.come_back(registration, parts)

    cancel_slowly(world, registration, buyer_comes_back)
    time_passes(world, hours=1, minutes_each=10)

    assert road.taken() == 1
    assert known(world, payment).status is P.CAPTURED
    assert world.read(registration).status is R.CONFIRMED
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


def by_closing(world: World, training: Training) -> None:
    close(world, training)


def by_unlinking(world: World, training: Training) -> None:
    del training
    account = world.parts.people.payment_account(ACCOUNT, "paypal")
    assert account is not None
    unlinked = replace(account.unlinked(now=world.clock.now()), version=account.version + 1)
    world.parts.people.save_payment_account(world.cause("unlink"), account, unlinked)


@pytest.mark.parametrize("act", [by_closing, by_unlinking])
def test_a_sweep_overtaken_by_a_declined_capture_ends_the_page_all_the_same_reg_8(
    act: Callable[[World, Training], None], world: World
) -> None:
    """Declined, the page is open again, and would be captured with another instrument."""
    road = Road(world, "paypal")
    training = world.training()
    registration = world.register(training)
    road.hear_nothing()
    payment = road.start(registration)
    act(world, training)
    world.clock.advance(minutes=10)

    def buyer_is_declined() -> None:
        assert payment.session_id is not None
        world.paypal.approve(payment.session_id, "declined")
        world.come_back(registration)

    world.upkeep(world.container(http=Overtaken(world.http, buyer_is_declined)))

    assert known(world, payment).status is P.ABANDONED
    assert world.read(registration).open_payment_id is None


@dataclass
class LosingOnce:
    """A `Dynamo` on which others write just before its first transaction."""

    inner: Dynamo
    meanwhile: Callable[[], object]
    lost: bool = False

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any other call
        return getattr(self.inner, name)

    def transact_write(self, operations: Sequence[Operation]) -> None:
        if not self.lost:
            self.lost = True
            self.meanwhile()
        self.inner.transact_write(operations)


def test_a_payment_is_written_although_the_newer_page_moves_while_it_is_ended_bad_1(
    world: World,
) -> None:
    """The card is charged while a browser takes the newer page over from a worker that died."""
    card, wallet = Road(world, "stripe"), Road(world, "paypal")
    training = world.training()
    registration = world.register(training)
    paid = card.start(registration)
    with suppress(Unavailable):
        wallet.disturb({"do": "lost_before", "match": "POST /v2/checkout/orders", "times": 3})
        wallet.start(registration, "pay-2")
    card.pay_ended(paid)
    store = LosingOnce(world.dynamo, lambda: wallet.start(registration, "pay-2"))

    world.container(cast("Dynamo", store)).settling.ask(paid.payment_id, world.cause("settle"))
    world.settle_down()

    assert world.read(registration).paid_payment_id == paid.payment_id
    assert world.read(registration).status is R.CONFIRMED
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


@dataclass
class CapturingWhileOthersLook:
    """An `Http` on which others act just before a capture is sent; then its worker dies."""

    inner: Http
    meanwhile: Callable[[], None]

    def send(self, request: HttpRequest) -> HttpResponse:
        if not request.url.endswith("/capture"):
            return self.inner.send(request)
        self.meanwhile()
        self.inner.send(request)
        raise Killed


def test_an_intent_that_is_carried_out_again_is_ended_by_nobody_meanwhile_reg_8(
    world: World,
) -> None:
    """Late, its first capture lost on the way there: the seat goes while the second is sent."""
    road = Road(world, "paypal")
    training = world.training(capacity=1)
    registration = world.register(training)
    payment = road.start(registration)
    road.hear_nothing()
    time_passes(world, hours=1)
    road.pay(payment)
    road.disturb(lost(CAPTURE, "lost_before", 3), webhooks={"drop": -1})
    road.come_back(registration)
    world.clock.advance(minutes=1)

    def others_look() -> None:
        others_take(world, training)
        with suppress(Unavailable):
            world.parts.settling.ask(payment.payment_id, world.cause("upkeep"))

    parts = world.container(http=CapturingWhileOthersLook(world.http, others_look))
    with suppress(Killed):
        parts.settling.ask(payment.payment_id, world.cause("settle"))
    time_passes(world, hours=2, minutes_each=10)

    assert (road.taken(), road.returned()) == (1, 1)
    assert world.read(registration).status is R.EXPIRED
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


@dataclass
class StaleThenRefused:
    """An `Http` by which PayPal still shows the order as approved, and refuses to capture it."""

    inner: Http

    def send(self, request: HttpRequest) -> HttpResponse:
        if request.url.endswith("/capture"):
            refusal = {"name": "NOT_AUTHORIZED", "details": [{"issue": "PERMISSION_DENIED"}]}
            return HttpResponse(403, {}, json.dumps(refusal).encode())
        answer = self.inner.send(request)
        if request.method != "GET" or "/v2/checkout/orders/" not in request.url:
            return answer
        order = json.loads(answer.body)
        order["status"] = "APPROVED"
        for unit in order["purchase_units"]:
            unit.pop("payments", None)
        return replace(answer, body=json.dumps(order).encode())


def test_a_refusal_says_nothing_of_a_capture_whose_worker_died_reg_8(world: World) -> None:
    registration = world.register(world.training())
    payment = world.start(registration, method="paypal")
    assert payment.session_id is not None
    world.paypal.configure_chaos({"webhooks": {"drop": -1}})
    world.paypal.approve(payment.session_id)
    with pytest.raises(Killed):
        world.come_back(registration, world.container(http=DyingOnceCaptured(world.http)))

    world.clock.advance(minutes=1)
    with pytest.raises(Unavailable):
        world.come_back(registration, world.container(http=StaleThenRefused(world.http)))
    doubted = world.read(registration).status
    world.clock.advance(minutes=10)
    world.settle_down()

    assert doubted is R.PROCESSING
    assert world.read(registration).status is R.CONFIRMED
    assert len(world.paypal.captures()) == 1
    world.assert_books_equal_the_providers()
