"""Five that may touch one registration at the same moment, each an act of its own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from guichet.bootstrap import Container
from guichet.entry.work import doers, settle_message
from guichet.errors import Refusal
from guichet.registration.registration import RegistrationStatus
from guichet.registration.use_cases.cancel_registration import (
    CancelRegistration,
    cancel_registration,
)
from guichet.registration.use_cases.check_payment import check_payment
from guichet.registration.use_cases.do_due_work import do_due_work
from local.simulators.stripe.errors import BuyerRefusedError
from local.simulators.stripe.in_process import SimulatorHttp
from tests.simulation.aftermath import assert_all_is_well, registration_status
from tests.simulation.life import Life
from tests.simulation.people import Story
from tests.simulation.turns import TurningDynamo, TurningHttp, Turns
from tests.support.world import REGISTRANT

S = RegistrationStatus
_HOLD_MINUTES: Final = 32  # a session's life and a minute


@dataclass
class Contest:
    """One registration with an open page, which was paid already or on which a card was declined."""

    is_paid: bool

    def __post_init__(self) -> None:
        self.turns = Turns()
        self.life = Life()
        self.story = Story(self.life)
        self.story.code()
        self.story.register("ada", self.story.training(), discount_code="quarter")
        self.story.start("ada")
        self.life.background()
        stripe = self.life.world.stripe
        if self.is_paid:
            stripe.pay(self.story.pages["ada"])
        else:
            stripe.decline(self.story.pages["ada"])
        wanted = "checkout.session.completed" if self.is_paid else "payment_intent.payment_failed"
        self.event_id = next(e["id"] for e in stripe.find_all("event") if e["type"] == wanted)
        for webhook in stripe.take_webhooks():  # the other events are still on their way
            stripe.webhook_failed(webhook.event_id)

    def parts(self) -> Container:
        world = self.life.world
        return world.container(
            TurningDynamo(world.dynamo, self.turns),
            TurningHttp(SimulatorHttp(world.stripe), self.turns),
        )

    @property
    def acts(self) -> dict[str, Callable[[], Any]]:
        return {
            "return": partial(_allowed, self._return),
            "webhook": self._webhook,
            "duplicate": self._webhook,
            "expiry": self._expiry,
            "cancel": partial(_allowed, self._cancel),
        }

    def pay(self) -> None:
        """The buyer's own act, of which nobody hears but by asking."""
        pay = partial(self.life.world.stripe.pay, self.story.pages["ada"])
        with suppress(BuyerRefusedError):
            self.turns.watch("buyer", "pays", pay)

    def _return(self) -> None:
        parts = self.parts()
        check_payment(
            self.story.ids["ada"], REGISTRANT, settling=parts.settling, limits=parts.limits
        )

    def _webhook(self) -> None:
        """A delivery of the same event, and its message."""
        stripe = self.life.world.stripe
        stripe.resend_webhook(self.event_id)
        parts = self.parts()
        for webhook in stripe.take_webhooks():
            if webhook.event_id != self.event_id:
                stripe.webhook_failed(webhook.event_id)
                continue
            answer = self.life.world.post_webhook(webhook.headers, webhook.body, parts)
            assert answer["statusCode"] == 200
        settle_message({"do": "event", "provider": "stripe", "event_id": self.event_id}, parts)

    def _expiry(self) -> None:
        """The clock passes the end of the hold, and the minute's upkeep runs."""
        self.life.world.clock.advance(minutes=_HOLD_MINUTES)
        parts = self.parts()
        result = do_due_work(
            index=parts.outbox,
            doers=doers(parts, lambda _: None),
            clock=parts.clock,
            has_time=lambda: True,
        )
        for failure in result.failures:
            raise failure

    def _cancel(self) -> None:
        command = CancelRegistration(self.story.ids["ada"], None, None, "cancel", REGISTRANT)
        cancel_registration(command, settling=self.parts().settling)

    def end(self) -> RegistrationStatus | None:
        """Let everything come to rest, and check it; answers where the registration stands."""
        self.life.run_on()
        assert_all_is_well(self.story)
        return registration_status(self.story, "ada")


def _allowed(act: Callable[[], object]) -> None:
    """A person may be refused."""
    with suppress(Refusal):
        act()
