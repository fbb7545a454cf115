"""What measuring needs around the built functions: a bare emulator, simulated providers, one training."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Self

import yaml

from benchmarks.providers import PAYPAL_MERCHANT, STRIPE_ACCOUNT, Providers, serve_providers
from guichet.access.addresses import Address
from guichet.access.membership import Account, Member, Role
from guichet.access.profile import first_profile
from guichet.adapters.aws.sdk import SdkService
from guichet.adapters.dynamo.client import DynamoClient
from guichet.bootstrap import Container
from guichet.events import Actor, ActorKind
from guichet.ledger.journal import Cause, Change
from guichet.money import Money
from guichet.payments.account import PaymentAccount
from guichet.registration.ports import NewSeats
from guichet.registration.training import Approval, Training, TrainingStatus
from guichet.settings import Settings
from local.build import FUNCTIONS, logical_id
from local.deployment import client
from local.emulator import Emulator, free_port
from local.environment import AwsClient, tool_environment
from local.paths import BUILD_DIR, ROOT
from tests.support.tables import create_tables, table_requests

ACCOUNT: Final = "acc_bench"
TRAINING: Final = "trn_bench0000000000000000"
MAIL_FROM: Final = "pay@guichet.example"
OWNER: Final = Member(
    member_id="mem_bench",
    account_id=ACCOUNT,
    issuer="https://issuer.example",
    subject="bench",
    email="owner@atelier.example",
    name="Olivia Ortega",
    roles=(Role.OWNER,),
)
_ADDRESS: Final = Address(
    line1="350 Fifth Avenue", city="New York", country="US", region="NY", postal_code="10118"
)
_PREFIX: Final = "bench"
_DOCUMENTS: Final = "bench-documents"


@dataclass(frozen=True)
class Workshop:
    """Running things, and the environment by which a function finds them."""

    endpoint_url: str
    emulator_process: int
    providers: Providers
    variables: Mapping[str, str]

    def client(self, service: str) -> AwsClient:
        return client(self.endpoint_url, service)

    @property
    def journal_table(self) -> str:
        return self.variables["JOURNAL_TABLE"]

    @property
    def dynamo(self) -> DynamoClient:
        """Its tables, to put there what a measurement begins with."""
        return _dynamo(self.endpoint_url, self.variables)


@contextmanager
def workshop() -> Iterator[Workshop]:
    """An emulator with the template's tables and an open training, and simulated providers."""
    with tempfile.TemporaryDirectory(prefix="guichet-bench-") as folder, ExitStack() as running:
        emulator = Emulator(Path(folder), free_port())
        emulator.start()
        running.callback(emulator.stop)
        providers = running.enter_context(serve_providers())
        variables = _variables(emulator.endpoint_url, providers)
        _seed(emulator.endpoint_url, variables)
        process = _process_of(emulator.port)
        yield Workshop(emulator.endpoint_url, process, providers, variables)


def built_template() -> dict[str, Any]:
    """The template as `sam build` left it.

    Raises:
        SystemExit: there is no build.
    """
    path = BUILD_DIR / "template.yaml"
    if not path.is_file():
        raise SystemExit("nothing is built: run `make build` first")
    template: dict[str, Any] = yaml.safe_load(path.read_text())
    return template


def layers_of(function: str) -> list[Path]:
    """The folders that Lambda would put on this function's path, in order.

    SAM adds a function's own layers behind those of the globals.
    """
    template = built_template()
    common = template["Globals"]["Function"].get("Layers", [])
    own = template["Resources"][logical_id(function)]["Properties"].get("Layers", [])
    return [BUILD_DIR / each["Ref"] / "python" for each in [*common, *own]]


def function_environment(variables: Mapping[str, str]) -> dict[str, str]:
    """This machine's environment with a function's variables, without what is set for our tests."""
    environment = tool_environment(**variables)
    for name in ("PYTHONPATH", "PYTHONWARNINGS", "PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV"):
        environment.pop(name, None)
    return environment


def _variables(endpoint_url: str, providers: Providers) -> dict[str, str]:
    tables = create_tables(client(endpoint_url, "dynamodb"), _PREFIX)
    queues = client(endpoint_url, "sqs")
    made = client(endpoint_url, "secretsmanager").create_secret(
        Name=_PREFIX, SecretString=json.dumps({"token_keys": ["k" * 64], **providers.secret})
    )
    client(endpoint_url, "sesv2").create_email_identity(EmailIdentity=MAIL_FROM)
    client(endpoint_url, "s3").create_bucket(Bucket=_DOCUMENTS)
    return {
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_LAMBDA_FUNCTION_NAME": "bench",  # as in Lambda, the functions sign by themselves
        "GUICHET_ENVIRONMENT": "local",
        "LOG_LEVEL": "INFO",
        "POWERTOOLS_METRICS_NAMESPACE": "Guichet/bench",
        "POWERTOOLS_SERVICE_NAME": "bench",
        "STATE_TABLE": tables["state"],
        "JOURNAL_TABLE": tables["journal"],
        "SETTLE_QUEUE_URL": queues.create_queue(QueueName="bench-settle")["QueueUrl"],
        "DELIVER_QUEUE_URL": queues.create_queue(QueueName="bench-deliver")["QueueUrl"],
        "INVOICE_QUEUE_URL": queues.create_queue(
            QueueName="bench-invoice.fifo", Attributes={"FifoQueue": "true"}
        )["QueueUrl"],
        "DOCUMENTS_BUCKET": _DOCUMENTS,
        "SECRET_ARN": made["ARN"],
        "PUBLIC_BASE_URL": "https://pay.example",
        **providers.addresses,
        "STRIPE_LIVEMODE": "false",
        "MAIL_FROM": MAIL_FROM,
        "TEST_CLOCK": "off",
    }


def _dynamo(endpoint_url: str, variables: Mapping[str, str]) -> DynamoClient:
    return DynamoClient(
        SdkService(client(endpoint_url, "dynamodb")),
        {"state": variables["STATE_TABLE"], "journal": variables["JOURNAL_TABLE"]},
    )


def _seed(endpoint_url: str, variables: Mapping[str, str]) -> None:
    """An organizer who may be paid, and a training with more seats than will be sold."""
    dynamo = _dynamo(endpoint_url, variables)
    parts = Container(Settings.from_environment(variables), dynamo=dynamo)
    now = datetime.now(UTC)
    cause = Cause(Actor(ActorKind.SYSTEM, "bench", "bench"), "seed", now)
    account = Account(
        account_id=ACCOUNT,
        legal_name="Atelier Nord Inc.",
        email="office@atelier.example",
        tax_note="Sales tax is not charged on training.",
        time_zone="America/New_York",
        language="en",
    )
    parts.people.add_account(cause, account)
    parts.people.add_member(cause, OWNER)
    for provider, provider_account_id in (("stripe", STRIPE_ACCOUNT), ("paypal", PAYPAL_MERCHANT)):
        linked = PaymentAccount(
            account_id=ACCOUNT,
            provider=provider,
            provider_account_id=provider_account_id,
            confirmed=True,
            verified=True,
            takes_cards=True,
        )
        parts.people.save_payment_account(cause, None, linked)
    profile = first_profile(account)
    bought_from = replace(profile, billing_address=_ADDRESS, version=profile.version + 1)
    parts.profiles.save_profile(cause, profile, bought_from)
    training = _training(now)
    seats = NewSeats(training.training_id, training.capacity)
    parts.records.save(cause, [Change(None, training)], [seats])


def _training(now: datetime) -> Training:
    return Training(
        training_id=TRAINING,
        account_id=ACCOUNT,
        created_by="mem_bench",
        title="Excel for the office",
        description="A day of spreadsheets, from the first formula to the pivot table.",
        terms="Cancel until a week before the start.",
        starts_at=now + timedelta(days=30),
        ends_at=now + timedelta(days=30, hours=7),
        time_zone="America/New_York",
        price=Money(12000, "USD"),
        capacity=1_000_000,
        provider_payment=True,
        offline_methods=(),
        offline_deadline_days=7,
        approval=Approval.AUTOMATIC,
        languages=("en", "fr"),
        created_at=now,
        request_hash="h",
        status=TrainingStatus.OPEN,
    )


def _process_of(port: int) -> int:
    """The emulator's process: the child of ours that listens there."""
    import psutil  # noqa: PLC0415 - only here

    for child in psutil.Process().children():
        if any(each.laddr.port == port for each in child.net_connections("tcp") if each.laddr):
            return int(child.pid)
    raise RuntimeError("the emulator is not a child of this process")


@dataclass(frozen=True, slots=True)
class Report:
    """What one call of a function answered and took. `calls` is empty unless metered."""

    function: str
    answer: Any
    cpu_ms: float
    wall_ms: float
    log_bytes: int
    calls: list[dict[str, Any]]
    peak_memory_mb: float = 0.0  # of its process so far


class Worker:
    """One process with built functions, fed event by event, as warm workers are.

    Args:
        place: what they find around them.
        metered: whether each call of the store is counted.
        functions: which; all of them unless it matters what the process holds.
    """

    def __init__(
        self, place: Workshop, *, metered: bool, functions: Sequence[str] = FUNCTIONS
    ) -> None:
        told = {
            "functions": {name: str(BUILD_DIR / logical_id(name)) for name in functions},
            "metered": metered,
        }
        layers = {str(layer): None for name in functions for layer in layers_of(name)}
        environment = function_environment(place.variables)
        environment["PYTHONPATH"] = ":".join([*layers, str(ROOT)])
        environment["BENCH_TABLES"] = json.dumps(table_requests(_PREFIX))
        self._process = subprocess.Popen(  # noqa: S603 - the command is ours alone
            [sys.executable, "-S", "-m", "benchmarks.worker", json.dumps(told)],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._read()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def call(self, function: str, event: Mapping[str, Any]) -> Report:
        """One event, answered. RuntimeError: the worker died; why, stands on standard error."""
        if self._process.stdin is None:
            raise RuntimeError("the worker has no standard input")
        self._process.stdin.write(json.dumps({"function": function, "event": event}) + "\n")
        self._process.stdin.flush()
        return Report(function, **self._read())

    def _read(self) -> dict[str, Any]:
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise RuntimeError(f"the worker ended with {self._process.wait()}")
        read: dict[str, Any] = json.loads(line)
        return read
