"""Checkout Sessions: made, expired by call or by clock."""

from local.simulators.stripe import currencies
from local.simulators.stripe.endpoint_params import SESSION_CREATE
from local.simulators.stripe.errors import StripeError, invalid
from local.simulators.stripe.params import check, missing
from local.simulators.stripe.shapes import PLATFORM, Json
from local.simulators.stripe.webhooks import emit
from local.simulators.stripe.world import World

SHORTEST_SECONDS, LONGEST_SECONDS = 30 * 60, 24 * 3600


def create(world: World, account: str, form: Json) -> Json:
    """Open a hosted page for a payment.

    Raises:
        StripeError: anything Stripe refuses before executing (CONTRACTS 1.2 and 1.7).
    """
    params = check(form, SESSION_CREATE)
    for required in ("line_items", "success_url"):
        if not params.get(required):
            raise missing(required)
    currency, total = _total(params)
    expires_at = expiry_of(params, world.now())
    intent_data = params.get("payment_intent_data", {})
    _require_fee_allowed(intent_data.get("application_fee_amount"), total, account)
    _require_charges_enabled(world, account)
    session_id = world.new_id("cs_live" if world.livemode else "cs_test")
    session = shape(world, params, currency, total)
    session.update(
        id=session_id, expires_at=expires_at, url=f"{world.page_base_url}/pay/{session_id}"
    )
    world.put(session, account)
    world.state.private[session_id] = {
        "payment_intent_data": intent_data,
        "line_items": params["line_items"],
    }
    world.state.open_sessions.append(session_id)
    return session


def _total(params: Json) -> tuple[str, int]:
    total, asked = 0, set[str]()
    for index, item in enumerate(params["line_items"]):
        path = f"line_items[{index}]"
        price = item["price_data"]
        quantity = item.get("quantity")
        if quantity is None:
            raise missing(f"{path}[quantity]")
        if quantity < 1 or price["unit_amount"] < 0:
            raise invalid(
                "This value must be greater than or equal to 1.",
                param=f"{path}[quantity]",
                code="parameter_invalid_integer",
            )
        asked.add(price["currency"].lower())
        total += price["unit_amount"] * quantity
    if len(asked) != 1:
        raise invalid("All line items must have the same currency.", param="line_items")
    currency = asked.pop()
    if params.get("currency", currency).lower() != currency:
        raise invalid("`currency` must match that of the line items.", param="currency")
    require_chargeable(total, currency)
    return currency, total


def require_chargeable(amount: int, currency: str) -> None:
    """Refuse what Stripe cannot charge: docs.stripe.com/currencies."""
    if currency not in currencies.KNOWN:
        raise invalid(f"Invalid currency: {currency}.", param="currency")
    if amount > currencies.MAX_AMOUNT:
        raise invalid(
            f"Amount must be no more than {currencies.spoken(currencies.MAX_AMOUNT, currency)}",
            code="amount_too_large",
        )
    least = currencies.MINIMUM_CHARGE.get(currency, 50)
    if amount < least:
        raise invalid(
            "The Checkout Session's total amount due must add up to at least "
            f"{currencies.spoken(least, currency)}",
            code="amount_too_small",
        )
    if currency in currencies.THREE_DECIMAL and amount % 10:
        raise invalid("The last digit of a three-decimal amount must be 0.", param="amount")
    if currency == "isk" and amount % 100:
        raise invalid("ISK amounts must be whole krónur, times 100.", param="amount")


def expiry_of(params: Json, now: int) -> int:
    expires_at = int(params.get("expires_at", now + LONGEST_SECONDS))
    if not now + SHORTEST_SECONDS <= expires_at <= now + LONGEST_SECONDS:
        raise invalid(
            "The `expires_at` timestamp must be at least 30 minutes and at most 24 hours from "
            "Checkout Session creation.",
            param="expires_at",
        )
    return expires_at


def _require_fee_allowed(fee: int | None, total: int, account: str) -> None:
    if fee is None:
        return
    path = "payment_intent_data[application_fee_amount]"
    if account == PLATFORM:
        raise invalid(
            "Can only apply an application_fee_amount when the PaymentIntent is attempting a "
            "direct payment (using an OAuth key or Stripe-Account header) or destination payment.",
            param=path,
            code="application_fees_not_allowed",
        )
    if fee < 0:
        raise invalid("Invalid non-negative integer", param=path, code="parameter_invalid_integer")
    if fee > total:
        raise invalid("Your application fee cannot exceed the amount of the payment.", param=path)


def _require_charges_enabled(world: World, account: str) -> None:
    if account != PLATFORM and not world.state.accounts[account]["charges_enabled"]:
        raise invalid(
            "Your account cannot currently make charges. Finish its onboarding first.",
            code="account_invalid",
        )


def shape(world: World, params: Json, currency: str | None, total: int | None) -> Json:
    allowed = params.get("allowed_payment_method_types")
    offered = ["card", *filter(None, [currencies.BANK_DEBITS.get(currency or "")])]
    return {
        "id": "",
        "object": "checkout.session",
        "adaptive_pricing": params.get("adaptive_pricing"),
        "allowed_payment_method_types": allowed,
        "amount_subtotal": total,
        "amount_total": total,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "billing_address_collection": params.get("billing_address_collection"),
        "cancel_url": params.get("cancel_url"),
        "client_reference_id": params.get("client_reference_id"),
        "client_secret": None,
        "created": world.now(),
        "currency": currency,
        "currency_conversion": None,
        "custom_fields": [],
        "customer": None,
        "customer_creation": params.get("customer_creation", "if_required"),
        "customer_details": None,
        "customer_email": params.get("customer_email"),
        "expires_at": 0,
        "invoice": None,
        "livemode": world.livemode,
        "locale": params.get("locale"),
        "metadata": params.get("metadata", {}),
        "mode": params["mode"],
        "payment_intent": None,  # until the buyer starts to pay
        "payment_link": None,
        "payment_method_types": allowed or offered,
        "payment_status": "unpaid",
        "presentment_details": None,
        "setup_intent": None,
        "shipping_options": [],
        "status": "open",
        "submit_type": params.get("submit_type"),
        "subscription": None,
        "success_url": params["success_url"],
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": params.get("ui_mode", "hosted_page"),
        "url": None,
    }


def expire(world: World, session: Json) -> Json:
    """Expire an open session by call.

    Raises:
        StripeError: it is not open any more (Sylius/PayumStripePlugin#70).
    """
    if session["status"] != "open":
        raise StripeError(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout '
            f"Session has a status of `{session['status']}`."
        )
    close(world, session)
    return session


def close(world: World, session: Json) -> None:
    """The session ends unpaid: its page and its unfinished intent end with it."""
    account = world.owner(session["id"])
    session.update(status="expired", url=None)
    world.state.open_sessions.remove(session["id"])
    intent = world.state.objects.get(session["payment_intent"] or "")
    if intent is not None and intent["status"] in {"requires_payment_method", "requires_action"}:
        intent.update(
            status="canceled",
            canceled_at=world.now(),
            cancellation_reason="expired",
            next_action=None,
        )
        emit(world, "payment_intent.canceled", intent, account)
    setup = world.state.objects.get(session["setup_intent"] or "")
    if setup is not None and setup["status"] in {"requires_payment_method", "requires_action"}:
        setup.update(status="canceled", cancellation_reason="abandoned", next_action=None)
        emit(world, "setup_intent.canceled", setup, account)
    emit(world, "checkout.session.expired", session, account)


def expire_due(world: World) -> None:
    """Expire by the clock what nobody paid in time."""
    now = world.now()
    for session_id in list(world.state.open_sessions):
        session = world.state.objects[session_id]
        if session["expires_at"] <= now:
            close(world, session)
