"""INV-1, INV-3, BAD-5, BAD-12: two runs at once, in every order of their calls that matters."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from guichet.errors import ConcurrentUpdateError
from tests.simulation.turns import TurningDynamo, Turns, explore
from tests.support.invoicing import Invoiced
from tests.support.verified import assert_verified

type Act = Callable[[Invoiced, TurningDynamo], object]


def _run(here: Invoiced, dynamo: TurningDynamo, *accounts: str) -> object:
    held = here.world.container(dynamo=dynamo)
    try:
        return here.make(*accounts, held=held)
    except ConcurrentUpdateError:
        return None  # the message comes again


def _apply(here: Invoiced, dynamo: TurningDynamo, account: str) -> object:
    return here.apply(account, here.world.container(dynamo=dynamo))


class _Meeting:
    """Two accounts with a bill each and credit, and two workers that come at once."""

    def __init__(self, one: Act, other: Act) -> None:
        self.here = Invoiced()
        self.accounts = [self.here.account("ann"), self.here.account("bob")]
        for account in self.accounts:
            self.here.bill(account, self.here.usd(1_000))
        self.here.give_credit(self.accounts[0], 300)
        self.turns = Turns()
        dynamo = TurningDynamo(self.here.world.dynamo, self.turns)
        self.turns.actor("one", partial(one, self.here, dynamo))
        self.turns.actor("other", partial(other, self.here, dynamo))

    def assert_each_is_invoiced_once(self) -> None:
        here = self.here
        here.make(*self.accounts)
        here.world.settle_down()
        found = [each for name in self.accounts for each in here.invoices(name)]
        assert sorted(each.place for each in found) == here.places() == [1, 2]
        assert [each.credit_applied_minor for each in found] == [300, 0]
        assert here.balance(self.accounts[0]).credit_minor == 0
        assert_verified(here.world.dynamo, here.world.clock.now())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(
            lambda here, dynamo: _run(here, dynamo, "acc_ann", "acc_bob"),
            lambda here, dynamo: _run(here, dynamo, "acc_ann", "acc_bob"),
            id="the same run twice",
        ),
        pytest.param(
            lambda here, dynamo: _run(here, dynamo, "acc_ann"),
            lambda here, dynamo: _run(here, dynamo, "acc_bob"),
            id="two accounts of one series",
        ),
        pytest.param(
            lambda here, dynamo: _run(here, dynamo, "acc_ann", "acc_bob"),
            lambda here, dynamo: _apply(here, dynamo, "acc_ann"),
            id="a run and the use of credit",
        ),
    ],
)
def test_workers_that_meet_make_each_invoice_once_inv_1(one: Act, other: Act) -> None:
    meetings: list[_Meeting] = []

    def start() -> Turns:
        meeting = _Meeting(one, other)
        meetings.append(meeting)
        return meeting.turns

    for _ in explore(start, preemptions=1):
        meetings[-1].assert_each_is_invoiced_once()

    assert len(meetings) > 10
