"""When a declined payment may be tried again: once an hour a method and invoice, so often a day (COL-3).

An attempt takes its place before the provider hears of it, for it may be declined: so the limit
holds for attempts that are on their way at once. What comes to anything but a decline gives its
place back. Manual and automatic attempts are counted alike here; the schedule of automatic ones is
kept elsewhere (BAD-7).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from guichet.collection.policy import CollectionPolicy
from guichet.errors import Conflict

# An attempt on its way is asked about again in a moment: it will have taken, or given back, its place.
_ON_ITS_WAY: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Tried:
    """An attempt: declined at `declined_at`, on its way while that is None."""

    attempt_id: str
    method_id: str
    invoice_ids: tuple[str, ...]
    declined_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Declines:
    """One account's attempts that were declined lately or may yet be; version 0: never stored."""

    account_id: str
    tried: tuple[Tried, ...] = ()
    version: int = 0

    def may_try(
        self,
        now: datetime,
        method_id: str,
        invoice_ids: Collection[str],
        policy: CollectionPolicy,
    ) -> datetime | None:
        """The moment of the next try; None where it may be tried now."""
        moments = (
            *self._rests(method_id, invoice_ids, policy),
            *self._full(now, policy),
        )
        later = [each for each in moments if each > now]
        return max(later, default=None)

    def require_may_try(
        self,
        now: datetime,
        method_id: str,
        invoice_ids: Collection[str],
        policy: CollectionPolicy,
    ) -> None:
        """Refuse a try that comes too early.

        Raises:
            Conflict: `declined_too_recently`, with the moment of the next try.
        """
        moment = self.may_try(now, method_id, invoice_ids, policy)
        if moment is None:
            return
        seconds = -((now - moment) // timedelta(seconds=1))
        raise Conflict(
            "declined_too_recently",
            f"This was declined too recently; try again at {moment.isoformat()}.",
            rule="COL-3",
            retry_after_seconds=seconds,
            retry_at=moment,
            facts={"moment": moment.isoformat()},
        )

    def trying(
        self,
        attempt_id: str,
        method_id: str,
        invoice_ids: Collection[str],
        now: datetime,
        policy: CollectionPolicy,
    ) -> Declines:
        """With the attempt's place taken; one that has it already changes nothing.

        Raises:
            Conflict: `declined_too_recently`.
        """
        if any(each.attempt_id == attempt_id for each in self.tried):
            return self
        self.require_may_try(now, method_id, invoice_ids, policy)
        attempt = Tried(attempt_id, method_id, tuple(sorted(invoice_ids)))
        return replace(self, tried=(*self._lately(now, policy), attempt))

    def declined(self, attempt: Tried, at: datetime, policy: CollectionPolicy) -> Declines:
        """The attempt was declined; said twice, the first moment counts. Its place need not be there."""
        if any(each.attempt_id == attempt.attempt_id and each.declined_at for each in self.tried):
            return self
        others = tuple(e for e in self._lately(at, policy) if e.attempt_id != attempt.attempt_id)
        return replace(self, tried=(*others, replace(attempt, declined_at=at)))

    def not_declined(self, attempt_id: str) -> Declines:
        """Paid, waiting for the bank or the customer, or never heard of: it does not count.

        A decline that was told stays one.
        """
        rest = tuple(
            each
            for each in self.tried
            if each.attempt_id != attempt_id or each.declined_at is not None
        )
        return self if rest == self.tried else replace(self, tried=rest)

    def on_its_way(self, attempt_id: str) -> Tried | None:
        found = (each for each in self.tried if each.attempt_id == attempt_id)
        return next((each for each in found if each.declined_at is None), None)

    def _rests(
        self, method_id: str, invoice_ids: Collection[str], policy: CollectionPolicy
    ) -> list[datetime]:
        """The ends of the hours in which this method is not tried on one of these invoices."""
        wanted = set(invoice_ids)
        return [
            each.declined_at + policy.decline_rest
            for each in self.tried
            if each.declined_at is not None
            and each.method_id == method_id
            and not wanted.isdisjoint(each.invoice_ids)
        ]

    def _full(self, now: datetime, policy: CollectionPolicy) -> list[datetime]:
        """When one of the places is free again, where all are taken."""
        ends = sorted(
            now + _ON_ITS_WAY
            if each.declined_at is None
            else each.declined_at + policy.decline_window
            for each in self.tried
        )
        taken = [each for each in ends if each > now]
        over = len(taken) - policy.most_declines
        return [taken[over]] if over >= 0 else []

    def _lately(self, now: datetime, policy: CollectionPolicy) -> tuple[Tried, ...]:
        """Without what counts no more."""
        kept = max(policy.decline_window, policy.decline_rest)
        return tuple(
            each for each in self.tried if each.declined_at is None or now < each.declined_at + kept
        )
