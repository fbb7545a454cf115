"""Smaller differences between the emulator and AWS; each test fails once one is cured."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import boto3

from local.deployment import client
from local.environment import AwsClient
from local.paths import REGION
from tests.integration.emulator.conftest import Cloud, eventually


def test_gap_two_writes_at_the_same_moment_never_conflict(cloud: Cloud) -> None:
    """DynamoDB cancels one of them with `TransactionConflict`; the simulation's model does."""
    table, _ = cloud.table()
    database = cloud.client("dynamodb")

    def increment(_: int) -> str | None:
        update = {
            "TableName": table,
            "Key": {"pk": {"S": "one"}},
            "UpdateExpression": "ADD n :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        }
        try:
            database.transact_write_items(TransactItems=[{"Update": update}])
        except database.exceptions.TransactionCanceledException as error:
            return str(error)
        return None

    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(increment, range(200)))

    assert [each for each in outcomes if each is not None] == []


def test_gap_anybody_may_do_anything(cloud: Cloud) -> None:
    """So permissions are proven on the template and on recorded calls, not by refusals."""
    table, _ = cloud.table()
    stranger = boto3.client(
        "dynamodb",
        endpoint_url=cloud.endpoint_url,
        region_name=REGION,
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
        aws_secret_access_key="anything",
    )

    answer = stranger.delete_table(TableName=table)

    assert answer["TableDescription"]["TableStatus"] == "DELETING"


def test_gap_a_function_sees_the_libraries_of_the_emulator(cloud: Cloud) -> None:
    """So each built function also answers with nothing but its layers on the path."""
    function = cloud.function("""
import hypercorn
def handler(event, context):
    return hypercorn.__file__
""")

    answer = cloud.client("lambda").invoke(FunctionName=function, Payload=b"{}")

    assert "FunctionError" not in answer
    assert "site-packages" in json.loads(answer["Payload"].read())


def test_gap_a_secret_of_a_stack_is_referred_to_by_name_and_has_punctuation(
    ministack_url: str,
) -> None:
    """On AWS `Ref` is the secret's ARN, and ExcludePunctuation is kept to. Both serve as its id."""
    stacks = client(ministack_url, "cloudformation")
    properties = {
        "GenerateSecretString": {
            "SecretStringTemplate": "{}",
            "GenerateStringKey": "key",
            "PasswordLength": 200,
            "ExcludePunctuation": True,
        }
    }
    template = {
        "Resources": {
            "Secret": {"Type": "AWS::SecretsManager::Secret", "Properties": properties},
        },
        "Outputs": {"Secret": {"Value": {"Ref": "Secret"}}},
    }
    stacks.create_stack(StackName="gap-secret", TemplateBody=json.dumps(template))
    stacks.get_waiter("stack_create_complete").wait(
        StackName="gap-secret", WaiterConfig={"Delay": 1, "MaxAttempts": 20}
    )
    (stack,) = stacks.describe_stacks(StackName="gap-secret")["Stacks"]
    secret_id = stack["Outputs"][0]["OutputValue"]

    held = client(ministack_url, "secretsmanager").get_secret_value(SecretId=secret_id)

    assert not secret_id.startswith("arn:")
    assert not json.loads(held["SecretString"])["key"].isalnum()


def test_gap_an_alarm_over_several_metrics_can_not_be_deployed(cloud: Cloud) -> None:
    """So each of ours watches one metric."""
    stacks = cloud.client("cloudformation")
    metric = {"Namespace": "AWS/SQS", "MetricName": "ApproximateNumberOfMessagesVisible"}
    properties = {
        "ComparisonOperator": "GreaterThanThreshold",
        "EvaluationPeriods": 1,
        "Threshold": 0,
        "Metrics": [
            {
                "Id": "a",
                "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"},
                "ReturnData": False,
            },
            {"Id": "all", "Expression": "a * 2"},
        ],
    }
    template = {
        "Resources": {"Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}}
    }
    stacks.create_stack(StackName="gap-alarm", TemplateBody=json.dumps(template))

    refused = _ends_in(stacks, "gap-alarm", {"ROLLBACK_COMPLETE", "CREATE_COMPLETE"})

    assert refused == "ROLLBACK_COMPLETE"


def _ends_in(stacks: AwsClient, name: str, statuses: set[str]) -> str:
    def status() -> str:
        (stack,) = stacks.describe_stacks(StackName=name)["Stacks"]
        return str(stack["StackStatus"])

    eventually(lambda: status() in statuses)
    return status()
