"""What collecting needs from outside: its records, and the operator's own accounts at the providers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from guichet.access.membership import Account
from guichet.access.profile import BillingProfile
from guichet.collection.customer import ProviderCustomer
from guichet.collection.declines import Declines
from guichet.collection.payment_methods import PaymentMethods
from guichet.collection.setup import Setup
from guichet.collection.stored import StoredMethod
from guichet.ledger.journal import Cause, Change
from guichet.payments.method_ports import MethodProvider
from guichet.subscriptions.ports import ProviderEventApplied

type Aggregate = Setup | StoredMethod | PaymentMethods | ProviderCustomer | Declines


@dataclass(frozen=True, slots=True)
class PointToMethod:
    """By its name at the provider a method is found: of the method that was stored last."""

    provider: str
    token_id: str
    account_id: str
    method_id: str


type Step = PointToMethod | ProviderEventApplied


class CollectionRecords(Protocol):
    """The records of payment methods. Reads by key are strongly consistent."""

    def account(self, account_id: str) -> Account: ...

    def profile(self, account_id: str) -> BillingProfile: ...

    def setup(self, setup_id: str) -> Setup | None: ...

    def customer(
        self, account_id: str, selling_entity: str, provider: str
    ) -> ProviderCustomer | None: ...

    def methods(self, account_id: str, selling_entity: str) -> PaymentMethods:
        """Where nothing was ever stored: an empty one, of version 0."""
        ...

    def methods_of(self, account_id: str) -> list[PaymentMethods]:
        """With every selling entity."""
        ...

    def stored_method(self, account_id: str, method_id: str) -> StoredMethod | None: ...

    def stored_methods(self, account_id: str, method_ids: Sequence[str]) -> list[StoredMethod]:
        """Those that are there, as they are at one moment, in the order asked for."""
        ...

    def method_named(self, provider: str, token_id: str) -> StoredMethod | None:
        """By its name at the provider."""
        ...

    def declines(self, account_id: str) -> Declines:
        """Where nothing was ever tried: an empty one, of version 0."""
        ...

    def save(
        self, cause: Cause, changes: Sequence[Change[Aggregate]], steps: Sequence[Step] = ()
    ) -> None:
        """All of it in one write, with one journal entry for each change, or nothing.

        Raises:
            ConcurrentUpdateError: an aggregate is no longer what was read.
        """
        ...


class MethodAccounts(Protocol):
    """The operator's own accounts at the providers, by selling entity."""

    def method_providers(self, selling_entity: str) -> Mapping[str, MethodProvider]:
        """By name; asked by index alone, for one may be loaded only where it is met."""
        ...

    def offered_providers(self, selling_entity: str) -> tuple[str, ...]:
        """The names of the providers that the entity has an account at."""
        ...
