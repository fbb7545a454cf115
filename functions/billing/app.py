"""The billing centre: what is sold, orders, subscriptions, usage, invoices, methods, profile, taxes."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from guichet import bootstrap
from guichet.entry.calls.account_history import AccountHistoryCalls
from guichet.entry.calls.carts import CartCalls
from guichet.entry.calls.certificates import CertificateCalls
from guichet.entry.calls.collection import CollectionCalls
from guichet.entry.calls.documents import DocumentCalls
from guichet.entry.calls.forms import FormCalls
from guichet.entry.calls.invoice_payments import InvoicePaymentCalls
from guichet.entry.calls.invoice_runs import InvoiceRunCalls
from guichet.entry.calls.invoices import InvoiceCalls
from guichet.entry.calls.payment_methods import PaymentMethodCalls
from guichet.entry.calls.products import ProductCalls
from guichet.entry.calls.profile import ProfileCalls
from guichet.entry.calls.seats import SeatCalls
from guichet.entry.calls.subscriptions import SubscriptionCalls
from guichet.entry.calls.usage import UsageCalls
from guichet.entry.http import Log, mount, resolver, serve

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()
bootstrap.prepare()


def build(container: Callable[[], bootstrap.Container], log: Log) -> APIGatewayHttpResolver:
    """The calls on this container."""
    app = resolver(log)
    for calls in (
        *(ProductCalls, CartCalls, SubscriptionCalls, SeatCalls),
        *(InvoiceCalls, InvoiceRunCalls, CollectionCalls, ProfileCalls),
        *(InvoicePaymentCalls, AccountHistoryCalls),
        *(DocumentCalls, PaymentMethodCalls, CertificateCalls, FormCalls),
    ):
        mount(app, calls(app, container))
    mount(app, UsageCalls(app, container, lambda: container().billing.metering))
    return app


@cache
def _app() -> APIGatewayHttpResolver:
    return build(bootstrap.container, logger)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one call."""
    return serve(_app(), event, context, logger)
