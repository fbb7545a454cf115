"""The signed-in calls about money that came in and goes back: payments and refunds."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from guichet import bootstrap
from guichet.entry.calls.cancellation import CancellationCalls
from guichet.entry.calls.refunds import RefundCalls
from guichet.entry.http import Log, mount, resolver, serve

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()
bootstrap.prepare(providers=True)


def build(container: Callable[[], bootstrap.Container], log: Log) -> APIGatewayHttpResolver:
    """The calls on this container."""
    app = resolver(log)
    for calls in (RefundCalls, CancellationCalls):
        mount(app, calls(app, container))
    return app


@cache
def _app() -> APIGatewayHttpResolver:
    return build(bootstrap.container, logger)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one call."""
    return serve(_app(), event, context, logger)
