"""PaymentIntents and charges: how they look, succeed, wait and fail."""

from typing import Any

from local.simulators.stripe.shapes import APPLICATION, PLATFORM, Json
from local.simulators.stripe.webhooks import emit
from local.simulators.stripe.world import World

STRIPE_FEE_PER_MILLE, STRIPE_FEE_FIXED = 29, 30


def stripe_fee(amount: int) -> int:
    """2.9 % rounded half-up plus 30 minor units: 120.00 costs 3.78."""
    return (amount * STRIPE_FEE_PER_MILLE + 500) // 1000 + STRIPE_FEE_FIXED


def intent_of(world: World, session: Json) -> Json:
    """The session's intent; made when the buyer first tries to pay."""
    known = world.state.objects.get(session["payment_intent"] or "")
    if known is not None and known["status"] != "canceled":
        return known
    account = world.owner(session["id"])
    data = world.state.private[session["id"]]["payment_intent_data"]
    intent = new_intent(
        world,
        account,
        allowed_payment_method_types=session["allowed_payment_method_types"],
        amount=session["amount_total"],
        application_fee_amount=data.get("application_fee_amount"),
        capture_method=data.get("capture_method", "automatic_async"),
        currency=session["currency"],
        description=data.get("description"),
        # A session's metadata is not copied here: ai-shifu/ai-shifu#2855.
        metadata=data.get("metadata", {}),
        payment_method_types=session["payment_method_types"],
        receipt_email=data.get("receipt_email"),
        setup_future_usage=data.get("setup_future_usage"),
        statement_descriptor_suffix=data.get("statement_descriptor_suffix"),
    )
    world.state.private[intent["id"]] = {"session": session["id"]}
    session["payment_intent"] = intent["id"]
    return intent


def new_intent(world: World, account: str, **fields: Any) -> Json:  # noqa: ANN401 - any field
    """An intent that waits for a method."""
    intent_id = world.new_id("pi")
    intent: Json = {
        "id": intent_id,
        "object": "payment_intent",
        "allowed_payment_method_types": None,
        "amount_capturable": 0,
        "amount_received": 0,
        "application": APPLICATION if account != PLATFORM else None,
        "application_fee_amount": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic_async",
        "client_secret": f"{intent_id}_secret_{world.new_id('s')[2:]}",
        "confirmation_method": "automatic",
        "created": world.now(),
        "customer": None,
        "description": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": world.livemode,
        "metadata": {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "processing": None,
        "receipt_email": None,
        "setup_future_usage": None,
        "statement_descriptor_suffix": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
        **fields,
    }
    return world.put(intent, account)


def new_charge(
    world: World, intent: Json, method: str, status: str, stored: Json | None = None
) -> Json:
    """A charge of the intent that is `pending`, or about to succeed or fail; of a stored method."""
    account = world.owner(intent["id"])
    charge_id = world.new_id("ch" if method == "card" else "py")
    details: Json = {"type": method, method: {"last4": "4242" if method == "card" else "6789"}}
    if method == "card":
        details["card"].update(brand="visa", country="US", funding="credit", network="visa")
    if stored is not None:
        details[method]["last4"] = stored[method]["last4"]
        if method == "card":
            details[method].update(brand=stored["card"]["brand"], network=stored["card"]["brand"])
    charge = {
        "id": charge_id,
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "application": intent["application"],
        "application_fee": None,
        "application_fee_amount": intent["application_fee_amount"],
        "balance_transaction": None,
        "billing_details": {"address": None, "email": None, "name": None, "phone": None},
        "captured": False,
        "created": world.now(),
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "livemode": world.livemode,
        "metadata": dict(intent["metadata"]),
        "on_behalf_of": None,
        "outcome": None,
        "paid": False,
        "payment_intent": intent["id"],
        "payment_method": world.new_id("pm") if stored is None else stored["id"],
        "payment_method_details": details,
        "receipt_email": intent["receipt_email"],
        "refunded": False,
        "status": status,
        "transfer_data": None,
        "transfer_group": None,
    }
    intent["latest_charge"] = charge_id
    intent["payment_method"] = charge["payment_method"]
    return world.put(charge, account)


def capture(world: World, intent: Json, charge: Json) -> None:
    """The money arrives: balance transactions, application fee, events."""
    account = world.owner(intent["id"])
    amount = charge["amount"]
    charge.update(status="succeeded", paid=True, captured=True, amount_captured=amount)
    charge["outcome"] = {"network_status": "approved_by_network", "type": "authorized"}
    # The collected fee is capped at the amount captured (CONTRACTS 1.4).
    fee = min(intent["application_fee_amount"] or 0, amount)
    fees = [_fee_detail("stripe_fee", stripe_fee(amount), charge["currency"], None)]
    if fee:
        fees.append(_fee_detail("application_fee", fee, charge["currency"], APPLICATION))
    kind = "charge" if charge["payment_method_details"]["type"] == "card" else "payment"
    charge["balance_transaction"] = world.move_money(account, kind, amount, charge, fees)
    intent.update(
        status="succeeded",
        amount_received=amount,
        processing=None,
        next_action=None,
        last_payment_error=None,
    )
    made = _application_fee(world, charge, fee, account) if fee else None
    emit(world, "charge.succeeded", charge, account)
    emit(world, "payment_intent.succeeded", intent, account)
    if made is not None:
        emit(world, "application_fee.created", made, PLATFORM)


def _fee_detail(kind: str, amount: int, currency: str, application: str | None) -> Json:
    names = {"stripe_fee": "Stripe processing fees", "application_fee": "Application fee"}
    return {
        "amount": amount,
        "application": application,
        "currency": currency,
        "description": names[kind],
        "type": kind,
    }


def _application_fee(world: World, charge: Json, amount: int, account: str) -> Json:
    fee_id = world.new_id("fee")
    fee = {
        "id": fee_id,
        "object": "application_fee",
        "account": account,
        "amount": amount,
        "amount_refunded": 0,
        "application": APPLICATION,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": world.now(),
        "currency": charge["currency"],
        "fee_source": {"charge": charge["id"], "type": "charge"},
        "livemode": world.livemode,
        "originating_transaction": None,
        "refunded": False,
        "refunds": {
            "object": "list",
            "data": [],
            "has_more": False,
            "url": f"/v1/application_fees/{fee_id}/refunds",
        },
    }
    world.put(fee, PLATFORM)
    fee["balance_transaction"] = world.move_money(PLATFORM, "application_fee", amount, fee)
    charge["application_fee"] = fee_id
    return fee


def decline(world: World, intent: Json, charge: Json | None, error: Json) -> None:
    """An attempt fails: the intent waits for another payment method."""
    account = world.owner(intent["id"])
    if charge is not None:
        charge.update(status="failed", failure_code=error["code"], failure_message=error["message"])
        emit(world, "charge.failed", charge, account)
    intent.update(
        status="requires_payment_method",
        last_payment_error=error,
        next_action=None,
        processing=None,
        payment_method=None,
    )
    emit(world, "payment_intent.payment_failed", intent, account)
