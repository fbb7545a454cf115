"""The price list: what an idle month and a million sales cost, from measured units and the template."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from benchmarks.figures import Measured
from benchmarks.sale import Step

_FILE: Final = Path(__file__).resolve().parent / "prices.toml"
_MILLION: Final = 1_000_000
_GIGABYTE: Final = 1_000_000_000
_MINUTES_AN_HOUR: Final = 60
_HTTP: Final = frozenset({"checkout", "organizer", "refund", "billing", "webhooks"})
# A message is sent once, received once and deleted once.
_CALLS_A_MESSAGE: Final = 3
_MESSAGES_A_CALL: Final = 10
_EVERY_MINUTE: Final = "rate(1 minute)"
_EVERY_QUARTER: Final = "cron(0/15 * * * ? *)"
_QUARTERS_AN_HOUR: Final = 4
# Starts of the nightly comparison: but the first, each finds nothing left to do.
_NIGHTLY: Final = "cron(10/15 3-8 * * ? *)"
_STARTS_A_NIGHT: Final = 24
_HOURS_A_DAY: Final = 24


@dataclass(frozen=True, slots=True)
class PriceList:
    """List prices in USD, and what is assumed where nothing can be measured."""

    usd: Mapping[str, float]
    assumed: Mapping[str, float]

    @classmethod
    def read(cls, path: Path = _FILE) -> PriceList:
        held = tomllib.loads(path.read_text())
        usd = {name: float(each["usd"]) for name, each in held["prices"].items()}
        assumed = {name: float(each) for name, each in held["assumptions"].items()}
        return cls(usd, assumed)


@dataclass(slots=True)
class Bill:
    """Amounts in USD by what they are for."""

    lines: dict[str, float] = field(default_factory=dict)

    def add(self, what: str, usd: float) -> None:
        self.lines[what] = self.lines.get(what, 0.0) + usd

    @property
    def total(self) -> float:
        return sum(self.lines.values())

    def figures(self, name: str) -> list[Measured]:
        """The total, then its lines from the largest on."""
        lines = sorted(self.lines.items(), key=lambda line: -line[1])
        return [
            Measured(name, self.total, "USD"),
            *(Measured(f"{name}_{what}", usd, "USD") for what, usd in lines),
        ]


@dataclass(frozen=True, slots=True)
class Template:
    """What of the built template costs money."""

    alarms: int
    secrets: int
    polled_queues: int
    schedules: int
    memory_mb: Mapping[str, int]
    architecture: str
    nightly: int = 0
    quarterly: int = 0

    @classmethod
    def of(cls, template: Mapping[str, Any], architecture: str) -> Template:
        """Read it.

        Raises:
            ValueError: a schedule that is neither once a minute, nor each quarter of an hour, nor nightly.
        """
        resources: Mapping[str, Mapping[str, Any]] = template["Resources"]
        functions = _of_type(resources, "AWS::Serverless::Function")
        own = template["Globals"]["Function"].get("MemorySize", 128)
        events = [
            event
            for function in functions.values()
            for event in function["Properties"].get("Events", {}).values()
        ]
        rates = [
            each["Properties"]["ScheduleExpression"]
            for each in events
            if each["Type"] in {"Schedule", "ScheduleV2"}
        ]
        if set(rates) - {_EVERY_MINUTE, _EVERY_QUARTER, _NIGHTLY}:
            raise ValueError(f"schedules of another rate: {rates}")
        return cls(
            alarms=len(_of_type(resources, "AWS::CloudWatch::Alarm")),
            secrets=len(_of_type(resources, "AWS::SecretsManager::Secret")),
            polled_queues=sum(each["Type"] == "SQS" for each in events),
            schedules=rates.count(_EVERY_MINUTE),
            nightly=rates.count(_NIGHTLY),
            quarterly=rates.count(_EVERY_QUARTER),
            memory_mb={
                _function_of(name): int(function["Properties"].get("MemorySize", own))
                for name, function in functions.items()
            },
            architecture=architecture,
        )

    def shares(self, assumed: Mapping[str, float]) -> dict[str, float]:
        """How much of a processor each function's memory buys."""
        whole = assumed["memory_mb_a_processor"]
        return {name: min(1.0, memory / whole) for name, memory in self.memory_mb.items()}


def idle_month(template: Template, upkeep: Step, quarter: Step, prices: PriceList) -> Bill:
    """A month in which nobody comes: alarms, secret, polling, `upkeep`, and a run of invoices each `quarter`.

    Empty tables (point-in-time recovery is billed by size), an empty bucket, a user pool without
    users, dead letter queues and the stream (Lambda's polling of it is free) cost nothing.
    """
    usd, assumed = prices.usd, prices.assumed
    hours = assumed["hours_a_month"]
    runs = template.schedules * hours * _MINUTES_AN_HOUR
    polls = (
        template.polled_queues * assumed["pollers_a_queue"] * hours * 3600 / assumed["poll_seconds"]
    )
    bill = Bill()
    bill.add("alarms", template.alarms * usd["alarm_month"])
    bill.add("secret", template.secrets * usd["secret_month"])
    bill.add("queue_polling", polls * usd["sqs_million_calls"] / _MILLION)
    by_night = template.nightly * hours / _HOURS_A_DAY * _STARTS_A_NIGHT
    quarters = template.quarterly * hours * _QUARTERS_AN_HOUR
    starts = runs + by_night + quarters
    bill.add("schedule", starts * usd["scheduler_million_calls"] / _MILLION)
    reads = hours / assumed["worker_lives_hours"]
    bill.add("secret", reads * usd["secret_million_calls"] / _MILLION)
    _add_calls(bill, [upkeep], template, prices, times=runs)
    _add_calls(bill, [quarter], template, prices, times=quarters)
    return bill


def million_sales(steps: Sequence[Step], template: Template, prices: PriceList) -> Bill:
    """What a million sales add to that month, without what the mail service takes."""
    usd, assumed = prices.usd, prices.assumed
    bill = Bill()
    _add_calls(bill, steps, template, prices, times=_MILLION)
    http = [step for step in steps if step.report.function in _HTTP]
    messages = [step for step in steps if step.report.function in {"settle", "deliver"}]
    bill.add("http_api", len(http) * usd["http_api_million_calls"])
    bill.add("queues", len(messages) * _CALLS_A_MESSAGE * usd["sqs_million_calls"])
    bodies = sum(len(str(step.report.answer.get("body", "")).encode()) for step in http)
    out = bodies + len(http) * assumed["response_header_bytes"]
    out += sum(step.provider_calls for step in steps) * assumed["provider_request_bytes"]
    bill.add("internet_out", out * _MILLION / _GIGABYTE * usd["internet_out_gb"])
    access = len(http) * assumed["access_log_bytes"]
    bill.add("logs", access * _MILLION / _GIGABYTE * usd["logs_gb"])
    return bill


@dataclass(frozen=True, slots=True)
class Share:
    """One call, and of how many invoices it is about."""

    step: Step
    invoices: int


def million_invoices(
    shares: Sequence[Share],
    candidates_a_message: float,
    mails_an_invoice: float,
    template: Template,
    prices: PriceList,
) -> Bill:
    """What a million invoices cost until each is posted and its mail is queued.

    Args:
        shares: the calls that made some of them.
        candidates_a_message: of the queue in order.
        mails_an_invoice: messages that `relay` sends on, ten a call; receiving them is part of the mail.
        template: memory and processor of each function.
        prices: the list.
    """
    usd = prices.usd
    bill = Bill()
    for share in shares:
        _add_calls(bill, [share.step], template, prices, times=_MILLION / share.invoices)
    calls = _CALLS_A_MESSAGE / candidates_a_message
    bill.add("queues", calls * usd["sqs_fifo_million_calls"])
    bill.add("queues", mails_an_invoice / _MESSAGES_A_CALL * usd["sqs_million_calls"])
    return bill


def kept_month(bytes_a_sale: float, prices: PriceList) -> float:
    """What a million sales' items cost each month that they are kept, with their recovery copies."""
    usd = prices.usd["dynamodb_gb_month"] + prices.usd["dynamodb_recovery_gb_month"]
    return bytes_a_sale * _MILLION / _GIGABYTE * usd


def _add_calls(
    bill: Bill, steps: Iterable[Step], template: Template, prices: PriceList, *, times: float
) -> None:
    """What every call of a function costs: the call, its time, the store's units, its log."""
    usd, assumed = prices.usd, prices.assumed
    second = usd[f"lambda_gb_second_{template.architecture}"]
    for step in steps:
        seconds = billed_ms(step, template, assumed) / 1000
        gigabytes = template.memory_mb[step.report.function] / 1024
        bill.add("function_calls", times * usd["lambda_million_calls"] / _MILLION)
        bill.add("function_time", times * seconds * gigabytes * second)
        write = step.write_units * usd["dynamodb_million_write_units"]
        bill.add("write_units", times * write / _MILLION)
        read = step.read_units * usd["dynamodb_million_read_units"]
        bill.add("read_units", times * read / _MILLION)
        logged = step.report.log_bytes + assumed["platform_log_bytes"]
        bill.add("logs", times * logged / _GIGABYTE * usd["logs_gb"])


def billed_ms(step: Step, template: Template, assumed: Mapping[str, float]) -> float:
    """How long Lambda would bill: our processor time at this memory's share, and the waiting.

    The store is waited for at the calls that were counted, and SQS as long whenever relay runs.
    """
    share = template.shares(assumed)[step.report.function]
    messages = step.report.function == "relay"
    waits = (len(step.report.calls) + messages) * assumed["store_round_trip_ms"]
    waits += step.provider_calls * assumed["provider_round_trip_ms"]
    return step.report.cpu_ms / share + waits


def _function_of(resource: str) -> str:
    """`InvoiceRunFunction` is `invoice_run`."""
    return re.sub("(?<!^)(?=[A-Z])", "_", resource.removesuffix("Function")).lower()


def _of_type(resources: Mapping[str, Mapping[str, Any]], kind: str) -> dict[str, Mapping[str, Any]]:
    return {name: each for name, each in resources.items() if each["Type"] == kind}
