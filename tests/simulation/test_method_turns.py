"""Two at once at one account's payment methods: every call of one may come between two of the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest

from guichet.bootstrap import Container
from guichet.collection.setup import Setup, SetupStatus
from guichet.collection.use_cases.note_detached import note_detached
from guichet.collection.use_cases.settle_setup import settle_setup
from guichet.collection.use_cases.switch_autopay import SwitchAutopay, switch_autopay
from guichet.errors import Refusal
from tests.simulation.enumeration import IS_WIDE
from tests.simulation.method_flows import assert_ours_are_the_provider_s
from tests.simulation.method_seams import watched
from tests.simulation.turns import TurningDynamo, Turns, explore
from tests.support.stored_methods import Methods
from tests.support.world import SYSTEM

_PREEMPTIONS = 2 if IS_WIDE else 1


class Rivals:
    """One account, and actors that take turns at its methods. What each was answered is kept."""

    def __init__(self) -> None:
        self.turns = Turns()
        self.methods = Methods()
        self.answers: list[str] = []

    def parts(self) -> Container:
        world = self.methods.world
        return world.container(
            TurningDynamo(world.dynamo, self.turns),
            methods=watched(world.method_house, self.turns.watch),
        )

    def add(self, **acts: Callable[[Container], object]) -> None:
        for name, act in acts.items():
            self.turns.actor(name, partial(self._answered, act))

    def _answered(self, act: Callable[[Container], object]) -> None:
        try:
            act(self.parts())
            self.answers.append("ok")
        except Refusal as refusal:
            self.answers.append(refusal.code)

    def settle(self, setup: Setup) -> Callable[[Container], object]:
        return lambda parts: settle_setup(
            setup.setup_id, SYSTEM, collecting=self.methods.collecting(parts)
        )

    def return_of(self, setup: Setup) -> Callable[[Container], object]:
        return lambda parts: self.methods.come_back(setup, parts=parts)

    def end(self) -> None:
        for _ in range(3):
            self.methods.world.clock.advance(minutes=40)
            self.methods.world.upkeep()
        self.methods.world.settle_down()
        assert_ours_are_the_provider_s(self.methods)


def each_schedule(begin: Callable[[Rivals], None]) -> Iterator[tuple[Rivals, list[str]]]:
    """Every world in which the actors have taken their turns, with the schedule that they took."""
    worlds: list[Rivals] = []

    def start() -> Turns:
        worlds.append(Rivals())
        begin(worlds[-1])
        return worlds[-1].turns

    for turns in explore(start, preemptions=_PREEMPTIONS):
        yield worlds.pop(), turns.schedule


def test_one_request_sent_twice_opens_one_page_that_counts_ext_1() -> None:
    def begin(rivals: Rivals) -> None:
        act = partial(rivals.methods.start, "card", key="one")
        rivals.add(one=lambda parts: act(parts=parts), two=lambda parts: act(parts=parts))

    for rivals, schedule in each_schedule(begin):
        assert set(rivals.answers) <= {"ok", "setup_in_flight"}, schedule
        assert "ok" in rivals.answers, schedule
        setup = rivals.methods.start("card", key="one")
        rivals.methods.agree(setup)
        rivals.methods.come_back(setup)
        assert len(rivals.methods.all_stored()) == 1, schedule
        rivals.end()


def test_two_pages_at_once_have_one_customer() -> None:
    def begin(rivals: Rivals) -> None:
        rivals.add(
            **{
                key: lambda parts, key=key: rivals.methods.start(key=key, parts=parts)
                for key in ("one", "two")
            }
        )

    for rivals, schedule in each_schedule(begin):
        assert rivals.answers == ["ok", "ok"], schedule
        assert len(rivals.methods.provider().customers) == 1, schedule
        rivals.end()


@pytest.mark.parametrize("kind", ["card", "paypal"])
@pytest.mark.parametrize("rival", ["webhook", "return", "the page's end"])
def test_whoever_hears_of_it_at_once_stores_one_method_bad_2(kind: str, rival: str) -> None:
    def begin(rivals: Rivals) -> None:
        setup = rivals.methods.start(kind)
        rivals.methods.agree(setup)
        if rival == "the page's end":
            rivals.methods.world.clock.advance(minutes=32)
        other = rivals.return_of(setup) if rival == "return" else rivals.settle(setup)
        rivals.add(page=rivals.return_of(setup), other=other)

    for rivals, schedule in each_schedule(begin):
        assert rivals.answers == ["ok", "ok"], schedule
        rivals.end()
        assert len(rivals.methods.all_stored()) == 1, schedule
        assert rivals.methods.world.mails() == ["billing_method_stored"], schedule


def test_of_two_for_the_last_place_one_is_taken_and_one_given_back_col_1() -> None:
    def begin(rivals: Rivals) -> None:
        for number in range(3):
            rivals.methods.store(last4=f"000{number}")
        pages = [rivals.methods.start(key=key) for key in ("one", "two")]
        for each in pages:
            rivals.methods.agree(each)
        first, second = pages
        rivals.add(one=rivals.return_of(first), two=rivals.return_of(second))

    for rivals, schedule in each_schedule(begin):
        rivals.end()
        ended = [
            rivals.methods.setup(rivals.methods.start(key=key)).status for key in ("one", "two")
        ]
        assert sorted(ended) == [SetupStatus.REFUSED, SetupStatus.STORED], schedule
        assert len(rivals.methods.held().held) == 4, schedule


def test_the_last_default_is_not_removed_while_autopay_is_switched_on_col_1() -> None:
    def begin(rivals: Rivals) -> None:
        stored = rivals.methods.store()
        billing = rivals.methods.billing
        command = SwitchAutopay(True, None, billing.owner, "on", billing.actor())
        rivals.add(
            remover=lambda parts: rivals.methods.remove(stored.method_id, parts=parts),
            switcher=lambda parts: switch_autopay(
                command, collecting=rivals.methods.collecting(parts)
            ),
        )

    for rivals, schedule in each_schedule(begin):
        methods = rivals.methods.held()
        assert not (methods.is_autopay and methods.default_method_id is None), schedule
        assert sorted(rivals.answers) in (
            ["last_default_payment_method", "ok"],
            ["default_payment_method_missing", "ok"],
        ), schedule
        rivals.end()


def test_removed_here_and_gone_there_at_once_is_detached_once() -> None:
    def begin(rivals: Rivals) -> None:
        stored = rivals.methods.store()
        rivals.methods.world.settle_down()
        rivals.methods.provider().withdraw(stored.token.token_id)
        rivals.add(
            remover=lambda parts: rivals.methods.remove(stored.method_id, parts=parts),
            hint=lambda parts: note_detached(
                "stripe",
                stored.token.token_id,
                SYSTEM,
                collecting=rivals.methods.collecting(parts),
            ),
        )

    for rivals, schedule in each_schedule(begin):
        assert rivals.answers == ["ok", "ok"], schedule
        rivals.end()
        told = rivals.methods.world.mails()[1:]
        assert told in (["billing_method_removed"], ["billing_method_gone"]), schedule
