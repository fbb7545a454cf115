"""Limits per source that keep a stranger from trying out codes and from holding every seat."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from guichet.errors import Invalid, TooMany
from guichet.registration.policy import RegistrationPolicy
from guichet.registration.ports import RateLimits
from guichet.registration.registration import Registration
from guichet.replies import Reply

_CODES: Final = "wrong_code"
_HOLDS: Final = "hold"


@dataclass(frozen=True, slots=True)
class Guard:
    """One source's attempts at one training, at one moment."""

    limits: RateLimits
    policy: RegistrationPolicy
    training_id: str
    source: str
    at: datetime

    def codes[T](self, attempt: Callable[[], T]) -> T:
        """Count an attempt with an unknown code. Over the limit, right codes get the same answer.

        Raises:
            TooMany: the hour's limit was reached before; nothing was tried.
        """
        limit = self.policy.wrong_codes_per_hour
        self._require_room(_CODES, limit)
        try:
            return attempt()
        except Invalid as refusal:
            if refusal.code == "discount_unknown":
                self._count(_CODES, limit)
            raise

    def registering(
        self, attempt: Callable[[], Reply[Registration]], *, with_code: bool
    ) -> Reply[Registration]:
        """Count a new registration; what is refused or said again counts nothing.

        Raises:
            TooMany: the hour's limit was reached before; nothing was tried.
        """
        limit = self.policy.new_holds_per_hour
        self._require_room(_HOLDS, limit)
        reply = self.codes(attempt) if with_code else attempt()
        if not reply.replayed:
            self._count(_HOLDS, limit)
        return reply

    def _require_room(self, kind: str, limit: int) -> None:
        self.limits.require_room(
            kind, self.training_id, self.source, at=self.at, limit_per_hour=limit
        )

    def _count(self, kind: str, limit: int) -> None:
        with suppress(TooMany):  # several at once passed the limit: the next one will not
            self.limits.count(kind, self.training_id, self.source, at=self.at, limit_per_hour=limit)
