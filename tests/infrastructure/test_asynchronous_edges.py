"""What is handed on without waiting is never lost: retries, partial failures, dead letters."""

from __future__ import annotations

import pytest

from tests.infrastructure.conftest import Template


def timeouts(template: Template) -> dict[str, int]:
    functions = template.of_type("AWS::Lambda::Function")
    return {name: properties["Timeout"] for name, properties in functions.items()}


@pytest.mark.parametrize("name", ["Settle", "Deliver", "Invoice"])
def test_a_queue_gives_up_into_its_dead_letters_after_some_tries_ext_2(
    expanded: Template, name: str
) -> None:
    queue = expanded.of_type("AWS::SQS::Queue")[f"{name}Queue"]

    policy = queue["RedrivePolicy"]

    assert policy["deadLetterTargetArn"] == {"Fn::GetAtt": [f"{name}DeadLetters", "Arn"]}
    assert 2 <= policy["maxReceiveCount"] <= 10


def test_every_queue_is_either_consumed_with_dead_letters_or_holds_dead_letters(
    expanded: Template,
) -> None:
    queues = expanded.of_type("AWS::SQS::Queue")

    loose = [
        name
        for name, queue in queues.items()
        if not name.endswith("DeadLetters") and "RedrivePolicy" not in queue
    ]

    assert loose == []


@pytest.mark.parametrize(
    ("name", "function"),
    [("Settle", "Settle"), ("Deliver", "Deliver")],
)
def test_a_message_in_hand_stays_hidden_for_six_times_its_functions_timeout(
    expanded: Template, name: str, function: str
) -> None:
    queue = expanded.of_type("AWS::SQS::Queue")[f"{name}Queue"]

    assert queue["VisibilityTimeout"] >= 6 * timeouts(expanded)[f"{function}Function"]


def test_a_message_that_fails_each_time_holds_up_its_series_for_a_quarter_of_an_hour_inv_1(
    expanded: Template,
) -> None:
    queue = expanded.of_type("AWS::SQS::Queue")["InvoiceQueue"]

    hidden, tries = queue["VisibilityTimeout"], queue["RedrivePolicy"]["maxReceiveCount"]

    assert hidden >= 2 * timeouts(expanded)["InvoiceRunFunction"], "not while it is in hand"
    assert hidden * tries <= 16 * 60


def test_a_series_is_one_group_of_a_queue_in_order_inv_3(expanded: Template) -> None:
    queues = expanded.of_type("AWS::SQS::Queue")

    in_order = {name for name, queue in queues.items() if queue.get("FifoQueue")}

    assert in_order == {"InvoiceQueue", "InvoiceDeadLetters"}


def test_dead_letters_are_kept_longer_than_what_they_come_from(expanded: Template) -> None:
    queues = expanded.of_type("AWS::SQS::Queue")

    kept = {name: queue["MessageRetentionPeriod"] for name, queue in queues.items()}

    assert all(kept[name] == 1_209_600 for name in kept if name.endswith("DeadLetters"))
    assert all(kept[name] < 1_209_600 for name in kept if not name.endswith("DeadLetters"))


def test_every_mapping_reports_failures_item_by_item(expanded: Template) -> None:
    mappings = expanded.of_type("AWS::Lambda::EventSourceMapping")

    assert len(mappings) == 4
    for name, mapping in mappings.items():
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"], name


def test_the_stream_retries_within_bounds_bisects_and_tells_of_what_it_gave_up(
    expanded: Template,
) -> None:
    mapping = expanded.of_type("AWS::Lambda::EventSourceMapping")["RelayFunctionJournal"]

    assert mapping["BisectBatchOnFunctionError"] is True
    assert mapping["MaximumRetryAttempts"] > 0
    assert mapping["MaximumRecordAgeInSeconds"] < 24 * 3600
    assert mapping["MaximumBatchingWindowInSeconds"] <= 1
    assert mapping["StartingPosition"] == "TRIM_HORIZON"
    assert mapping["DestinationConfig"]["OnFailure"]["Destination"] == {
        "Fn::GetAtt": ["RelayDeadLetters", "Arn"]
    }


def test_a_run_that_cannot_start_or_fails_leaves_a_dead_letter(expanded: Template) -> None:
    """Scheduler starts it asynchronously: its failures are Lambda's to report, not Scheduler's."""
    schedules = expanded.of_type("AWS::Scheduler::Schedule").values()
    configs = expanded.of_type("AWS::Lambda::EventInvokeConfig").values()

    dead_letters = {"Fn::GetAtt": ["UpkeepDeadLetters", "Arn"]}

    assert len(schedules) == len(configs) == 3
    assert [each["Target"]["DeadLetterConfig"]["Arn"] for each in schedules] == [dead_letters] * 3
    failures = [each["DestinationConfig"]["OnFailure"]["Destination"] for each in configs]
    assert failures == [dead_letters] * 3


def test_a_scheduled_run_ends_before_the_next_starts(expanded: Template) -> None:
    schedules = expanded.of_type("AWS::Scheduler::Schedule").values()

    rates = {
        each["Target"]["Arn"]["Fn::GetAtt"][0]: each["ScheduleExpression"] for each in schedules
    }

    assert rates == {
        "UpkeepFunction": "rate(1 minute)",
        "ReconcileFunction": "cron(10/15 3-8 * * ? *)",
        "InvoiceRunFunction": "cron(0/15 * * * ? *)",
    }
    assert timeouts(expanded)["UpkeepFunction"] < 60
    assert timeouts(expanded)["ReconcileFunction"] < 15 * 60
    assert timeouts(expanded)["InvoiceRunFunction"] < 15 * 60


def test_two_stacks_fit_into_one_account(expanded: Template) -> None:
    """A name of our own would be taken already; CloudFormation chooses them."""
    named = {
        name: properties[key]
        for name, resource in expanded.resources.items()
        for properties in [resource.get("Properties", {})]
        for key in ("Name", "TableName", "QueueName", "FunctionName", "BucketName", "RoleName")
        if isinstance(properties.get(key), str) and resource["Type"] != "AWS::ApiGatewayV2::Api"
    }

    assert named == {}
