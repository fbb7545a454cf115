"""Two workers at the same thing, interrupting one another at any call."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import pytest

from guichet.bootstrap import Container
from guichet.entry.work import settle_message
from guichet.registration.naming import return_id
from tests.simulation.aftermath import assert_all_is_well
from tests.simulation.enumeration import EVERY_PLACE
from tests.simulation.life import Life
from tests.simulation.people import Story
from tests.simulation.turns import TurningDynamo, TurningHttp, Turns, explore


class Workers:
    """A life before something is to be done, and workers that take turns at it."""

    def __init__(self, play: Callable[[Story], None]) -> None:
        self.turns = Turns()
        self.life = Life()
        self.story = Story(self.life)
        play(self.story)

    def parts(self) -> Container:
        world = self.life.world
        return world.container(
            TurningDynamo(world.dynamo, self.turns), TurningHttp(world.http, self.turns)
        )

    def deliver(self) -> None:
        """The mails of the registration's first change."""
        self.life.mails(f"EFFECT#registration/{self.story.ids['ada']}#1", self.parts())

    def settle_refund(self) -> None:
        for payment_id in self.payment_ids():
            refund_id = return_id(payment_id)
            message = {"do": "refund", "payment_id": payment_id, "refund_id": refund_id}
            settle_message(message, self.parts())

    def payment_ids(self) -> set[str]:
        items = self.life.world.dynamo.items("state")
        return {str(item["payment_id"]) for item in items if item["sk"] == "PAYMENT"}

    def webhooks(self) -> None:
        """Whatever the providers have to tell by then, stored and settled at once."""
        parts, world = self.parts(), self.life.world
        for name, provider in self.life.providers:
            for webhook in provider.take_webhooks():
                answer = world.post_webhook(webhook.headers, webhook.body, parts, name)
                assert answer["statusCode"] == 200
                provider.webhook_delivered(webhook.event_id)
                event = {"do": "event", "provider": name, "event_id": webhook.event_id}
                settle_message(event, parts)

    def refunds(self) -> tuple[int, int]:
        """How many the providers have made, and with how many our fee went back."""
        world = self.life.world
        at_paypal = world.paypal.refunds()
        with_fee = [each for each in at_paypal if each["platform_fee_minor"]]
        return (
            len(world.stripe.find_all("refund")) + len(at_paypal),
            len(world.stripe.find_all("fee_refund")) + len(with_fee),
        )


def _registered(story: Story) -> None:
    story.register("ada", story.training())


def _card_return_requested(story: Story) -> None:
    """Paid on an expired page after cancelling; the return is decided, and nothing of it sent."""
    _registered(story)
    story.start("ada")
    story.cancel("ada")
    story.life.background()
    story.pay("ada", on_expired_page=True)
    _decide_the_return(story)


def _paypal_return_requested(story: Story) -> None:
    """What was pending arrived after cancelling; the return is decided, and nothing of it sent."""
    _registered(story)
    story.start("ada", method="paypal")
    story.agree("ada", "review")
    story.come_back("ada")
    story.life.background()
    story.cancel_for("ada")
    story.life.background()
    story.pending_settles("ada")
    _decide_the_return(story)


def _decide_the_return(story: Story) -> None:
    queue = story.life.settle_queue
    for _ in range(2):
        story.life.webhooks()
        story.life.relay()
        queue.waiting = deque((at, body) for at, body in queue.waiting if body["do"] != "refund")
        story.life.settle()
    story.life.world.dynamo.stream.clear()


def test_two_workers_at_one_effect_send_its_mail_once_reg_13() -> None:
    made: list[Workers] = []

    def start() -> Turns:
        made.append(Workers(_registered))
        made[-1].turns.actor("one", made[-1].deliver)
        made[-1].turns.actor("two", made[-1].deliver)
        return made[-1].turns

    for turns in explore(start, preemptions=2):
        workers = made.pop()
        assert len(workers.life.mail.taken) == 1, turns.schedule
        workers.life.run_on()
        assert_all_is_well(workers.story)


@pytest.mark.parametrize(
    "requested",
    [
        pytest.param(_card_return_requested, id="stripe"),
        pytest.param(_paypal_return_requested, id="paypal"),
    ],
)
def test_two_workers_and_the_refunds_webhook_return_the_money_once_bad_13(
    requested: Callable[[Story], None],
) -> None:
    """Whoever is first, and whatever the refund's own webhook says before its call returns."""
    made: list[Workers] = []

    def start() -> Turns:
        made.append(Workers(requested))
        for name, act in (
            ("settle", made[-1].settle_refund),
            ("upkeep", made[-1].settle_refund),
            ("webhook", made[-1].webhooks),
        ):
            made[-1].turns.actor(name, act)
        return made[-1].turns

    for turns in explore(start, preemptions=1, every=EVERY_PLACE):
        workers = made.pop()
        workers.life.run_on()
        assert_all_is_well(workers.story)
        assert workers.refunds() == (1, 1), turns.schedule
