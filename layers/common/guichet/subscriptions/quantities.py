"""How many of what: quantities by add-on, and what is sold once beside what recurs (SUB-16)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from guichet.catalogue.catalogue import BillingMode, Catalogue, Product
from guichet.errors import invalid_field
from guichet.ledger.billable import BillableLine
from guichet.period import first_of_next_month
from guichet.subscriptions.billing import price_list
from guichet.subscriptions.cart import CartLine
from guichet.subscriptions.subscription import Subscription
from guichet.subscriptions.terms import AddOnQuantity


def counted(quantities: Iterable[AddOnQuantity]) -> Mapping[str, int]:
    """Quantities by add-on.

    Raises:
        Invalid: `add_on_twice`, `quantity_out_of_range`.
    """
    found: dict[str, int] = {}
    for each in quantities:
        if each.add_on_id in found:
            raise invalid_field("/add_ons", "add_on_twice", "Name each add-on once.")
        if each.quantity < 0:
            raise invalid_field("/add_ons", "quantity_out_of_range", "A number of 0 or more.")
        found[each.add_on_id] = each.quantity
    return found


def sold_once(
    wishes: Sequence[CartLine], subscription: Subscription, catalogue: Catalogue, day: date
) -> tuple[BillableLine, ...]:
    """What is sold once: with the order, or on the bill of the next 1st (SUB-7)."""
    prices = price_list(subscription, catalogue)
    bill_on = day
    if subscription.mode is BillingMode.CALENDAR:
        bill_on = first_of_next_month(day)
    return tuple(
        prices.once(add_on_id, quantity, day, bill_on)
        for wish in wishes
        for add_on_id, quantity in counted(wish.once).items()
        if quantity
        and _is_sold_once(add_on_id, quantity, catalogue.product(subscription.product_id))
    )


def _is_sold_once(add_on_id: str, quantity: int, product: Product) -> bool:
    add_on = product.add_on(add_on_id)
    if add_on.recurs:
        raise invalid_field("/once", "add_on_recurs", "This add-on recurs; name it in `add_ons`.")
    if quantity > add_on.maximum_quantity:
        raise invalid_field(
            "/once",
            "quantity_out_of_range",
            f"This add-on is sold in numbers up to {add_on.maximum_quantity}.",
            facts={"most": str(add_on.maximum_quantity)},
        )
    return True
