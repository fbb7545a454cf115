"""How a mail says that money was paid: as the provider took it, and only once that is known (REG-13)."""

from collections.abc import Callable

import pytest

from guichet.adapters.mail.texts import texts
from guichet.registration.training import Approval
from tests.support.organizing import late_payment, manager, mark
from tests.support.world import World

ADA = "ada@example.org"


def paid(world: World, session_id: str) -> None:
    world.stripe.pay(session_id)


def debited(world: World, session_id: str) -> None:
    world.stripe.start_bank_debit(session_id)
    world.stripe.settle_bank_debit(session_id)


def last_mail(world: World, kind: str) -> str:
    """The text of the last mail of a kind."""
    sent = [each for each in world.mailer.taken if each.message_key.endswith(f":{kind}")]
    return sent[-1].mail.text


@pytest.mark.parametrize(
    ("pay", "method"),
    [
        pytest.param(paid, "card", id="card"),
        pytest.param(debited, "direct debit", id="debit"),
    ],
)
def test_a_receipt_says_how_it_was_paid_reg_13(
    pay: Callable[[World, str], object], method: str, world: World
) -> None:
    payment = world.start(world.register(world.training(), ADA))
    assert payment.session_id is not None

    pay(world, payment.session_id)
    world.settle_down()

    assert f"Payment method: {method}" in last_mail(world, "confirmed")


def test_money_that_comes_back_says_how_it_was_paid_whoever_confirmed_reg_13(world: World) -> None:
    registration = late_payment(world, world.training(), ADA)
    mark(world, manager(world), registration)

    world.settle_down()

    assert "Payment method: card" in last_mail(world, "money_returned")


def test_an_organizer_is_told_no_method_before_one_is_chosen_reg_6_reg_13(world: World) -> None:
    world.register(world.training(approval=Approval.MANUAL), ADA)

    world.settle_down()

    told = last_mail(world, "organizer_new_registration")
    assert texts("fr")["label.method"] not in told
