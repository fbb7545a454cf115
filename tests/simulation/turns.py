"""Actors that take turns: each stops before every call through a seam, and a test says who goes on."""

from __future__ import annotations

import random
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from types import TracebackType
from typing import Final, Self

from guichet.adapters.dynamo.seam import Dynamo
from guichet.adapters.http import Http
from tests.simulation.kills import Call, Calls, Killed, KillPoint
from tests.simulation.seams import WatchedDynamo, WatchedHttp

type Act = Callable[[], object]

_PATIENCE_SECONDS: Final = 10.0
_ABANDONED_AFTER_SECONDS: Final = 300.0
_STEPS_LIMIT: Final = 10_000


class StuckError(AssertionError):
    """An actor came to neither a call nor its end: it waits for something that no turn will bring."""


@dataclass(slots=True)
class _Actor:
    name: str
    act: Act
    calls: Calls
    thread: threading.Thread | None = None
    may_go: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    has_stopped: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    standing_at: Call | None = None
    is_finished: bool = False
    result: object = None
    error: BaseException | None = None


class Turns:
    """Runs actors one at a time, so that a schedule, a list of names, decides all that happens.

    Used as a context: at its end, actors that still stand somewhere die there. Calls that the
    test's own thread makes through the same seams pass straight on.

    Args:
        patience_seconds: how long an actor may take from call to call before it counts as stuck.
    """

    def __init__(self, patience_seconds: float = _PATIENCE_SECONDS) -> None:
        self.schedule: list[str] = []
        self._patience_seconds = patience_seconds
        self._actors: dict[str, _Actor] = {}
        self._by_thread: dict[int, _Actor] = {}
        self._own_thread = threading.get_ident()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def actor(self, name: str, act: Act, kill: KillPoint | None = None) -> None:
        """Add one; nothing of it runs before its first step. At `kill` it dies, by its own count."""
        if name in self._actors:
            raise ValueError(f"there is an actor {name} already")
        self._actors[name] = _Actor(name, act, Calls(kill))

    @property
    def waiting(self) -> list[str]:
        """Who has not come to an end, in the order of being added."""
        return [actor.name for actor in self._actors.values() if not actor.is_finished]

    def calls(self, name: str) -> list[Call]:
        """The calls that an actor has made so far."""
        return self._actors[name].calls.made

    def standing_at(self, name: str) -> Call | None:
        """The call that the actor's next step will make; None before its first step and at its end."""
        return self._actors[name].standing_at

    def result(self, name: str) -> object:
        """What the finished actor answered; None if it was killed."""
        actor = self._actors[name]
        if not actor.is_finished:
            raise ValueError(f"{name} still stands at {actor.standing_at}")
        return actor.result

    def was_killed(self, name: str) -> bool:
        return isinstance(self._actors[name].error, Killed)

    def step(self, name: str) -> Call | None:
        """Let the actor make the call it stands at and go on until it stands before the next.

        The first step leads from the actor's start to its first call. What an actor raises is
        raised here, but for `Killed`.

        Returns:
            The call at which it stands now, None at its end.

        Raises:
            ValueError: it has come to its end before.
            StuckError: it came to no call and to no end in time.
        """
        actor = self._actors[name]
        if name not in self.waiting:
            raise ValueError(f"{name} has come to its end")
        self.schedule.append(name)
        if actor.thread is None:
            actor.thread = threading.Thread(target=self._live, args=(actor,), daemon=True)
            actor.thread.start()
        else:
            actor.may_go.release()
        if not actor.has_stopped.acquire(timeout=self._patience_seconds):
            raise StuckError(_where_it_hangs(actor))
        if actor.is_finished:
            actor.thread.join()
            if actor.error is not None and not isinstance(actor.error, Killed):
                raise actor.error
        return actor.standing_at

    def finish(self, name: str) -> None:
        """Step the actor to its end."""
        for _ in range(_STEPS_LIMIT):
            if self.step(name) is None:
                return
        raise StuckError(f"{name} makes call after call: {_STEPS_LIMIT} and no end")

    def run(self, schedule: Iterable[str]) -> None:
        """Step by the schedule, then finish who is left, in the order of being added.

        Steps of an actor that has come to its end are passed over: a schedule found for one version
        of the code still tells something about the next.
        """
        for name in schedule:
            if not self._actors[name].is_finished:
                self.step(name)
        for name in self.waiting:
            self.finish(name)

    def run_seeded(self, seed: int) -> list[str]:
        """Step whoever the seed draws, to the end of all; answers the schedule, for `run`."""
        draw = random.Random(seed)  # noqa: S311 - repeatable, not secret
        while self.waiting:
            self.step(draw.choice(self.waiting))
            if len(self.schedule) > _STEPS_LIMIT:
                raise StuckError(f"{_STEPS_LIMIT} steps and no end")
        return list(self.schedule)

    def close(self) -> None:
        """End every actor where it stands, without another call acting."""
        for actor in self._actors.values():
            if actor.thread is None or actor.is_finished:
                continue
            actor.calls.is_dead = True
            actor.may_go.release()
            actor.thread.join(self._patience_seconds)

    def watch[T](self, name: str, detail: str, act: Callable[[], T]) -> T:
        """Stand here until the turn comes; the watcher of `TurningDynamo` and `TurningHttp`."""
        actor = self._by_thread.get(threading.get_ident())
        if actor is None:
            if threading.get_ident() == self._own_thread:
                return act()
            raise AssertionError(f"{name} {detail}: called from a thread that is no actor's")
        if not actor.calls.is_dead:
            actor.standing_at = Call(name, detail)
            actor.has_stopped.release()
            if not actor.may_go.acquire(timeout=_ABANDONED_AFTER_SECONDS):
                actor.calls.is_dead = True
            actor.standing_at = None
        return actor.calls.watch(name, detail, act)

    def _live(self, actor: _Actor) -> None:
        self._by_thread[threading.get_ident()] = actor
        try:
            actor.result = actor.act()
        except BaseException as error:  # noqa: BLE001 - `step` raises it where the test can see it
            actor.error = error
        finally:
            if actor.calls.is_dead and actor.error is None:
                actor.error = AssertionError(f"{actor.name}: somebody caught the kill")
            del self._by_thread[threading.get_ident()]  # the next thread may get the same number
            actor.is_finished = True
            actor.has_stopped.release()


class TurningDynamo(WatchedDynamo):
    """The store as actors see it that take turns."""

    def __init__(self, dynamo: Dynamo, turns: Turns) -> None:
        super().__init__(dynamo, turns.watch)


class TurningHttp(WatchedHttp):
    """The outside as actors see it that take turns."""

    def __init__(self, http: Http, turns: Turns) -> None:
        super().__init__(http, turns.watch)


def orders(acts: Mapping[str, int]) -> Iterator[tuple[str, ...]]:
    """Every order in which each name comes as often as given: of acts run one after the other
    (permutations, where all come once), or of calls.
    """
    if not any(acts.values()):
        yield ()
        return
    for name, left in acts.items():
        if left:
            for rest in orders({**acts, name: left - 1}):
                yield (name, *rest)


def run_in_order(order: Sequence[str], acts: Mapping[str, Sequence[Act]]) -> None:
    """Run whole acts one after the other, each name's own in their sequence; no threads."""
    remaining = {name: iter(sequence) for name, sequence in acts.items()}
    for name in order:
        next(remaining[name])()


def explore(start: Callable[[], Turns], *, preemptions: int, every: int = 1) -> Iterator[Turns]:
    """Every schedule with at most so many interruptions, each run to its end in a fresh world.

    An interruption is a turn given to another actor while the one before could go on; races that
    need more than two are rare. `start` makes the world and adds the actors; after each run the
    Turns is yielded, its `schedule` for the message of a failed test and for `Turns.run`.

    Args:
        start: see above.
        preemptions: how many interruptions a schedule may have.
        every: only every so-manyth place of an interruption is tried; who begins, and who goes on
            when another has ended, always is.
    """
    left: list[tuple[str, ...]] = [()]
    places = count(1)
    while left:
        prefix = left.pop()
        with start() as turns:
            spent = 0
            running: str | None = None
            while turns.waiting:
                waiting = turns.waiting
                at = len(turns.schedule)
                if at >= _STEPS_LIMIT:
                    raise StuckError(f"{_STEPS_LIMIT} steps and no end")
                default = running if running in waiting else waiting[0]
                chosen = prefix[at] if at < len(prefix) else default
                is_free = running not in waiting
                may_interrupt = spent < preemptions and at >= len(prefix) and not is_free
                if (at >= len(prefix) and is_free) or (may_interrupt and not next(places) % every):
                    others = [name for name in waiting if name != chosen]
                    left.extend((*turns.schedule, name) for name in others)
                spent += running in waiting and chosen != running
                turns.step(chosen)
                running = chosen
            yield turns


def _where_it_hangs(actor: _Actor) -> str:
    frame = sys._current_frames().get(actor.thread.ident or 0) if actor.thread else None  # noqa: SLF001 - the only way to see another thread's stack
    stack = "".join(traceback.format_stack(frame)) if frame else ""
    last = actor.calls.made[-1] if actor.calls.made else "its start"
    return f"{actor.name} is stuck after {last}:\n{stack}"
