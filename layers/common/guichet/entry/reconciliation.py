"""What starts a comparison: the schedule, which says nothing, or a person who names a range."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from guichet.errors import Invalid, invalid_field
from guichet.events import Actor, ActorKind
from guichet.registration.use_cases.reconcile import Reconcile

_REQUEST: Final = re.compile(r"[0-9A-Za-z_.:-]{1,64}", re.ASCII)


def command_of(event: Mapping[str, Any], now: datetime) -> Reconcile:
    """The day's run, or `{"since", "until"?, "request"?, "operator"?}` by hand.

    `request` names what is asked for once: a repeat goes on with it, and does nothing when it is
    done. Without one, every call asks for a new comparison.

    Raises:
        Invalid: a time or a name that can't be read.
    """
    if "since" not in event:
        actor = Actor(ActorKind.SYSTEM, "reconcile", "schedule")
        return Reconcile(now.date().isoformat(), actor)
    request = event.get("request", now.isoformat(timespec="milliseconds"))
    if not isinstance(request, str) or not _REQUEST.fullmatch(request.replace("+", "-")):
        raise invalid_field("/request", "request_malformed", "Letters, digits and -_.: only.")
    until = event.get("until")
    window = (_time(event["since"], "/since"), now if until is None else _time(until, "/until"))
    actor = Actor(ActorKind.OPERATOR, str(event.get("operator", "unknown"))[:64], "command line")
    return Reconcile(request.replace("+", "-"), actor, window)


def _time(text: object, pointer: str) -> datetime:
    """An instant; a day alone is its beginning in UTC."""
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        found = None
    if found is None:
        raise _unreadable(pointer)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _unreadable(pointer: str) -> Invalid:
    return invalid_field(pointer, "time_malformed", "A day or a time, such as 2026-11-22T03:10Z.")
