"""Buyers, deliveries and double clicks that meet: each thing happens once (REG-4, REG-10, EXT-2)."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Final

import pytest

from guichet.adapters.dynamo import keys
from guichet.entry.work import settle_message
from guichet.payments.payment import Payment, PaymentStatus
from guichet.registration.registration import Registration, RegistrationStatus
from guichet.registration.training import Training
from local.simulators.stripe.shapes import PendingWebhook
from tests.races.conftest import ROUNDS, at_once
from tests.support.world import World

_BUYERS: Final = 100
_SEATS: Final = 2
_WEBHOOKS: Final = 200
_COPIES: Final = 6
_CLICKS: Final = 8
_PARTS: Final = 4  # so that workers share the rounds


def rounds(part: int, *, of: int = ROUNDS) -> range:
    return range(part, of, _PARTS)


@pytest.mark.parametrize("part", range(_PARTS))
def test_two_seats_and_a_hundred_buyers_make_two_registrations_reg_4(
    world: World, part: int
) -> None:
    for _ in rounds(part):
        training = world.training(capacity=_SEATS)

        answers = at_once(
            [partial(world.register, training, f"buyer-{n}@example.org") for n in range(_BUYERS)]
        )

        codes = Counter(each for each in answers if isinstance(each, str))
        assert codes == {"training_full": _BUYERS - _SEATS}
        world.assert_seats_match(training)
        assert world.parts.records.seats(training.training_id).taken == _SEATS
        assert _locks(world, training.training_id) == _SEATS


def _locks(world: World, training_id: str) -> int:
    """Addresses that may not register again."""
    assert world.store is not None
    partition = keys.training(training_id).pk
    return len(world.store.query("state", partition, prefix="EMAIL#", limit=1000).items)


@pytest.mark.parametrize("part", range(_PARTS))
def test_each_of_200_webhooks_delivered_six_times_at_once_has_one_effect_ext_2_bad_2(
    world: World, part: int
) -> None:
    training = world.training(capacity=None)
    registrations = [_paid(world, training, n) for n in range(part, _WEBHOOKS, _PARTS)]
    completed = [each for each in world.stripe.take_webhooks() if _is_completion(world, each)]
    assert len(completed) == len(registrations)

    for webhook in completed:
        at_once([partial(_deliver, world, webhook)] * _COPIES)

    for registration in registrations:
        assert world.read(registration).status is RegistrationStatus.CONFIRMED
        assert world.payment(registration).status is PaymentStatus.CAPTURED
    confirmed = Counter(
        entry.aggregate
        for entry in world.journal()
        for event in entry.events
        if event.name == "registration.confirmed"
    )
    assert confirmed == {f"registration/{each.registration_id}": 1 for each in registrations}
    world.assert_books_equal_the_providers()
    assert [_due(world, kind) for kind in ("event", "payment", "refund", "hold")] == [0, 0, 0, 0]


def _paid(world: World, training: Training, n: int) -> Registration:
    registration = world.register(training, f"buyer-{n}@example.org")
    payment = world.start(registration)
    assert payment.session_id is not None
    world.stripe.pay(payment.session_id)
    return registration


def _is_completion(world: World, webhook: PendingWebhook) -> bool:
    kind: str = world.stripe.find(webhook.event_id)["type"]
    return kind == "checkout.session.completed"


def _deliver(world: World, webhook: PendingWebhook) -> None:
    """One copy, and the message that its journal entry becomes."""
    parts = world.parts
    assert world.post_webhook(webhook.headers, webhook.body, parts)["statusCode"] == 200
    message = {"do": "event", "provider": "stripe", "event_id": webhook.event_id}
    assert settle_message(message, parts)


def _due(world: World, kind: str) -> int:
    assert world.store is not None
    return len(world.store.query("state", keys.due(kind), index="due", limit=1000).items)


@pytest.mark.parametrize("part", range(_PARTS))
def test_a_double_click_makes_one_registration_and_one_session_reg_10(
    world: World, part: int
) -> None:
    for n in rounds(part, of=ROUNDS // 4):
        training, email = world.training(), f"buyer-{n}@example.org"

        answers = at_once([partial(world.register, training, email)] * _CLICKS)

        registrations = {each.registration_id for each in answers if isinstance(each, Registration)}
        assert len(registrations) == 1
        assert not any(isinstance(each, str) for each in answers)
        world.assert_seats_match(training)
        _assert_one_session(world, answers[0], ["pay-1"] * _CLICKS)


@pytest.mark.parametrize("part", range(_PARTS))
def test_two_windows_that_pay_at_once_have_one_open_attempt_reg_10(world: World, part: int) -> None:
    for n in rounds(part, of=ROUNDS // 4):
        registration = world.register(world.training(), f"buyer-{n}@example.org")

        _assert_one_session(world, registration, [f"pay-{key}" for key in range(_CLICKS)])


def _assert_one_session(
    world: World, registration: Registration | str, keys_of_clicks: list[str]
) -> None:
    assert isinstance(registration, Registration)
    before = len(world.stripe.find_all("checkout.session"))

    answers = at_once([partial(world.start, registration, key) for key in keys_of_clicks])

    pages = {each.redirect_url for each in answers if isinstance(each, Payment)}
    assert len(pages) == 1
    assert {each for each in answers if isinstance(each, str)} <= {"payment_in_flight"}
    assert len(world.stripe.find_all("checkout.session")) == before + 1
    assert world.start(registration, keys_of_clicks[0]).redirect_url in pages


@pytest.mark.parametrize("part", range(_PARTS))
def test_windows_at_both_providers_at_once_have_one_open_attempt_reg_10_bad_1(
    world: World, part: int
) -> None:
    """Each ends the page of the one before; at Stripe it is expired, at PayPal it is only our own."""
    world.link_paypal()
    for n in rounds(part, of=ROUNDS // 4):
        training = world.training()
        registration = world.register(training, f"buyer-{n}@example.org")
        methods = ["stripe", "paypal"] * (_CLICKS // 2)

        answers = at_once(
            [
                partial(world.start, registration, f"pay-{key}", method=method)
                for key, method in enumerate(methods)
            ]
        )

        attempts = {each.payment_id for each in answers if isinstance(each, Payment)}
        assert attempts
        stored = [world.parts.records.payment(each) for each in attempts]
        still_open = {p.payment_id for p in stored if p and p.status is PaymentStatus.OPEN}
        assert still_open == {world.read(registration).open_payment_id}
        assert {p.payment_id for p in stored if p and _is_open_at_stripe(world, p)} <= still_open
        world.assert_seats_match(training)


def _is_open_at_stripe(world: World, payment: Payment) -> bool:
    if payment.provider != "stripe" or payment.session_id is None:
        return False
    status: str = world.stripe.find(payment.session_id)["status"]
    return status == "open"
