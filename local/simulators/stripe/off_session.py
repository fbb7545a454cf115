"""PaymentIntents without the customer: a stored method is charged, and its bank decides."""

from local.simulators.shapes import copied
from local.simulators.stripe import intents, methods, sessions
from local.simulators.stripe.errors import StripeError, invalid
from local.simulators.stripe.method_params import INTENT_CANCEL, INTENT_CONFIRM, INTENT_CREATE
from local.simulators.stripe.params import check, missing
from local.simulators.stripe.shapes import Json
from local.simulators.stripe.webhooks import emit
from local.simulators.stripe.world import World

_OPEN = frozenset(("requires_payment_method", "requires_confirmation", "requires_action"))


def create(world: World, account: str, form: Json) -> Json:
    """Charge a stored method at once.

    Raises:
        StripeError: a parameter that is refused before anything happens; 402 for a decline, with
            the intent that it leaves behind.
    """
    params = check(form, INTENT_CREATE)
    for required in ("customer", "payment_method"):
        if required not in params:
            raise missing(required)
    if not params.get("confirm") or "off_session" not in params:
        raise invalid("Only charges that are confirmed off-session are simulated.", param="confirm")
    currency = params["currency"].lower()
    sessions.require_chargeable(params["amount"], currency)
    world.get("customer", params["customer"], account, "customer")
    method = _usable(world, account, params)
    allowed = params.get("allowed_payment_method_types")
    if allowed and method["type"] not in allowed:
        raise invalid(
            f"The PaymentMethod is a {method['type']}, which is not allowed here.",
            param="payment_method",
        )
    intent = intents.new_intent(
        world,
        account,
        allowed_payment_method_types=allowed,
        amount=params["amount"],
        capture_method=params.get("capture_method", "automatic_async"),
        currency=currency,
        customer=params["customer"],
        description=params.get("description"),
        metadata=params.get("metadata", {}),
        payment_method_types=allowed or [method["type"]],
        receipt_email=params.get("receipt_email"),
        statement_descriptor_suffix=params.get("statement_descriptor_suffix"),
    )
    world.state.private[intent["id"]] = {"session": None, "return_url": params.get("return_url")}
    emit(world, "payment_intent.created", intent, account)
    fault = world.chaos.take_capture()
    if fault is not None:
        if fault.amount_minor is not None:
            intent["amount"] = fault.amount_minor
        intent["currency"] = (fault.currency or currency).lower()
    _attempt(world, intent, method, on_session=False)
    return intent


def confirm(world: World, intent: Json, form: Json) -> Json:
    """Try again with the customer there: a bank that asks for them gets a page.

    Raises:
        StripeError: it is not open any more; 402 for a decline.
    """
    params = check(form, INTENT_CONFIRM)
    account = world.owner(intent["id"])
    if intent["status"] not in {"requires_payment_method", "requires_confirmation"}:
        raise _unexpected(
            intent, f"You cannot confirm this PaymentIntent: it is {intent['status']}."
        )
    if "payment_method" not in params:
        raise missing("payment_method")
    method = _usable(world, account, {**params, "customer": intent["customer"]})
    on_session = "off_session" not in params
    if on_session and not params.get("return_url"):
        raise invalid("You must provide a `return_url` when confirming.", param="return_url")
    world.state.private[intent["id"]]["return_url"] = params.get("return_url")
    _attempt(world, intent, method, on_session=on_session)
    return intent


def cancel(world: World, intent: Json, form: Json) -> Json:
    """End it before it is paid.

    Raises:
        StripeError: it is paid, on its way, or canceled already; or it is a session's.
    """
    params = check(form, INTENT_CANCEL)
    if world.state.private[intent["id"]]["session"] is not None:
        raise StripeError(
            "You cannot cancel this PaymentIntent because it was created by a Checkout Session. "
            "Expire the Checkout Session instead.",
            code="payment_intent_unexpected_state",
        )
    if intent["status"] not in _OPEN:
        raise _unexpected(
            intent, f"You cannot cancel this PaymentIntent: it is {intent['status']}."
        )
    intent.update(
        status="canceled",
        canceled_at=world.now(),
        cancellation_reason=params.get("cancellation_reason"),
        next_action=None,
    )
    emit(world, "payment_intent.canceled", intent, world.owner(intent["id"]))
    return intent


def _usable(world: World, account: str, params: Json) -> Json:
    """The method, if it is this customer's and may be used.

    Raises:
        StripeError: it is another's, was detached, or the leave to debit it was withdrawn.
    """
    method = world.get("payment_method", params["payment_method"], account, "payment_method")
    if method["customer"] is None:
        raise invalid(
            "The provided PaymentMethod was previously used with a PaymentIntent without Customer "
            "attachment, or was detached from a Customer. It may not be used again."
        )
    if method["customer"] != params["customer"]:
        raise invalid(
            f"The customer does not have a payment method with the ID {method['id']}. The payment "
            "method must be attached to the customer.",
            param="payment_method",
        )
    if method["type"] in methods.DEBITS:
        _require_mandate(world, account, method, params.get("mandate"))
    elif "mandate" in params:
        raise invalid("A card is charged without a mandate.", param="mandate")
    return method


def _require_mandate(world: World, account: str, method: Json, given: str | None) -> None:
    mandate_id = given or world.state.private[method["id"]]["mandate"]
    mandate = world.get("mandate", mandate_id or "", account, "mandate")
    if mandate["payment_method"] != method["id"] or mandate["status"] != "active":
        raise invalid(
            "The provided mandate is invalid.",
            param="mandate",
            code="payment_intent_mandate_invalid",
        )


def _attempt(world: World, intent: Json, method: Json, *, on_session: bool) -> None:
    if method["type"] in methods.DEBITS:
        _start_debit(world, intent, method)
        return
    behaviour = methods.behaviour(world, method)
    if behaviour in methods.DECLINES:
        _decline(world, intent, method, methods.DECLINES[behaviour])
    if behaviour != "authentication_required":
        charge_card(world, intent, method)
        return
    if not on_session:
        code = "authentication_required"
        _decline(world, intent, method, (code, code, None), with_charge=False)
    intent.update(
        status="requires_action",
        payment_method=method["id"],
        next_action={
            "type": "redirect_to_url",
            "redirect_to_url": {
                "url": f"{world.page_base_url}/authenticate/{intent['id']}",
                "return_url": world.state.private[intent["id"]]["return_url"],
            },
        },
    )
    emit(world, "payment_intent.requires_action", intent, world.owner(intent["id"]))


def charge_card(world: World, intent: Json, method: Json) -> None:
    charge = intents.new_charge(world, intent, "card", "pending", method)
    intents.capture(world, intent, charge)


def _start_debit(world: World, intent: Json, method: Json) -> None:
    charge = intents.new_charge(world, intent, method["type"], "pending", method)
    intent["status"] = "processing"
    account = world.owner(intent["id"])
    emit(world, "charge.pending", charge, account)
    emit(world, "payment_intent.processing", intent, account)


def _decline(
    world: World,
    intent: Json,
    method: Json,
    reason: tuple[str, str, str | None],
    *,
    with_charge: bool = True,
) -> None:
    """Refuse an attempt with 402: the answer has the intent, which waits for another method.

    Raises:
        StripeError: always.
    """
    code, decline_code, advice = reason
    message = "Your card was declined."
    error = error_of(code, message)
    error["decline_code"] = decline_code
    if advice is not None:
        error["advice_code"] = advice
    charge = None
    if with_charge:
        charge = intents.new_charge(world, intent, method["type"], "pending", method)
    error["payment_method"] = copied(method)
    intents.decline(world, intent, charge, error)
    told: Json = {name: error[name] for name in ("decline_code", "advice_code") if name in error}
    told |= {"payment_intent": copied(intent), "payment_method": copied(method)}
    if charge is not None:
        told["charge"] = charge["id"]
    raise StripeError(message, status=402, code=code, kind="card_error", told=told)


def error_of(code: str, message: str) -> Json:
    return {"type": "card_error", "code": code, "message": message}


def _unexpected(intent: Json, message: str) -> StripeError:
    told = {"payment_intent": copied(intent)}
    return StripeError(message, code="payment_intent_unexpected_state", told=told)
