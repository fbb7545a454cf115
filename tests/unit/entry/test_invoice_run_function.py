"""The invoice_run function: a confirmed number is spread over the series (TAX-3), a run resumed (INV-1)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from functions.invoice_run import app as invoice_run
from guichet import bootstrap
from guichet.bootstrap import Container
from guichet.entry.invoicing import plan, scheduled_run
from guichet.invoices.run import RunStatus
from tests.simulation.kills import Killed
from tests.support.confirming import Unconfirmed
from tests.support.gateway import CONTEXT, LambdaContextForTests
from tests.support.invoicing import Invoiced


def queued(group: str, body: Mapping[str, str]) -> dict[str, Any]:
    record = {
        "messageId": f"m-{group}",
        "receiptHandle": "r-1",
        "body": json.dumps(body),
        "eventSource": "aws:sqs",
        "attributes": {"MessageGroupId": group},
    }
    return {"Records": [record]}


def test_each_series_gets_a_message_and_its_invoices_are_corrected_once_tax_3(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ann = Unconfirmed()
    invoice = ann.invoiced(10_000)
    ann.told()
    ann.world.relay()
    (confirmed,) = [each for each in ann.world.invoice_queue if each["do"] == "vat"]
    ann.world.invoice_queue.clear()
    sent: list[tuple[str, Mapping[str, str]]] = []

    def send_in_order(
        held: Container, url: str, messages: Sequence[tuple[str, Mapping[str, str]]]
    ) -> None:
        del held, url
        sent.extend(messages)

    parts = ann.world.parts
    monkeypatch.setattr(Container, "send_in_order", send_in_order)
    monkeypatch.setattr(bootstrap, "container", lambda: parts)

    spread = invoice_run.handler(queued("planning", confirmed), CONTEXT)
    corrected = [invoice_run.handler(queued(*each), CONTEXT) for each in sent * 2]

    assert [group for group, _ in sent] == sorted(parts.selling_entities.entities)
    assert spread == {"batchItemFailures": []}
    assert all(each == {"batchItemFailures": []} for each in corrected)
    assert [(each.refers_to, each.tax_minor) for each in ann.notes()] == [
        (invoice.invoice_id, 2_000)
    ]


def test_the_schedule_resumes_a_run_that_got_stuck_and_counts_each_message_once_inv_1(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here = Invoiced()
    for _ in range(14):
        here.bill(here.account(), here.usd(1_000))
    parts = here.world.parts
    stuck = scheduled_run(here.world.clock.now())
    with pytest.raises(Killed):
        plan(stuck, parts, _dies, lambda: True)
    here.world.clock.advance(minutes=15)
    sent: list[tuple[str, Mapping[str, str]]] = []

    def send_in_order(
        held: Container, url: str, messages: Sequence[tuple[str, Mapping[str, str]]]
    ) -> None:
        del held, url
        sent.extend(messages)

    monkeypatch.setattr(Container, "send_in_order", send_in_order)
    monkeypatch.setattr(bootstrap, "container", lambda: parts)

    answer = invoice_run.handler({}, _WithTime())
    for each in sent[:1] * 2 + sent:
        assert invoice_run.handler(queued(*each), CONTEXT) == {"batchItemFailures": []}

    run = parts.billing.invoices.run(stuck)
    assert answer == {"run": stuck, "planned": 14}
    assert run is not None
    assert (run.status, run.looked_at) == (RunStatus.FINISHED, 14)


def _dies(some: Sequence[Mapping[str, str]]) -> None:
    raise Killed(f"before {len(some)} messages")


class _WithTime(LambdaContextForTests):
    """Lambda's, long before the function's end."""

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 100_000
