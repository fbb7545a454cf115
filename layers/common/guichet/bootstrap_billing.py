"""The concrete parts of billing, each made when it is first needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from guichet.access.profile import BillingProfile
from guichet.adapters.catalogue.packaged import packaged_catalogues
from guichet.adapters.dynamo.billing_store import BillingStore
from guichet.configuration import load_billing_policy
from guichet.ledger.journal import Cause
from guichet.registration.provider_event import ProviderEvent
from guichet.subscriptions.carts import Carts
from guichet.subscriptions.ordering import Ordering
from guichet.subscriptions.pages import Opening, Pages
from guichet.subscriptions.ports import ProviderEventApplied, Taxes
from guichet.subscriptions.taxed import tax_subject
from guichet.tax.subject import TaxSubject

if TYPE_CHECKING:
    from guichet.adapters.dynamo.history import History
    from guichet.adapters.dynamo.invoice_store import InvoiceStore
    from guichet.adapters.dynamo.seam import Dynamo
    from guichet.adapters.dynamo.store import Store
    from guichet.adapters.dynamo.usage import UsageStore
    from guichet.catalogue.ports import Catalogues
    from guichet.catalogue.selling import SellingEntities
    from guichet.clock import Clock
    from guichet.invoices.invoicing import Invoicing
    from guichet.payments.ports import PaymentProvider
    from guichet.settings import Settings
    from guichet.subscriptions.correspondence import BillingLetters
    from guichet.subscriptions.metering import Metering
    from guichet.subscriptions.policy import BillingPolicy


class Held(Protocol):
    """What billing takes from the container of all."""

    @property
    def dynamo(self) -> Dynamo: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def settings(self) -> Settings: ...

    @property
    def records(self) -> Store: ...

    @property
    def history(self) -> History: ...

    @property
    def selling_entities(self) -> SellingEntities: ...

    def billing_providers(self, selling_entity: str) -> Mapping[str, PaymentProvider]: ...

    def offered_providers(self, selling_entity: str) -> tuple[str, ...]: ...

    def own_payee(self, selling_entity: str, provider: str) -> str: ...


@dataclass(frozen=True)
class BillingParts:
    """Parts of one container; tests hand in a catalogue, taxes or numbers of their own."""

    held: Held
    given_catalogues: Catalogues | None = None
    given_taxes: Taxes | None = None
    given_policy: BillingPolicy | None = None

    @cached_property
    def catalogues(self) -> Catalogues:
        return self.given_catalogues or packaged_catalogues()

    @cached_property
    def policy(self) -> BillingPolicy:
        return self.given_policy or load_billing_policy()

    @cached_property
    def records(self) -> BillingStore:
        return BillingStore(self.held.dynamo)

    @cached_property
    def usage(self) -> UsageStore:
        from guichet.adapters.dynamo.usage import UsageStore  # noqa: PLC0415 - usage only

        return UsageStore(self.held.dynamo)

    @cached_property
    def metering(self) -> Metering:
        from guichet.subscriptions.metering import Metering  # noqa: PLC0415 - usage only

        return Metering(self.records, self.usage, self.catalogues, self.policy, self.held.clock)

    @cached_property
    def taxes(self) -> Taxes:
        """The packaged tables, unless a test hands in others."""
        if self.given_taxes is not None:
            return self.given_taxes
        from guichet.adapters.tax_tables import TableTaxes  # noqa: PLC0415 - where something is taxed

        return TableTaxes(self.held.selling_entities, self.catalogues)

    @cached_property
    def invoices(self) -> InvoiceStore:
        from guichet.adapters.dynamo.invoice_store import (  # noqa: PLC0415 - where invoices are
            InvoiceStore,
        )

        return InvoiceStore(self.held.dynamo)

    @cached_property
    def invoicing(self) -> Invoicing:
        from guichet.invoices.invoicing import Invoicing  # noqa: PLC0415 - where invoices are

        return Invoicing(
            records=self.invoices,
            billing=self.records,
            catalogues=self.catalogues,
            entities=self.held.selling_entities,
            taxes=self.taxes,
            subjects=_Unasked(),
            autopay=_NoAutopay(),
            policy=self.policy,
            clock=self.held.clock,
        )

    @cached_property
    def carts(self) -> Carts:
        return Carts(
            records=self.records,
            catalogues=self.catalogues,
            entities=self.held.selling_entities,
            taxes=self.taxes,
            policy=self.policy,
            clock=self.held.clock,
        )

    @cached_property
    def letters(self) -> BillingLetters:
        from guichet.subscriptions.correspondence import (  # noqa: PLC0415 - deliver only
            BillingLetters,
        )
        from guichet.subscriptions.telling import Sources  # noqa: PLC0415 - same

        held = self.held
        sources = Sources(
            records=self.records,
            catalogues=self.catalogues,
            entities=held.selling_entities,
            policy=self.policy,
            happenings=held.history,
            pages=Pages(held.settings.public_base_url),
        )
        return BillingLetters(sources)

    @cached_property
    def ordering(self) -> Ordering:
        return Ordering(self.carts, _OwnAccounts(self.held))

    @cached_property
    def opening(self) -> Opening:
        return Opening(self.ordering, Pages(self.held.settings.public_base_url))

    def ask_cart_payment(self, payment_id: str, cause: Cause, event: ProviderEvent) -> None:
        """An event about an order's payment: ask, and note the event with the effect it has."""
        applied = ProviderEventApplied(event.provider, event.event_id)
        if not self.ordering.ask(payment_id, cause, applied):
            self.held.records.event_ignored(cause, event)


class _Unasked:
    """`TaxSubjects` by the profile alone."""

    @staticmethod
    def subject(profile: BillingProfile, day: date) -> TaxSubject:
        del day
        return tax_subject(profile)


class _NoAutopay:
    """`Autopay` while nothing is stored."""

    @staticmethod
    def is_on(account_id: str, selling_entity: str) -> bool:
        del account_id, selling_entity
        return False


@dataclass(frozen=True, slots=True)
class _OwnAccounts:
    """`OwnAccounts` by the keys in the secret."""

    held: Held

    def providers(self, selling_entity: str) -> Mapping[str, PaymentProvider]:
        return self.held.billing_providers(selling_entity)

    def offered(self, selling_entity: str) -> tuple[str, ...]:
        return self.held.offered_providers(selling_entity)

    def payee(self, selling_entity: str, provider: str) -> str:
        return self.held.own_payee(selling_entity, provider)
