"""The command `guichet` on a deployed stack: story, books, audit, dead letters (ACC-3, EXT-2, MON-4)."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.deployed_stack import DeployedStack
from tests.support.stack_sale import Browser, books_agree, open_training, submit, until

type Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def guichet(deployed_stack: DeployedStack, tmp_path: Path) -> Command:
    """The installed command, in a folder whose local stack is the deployed one."""
    (tmp_path / ".local").mkdir()
    described = {
        "url": deployed_stack.url,
        "endpoint_url": deployed_stack.endpoint_url,
        "outputs": dict(deployed_stack.deployment.outputs),
    }
    (tmp_path / ".local" / "stack.json").write_text(json.dumps(described))

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - the command is ours alone
            [Path(sys.executable).with_name("guichet"), *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


@pytest.fixture
def sold(deployed_stack: DeployedStack) -> Browser:
    browser = Browser.registered(deployed_stack, open_training(deployed_stack))
    submit(deployed_stack, browser.page(), act="ok")
    browser.wait_for("confirmed")
    return browser


def test_a_sale_is_told_from_its_registration_to_the_books_mon_4_acc_3(
    deployed_stack: DeployedStack, guichet: Command, sold: Browser
) -> None:
    until(sold.subjects, lambda found: len(found) == 2)
    books_agree(deployed_stack)

    story = guichet("story", sold.registration_id)
    audit = guichet("audit", "acc_studio")
    books = guichet("books", "acc_studio")

    assert (story.returncode, audit.returncode, books.returncode) == (0, 0, 0)
    _is_told_in_order(
        story.stdout,
        "registration.held",
        "payment.started",
        "payment.captured",
        "moved EUR 120.00 from registrants to provider_balance",
        "moved EUR 2.28 from provider_balance to platform_fee",
        "mail confirmed handed over",
    )
    assert sold.email not in story.stdout + audit.stdout + books.stdout
    assert sold.token not in story.stdout + audit.stdout + books.stdout
    changes = [json.loads(line) for line in audit.stdout.splitlines()]
    about = [each for each in changes if sold.registration_id in each["aggregate"]]
    assert about[0]["actor"]["source"] == "127.0.0.1"
    assert [each["sequence"] for each in about] == list(range(1, len(about) + 1))
    ours = deployed_stack.call("GET", "/_local/books").json()["guichet"]["acc_studio"]["EUR"]
    assert _balances(books.stdout) == ours


def test_what_lies_among_dead_letters_is_done_by_one_command_ext_2(
    deployed_stack: DeployedStack, guichet: Command
) -> None:
    browser = Browser.registered(deployed_stack, open_training(deployed_stack))
    page = browser.page()
    outputs, queues = deployed_stack.deployment.outputs, deployed_stack.client("sqs")
    functions = deployed_stack.client("lambda")
    (worker,) = functions.list_event_source_mappings(
        EventSourceArn=_arn(queues, outputs["SettleQueueUrl"])
    )["EventSourceMappings"]
    functions.update_event_source_mapping(UUID=worker["UUID"], Enabled=False)
    try:
        submit(deployed_stack, page, act="ok")
        letters = until(
            lambda: queues.receive_message(QueueUrl=outputs["SettleQueueUrl"], WaitTimeSeconds=1),
            lambda answer: bool(answer.get("Messages")),
        )["Messages"]
        for letter in letters:  # as SQS does with what has failed too often
            queues.send_message(
                QueueUrl=outputs["SettleDeadLettersUrl"], MessageBody=letter["Body"]
            )
            queues.delete_message(
                QueueUrl=outputs["SettleQueueUrl"], ReceiptHandle=letter["ReceiptHandle"]
            )
    finally:
        functions.update_event_source_mapping(UUID=worker["UUID"], Enabled=True)
    status_before = browser.status()

    replayed = guichet("replay", "settle")
    unknown = guichet("replay", "letters")

    assert status_before == "awaiting_payment"
    assert (replayed.returncode, replayed.stdout) == (0, f"settle: {len(letters)} moved\n")
    browser.wait_for("confirmed")
    books_agree(deployed_stack)
    assert unknown.returncode == 1
    assert unknown.stderr.startswith("queue_unknown: ")


def test_verify_finds_in_the_tables_what_nobody_should_have_changed_reg_4(
    deployed_stack: DeployedStack, guichet: Command, sold: Browser
) -> None:
    right = until(lambda: guichet("verify", "--still"), lambda ran: ran.returncode == 0)
    training_id = sold.look()["training"]["training_id"]
    _take_seat(deployed_stack, training_id, 1)
    try:
        wrong = guichet("verify", "--still")
    finally:
        _take_seat(deployed_stack, training_id, -1)

    assert "FOUND" not in right.stdout
    assert wrong.returncode == 1
    found = f"trainings.seats  training/{training_id}  counts 2 seats taken, and 1 registrations"
    assert found in wrong.stdout
    assert sold.email not in wrong.stdout


def test_the_providers_books_are_compared_by_one_command_and_shown_by_another_ext_3(
    deployed_stack: DeployedStack, guichet: Command, sold: Browser
) -> None:
    until(sold.subjects, lambda found: len(found) == 2)
    since = deployed_stack.now() - timedelta(days=1)

    compared = guichet("reconcile", "--since", since.isoformat())
    shown = guichet("reconciliations", "acc_studio")

    assert (compared.returncode, compared.stderr) == (0, "")
    assert re.search(r"acc_studio stripe finished: 0 findings \(.*captures [1-9]", compared.stdout)
    assert re.search(r"acc_studio stripe finished: 0 findings", shown.stdout)
    bucket = deployed_stack.deployment.outputs["DocumentsBucketName"]
    listed = deployed_stack.client("s3").list_objects_v2(
        Bucket=bucket, Prefix="reconciliations/acc_studio/"
    )
    assert [each["Key"] for each in listed["Contents"] if each["Key"].endswith("/summary.json")]


def _take_seat(stack: DeployedStack, training_id: str, count: int) -> None:
    """As nobody may: without a registration."""
    stack.client("dynamodb").update_item(
        TableName=stack.state_table,
        Key={"pk": {"S": f"TRAINING#{training_id}"}, "sk": {"S": "SEATS"}},
        UpdateExpression="ADD taken :count",
        ExpressionAttributeValues={":count": {"N": str(count)}},
    )


def _is_told_in_order(story: str, *parts: str) -> None:
    place = 0
    for part in parts:
        found = story.find(part, place)
        assert found >= 0, f"{part!r} is not told after {story[:place][-80:]!r} in:\n{story}"
        place = found


def _balances(journal: str) -> dict[str, int]:
    """Balances in minor units of a plain-text journal, by the last part of the account's name."""
    found: dict[str, int] = {}
    for account, sign, whole, cents in re.findall(
        r"^ +[\w.:-]+:([\w-]+)  +(-?)(\d+)\.(\d\d) EUR", journal, re.MULTILINE
    ):
        amount = int(whole + cents) * (-1 if sign else 1)
        found[account] = found.get(account, 0) + amount
    return {account: amount for account, amount in found.items() if amount}


def _arn(queues: object, url: str) -> str:
    answer = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])  # type: ignore[attr-defined] # boto3 makes it
    return str(answer["Attributes"]["QueueArn"])
