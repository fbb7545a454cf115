"""A provider's own books, read page by page: what reconciliation compares ours with (EXT-3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from guichet.money import Money


class ListedKind(StrEnum):
    """What a provider keeps lists of."""

    CAPTURE = "capture"
    REFUND = "refund"
    DISPUTE = "dispute"
    FEE = "fee"  # the platform fee, as the operator received it
    PAYOUT = "payout"
    EVENT = "event"  # what a webhook brought, or should have


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry of a provider's list, in our words."""

    kind: ListedKind
    object_id: str  # the provider's
    at: datetime  # when it was made there
    payee: str  # the connected account, of a FEE the one it was taken from; else ""
    amount: Money | None
    status: str  # the provider's word
    settled: bool  # money has moved: captured, refund succeeded, fee taken, dispute decided
    payment_id: str | None = None  # our references, where it carries them
    refund_id: str | None = None
    capture_id: str | None = None  # of the payment it belongs to
    fee: Money | None = None  # of a FEE what was given back of it; of a CAPTURE the platform fee
    event: bytes | None = None  # of an EVENT its body, as a webhook would bring it
    event_kind: str = ""


@dataclass(frozen=True, slots=True)
class ListPage:
    """Up to 100 entries, and where the next ones begin; `after` is None on the last page."""

    items: tuple[Listed, ...]
    after: str | None


class ProviderBooks(Protocol):
    """The lists of one provider.

    `kinds`: what it lists by time. What is missing there is asked one by one of the payment
    provider. FEE is the operator's own and asked for with the payee "", as are those EVENTs that
    are nobody else's. Of EVENTs only those kinds are listed that a webhook of ours is set up for;
    a provider without CAPTURE lists them for all organizers at once, with the payee "".

    Raises:
        ProviderUnavailableError: no answer; the page can be asked for again.
        ProviderRefusedError: a final no; `account_not_reachable` once the organizer has cut us off.
    """

    @property
    def kinds(self) -> tuple[ListedKind, ...]: ...

    def listed(
        self,
        kind: ListedKind,
        *,
        payee: str,
        since: datetime,
        until: datetime,
        after: str | None = None,
    ) -> ListPage:
        """What was made in [since, until), in pages of at most 100; an `after` names its page."""
        ...
