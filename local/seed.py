"""What a fresh local stack holds: secrets, accounts with their members, and accounts at the providers."""

import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from guichet.access.use_cases.add_member import add_member
from guichet.access.use_cases.create_account import CreateAccount, create_account
from guichet.adapters.aws.sdk import SdkService
from guichet.adapters.dynamo.client import DynamoClient
from guichet.adapters.dynamo.seam import TableName
from guichet.bootstrap import Container
from guichet.ledger.journal import Cause
from guichet.payments.account import PaymentAccount
from guichet.settings import Settings
from local.customers import (
    CORPORATE_MEMBERS,
    OPERATORS,
    SEED,
    Member,
    membership,
    seed_customers,
    unless_there,
)
from local.deployment import Deployment
from local.identity import SignIn, ensure_sign_in
from local.simulators.paypal import PayPalSimulator
from local.simulators.stripe import StripeSimulator

# The simulators' own; real keys come from `.env`.
STRIPE_API_KEY = "sk_test_platform"
STRIPE_WEBHOOK_SECRET = "whsec_local"  # noqa: S105  known to both sides, on one machine
PAYPAL_CLIENT_ID = "paypal-client"
PAYPAL_CLIENT_SECRET = "paypal-secret"  # noqa: S105  same
PAYPAL_PARTNER_ID = "GU2CHETPARTN2"
PAYPAL_WEBHOOK_ID = "WHLOCAL1"


@dataclass(frozen=True)
class ProviderKeys:
    """What the deployed secret holds of both providers."""

    stripe_api_key: str
    stripe_webhook_secret: str
    paypal_client_id: str
    paypal_client_secret: str
    paypal_partner_id: str
    paypal_webhook_id: str
    paypal_trust_anchor: str | None

    @classmethod
    def of_sandboxes(cls, keys: Mapping[str, str], trust_anchor: str) -> "ProviderKeys":
        """A real sandbox's keys where they are given, else the simulator's.

        trust_anchor: who vouches for the simulator's webhooks; PayPal's own needs none.
        """
        real = "PAYPAL_CLIENT_ID" in keys
        return cls(
            stripe_api_key=keys.get("STRIPE_API_KEY", STRIPE_API_KEY),
            stripe_webhook_secret=keys.get("STRIPE_WEBHOOK_SECRET", STRIPE_WEBHOOK_SECRET),
            paypal_client_id=keys.get("PAYPAL_CLIENT_ID", PAYPAL_CLIENT_ID),
            paypal_client_secret=keys.get("PAYPAL_CLIENT_SECRET", PAYPAL_CLIENT_SECRET),
            paypal_partner_id=keys.get("PAYPAL_PARTNER_ID", PAYPAL_PARTNER_ID),
            paypal_webhook_id=keys.get("PAYPAL_WEBHOOK_ID", PAYPAL_WEBHOOK_ID),
            paypal_trust_anchor=None if real else trust_anchor,
        )

    def held(self) -> dict[str, object]:
        """The secret's values."""
        anchor = self.paypal_trust_anchor
        return {
            "stripe_api_keys": [self.stripe_api_key],
            "stripe_webhook_secrets": [self.stripe_webhook_secret],
            "paypal_client_id": self.paypal_client_id,
            "paypal_client_secrets": [self.paypal_client_secret],
            "paypal_partner_id": self.paypal_partner_id,
            "paypal_webhook_ids": [self.paypal_webhook_id],
            "paypal_trust_anchors": [] if anchor is None else [anchor],
        }


@dataclass(frozen=True)
class Organizer:
    """An account that sells trainings, and its confirmed and verified accounts at the providers."""

    account_id: str
    name: str
    legal_name: str
    email: str
    tax_note: str
    time_zone: str
    language: str
    country: str
    currency: str
    stripe_account_id: str
    paypal_merchant_id: str
    members: tuple[Member, ...]


ORGANIZERS = (
    Organizer(
        account_id="acc_atelier",
        name="Atelier Nord",
        legal_name="Atelier Nord Inc.",
        email="office@atelier.example",
        tax_note="Sales tax is not charged on training.",
        time_zone="America/New_York",
        language="en",
        country="US",
        currency="USD",
        stripe_account_id="acct_atelier",
        paypal_merchant_id="ATEL2ERNRD222",
        members=(
            Member("owner@atelier.example", "Olivia Ortega", "owner"),
            Member("admin@atelier.example", "Adrian Amsel", "administrator"),
            Member("maria@atelier.example", "Maria Moser", "event_manager"),
            Member("marco@atelier.example", "Marco Monti", "event_manager"),
            Member(
                *("bill@atelier.example", "Bill Bauer", "billing_administrator"),
                billing=("quotes:view",),
            ),
            Member(
                *("bella@atelier.example", "Bella Bruno", "billing_administrator"),
                billing=("subscriptions:manage", "tax-exemption:view"),
            ),
            Member(
                *("clara@atelier.example", "Clara Cruz", "billing_administrator"),
                billing=("invoices:view", "addresses:manage", "tax-exemption:manage"),
            ),
            Member(
                *("paula@atelier.example", "Paula Pohl", "billing_administrator"),
                billing=("payment-methods:manage",),
            ),
            Member("leo@atelier.example", "Leo Lind", "licence_manager"),
        ),
    ),
    Organizer(
        account_id="acc_studio",
        name="Studio Sud",
        legal_name="Studio Sud SARL",
        email="bureau@studio.example",
        tax_note="TVA non applicable, art. 261-4-4 du CGI.",
        time_zone="Europe/Paris",
        language="fr",
        country="FR",
        currency="EUR",
        stripe_account_id="acct_studio",
        paypal_merchant_id="STUD2SUD22222",
        members=(
            Member("owner@studio.example", "Odile Ourson", "owner"),
            Member("admin@studio.example", "Amir Azoulay", "administrator"),
            Member("elena@studio.example", "Elena Espinosa", "event_manager"),
            Member("emil@studio.example", "Emil Ek", "event_manager"),
        ),
    ),
)


def seed(
    deployment: Deployment, stripe: StripeSimulator, paypal: PayPalSimulator, keys: ProviderKeys
) -> None:
    """Bring a stack to its beginning; doing it again changes nothing."""
    write_secret(deployment, keys)
    sign_ins = {
        member.email: ensure_sign_in(deployment, member.email)
        for members in (*(each.members for each in ORGANIZERS), CORPORATE_MEMBERS, OPERATORS)
        for member in members
    }
    connect_stripe_accounts(stripe)
    connect_paypal_merchants(paypal)
    seed_accounts(deployment, sign_ins)


def write_secret(deployment: Deployment, provider_keys: ProviderKeys) -> None:
    """Put the providers' values into the secret; a token key that is there stays."""
    store = deployment.client("secretsmanager")
    secret_id = deployment.outputs["ProviderSecretArn"]
    held = json.loads(store.get_secret_value(SecretId=secret_id)["SecretString"])
    keys = held.get("token_keys")
    wanted = {
        "token_keys": keys if isinstance(keys, list) else [secrets.token_urlsafe(48)],
        **provider_keys.held(),
    }
    if held != wanted:
        store.put_secret_value(SecretId=secret_id, SecretString=json.dumps(wanted))


def connect_stripe_accounts(simulator: StripeSimulator) -> None:
    """Connect each organizer's account at the simulated Stripe, unless it is there."""
    for organizer in ORGANIZERS:
        if organizer.stripe_account_id not in simulator.snapshot()["state"]["accounts"]:
            simulator.add_account(
                organizer.stripe_account_id,
                email=organizer.members[0].email,
                country=organizer.country,
                currency=organizer.currency.lower(),
            )


def connect_paypal_merchants(simulator: PayPalSimulator) -> None:
    """Let each organizer's seller consent at the simulated PayPal, unless it has an account there."""
    for organizer in ORGANIZERS:
        if not simulator.has_merchant(organizer.paypal_merchant_id):
            simulator.add_merchant(
                organizer.paypal_merchant_id,
                email=organizer.members[0].email,
                legal_name=organizer.legal_name,
                country=organizer.country,
                currency=organizer.currency,
            )


def seed_accounts(deployment: Deployment, sign_ins: Mapping[str, SignIn]) -> None:
    """Store accounts, memberships and linked payment accounts, as `guichet account create` does."""
    parts = parts_of(deployment)
    for organizer in ORGANIZERS:
        with unless_there("account_exists"):
            create_account(_account(organizer), people=parts.people, clock=parts.clock)
        for member in organizer.members:
            with unless_there("member_exists"):
                add_member(
                    membership(organizer.account_id, member, sign_ins[member.email]),
                    people=parts.people,
                    clock=parts.clock,
                )
        for account in _payment_accounts(organizer):
            if parts.people.payment_account(account.account_id, account.provider) is None:
                cause = Cause(SEED, "link_payment_account", parts.clock.now())
                parts.people.save_payment_account(cause, None, account)
    seed_customers(parts, sign_ins)


def parts_of(deployment: Deployment) -> Container:
    """The product's own parts, on the emulator's tables."""
    tables: dict[TableName, str] = {
        "state": deployment.state_table,
        "journal": deployment.journal_table,
    }
    dynamo = DynamoClient(SdkService(deployment.client("dynamodb")), tables)
    return Container(Settings.of_stack(deployment.outputs, test_clock=True), dynamo=dynamo)


def _account(organizer: Organizer) -> CreateAccount:
    return CreateAccount(
        account_id=organizer.account_id,
        legal_name=organizer.legal_name,
        email=organizer.email,
        tax_note=organizer.tax_note,
        time_zone=organizer.time_zone,
        language=organizer.language,
        actor=SEED,
    )


def _payment_accounts(organizer: Organizer) -> Iterator[PaymentAccount]:
    for provider, provider_account_id in (
        ("stripe", organizer.stripe_account_id),
        ("paypal", organizer.paypal_merchant_id),
    ):
        yield PaymentAccount(
            account_id=organizer.account_id,
            provider=provider,
            provider_account_id=provider_account_id,
            confirmed=True,
            verified=True,
            takes_cards=True,
        )
