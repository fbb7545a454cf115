"""Stories of which no webhook tells: the nightly comparison with the providers does (EXT-3)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from guichet.bootstrap import Container
from guichet.entry.reconciliation import command_of
from guichet.registration.reconciliation_ports import Report, Reports
from guichet.registration.registration import RegistrationStatus
from guichet.registration.use_cases.reconcile import reconcile
from tests.simulation.flow import Flow
from tests.simulation.kills import Calls
from tests.simulation.money_back import dispute, lose, refund_there, sold
from tests.simulation.money_back_flows import at
from tests.simulation.people import Story
from tests.simulation.processes import FellError

S = RegistrationStatus
_PART: Final = 3333
_STARTS_A_NIGHT: Final = 24


@dataclass(frozen=True, slots=True)
class WatchedReports:
    """The bucket, as a process sees it that may die at any call."""

    kept: Reports
    calls: Calls

    def put(self, key: str, report: Report) -> None:
        self.calls.watch("report", key, lambda: self.kept.put(key, report))


def by_night(story: Story) -> None:
    """The function is started every quarter of an hour; what one start leaves, the next does."""
    life = story.life

    def run(parts: Container) -> int:
        watched = WatchedReports(life.world.reports, life.calls)
        outcome = reconcile(
            command_of({}, parts.clock.now()),
            reconciling=replace(parts.reconciling, reports=watched),
            has_time=lambda: True,
        )
        for failure in outcome.failures:
            raise failure
        return outcome.waiting

    for _ in range(_STARTS_A_NIGHT):
        try:
            waiting = life.process(run)
        except FellError:
            waiting = 1
        life.wait(minutes=15)
        if not waiting:
            return
    raise AssertionError("the night was too short")


def _in_silence(story: Story) -> None:
    """From now on no webhook arrives; what is compared is what happened until then."""
    for _, provider in story.life.providers:
        provider.configure_chaos({"webhooks": {"drop": -1}})
    story.life.calls.mark()


def refund_found_by_night(story: Story, method: str) -> None:
    sold(story, method)
    _in_silence(story)
    refund_there(story, "ada", _PART)
    story.life.wait(hours=2)
    by_night(story)


def dispute_found_by_night(story: Story, method: str) -> None:
    sold(story, method)
    _in_silence(story)
    dispute(story, "ada", _PART)
    lose(story)
    story.life.wait(hours=2)
    by_night(story)


def sale_found_by_night(story: Story, method: str) -> None:
    """Nobody comes back from the provider's page, which has the money, or the buyer's word."""
    training = story.training()
    for _, provider in story.life.providers:
        provider.configure_chaos({"webhooks": {"drop": -1}})
    story.register("ada", training)
    story.start("ada", method=method)
    if method == "stripe":
        story.pay("ada")
    else:
        story.agree("ada")
    story.life.calls.mark()
    story.life.wait(minutes=5)
    by_night(story)


def _flows(method: str) -> tuple[Flow, ...]:
    confirmed = {"ada": S.CONFIRMED}
    return (
        Flow(at(method, refund_found_by_night), confirmed, returned={"ada": _PART}),
        Flow(
            at(method, dispute_found_by_night),
            confirmed,
            alarms=frozenset({"dispute.opened"}),
            returned={"ada": _PART},
        ),
        Flow(at(method, sale_found_by_night), confirmed),
    )


RECONCILED_FLOWS: Final = (*_flows("stripe"), *_flows("paypal"))
