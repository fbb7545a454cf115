"""The signed-in calls of those who sell: accounts at providers, trainings, codes, registrations."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from guichet import bootstrap
from guichet.entry.calls.discount_codes import DiscountCodeCalls
from guichet.entry.calls.payment_accounts import PaymentAccountCalls
from guichet.entry.calls.reconciliations import ReconciliationCalls
from guichet.entry.calls.registrations import RegistrationCalls
from guichet.entry.calls.trainings import TrainingCalls
from guichet.entry.http import Log, mount, resolver, serve

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()
bootstrap.prepare()


def build(container: Callable[[], bootstrap.Container], log: Log) -> APIGatewayHttpResolver:
    """The calls on this container."""
    app = resolver(log)
    for calls in (
        *(PaymentAccountCalls, TrainingCalls, DiscountCodeCalls, RegistrationCalls),
        ReconciliationCalls,
    ):
        mount(app, calls(app, container))
    return app


@cache
def _app() -> APIGatewayHttpResolver:
    return build(bootstrap.container, logger)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one call."""
    return serve(_app(), event, context, logger)
