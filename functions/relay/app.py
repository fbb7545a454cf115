"""The journal's stream becomes messages: for `settle`, for `deliver`, and alarms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger

from guichet import bootstrap
from guichet.entry.metrics import needs_person
from guichet.entry.relaying import in_groups, relayed

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()
bootstrap.prepare()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Pass a batch on. Where a queue does not take it, the whole batch comes again: repeats do no harm."""
    del context
    parts = bootstrap.container()
    settings = parts.settings
    entries = [
        relayed(record["dynamodb"]["NewImage"])
        for record in event["Records"]
        if record["eventName"] == "INSERT"
    ]
    for entry in entries:
        for alarm in entry.alarms:
            logger.error(
                "a person must look at this",
                reason=alarm.reason,
                known=dict(alarm.facts),
                commands=alarm.commands,
            )
            needs_person(alarm.reason)
    parts.send_messages(
        settings.settle_queue_url, [(body, 0) for each in entries for body in each.settle]
    )
    parts.send_messages(
        settings.deliver_queue_url, [(body, 0) for each in entries for body in each.deliver]
    )
    parts.send_in_order(
        settings.invoice_queue_url, in_groups(body for each in entries for body in each.invoice)
    )
    return {"batchItemFailures": []}
