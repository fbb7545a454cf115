"""The concrete parts of billing, each made when it is first needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from guichet.adapters.catalogue.packaged import packaged_catalogues
from guichet.adapters.dynamo.billing_store import BillingStore
from guichet.adapters.no_taxes import NoTaxes
from guichet.configuration import load_billing_policy
from guichet.ledger.journal import Cause
from guichet.registration.provider_event import ProviderEvent
from guichet.subscriptions.carts import Carts
from guichet.subscriptions.ordering import Ordering
from guichet.subscriptions.pages import Opening, Pages
from guichet.subscriptions.ports import ProviderEventApplied, Taxes

if TYPE_CHECKING:
    from guichet.adapters.dynamo.bills import JournalBills
    from guichet.adapters.dynamo.certificates import CertificateStore
    from guichet.adapters.dynamo.history import History
    from guichet.adapters.dynamo.seam import Dynamo
    from guichet.adapters.dynamo.store import Store
    from guichet.adapters.dynamo.usage import UsageStore
    from guichet.catalogue.ports import Catalogues
    from guichet.catalogue.selling import SellingEntities
    from guichet.clock import Clock
    from guichet.payments.ports import PaymentProvider
    from guichet.settings import Settings
    from guichet.subscriptions.correspondence import BillingLetters
    from guichet.subscriptions.metering import Metering
    from guichet.subscriptions.policy import BillingPolicy
    from guichet.tax.ports import VatRegister
    from guichet.tax.tables import VatCheckPolicy
    from guichet.taxpayer.certificates import Certificates
    from guichet.taxpayer.ports import CertificateFiles


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
    def certificate_files(self) -> CertificateFiles: ...

    @property
    def vat_register(self) -> VatRegister: ...

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
    def taxpayers(self) -> CertificateStore:
        """Exemption certificates, and what is known of VAT numbers."""
        from guichet.adapters.dynamo.certificates import (  # noqa: PLC0415 - for who asks
            CertificateStore,
        )

        return CertificateStore(self.held.dynamo)

    @cached_property
    def certificates(self) -> Certificates:
        from guichet.adapters.uploads.checking import check_file  # noqa: PLC0415 - same
        from guichet.taxpayer.certificates import Certificates  # noqa: PLC0415 - same

        held = self.held
        return Certificates(self.taxpayers, held.certificate_files, check_file, held.clock)

    @cached_property
    def vat_policy(self) -> VatCheckPolicy:
        """How long the register's answers count."""
        from guichet.adapters.tax.packaged import packaged_tax_tables  # noqa: PLC0415 - same

        return packaged_tax_tables().vat_checks

    @cached_property
    def bills(self) -> JournalBills:
        """What was billed, as the journal's lines make it."""
        from guichet.adapters.dynamo.bills import JournalBills  # noqa: PLC0415 - for who asks

        return JournalBills(self.held.history, self.records, self.policy.payment_terms_days)

    @cached_property
    def carts(self) -> Carts:
        return Carts(
            records=self.records,
            catalogues=self.catalogues,
            entities=self.held.selling_entities,
            taxes=self.given_taxes or NoTaxes(),
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
            certificates=self.taxpayers,
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
