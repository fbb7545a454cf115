"""The catalogue, as a customer may buy from it (SUB-1)."""

from __future__ import annotations

from guichet.entry.calls.billing import BillingCalls
from guichet.entry.calls.signed_in import SIGN_IN
from guichet.entry.http import Text, answered, route
from guichet.entry.models.products import ProductsAnswer
from guichet.subscriptions.use_cases.list_products import list_products


class ProductCalls(BillingCalls):
    """One method a call."""

    @route(
        "GET",
        "/v1/products",
        "List what is sold, at today's prices in the customer's currencies",
        who=SIGN_IN,
        answers=ProductsAnswer,
    )
    def list_products(self) -> Text:
        sender = self._sender()
        found = list_products(sender.member, carts=sender.held.billing.carts)
        return answered(ProductsAnswer.of(found, self._naming(sender)), language=sender.language)
