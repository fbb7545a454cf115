"""A refund, its double click, another, and news of money that went back elsewhere interrupt one another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest

from guichet.bootstrap import Container
from guichet.entry.work import settle_message
from guichet.errors import Refusal
from guichet.payments.refund import Refund, RefundReason
from local.simulators.shapes import PendingWebhook
from tests.simulation.aftermath import assert_all_is_well
from tests.simulation.enumeration import IS_WIDE
from tests.simulation.flow import Flow
from tests.simulation.life import Life
from tests.simulation.money_back import asked_refund, dispute, lose, refund_there, sold
from tests.simulation.people import Story
from tests.simulation.turns import TurningDynamo, TurningHttp, Turns, explore

R = RefundReason

_NEWS: Final = ("there", "dispute")
_PARTS: Final = {R.ORGANIZER: 3333, R.OUTSIDE: 4333, R.CHARGEBACK: 4334}  # together all
_REFUSED: Final = {"refund_in_progress", "refund_exceeds_left", "refund_disputed"}
# Until the news is there, somebody asks for money that is gone: the provider says no.
_ALARMS: Final = frozenset({"dispute.opened", "refund.failed"})


class Desk:
    """A paid seat with news on its way: a refund made at the provider, and a dispute that was lost."""

    def __init__(self, provider: str, names: tuple[str, str]) -> None:
        self.turns = Turns()
        self.life = Life()
        self.story = Story(self.life)
        self.provider = provider
        self.answers: dict[str, Refund | str] = {}
        sold(self.story, provider)
        registration = self.story.registration("ada")
        assert registration is not None
        assert registration.paid_payment_id is not None
        self.payment_id = registration.paid_payment_id
        refund_there(self.story, "ada", _PARTS[R.OUTSIDE])
        there = self._taken()
        dispute(self.story, "ada", _PARTS[R.CHARGEBACK])
        if "bank" not in names:
            lose(self.story)
        disputed = self._taken()
        self.acts: dict[str, Callable[[], object]] = {
            "refund": lambda: self._click("refund", "once"),
            "double_click": lambda: self._click("double_click", "once"),
            "other": lambda: self._click("other", "another"),
            "there": lambda: self._hear(there),
            "dispute": lambda: self._hear(disputed),
            "bank": self._bank_decides,
        }

    @property
    def refunds(self) -> tuple[Refund, ...]:
        return self.life.world.parts.records.refunds_of(self.payment_id).refunds

    def end(self, names: tuple[str, ...]) -> None:
        """News that has not come yet does now, and all that waits is done."""
        for name in _NEWS:
            if name not in names:
                self.acts[name]()
        self.life.run_on()
        assert_all_is_well(self.story, Flow(lambda _: None, {}, alarms=_ALARMS))

    def _taken(self) -> list[PendingWebhook]:
        taken = [each for _, provider in self.life.providers for each in provider.take_webhooks()]
        assert taken
        return taken

    def _parts(self) -> Container:
        world = self.life.world
        return world.container(
            TurningDynamo(world.dynamo, self.turns), TurningHttp(world.http, self.turns)
        )

    def _click(self, name: str, key: str) -> None:
        amount = _PARTS[R.ORGANIZER]
        try:
            self.answers[name] = asked_refund(
                self.story, self.payment_id, amount, key, self._parts()
            )
        except Refusal as refusal:
            self.answers[name] = refusal.code

    def _bank_decides(self) -> None:
        """At a moment at which somebody may be asking about the dispute."""
        lose(self.story)
        self._hear(self._taken())

    def _hear(self, webhooks: list[PendingWebhook]) -> None:
        parts = self._parts()
        for each in webhooks:
            answer = self.life.world.post_webhook(each.headers, each.body, parts, self.provider)
            assert answer["statusCode"] == 200
            event = {"do": "event", "provider": self.provider, "event_id": each.event_id}
            settle_message(event, parts)


# In the default run each pair at one of the providers.
_CASES: Final = (
    (("refund", "double_click"), "stripe"),
    (("refund", "there"), "stripe"),
    (("refund", "other"), "paypal"),
    (("refund", "dispute"), "paypal"),
    (("dispute", "bank"), "paypal"),
)
_OTHERS: Final = (
    (("there", "dispute"), "stripe"),
    (("there", "dispute"), "paypal"),
    *((pair, "paypal" if provider == "stripe" else "stripe") for pair, provider in _CASES),
)


@pytest.mark.parametrize(
    ("names", "provider"),
    [
        pytest.param(names, provider, id=f"{'-'.join(names)}-{provider}")
        for names, provider in (*_CASES, *(_OTHERS if IS_WIDE else ()))
    ],
)
def test_each_pair_may_interrupt_one_another_anywhere_rfd_4_rfd_5g(
    names: tuple[str, str], provider: str
) -> None:
    desks: list[Desk] = []

    def start() -> Turns:
        desks.append(Desk(provider, names))
        for name in names:
            desks[-1].turns.actor(name, desks[-1].acts[name])
        return desks[-1].turns

    for turns in explore(start, preemptions=1):
        desk = desks.pop()
        desk.end(names)
        assert {each.reason for each in desk.refunds} >= {R.OUTSIDE, R.CHARGEBACK}
        made = [each for each in desk.answers.values() if isinstance(each, Refund)]
        refused = {each for each in desk.answers.values() if isinstance(each, str)}
        assert refused <= _REFUSED, turns.schedule
        if set(desk.answers) == {"refund", "double_click"}:
            assert len(made) == 2, turns.schedule
        own = [each for each in desk.refunds if each.reason is R.ORGANIZER]
        assert {each.refund_id for each in made} == {each.refund_id for each in own}
