"""What a buyer does on the hosted page."""

from urllib.parse import urlencode, urlsplit

from local.simulators.paypal import captures, merchants, orders
from local.simulators.paypal.errors import BuyerRefusedError
from local.simulators.paypal.shapes import ORDER_WINDOW_SECONDS, BuyerOutcome, Json
from local.simulators.paypal.webhooks import emit
from local.simulators.paypal.world import World


def open_order(world: World, order_id: str) -> Json:
    """The order whose page can still be used.

    Raises:
        BuyerRefusedError: it is unknown, forgotten, or paid.
    """
    order = world.state.orders.get(order_id)
    if order is None or order["status"] == "FORGOTTEN":
        raise BuyerRefusedError("This page has expired. Nothing was charged.")
    if order["status"] == "COMPLETED":
        raise BuyerRefusedError("This page has been used.")
    return order


def instruments(world: World, order: Json) -> tuple[str, ...]:
    """What the page offers for this order."""
    context = order["context"] or {}
    merchant = merchants.get(world, order["merchant"])
    offered = ["balance"]
    if merchants.takes_cards(merchant):
        offered.append("card")
    if context.get("payment_method_preference") != "IMMEDIATE_PAYMENT_REQUIRED":
        offered.append("echeck")
    return (*offered, "review", "declined", "refused")


def approve(world: World, order_id: str, instrument: str, email: str) -> BuyerOutcome:
    """Agree to pay with an instrument; nothing moves until the seller captures.

    Raises:
        BuyerRefusedError: the page is closed, or does not offer this instrument.
    """
    if instrument not in captures.INSTRUMENTS:
        raise BuyerRefusedError(f"There is no instrument {instrument!r}.")
    order = open_order(world, order_id)
    if instrument not in instruments(world, order):
        raise BuyerRefusedError("This way of paying is not offered here.")
    payer = order["payer"] or {"payer_id": world.new_account_id()}
    order.update(
        status="APPROVED",
        instrument=instrument,
        payer={**payer, "email": email, "given_name": "Test", "surname": "Buyer"},
        updated=world.now(),
        ends_at=world.now() + ORDER_WINDOW_SECONDS,
    )
    emit(
        world,
        "CHECKOUT.ORDER.APPROVED",
        "An order has been approved by buyer",
        orders.shown(world, order),
    )
    return BuyerOutcome("approved", redirect_url=return_url(order))


def cancel(world: World, order_id: str) -> BuyerOutcome:
    """Leave without agreeing; the order stays as it is.

    Raises:
        BuyerRefusedError: the page is closed.
    """
    order = open_order(world, order_id)
    return BuyerOutcome("cancelled", redirect_url=_back(order, "cancel_url", token=order["id"]))


def return_url(order: Json) -> str | None:
    """Where the buyer goes after agreeing: what it says is for the page, not to be believed."""
    return _back(order, "return_url", token=order["id"], PayerID=order["payer"]["payer_id"])


def _back(order: Json, name: str, **query: str) -> str | None:
    if order["context"] is None:
        return None
    url = str(order["context"][name])
    return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(query)}"
