"""What a fresh local stack holds: secrets, two organizers with their members, their Stripe accounts."""

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from guichet.access.use_cases.add_member import AddMember, add_member
from guichet.access.use_cases.create_account import CreateAccount, create_account
from guichet.adapters.aws.sdk import SdkService
from guichet.adapters.dynamo.client import DynamoClient
from guichet.adapters.dynamo.seam import TableName
from guichet.bootstrap import Container
from guichet.errors import Conflict
from guichet.events import Actor, ActorKind
from guichet.ledger.journal import Cause
from guichet.payments.account import PaymentAccount
from guichet.settings import Settings
from local.deployment import Deployment
from local.identity import SignIn, ensure_sign_in
from local.simulators.stripe import StripeSimulator

SEED = Actor(ActorKind.OPERATOR, "seed", "local stack")

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
    legal_name: str
    email: str
    tax_note: str
    time_zone: str
    language: str
    country: str
    currency: str
    stripe_account_id: str
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
        legal_name="Studio Sud SARL",
        email="bureau@studio.example",
        tax_note="TVA non applicable, art. 261-4-4 du CGI.",
        time_zone="Europe/Paris",
        language="fr",
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
    parts = parts_of(deployment)
    for organizer in ORGANIZERS:
        with _unless_there("account_exists"):
            create_account(_account(organizer), people=parts.people, clock=parts.clock)
        for member in organizer.members:
            with _unless_there("member_exists"):
                add_member(
                    _membership(organizer, member, sign_ins[member.email]),
                    people=parts.people,
                    clock=parts.clock,
                )
        if parts.people.payment_account(organizer.account_id, "stripe") is None:
            cause = Cause(SEED, "link_payment_account", parts.clock.now())
            parts.people.save_payment_account(cause, None, _payment_account(organizer))


def parts_of(deployment: Deployment) -> Container:
    """The product's own parts, on the emulator's tables."""
    tables: dict[TableName, str] = {
        "state": deployment.state_table,
        "journal": deployment.journal_table,
    }
    dynamo = DynamoClient(SdkService(deployment.client("dynamodb")), tables)
    return Container(Settings.of_stack(deployment.outputs, test_clock=True), dynamo=dynamo)


@contextmanager
def _unless_there(code: str) -> Iterator[None]:
    try:
        yield
    except Conflict as refusal:
        if refusal.code != code:
            raise


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


def _membership(organizer: Organizer, member: Member, sign_in: SignIn) -> AddMember:
    return AddMember(
        account_id=organizer.account_id,
        issuer=sign_in.issuer,
        subject=sign_in.subject,
        email=member.email,
        name=member.name,
        roles=(member.role,),
        actor=SEED,
    )


def _payment_account(organizer: Organizer) -> PaymentAccount:
    return PaymentAccount(
        account_id=organizer.account_id,
        provider="stripe",
        provider_account_id=organizer.stripe_account_id,
        confirmed=True,
        verified=True,
        takes_cards=True,
    )
