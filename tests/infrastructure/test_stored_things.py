"""What holds money and people's names is encrypted, kept, and not deleted by a slip."""

from __future__ import annotations

import pytest

from local.intrinsics import Intrinsics
from tests.infrastructure.conftest import Template

KEPT = {
    "StateTable": "AWS::DynamoDB::Table",
    "JournalTable": "AWS::DynamoDB::Table",
    "DocumentsBucket": "AWS::S3::Bucket",
    "ProviderSecret": "AWS::SecretsManager::Secret",
    "UserPool": "AWS::Cognito::UserPool",
}


@pytest.mark.parametrize(("name", "resource_type"), KEPT.items())
def test_what_must_not_be_lost_outlives_its_stack(
    written: Template, name: str, resource_type: str
) -> None:
    resource = written.resources[name]

    assert resource["Type"] == resource_type
    assert resource["DeletionPolicy"] == "Retain"
    assert resource["UpdateReplacePolicy"] == "Retain"


@pytest.mark.parametrize("name", ["StateTable", "JournalTable"])
def test_a_table_can_be_restored_to_any_second_and_is_paid_by_use(
    written: Template, name: str
) -> None:
    table = written.of_type("AWS::DynamoDB::Table")[name]

    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["DeletionProtectionEnabled"] == {"Fn::If": ["IsProtected", True, False]}


@pytest.mark.parametrize("name", ["StateTable", "JournalTable"])
def test_a_table_is_encrypted_with_a_key_without_a_monthly_fee(
    written: Template, name: str
) -> None:
    """DynamoDB always encrypts; a specification can only choose a key that costs."""
    table = written.of_type("AWS::DynamoDB::Table")[name]

    assert "SSESpecification" not in table


def test_protection_against_deletion_is_on_unless_somebody_turns_it_off(written: Template) -> None:
    assert written.content["Parameters"]["DeletionProtection"]["Default"] == "true"


def test_the_journal_has_no_expiry_and_its_stream_carries_entries_acc_3(written: Template) -> None:
    journal = written.of_type("AWS::DynamoDB::Table")["JournalTable"]

    assert "TimeToLiveSpecification" not in journal
    assert journal["StreamSpecification"] == {"StreamViewType": "NEW_IMAGE"}


def test_indexes_only_nominate_except_the_one_that_lists(written: Template) -> None:
    projections = {
        index["IndexName"]: index["Projection"]["ProjectionType"]
        for table in written.of_type("AWS::DynamoDB::Table").values()
        for index in table["GlobalSecondaryIndexes"]
    }

    assert projections == {"due": "KEYS_ONLY", "listing": "ALL", "account": "KEYS_ONLY"}


def test_documents_are_private_versioned_encrypted_and_travel_by_tls(written: Template) -> None:
    bucket = written.of_type("AWS::S3::Bucket")["DocumentsBucket"]
    policy = written.of_type("AWS::S3::BucketPolicy")["DocumentsBucketPolicy"]
    (statement,) = policy["PolicyDocument"]["Statement"]

    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert "ServerSideEncryptionConfiguration" in bucket["BucketEncryption"]
    assert (statement["Effect"], statement["Action"], statement["Principal"]) == (
        "Deny",
        "s3:*",
        "*",
    )
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_uploads_that_nobody_submits_vanish_and_nothing_else_does_tax_4(
    written: Template,
) -> None:
    bucket = written.of_type("AWS::S3::Bucket")["DocumentsBucket"]
    rules = bucket["LifecycleConfiguration"]["Rules"]

    removing = {
        rule.get("Prefix"): rule
        for rule in rules
        if rule.keys() & {"ExpirationInDays", "NoncurrentVersionExpiration"}
    }

    (rule,) = removing.values()
    assert set(removing) == {"tax-certificates/uploads/"}
    assert (rule["Status"], rule["ExpirationInDays"]) == ("Enabled", 1)
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 1}
    assert [r["Prefix"] for r in rules if r.get("ExpiredObjectDeleteMarker")] == [*removing]


@pytest.mark.parametrize(
    ("base_url", "origin"),
    [
        ("https://pay.example", "https://pay.example"),
        ("https://www.example/pay", "https://www.example"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
    ],
)
def test_our_own_pages_alone_post_into_the_bucket_tax_4(
    written: Template, base_url: str, origin: str
) -> None:
    bucket = written.of_type("AWS::S3::Bucket")["DocumentsBucket"]
    stack = Intrinsics(
        {"PublicBaseUrl": base_url, "AllowedOrigins": "", "AWS::NoValue": None},
        {},
        written.content["Conditions"],
    )

    page, _ = bucket["CorsConfiguration"]["CorsRules"]

    assert page["AllowedMethods"] == ["POST"]
    assert [stack.resolve(each) for each in page["AllowedOrigins"]] == [origin]


def test_every_queue_is_encrypted(written: Template) -> None:
    queues = written.of_type("AWS::SQS::Queue")

    assert len(queues) == 8
    assert [name for name, queue in queues.items() if not queue.get("SqsManagedSseEnabled")] == []


def test_every_log_group_forgets_after_a_while_and_each_function_writes_to_its_own(
    expanded: Template,
) -> None:
    groups = expanded.of_type("AWS::Logs::LogGroup")
    functions = expanded.of_type("AWS::Lambda::Function")

    used = {name: function["LoggingConfig"] for name, function in functions.items()}

    assert [group["RetentionInDays"] for group in groups.values()] == [
        {"Ref": "LogRetentionDays"}
    ] * 12
    assert len({str(config["LogGroup"]) for config in used.values()}) == len(functions) == 11
    assert {config["LogFormat"] for config in used.values()} == {"JSON"}


def test_a_production_deployment_follows_the_real_clock(written: Template) -> None:
    rule = written.content["Rules"]["NoTestClockInProduction"]

    assert rule["RuleCondition"] == {"Fn::Equals": [{"Ref": "Environment"}, "prod"]}
    assert rule["Assertions"][0]["Assert"] == {"Fn::Equals": [{"Ref": "TestClock"}, "off"]}
    assert written.content["Parameters"]["TestClock"]["Default"] == "off"
