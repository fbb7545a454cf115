"""Processes that die at a call: every call through a seam is counted, and one may be the last."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from guichet.adapters.dynamo.seam import Dynamo
from guichet.adapters.http import Http
from tests.simulation.seams import WatchedDynamo, WatchedHttp

type When = Literal["before", "after"]


class Killed(BaseException):
    """The process is gone. No code catches this, just as none runs after a power cut."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call through a seam, as a recorder tells it."""

    name: str
    detail: str


@dataclass(frozen=True, slots=True)
class KillPoint:
    """Death at call `n` (the first is 0), before or after it has acted."""

    n: int
    when: When


@dataclass(slots=True)
class Calls:
    """The calls of one process over all its seams, in order.

    At `kill` it dies; from then on every call raises `Killed` and does nothing, so that a `finally`
    of the dead process can't act either.
    """

    kill: KillPoint | None = None
    made: list[Call] = field(default_factory=list)
    is_dead: bool = False
    is_struck: bool = False  # its fault has been told
    starts: list[int] = field(default_factory=list)  # the number of each process's first call
    marked_at: int = 0  # what is before is another story, which the default run strikes there

    def mark(self) -> None:
        """What is told before is only how things came to be."""
        self.marked_at = len(self.made)

    def watch[T](self, name: str, detail: str, act: Callable[[], T]) -> T:
        if self.is_dead:
            raise Killed(f"dead before {name} {detail}")
        n = len(self.made)
        self.made.append(Call(name, detail))
        self._die_at(n, "before")
        try:
            return act()
        finally:
            # Also after a refusal: the answer is what gets lost.
            self._die_at(n, "after")

    def _die_at(self, n: int, when: When) -> None:
        if self.kill == KillPoint(n, when):
            self.is_dead = True
            raise Killed(f"{when} call {n}: {self.made[n].name} {self.made[n].detail}")


class KillingDynamo(WatchedDynamo):
    """The store as a process sees it that may die at any call."""

    def __init__(self, dynamo: Dynamo, calls: Calls) -> None:
        super().__init__(dynamo, calls.watch)


class KillingHttp(WatchedHttp):
    """The outside as a process sees it that may die at any call."""

    def __init__(self, http: Http, calls: Calls) -> None:
        super().__init__(http, calls.watch)


def kill_at(n: int, when: When) -> Calls:
    """A process that will die there; give it to `KillingDynamo` and `KillingHttp` alike."""
    return Calls(KillPoint(n, when))


def record_calls(run: Callable[[Calls], object]) -> list[Call]:
    """The calls that an undisturbed run makes through seams built on what it is given."""
    calls = Calls()
    run(calls)
    return calls.made


def kill_points(calls: Sequence[Call]) -> Iterator[KillPoint]:
    """Every place where a process that makes these calls can die."""
    for n in range(len(calls)):
        yield KillPoint(n, "before")
        yield KillPoint(n, "after")


def killed[T](calls: Calls, run: Callable[[], T]) -> bool:
    """Run until the end or the death that `calls` holds; answers whether it came to death.

    Raises:
        AssertionError: the process died, but some code caught that and went on.
    """
    try:
        run()
    except Killed:
        return True
    if calls.is_dead:
        raise AssertionError(f"somebody caught the kill at {calls.kill}")
    return False
