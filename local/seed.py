"""What a fresh local stack holds: secrets, two organizers with their members, their Stripe accounts."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from local.deployment import Deployment
from local.identity import SignIn, ensure_sign_in
from local.simulators.stripe import StripeSimulator

# The simulator's own; a real key comes from `.env`.
STRIPE_API_KEY = "sk_test_platform"
STRIPE_WEBHOOK_SECRET = "whsec_local"  # noqa: S105  known to both sides, on one machine


@dataclass(frozen=True)
class Member:
    """A person with a login on an account; role is `owner`, `administrator` or `event_manager`."""

    email: str
    name: str
    role: str


@dataclass(frozen=True)
class Organizer:
    """An account that sells trainings, and its confirmed and verified account at Stripe."""

    account_id: str
    name: str
    country: str
    currency: str
    stripe_account_id: str
    members: tuple[Member, ...]


ORGANIZERS = (
    Organizer(
        account_id="acc_atelier",
        name="Atelier Nord",
        country="US",
        currency="USD",
        stripe_account_id="acct_atelier",
        members=(
            Member("owner@atelier.example", "Olivia Ortega", "owner"),
            Member("admin@atelier.example", "Adrian Amsel", "administrator"),
            Member("maria@atelier.example", "Maria Moser", "event_manager"),
            Member("marco@atelier.example", "Marco Monti", "event_manager"),
        ),
    ),
    Organizer(
        account_id="acc_studio",
        name="Studio Sud",
        country="FR",
        currency="EUR",
        stripe_account_id="acct_studio",
        members=(
            Member("owner@studio.example", "Odile Ourson", "owner"),
            Member("admin@studio.example", "Amir Azoulay", "administrator"),
            Member("elena@studio.example", "Elena Espinosa", "event_manager"),
            Member("emil@studio.example", "Emil Ek", "event_manager"),
        ),
    ),
)


def seed(deployment: Deployment, simulator: StripeSimulator, api_key: str, secret: str) -> None:
    """Bring a stack to its beginning; doing it again changes nothing."""
    write_secret(deployment, api_key, secret)
    sign_ins = {
        member.email: ensure_sign_in(deployment, member.email)
        for organizer in ORGANIZERS
        for member in organizer.members
    }
    connect_stripe_accounts(simulator)
    seed_accounts(deployment, sign_ins)


def write_secret(deployment: Deployment, api_key: str, webhook_secret: str) -> None:
    """Put Stripe's values into the secret; a token key that is there stays."""
    store = deployment.client("secretsmanager")
    secret_id = deployment.outputs["ProviderSecretArn"]
    held = json.loads(store.get_secret_value(SecretId=secret_id)["SecretString"])
    keys = held.get("token_keys")
    wanted = {
        "token_keys": keys if isinstance(keys, list) else [secrets.token_urlsafe(48)],
        "stripe_api_keys": [api_key],
        "stripe_webhook_secrets": [webhook_secret],
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


def seed_accounts(deployment: Deployment, sign_ins: Mapping[str, SignIn]) -> None:
    """Store accounts, memberships and linked payment accounts, as `guichet account create` does."""
