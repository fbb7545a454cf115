"""Each function may do what it needs and nothing else; nobody may change the journal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.infrastructure.conftest import Template

FUNCTIONS = (
    *("Checkout", "Organizer", "Refund", "Billing", "Webhooks"),
    *("Relay", "Settle", "Deliver", "Upkeep", "Reconcile"),
)

# What would change or remove an entry, under every name that DynamoDB has for it.
FORBIDDEN_ON_THE_JOURNAL = (
    "dynamodb:UpdateItem",
    "dynamodb:DeleteItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:PartiQLUpdate",
    "dynamodb:PartiQLDelete",
    "dynamodb:PartiQLInsert",
    "dynamodb:DeleteTable",
    "dynamodb:UpdateTable",
)


def statements(template: Template) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each statement of each role, with the role's name."""
    for name, role in template.of_type("AWS::IAM::Role").items():
        for policy in role.get("Policies", []):
            for statement in policy["PolicyDocument"]["Statement"]:
                yield name, statement


def as_list(value: Any) -> list[Any]:  # noqa: ANN401 - one JSON value or a list of them
    return value if isinstance(value, list) else [value]


def test_no_role_may_change_or_remove_what_the_journal_holds_acc_3(expanded: Template) -> None:
    touching_the_journal = [
        (role, action)
        for role, statement in statements(expanded)
        if "JournalTable" in str(statement["Resource"]) or "*" in as_list(statement["Resource"])
        for action in as_list(statement["Action"])
    ]

    offending = [
        (role, action)
        for role, action in touching_the_journal
        if action in FORBIDDEN_ON_THE_JOURNAL or "*" in action
    ]

    assert touching_the_journal
    assert offending == []


def test_no_statement_names_all_actions_and_only_listing_streams_names_all_resources(
    expanded: Template,
) -> None:
    wide_actions = [
        (role, action)
        for role, statement in statements(expanded)
        for action in as_list(statement["Action"])
        if "*" in action
    ]
    wide_resources = [
        as_list(statement["Action"])
        for _, statement in statements(expanded)
        if "*" in as_list(statement["Resource"])
    ]

    assert wide_actions == []
    assert wide_resources == [["dynamodb:ListStreams"]]


def test_roles_are_those_written_here_and_have_no_managed_policies(
    written: Template, expanded: Template
) -> None:
    ours = written.of_type("AWS::IAM::Role")

    theirs = expanded.of_type("AWS::IAM::Role")

    assert theirs.keys() == ours.keys()
    assert [name for name, role in theirs.items() if role.get("ManagedPolicyArns")] == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_each_function_has_a_role_of_its_own(written: Template, function: str) -> None:
    properties = written.of_type("AWS::Serverless::Function")[f"{function}Function"]

    assert properties["Role"] == {"Fn::GetAtt": [f"{function}Role", "Arn"]}


def test_webhooks_reaches_no_queue_and_no_other_function_reads_the_stream(
    expanded: Template,
) -> None:
    by_service: dict[str, set[str]] = {}
    for role, statement in statements(expanded):
        for action in as_list(statement["Action"]):
            by_service.setdefault(action, set()).add(role)

    assert by_service["dynamodb:GetRecords"] == {"RelayRole"}
    assert by_service["sqs:SendMessage"] == {
        *("RelayRole", "UpkeepRole", "UpkeepScheduleRole"),
        *("ReconcileRole", "ReconcileScheduleRole"),
        *("InvoiceRunRole", "InvoiceRunScheduleRole"),
    }
    assert by_service["s3:PutObject"] == {"ReconcileRole", "DeliverRole", "BillingRole"}
    assert by_service["s3:GetObject"] == {"DeliverRole", "BillingRole"}
    assert "s3:ListBucket" not in by_service
    assert "s3:DeleteObject" not in by_service
    assert by_service["ses:SendEmail"] == {"DeliverRole"}


def test_a_function_is_told_only_of_what_its_role_may_reach(expanded: Template) -> None:
    """A name of a table, queue or secret in the environment goes with a permission on it."""
    reach = {
        "STATE_TABLE": "StateTable",
        "JOURNAL_TABLE": "JournalTable",
        "SECRET_ARN": "ProviderSecret",
        "SETTLE_QUEUE_URL": "SettleQueue",
        "DELIVER_QUEUE_URL": "DeliverQueue",
        "INVOICE_QUEUE_URL": "InvoiceQueue",
        "MAIL_FROM": "MailFrom",
        "DOCUMENTS_BUCKET": "DocumentsBucket",
    }
    granted: dict[str, str] = {}
    for role, statement in statements(expanded):
        granted[role] = granted.get(role, "") + str(statement)

    told_too_much = [
        (function, variable)
        for function in FUNCTIONS
        for variable in expanded.of_type("AWS::Lambda::Function")[f"{function}Function"][
            "Environment"
        ]["Variables"]
        if variable in reach and reach[variable] not in granted[f"{function}Role"]
    ]

    assert told_too_much == []


def test_files_of_the_bucket_are_reached_by_their_prefix_alone(expanded: Template) -> None:
    """TAX-4: a form or link that a function signs can do what its role may, and no more."""
    reached = {
        (role, action, str(resource))
        for role, statement in statements(expanded)
        for action in as_list(statement["Action"])
        if action.startswith("s3:")
        for resource in as_list(statement["Resource"])
    }

    def below(prefix: str) -> str:
        return str({"Fn::Sub": f"${{DocumentsBucket.Arn}}/{prefix}/*"})

    posted, kept = below("tax-certificates/uploads"), below("tax-certificates/kept")
    assert reached == {
        ("DeliverRole", "s3:PutObject", below("documents")),
        ("DeliverRole", "s3:GetObject", below("documents")),
        ("BillingRole", "s3:GetObject", below("documents")),
        ("ReconcileRole", "s3:PutObject", below("reconciliations")),
        ("BillingRole", "s3:PutObject", posted),
        ("BillingRole", "s3:GetObject", posted),
        ("BillingRole", "s3:PutObject", kept),
        ("BillingRole", "s3:GetObject", kept),
    }
