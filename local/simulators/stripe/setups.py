"""Checkout Sessions in setup mode: a method is entered and agreed to, and nothing is charged."""

from local.simulators.stripe import buyer, methods, sessions
from local.simulators.stripe.errors import BuyerRefusedError, invalid
from local.simulators.stripe.method_params import SETUP_SESSION_CREATE
from local.simulators.stripe.params import check, missing
from local.simulators.stripe.shapes import BuyerOutcome, Json
from local.simulators.stripe.webhooks import emit
from local.simulators.stripe.world import World

DECLINED = "Your card was declined."
NOT_AUTHENTICATED = (
    "We are unable to authenticate your payment method. Choose another and try again."
)


def create(world: World, account: str, form: Json) -> Json:
    """Open a hosted page on which a method is stored.

    Raises:
        StripeError: anything Stripe refuses before executing (CONTRACTS 1.2).
    """
    params = check(form, SETUP_SESSION_CREATE)
    if not params.get("success_url"):
        raise missing("success_url")
    if not params.get("customer"):
        raise invalid("Only setups for a customer are simulated.", param="customer")
    world.get("customer", params["customer"], account, "customer")
    allowed = params.get("allowed_payment_method_types")
    if not allowed and not params.get("currency"):
        raise missing("currency")
    expires_at = sessions.expiry_of(params, world.now())
    session_id = world.new_id("cs_live" if world.livemode else "cs_test")
    session = sessions.shape(world, params, params.get("currency"), None)
    session.update(
        id=session_id,
        customer=params["customer"],
        expires_at=expires_at,
        payment_status="no_payment_required",
        payment_method_types=allowed or ["card"],
        payment_method_options=params.get("payment_method_options", {}),
        total_details=None,
        url=f"{world.page_base_url}/setup/{session_id}",
    )
    world.put(session, account)
    world.state.private[session_id] = {"line_items": [], "authenticating": None}
    session["setup_intent"] = _intent(world, session, params.get("setup_intent_data", {}))["id"]
    world.state.open_sessions.append(session_id)
    return session


def _intent(world: World, session: Json, data: Json) -> Json:
    account, intent_id = world.owner(session["id"]), world.new_id("seti")
    intent = {
        "id": intent_id,
        "object": "setup_intent",
        "allowed_payment_method_types": session["allowed_payment_method_types"],
        "application": None,
        "automatic_payment_methods": None,
        "cancellation_reason": None,
        "client_secret": f"{intent_id}_secret_{world.new_id('s')[2:]}",
        "created": world.now(),
        "customer": session["customer"],
        "description": data.get("description"),
        "flow_directions": None,
        "last_setup_error": None,
        "latest_attempt": None,
        "livemode": world.livemode,
        "mandate": None,
        # A session's metadata is not copied here: ai-shifu/ai-shifu#2855.
        "metadata": data.get("metadata", {}),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_options": session["payment_method_options"],
        "payment_method_types": session["payment_method_types"],
        "single_use_mandate": None,
        "status": "requires_payment_method",
        "usage": "off_session",
    }
    return world.put(intent, account)


def offered(session: Json) -> tuple[str, ...]:
    """What can be chosen on the page, by the names of `methods.CARDS` and `methods.BANKS`."""
    found: tuple[str, ...] = ()
    if "card" in session["payment_method_types"]:
        found = (*methods.CARDS, "3ds", "declined")
    if any(each in methods.DEBITS for each in session["payment_method_types"]):
        found = (*found, *methods.BANKS)
    return found


def agree(world: World, session_id: str, chosen: str) -> BuyerOutcome:
    """Enter a method and agree to its use: stored, declined, or asked about by the bank first.

    Raises:
        BuyerRefusedError: the page is not open, or does not offer this.
    """
    session = buyer.open_session(world, session_id, "setup")
    if chosen not in offered(session):
        raise BuyerRefusedError(f"This page does not offer {chosen!r}.")
    intent = world.state.objects[session["setup_intent"]]
    if chosen == "declined":
        return _refuse(world, intent, "card_declined", DECLINED, "generic_decline")
    if chosen == "3ds":
        url = f"{world.page_base_url}/setup/{session_id}/authenticate"
        intent["status"] = "requires_action"
        intent["next_action"] = {
            "type": "redirect_to_url",
            "redirect_to_url": {"url": url, "return_url": session["url"]},
        }
        emit(world, "setup_intent.requires_action", intent, world.owner(intent["id"]))
        return BuyerOutcome("needs_authentication", redirect_url=url)
    return _store(world, session, intent, chosen)


def authenticate(world: World, session_id: str, *, success: bool) -> BuyerOutcome:
    """Answer the bank's question while storing.

    Raises:
        BuyerRefusedError: the page is not open, or nothing was asked.
    """
    session = buyer.open_session(world, session_id, "setup")
    intent = world.state.objects[session["setup_intent"]]
    if intent["status"] != "requires_action":
        raise BuyerRefusedError("There is nothing to authenticate.")
    if success:
        return _store(world, session, intent, "visa")
    return _refuse(world, intent, "setup_intent_authentication_failure", NOT_AUTHENTICATED, None)


def _store(world: World, session: Json, intent: Json, chosen: str) -> BuyerOutcome:
    account = world.owner(session["id"])
    types = session["payment_method_types"]
    kind = "card" if chosen in methods.CARDS else next(t for t in types if t in methods.DEBITS)
    method = methods.make(world, account, session["customer"], kind, chosen)
    mandate = None if kind == "card" else methods.authorize(world, method)["id"]
    intent.update(
        status="succeeded",
        payment_method=method["id"],
        mandate=mandate,
        next_action=None,
        last_setup_error=None,
    )
    emit(world, "setup_intent.succeeded", intent, account)
    buyer.complete(world, session, "no_payment_required")
    return BuyerOutcome("approved", redirect_url=buyer.success_url(session))


def _refuse(
    world: World, intent: Json, code: str, message: str, decline_code: str | None
) -> BuyerOutcome:
    """The page stays open for another method."""
    error: Json = {"type": "card_error", "code": code, "message": message}
    if decline_code is not None:
        error["decline_code"] = decline_code
    intent.update(status="requires_payment_method", last_setup_error=error, next_action=None)
    emit(world, "setup_intent.setup_failed", intent, world.owner(intent["id"]))
    return BuyerOutcome("declined", message=message)
