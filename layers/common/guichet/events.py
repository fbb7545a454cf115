"""Who did something, and what happened: the words every journal entry is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class ActorKind(StrEnum):
    """Where a change comes from."""

    MEMBER = "member"
    REPRESENTATIVE = "representative"  # a member of the operator's, acting for an account
    REGISTRANT = "registrant"
    PROVIDER = "provider"
    SYSTEM = "system"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who, and from where (ACC-3): `source` is an address, a queue or a command, never a secret."""

    kind: ActorKind
    id: str
    source: str


@dataclass(frozen=True, slots=True)
class Event:
    """A past fact. Its object and sequence number are those of the journal entry that holds it."""

    name: str
    facts: Mapping[str, str | int | None] = field(default_factory=dict)
