"""What surrounds our processes in a simulation: queues, a mail service, and what they lose."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from guichet.adapters.mail.render import AnyFacts
from guichet.entry.relaying import in_groups
from guichet.registration.mailer import RenderedMail

type Body = Mapping[str, str]


@dataclass
class Lost:
    """What the outside loses from the moment on at which the fault strikes."""

    messages: bool = False  # stream and queues lose everything; upkeep alone is left
    webhooks: bool = False
    people: bool = False  # who saw an error goes away and never comes back
    day: bool = False  # nothing of ours runs for longer than the provider remembers our keys


@dataclass
class Queue:
    """Messages come again until somebody finished them."""

    waiting: deque[tuple[datetime, Body]] = field(default_factory=deque)
    visibility: timedelta = timedelta(seconds=360)  # as in template.yaml

    def take(self, now: datetime) -> Body | None:
        for _ in range(len(self.waiting)):
            visible_at, body = self.waiting.popleft()
            if visible_at <= now:
                return body
            self.waiting.append((visible_at, body))
        return None

    def again(self, now: datetime, body: Body) -> None:
        """Its worker fell: it is seen again in its time."""
        self.waiting.append((now + self.visibility, body))


@dataclass
class OrderedQueue(Queue):
    """A message that is not done with holds back what came after it in its group, and nothing else."""

    visibility: timedelta = timedelta(seconds=720)

    def take(self, now: datetime) -> Body | None:
        held: set[str] = set()
        for place, (visible_at, body) in enumerate(self.waiting):
            ((group, _),) = in_groups([body])
            if visible_at <= now and group not in held:
                del self.waiting[place]
                return body
            held.add(group)
        return None

    def again(self, now: datetime, body: Body) -> None:
        self.waiting.appendleft((now + self.visibility, body))


@dataclass
class MailLog:
    """A mail service that takes everything; only who got which mail is kept."""

    taken: list[tuple[str, str]] = field(default_factory=list)

    def send(
        self,
        mail: RenderedMail,
        to: str,
        reply_to: str | None,
        message_key: str,
        *,
        copies: tuple[str, ...] = (),
    ) -> str:
        del mail, reply_to, copies
        self.taken.append((to, message_key))
        return f"mail-{len(self.taken)}"


def plain(facts: AnyFacts) -> RenderedMail:
    return RenderedMail(facts.language, facts.kind, "", "")
