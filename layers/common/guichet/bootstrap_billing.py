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
    from guichet.adapters.dynamo.bills import JournalBills
    from guichet.adapters.dynamo.history import History
    from guichet.adapters.dynamo.invoice_store import InvoiceStore
    from guichet.adapters.dynamo.seam import Dynamo
    from guichet.adapters.dynamo.store import Store
    from guichet.adapters.dynamo.usage import UsageStore
    from guichet.catalogue.ports import Catalogues
    from guichet.catalogue.selling import SellingEntities
    from guichet.clock import Clock
    from guichet.invoices.correspondence import InvoiceLetters
    from guichet.invoices.forms import RenderDocument
    from guichet.invoices.invoicing import Invoicing
    from guichet.invoices.keeping import Keeping
    from guichet.invoices.ports import DocumentFiles
    from guichet.payments.ports import PaymentProvider
    from guichet.settings import Settings
    from guichet.subscriptions.correspondence import BillingLetters
    from guichet.subscriptions.metering import Metering
    from guichet.subscriptions.policy import BillingPolicy
    from guichet.subscriptions.telling import Sources


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

    @property
    def documents(self) -> DocumentFiles: ...

    @property
    def render_document(self) -> RenderDocument: ...

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
    def bills(self) -> JournalBills:
        """What was billed, as the journal's lines make it."""
        from guichet.adapters.dynamo.bills import JournalBills  # noqa: PLC0415 - for who asks

        return JournalBills(self.held.history, self.records, self.policy.payment_terms_days)

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

        return BillingLetters(self._sources)

    @cached_property
    def invoice_letters(self) -> InvoiceLetters:
        from guichet.invoices.correspondence import InvoiceLetters  # noqa: PLC0415 - deliver only

        return InvoiceLetters(self._sources, self.invoices, lambda: self.keeping)

    @cached_property
    def keeping(self) -> Keeping:
        """Draws documents and keeps them: needs the documents layer."""
        from guichet.invoices.keeping import Keeping  # noqa: PLC0415 - deliver only

        return Keeping(self.held.documents, self.held.render_document)

    @cached_property
    def _sources(self) -> Sources:
        from guichet.subscriptions.telling import Sources  # noqa: PLC0415 - deliver only

        held = self.held
        return Sources(
            records=self.records,
            catalogues=self.catalogues,
            entities=held.selling_entities,
            policy=self.policy,
            happenings=held.history,
            pages=Pages(held.settings.public_base_url),
        )

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
