"""Which adapter speaks with which provider, by whose keys; each is loaded on the road that needs it."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Final

from guichet.clock import Clock
from guichet.settings import ProviderKeys, Secrets, Settings

if TYPE_CHECKING:
    from guichet.adapters.http import Http
    from guichet.adapters.paypal.certificates import Certificates
    from guichet.adapters.paypal.provider import PayPalProvider
    from guichet.payments.books import ProviderBooks
    from guichet.payments.method_ports import MethodProvider
    from guichet.payments.onboarding import AccountOnboarding
    from guichet.payments.ports import PaymentProvider

_PROVIDER_SECONDS: Final = 6.0  # ending one session and opening the next fit a request's 15 s
_LIST_SECONDS: Final = 30.0  # nobody waits for a page of a provider's list
_SECRET_LIVES_SECONDS: Final = 300.0  # so that a rotated value is seen without a deployment


class AtProviders(ABC):
    """The part of a container that reaches Stripe and PayPal."""

    def __init__(
        self,
        settings: Settings,
        *,
        http: Http | None,
        secret_text: Callable[[], str] | None,
        pause: Callable[[float], None],
        methods: Callable[[str], Mapping[str, MethodProvider]] | None,
    ) -> None:
        self.settings = settings
        self._given_http = http
        self._read_secret = secret_text
        self._pause = pause
        self._given_methods = methods
        self._secrets: tuple[float, Secrets] | None = None
        self._paypals: dict[ProviderKeys, PayPalProvider] = {}

    @property
    @abstractmethod
    def clock(self) -> Clock:
        """Whose time is sent to them."""

    @cached_property
    def _http(self) -> Http:
        if self._given_http is not None:
            return self._given_http
        from guichet.adapters.urllib3_http import Urllib3Http  # noqa: PLC0415 - same

        return Urllib3Http()

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


class _Providers[P](dict[str, P]):
    """Every provider that a stored payment may name; PayPal's is loaded where one is met."""

    def __init__(self, stripe: P, paypal: Callable[[], P]) -> None:
        super().__init__(stripe=stripe)
        self._paypal = paypal

    def __missing__(self, name: str) -> P:
        if name != "paypal":
            raise KeyError(name)
        return self._paypal()
