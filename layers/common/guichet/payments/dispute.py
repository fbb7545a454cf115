"""A dispute: the buyer's bank, or PayPal, asks for the money back and decides about it (RFD-4)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from guichet.errors import Conflict
from guichet.money import Money


class DisputeStatus(StrEnum):
    """Where it stands, in the organizer's eyes."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"
    WITHDRAWN = "withdrawn"  # the buyer took it back


S = DisputeStatus

TRANSITIONS = MappingProxyType(
    {
        S.OPEN: frozenset({S.WON, S.LOST, S.WITHDRAWN}),
        S.WON: frozenset({S.LOST}),  # what a bank decides it may decide once more
        S.LOST: frozenset({S.WON}),  # on appeal
        S.WITHDRAWN: frozenset({S.OPEN, S.LOST}),  # an inquiry that a bank takes up after all
    }
)


@dataclass(frozen=True, slots=True)
class Dispute:
    """One dispute of one captured payment, as the provider last told of it."""

    dispute_id: str
    payment_id: str
    registration_id: str
    training_id: str
    account_id: str
    provider: str
    payee: str
    provider_dispute_id: str
    amount: Money
    withheld: Money  # taken from the organizer's balance by now
    fee: Money  # charged for it by now, in the balance's currency
    reason: str
    opened_at: datetime
    status: DisputeStatus = S.OPEN
    version: int = 1

    @property
    def is_open(self) -> bool:
        return self.status is S.OPEN

    def transition_to(self, status: DisputeStatus) -> Dispute:
        """The only door between states."""
        if status not in TRANSITIONS[self.status]:
            raise Conflict(f"dispute_{self.status}", f"This dispute is {self.status}.")
        return replace(self, status=status)
