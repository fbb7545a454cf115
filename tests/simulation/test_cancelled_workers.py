"""Several at a cancelled training, interrupting one another at any call (REG-8, RFD-1, RFD-5g)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial

import pytest

from guichet.bootstrap import Container
from guichet.entry.work import settle_message
from guichet.errors import Refusal
from guichet.events import Actor, ActorKind
from guichet.money import Money
from guichet.payments.refund import RefundStatus
from guichet.registration.cancellation import CancellationStatus
from guichet.registration.registration import RegistrationStatus
from guichet.registration.use_cases.cancel_registration import (
    CancelRegistration,
    cancel_registration,
)
from guichet.registration.use_cases.refund_payment import RefundPayment, refund_payment
from tests.simulation.aftermath import assert_all_is_well
from tests.simulation.enumeration import EVERY_PLACE
from tests.simulation.life import Life
from tests.simulation.people import Story
from tests.simulation.turns import TurningDynamo, TurningHttp, Turns, explore
from tests.support.world import REGISTRANT

S = RegistrationStatus
_MEMBER = Actor(ActorKind.MEMBER, "mem_maria", "203.0.113.9")


class Cancelled:
    """Ada has paid, Bea is on the provider's page; the training is cancelled, and nothing has run."""

    def __init__(self) -> None:
        self.turns = Turns()
        self.life = Life()
        self.story = Story(self.life)
        self.training = self.story.training()
        for who in ("ada", "bea"):
            self.story.register(who, self.training)
            self.story.start(who)
        self.story.pay("ada")
        self.life.background()
        self.story.cancel_training(self.training)
        self.life.world.dynamo.stream.clear()

    def parts(self) -> Container:
        world = self.life.world
        return world.container(
            TurningDynamo(world.dynamo, self.turns), TurningHttp(world.http, self.turns)
        )

    def run(self) -> None:
        settle_message({"do": "training", "training_id": self.training.training_id}, self.parts())

    def bea_pays(self) -> None:
        """And the provider tells at once."""
        self.story.pay("bea")
        parts, world = self.parts(), self.life.world
        while due := world.stripe.take_webhooks(1):
            answer = world.post_webhook(due[0].headers, due[0].body, parts)
            assert answer["statusCode"] == 200
            world.stripe.webhook_delivered(due[0].event_id)
            event = {"do": "event", "provider": "stripe", "event_id": due[0].event_id}
            settle_message(event, parts)

    def bea_cancels(self) -> None:
        command = CancelRegistration(self.story.ids["bea"], None, None, "cancel", REGISTRANT)
        with suppress(Refusal):
            cancel_registration(command, settling=self.parts().settling)

    def organizer_refunds_ada(self) -> None:
        ada = self.story.registration("ada")
        assert ada is not None
        command = RefundPayment(
            payment_id=ada.paid_payment_id or "",
            amount=Money(5000, "USD"),
            reason="Half a day.",
            note=None,
            cancel_registration=False,
            member=self.story.maria,
            idempotency_key="half",
            actor=_MEMBER,
        )
        with suppress(Refusal):
            refund_payment(command, refunding=self.parts().refunding)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(Cancelled.run, id="another worker"),
        pytest.param(Cancelled.bea_pays, id="a buyer who pays"),
        pytest.param(Cancelled.bea_cancels, id="a registrant who cancels"),
        pytest.param(Cancelled.organizer_refunds_ada, id="an organizer who refunds"),
    ],
)
def test_whoever_interrupts_the_run_everybody_has_their_money_once(
    other: Callable[[Cancelled], None],
) -> None:
    made: list[Cancelled] = []

    def start() -> Turns:
        made.append(Cancelled())
        made[-1].turns.actor("run", made[-1].run)
        made[-1].turns.actor("other", partial(other, made[-1]))
        return made[-1].turns

    for turns in explore(start, preemptions=1, every=EVERY_PLACE):
        cancelled = made.pop()
        cancelled.life.run_on()
        assert_all_is_well(cancelled.story)
        records = cancelled.life.world.parts.records
        ada, bea = cancelled.story.registration("ada"), cancelled.story.registration("bea")
        assert ada is not None
        assert bea is not None
        assert (ada.status, bea.status) == (S.CANCELLED, S.CANCELLED), turns.schedule
        returned = records.refunds_of(ada.paid_payment_id or "").refunds
        assert {each.status for each in returned} == {RefundStatus.SUCCEEDED}
        assert sum(each.amount.amount_minor for each in returned) == 12000, turns.schedule
        run = records.cancellation(cancelled.training.training_id)
        assert run is not None
        assert run.status is CancellationStatus.DONE
