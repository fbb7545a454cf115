"""Which concrete thing is used: made when it is first needed, kept for the life of a worker."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache, cached_property
from typing import TYPE_CHECKING, Final

from guichet.adapters.dynamo.seam import Dynamo, TableName
from guichet.adapters.dynamo.store import Store
from guichet.clock import Clock, SystemClock
from guichet.settings import ProviderKeys, Secrets, Settings, runs_in_lambda

if TYPE_CHECKING:
    from guichet.access.tokens import Tokens
    from guichet.adapters.dynamo.history import History
    from guichet.adapters.dynamo.outbox import DynamoOutbox
    from guichet.adapters.dynamo.people import People
    from guichet.adapters.dynamo.profiles import Profiles
    from guichet.adapters.dynamo.reconciliations import Reconciliations
    from guichet.adapters.http import Http
    from guichet.adapters.mail.render import AnyFacts
    from guichet.adapters.paypal.certificates import Certificates
    from guichet.adapters.paypal.provider import PayPalProvider
    from guichet.bootstrap_billing import BillingParts
    from guichet.catalogue.selling import SellingEntities
    from guichet.invoices.forms import RenderDocument
    from guichet.invoices.ports import DocumentFiles
    from guichet.payments.books import ProviderBooks
    from guichet.payments.linking import Linking
    from guichet.payments.method_ports import MethodProvider
    from guichet.payments.onboarding import AccountOnboarding
    from guichet.payments.ports import PaymentProvider
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

_PROVIDER_SECONDS: Final = 6.0  # ending one session and opening the next fit a request's 15 s
_LIST_SECONDS: Final = 30.0  # nobody waits for a page of a provider's list
_SECRET_LIVES_SECONDS: Final = 300.0  # so that a rotated value is seen without a deployment


class Container:
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
        self.settings = settings
        self._given_methods = methods
        self._given_documents = documents
        self._given_reports = reports
        self._given_certificate_files = certificate_files
        self._given_dynamo = dynamo
        self._given_clock = clock
        self._given_http = http
        self._read_secret = secret_text
        self._pause = pause
        self._secrets: tuple[float, Secrets] | None = None
        self._paypals: dict[ProviderKeys, PayPalProvider] = {}

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
    def secrets(self) -> Secrets:
        """The secret, read again every five minutes (EXT-2: rotation)."""
        now = time.monotonic()
        if self._secrets is None or now - self._secrets[0] > _SECRET_LIVES_SECONDS:
            self._secrets = (now, Secrets.parse(self._secret_text()))
        return self._secrets[1]

    def _secret_text(self) -> str:
        if self._read_secret is not None:
            return self._read_secret()
        from guichet.adapters.aws.services import (  # noqa: PLC0415 - where a secret is needed
            secret_text,
        )

        return secret_text(self.settings.secret_arn)

    @property
    def tokens(self) -> Tokens:
        from guichet.access.tokens import Tokens  # noqa: PLC0415 - where registrants are met

        return Tokens(self.secrets.token_keys)

    @property
    def links(self) -> Links:
        from guichet.registration.links import Links  # noqa: PLC0415 - same

        return Links(self.settings.public_base_url, self.tokens)

    @property
    def providers(self) -> Mapping[str, PaymentProvider]:
        """Those that organizers are linked to through the operator's platform."""
        return self._providers_by(self.secrets.platform_keys)

    def billing_providers(self, selling_entity: str) -> Mapping[str, PaymentProvider]:
        """Those by which carts are paid into the entity's own accounts (docs/decisions/0022)."""
        return self._providers_by(self.secrets.keys_of(selling_entity))

    def method_providers(self, selling_entity: str) -> Mapping[str, MethodProvider]:
        """Those by which methods are stored and charged off-session, at the same accounts."""
        if self._given_methods is not None:
            return self._given_methods(selling_entity)
        from guichet.adapters.stripe.methods import (  # noqa: PLC0415 - on the road that collects
            StripeMethods,
        )

        keys = self.secrets.keys_of(selling_entity)
        stripe = StripeMethods(
            self._http,
            api_url=self.settings.stripe_api_url,
            api_keys=keys.stripe_api_keys,
            pause=self._pause,
            budget_seconds=_PROVIDER_SECONDS,
            clock=self.clock,
        )
        return _Providers(stripe, lambda: self._paypal_methods_by(keys))

    def offered_methods(self, selling_entity: str) -> tuple[str, ...]:
        """The names of the providers at which the entity can store methods."""
        if self._given_methods is not None:
            return tuple(self._given_methods(selling_entity))
        return self.offered_providers(selling_entity)

    def _paypal_methods_by(self, keys: ProviderKeys) -> MethodProvider:
        from guichet.adapters.paypal.methods import PayPalMethods  # noqa: PLC0415 - same

        client = self._paypal_by(keys).client
        return PayPalMethods(client, environment=self.settings.environment, clock=self.clock)

    def offered_providers(self, selling_entity: str) -> tuple[str, ...]:
        """The names of those that the entity has an account at."""
        keys = self.secrets.keys_of(selling_entity)
        held = {"stripe": keys.stripe_api_keys, "paypal": keys.paypal_client_id}
        return tuple(name for name, given in held.items() if given)

    def own_payee(self, selling_entity: str, provider: str) -> str:
        """The entity's own account, as far as a capture has to be compared with it."""
        keys = self.secrets.keys_of(selling_entity)
        return keys.paypal_merchant_id if provider == "paypal" else ""

    def _providers_by(self, keys: ProviderKeys) -> Mapping[str, PaymentProvider]:
        from guichet.adapters.stripe.provider import (  # noqa: PLC0415 - on the road that pays
            StripeProvider,
        )

        stripe = StripeProvider(
            self._http,
            api_url=self.settings.stripe_api_url,
            api_keys=keys.stripe_api_keys,
            pause=self._pause,
            budget_seconds=_PROVIDER_SECONDS,
        )
        return _Providers(stripe, lambda: self._paypal_by(keys))

    @property
    def paypal(self) -> PayPalProvider:
        """The platform's PayPal; as `_paypal_by` says."""
        return self._paypal_by(self.secrets.platform_keys)

    def _paypal_by(self, keys: ProviderKeys) -> PayPalProvider:
        """PayPal, with the token that this worker holds by these keys.

        Without a client id it reaches nobody: payments from before still come to an end.
        """
        if keys not in self._paypals:
            from guichet.adapters.paypal.provider import PayPalProvider  # noqa: PLC0415 - same

            self._paypals[keys] = PayPalProvider(
                self._http,
                api_url=self.settings.paypal_api_url,
                client_id=keys.paypal_client_id,
                client_secrets=keys.paypal_client_secrets,
                environment=self.settings.environment,
                pause=self._pause,
                bn_code=self.secrets.paypal_bn_code or None,
                budget_seconds=_PROVIDER_SECONDS,
                clock=self.clock,
            )
        return self._paypals[keys]

    @property
    def onboarding(self) -> Mapping[str, AccountOnboarding]:
        """How accounts are linked, at the providers that the operator works with."""
        from guichet.adapters.stripe.onboarding import (  # noqa: PLC0415 - where accounts are linked
            StripeOnboarding,
        )

        secrets = self.secrets
        stripe = StripeOnboarding(
            self._http,
            api_url=self.settings.stripe_api_url,
            api_keys=secrets.stripe_api_keys,
            environment=self.settings.environment,
            pause=self._pause,
            budget_seconds=_PROVIDER_SECONDS,
        )
        if not secrets.paypal_client_id or not secrets.paypal_partner_id:
            return {"stripe": stripe}
        from guichet.adapters.paypal.onboarding import PayPalOnboarding  # noqa: PLC0415 - same

        paypal = PayPalOnboarding(
            self.paypal.client,
            client_id=secrets.paypal_client_id,
            partner_id=secrets.paypal_partner_id,
            environment=self.settings.environment,
        )
        return {"stripe": stripe, "paypal": paypal}

    @property
    def linking(self) -> Linking:
        from guichet.payments.linking import Linking  # noqa: PLC0415 - same

        return Linking(self.people, self.onboarding, self.clock)

    @cached_property
    def certificates(self) -> Certificates:
        """Whose keys sign PayPal's deliveries; kept, so that each is fetched once by a worker."""
        from guichet.adapters.paypal.certificates import (  # noqa: PLC0415 - PayPal's deliveries
            Certificates,
        )

        return Certificates(
            self._http,
            hosts=self.settings.paypal_certificate_hosts,
            trust_anchors=lambda: self.secrets.paypal_trust_anchors,
        )

    @cached_property
    def _http(self) -> Http:
        if self._given_http is not None:
            return self._given_http
        from guichet.adapters.urllib3_http import Urllib3Http  # noqa: PLC0415 - same

        return Urllib3Http()

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

    @property
    def books(self) -> Mapping[str, ProviderBooks]:
        """The providers' own books, of those that the operator works with."""
        from guichet.adapters.stripe.books import StripeBooks  # noqa: PLC0415 - reconcile only

        secrets = self.secrets
        stripe = StripeBooks(
            self._http,
            api_url=self.settings.stripe_api_url,
            api_keys=secrets.stripe_api_keys,
            pause=self._pause,
            budget_seconds=_LIST_SECONDS,
        )
        if not secrets.paypal_client_id:
            return {"stripe": stripe}
        from guichet.adapters.paypal.books import PayPalBooks  # noqa: PLC0415 - same

        return {"stripe": stripe, "paypal": PayPalBooks(self.paypal.client)}

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
        from guichet.registration.correspondence import Letters  # noqa: PLC0415 - deliver only

        return _AllLetters(lambda: Letters(self.records, self.links), lambda: self.billing)

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

    def __init__(
        self,
        of_trainings: Callable[[], Correspondence[AnyFacts]],
        of_billing: Callable[[], BillingParts],
    ) -> None:
        self._of_trainings = of_trainings
        self._of_billing = of_billing

    def about(self, effect: Effect) -> Told[AnyFacts]:
        if effect.is_of_billing:
            return self._billing_letters(effect).about(effect)
        return self._of_trainings().about(effect)

    def _billing_letters(self, effect: Effect) -> Correspondence[AnyFacts]:
        billing = self._of_billing()
        if effect.is_of_payments:
            return billing.payment_letters
        if effect.is_of_received_money:
            return billing.receipt_letters
        if effect.is_of_refunds:
            return billing.refund_letters
        if effect.invoice_id is not None:
            return billing.invoice_letters
        return billing.method_letters if effect.is_of_methods else billing.letters


class _Providers[P](dict[str, P]):
    """Every provider that a stored payment may name; PayPal's is loaded where one is met."""

    def __init__(self, stripe: P, paypal: Callable[[], P]) -> None:
        super().__init__(stripe=stripe)
        self._paypal = paypal

    def __missing__(self, name: str) -> P:
        if name != "paypal":
            raise KeyError(name)
        return self._paypal()


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
