"""Stored provider events and unknown outcomes: ask the provider, move the state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)

from guichet import bootstrap
from guichet.entry.work import message_of, settle_message

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()
bootstrap.prepare(providers=True)
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


def settle(record: dict[str, Any]) -> None:
    """One message. What the provider can't answer now stays due; what fails comes again."""
    message = message_of(record)
    if not settle_message(message, bootstrap.container()):
        logger.warning("the provider does not answer; due again later", extra=message)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> Any:  # noqa: ANN401 - Powertools' answer
    """Settle a batch, message by message."""
    return process_partial_response(
        event=event, record_handler=settle, processor=processor, context=context
    )
