"""Refunds of charges and of application fees, with Stripe's limits."""

from local.simulators.stripe import currencies
from local.simulators.stripe.endpoint_params import FEE_REFUND_CREATE, REFUND_CREATE
from local.simulators.stripe.errors import StripeError, invalid
from local.simulators.stripe.params import check
from local.simulators.stripe.shapes import APPLICATION, PLATFORM, Json
from local.simulators.stripe.webhooks import emit
from local.simulators.stripe.world import World

ALIVE = frozenset(("pending", "requires_action", "succeeded"))
_UNDECIDED = frozenset(
    ("needs_response", "under_review", "appeal_needs_response", "appeal_under_review")
)


def create(world: World, account: str, form: Json) -> Json:
    """Give a charge back, whole or in part.

    Raises:
        StripeError: more than what is left, already refunded, or a fee that does not exist.
    """
    params = check(form, REFUND_CREATE)
    charge = _charge(world, account, params)
    return refund_charge(
        world,
        charge,
        params.get("amount"),
        metadata=params.get("metadata", {}),
        reason=params.get("reason"),
        with_fee=params.get("refund_application_fee", False),
    )


def _charge(world: World, account: str, params: Json) -> Json:
    if ("charge" in params) == ("payment_intent" in params):
        raise invalid(
            "One of the following params should be provided for this request: payment_intent "
            "or charge."
        )
    charge_id = params.get("charge")
    if charge_id is None:
        intent = world.get("payment_intent", params["payment_intent"], account, "payment_intent")
        charge_id = intent["latest_charge"]
        if intent["status"] != "succeeded":
            raise StripeError(
                f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund."
            )
    return world.get("charge", charge_id, account, "charge")


def refund_charge(
    world: World,
    charge: Json,
    amount: int | None,
    *,
    metadata: dict[str, str],
    reason: str | None,
    with_fee: bool,
) -> Json:
    """Refund what is asked, or the rest; the knobs decide whether it stays pending."""
    amount = _allowed(world, charge, amount)
    if with_fee and charge["application_fee"] is None:
        # alfio-event/alf.io#739
        raise StripeError(
            f"You requested an application fee refund for charge {charge['id']}, but it has no "
            "application fee."
        )
    refusal = world.chaos.take_refusal()
    if refusal is not None:
        raise StripeError(f"Charge {charge['id']} cannot be refunded now.", code=refusal)
    fault = world.chaos.take_refund()
    refund = {
        "id": world.new_id("re"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": world.now(),
        "currency": charge["currency"],
        "customer": None,
        "destination_details": None,
        "metadata": metadata,
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "pending",
        "transfer_reversal": None,
    }
    account = world.owner(charge["id"])
    world.put(refund, account)
    world.state.private[refund["id"]] = {"with_fee": with_fee}
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    if fault == "pending":
        refund["pending_reason"] = "processing"
    else:
        _succeed(world, refund)
    emit(world, "refund.created", refund, account)
    emit(world, "charge.refunded", charge, account)
    _schedule(world, fault, refund)
    return refund


def _allowed(world: World, charge: Json, amount: int | None) -> int:
    """What may go back: nothing while a bank decides, and never what a lost dispute took."""
    if charge["status"] != "succeeded":
        raise StripeError(f"Charge {charge['id']} was not successful and cannot be refunded.")
    disputes = [each for each in world.of_kind("dispute") if each["charge"] == charge["id"]]
    lost = sum(each["amount"] for each in disputes if each["status"] == "lost")
    rest = charge["amount_captured"] - charge["amount_refunded"] - lost
    undecided = any(each["status"] in _UNDECIDED for each in disputes)
    if undecided or (lost and rest <= 0):
        raise StripeError(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.",
            code="charge_disputed",
        )
    if rest == 0:
        raise StripeError(
            f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded"
        )
    return _within(rest, rest if amount is None else amount, charge["currency"], "charge")


def _within(rest: int, amount: int, currency: str, kind: str) -> int:
    if amount < 1:
        raise invalid("Invalid positive integer", param="amount", code="parameter_invalid_integer")
    if amount > rest:
        raise StripeError(
            f"Refund amount ({currencies.spoken(amount, currency)}) is greater than unrefunded "
            f"amount on {kind} ({currencies.spoken(rest, currency)})",
            param="amount",
            code="amount_too_large",
        )
    return amount


def _schedule(world: World, fault: str | None, refund: Json) -> None:
    knobs = world.chaos.refunds
    if fault is not None and knobs.after_seconds is not None:
        world.state.scheduled.append(
            {
                "at": world.now() + knobs.after_seconds,
                "do": "settle" if fault == "pending" else "fail",
                "refund": refund["id"],
                "reason": knobs.reason,
            }
        )


def run_scheduled(world: World) -> None:
    now = world.now()
    due = [each for each in world.state.scheduled if each["at"] <= now]
    world.state.scheduled = [each for each in world.state.scheduled if each["at"] > now]
    for each in due:
        refund = world.state.objects[each["refund"]]
        if each["do"] == "settle" and refund["status"] == "pending":
            settle(world, refund)
        elif each["do"] == "fail" and refund["status"] in ALIVE:
            fail(world, refund, each["reason"])


def _succeed(world: World, refund: Json) -> None:
    """The money leaves the organizer's balance, the fee the platform's if that was asked."""
    account = world.owner(refund["id"])
    charge = world.state.objects[refund["charge"]]
    refund["status"] = "succeeded"
    refund.pop("pending_reason", None)
    kind = "refund" if charge["payment_method_details"]["type"] == "card" else "payment_refund"
    own = _own_fee(refund, -world.chaos.refunds.own_fee_minor)
    refund["balance_transaction"] = world.move_money(account, kind, -refund["amount"], refund, own)
    if world.state.private[refund["id"]]["with_fee"]:
        _return_fee_share(world, charge, refund["amount"])


def _own_fee(refund: Json, amount: int) -> list[Json]:
    """What Stripe takes for a refund; below 0 it gives back of its fee, which it seldom does."""
    if not amount:
        return []
    detail = {"amount": amount, "application": None, "currency": refund["currency"]}
    return [{**detail, "description": "Stripe processing fees", "type": "stripe_fee"}]


def _return_fee_share(world: World, charge: Json, refunded: int) -> None:
    """Return the proportional fee, all that is left with the last part.

    Stripe does not publish how it rounds (CONTRACTS 1.5); rounding down here finds callers who
    assume half-up.
    """
    fee = world.state.objects[charge["application_fee"]]
    rest = fee["amount"] - fee["amount_refunded"]
    share = rest if charge["refunded"] else fee["amount"] * refunded // charge["amount_captured"]
    if min(share, rest) > 0:
        refund_fee(world, fee, min(share, rest), {})


def settle(world: World, refund: Json) -> Json:
    """A pending refund succeeds."""
    if refund["status"] != "pending":
        raise ValueError(f"refund {refund['id']} is {refund['status']}, not pending")
    _succeed(world, refund)
    emit(world, "refund.updated", refund, world.owner(refund["id"]))
    return refund


def fail(world: World, refund: Json, reason: str) -> Json:
    """A pending or succeeded refund fails: its money returns to the organizer's balance.

    An application fee that was returned with it stays returned.
    """
    if refund["status"] not in ALIVE:
        raise ValueError(f"refund {refund['id']} is {refund['status']} already")
    account = world.owner(refund["id"])
    charge = world.state.objects[refund["charge"]]
    if refund["status"] == "succeeded":
        given = world.state.objects[refund["balance_transaction"]]["fee"]
        refund["failure_balance_transaction"] = world.move_money(
            account, "refund_failure", refund["amount"], refund, _own_fee(refund, -given)
        )
    refund.update(status="failed", failure_reason=reason)
    refund.pop("pending_reason", None)
    charge["amount_refunded"] -= refund["amount"]
    charge["refunded"] = False
    emit(world, "refund.updated", refund, account)
    emit(world, "refund.failed", refund, account)
    return refund


def create_fee_refund(world: World, fee_id: str, account: str, form: Json) -> Json:
    """Give an application fee back to the connected account, whole or in part.

    Raises:
        StripeError: more than what is left of it.
    """
    params = check(form, FEE_REFUND_CREATE)
    fee = world.get("application_fee", fee_id, account)
    rest = fee["amount"] - fee["amount_refunded"]
    if rest == 0:
        raise StripeError(
            f"Application fee {fee_id} has already been refunded.", code="charge_already_refunded"
        )
    amount = _within(rest, params.get("amount", rest), fee["currency"], "fee")
    return refund_fee(world, fee, amount, params.get("metadata", {}))


def refund_fee(world: World, fee: Json, amount: int, metadata: dict[str, str]) -> Json:
    """Move an allowed amount from the platform's balance to the connected account's."""
    fee_refund = {
        "id": world.new_id("fr"),
        "object": "fee_refund",
        "amount": amount,
        "balance_transaction": None,
        "created": world.now(),
        "currency": fee["currency"],
        "fee": fee["id"],
        "metadata": metadata,
    }
    world.put(fee_refund, PLATFORM)
    fee_refund["balance_transaction"] = world.move_money(
        PLATFORM, "application_fee_refund", -amount, fee_refund
    )
    # What the connected account sees is not documented; here: an adjustment without gross
    # amount, whose fee is negative.
    detail = {
        "amount": -amount,
        "application": APPLICATION,
        "currency": fee["currency"],
        "description": "Application fee refund",
        "type": "application_fee",
    }
    world.move_money(fee["account"], "adjustment", 0, fee_refund, [detail])
    fee["amount_refunded"] += amount
    fee["refunded"] = fee["amount_refunded"] == fee["amount"]
    fee["refunds"]["data"].insert(0, fee_refund)
    emit(world, "application_fee.refunded", fee, PLATFORM)
    return fee_refund
