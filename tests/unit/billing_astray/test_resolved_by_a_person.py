"""An order's money that no rule decides about: a person is told, looks it up, and says it (COL-8)."""

from __future__ import annotations

from contextlib import chdir, suppress
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import pytest

from guichet.cli import main
from guichet.entry.relaying import ALARMS, Alarm
from guichet.errors import Unavailable
from guichet.events import Actor, ActorKind
from guichet.invoices.remaining import Wanted
from guichet.payments.attempt import PaymentStatus
from guichet.payments.cart_payment import CartPayment
from guichet.payments.schedule import next_question_at
from guichet.subscriptions import outcome
from guichet.subscriptions.cart import Cart, CartStatus
from guichet.subscriptions.carts import Carts
from guichet.subscriptions.previewing import Plan
from guichet.subscriptions.subscription import SubscriptionStatus
from guichet.subscriptions.use_cases.resolve_cart_payment import (
    ResolveCartPayment,
    Taken,
    resolve_cart_payment,
)
from tests.support.billing import Billing
from tests.support.correcting import credited as credited_by_hand
from tests.support.correcting import invoices_of
from tests.support.given_up_orders import assert_went_back
from tests.support.road import alarms, lost, time_passes
from tests.support.unchanged import nothing_written
from tests.support.verified import assert_verified
from tests.support.world import refusal_of

STAFF = Actor(ActorKind.OPERATOR, "sam", "command line")
FOUND = Taken("CAPTURE1", 177)


def unanswered(billing: Billing, *, hours: int) -> Cart:
    """She agreed at PayPal's, and our capture never got an answer."""
    world = billing.world
    placed = billing.place(billing.preview(billing.webinar()), "paypal").value
    assert placed.payment is not None
    assert placed.payment.session_id is not None
    world.paypal.approve(placed.payment.session_id)
    world.paypal.configure_chaos(
        {
            "api": [lost("POST /v2/checkout/orders/*/capture", "lost_before")],
            "webhooks": {"drop": -1},
        }
    )
    with suppress(Unavailable):
        billing.come_back(placed.cart)
    time_passes(world, hours=hours)
    return billing.cart(placed.cart.cart_id)


def parked(billing: Billing) -> Cart:
    """Longer than PayPal remembers an order."""
    return unanswered(billing, hours=30)


def credited(billing: Billing) -> Cart:
    """Less than was asked for arrived."""
    world = billing.world
    placed = billing.place(billing.preview(billing.webinar())).value
    assert placed.payment is not None
    assert placed.payment.session_id is not None
    world.stripe.configure_chaos({"capture": {"amount_minor": 2_999}})
    world.stripe.pay(placed.payment.session_id)
    world.settle_down()
    return billing.cart(placed.cart.cart_id)


def not_taken(billing: Billing) -> Cart:
    """A page that should have ended is paid after the order was given up."""
    world = billing.world
    placed = billing.place(billing.preview(billing.webinar())).value
    assert placed.payment is not None
    assert placed.payment.session_id is not None
    billing.until(placed.cart.abandon_at.date())
    billing.world.clock.advance(days=1)
    world.settle_down()
    world.stripe.configure_chaos({"pay_expired": 1})
    world.stripe.pay(placed.payment.session_id)
    world.settle_down()
    return billing.cart(placed.cart.cart_id)


class _Broken(Carts):
    """What it is computed from is not as anybody thought."""

    def of_order(self, cart: Cart) -> Plan:
        raise LookupError(f"nothing to compute {cart.cart_id} from")


def stuck(billing: Billing) -> Cart:
    """It is paid, and we fail at what follows, again and again."""
    placed = billing.place(billing.preview(billing.webinar())).value
    assert placed.payment is not None
    assert placed.payment.session_id is not None
    billing.world.stripe.configure_chaos({"webhooks": {"drop": -1}})
    billing.world.stripe.pay(placed.payment.session_id)
    ordering = billing.parts().ordering
    carts = ordering.carts
    broken = _Broken(**{each.name: getattr(carts, each.name) for each in fields(carts)})
    for _ in range(2):
        with pytest.raises(LookupError):
            replace(ordering, carts=broken).ask(
                placed.payment.payment_id, billing.world.cause("asked")
            )
    billing.world.relay()
    return billing.cart(placed.cart.cart_id)


HOW = {
    "cart_payment.stuck": stuck,
    "cart_payment.parked": parked,
    "cart_payment.unknown_for_long": lambda billing: unanswered(billing, hours=2),
    "cart_payment.credited": credited,
    "cart_payment.not_taken": not_taken,
}


def payment_of(billing: Billing, cart: Cart) -> CartPayment:
    payment_id = billing.cart(cart.cart_id).last_payment_id
    assert payment_id is not None
    return billing.payment(payment_id)


def resolve(billing: Billing, cart: Cart, taken: Taken | None) -> CartPayment:
    command = ResolveCartPayment(payment_of(billing, cart).payment_id, taken, STAFF)
    resolved = resolve_cart_payment(command, ordering=billing.parts().ordering)
    billing.world.settle_down()
    return resolved


def test_each_alarm_about_orders_is_raised_somewhere_here_col_8() -> None:
    assert set(HOW) == {each for each in ALARMS if each.startswith("cart_payment.")}


@pytest.mark.parametrize("reason", sorted(HOW))
def test_an_alarm_names_the_account_and_commands_that_are_understood_col_8(
    reason: str, tmp_path: Path
) -> None:
    billing = Billing()

    cart = HOW[reason](billing)

    told = [each for each in alarms(billing.world) if each.reason == reason]
    assert told
    assert told[0].facts["account_id"] == billing.account_id
    assert told[0].facts["cart_id"] == cart.cart_id
    assert told[0].commands[0] == f"guichet audit {billing.account_id}"
    with chdir(tmp_path):  # where no stack runs: a command that is understood says just that
        assert {main(command) for command in _commands(told[0])} == {1}


def _commands(alarm: Alarm) -> list[list[str]]:
    typed: list[list[str]] = []
    for command in alarm.commands:
        _, *words = command.split()
        typed += [[*words[:-1], choice] for choice in words[-1].split("|")]
    return typed


def test_what_a_person_found_taken_carries_the_order_out_col_8() -> None:
    billing = Billing()
    cart = parked(billing)
    assert (cart.status, payment_of(billing, cart).status) == (
        CartStatus.PROCESSING,
        PaymentStatus.PARKED,
    )

    resolve(billing, cart, FOUND)

    assert billing.cart(cart.cart_id).status is CartStatus.DONE
    assert billing.only().status is SubscriptionStatus.ACTIVE
    assert_verified(billing.world.dynamo, billing.world.clock.now())


def test_what_a_person_found_at_stripe_and_no_order_takes_goes_back_by_its_charge_col_8() -> None:
    """The page's id is no id of a payment there."""
    billing = Billing(flat_tax=True)
    billing.until(date(2027, 1, 1))
    billing.buy(billing.webinar("plus", 2))
    billing.until(date(2027, 1, 6))
    subscription_id = billing.only().subscription_id
    wish = billing.wish("change", subscription_id=subscription_id, plan_id="pro", seats=2)
    placed = billing.place(billing.preview(wish)).value
    assert placed.payment is not None
    assert placed.payment.session_id is not None
    billing.world.stripe.start_bank_debit(placed.payment.session_id)
    billing.world.settle_down()
    credited_by_hand(billing, invoices_of(billing)[-1].invoice_id, Wanted(0, 2_401))
    billing.world.stripe.settle_bank_debit(placed.payment.session_id)
    billing.world.stripe.take_webhooks()
    ordering = billing.parts().ordering
    decision = outcome.parked(ordering.situation(placed.payment.payment_id))
    ordering.carts.records.save(billing.world.cause("keys_gone"), decision.changes, decision.steps)
    (charge,) = [
        each["latest_charge"]
        for each in billing.world.stripe.find_all("payment_intent")
        if each["metadata"].get("payment_id") == placed.payment.payment_id
    ]

    resolve(billing, placed.cart, Taken(charge, 100))

    assert_went_back(billing, placed)
    assert_verified(billing.world.dynamo, billing.world.clock.now())


def test_what_a_defect_stops_is_told_once_and_carried_out_once_it_is_mended_col_8() -> None:
    billing = Billing()
    cart = stuck(billing)
    assert (cart.status, payment_of(billing, cart).capture) == (CartStatus.PENDING, None)
    assert billing.world.alarms.count("cart_payment.stuck") == 1
    (told,) = alarms(billing.world)
    assert told.facts["payment_id"] == payment_of(billing, cart).payment_id
    assert told.facts["defect"] == "LookupError"
    payment = payment_of(billing, cart)
    due_at = next_question_at(payment.started_at, payment.asked_count)
    assert due_at > billing.world.clock.now()

    billing.come_back(cart)
    billing.world.settle_down()

    assert billing.cart(cart.cart_id).status is CartStatus.DONE
    assert_verified(billing.world.dynamo, billing.world.clock.now())


def test_where_nothing_was_taken_the_order_can_be_paid_another_way_sub_5() -> None:
    billing = Billing()
    cart = parked(billing)

    resolve(billing, cart, None)

    waiting = billing.cart(cart.cart_id)
    assert (waiting.status, waiting.open_payment_id) == (CartStatus.PENDING, None)
    assert billing.only().status is SubscriptionStatus.PENDING
    assert_verified(billing.world.dynamo, billing.world.clock.now())


def test_what_is_without_an_answer_for_an_hour_may_be_found_taken_col_8() -> None:
    billing = Billing()
    cart = unanswered(billing, hours=2)

    resolve(billing, cart, FOUND)

    assert billing.cart(cart.cart_id).status is CartStatus.DONE


@pytest.mark.parametrize("taken", [FOUND, None], ids=["taken", "nothing"])
def test_what_waits_for_nobody_is_refused_col_8(taken: Taken | None) -> None:
    billing = Billing()
    cart = billing.buy(billing.webinar())

    with nothing_written(billing.world.dynamo):
        refusal = refusal_of(lambda: resolve(billing, cart, taken))

    assert refusal.code == "payment_captured"


def test_what_is_only_unknown_is_not_called_untaken_col_8() -> None:
    """The provider may still say that it was taken."""
    billing = Billing()
    cart = unanswered(billing, hours=2)

    refusal = refusal_of(lambda: resolve(billing, cart, None))

    assert refusal.code == "payment_capturing"
    assert billing.cart(cart.cart_id).status is CartStatus.PROCESSING
