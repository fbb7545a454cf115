"""Captures: where money moves, at once, later, or not at all."""

from types import MappingProxyType

from local.simulators.paypal import currencies, merchants, orders, refunds
from local.simulators.paypal.errors import PayPalError, no_such, refused
from local.simulators.paypal.shapes import Json, link, timestamp
from local.simulators.paypal.webhooks import emit
from local.simulators.paypal.world import World

MAX_ATTEMPTS = 10
# What a buyer's instrument leads to; `declined` never gets as far as a capture.
_OUTCOMES = MappingProxyType(
    {
        "balance": ("COMPLETED", None),
        "card": ("COMPLETED", None),
        "echeck": ("PENDING", "ECHECK"),
        "review": ("PENDING", "PENDING_REVIEW"),
        "refused": ("DECLINED", "DECLINED_BY_RISK_FRAUD_FILTERS"),
    }
)
INSTRUMENTS = (*_OUTCOMES, "declined")


def capture_order(world: World, order: Json) -> Json:
    """Capture an approved order: the order is then COMPLETED, whatever its capture's status.

    Raises:
        PayPalError: it is not approved, captured already, or the instrument is declined; the
            order then stays as it is, for the buyer to choose another one.
    """
    if order["status"] == "COMPLETED":
        raise refused("ORDER_ALREADY_CAPTURED")
    if order["status"] != "APPROVED":
        raise refused("ORDER_NOT_APPROVED")
    orders.require_new_invoice(world, order)
    if order["decline_next"]:
        order.update(decline_next=False, instrument="declined")
    if order["instrument"] == "declined":
        raise _declined(world, order)
    capture = _new(world, order)
    order.update(status="COMPLETED", capture=capture["id"], updated=world.now())
    if order["id"] in world.state.waiting_orders:
        world.state.waiting_orders.remove(order["id"])
    if order["invoice_id"] is not None:
        key = orders.invoice_key(order["merchant"], order["invoice_id"])
        world.state.invoices[key] = capture["id"]
    if capture["status"] == "COMPLETED":
        _receive(world, capture)
    _announce(world, capture, capture["status"])
    emit(
        world,
        "CHECKOUT.ORDER.COMPLETED",
        "Checkout Order Completed",
        shown_order(world, order),
    )
    return order


def _declined(world: World, order: Json) -> PayPalError:
    order["declined"] += 1
    if order["declined"] > MAX_ATTEMPTS:
        return PayPalError(422, "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED", kept=True)
    way_back = link(orders.payer_url(world, order), "redirect")
    return PayPalError(422, "INSTRUMENT_DECLINED", links=[way_back], kept=True)


def _new(world: World, order: Json) -> Json:
    fault = world.chaos.take_capture()
    amount_minor, currency = order["amount_minor"], order["currency"]
    if fault is not None:
        amount_minor = amount_minor if fault.amount_minor is None else fault.amount_minor
        currency = fault.currency or currency
    status, reason = _OUTCOMES[order["instrument"]]
    fee = order["platform_fee_minor"]
    capture: Json = {
        "id": world.new_id(),
        "order": order["id"],
        "merchant": order["merchant"],
        "status": status,
        "reason": reason,
        "currency": currency,
        "amount_minor": amount_minor,
        "paypal_fee_minor": None,
        "platform_fee_minor": None if fee is None else min(fee, amount_minor),
        "platform_fee_returned_minor": 0,
        "refunded_minor": 0,
        "refunds": [],
        "invoice_id": order["invoice_id"],
        "custom_id": order["custom_id"],
        "created": world.now(),
        "updated": world.now(),
    }
    world.state.captures[capture["id"]] = capture
    return capture


def _receive(world: World, capture: Json) -> None:
    """Book the money: the seller gets what the buyer paid, less both fees."""
    amount_minor, currency = capture["amount_minor"], capture["currency"]
    capture["paypal_fee_minor"] = currencies.fee_minor(amount_minor, currency)
    world.post(
        capture["merchant"],
        currency,
        capture["id"],
        customer_paid=amount_minor,
        paypal_fees=capture["paypal_fee_minor"],
        platform_fees=capture["platform_fee_minor"] or 0,
    )


def settle(world: World, capture: Json) -> Json:
    """What was pending arrives.

    Raises:
        ValueError: it is not pending.
    """
    _require_pending(capture)
    capture.update(status="COMPLETED", reason=None, updated=world.now())
    _receive(world, capture)
    _announce(world, capture, "COMPLETED")
    return capture


def deny(world: World, capture: Json) -> Json:
    """What was pending never arrives.

    Raises:
        ValueError: it is not pending.
    """
    _require_pending(capture)
    capture.update(status="DECLINED", updated=world.now())
    _announce(world, capture, "DENIED")
    return capture


def _require_pending(capture: Json) -> None:
    if capture["status"] != "PENDING":
        raise ValueError(f"capture {capture['id']} is {capture['status']}, not PENDING")


def _announce(world: World, capture: Json, what: str) -> None:
    amount = currencies.spoken(capture["amount_minor"], capture["currency"])
    summary = {
        "COMPLETED": f"Payment completed for $ {amount}",
        "PENDING": f"Payment pending for $ {amount}",
        "DECLINED": f"A payment capture for $ {amount} was declined.",
        "DENIED": f"A payment capture for $ {amount} was denied.",
    }[what]
    emit(world, f"PAYMENT.CAPTURE.{what}", summary, shown_alone(world, capture))


def find(world: World, capture_id: str) -> Json:
    """Raises PayPalError with 404 if there is none."""
    capture = world.state.captures.get(capture_id)
    if capture is None:
        raise no_such()
    return capture


def shown_order(world: World, order: Json) -> Json:
    """The whole order with what was paid and given back."""
    if order["capture"] is None:
        return orders.shown(world, order)
    capture = world.state.captures[order["capture"]]
    payments: Json = {"captures": [shown(world, capture)]}
    if capture["refunds"]:
        payments["refunds"] = [
            refunds.shown(world, world.state.refunds[each]) for each in capture["refunds"]
        ]
    return orders.shown(world, order, payments)


def shown(world: World, capture: Json) -> Json:
    """A capture within its order."""
    address = f"{world.base_url}/v2/payments/captures/{capture['id']}"
    found: Json = {
        "id": capture["id"],
        "status": capture["status"],
        "amount": currencies.money(capture["amount_minor"], capture["currency"]),
        "final_capture": True,
        "seller_protection": {"status": "NOT_ELIGIBLE"},
        "disbursement_mode": "INSTANT",
        "seller_receivable_breakdown": _breakdown(world, capture),
        "create_time": timestamp(capture["created"]),
        "update_time": timestamp(capture["updated"]),
        "links": [
            link(address, "self"),
            link(f"{address}/refund", "refund", "POST"),
            link(f"{world.base_url}/v2/checkout/orders/{capture['order']}", "up"),
        ],
    }
    if capture["reason"] is not None:
        found["status_details"] = {"reason": capture["reason"]}
    for name in ("invoice_id", "custom_id"):
        if capture[name] is not None:
            found[name] = capture[name]
    return found


def shown_alone(world: World, capture: Json) -> Json:
    """A capture asked for by its own id, or in an event."""
    merchant = merchants.get(world, capture["merchant"])
    return {
        **shown(world, capture),
        "supplementary_data": {"related_ids": {"order_id": capture["order"]}},
        "payee": {"email_address": merchant["email"], "merchant_id": capture["merchant"]},
    }


def _breakdown(world: World, capture: Json) -> Json:
    """Before the money has arrived nothing is known of PayPal's fee and what is left."""
    currency, gross = capture["currency"], capture["amount_minor"]
    found: Json = {"gross_amount": currencies.money(gross, currency)}
    platform_fee = capture["platform_fee_minor"]
    if platform_fee is not None:
        found["platform_fees"] = [orders.shown_fee(world, platform_fee, currency)]
    paypal_fee = capture["paypal_fee_minor"]
    if paypal_fee is not None:
        found["paypal_fee"] = currencies.money(paypal_fee, currency)
        net = gross - paypal_fee - (platform_fee or 0)
        found["net_amount"] = _signed(net, currency)
    return found


def _signed(amount_minor: int, currency: str) -> Json:
    """Money that may be less than nothing: a small payment is eaten by fees."""
    found = currencies.money(abs(amount_minor), currency)
    if amount_minor < 0:
        found["value"] = f"-{found['value']}"
    return found
