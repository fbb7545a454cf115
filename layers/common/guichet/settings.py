"""What a deployment is told: the only reader of the environment and of the secret."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True)
class Settings:
    """A function's environment; what a function isn't given is empty, and using it fails loudly."""

    environment: str
    state_table: str
    journal_table: str
    settle_queue_url: str
    deliver_queue_url: str
    invoice_queue_url: str
    documents_bucket: str
    secret_arn: str
    public_base_url: str
    stripe_api_url: str
    stripe_livemode: bool
    vies_url: str  # of the register of VAT numbers; empty: the European Commission's own
    paypal_api_url: str
    paypal_certificate_hosts: tuple[str, ...]
    mail_from: str
    test_clock: bool
    edge_key: str  # what our CloudFront distribution sends along; empty where there is none

    @classmethod
    def from_environment(cls, variables: Mapping[str, str] | None = None) -> Settings:
        """Read once, when a function answers for the first time."""
        found = os.environ if variables is None else variables
        environment = found.get("GUICHET_ENVIRONMENT", "dev")
        test_clock = found.get("TEST_CLOCK", "off") == "on"
        if test_clock and environment == "prod":
            raise ValueError("a production deployment follows the real clock")
        return cls(
            environment=environment,
            state_table=found.get("STATE_TABLE", ""),
            journal_table=found.get("JOURNAL_TABLE", ""),
            settle_queue_url=found.get("SETTLE_QUEUE_URL", ""),
            deliver_queue_url=found.get("DELIVER_QUEUE_URL", ""),
            invoice_queue_url=found.get("INVOICE_QUEUE_URL", ""),
            documents_bucket=found.get("DOCUMENTS_BUCKET", ""),
            secret_arn=found.get("SECRET_ARN", ""),
            public_base_url=found.get("PUBLIC_BASE_URL", ""),
            stripe_api_url=found.get("STRIPE_API_URL", "https://api.stripe.com"),
            stripe_livemode=found.get("STRIPE_LIVEMODE", "false") == "true",
            vies_url=found.get("VIES_URL", ""),
            paypal_api_url=found.get("PAYPAL_API_URL", "https://api-m.paypal.com"),
            paypal_certificate_hosts=tuple(
                found.get("PAYPAL_CERTIFICATE_HOSTS", "api.paypal.com,api-m.paypal.com").split(",")
            ),
            mail_from=found.get("MAIL_FROM", ""),
            test_clock=test_clock,
            edge_key=found.get("EDGE_KEY", ""),
        )

    @classmethod
    def of_stack(cls, outputs: Mapping[str, str], *, test_clock: bool) -> Settings:
        """What a deployed stack's own functions are told, from its outputs."""
        return cls.from_environment(
            {
                "GUICHET_ENVIRONMENT": outputs.get("EnvironmentName", "local"),
                "STATE_TABLE": outputs["StateTableName"],
                "JOURNAL_TABLE": outputs["JournalTableName"],
                "SECRET_ARN": outputs["ProviderSecretArn"],
                "DOCUMENTS_BUCKET": outputs.get("DocumentsBucketName", ""),
                "PUBLIC_BASE_URL": outputs.get("PublicBaseUrl", ""),
                "TEST_CLOCK": "on" if test_clock else "off",
            }
        )


@dataclass(frozen=True, slots=True, repr=False)
class AwsAccess:
    """Who a function is to AWS, and where it finds a service."""

    region: str
    access_key_id: str
    secret_access_key: str
    session_token: str
    endpoint_url: str | None  # None: AWS's own address

    @classmethod
    def of_function(cls, service: str) -> AwsAccess | None:
        """What Lambda tells a function, for a service by its name; None elsewhere."""
        if not runs_in_lambda():
            return None
        own = f"AWS_ENDPOINT_URL_{service.upper()}"
        return cls(
            region=os.environ["AWS_REGION"],
            access_key_id=os.environ["AWS_ACCESS_KEY_ID"],
            secret_access_key=os.environ["AWS_SECRET_ACCESS_KEY"],
            session_token=os.environ.get("AWS_SESSION_TOKEN", ""),
            endpoint_url=os.environ.get(own) or os.environ.get("AWS_ENDPOINT_URL") or None,
        )


def runs_in_lambda() -> bool:
    """Whether Lambda loads this process."""
    return "AWS_LAMBDA_FUNCTION_NAME" in os.environ


def operator_name() -> str:
    """Who runs a command, as the machine says."""
    return os.environ.get("USER") or os.environ.get("LOGNAME") or "unknown"


def use_local_endpoint(endpoint_url: str) -> None:
    """Let every AWS client of this process reach the emulator, whose account is made up."""
    os.environ["AWS_ENDPOINT_URL"] = endpoint_url
    os.environ["AWS_ACCESS_KEY_ID"] = "test"
    os.environ["AWS_SECRET_ACCESS_KEY"] = "test"  # noqa: S105 - the emulator believes any
    os.environ["AWS_DEFAULT_REGION"] = "us-east-1"
    os.environ.pop("AWS_PROFILE", None)
    os.environ.pop("AWS_SESSION_TOKEN", None)


@dataclass(frozen=True, slots=True)
class ProviderKeys:
    """How one selling entity's own accounts at the providers are reached; what is empty isn't."""

    stripe_api_keys: tuple[str, ...] = ()
    stripe_webhook_secrets: tuple[str, ...] = ()
    paypal_client_id: str = ""
    paypal_client_secrets: tuple[str, ...] = ()
    paypal_merchant_id: str = ""  # who is paid, and compared with each capture where it is given
    paypal_webhook_ids: tuple[str, ...] = ()

    @classmethod
    def parse(cls, held: object) -> ProviderKeys:
        """Read an entity's part of the secret; a name that nobody reads is a mistake in it."""
        if not isinstance(held, dict) or not set(held) <= set(cls.__slots__):
            raise TypeError(f"of a selling entity the secret holds {', '.join(cls.__slots__)}")
        return cls(
            stripe_api_keys=_values(held.get("stripe_api_keys")),
            stripe_webhook_secrets=_values(held.get("stripe_webhook_secrets")),
            paypal_client_id=_value(held.get("paypal_client_id")),
            paypal_client_secrets=_values(held.get("paypal_client_secrets")),
            paypal_merchant_id=_value(held.get("paypal_merchant_id")),
            paypal_webhook_ids=_values(held.get("paypal_webhook_ids")),
        )


@dataclass(frozen=True, slots=True)
class Secrets:
    """The one secret: lists, so that old and new are both good while one is replaced."""

    token_keys: tuple[str, ...]
    stripe_api_keys: tuple[str, ...]
    stripe_webhook_secrets: tuple[str, ...]
    paypal_client_id: str = ""  # empty: PayPal isn't offered
    paypal_client_secrets: tuple[str, ...] = ()
    paypal_partner_id: str = ""  # the operator's own merchant id
    paypal_webhook_ids: tuple[str, ...] = ()
    paypal_trust_anchors: tuple[str, ...] = ()  # PEM; none: those that are shipped
    paypal_bn_code: str = ""
    selling_entities: Mapping[str, ProviderKeys] = MappingProxyType(
        {}
    )  # with accounts of their own

    @property
    def platform_keys(self) -> ProviderKeys:
        """The operator's accounts that organizers are linked to, as themselves."""
        return ProviderKeys(
            stripe_api_keys=self.stripe_api_keys,
            stripe_webhook_secrets=self.stripe_webhook_secrets,
            paypal_client_id=self.paypal_client_id,
            paypal_client_secrets=self.paypal_client_secrets,
            paypal_merchant_id=self.paypal_partner_id,
            paypal_webhook_ids=self.paypal_webhook_ids,
        )

    def keys_of(self, selling_entity: str) -> ProviderKeys:
        """An entity's own keys; the platform's, where it has none of its own."""
        return self.selling_entities.get(selling_entity) or self.platform_keys

    @property
    def all_stripe_webhook_secrets(self) -> tuple[str, ...]:
        """Of the endpoints of every account, each of which posts to the same address."""
        entities = self.selling_entities.values()
        return (
            *self.stripe_webhook_secrets,
            *(each for keys in entities for each in keys.stripe_webhook_secrets),
        )

    @property
    def all_paypal_webhook_ids(self) -> tuple[str, ...]:
        entities = self.selling_entities.values()
        return (
            *self.paypal_webhook_ids,
            *(each for keys in entities for each in keys.paypal_webhook_ids),
        )

    @classmethod
    def parse(cls, text: str) -> Secrets:
        """Read the secret's JSON; a single value may stand for a list of one."""
        held: dict[str, Any] = json.loads(text)
        return cls(
            token_keys=_values(held.get("token_keys")),
            stripe_api_keys=_values(held.get("stripe_api_keys")),
            stripe_webhook_secrets=_values(held.get("stripe_webhook_secrets")),
            paypal_client_id=_value(held.get("paypal_client_id")),
            paypal_client_secrets=_values(held.get("paypal_client_secrets")),
            paypal_partner_id=_value(held.get("paypal_partner_id")),
            paypal_webhook_ids=_values(held.get("paypal_webhook_ids")),
            paypal_trust_anchors=_values(held.get("paypal_trust_anchors")),
            paypal_bn_code=_value(held.get("paypal_bn_code")),
            selling_entities=_entities(held.get("selling_entities")),
        )


def _entities(held: object) -> Mapping[str, ProviderKeys]:
    if held is None:
        return MappingProxyType({})
    if not isinstance(held, dict):
        raise TypeError("the selling entities of the secret are an object by entity")
    return MappingProxyType({name: ProviderKeys.parse(part) for name, part in held.items()})


def _value(held: object) -> str:
    if held is None or isinstance(held, str):
        return held or ""
    raise TypeError("this value of the secret is a text")


def _values(held: object) -> tuple[str, ...]:
    if held is None:
        return ()
    if isinstance(held, str):
        return (held,)
    if isinstance(held, list) and all(isinstance(each, str) for each in held):
        return tuple(held)
    raise TypeError("a value of the secret is a text or a list of texts")
