"""The price list's arithmetic, on numbers that can be followed by hand."""

import pytest

from benchmarks.price import (
    PriceList,
    Share,
    Template,
    billed_ms,
    idle_month,
    kept_month,
    million_invoices,
    million_sales,
)
from benchmarks.sale import Step
from benchmarks.workshop import Report

PRICES = PriceList(
    usd={
        "dynamodb_million_write_units": 0.5,
        "dynamodb_million_read_units": 0.25,
        "dynamodb_gb_month": 0.25,
        "dynamodb_recovery_gb_month": 0.25,
        "lambda_million_calls": 0.2,
        "lambda_gb_second_arm64": 0.00001,
        "http_api_million_calls": 1.0,
        "sqs_million_calls": 0.4,
        "sqs_fifo_million_calls": 0.5,
        "scheduler_million_calls": 1.0,
        "alarm_month": 0.1,
        "logs_gb": 0.5,
        "secret_month": 0.4,
        "secret_million_calls": 5.0,
        "internet_out_gb": 0.1,
    },
    assumed={
        "hours_a_month": 1000,
        "pollers_a_queue": 5,
        "poll_seconds": 20,
        "memory_mb_a_processor": 2048,
        "store_round_trip_ms": 5,
        "provider_round_trip_ms": 400,
        "platform_log_bytes": 600,
        "access_log_bytes": 400,
        "response_header_bytes": 500,
        "provider_request_bytes": 1000,
        "worker_lives_hours": 2,
    },
)
MEMORY = {"checkout": 512, "settle": 256, "relay": 256, "upkeep": 256, "invoice_run": 512}
TEMPLATE = Template(10, 1, 2, 1, MEMORY, "arm64", quarterly=1)


def step(function: str, *, cpu_ms: float = 0, provider_calls: int = 0) -> Step:
    """A call with one write of three units, one of them an index's, and one read of one."""
    write = {"parts": [{"write": 2, "index": 1, "read": 0}], "emulator_units": 3}
    read = {"parts": [{"write": 0, "index": 0, "read": 1}], "emulator_units": 1}
    answer = {"body": "x" * 500}
    report = Report(function, answer, cpu_ms, 0, 400, [write, read])
    return Step(function, report, provider_calls)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        pytest.param(step("checkout", cpu_ms=4), 16 + 10, id="a quarter of a processor"),
        pytest.param(step("settle", cpu_ms=4), 32 + 10, id="an eighth"),
        pytest.param(step("checkout", provider_calls=2), 10 + 800, id="waits for the provider"),
        pytest.param(step("relay"), 10 + 5, id="waits for the queue"),
    ],
)
def test_what_is_billed_is_processor_time_at_its_share_and_waiting(
    call: Step, expected: float
) -> None:
    billed = billed_ms(call, TEMPLATE, PRICES.assumed)

    assert billed == pytest.approx(expected)


def test_an_idle_month_is_alarms_secret_polling_upkeep_and_runs_without_invoices() -> None:
    quarter = step("invoice_run", cpu_ms=5)

    bill = idle_month(TEMPLATE, step("upkeep", cpu_ms=5), quarter, PRICES)

    minutes, quarters = 60_000, 4_000
    runs = minutes + quarters
    assert bill.lines == {
        "alarms": pytest.approx(1.0),
        "secret": pytest.approx(0.4 + 500 * 5 / 1e6),
        "queue_polling": pytest.approx(2 * 5 * 180_000 * 0.4 / 1e6),
        "schedule": pytest.approx(0.064),
        "function_calls": pytest.approx(runs * 0.2 / 1e6),
        "function_time": pytest.approx((minutes * 0.050 * 0.25 + quarters * 0.030 * 0.5) * 0.00001),
        "write_units": pytest.approx(runs * 3 * 0.5 / 1e6),
        "read_units": pytest.approx(runs * 0.25 / 1e6),
        "logs": pytest.approx(runs * 1000 / 1e9 * 0.5),
    }
    assert bill.total == pytest.approx(sum(bill.lines.values()))


def test_a_million_sales_cost_calls_time_units_messages_logs_and_traffic() -> None:
    steps = [step("checkout", cpu_ms=4, provider_calls=1), step("settle", cpu_ms=4)]

    bill = million_sales(steps, TEMPLATE, PRICES)

    assert bill.lines == {
        "function_calls": pytest.approx(0.4),
        "function_time": pytest.approx((0.426 * 0.5 + 0.042 * 0.25) * 10),
        "write_units": pytest.approx(6 * 0.5),
        "read_units": pytest.approx(2 * 0.25),
        "logs": pytest.approx((2 * 1000 + 400) / 1000 * 0.5),
        "http_api": pytest.approx(1.0),
        "queues": pytest.approx(3 * 0.4),
        "internet_out": pytest.approx((500 + 500 + 1000) / 1000 * 0.1),
    }


def test_a_million_invoices_cost_their_share_of_calls_and_messages() -> None:
    shares = [
        Share(step("invoice_run", cpu_ms=4), 10),
        Share(step("relay", cpu_ms=4), 20),
    ]

    bill = million_invoices(shares, 6, 1, TEMPLATE, PRICES)

    assert bill.lines == {
        "function_calls": pytest.approx(0.2 / 10 + 0.2 / 20),
        "function_time": pytest.approx((0.026 * 0.5 / 10 + 0.047 * 0.25 / 20) * 10),
        "write_units": pytest.approx(3 * 0.5 / 10 + 3 * 0.5 / 20),
        "read_units": pytest.approx(0.25 / 10 + 0.25 / 20),
        "logs": pytest.approx((1000 / 10 + 1000 / 20) / 1000 * 0.5),
        "queues": pytest.approx(3 / 6 * 0.5 + 1 / 10 * 0.4),
    }


def test_what_is_kept_costs_storage_and_its_recovery_copy() -> None:
    assert kept_month(10_000, PRICES) == pytest.approx(5.0)


def test_the_template_says_what_costs_money_by_itself() -> None:
    template = {
        "Globals": {"Function": {"MemorySize": 256}},
        "Resources": {
            "CheckoutFunction": {
                "Type": "AWS::Serverless::Function",
                "Properties": {"MemorySize": 512, "Events": {"A": {"Type": "HttpApi"}}},
            },
            "SettleFunction": {
                "Type": "AWS::Serverless::Function",
                "Properties": {"Events": {"Messages": {"Type": "SQS"}}},
            },
            "UpkeepFunction": {
                "Type": "AWS::Serverless::Function",
                "Properties": {
                    "Events": {
                        "Every": {
                            "Type": "ScheduleV2",
                            "Properties": {"ScheduleExpression": "rate(1 minute)"},
                        }
                    }
                },
            },
            "InvoiceRunFunction": {
                "Type": "AWS::Serverless::Function",
                "Properties": {
                    "Events": {
                        "EveryQuarter": {
                            "Type": "ScheduleV2",
                            "Properties": {"ScheduleExpression": "cron(0/15 * * * ? *)"},
                        },
                        "Messages": {"Type": "SQS"},
                    }
                },
            },
            "OneAlarm": {"Type": "AWS::CloudWatch::Alarm"},
            "TheSecret": {"Type": "AWS::SecretsManager::Secret"},
        },
    }

    found = Template.of(template, "arm64")

    memory = {"checkout": 512, "settle": 256, "upkeep": 256, "invoice_run": 256}
    assert found == Template(1, 1, 2, 1, memory, "arm64", quarterly=1)


def test_a_schedule_that_is_not_priced_is_refused() -> None:
    events = {
        "Daily": {"Type": "Schedule", "Properties": {"ScheduleExpression": "rate(1 day)"}},
    }
    function = {"Type": "AWS::Serverless::Function", "Properties": {"Events": events}}
    template = {"Globals": {"Function": {}}, "Resources": {"UpkeepFunction": function}}

    with pytest.raises(ValueError, match="another rate"):
        Template.of(template, "arm64")


def test_the_price_list_names_all_that_is_priced() -> None:
    prices = PriceList.read()

    assert set(PRICES.usd) <= set(prices.usd)
    assert set(PRICES.assumed) == set(prices.assumed)
