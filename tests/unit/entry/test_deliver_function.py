"""The deliver function: a mail that is refused for good is a matter for a person (REG-13)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from functions.deliver import app as deliver
from guichet import bootstrap
from tests.support.gateway import CONTEXT
from tests.support.world import World

ADA = "ada@example.org"


def queued(effect_id: str) -> dict[str, Any]:
    record = {
        "messageId": "m-1",
        "receiptHandle": "r-1",
        "body": json.dumps({"effect": effect_id}),
        "eventSource": "aws:sqs",
    }
    return {"Records": [record]}


@pytest.mark.parametrize("is_refused", [True, False])
def test_a_mail_refused_for_good_raises_an_alarm_and_comes_no_second_time_reg_13(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    is_refused: bool,  # noqa: FBT001 - the case
) -> None:
    world = World()
    world.mailer.refused = {ADA} if is_refused else set()
    parts = world.parts
    monkeypatch.setitem(vars(parts), "mailer", world.mailer)
    monkeypatch.setattr(bootstrap, "container", lambda: parts)
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Guichet/test")
    world.register(world.training(), ADA)
    world.relay()
    message = world.deliver_queue.popleft()
    capsys.readouterr()

    answer = deliver.handler(queued(message["effect"]), CONTEXT)

    published = [line for line in capsys.readouterr().out.splitlines() if "ParkedPayment" in line]
    assert answer == {"batchItemFailures": []}
    assert len(published) == int(is_refused)
    assert all("mail_refused" in line for line in published)
    assert world.mails(ADA) == ([] if is_refused else ["received"])
