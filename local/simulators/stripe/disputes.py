"""Disputes: a buyer's bank asks about a charge, takes it back, and decides."""

from local.simulators.shapes import copied
from local.simulators.stripe import refunds
from local.simulators.stripe.shapes import Json
from local.simulators.stripe.webhooks import emit
from local.simulators.stripe.world import World

# What a dispute costs, by the balance's currency (stripe.com/pricing): 15.00 USD, 20.00 EUR.
FEES = {"usd": 1500, "cad": 1500, "eur": 2000, "gbp": 2000, "aud": 2500, "nzd": 2500}
OTHER_FEE = 1500
RESPONSE_SECONDS = 20 * 24 * 3600

INQUIRY = frozenset(("warning_needs_response", "warning_under_review"))
UNDECIDED = frozenset(("needs_response", "under_review"))
APPEALED = frozenset(("appeal_needs_response", "appeal_under_review"))


def open_dispute(
    world: World, charge: Json, amount: int | None, *, inquiry: bool, reason: str
) -> Json:
    """A dispute of a captured charge: of what has not been refunded, unless told otherwise.

    A bank may dispute what was refunded already. An inquiry moves no money yet.

    Raises:
        ValueError: a charge that did not succeed, or an amount outside of it.
    """
    if charge["status"] != "succeeded":
        raise ValueError(f"charge {charge['id']} is {charge['status']}: nothing to dispute")
    captured = charge["amount_captured"]
    disputed = (captured - charge["amount_refunded"] or captured) if amount is None else amount
    if not 1 <= disputed <= captured:
        raise ValueError(f"between 1 and {captured} of charge {charge['id']} can be disputed")
    account = world.owner(charge["id"])
    dispute = world.put(
        {
            "id": world.new_id("du"),
            "object": "dispute",
            "amount": disputed,
            "balance_transactions": [],
            "charge": charge["id"],
            "created": world.now(),
            "currency": charge["currency"],
            "enhanced_eligibility_types": [],
            "evidence": {},
            "evidence_details": {
                "due_by": world.now() + RESPONSE_SECONDS,
                "has_evidence": False,
                "past_due": False,
                "submission_count": 0,
            },
            "is_charge_refundable": inquiry,
            "livemode": world.livemode,
            "metadata": {},
            "payment_intent": charge["payment_intent"],
            "reason": reason,
            "status": "warning_needs_response" if inquiry else "needs_response",
        },
        account,
    )
    charge["disputed"] = True
    if not inquiry:
        _withdraw_funds(world, dispute, _fee_detail(dispute, 1))
    emit(world, "charge.dispute.created", dispute, account)
    if not inquiry:
        _after_withdrawal(world, dispute)
    return dispute


def submit(world: World, dispute: Json) -> Json:
    """The organizer answers; the bank looks at it."""
    _require(dispute, INQUIRY | UNDECIDED | APPEALED)
    dispute["status"] = dispute["status"].replace("needs_response", "under_review")
    dispute["evidence_details"].update(has_evidence=True, submission_count=1)
    return _told(world, dispute, "updated")


def escalate(world: World, dispute: Json) -> Json:
    """An inquiry becomes a chargeback: now the money is withdrawn."""
    _require(dispute, INQUIRY)
    dispute.update(status="needs_response", is_charge_refundable=False)
    _withdraw_funds(world, dispute, _fee_detail(dispute, 1))
    _told(world, dispute, "updated")
    _after_withdrawal(world, dispute)
    return dispute


def win(world: World, dispute: Json, *, return_fee: bool) -> Json:
    """The bank, at once or on appeal, decides for the organizer; the fee stays, unless told."""
    _require(dispute, UNDECIDED | APPEALED | {"lost"})
    dispute["status"] = "won"
    _reinstate_funds(world, dispute, _fee_detail(dispute, -1) if return_fee else None)
    _told(world, dispute, "funds_reinstated")
    return _told(world, dispute, "closed")


def lose(world: World, dispute: Json) -> Json:
    """The bank decides for the buyer; a dispute that was won loses its money once more."""
    _require(dispute, UNDECIDED | APPEALED | {"won"})
    was_won = dispute["status"] == "won"
    dispute["status"] = "lost"
    if was_won:
        _withdraw_funds(world, dispute, None)
        _told(world, dispute, "funds_withdrawn")
    return _told(world, dispute, "closed")


def appeal(world: World, dispute: Json) -> Json:
    """The organizer appeals a loss; the money stays with the buyer until that is won."""
    _require(dispute, frozenset(("lost",)))
    dispute["status"] = "appeal_under_review"
    return _told(world, dispute, "updated")


def withdraw(world: World, dispute: Json) -> Json:
    """The buyer takes it back: an inquiry is closed, a chargeback ends as won."""
    if dispute["status"] not in INQUIRY:
        return win(world, dispute, return_fee=False)
    dispute["status"] = "warning_closed"
    return _told(world, dispute, "closed")


def prevent(world: World, dispute: Json) -> Json:
    """Settled with the bank before it became a chargeback."""
    _require(dispute, INQUIRY)
    dispute["status"] = "prevented"
    return _told(world, dispute, "closed")


def _require(dispute: Json, statuses: frozenset[str]) -> None:
    if dispute["status"] not in statuses:
        raise ValueError(f"dispute {dispute['id']} is {dispute['status']}")


def _told(world: World, dispute: Json, what: str) -> Json:
    emit(world, f"charge.dispute.{what}", dispute, world.owner(dispute["id"]))
    return dispute


def _after_withdrawal(world: World, dispute: Json) -> None:
    """Refunds of the charge that are still on their way fail (`failure_reason` at Stripe)."""
    _told(world, dispute, "funds_withdrawn")
    for refund in world.of_kind("refund"):
        if refund["charge"] == dispute["charge"] and refund["status"] == "pending":
            refunds.fail(world, refund, "charge_for_pending_refund_disputed")


def _withdraw_funds(world: World, dispute: Json, fee: Json | None) -> None:
    _move(world, dispute, -dispute["amount"], "dispute", fee)


def _reinstate_funds(world: World, dispute: Json, fee: Json | None) -> None:
    _move(world, dispute, dispute["amount"], "dispute_reversal", fee)


def _move(world: World, dispute: Json, amount: int, category: str, fee: Json | None) -> None:
    account, fees = world.owner(dispute["id"]), [] if fee is None else [fee]
    moved = world.move_money(account, "adjustment", amount, dispute, fees, category=category)
    dispute["balance_transactions"].append(copied(world.state.objects[moved]))


def _fee_detail(dispute: Json, sign: int) -> Json:
    currency = dispute["currency"]
    return {
        "amount": sign * FEES.get(currency, OTHER_FEE),
        "application": None,
        "currency": currency,
        "description": "Dispute fee",
        "type": "stripe_fee",
    }
