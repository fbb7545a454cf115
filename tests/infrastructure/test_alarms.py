"""Alarms look at metrics that exist, under the dimensions with which they are published."""

from __future__ import annotations

from typing import Any

import pytest

from tests.infrastructure.conftest import Template

# Namespace, metric and exact dimensions, from the services' own lists of metrics:
# SQS "Available CloudWatch metrics", Lambda "Types of metrics for functions", API Gateway
# "Monitoring HTTP APIs with CloudWatch metrics". Ours are written by `guichet.entry`.
PUBLISHED: dict[tuple[str, str], dict[str, str | None]] = {
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"): {"QueueName": "AWS::SQS::Queue"},
    ("AWS/Lambda", "Errors"): {"FunctionName": "AWS::Lambda::Function"},
    ("AWS/Lambda", "Invocations"): {"FunctionName": "AWS::Lambda::Function"},
    ("AWS/Lambda", "IteratorAge"): {"FunctionName": "AWS::Lambda::Function"},
    ("AWS/ApiGateway", "5xx"): {"ApiId": "AWS::ApiGatewayV2::Api"},
    ("Guichet", "ParkedPayment"): {"environment": None},
    ("Guichet", "OverdueWork"): {"environment": None},
}


@pytest.fixture(scope="session")
def alarms(expanded: Template) -> dict[str, Any]:
    return expanded.of_type("AWS::CloudWatch::Alarm")


def test_there_are_at_most_ten_alarms(alarms: dict[str, Any]) -> None:
    assert 1 <= len(alarms) <= 10


def test_every_alarm_watches_a_metric_that_is_published(
    alarms: dict[str, Any], expanded: Template
) -> None:
    for name, alarm in alarms.items():
        dimensions = {each["Name"]: each["Value"] for each in alarm["Dimensions"]}
        kinds = PUBLISHED[alarm["Namespace"], alarm["MetricName"]]

        assert dimensions.keys() == kinds.keys(), name
        for dimension, kind in kinds.items():
            if kind is not None:
                assert expanded.resources[_target(dimensions[dimension])]["Type"] == kind, name


def test_every_queue_of_dead_letters_has_an_alarm(
    alarms: dict[str, Any], expanded: Template
) -> None:
    watched = {
        _target(alarm["Dimensions"][0]["Value"])
        for alarm in alarms.values()
        if alarm["Namespace"] == "AWS/SQS"
    }

    dead_letters = {
        name for name in expanded.of_type("AWS::SQS::Queue") if name.endswith("DeadLetters")
    }

    assert watched == dead_letters


def test_a_silent_upkeep_is_an_alarm_and_nothing_else_is_when_silent(
    alarms: dict[str, Any],
) -> None:
    silent = {name: alarm["TreatMissingData"] for name, alarm in alarms.items()}

    assert silent.pop("UpkeepSilentAlarm") == "breaching"
    assert set(silent.values()) == {"notBreaching"}


def test_every_alarm_tells_a_person_where_one_is_named(alarms: dict[str, Any]) -> None:
    actions = {str(alarm["AlarmActions"]) for alarm in alarms.values()}

    assert len(actions) == 1
    assert "AlarmTopic" in actions.pop()


def _target(value: dict[str, Any]) -> str:
    """The logical id that a Ref or a GetAtt names."""
    if "Ref" in value:
        return str(value["Ref"])
    attribute = value["Fn::GetAtt"]
    return str(attribute.split(".")[0] if isinstance(attribute, str) else attribute[0])
