"""What a buyer does on the hosted page, and what the bank does later."""

from types import MappingProxyType

from local.simulators.stripe import intents
from local.simulators.stripe.currencies import BANK_DEBITS
from local.simulators.stripe.errors import BuyerRefusedError
from local.simulators.stripe.shapes import BuyerOutcome, Json
from local.simulators.stripe.webhooks import emit
from local.simulators.stripe.world import World

DECLINES = MappingProxyType(
    {
        "declined": ("card_declined", "generic_decline", "Your card was declined."),
        "insufficient_funds": (
            "card_declined",
            "insufficient_funds",
            "Your card has insufficient funds.",
        ),
        "expired_card": ("expired_card", None, "Your card has expired."),
    }
)
CARDS = ("ok", "3ds", *DECLINES)


def pay(world: World, session_id: str, card: str, email: str) -> BuyerOutcome:
    """Pay by card: `ok`, `3ds` (asks for authentication), or one of the declined.

    Raises:
        BuyerRefusedError: the page is not open, or takes no cards.
    """
    if card not in CARDS:
        raise BuyerRefusedError(f"There is no test card {card!r}.")
    session = open_session(world, session_id)
    _require_method(session, "card")
    _note_buyer(session, email)
    intent = intents.intent_of(world, session)
    if card in DECLINES:
        code, decline_code, message = DECLINES[card]
        charge = intents.new_charge(world, intent, "card", "pending")
        error: Json = {"type": "card_error", "code": code, "message": message}
        if decline_code:
            error["decline_code"] = decline_code
        intents.decline(world, intent, charge, error)
        return BuyerOutcome("declined", message=message)
    if card == "3ds":
        return _ask_authentication(world, session, intent)
    return _succeed(world, session, intent)


def _ask_authentication(world: World, session: Json, intent: Json) -> BuyerOutcome:
    url = f"{world.page_base_url}/pay/{session['id']}/authenticate"
    intent["status"] = "requires_action"
    intent["next_action"] = {
        "type": "redirect_to_url",
        "redirect_to_url": {"url": url, "return_url": session["url"]},
    }
    emit(world, "payment_intent.requires_action", intent, world.owner(session["id"]))
    return BuyerOutcome("needs_authentication", redirect_url=url)


def authenticate(world: World, session_id: str, *, success: bool) -> BuyerOutcome:
    """Answer the bank's question.

    Raises:
        BuyerRefusedError: the page is not open, or nothing was asked.
    """
    session = open_session(world, session_id)
    intent = world.state.objects.get(session["payment_intent"] or "")
    if intent is None or intent["status"] != "requires_action":
        raise BuyerRefusedError("There is nothing to authenticate.")
    if success:
        return _succeed(world, session, intent)
    message = "We are unable to authenticate your payment method. Choose another and try again."
    error = {
        "type": "card_error",
        "code": "payment_intent_authentication_failure",
        "message": message,
    }
    intents.decline(world, intent, None, error)
    return BuyerOutcome("declined", message=message)


def _succeed(world: World, session: Json, intent: Json) -> BuyerOutcome:
    _misprice(world, session, intent)
    charge = intents.new_charge(world, intent, "card", "pending")
    intents.capture(world, intent, charge)
    complete(world, session, "paid")
    return BuyerOutcome("paid", redirect_url=success_url(session))


def _misprice(world: World, session: Json, intent: Json) -> None:
    """Another amount or currency than asked, where a knob says so."""
    fault = world.chaos.take_capture()
    if fault is None:
        return
    amount = session["amount_total"] if fault.amount_minor is None else fault.amount_minor
    currency = (fault.currency or session["currency"]).lower()
    session.update(amount_total=amount, amount_subtotal=amount, currency=currency)
    intent.update(amount=amount, currency=currency)


def complete(world: World, session: Json, payment_status: str) -> None:
    session.update(status="complete", payment_status=payment_status, url=None)
    if session["id"] in world.state.open_sessions:
        world.state.open_sessions.remove(session["id"])
    emit(world, "checkout.session.completed", session, world.owner(session["id"]))


def start_bank_debit(world: World, session_id: str, email: str) -> BuyerOutcome:
    """Pay by bank debit: the session is complete, its money is days away.

    Raises:
        BuyerRefusedError: the page is not open, or takes no debit in this currency.
    """
    session = open_session(world, session_id)
    method = BANK_DEBITS.get(session["currency"], "bank debit")
    _require_method(session, method)
    _note_buyer(session, email)
    intent = intents.intent_of(world, session)
    _misprice(world, session, intent)
    charge = intents.new_charge(world, intent, method, "pending")
    intent["status"] = "processing"
    account = world.owner(session["id"])
    emit(world, "charge.pending", charge, account)
    emit(world, "payment_intent.processing", intent, account)
    complete(world, session, "unpaid")
    return BuyerOutcome("processing", redirect_url=success_url(session))


def settle_bank_debit(world: World, session_id: str) -> None:
    session, intent, charge = _pending_debit(world, session_id)
    intents.capture(world, intent, charge)
    session["payment_status"] = "paid"
    account = world.owner(session_id)
    emit(world, "checkout.session.async_payment_succeeded", session, account)


def deny_bank_debit(world: World, session_id: str) -> None:
    session, intent, charge = _pending_debit(world, session_id)
    error = {
        "type": "card_error",
        "code": "payment_method_provider_decline",
        "message": "The customer's bank account could not be debited.",
    }
    intents.decline(world, intent, charge, error)
    account = world.owner(session_id)
    emit(world, "checkout.session.async_payment_failed", session, account)


def _pending_debit(world: World, session_id: str) -> tuple[Json, Json, Json]:
    session = session_of(world, session_id)
    intent = world.state.objects.get(session["payment_intent"] or "")
    if intent is None or intent["status"] != "processing":
        raise BuyerRefusedError("This session has no pending bank debit.")
    return session, intent, world.state.objects[intent["latest_charge"]]


def pending_debits(world: World) -> list[Json]:
    """Sessions whose bank has neither settled nor denied yet, oldest first."""
    waiting = [each for each in world.of_kind("payment_intent") if each["status"] == "processing"]
    private = world.state.private
    pages = [private[each["id"]]["session"] for each in waiting]
    return [world.state.objects[each] for each in pages if each is not None]


def cancel(world: World, session_id: str) -> BuyerOutcome:
    """Leave the page; the session stays open."""
    session = session_of(world, session_id)
    return BuyerOutcome("cancelled", redirect_url=session["cancel_url"])


def session_of(world: World, session_id: str) -> Json:
    session = world.state.objects.get(session_id)
    if session is None or session["object"] != "checkout.session":
        raise BuyerRefusedError("There is no such page.")
    return session


def open_session(world: World, session_id: str, mode: str = "payment") -> Json:
    session = session_of(world, session_id)
    if session["mode"] != mode:
        raise BuyerRefusedError("That is not done on this page.")
    if session["status"] == "complete":
        raise BuyerRefusedError("This page has been used already. Nothing more was charged.")
    if session["status"] == "expired" and not world.chaos.take_pay_expired():
        raise BuyerRefusedError("This page has expired. Nothing was charged.")
    return session


def success_url(session: Json) -> str:
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def _require_method(session: Json, method: str) -> None:
    if method not in session["payment_method_types"]:
        raise BuyerRefusedError(f"This page does not take {method.replace('_', ' ')}.")


def _note_buyer(session: Json, email: str) -> None:
    session["customer_details"] = {
        "address": None,
        "email": session["customer_email"] or email,
        "name": None,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    }
