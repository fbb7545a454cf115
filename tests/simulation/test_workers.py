"""Two workers at the same thing, interrupting one another at any call."""

from __future__ import annotations

from collections.abc import Callable

from guichet.bootstrap import Container
from guichet.entry.work import settle_message
from guichet.registration.naming import return_id
from local.simulators.stripe.in_process import SimulatorHttp
from tests.simulation.aftermath import assert_all_is_well
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
            TurningDynamo(world.dynamo, self.turns),
            TurningHttp(SimulatorHttp(world.stripe), self.turns),
        )

    def deliver(self) -> None:
        """The mails of the registration's first change."""
        self.life.mails(f"EFFECT#registration/{self.story.ids['ada']}#1", self.parts())

    def settle_refund(self) -> None:
        found = self.life.world.parts.records.registration(self.story.ids["ada"])
        assert found is not None
        for payment_id in self.payment_ids():
            refund_id = return_id(payment_id)
            message = {"do": "refund", "payment_id": payment_id, "refund_id": refund_id}
            settle_message(message, self.parts())

    def payment_ids(self) -> set[str]:
        items = self.life.world.dynamo.items("state")
        return {str(item["payment_id"]) for item in items if item["sk"] == "PAYMENT"}

    def webhooks(self) -> None:
        """Whatever the provider has to tell by then, stored and settled at once."""
        parts, world = self.parts(), self.life.world
        for webhook in world.stripe.take_webhooks():
            answer = world.post_webhook(webhook.headers, webhook.body, parts)
            assert answer["statusCode"] == 200
            world.stripe.webhook_delivered(webhook.event_id)
            event = {"do": "event", "provider": "stripe", "event_id": webhook.event_id}
            settle_message(event, parts)


def _registered(story: Story) -> None:
    story.register("ada", story.training())


def _refund_requested(story: Story) -> None:
    """Paid on an expired page after cancelling; the return is decided, and nothing of it sent."""
    _registered(story)
    story.start("ada")
    story.cancel("ada")
    story.life.background()
    story.pay("ada", on_expired_page=True)
    for _ in range(2):
        story.life.webhooks()
        story.life.relay()
        story.life.settle_queue.waiting = type(story.life.settle_queue.waiting)(
            (at, body) for at, body in story.life.settle_queue.waiting if body["do"] != "refund"
        )
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


def test_two_workers_and_the_refunds_webhook_return_the_money_once_bad_13() -> None:
    """Whoever is first, and whatever the refund's own webhook says before its call returns."""
    made: list[Workers] = []

    def start() -> Turns:
        made.append(Workers(_refund_requested))
        for name, act in (
            ("settle", made[-1].settle_refund),
            ("upkeep", made[-1].settle_refund),
            ("webhook", made[-1].webhooks),
        ):
            made[-1].turns.actor(name, act)
        return made[-1].turns

    for turns in explore(start, preemptions=1):
        workers = made.pop()
        workers.life.run_on()
        assert_all_is_well(workers.story)
        assert len(workers.life.world.stripe.find_all("refund")) == 1, turns.schedule
        assert len(workers.life.world.stripe.find_all("fee_refund")) == 1, turns.schedule
