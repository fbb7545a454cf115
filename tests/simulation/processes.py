"""Processes that die or lose answers, in a world that goes on: one runs at a time, each is new.

All calls through the seams are counted over the whole story, so that a fault can strike at any of
them; whatever runs after it is a new process, with the calls that were planned for it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from guichet.adapters.dynamo.seam import StoreUnavailableError
from guichet.bootstrap import Container
from guichet.errors import Conflict, Refusal, Unavailable
from guichet.registration.mailer import MailNotTakenError
from guichet.registration.policy import RegistrationPolicy
from tests.simulation.kills import Call, Calls, Killed, KillingDynamo, KillingHttp
from tests.simulation.losses import LossyCalls, QueueAwayError
from tests.simulation.outside import Lost, MailLog, OrderedQueue, Queue
from tests.support.world import World

OPERATOR: Final = "operator"  # always comes back to what an alarm told
_PATIENCE: Final = 30  # how often a person tries again
_DARK: Final = timedelta(hours=25)
_PAUSE: Final = timedelta(seconds=10)
_TRIES_A_MINUTE: Final = 6
_WRITE: Final = "transact_write"


class FellError(Exception):
    """A process ended without an answer, as the fault of this story wanted it."""


@dataclass
class Processes:
    """Runs processes in a world. After the first fault has struck, `lost` holds."""

    calls: Calls = field(default_factory=Calls)
    lost: Lost = field(default_factory=Lost)
    later: deque[Calls] = field(default_factory=deque)  # each after one more death
    world: World = field(default_factory=World)
    settle_queue: Queue = field(default_factory=Queue)
    deliver_queue: Queue = field(default_factory=Queue)
    invoice_queue: Queue = field(default_factory=OrderedQueue)
    mail: MailLog = field(default_factory=MailLog)
    refusals: list[str] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    strikes: list[list[Call]] = field(default_factory=list)  # the calls until each fault
    policy: RegistrationPolicy | None = None  # in place of the one that is shipped
    after_write: Callable[[Processes], None] = lambda _: None  # of what is watched
    watched_write: str = "put state TRAINING#"  # a registration's seat

    @property
    def has_struck(self) -> bool:
        return bool(self.strikes)

    def process[T](self, run: Callable[[Container], T]) -> T:
        """Run one process to its end.

        Raises:
            FellError: the fault struck, and nobody got an answer.
        """
        calls, before = self.calls, len(self.calls.made)
        calls.starts.append(before)
        parts = self.parts(calls)
        try:
            result = run(parts)
        except Killed as death:
            self._struck(calls)
            self.calls = self.later.popleft() if self.later else Calls()
            raise FellError(str(death)) from death
        except (StoreUnavailableError, MailNotTakenError, QueueAwayError) as outage:
            self._struck(calls)
            raise FellError(str(outage)) from outage
        finally:
            if isinstance(calls, LossyCalls) and calls.has_struck:
                self._struck(calls)
            if any(self._is_watched(call) for call in calls.made[before:]):
                self.after_write(self)
        if calls.is_dead:
            raise AssertionError(f"somebody caught the kill at {calls.kill}")
        return result

    def parts(self, calls: Calls) -> Container:
        """A new worker's, behind seams that count."""
        world = self.world
        made = world.container(KillingDynamo(world.dynamo, calls), KillingHttp(world.http, calls))
        if self.policy is not None:
            made.policy = self.policy
        return made

    def _is_watched(self, call: Call) -> bool:
        return call.name == _WRITE and self.watched_write in call.detail

    def _struck(self, calls: Calls) -> None:
        if calls.is_struck:
            return
        calls.is_struck = True
        self.strikes.append(list(calls.made))
        if len(self.strikes) > 1:
            return
        if self.lost.day:
            self.world.clock.at += _DARK
        if self.lost.messages:
            self.world.dynamo.stream.clear()
            self.settle_queue.waiting.clear()
            self.deliver_queue.waiting.clear()
            self.invoice_queue.waiting.clear()

    @property
    def loses_messages(self) -> bool:
        return self.lost.messages and self.has_struck

    def person[T](
        self, who: str, act: Callable[[Container], T], *, gives_up: bool = False
    ) -> T | None:
        """Somebody acts, and tries again as long as there is hope; None where it was refused.

        Args:
            who: somebody else than before may still be there.
            act: what they want.
            gives_up: nobody may be there to answer them.
        """
        for tries in range(_PATIENCE):
            if who in self.gone:
                return None
            if tries and tries % _TRIES_A_MINUTE == 0:
                self.meanwhile()
            try:
                return self.process(act)
            except FellError:
                self._leave(who)
            except Refusal as refusal:
                in_flight = isinstance(refusal, Conflict) and refusal.retry_after_seconds
                if not isinstance(refusal, Unavailable) and not in_flight:
                    self.refusals.append(refusal.code)
                    return None
                if gives_up:
                    return None
                self._leave(who)
            self.world.clock.at += _PAUSE
        raise AssertionError(f"{who} tried {_PATIENCE} times in vain")

    def meanwhile(self) -> None:
        """What runs by itself while a person tries again and again."""

    def _leave(self, who: str) -> None:
        if self.lost.people and who != OPERATOR:
            self.gone.add(who)
