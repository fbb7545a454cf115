"""Stories of trainings that do not take place: everyone's money goes back, whoever dies meanwhile."""

from __future__ import annotations

from typing import Final

from guichet.registration.registration import RegistrationStatus
from tests.simulation.flow import Flow
from tests.simulation.people import Story

S = RegistrationStatus


def training_cancelled(story: Story) -> None:
    """One has paid; another is on the provider's page and pays while it is cancelled."""
    training = story.training()
    story.register("ada", training)
    story.start("ada", method="paypal")
    story.agree("ada")
    story.come_back("ada")
    story.register("bea", training)
    story.start("bea")
    story.cancel_training(training)
    story.pay("bea")
    story.life.background()


def training_cancelled_before_a_debit_settles(story: Story) -> None:
    """What arrives afterwards goes back by itself; what never arrives needs not."""
    training = story.training()
    for who in ("ada", "bea"):
        story.register(who, training)
        story.start(who)
        story.debit(who)
    story.life.background()
    story.cancel_training(training)
    story.life.wait(minutes=5)
    story.debit_settles("ada")
    story.debit_is_denied("bea")
    story.life.background()


CANCELLED_FLOWS: Final = (
    Flow(training_cancelled, {"ada": S.CANCELLED, "bea": S.CANCELLED}),
    Flow(
        training_cancelled_before_a_debit_settles,
        {"ada": S.CANCELLED, "bea": S.CANCELLED},
        needs_webhooks=True,
    ),
)
