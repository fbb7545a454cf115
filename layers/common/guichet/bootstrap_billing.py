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
from guichet.subscriptions.carts import Carts
from guichet.subscriptions.ordering import Ordering
from guichet.subscriptions.pages import Opening, Pages
from guichet.subscriptions.ports import Taxes
from guichet.subscriptions.taxed import tax_subject
from guichet.tax.subject import TaxSubject

if TYPE_CHECKING:
    from guichet.adapters.dynamo.account_history import AccountHistoryStore
    from guichet.adapters.dynamo.certificates import CertificateStore
    from guichet.adapters.dynamo.charge_store import ChargeStore
    from guichet.adapters.dynamo.history import History
    from guichet.adapters.dynamo.invoice_store import InvoiceStore
    from guichet.adapters.dynamo.method_store import MethodStore
    from guichet.adapters.dynamo.seam import Dynamo
    from guichet.adapters.dynamo.store import Store
    from guichet.adapters.dynamo.usage import UsageStore
    from guichet.catalogue.ports import Catalogues
    from guichet.catalogue.selling import SellingEntities
    from guichet.clock import Clock
    from guichet.collection.charging import Charging
    from guichet.collection.collecting import Collecting
    from guichet.collection.opening import Opening as MethodOpening
    from guichet.collection.own_refunding import OwnRefunding
    from guichet.collection.policy import CollectionPolicy
    from guichet.invoices.forms import RenderDocument
    from guichet.invoices.invoicing import Invoicing
    from guichet.invoices.keeping import Keeping
    from guichet.invoices.ports import DocumentFiles
    from guichet.payments.method_ports import MethodProvider
    from guichet.payments.ports import PaymentProvider
    from guichet.settings import Settings
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

    @property
    def documents(self) -> DocumentFiles: ...

    @property
    def render_document(self) -> RenderDocument: ...

    def billing_providers(self, selling_entity: str) -> Mapping[str, PaymentProvider]: ...

    def offered_providers(self, selling_entity: str) -> tuple[str, ...]: ...

    def own_payee(self, selling_entity: str, provider: str) -> str: ...

    def method_providers(self, selling_entity: str) -> Mapping[str, MethodProvider]: ...


@dataclass(frozen=True)
class BillingParts:
    """Parts of one container; tests hand in a catalogue, taxes or numbers of their own."""

    held: Held
    given_catalogues: Catalogues | None = None
    given_taxes: Taxes | None = None
    given_policy: BillingPolicy | None = None
    given_collection_policy: CollectionPolicy | None = None

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
    def account_history(self) -> AccountHistoryStore:
        from guichet.adapters.dynamo.account_history import (  # noqa: PLC0415 - where it is read
            AccountHistoryStore,
        )

        return AccountHistoryStore(self.held.dynamo)

    @cached_property
    def invoicing(self) -> Invoicing:
        from guichet.invoices.invoicing import Invoicing  # noqa: PLC0415 - where invoices are

        return Invoicing(
            records=self.invoices,
            billing=self.records,
            catalogues=self.catalogues,
            entities=self.held.selling_entities,
            taxes=self.taxes,
            subjects=_Subjects(self, asks=True),
            autopay=_Autopay(self),
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
            subjects=_Subjects(self, asks=False),
            policy=self.policy,
            clock=self.held.clock,
        )

    @cached_property
    def keeping(self) -> Keeping:
        """Draws documents and keeps them: needs the documents layer."""
        from guichet.invoices.keeping import Keeping  # noqa: PLC0415 - deliver only

        return Keeping(self.held.documents, self.held.render_document)

    @cached_property
    def method_records(self) -> MethodStore:
        from guichet.adapters.dynamo.method_store import MethodStore  # noqa: PLC0415 - methods only

        return MethodStore(self.held.dynamo)

    @cached_property
    def collecting(self) -> Collecting:
        """Everything that payment methods need."""
        from guichet.collection.collecting import Collecting  # noqa: PLC0415 - methods only
        from guichet.collection.pages import MethodPages  # noqa: PLC0415 - same
        from guichet.configuration import load_collection_policy  # noqa: PLC0415 - same

        held = self.held
        return Collecting(
            records=self.method_records,
            accounts=held,
            entities=held.selling_entities,
            policy=self.given_collection_policy or load_collection_policy(),
            clock=held.clock,
            pages=MethodPages(held.settings.public_base_url),
        )

    @cached_property
    def method_opening(self) -> MethodOpening:
        from guichet.collection.opening import (  # noqa: PLC0415 - where a page is opened
            Opening as MethodOpening,
        )

        return MethodOpening(self.collecting)

    @cached_property
    def ordering(self) -> Ordering:
        return Ordering(self.carts, _OwnAccounts(self.held))

    @cached_property
    def opening(self) -> Opening:
        return Opening(self.ordering, Pages(self.held.settings.public_base_url))

    @cached_property
    def charges(self) -> ChargeStore:
        from guichet.adapters.dynamo.charge_store import (  # noqa: PLC0415 - where one collects
            ChargeStore,
        )

        return ChargeStore(self.held.dynamo)

    @cached_property
    def charging(self) -> Charging:
        """What collects invoices by stored methods."""
        from guichet.collection.charging import Charging  # noqa: PLC0415 - where one collects

        collecting = self.collecting
        return Charging(
            records=self.charges,
            accounts=collecting.accounts,
            payee=self.held.own_payee,
            policy=collecting.policy,
            clock=self.held.clock,
            pages=collecting.pages,
            refunder=self._own_provider,
        )

    @cached_property
    def own_refunding(self) -> OwnRefunding:
        """What gives money back out of the entities' own accounts."""
        from guichet.collection.own_refunding import OwnRefunding  # noqa: PLC0415 - where money goes back

        return OwnRefunding(self.charges, self._own_provider, self.held.clock)

    def _own_provider(self, selling_entity: str, name: str) -> PaymentProvider:
        from guichet.payments.unavailable import provider_unavailable  # noqa: PLC0415 - same

        try:
            return self.held.billing_providers(selling_entity)[name]
        except KeyError as error:  # the entity's keys were taken away
            raise provider_unavailable(None) from error


@dataclass(frozen=True, slots=True)
class _Subjects:
    """`TaxSubjects` by what is kept of VAT numbers and certificates; the register may be asked first."""

    parts: BillingParts
    asks: bool

    def subject(self, profile: BillingProfile, day: date) -> TaxSubject:
        from guichet.taxpayer.standing import standing_for  # noqa: PLC0415 - where something is taxed

        parts = self.parts
        standing = standing_for(
            profile,
            day,
            records=parts.taxpayers,
            register=parts.held.vat_register if self.asks else None,
            policy=parts.vat_policy,
            clock=parts.held.clock,
        )
        return tax_subject(profile, standing, parts.taxpayers.exemptions_of(profile.account_id))


@dataclass(frozen=True, slots=True)
class _Autopay:
    """`Autopay` by the methods that an account has stored with an entity."""

    parts: BillingParts

    def is_on(self, account_id: str, selling_entity: str) -> bool:
        methods = self.parts.method_records.methods(account_id, selling_entity)
        return methods.is_autopay and methods.default_method_id is not None

    def notice_days(self, account_id: str, selling_entity: str) -> int:
        records = self.parts.method_records
        default = records.methods(account_id, selling_entity).default_method_id
        method = None if default is None else records.stored_method(account_id, default)
        return 0 if method is None else method.debit_notice.days


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
