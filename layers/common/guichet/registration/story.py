"""Everything known about one registration, written down in order for a person."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from guichet.ledger.journal import JournalEntry
from guichet.money import Money

# What tells a reader nothing: guards against repeats, and what the line says already.
_SILENT: Final = frozenset(
    {"version", "handled_keys", "request_hash", "account_id", "training_id", "registration_id"}
)


@dataclass(frozen=True, slots=True)
class MailStanding:
    """One mail that a change made necessary, and whether it still waits to be handed over."""

    kind: str
    pending: bool


@dataclass(frozen=True, slots=True)
class Happening:
    """One journal entry of the story, with its mails."""

    entry: JournalEntry
    mails: tuple[MailStanding, ...]


def lines_of(story: Iterable[Happening]) -> Iterator[str]:
    """One paragraph for each happening: when, what, who; then fields, money and mails.

    Names and addresses of people are not in it: the journal has none.
    """
    for happening in story:
        entry = happening.entry
        what = ", ".join(event.name for event in entry.events) or "changed"
        yield f"{entry.at.isoformat(timespec='milliseconds')}  {what}"
        yield f"    {entry.aggregate} #{entry.sequence}"
        yield f"    {entry.use_case} by {entry.actor.kind} {entry.actor.id} ({entry.actor.source})"
        yield from _facts(entry)
        yield from _fields(entry)
        yield from (
            f"    moved {posting.amount} from {posting.source} to {posting.destination}"
            for posting in entry.postings
        )
        yield from (
            f"    mail {mail.kind} {'waits to be sent' if mail.pending else 'handed over'}"
            for mail in happening.mails
        )


def _facts(entry: JournalEntry) -> Iterator[str]:
    for event in entry.events:
        for name, fact in event.facts.items():
            if fact is not None:
                yield f"    {event.name}: {name} {fact}"


def _fields(entry: JournalEntry) -> Iterator[str]:
    for name, after in entry.after.items():
        if name in _SILENT:
            continue
        if name in entry.before:
            yield f"    {name}: {_text(entry.before[name])} → {_text(after)}"
        else:
            yield f"    {name}: {_text(after)}"


def _text(value: object) -> str:
    match value:
        case None:
            return "none"
        case {"amount_minor": int() as amount_minor, "currency": str() as currency, **rest} if (
            not rest
        ):
            return str(Money(amount_minor, currency))
        case Mapping():
            return ", ".join(f"{name} {_text(each)}" for name, each in value.items())
        case str():
            return value
        case _:
            return json.dumps(value)
