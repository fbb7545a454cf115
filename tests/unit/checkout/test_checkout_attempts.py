"""What a registrant's page is told of the newest attempt to pay (REG-2, REG-4, REG-8)."""

from collections.abc import Callable
from typing import Any

from guichet.registration.registration import Registration
from tests.support.gateway import Came
from tests.support.organizing import late_payment, start_debit
from tests.support.world import World

type Call = Callable[..., Came]


def attempt_of(world: World, call: Call, registration: Registration) -> Any:  # noqa: ANN401 - JSON
    token = world.parts.links.token(registration)
    path = f"/v1/public/registrations/{registration.registration_id}"
    shown = call("GET", path, headers={"authorization": f"Bearer {token}"})
    assert shown.status == 200
    return shown.body["attempt"]


def test_before_anything_was_tried_there_is_no_attempt_reg_2(world: World, call: Call) -> None:
    registration = world.register(world.training())

    attempt = attempt_of(world, call, registration)

    assert attempt is None


def test_an_open_page_is_told_with_its_address_reg_10(world: World, call: Call) -> None:
    registration = world.register(world.training())
    payment = world.start(registration)

    attempt = attempt_of(world, call, registration)

    assert attempt == {
        "method": "stripe",
        "status": "open",
        "declined": False,
        "tries": 0,
        "redirect_url": payment.redirect_url,
        "returned": None,
    }


def test_a_denied_debit_is_told_as_declined_reg_8(world: World, call: Call) -> None:
    registration = world.register(world.training())
    session_id = start_debit(world, registration)
    world.stripe.deny_bank_debit(session_id)
    world.settle_down()

    attempt = attempt_of(world, call, registration)

    assert (attempt["status"], attempt["declined"]) == ("failed", True)
    assert attempt["redirect_url"] is None


def test_money_that_went_back_is_told_with_its_reason_reg_4(world: World, call: Call) -> None:
    training = world.training(capacity=1)
    registration = late_payment(world, training, "ada@example.org")
    world.buy(training, "grace@example.org")
    world.settle_down()

    attempt = attempt_of(world, call, registration)

    assert attempt["returned"] == {
        "amount": {"amount_minor": 12000, "currency": "USD"},
        "reason": "late_without_seat",
        "status": "succeeded",
    }


def test_the_attempt_that_paid_is_told_as_the_receipt_alone_reg_13(
    world: World, call: Call
) -> None:
    registration = world.buy(world.training())

    attempt = attempt_of(world, call, registration)

    assert attempt is None
