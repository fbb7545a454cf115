"""A story of which every call is interrupted once: what people do, and how it must end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from guichet.registration.registration import RegistrationStatus
from guichet.registration.use_cases.resolve_payment import Resolution
from tests.simulation.life import Life
from tests.simulation.people import Story


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """A story and where it leaves each person, if all persist until they have an answer."""

    play: Callable[[Story], None]
    ends: Mapping[str, RegistrationStatus]
    or_ends: Mapping[str, RegistrationStatus] = field(default_factory=dict)  # if a fault delays it
    needs_webhooks: bool = False  # nobody else can tell
    alarms: frozenset[str] = frozenset()  # that it may raise
    returned: Mapping[str, int] = field(default_factory=dict)  # in minor units, because of a wish

    @property
    def name(self) -> str:
        return self.play.__name__


def play(flow: Flow, life: Life) -> Story:
    """The story, and then the clock until nothing happens any more.

    The operator decides what is left to a person.
    """
    story = Story(life)
    flow.play(story)
    life.run_on()
    while story.resolve():
        life.run_on()
        story.mismatches = Resolution.RETURN  # where no seat was left to accept it
    return story
