"""Alarms look at metrics that exist, under the dimensions with which they are published."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from guichet.entry.metrics import needs_person, overdue_work
from tests.infrastructure.conftest import Template

OURS = "Guichet/${AWS::StackName}"

# Namespace, metric and exact dimensions, from the services' own lists of metrics:
# SQS "Available CloudWatch metrics", Lambda "Types of metrics for functions", API Gateway
# "Monitoring HTTP APIs with CloudWatch metrics". Ours are written by `guichet.entry`.
PUBLISHED: dict[tuple[str, str], dict[str, str | None]] = {
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"): {"QueueName": "AWS::SQS::Queue"},
    ("AWS/Lambda", "Errors"): {"FunctionName": "AWS::Lambda::Function"},
    ("AWS/Lambda", "Invocations"): {"FunctionName": "AWS::Lambda::Function"},
    ("AWS/Lambda", "IteratorAge"): {"FunctionName": "AWS::Lambda::Function"},
    ("AWS/ApiGateway", "5xx"): {"ApiId": "AWS::ApiGatewayV2::Api"},
    (OURS, "ParkedPayment"): {"service": None},
    (OURS, "OverdueWork"): {"service": None},
}


@pytest.fixture(scope="session")
def alarms(expanded: Template) -> dict[str, Any]:
    return expanded.of_type("AWS::CloudWatch::Alarm")


def test_there_are_at_most_eleven_alarms(alarms: dict[str, Any]) -> None:
    assert 1 <= len(alarms) <= 11


def test_every_alarm_watches_a_metric_that_is_published(
    alarms: dict[str, Any], expanded: Template
) -> None:
    for name, alarm in alarms.items():
        dimensions = {each["Name"]: each["Value"] for each in alarm["Dimensions"]}
        kinds = PUBLISHED[_namespace(alarm), alarm["MetricName"]]

        assert dimensions.keys() == kinds.keys(), name
        for dimension, kind in kinds.items():
            if kind is not None:
                assert expanded.resources[_target(dimensions[dimension])]["Type"] == kind, name


def test_every_queue_of_dead_letters_has_an_alarm(
    alarms: dict[str, Any], expanded: Template
) -> None:
    queues = {
        _target(alarm["Dimensions"][0]["Value"])
        for alarm in alarms.values()
        if alarm["Namespace"] == "AWS/SQS"
    }

    dead_letters = {
        name for name in expanded.of_type("AWS::SQS::Queue") if name.endswith("DeadLetters")
    }

    assert queues == dead_letters


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


@pytest.mark.parametrize(
    ("alarm_name", "publish"),
    [
        pytest.param("ParkedPaymentAlarm", lambda: needs_person("a mismatch"), id="parked"),
        pytest.param("OverdueWorkAlarm", lambda: overdue_work(3), id="overdue"),
    ],
)
def test_our_own_metrics_are_published_where_their_alarms_look(
    alarms: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    alarm_name: str,
    publish: Callable[[], None],
) -> None:
    alarm = alarms[alarm_name]
    (dimension,) = alarm["Dimensions"]
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", OURS)
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "whichever function finds it")

    publish()

    published = json.loads(capsys.readouterr().out)
    (directive,) = published["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == _namespace(alarm)
    assert directive["Dimensions"] == [[dimension["Name"]]]
    assert published[dimension["Name"]] == dimension["Value"]
    assert [metric["Name"] for metric in directive["Metrics"]] == [alarm["MetricName"]]


def test_each_function_publishes_under_its_own_name(expanded: Template) -> None:
    variables = {
        name: function["Environment"]["Variables"]
        for name, function in expanded.of_type("AWS::Lambda::Function").items()
    }

    assert {
        name: each["POWERTOOLS_SERVICE_NAME"].title().replace("_", "") + "Function"
        for name, each in variables.items()
    } == {name: name for name in variables}
    assert {str(each["POWERTOOLS_METRICS_NAMESPACE"]) for each in variables.values()} == {
        str({"Fn::Sub": OURS})
    }


def _namespace(alarm: dict[str, Any]) -> str:
    namespace = alarm["Namespace"]
    return namespace if isinstance(namespace, str) else str(namespace["Fn::Sub"])


def _target(value: dict[str, Any]) -> str:
    """The logical id that a Ref or a GetAtt names."""
    if "Ref" in value:
        return str(value["Ref"])
    attribute = value["Fn::GetAtt"]
    return str(attribute.split(".")[0] if isinstance(attribute, str) else attribute[0])
