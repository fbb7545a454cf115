"""Those who may touch one registration at the same moment, each an act of its own."""

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
from local.simulators.errors import BuyerRefusedError
from tests.simulation.aftermath import assert_all_is_well, registration_status
from tests.simulation.life import Life
from tests.simulation.people import Story
from tests.simulation.turns import TurningDynamo, TurningHttp, Turns
from tests.support.world import REGISTRANT

S = RegistrationStatus
_HOLD_MINUTES: Final = 32  # a session's life and a minute
_TOLD_BY: Final = {  # by provider and whether the buyer paid
    ("stripe", True): "checkout.session.completed",
    ("stripe", False): "payment_intent.payment_failed",
    ("paypal", True): "CHECKOUT.ORDER.APPROVED",
    ("paypal", False): "CHECKOUT.ORDER.APPROVED",  # with an instrument that will be declined
}


class Contest:
    """One registration, and actors that take turns at it in the same life."""

    def __init__(self) -> None:
        self.turns = Turns()
        self.life = Life()
        self.story = Story(self.life)
        self.story.code()
        self.story.register("ada", self.story.training(), discount_code="quarter")

    def parts(self) -> Container:
        """A new worker's, that takes turns."""
        world = self.life.world
        return world.container(
            TurningDynamo(world.dynamo, self.turns), TurningHttp(world.http, self.turns)
        )

    def come_back(self) -> None:
        parts = self.parts()
        check_payment(
            self.story.ids["ada"], REGISTRANT, settling=parts.settling, limits=parts.limits
        )

    def hold_ends(self) -> None:
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

    def cancel(self) -> None:
        command = CancelRegistration(self.story.ids["ada"], None, None, "cancel", REGISTRANT)
        cancel_registration(command, settling=self.parts().settling)

    def deliver(self, provider: str, event_id: str | None = None) -> None:
        """What is to be delivered by now, or one event of it, with its message at once."""
        simulator = dict(self.life.providers)[provider]
        parts = self.parts()
        while due := simulator.take_webhooks(1):  # each is signed at its moment
            webhook = due[0]
            if event_id not in {None, webhook.event_id}:
                simulator.webhook_failed(webhook.event_id)
                continue
            answer = self.life.world.post_webhook(webhook.headers, webhook.body, parts, provider)
            assert answer["statusCode"] == 200
            simulator.webhook_delivered(webhook.event_id)
            message = {"do": "event", "provider": provider, "event_id": webhook.event_id}
            settle_message(message, parts)

    def end(self) -> RegistrationStatus | None:
        """Let everything come to rest, and check it; answers where the registration stands."""
        self.life.run_on()
        assert_all_is_well(self.story)
        return registration_status(self.story, "ada")


class OnePage(Contest):
    """An open page, which was paid already, or on which the buyer's card was declined."""

    def __init__(self, *, is_paid: bool, provider: str = "stripe") -> None:
        super().__init__()
        self.provider = provider
        self.story.start("ada", method=provider)
        self.life.background()
        if provider == "paypal":
            self.story.agree("ada", "balance" if is_paid else "declined")
        elif is_paid:
            self.story.pay("ada")
        else:
            self.life.world.stripe.decline(self.story.pages["ada", "stripe"])
        self.event_id = self._event(_TOLD_BY[provider, is_paid])
        simulator = dict(self.life.providers)[provider]
        for webhook in simulator.take_webhooks():  # the other events are still on their way
            simulator.webhook_failed(webhook.event_id)

    def _event(self, kind: str) -> str:
        world = self.life.world
        found = {
            "stripe": [(each["type"], each["id"]) for each in world.stripe.find_all("event")],
            "paypal": [(each["event_type"], each["id"]) for each in world.paypal.events()],
        }[self.provider]
        return next(str(event_id) for name, event_id in found if name == kind)

    @property
    def acts(self) -> dict[str, Callable[[], Any]]:
        return {
            "return": partial(_allowed, self.come_back),
            "webhook": self._webhook,
            "duplicate": self._webhook,
            "expiry": self.hold_ends,
            "cancel": partial(_allowed, self.cancel),
        }

    def pay(self) -> None:
        """The buyer's own act, of which nobody hears but by asking."""
        world, page = self.life.world, self.story.pages["ada", self.provider]
        pay = partial(world.stripe.pay if self.provider == "stripe" else world.paypal.approve, page)
        with suppress(BuyerRefusedError):
            self.turns.watch("buyer", "pays", pay)

    def _webhook(self) -> None:
        """A delivery of the same event, and its message."""
        dict(self.life.providers)[self.provider].resend_webhook(self.event_id)
        self.deliver(self.provider, self.event_id)


@dataclass(frozen=True, slots=True)
class Pages:
    """Which page was opened first; the other one took its place."""

    first: str
    second: str


CARD_FIRST: Final = Pages("stripe", "paypal")
PAYPAL_FIRST: Final = Pages("paypal", "stripe")


class TwoPages(Contest):
    """One registration with a page of either provider before its buyer (BAD-1)."""

    def __init__(self, pages: Pages) -> None:
        super().__init__()
        self.story.start("ada", method=pages.first)
        self.story.start("ada", key="pay-2", method=pages.second)
        self.life.background()

    @property
    def acts(self) -> dict[str, Callable[[], Any]]:
        return {
            "card": self._card,
            "order": self._order,
            "card_told": partial(self.deliver, "stripe"),
            "order_told": partial(self.deliver, "paypal"),
            "expiry": partial(_allowed, self.hold_ends),
            "return": partial(_allowed, self.come_back),
        }

    def _card(self) -> None:
        """Pay on the card page, even if it should not be open any more."""
        world = self.life.world
        world.stripe.configure_chaos({"pay_expired": 1})
        with suppress(BuyerRefusedError):
            self.turns.watch(
                "buyer", "pays", lambda: world.stripe.pay(self.story.pages["ada", "stripe"])
            )

    def _order(self) -> None:
        world = self.life.world
        with suppress(BuyerRefusedError):
            self.turns.watch(
                "buyer", "agrees", lambda: world.paypal.approve(self.story.pages["ada", "paypal"])
            )


def _allowed(act: Callable[[], object]) -> None:
    """A person may be refused, and what is due may have to wait."""
    with suppress(Refusal):
        act()
