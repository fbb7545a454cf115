"""What people do when money goes back: the organizer here and at the provider's pages, buyers' banks."""

from __future__ import annotations

from functools import partial
from typing import Final

from guichet.bootstrap import Container
from guichet.events import Actor, ActorKind
from guichet.money import Money
from guichet.payments.refund import Refund
from guichet.registration.registration import RegistrationStatus
from guichet.registration.training import Training
from guichet.registration.use_cases.cancel_registration import (
    CancelRegistration,
    RefundWish,
    cancel_registration,
)
from guichet.registration.use_cases.refund_payment import RefundPayment, refund_payment
from tests.simulation.people import ORGANIZER, Story

_MEMBER: Final = Actor(ActorKind.MEMBER, "mem_maria", "203.0.113.9")


def sold(story: Story, method: str = "stripe", *, training: Training | None = None) -> None:
    """Ada has paid, everything is settled, and only now the story begins."""
    bought(story, "ada", training or story.training(), method)
    story.life.background()
    story.life.calls.mark()


def bought(story: Story, who: str, training: Training, method: str) -> None:
    """Register and pay, as long as it takes."""
    story.register(who, training)
    story.start(who, method=method)
    story.pay(who) if method == "stripe" else story.agree(who)
    story.come_back(who)
    registration = story.registration(who)
    if registration is None or registration.status is not RegistrationStatus.CONFIRMED:
        story.life.wait(hours=1)


def refund(story: Story, who: str, minor: int | None, key: str = "refund-1") -> None:
    """Through us; no amount: all that is left."""
    registration = story.registration(who)
    if registration is not None and registration.paid_payment_id is not None:
        asked = partial(asked_refund, story, registration.paid_payment_id, minor, key)
        story.life.person(ORGANIZER, asked)


def cancel_with_refund(story: Story, who: str, minor: int) -> None:
    """The organizer cancels one seat, and returns a part, in one call."""
    if who not in story.ids:
        return
    wish = RefundWish(Money(minor, "USD"), "ill")
    command = CancelRegistration(
        story.ids[who], story.maria, None, f"end-{who}", _MEMBER, refund=wish
    )
    story.life.person(
        ORGANIZER, lambda parts: cancel_registration(command, settling=parts.settling)
    )


def asked_refund(
    story: Story, payment_id: str, minor: int | None, key: str, parts: Container
) -> Refund:
    """One click of the organizer."""
    command = RefundPayment(
        payment_id=payment_id,
        amount=None if minor is None else Money(minor, "USD"),
        reason="ill",
        note=None,
        cancel_registration=False,
        member=story.maria,
        idempotency_key=key,
        actor=_MEMBER,
    )
    return refund_payment(command, refunding=parts.refunding).value


# -- at the providers -------------------------------------------------------------------------


def refund_there(story: Story, who: str, minor: int, *, with_fee: bool = False) -> None:
    """On the provider's own pages; at PayPal the fee always stays."""
    world = story.life.world
    for capture_id in _at_stripe(story, who):
        world.stripe.dashboard_refund(capture_id, minor, refund_application_fee=with_fee)
    for capture_id in _at_paypal(story, who):
        world.paypal.dashboard_refund(capture_id, minor)


def dispute(story: Story, who: str, minor: int | None = None) -> None:
    world = story.life.world
    for capture_id in _at_stripe(story, who):
        world.stripe.open_dispute(capture_id, minor)
    for capture_id in _at_paypal(story, who):
        world.paypal.open_dispute(capture_id, minor, chargeback=True)


def lose(story: Story) -> None:
    for each in story.life.world.stripe.find_all("dispute"):
        story.life.world.stripe.lose_dispute(each["id"])
    for each in story.life.world.paypal.disputes():
        story.life.world.paypal.lose_dispute(each["id"])


def win(story: Story) -> None:
    for each in story.life.world.stripe.find_all("dispute"):
        story.life.world.stripe.win_dispute(each["id"])
    for each in story.life.world.paypal.disputes():
        story.life.world.paypal.win_dispute(each["id"])


def appeal(story: Story) -> None:
    """The organizer does not accept the loss."""
    for each in story.life.world.stripe.find_all("dispute"):
        story.life.world.stripe.appeal_dispute(each["id"])
    for each in story.life.world.paypal.disputes():
        story.life.world.paypal.decide_dispute(each["id"], "appeal")


def refunds_fail_later(story: Story) -> None:
    """The next refund is taken back by its provider after two hours."""
    knobs = {"refunds": {"fail_later": 1, "after_seconds": 7200}}
    story.life.world.stripe.configure_chaos(knobs)
    story.life.world.paypal.configure_chaos(knobs)


def _at_stripe(story: Story, who: str) -> list[str]:
    return [
        str(each["id"])
        for each in story.life.world.stripe.find_all("charge")
        if each["status"] == "succeeded"
        and each["metadata"]["registration_id"] == story.ids.get(who)
    ]


def _at_paypal(story: Story, who: str) -> list[str]:
    return [
        str(each["id"])
        for each in story.life.world.paypal.captures()
        if each["status"] not in {"PENDING", "DECLINED"}
        and each["order"] == story.pages.get((who, "paypal"))
    ]
