"""Payouts of what the balance of an account holds to its bank."""

from local.simulators.stripe.shapes import Json
from local.simulators.stripe.webhooks import emit
from local.simulators.stripe.world import World


def pay_out(world: World, account: str, currency: str) -> Json:
    """Pay out the whole balance in one currency; it arrives at once.

    Raises:
        ValueError: there is nothing to pay out.
    """
    held = sum(
        each["net"]
        for each in world.of_kind("balance_transaction")
        if world.owner(each["id"]) == account and each["currency"] == currency
    )
    if held <= 0:
        raise ValueError(f"account {account} holds {held} {currency}: nothing to pay out")
    payout: Json = {
        "id": world.new_id("po"),
        "object": "payout",
        "amount": held,
        "arrival_date": world.now(),
        "automatic": True,
        "balance_transaction": None,
        "created": world.now(),
        "currency": currency,
        "description": "STRIPE PAYOUT",
        "destination": None,
        "failure_code": None,
        "livemode": world.livemode,
        "metadata": {},
        "method": "standard",
        "status": "paid",
        "type": "bank_account",
    }
    world.put(payout, account)
    payout["balance_transaction"] = world.move_money(account, "payout", -held, payout)
    emit(world, "payout.created", payout, account)
    emit(world, "payout.paid", payout, account)
    return payout
