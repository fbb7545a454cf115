"""What no rule decides: each alarm names registration, payment, and commands that exist (REG-3)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import chdir
from pathlib import Path

import pytest

from guichet.cli import main
from guichet.entry.relaying import ALARMS, Alarm
from guichet.payments.payment import Payment
from tests.support.money_back import sold
from tests.support.organizing import cancel, manager
from tests.support.road import CALLS, Road, alarms, known, lost, return_of, time_passes
from tests.support.world import PAYPAL_MERCHANT, STRIPE_ACCOUNT


def mismatched(road: Road) -> Payment:
    payment = road.start(road.world.register(road.world.training()))
    road.disturb(capture={"amount_minor": 1, "times": 1})
    road.pay(payment)
    road.world.settle_down()
    return payment


def unknown(road: Road) -> Payment:
    """PayPal alone: Stripe's money moves without a call of ours."""
    registration = road.world.register(road.world.training())
    payment = road.start(registration)
    road.pay(payment)
    road.hear_nothing()
    road.disturb(lost("POST /v2/checkout/orders/*/capture", "lost_before"))
    road.come_back(registration)
    time_passes(road.world, hours=2)
    return payment


def parked(road: Road) -> Payment:
    payment = road.pending(road.world.register(road.world.training()))
    if road.provider == "stripe":
        road.world.stripe.deauthorize(STRIPE_ACCOUNT)
    else:
        road.world.paypal.revoke_consent(PAYPAL_MERCHANT)
    time_passes(road.world, hours=3)
    return payment


def returning(road: Road) -> Payment:
    world = road.world
    registration = world.register(world.training())
    payment = road.pending(registration)
    cancel(world, registration, manager(world))
    road.bank_decides(payment, settles=True)
    return payment


def return_failed(road: Road) -> Payment:
    payment = returning(road)
    road.world.settle_down()
    road.settle_refund(return_of(road.world, payment), fails=True)
    road.world.settle_down()
    return payment


def return_unknown(road: Road) -> Payment:
    payment = returning(road)
    road.disturb(lost(CALLS[road.provider]["refund"], "lost_before"))
    time_passes(road.world, hours=2)
    return payment


def disputed(road: Road) -> Payment:
    sale = sold(road)
    sale.dispute()
    road.world.settle_down()
    return sale.payment


def returned_twice(road: Road) -> Payment:
    """A refund here, and a lost dispute about all of it."""
    sale = sold(road)
    sale.refund(6000)
    sale.lose(sale.dispute(12_000))
    road.world.settle_down()
    return sale.payment


HOW: dict[str, Callable[[Road], Payment]] = {
    "payment.mismatched": mismatched,
    "payment.parked": parked,
    "payment.unknown_for_long": unknown,
    "refund.failed": return_failed,
    "refund.exceeds_captured": returned_twice,
    "dispute.opened": disputed,
    "refund.unknown_for_long": return_unknown,
}
# In tests/unit/billing_astray, …/subscriptions, …/usage, …/collection and …/invoices.
BILLING_S_OWN = (
    "cart_payment.",
    "subscription.",
    "usage.",
    "payment_method.",
    "invoice_payment.",
    "own_refund.",
    "invoice.",
)
PAYPAL_ALONE = {"payment.unknown_for_long"}
STRIPE_ALONE = {"refund.exceeds_captured"}  # PayPal's disputes are about what is left


def test_each_alarm_is_raised_somewhere_here_reg_3() -> None:
    of_books = {"reconciliation.found"}  # raised in tests/unit/reconciliation
    of_billing = {each for each in ALARMS if each.startswith(BILLING_S_OWN)}

    assert set(HOW) | of_books | of_billing == set(ALARMS)


@pytest.mark.parametrize("reason", sorted(HOW))
def test_an_alarm_names_what_it_is_about_and_commands_that_are_understood_reg_3(
    reason: str,
    road: Road,
    tmp_path: Path,
) -> None:
    if road.provider == "stripe" and reason in PAYPAL_ALONE:
        road = Road(road.world, "paypal")
    if road.provider == "paypal" and reason in STRIPE_ALONE:
        road = Road(road.world, "stripe")

    payment = HOW[reason](road)

    raised = alarms(road.world)
    assert {each.reason for each in raised} == {reason}
    assert road.world.alarms == [reason] * len(raised)
    for alarm in raised:
        assert alarm.facts["registration_id"] == payment.registration_id
        assert alarm.facts["payment_id"] == payment.payment_id
    with chdir(tmp_path):  # where no stack runs: a command that is understood says just that
        assert {main(command) for command in _commands(raised[0])} == {1}


@pytest.mark.parametrize("reason", ["payment.mismatched", "payment.parked"])
def test_an_alarm_that_asks_for_a_decision_is_raised_once_reg_3(reason: str, road: Road) -> None:
    payment = HOW[reason](road)

    time_passes(road.world, hours=96, minutes_each=720)

    assert road.world.alarms == [reason]
    assert known(road.world, payment).is_final


def _commands(alarm: Alarm) -> list[list[str]]:
    """Each command as it would be typed, one for each decision that it offers."""
    typed: list[list[str]] = []
    for command in alarm.commands:
        program, *words = command.split()
        assert program == "guichet"
        typed += [[*words[:-1], choice] for choice in words[-1].split("|")]
    return typed
