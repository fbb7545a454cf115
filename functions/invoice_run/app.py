"""Every quarter of an hour plan what is due; from the queue, number and post it, series by series."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import (
    SqsFifoPartialProcessor,
    process_partial_response,
)

from guichet import bootstrap
from guichet.entry.invoicing import correct, due_run, plan, vat_messages, work
from guichet.entry.relaying import in_groups
from guichet.entry.work import message_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()
bootstrap.prepare()
# What fails holds back its own series alone: numbers are taken in order.
processor = SqsFifoPartialProcessor(skip_group_on_error=True)
_RESERVE_MS: Final = 20_000  # for the pages and messages in hand


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> Any:  # noqa: ANN401 - Powertools' answer
    """A batch of the queue, or the schedule's wake-up."""
    if "Records" not in event:
        run_id = str(event.get("run") or due_run(bootstrap.container()))
        return {"run": run_id, "planned": _plan(run_id, context)}

    def take(record: dict[str, Any]) -> None:
        body = message_of(record)
        if body["do"] == "plan":
            _plan(body["run"], context)
        elif body["do"] == "vat":
            _correct_vat(body)
        else:
            _work(body)

    return process_partial_response(
        event=event, record_handler=take, processor=processor, context=context
    )


def _plan(run_id: str, context: LambdaContext) -> int:
    parts = bootstrap.container()
    queue_url = parts.settings.invoice_queue_url
    planned = plan(
        run_id,
        parts,
        lambda bodies: parts.send_in_order(queue_url, in_groups(bodies)),
        lambda: context.get_remaining_time_in_millis() > _RESERVE_MS,
    )
    logger.info("invoices planned", run=run_id, planned=planned)
    return planned


def _correct_vat(body: Mapping[str, str]) -> None:
    parts = bootstrap.container()
    if "entity" not in body:
        bodies = vat_messages(body, parts)
        parts.send_in_order(parts.settings.invoice_queue_url, in_groups(bodies))
        return
    notes = correct(body, parts)
    logger.info("vat corrected", entity=body["entity"], account=body["account"], notes=len(notes))


def _work(body: Mapping[str, str]) -> None:
    made = work(body, bootstrap.container())
    logger.info(
        "invoices made",
        entity=body["entity"],
        documents=len(made.documents),
        waiting=made.waiting,
        parked=[reason for _, reason in made.parked],
    )
