"""What customers and banks decide about the charges of stored methods, later."""

from urllib.parse import urlencode, urlsplit

from local.simulators.stripe import disputes, intents, methods
from local.simulators.stripe.errors import BuyerRefusedError
from local.simulators.stripe.off_session import charge_card, error_of
from local.simulators.stripe.shapes import BuyerOutcome, Json
from local.simulators.stripe.world import World


def authenticate(world: World, intent_id: str, *, success: bool) -> BuyerOutcome:
    """The customer answers their bank on its page: the same intent is paid, or declined.

    Raises:
        BuyerRefusedError: nothing is asked any more.
    """
    intent = waiting_intent(world, intent_id)
    method = world.state.objects[intent["payment_method"]]
    if success:
        charge_card(world, intent, method)
        return BuyerOutcome("paid", redirect_url=_way_back(world, intent, "succeeded"))
    message = "We are unable to authenticate your payment method. Choose another and try again."
    error = error_of("payment_intent_authentication_failure", message)
    intents.decline(world, intent, None, error)
    way_back = _way_back(world, intent, "failed")
    return BuyerOutcome("declined", redirect_url=way_back, message=message)


def waiting_intent(world: World, intent_id: str) -> Json:
    """The intent whose customer is asked for.

    Raises:
        BuyerRefusedError: there is none, or it waits no more.
    """
    intent = world.state.objects.get(intent_id)
    if intent is None or intent["object"] != "payment_intent":
        raise BuyerRefusedError("There is no such page.")
    if intent["status"] != "requires_action":
        raise BuyerRefusedError("There is nothing to authenticate any more.")
    return intent


def settle(world: World, intent: Json) -> Json:
    """The bank has decided about a debit: by the account's own behaviour.

    Raises:
        ValueError: it is not on its way.
    """
    charge = _pending(world, intent)
    method = world.state.objects[intent["payment_method"]]
    reason = methods.behaviour(world, method).removeprefix("bank").removeprefix("_")
    if reason:
        return fail(world, intent, reason)
    intents.capture(world, intent, charge)
    return intent


def fail(world: World, intent: Json, reason: str) -> Json:
    """The bank refuses a debit.

    Raises:
        ValueError: it is not on its way.
    """
    charge = _pending(world, intent)
    message = "The customer's bank account could not be debited."
    intents.decline(world, intent, charge, error_of(reason, message))
    return intent


def take_back(world: World, intent: Json, reason: str) -> Json:
    """A debit that was paid is returned: at Stripe a dispute that is lost from the start.

    Raises:
        ValueError: it is no debit that was paid.
    """
    charge = world.state.objects[intent["latest_charge"] or ""]
    if charge["payment_method_details"]["type"] not in methods.DEBITS:
        raise ValueError("only a bank debit is returned")
    dispute = disputes.open_dispute(world, charge, None, inquiry=False, reason=reason)
    return disputes.lose(world, dispute)


def pending(world: World) -> list[Json]:
    """Debits without a page that no bank has settled yet, oldest first."""
    return [
        each
        for each in world.of_kind("payment_intent")
        if each["status"] == "processing" and world.state.private[each["id"]]["session"] is None
    ]


def _pending(world: World, intent: Json) -> Json:
    if intent["status"] != "processing":
        raise ValueError(f"intent {intent['id']} is {intent['status']}")
    charge: Json = world.state.objects[intent["latest_charge"]]
    return charge


def _way_back(world: World, intent: Json, status: str) -> str:
    """Where the customer goes: what it says is for the page, not to be believed."""
    url = str(world.state.private[intent["id"]]["return_url"])
    query = urlencode(
        {
            "payment_intent": intent["id"],
            "payment_intent_client_secret": intent["client_secret"],
            "redirect_status": status,
        }
    )
    return f"{url}{'&' if urlsplit(url).query else '?'}{query}"
