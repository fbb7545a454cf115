"""Mails that a change made necessary: written, sent, and noted as sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)

from guichet import bootstrap
from guichet.entry.work import message_of
from guichet.registration.use_cases.send_mails import send_mails

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()
bootstrap.prepare(mail=True)
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


def deliver(record: dict[str, Any]) -> None:
    """One message: the mails of one change. What is not taken comes again."""
    effect_id = message_of(record)["effect"]
    parts = bootstrap.container()
    sent = send_mails(
        effect_id,
        outbox=parts.outbox,
        letters=parts.letters,
        render=parts.render_mail,
        mailer=parts.mailer,
        clock=parts.clock,
    )
    if sent is not None:
        logger.info("mails sent", effect_id=effect_id, taken=sent.taken)
        for refused in sent.refused:
            _alarm(effect_id, refused)


def _alarm(effect_id: str, refused: str) -> None:
    from guichet.entry.metrics import needs_person  # noqa: PLC0415 - 100 ms, for a rare case

    logger.error("a mail was refused for good", effect_id=effect_id, mail=refused)
    needs_person("mail_refused")


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> Any:  # noqa: ANN401 - Powertools' answer
    """Deliver a batch, message by message."""
    return process_partial_response(
        event=event, record_handler=deliver, processor=processor, context=context
    )
