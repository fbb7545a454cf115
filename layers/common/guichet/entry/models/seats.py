"""Seats: who has one of those that were bought (SUB-14)."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from guichet.entry.fields import Answer, Email, Request, ShortLine
from guichet.subscriptions.seats import SeatAssignment


class SeatRequest(Request):
    """Who gets a seat. `notify`: an e-mail tells them."""

    email: Email
    name: ShortLine
    notify: bool = False


class SeatAnswer(Answer):
    """A seat of one person: `invited` and `active` use one, `released` uses none any more."""

    seat_id: str
    subscription_id: str
    email: str
    name: str
    status: str
    assigned_at: datetime
    activated_at: datetime | None
    released_at: datetime | None
    version: int

    @classmethod
    def of(cls, seat: SeatAssignment) -> Self:
        return cls(**{name: getattr(seat, name) for name in cls.model_fields})


class SeatAssignmentsAnswer(Answer):
    """Part of a list, in the order of their ids; `next_cursor` leads on, null at the end."""

    items: list[SeatAnswer]
    next_cursor: str | None
