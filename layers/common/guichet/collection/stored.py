"""One payment method that a customer has stored: what is shown of it, and what may be charged (COL-1)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from guichet.errors import Conflict
from guichet.payments.stored_method import DebitScheme, FoundMethod, MethodKind, MethodToken

# What SEPA's and Bacs' authorizations promise: the invoice is told so long before the debit.
_NOTICE: Final = timedelta(days=2)
_NOTICED: Final = frozenset({DebitScheme.SEPA, DebitScheme.BACS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """A customer's word that a bank account may be debited, as they gave it (COL-10).

    It holds the text itself: what they agreed to is never looked up in a newer version.
    """

    scheme: DebitScheme
    text_version: str
    text_dated: date
    language: str
    text: str  # with seller and customer named
    accepted_at: datetime
    accepted_by: str  # the member
    accepted_from: str  # their address
    reference: str = ""  # as the bank statement shows it; once the provider has told it


class MethodStatus(StrEnum):
    """Whether a method is there to be charged."""

    ACTIVE = "active"
    DETACHED = "detached"


S = MethodStatus

TRANSITIONS = MappingProxyType(
    {  # a pair absent from this table does not happen
        S.ACTIVE: frozenset({S.DETACHED}),
        S.DETACHED: frozenset(),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMethod:
    """A method at one selling entity's account at a provider: no other entity can charge it.

    Whether it is the default says `PaymentMethods`, in one place. The record stays when the method
    is detached: payments made with it name it.
    """

    method_id: str
    account_id: str
    selling_entity: str
    setup_id: str
    token: MethodToken
    provider: str
    kind: MethodKind
    stored_at: datetime
    stored_by: str
    brand: str = ""
    last4: str = ""
    expires: str = ""
    country: str = ""
    email: str = ""  # of a connected account
    authorization: Authorization | None = None
    status: MethodStatus = MethodStatus.ACTIVE
    stopped_at: datetime | None = None  # a decline that can never succeed: no retry by itself
    detached_at: datetime | None = None
    forget_from: datetime | None = None  # the provider has still to forget it, at the latest then
    version: int = 1

    @property
    def is_active(self) -> bool:
        return self.status is MethodStatus.ACTIVE

    @property
    def scheme(self) -> DebitScheme | None:
        return self.authorization.scheme if self.authorization else None

    @property
    def debit_notice(self) -> timedelta:
        """How long before a debit its invoice has to be there; nothing where none is promised."""
        return _NOTICE if self.scheme in _NOTICED else timedelta()

    @property
    def may_be_charged(self) -> bool:
        """Stored, and of a bank account also authorized (COL-10)."""
        is_authorized = self.kind is not MethodKind.BANK_DEBIT or self.authorization is not None
        return self.is_active and is_authorized

    @property
    def may_be_retried(self) -> bool:
        """Whether it may be charged with nobody there: not after a final decline (COL-3)."""
        return self.may_be_charged and self.stopped_at is None

    def transition_to(self, status: MethodStatus) -> StoredMethod:
        """The only door between states.

        Raises:
            Conflict: `payment_method_<status>`.
        """
        if status not in TRANSITIONS[self.status]:
            raise Conflict(
                f"payment_method_{self.status}", f"This payment method is {self.status}."
            )
        return replace(self, status=status)

    def detached(self, at: datetime, *, forget_from: datetime | None) -> StoredMethod:
        """Nobody charges it any more.

        Args:
            at: when.
            forget_from: when the provider has to be told again; None where it said so itself.
        """
        moved = self.transition_to(MethodStatus.DETACHED)
        return replace(moved, detached_at=at, forget_from=forget_from)

    def forgotten(self) -> StoredMethod:
        """The provider has it no more."""
        return replace(self, forget_from=None)

    def stopped(self, at: datetime) -> StoredMethod:
        """Declined for good: only the customer may try it again."""
        return replace(self, stopped_at=self.stopped_at or at)

    def as_found(self, found: FoundMethod) -> StoredMethod:
        """With what the provider shows of it now: networks renew cards."""
        return replace(
            self,
            brand=found.brand or self.brand,
            last4=found.last4 or self.last4,
            expires=found.expires or self.expires,
            country=found.country or self.country,
            email=found.email or self.email,
        )
