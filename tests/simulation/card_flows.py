"""Stories of the card page."""

from __future__ import annotations

from typing import Final

from guichet.registration.registration import RegistrationStatus
from guichet.registration.training import Approval
from tests.simulation.flow import Flow
from tests.simulation.people import Story

S = RegistrationStatus


def by_webhook(story: Story) -> None:
    story.register("ada", story.training())
    story.start("ada")
    story.pay("ada")
    story.life.background()


def with_discount(story: Story) -> None:
    story.code()
    story.register("ada", story.training(), discount_code="quarter")
    story.start("ada")
    story.pay("ada")
    story.life.background()


def by_return_page(story: Story) -> None:
    story.register("ada", story.training())
    story.start("ada")
    story.pay("ada")
    story.come_back("ada")
    story.life.background()
    story.come_back("ada")


def hold_ends_unpaid(story: Story) -> None:
    """The open session is expired at the provider before the seat is free (BAD-16)."""
    story.code()
    story.register("ada", story.training(), discount_code="quarter")
    story.life.wait(minutes=10)
    story.start("ada")
    story.life.wait(minutes=45)


def late_with_a_seat_left(story: Story) -> None:
    story.code()
    story.register("ada", story.training(), discount_code="quarter")
    story.start("ada")
    story.life.wait(minutes=45)
    story.pay("ada", on_expired_page=True)
    story.life.background()


def late_without_a_seat(story: Story) -> None:
    training = story.training(capacity=1)
    story.register("ada", training)
    story.start("ada")
    story.life.wait(minutes=45)
    story.register("bea", training)
    story.pay("ada", on_expired_page=True)
    story.life.background()


def paid_twice(story: Story) -> None:
    """By hand, and at a page that should have been expired."""
    story.register("ada", story.training())
    story.start("ada")
    story.mark_paid("ada")
    story.pay("ada", on_expired_page=True)
    story.life.background()


def cancelled_while_paying(story: Story) -> None:
    story.register("ada", story.training())
    story.start("ada")
    story.cancel("ada")
    story.pay("ada", on_expired_page=True)
    story.life.background()


def debit_settles(story: Story) -> None:
    story.register("ada", story.training())
    story.start("ada")
    story.debit("ada")
    story.come_back("ada")
    story.life.wait(minutes=5)
    story.debit_settles("ada")
    story.life.background()


def debit_denied(story: Story) -> None:
    story.register("ada", story.training())
    story.start("ada")
    story.debit("ada")
    story.life.background()
    story.life.wait(minutes=5)
    story.debit_is_denied("ada")
    story.life.background()
    story.start("ada", key="pay-2")
    story.pay("ada")
    story.life.background()


def debit_cancelled(story: Story) -> None:
    """The organizer cancels while the bank still decides: the money goes back when it comes."""
    story.register("ada", story.training())
    story.start("ada")
    story.debit("ada")
    story.life.background()
    story.cancel_for("ada")
    story.life.wait(minutes=5)
    story.debit_settles("ada")
    story.life.background()


def cancelled_with_open_session(story: Story) -> None:
    story.code()
    story.register("ada", story.training(), discount_code="quarter")
    story.start("ada")
    story.cancel("ada")
    story.life.background()


def marked_paid_with_open_session(story: Story) -> None:
    story.register("ada", story.training())
    story.start("ada")
    story.mark_paid("ada")
    story.pay("ada")
    story.life.background()


def training_closed(story: Story) -> None:
    """Closing ends every open session; who had paid by then keeps the seat."""
    training = story.training()
    story.register("ada", training)
    story.register("bea", training)
    story.start("ada")
    story.start("bea")
    story.pay("bea")
    story.close(training)
    story.life.background()
    story.pay("ada")
    story.life.wait(hours=1)


def approved_then_paid(story: Story) -> None:
    story.register("ada", story.training(approval=Approval.MANUAL))
    story.life.wait(hours=3)
    story.decide("ada", approve=True)
    story.life.wait(hours=20)
    story.start("ada")
    story.pay("ada")
    story.life.background()


def by_invoice(story: Story) -> None:
    """An open session is ended first, and the organizer is paid in their own way."""
    story.register("ada", story.training())
    story.start("ada")
    story.choose_invoice("ada")
    story.life.wait(days=2)
    story.mark_paid("ada")
    story.life.background()


CARD_FLOWS: Final = (
    Flow(by_webhook, {"ada": S.CONFIRMED}),
    Flow(with_discount, {"ada": S.CONFIRMED}),
    Flow(by_return_page, {"ada": S.CONFIRMED}),
    Flow(hold_ends_unpaid, {"ada": S.EXPIRED}),
    Flow(late_with_a_seat_left, {"ada": S.CONFIRMED}, needs_webhooks=True),
    Flow(late_without_a_seat, {"ada": S.EXPIRED, "bea": S.EXPIRED}, needs_webhooks=True),
    Flow(paid_twice, {"ada": S.CONFIRMED}, needs_webhooks=True),
    Flow(cancelled_while_paying, {"ada": S.CANCELLED}, needs_webhooks=True),
    Flow(debit_settles, {"ada": S.CONFIRMED}),
    # Who learns of the denial too late to pay again has lost the seat after 72 hours.
    Flow(debit_denied, {"ada": S.CONFIRMED}, {"ada": S.EXPIRED}),
    Flow(debit_cancelled, {"ada": S.CANCELLED}),
    Flow(cancelled_with_open_session, {"ada": S.CANCELLED}),
    Flow(marked_paid_with_open_session, {"ada": S.CONFIRMED}),
    # Until its session is ended she may pay, and then keeps the seat.
    Flow(training_closed, {"ada": S.EXPIRED, "bea": S.CONFIRMED}, {"ada": S.CONFIRMED}),
    Flow(approved_then_paid, {"ada": S.CONFIRMED}),
    Flow(by_invoice, {"ada": S.CONFIRMED}),
)
