"""A story of an account that buys, of which every call is interrupted once, and how it must end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from tests.simulation.billing_life import BillingLife
from tests.simulation.billing_outcome import Outcome, outcome_of
from tests.simulation.customers import Customers
from tests.simulation.kills import Calls

MAY_HAPPEN: Final = frozenset({"cart_payment.unknown_for_long", "invoice_payment.unknown_for_long"})
_UNTIL_ABANDONED: Final = 8  # days, and one


@dataclass(frozen=True, slots=True, eq=False)
class BillingFlow:
    """A story, and the day on which everything has come to rest."""

    play: Callable[[Any], None]  # of the people named below
    ends: Mapping[str, str]  # where it leaves each order
    or_ends: Mapping[str, str] = field(default_factory=dict)  # if a fault delays what ends it
    over_on: int = 9  # days after the beginning: what is not paid is abandoned by then
    needs_webhooks: bool = False  # nobody else can tell
    refusals: tuple[str, ...] = ()  # that people meet though nothing goes wrong
    is_timed: bool = False  # on a day's delay it ends otherwise
    is_open: bool = False  # its orders end so, but by other money perhaps
    alarms: frozenset[str] = frozenset()  # that it may raise
    people: type[Customers] = Customers
    attempts: tuple[str, ...] = ()  # what those to collect its invoices come to
    rarer: int = 1  # the default run strikes so much fewer of its places

    @property
    def name(self) -> str:
        return self.play.__name__


def play(flow: BillingFlow, life: BillingLife) -> Customers:
    """The story, and then the clock until its day. The operator decides what is left to a person."""
    story = flow.people(life)
    flow.play(story)
    life.run_to(flow.over_on)
    while story.resolve():
        life.wait(days=_UNTIL_ABANDONED)
    return story


@cache
def undisturbed(flow: BillingFlow) -> tuple[Calls, Outcome]:
    """The calls and the end of a story in which nothing goes wrong."""
    life = BillingLife()
    story = play(flow, life)
    return life.calls, outcome_of(story.billing)
