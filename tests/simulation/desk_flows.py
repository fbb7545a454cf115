"""Stories in which the organizer acts, or money on its way back takes its time or fails."""

from __future__ import annotations

from typing import Final

from guichet.registration.registration import RegistrationStatus
from guichet.registration.training import Approval
from tests.simulation.flow import Flow
from tests.simulation.people import Story

S = RegistrationStatus


def link_asked_for_again(story: Story) -> None:
    training = story.training()
    story.register("ada", training)
    story.life.wait(minutes=6)
    story.ask_for_link("ada", training)
    story.ask_for_link("ada", training)
    story.life.background()
    story.start("ada")
    story.pay("ada")
    story.life.background()


def unmarked_then_paid(story: Story) -> None:
    """The organizer takes the mark back, and the registrant pays after all."""
    story.code()
    story.register("ada", story.training(), discount_code="quarter")
    story.mark_paid("ada")
    story.life.background()
    story.mark_paid("ada", paid=False)
    story.life.background()
    story.start("ada", method="paypal")
    story.agree("ada")
    story.come_back("ada")
    story.life.background()


def rejected(story: Story) -> None:
    story.code()
    story.register("ada", story.training(approval=Approval.MANUAL), discount_code="quarter")
    story.life.wait(hours=3)
    story.decide("ada", approve=False)
    story.life.background()
    story.start("ada")


def closed_with_open_orders(story: Story) -> None:
    """Closing leaves what was not captured uncaptured, approved or not."""
    training = story.training()
    story.register("ada", training)
    story.register("bea", training)
    story.start("ada", method="paypal")
    story.start("bea", method="paypal")
    story.agree("bea")
    story.come_back("bea")
    story.close(training)
    story.life.background()
    story.agree("ada")
    story.life.wait(hours=1)


def return_stays_pending(story: Story) -> None:
    """The refund is asked about until the provider has settled it."""
    _refunds(story, pending=1, after_seconds=2 * 24 * 3600)
    _paid_late(story)
    story.life.background()


def return_fails_later(story: Story) -> None:
    _refunds(story, fail_later=1, after_seconds=7200)
    _paid_late(story)
    story.life.wait(hours=3)


def _paid_late(story: Story) -> None:
    """After cancelling, on a page that should have been expired."""
    story.register("ada", story.training())
    story.start("ada")
    story.cancel("ada")
    story.pay("ada", on_expired_page=True)


def _refunds(story: Story, **faults: int) -> None:
    story.life.world.stripe.configure_chaos({"refunds": faults})


_FAILED: Final = frozenset({"refund.failed"})

DESK_FLOWS: Final = (
    Flow(link_asked_for_again, {"ada": S.CONFIRMED}),
    Flow(unmarked_then_paid, {"ada": S.CONFIRMED}),
    Flow(rejected, {"ada": S.REJECTED}),
    # Until her order is ended she may be captured, and then keeps the seat.
    Flow(closed_with_open_orders, {"ada": S.EXPIRED, "bea": S.CONFIRMED}, {"ada": S.CONFIRMED}),
    Flow(return_stays_pending, {"ada": S.CANCELLED}, needs_webhooks=True),
    Flow(return_fails_later, {"ada": S.CANCELLED}, needs_webhooks=True, alarms=_FAILED),
)
