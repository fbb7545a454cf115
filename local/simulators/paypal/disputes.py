"""Disputes: what a buyer, or a buyer's bank, asks back, and who gets the money in the end."""

from collections.abc import Mapping

from local.simulators.paypal import currencies, merchants, refunds
from local.simulators.paypal.errors import PayPalError, no_such
from local.simulators.paypal.shapes import Json, link, timestamp
from local.simulators.paypal.webhooks import emit
from local.simulators.paypal.world import World

# What PayPal charges a seller for a chargeback; in the balance's currency, whatever it is.
CHARGEBACK_FEE_MINOR = 2000
_PAGE_SIZES = range(1, 51)


def open_on(
    world: World,
    capture: Json,
    amount_minor: int | None,
    *,
    chargeback: bool,
    takes_at_once: bool,
    reason: str,
) -> Json:
    """Open a dispute; PayPal holds the money, or takes it at once as some banks do.

    Raises:
        ValueError: nothing was captured, more than that is disputed, or another one is open.
    """
    if capture["status"] not in {"COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"}:
        raise ValueError(f"capture {capture['id']} is {capture['status']}")
    if open_of(world, capture["id"]):
        raise ValueError(f"capture {capture['id']} is disputed already")
    rest = capture["amount_minor"] - capture["refunded_minor"]
    amount = rest if amount_minor is None else amount_minor
    if not 0 < amount <= capture["amount_minor"]:
        raise ValueError(f"{rest} are left to dispute")
    dispute: Json = {
        "id": f"PP-D-{100000 + world.next_number()}",
        "capture": capture["id"],
        "merchant": capture["merchant"],
        "channel": "EXTERNAL" if chargeback else "INTERNAL",
        "stage": "CHARGEBACK" if chargeback else "INQUIRY",
        "status": "WAITING_FOR_SELLER_RESPONSE" if chargeback else "OPEN",
        "reason": reason,
        "currency": capture["currency"],
        "amount_minor": amount,
        "outcome": None,
        "refunded_minor": None,
        "movements": [],
        "reversal": None,
        "taken_minor": 0,
        "fee_minor": 0,
        "created": world.now(),
        "updated": world.now(),
    }
    world.state.disputes[dispute["id"]] = dispute
    if takes_at_once:
        _take(world, dispute)
    _announce(world, dispute, "CREATED", "A new dispute opened with Case #")
    return dispute


def escalate(world: World, dispute: Json) -> Json:
    """What was asked becomes a claim that PayPal looks at.

    Raises:
        ValueError: it is decided.
    """
    _require_open(dispute)
    dispute.update(stage="CHARGEBACK", status="UNDER_REVIEW", updated=world.now())
    _announce(world, dispute, "UPDATED", "A dispute was updated with Case #")
    return dispute


def appeal(world: World, dispute: Json) -> Json:
    """The seller asks once more; until that is decided the decision stands.

    Raises:
        ValueError: it is not decided, or not against the seller.
    """
    if dispute["status"] != "RESOLVED" or dispute["outcome"] != "RESOLVED_BUYER_FAVOUR":
        raise ValueError(f"dispute {dispute['id']} is {dispute['outcome'] or dispute['status']}")
    dispute.update(status="UNDER_REVIEW", updated=world.now())
    _announce(world, dispute, "UPDATED", "A dispute was updated with Case #")
    return dispute


def lose(world: World, dispute: Json) -> Json:
    """Decide for the buyer: what is left of the disputed amount goes back; a chargeback costs.

    Raises:
        ValueError: that is how it is decided already.
    """
    _require_other(dispute, "RESOLVED_BUYER_FAVOUR")
    if not dispute["taken_minor"]:
        _take(world, dispute)
    dispute["refunded_minor"] = dispute["taken_minor"]
    return _resolve(world, dispute, "RESOLVED_BUYER_FAVOUR")


def win(world: World, dispute: Json) -> Json:
    """Decide for the seller, also on appeal: what was taken comes back with its fee.

    Raises:
        ValueError: that is how it is decided already.
    """
    _require_other(dispute, "RESOLVED_SELLER_FAVOUR")
    _give_back(world, dispute)
    dispute["refunded_minor"] = None
    return _resolve(world, dispute, "RESOLVED_SELLER_FAVOUR")


def withdraw(world: World, dispute: Json) -> Json:
    """The buyer cancels it.

    Raises:
        ValueError: it is decided.
    """
    _require_open(dispute)
    _give_back(world, dispute)
    return _resolve(world, dispute, "CANCELED_BY_BUYER")


def pay_out(world: World, dispute: Json) -> Json:
    """PayPal pays the buyer itself; the seller keeps the money.

    Raises:
        ValueError: it is decided.
    """
    _require_open(dispute)
    _give_back(world, dispute)
    dispute["refunded_minor"] = dispute["amount_minor"]
    _move(
        world,
        dispute,
        ("PAYMENT_PROCESSOR", "DEBIT", "DISPUTE_SETTLEMENT"),
        dispute["amount_minor"],
    )
    return _resolve(world, dispute, "RESOLVED_WITH_PAYOUT")


def open_of(world: World, capture_id: str) -> list[Json]:
    return [each for each in of_capture(world, capture_id) if each["status"] != "RESOLVED"]


def of_capture(world: World, capture_id: str) -> list[Json]:
    return [each for each in world.state.disputes.values() if each["capture"] == capture_id]


def find(world: World, dispute_id: str) -> Json:
    """Raises PayPalError with 404 if there is none."""
    dispute = world.state.disputes.get(dispute_id)
    if dispute is None:
        raise no_such()
    return dispute


def listed(world: World, seller: str, query: Mapping[str, str]) -> Json:
    """A seller's disputes, newest first; those of one transaction, if it is named.

    Raises:
        PayPalError: 400, a page of no size.
    """
    size = query.get("page_size", "10")
    if not size.isdecimal() or int(size) not in _PAGE_SIZES:
        raise PayPalError(400, "INVALID_PARAMETER_VALUE", field="page_size", value=size)
    wanted = query.get("disputed_transaction_id")
    found = [
        summary(world, each)
        for each in reversed(world.state.disputes.values())
        if each["merchant"] == seller and wanted in {None, each["capture"]}
    ][: int(size)]
    answer: Json = {"links": [link(f"{world.base_url}/v1/customer/disputes", "self")]}
    if found:
        answer["items"] = found
    return answer


def summary(world: World, dispute: Json) -> Json:
    """What a list tells of a dispute."""
    return {
        "dispute_id": dispute["id"],
        "create_time": _time(dispute["created"]),
        "update_time": _time(dispute["updated"]),
        "reason": dispute["reason"],
        "status": dispute["status"],
        "dispute_amount": currencies.money(dispute["amount_minor"], dispute["currency"]),
        "dispute_life_cycle_stage": dispute["stage"],
        "dispute_channel": dispute["channel"],
        "links": [link(f"{world.base_url}/v1/customer/disputes/{dispute['id']}", "self")],
    }


def shown(world: World, dispute: Json) -> Json:
    """A dispute in whole, and in its events."""
    currency = dispute["currency"]
    capture = world.state.captures[dispute["capture"]]
    merchant = merchants.get(world, dispute["merchant"])
    transaction: Json = {
        "seller_transaction_id": capture["id"],
        "create_time": _time(capture["created"]),
        "transaction_status": capture["status"],
        "gross_amount": currencies.money(capture["amount_minor"], currency),
        "seller": {
            "email": merchant["email"],
            "merchant_id": dispute["merchant"],
            "name": merchant["legal_name"],
        },
    }
    if capture["custom_id"] is not None:
        transaction["custom"] = capture["custom_id"]
    found: Json = {**summary(world, dispute), "disputed_transactions": [transaction]}
    if dispute["outcome"] is not None:
        found["dispute_outcome"] = {"outcome_code": dispute["outcome"]}
        if dispute["refunded_minor"] is not None:
            refunded = currencies.money(dispute["refunded_minor"], currency)
            found["dispute_outcome"]["amount_refunded"] = refunded
    if dispute["movements"]:
        found["money_movements"] = [
            {
                "affected_party": each["party"],
                "amount": currencies.money(each["amount_minor"], currency),
                "initiated_time": _time(each["at"]),
                "type": each["type"],
                "reason": each["reason"],
            }
            for each in dispute["movements"]
        ]
    return found


def _take(world: World, dispute: Json) -> None:
    """The seller pays back what is left of the disputed amount, and PayPal's fee."""
    capture = world.state.captures[dispute["capture"]]
    taken = min(dispute["amount_minor"], capture["amount_minor"] - capture["refunded_minor"])
    if not taken:
        return
    dispute["taken_minor"] = taken
    dispute["reversal"] = refunds.reverse(world, capture, taken)["id"]
    _move(world, dispute, ("SELLER", "DEBIT", "DISPUTE_SETTLEMENT"), taken)
    if dispute["channel"] == "EXTERNAL":
        dispute["fee_minor"] = CHARGEBACK_FEE_MINOR
        _move(world, dispute, ("SELLER", "DEBIT", "CHARGEBACK_FEE"), CHARGEBACK_FEE_MINOR)


def _give_back(world: World, dispute: Json) -> None:
    if not dispute["taken_minor"]:
        return
    refunds.take_back(world, world.state.refunds[dispute["reversal"]])
    _move(world, dispute, ("SELLER", "CREDIT", "DISPUTE_SETTLEMENT"), dispute["taken_minor"])
    if dispute["fee_minor"]:
        _move(world, dispute, ("SELLER", "CREDIT", "CHARGEBACK_FEE"), dispute["fee_minor"])
    dispute.update(taken_minor=0, fee_minor=0, reversal=None)


def _move(world: World, dispute: Json, what: tuple[str, str, str], amount_minor: int) -> None:
    """Write down whose balance moved which way, and why; the seller's is booked."""
    party, kind, reason = what
    dispute["movements"].append(
        {
            "party": party,
            "type": kind,
            "reason": reason,
            "amount_minor": amount_minor,
            "at": world.now(),
        }
    )
    if party == "SELLER":
        column = "dispute_fees" if reason.endswith("_FEE") else "disputed"
        signed = amount_minor if kind == "DEBIT" else -amount_minor
        world.post(dispute["merchant"], dispute["currency"], dispute["id"], **{column: signed})


def _resolve(world: World, dispute: Json, outcome: str) -> Json:
    dispute.update(status="RESOLVED", outcome=outcome, updated=world.now())
    _announce(world, dispute, "RESOLVED", "A dispute was resolved with case #")
    return dispute


def _require_open(dispute: Json) -> None:
    if dispute["outcome"] is not None:
        raise ValueError(f"dispute {dispute['id']} is {dispute['outcome']}")


def _require_other(dispute: Json, outcome: str) -> None:
    if dispute["outcome"] == outcome and dispute["status"] == "RESOLVED":
        raise ValueError(f"dispute {dispute['id']} is {outcome} already")
    if dispute["outcome"] in {"CANCELED_BY_BUYER", "RESOLVED_WITH_PAYOUT"}:
        raise ValueError(f"dispute {dispute['id']} is {dispute['outcome']}")


def _announce(world: World, dispute: Json, what: str, summary_: str) -> None:
    emit(world, f"CUSTOMER.DISPUTE.{what}", f"{summary_} {dispute['id']}", shown(world, dispute))


def _time(seconds: int) -> str:
    return timestamp(seconds).replace("Z", ".000Z")
