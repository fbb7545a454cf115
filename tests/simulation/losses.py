"""Answers that never come: a call acts, or does not, and the process that lives on can't know which."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from guichet.adapters.dynamo.seam import ConditionFailedError, StoreUnavailableError
from guichet.adapters.http import NoAnswerError
from guichet.registration.mailer import MailNotTakenError
from tests.simulation.kills import Call, Calls, When

_READS: Final = frozenset({"get", "query", "transact_get"})
_ASKING: Final = ("GET ", "POST /v1/oauth2/token")  # a token more or less changes nothing
_PROVIDER_TRIES: Final = 3  # the client's own tries: then it gives up


class QueueAwayError(Exception):
    """The queue did not say that it has the message."""


OUTAGES: Final[Mapping[str, type[Exception]]] = MappingProxyType(
    {"send": NoAnswerError, "queue": QueueAwayError, "mail": MailNotTakenError}
)


@dataclass(frozen=True, slots=True)
class LossPoint:
    """The answers of so many calls of one kind are lost, from call `n` on."""

    n: int
    when: When
    lasting: int = 1


@dataclass(slots=True)
class LossyCalls(Calls):
    """The calls of processes that live, of which some get no answer."""

    lose: LossPoint | None = None
    _left: int = 0
    _name: str = ""

    @property
    def has_struck(self) -> bool:
        return self.lose is not None and len(self.made) > self.lose.n

    def watch[T](self, name: str, detail: str, act: Callable[[], T]) -> T:
        n = len(self.made)
        self.made.append(Call(name, detail))
        if self.lose is not None and self.lose.n == n:
            self._left, self._name = self.lose.lasting, name
        if self.lose is None or not self._left or name != self._name:
            return act()
        self._left -= 1
        if self.lose.when == "after":
            with suppress(ConditionFailedError, NoAnswerError):  # a no gets lost just as a yes
                act()
        raise OUTAGES.get(name, StoreUnavailableError)(f"lost {self.lose.when} {name} {detail}")


def is_lasting(call: Call) -> bool:
    """Whether it may leave something behind, here or at a provider."""
    return call.name not in _READS and not (call.name == "send" and call.detail.startswith(_ASKING))


def loss_points(calls: Sequence[Call], *, reads: bool) -> Iterator[LossPoint]:
    """Every answer that can get lost; a provider's once, and until the client gives up.

    Args:
        calls: those of an undisturbed story.
        reads: also those of the store's reads, which leave behind what a kill there does.
    """
    for n, call in enumerate(calls):
        if reads or call.name not in _READS:
            yield LossPoint(n, "before")
        if is_lasting(call):
            yield LossPoint(n, "after")
        if call.name == "send":
            yield LossPoint(n, "before", _PROVIDER_TRIES)
            if is_lasting(call):
                yield LossPoint(n, "after", _PROVIDER_TRIES)
