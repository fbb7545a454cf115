"""POST /v1/webhooks/stripe and …/paypal: verify, store once, answer. Nothing else happens here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger

from guichet import bootstrap
from guichet.entry.webhooks import answer_delivery

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()
bootstrap.prepare()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer within the provider's limit, whatever the event means."""
    del context
    return answer_delivery(event, bootstrap.container(), logger)
