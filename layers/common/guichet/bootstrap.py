"""Which concrete thing is used: made when it is first needed, kept for the life of a worker."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache, cached_property
from typing import TYPE_CHECKING

from guichet.adapters.dynamo.seam import Dynamo, TableName
from guichet.adapters.dynamo.store import Store
from guichet.bootstrap_providers import AtProviders
from guichet.clock import Clock, SystemClock
from guichet.settings import Settings, runs_in_lambda

if TYPE_CHECKING:
    from guichet.access.tokens import Tokens
    from guichet.adapters.dynamo.history import History
    from guichet.adapters.dynamo.outbox import DynamoOutbox
    from guichet.adapters.dynamo.people import People
    from guichet.adapters.dynamo.profiles import Profiles
    from guichet.adapters.dynamo.reconciliations import Reconciliations
    from guichet.adapters.http import Http
    from guichet.adapters.mail.render import AnyFacts
    from guichet.bootstrap_billing import BillingParts
    from guichet.catalogue.selling import SellingEntities
    from guichet.invoices.forms import RenderDocument
    from guichet.invoices.ports import DocumentFiles
    from guichet.payments.linking import Linking
    from guichet.payments.method_ports import MethodProvider
    from guichet.registration.links import Links
    from guichet.registration.mailer import Correspondence, Mailer, RenderMail, Told
    from guichet.registration.outbox import Effect
    from guichet.registration.outside import Outside
    from guichet.registration.policy import RegistrationPolicy
    from guichet.registration.reconciliation_ports import Reports
    from guichet.registration.reconciling import Reconciling
    from guichet.registration.refunding import Refunding
    from guichet.registration.settling import Settling
    from guichet.tax.ports import VatRegister
    from guichet.taxpayer.ports import CertificateFiles

type SendMessages = Callable[[str, list[tuple[Mapping[str, str], int]]], None]
type SendInOrder = Callable[[str, Sequence[tuple[str, Mapping[str, str]]]], None]


class Container(AtProviders):
    """Everything a function may need, lazily: a road that needs no provider imports none.

    Tests hand in other parts; nothing else decides which adapter serves a port.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        dynamo: Dynamo | None = None,
        clock: Clock | None = None,
        http: Http | None = None,
        secret_text: Callable[[], str] | None = None,
        pause: Callable[[float], None] = time.sleep,
        reports: Reports | None = None,
        methods: Callable[[str], Mapping[str, MethodProvider]] | None = None,
        certificate_files: CertificateFiles | None = None,
        documents: DocumentFiles | None = None,
    ) -> None:
        super().__init__(settings, http=http, secret_text=secret_text, pause=pause, methods=methods)
        self._given_documents = documents
        self._given_reports = reports
        self._given_certificate_files = certificate_files
        self._given_dynamo = dynamo
        self._given_clock = clock

    @cached_property
    def dynamo(self) -> Dynamo:
        if self._given_dynamo is not None:
            return self._given_dynamo
        from guichet.adapters.aws.services import (  # noqa: PLC0415 - not where a store is given
            dynamodb,
        )
        from guichet.adapters.dynamo.client import DynamoClient  # noqa: PLC0415 - same

        tables: dict[TableName, str] = {
            "state": self.settings.state_table,
            "journal": self.settings.journal_table,
        }
        return DynamoClient(dynamodb(), tables)

    @cached_property
    def clock(self) -> Clock:
        if self._given_clock is not None:
            return self._given_clock
        if not self.settings.test_clock:
            return SystemClock()
        from guichet.adapters.clock import MovableClock  # noqa: PLC0415 - test deployments only

        return MovableClock(self.dynamo)

    @cached_property
    def policy(self) -> RegistrationPolicy:
        from guichet.configuration import (  # noqa: PLC0415 - webhooks and relay decide nothing
            load_registration_policy,
        )

        return load_registration_policy()

    @cached_property
    def records(self) -> Store:
        return Store(self.dynamo)

    @property
    def limits(self) -> Store:
        return self.records

    @cached_property
    def people(self) -> People:
        from guichet.adapters.dynamo.people import People  # noqa: PLC0415 - organizer and commands

        return People(self.dynamo)

    @cached_property
    def profiles(self) -> Profiles:
        from guichet.adapters.dynamo.profiles import Profiles  # noqa: PLC0415 - billing only

        return Profiles(self.dynamo)

    @cached_property
    def selling_entities(self) -> SellingEntities:
        from guichet.adapters.selling.packaged import (  # noqa: PLC0415 - billing only
            packaged_selling_entities,
        )

        return packaged_selling_entities()

    @cached_property
    def billing(self) -> BillingParts:
        """Everything that subscriptions need."""
        from guichet.bootstrap_billing import BillingParts  # noqa: PLC0415 - billing only

        return BillingParts(self)

    @cached_property
    def outbox(self) -> DynamoOutbox:
        from guichet.adapters.dynamo.outbox import DynamoOutbox  # noqa: PLC0415 - deliver, upkeep

        return DynamoOutbox(self.dynamo)

    @cached_property
    def history(self) -> History:
        from guichet.adapters.dynamo.history import History  # noqa: PLC0415 - commands only

        return History(self.dynamo)

    @property
    def tokens(self) -> Tokens:
        from guichet.access.tokens import Tokens  # noqa: PLC0415 - where registrants are met

        return Tokens(self.secrets.token_keys)

    @property
    def links(self) -> Links:
        from guichet.registration.links import Links  # noqa: PLC0415 - same

        return Links(self.settings.public_base_url, self.tokens)

    @property
    def linking(self) -> Linking:
        from guichet.payments.linking import Linking  # noqa: PLC0415 - same

        return Linking(self.people, self.onboarding, self.clock)

    @property
    def send_messages(self) -> SendMessages:
        from guichet.adapters.aws.services import (  # noqa: PLC0415 - relay and upkeep only
            send_messages,
        )

        return send_messages

    @property
    def send_in_order(self) -> SendInOrder:
        from guichet.adapters.aws.services import (  # noqa: PLC0415 - relay and invoice_run only
            send_in_order,
        )

        return send_in_order

    @property
    def settling(self) -> Settling:
        from guichet.registration.settling import Settling  # noqa: PLC0415 - where state moves

        return Settling(self.records, self.providers, self.clock, self.policy)

    @property
    def outside(self) -> Outside:
        from guichet.registration.outside import Outside  # noqa: PLC0415 - where providers tell

        return Outside(self.settling, self.refunding)

    @property
    def refunding(self) -> Refunding:
        from guichet.registration.refunding import Refunding  # noqa: PLC0415 - same

        return Refunding(self.records, self.providers, self.clock)

    @cached_property
    def reconciliations(self) -> Reconciliations:
        from guichet.adapters.dynamo.reconciliations import (  # noqa: PLC0415 - not on sales' road
            Reconciliations,
        )

        return Reconciliations(self.dynamo)

    @cached_property
    def reports(self) -> Reports:
        if self._given_reports is not None:
            return self._given_reports
        from guichet.adapters.aws.objects import S3Reports  # noqa: PLC0415 - reconcile only
        from guichet.adapters.aws.services import objects  # noqa: PLC0415 - same

        return S3Reports(objects(self.settings.documents_bucket, self._http).put)

    @cached_property
    def documents(self) -> DocumentFiles:
        """Files of invoices and credit notes, as they are kept."""
        if self._given_documents is not None:
            return self._given_documents
        from guichet.adapters.aws.objects import S3Documents  # noqa: PLC0415 - documents only
        from guichet.adapters.aws.services import objects  # noqa: PLC0415 - same

        return S3Documents(objects(self.settings.documents_bucket, self._http))

    @property
    def render_document(self) -> RenderDocument:
        from guichet.adapters.documents.files import rendered  # noqa: PLC0415 - the documents layer

        return rendered

    @cached_property
    def certificate_files(self) -> CertificateFiles:
        """Uploaded exemption certificates (TAX-4)."""
        if self._given_certificate_files is not None:
            return self._given_certificate_files
        from guichet.adapters.aws.certificate_files import (  # noqa: PLC0415 - of certificates
            BucketCertificateFiles,
        )
        from guichet.adapters.aws.services import bucket  # noqa: PLC0415 - same

        return BucketCertificateFiles(bucket(self.settings.documents_bucket, self._http))

    @cached_property
    def vat_register(self) -> VatRegister:
        """Who is asked about VAT numbers (TAX-3)."""
        from guichet.adapters.vies import VIES, Vies  # noqa: PLC0415 - where numbers are asked about

        return Vies(self._http, self.settings.vies_url or VIES)

    @property
    def reconciling(self) -> Reconciling:
        from guichet.registration.comparing_ours import Ours  # noqa: PLC0415 - reconcile only
        from guichet.registration.comparing_theirs import Theirs  # noqa: PLC0415 - same
        from guichet.registration.reconciling import Reconciling  # noqa: PLC0415 - same

        books, outside = self.books, self.outside
        return Reconciling(
            self.reconciliations,
            books,
            Theirs(outside, books),
            Ours(outside, books),
            self.reports,
            self.clock,
        )

    @property
    def letters(self) -> Correspondence[AnyFacts]:
        return _AllLetters(self)

    @property
    def training_letters(self) -> Correspondence[AnyFacts]:
        from guichet.registration.correspondence import Letters  # noqa: PLC0415 - deliver only

        return Letters(self.records, self.links)

    @cached_property
    def billing_letters(self) -> Correspondence[AnyFacts]:
        from guichet.bootstrap_letters import BillingLetterParts  # noqa: PLC0415 - deliver only

        return BillingLetterParts(self.billing)

    @cached_property
    def mailer(self) -> Mailer:
        from guichet.adapters.aws.services import ses  # noqa: PLC0415 - deliver only
        from guichet.adapters.mail.ses import SesMailer  # noqa: PLC0415 - same

        return SesMailer(ses(), self.settings.mail_from)

    @cached_property
    def render_mail(self) -> RenderMail[AnyFacts]:
        from guichet.adapters.mail.render import render  # noqa: PLC0415 - the documents layer

        return render


class _AllLetters:
    """Letters of trainings and of billing: who sends only the ones never loads the others."""

    def __init__(self, parts: Container) -> None:
        self._parts = parts

    def about(self, effect: Effect) -> Told[AnyFacts]:
        parts = self._parts
        letters = parts.billing_letters if effect.is_of_billing else parts.training_letters
        return letters.about(effect)


@cache
def container() -> Container:
    """The container of this worker, from its environment."""
    return Container(Settings.from_environment())


def prepare(*, mail: bool = False, providers: bool = False) -> None:
    """Load AWS's client, and what else each event needs, while Lambda loads the function.

    An event gets only its share of a processor; elsewhere nothing is done (docs/decisions/0014).
    """
    if runs_in_lambda():
        _ = container().dynamo
        if mail:
            _ = container().render_mail
        if providers:
            _ = container()._http  # noqa: SLF001 - its own module's
