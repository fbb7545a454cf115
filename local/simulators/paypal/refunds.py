"""Refunds of captures, with PayPal's limits, and the platform's part in them."""

from local.simulators.paypal import currencies, merchants, orders, reading
from local.simulators.paypal.errors import no_such, refused
from local.simulators.paypal.shapes import REFUND_WINDOW_SECONDS, Json, link, timestamp
from local.simulators.paypal.webhooks import emit
from local.simulators.paypal.world import World

_FIELDS = frozenset(("amount", "custom_id", "invoice_id", "note_to_payer", "payment_instruction"))


def create(world: World, capture: Json, body: Json) -> Json:
    """Give a capture back, whole or in part; an empty body gives back what is left.

    The platform contributes what `payment_instruction.platform_fees` says, and nothing else:
    PayPal takes no share of its fee by itself.

    Raises:
        PayPalError: more than what is left, too late, not captured, or an invoice id used before.
    """
    reading.only(body, _FIELDS, "")
    custom_id = reading.text(body, "custom_id", "", 127)
    invoice_id = reading.text(body, "invoice_id", "", 127)
    note = reading.text(body, "note_to_payer", "", 255)
    _require_refundable(world, capture)
    _require_undisputed(world, capture)
    amount_minor = _amount(capture, body)
    contribution = _contribution(capture, body, amount_minor)
    if orders.invoice_key(capture["merchant"], invoice_id) in world.state.invoices:
        raise refused("DUPLICATE_INVOICE_ID", "/invoice_id", invoice_id)
    return make(
        world,
        capture,
        amount_minor,
        contribution,
        custom_id=custom_id,
        invoice_id=invoice_id,
        note=note,
    )


def make(
    world: World,
    capture: Json,
    amount_minor: int,
    contribution: int | None,
    *,
    custom_id: str | None = None,
    invoice_id: str | None = None,
    note: str | None = None,
) -> Json:
    """Record a refund; the knobs decide whether it stays pending."""
    fault = world.chaos.take_refund()
    refund = _recorded(
        world,
        capture,
        amount_minor,
        contribution,
        custom_id=custom_id,
        invoice_id=invoice_id,
        note=note,
    )
    if fault == "pending":
        _announce(world, refund, "PAYMENT.REFUND.PENDING", "pending")
    else:
        _complete(world, refund)
    _schedule(world, fault, refund)
    return refund


def _recorded(
    world: World,
    capture: Json,
    amount_minor: int,
    contribution: int | None,
    *,
    custom_id: str | None = None,
    invoice_id: str | None = None,
    note: str | None = None,
) -> Json:
    refund: Json = {
        "id": world.new_id(),
        "capture": capture["id"],
        "merchant": capture["merchant"],
        "status": "PENDING",
        "reason": "ECHECK",
        "currency": capture["currency"],
        "amount_minor": amount_minor,
        "platform_fee_minor": contribution,
        "total_minor": capture["refunded_minor"] + amount_minor,
        "custom_id": custom_id,
        "invoice_id": invoice_id,
        "note": note,
        "created": world.now(),
        "updated": world.now(),
    }
    world.state.refunds[refund["id"]] = refund
    if invoice_id is not None:
        key = orders.invoice_key(capture["merchant"], invoice_id)
        world.state.invoices[key] = refund["id"]
    capture["refunds"].append(refund["id"])
    capture["refunded_minor"] += amount_minor
    capture["platform_fee_returned_minor"] += contribution or 0
    _mark(world, capture)
    return refund


def _require_refundable(world: World, capture: Json) -> None:
    if capture["status"] == "PENDING":
        raise refused("PENDING_CAPTURE")
    if capture["status"] == "REFUNDED":
        raise refused("CAPTURE_FULLY_REFUNDED")
    if capture["status"] not in {"COMPLETED", "PARTIALLY_REFUNDED"}:
        raise refused("REFUND_NOT_ALLOWED")
    if world.now() > capture["created"] + REFUND_WINDOW_SECONDS:
        raise refused("REFUND_TIME_LIMIT_EXCEEDED")


def _require_undisputed(world: World, capture: Json) -> None:
    for each in world.state.disputes.values():
        if each["capture"] != capture["id"]:
            continue
        if each["status"] != "RESOLVED":
            raise refused("TRANSACTION_DISPUTED")
        if each["channel"] == "EXTERNAL" and each["taken_minor"]:
            raise refused("REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK")


def reverse(world: World, capture: Json, amount_minor: int) -> Json:
    """Take a capture back from its seller for a dispute; that looks like a refund."""
    refund = _recorded(world, capture, amount_minor, None, note="Payment reversed")
    refund.update(status="COMPLETED", reason=None, reversal=True)
    _announce(world, refund, "PAYMENT.CAPTURE.REVERSED", "reversed")
    return refund


def take_back(world: World, reversal: Json) -> None:
    """The dispute was decided for the seller: the reversal is as if it never was."""
    reversal.update(status="CANCELLED", updated=world.now())
    _undo(world, reversal)


def _amount(capture: Json, body: Json) -> int:
    rest: int = capture["amount_minor"] - capture["refunded_minor"]
    if "amount" not in body:
        return rest
    amount_minor, currency = currencies.read(body["amount"], "/amount", "DECIMALS_NOT_SUPPORTED")
    if currency != capture["currency"]:
        raise refused("REFUND_CAPTURE_CURRENCY_MISMATCH", "/amount/currency_code", currency)
    if amount_minor > rest:
        raise refused("REFUND_AMOUNT_EXCEEDED", "/amount/value")
    return amount_minor


def _contribution(capture: Json, body: Json, amount_minor: int) -> int | None:
    given = reading.platform_fees(body, "")
    if given is None:
        return None
    path = "/payment_instruction/platform_fees/0/amount"
    fee_minor, currency = currencies.read(given.get("amount"), path, "DECIMALS_NOT_SUPPORTED")
    if currency != capture["currency"]:
        raise refused("CURRENCY_MISMATCH", f"{path}/currency_code", currency)
    left = (capture["platform_fee_minor"] or 0) - capture["platform_fee_returned_minor"]
    if fee_minor > min(left, amount_minor):
        raise refused("PLATFORM_FEE_EXCEEDED", f"{path}/value")
    return fee_minor


def settle(world: World, refund: Json) -> Json:
    """A pending refund reaches the buyer.

    Raises:
        ValueError: it is not pending.
    """
    if refund["status"] != "PENDING":
        raise ValueError(f"refund {refund['id']} is {refund['status']}, not PENDING")
    _complete(world, refund)
    return refund


def _complete(world: World, refund: Json) -> None:
    refund.update(status="COMPLETED", reason=None, updated=world.now())
    refund["own_fee_minor"] = world.chaos.refunds.own_fee_minor
    world.post(
        refund["merchant"],
        refund["currency"],
        refund["id"],
        refunded=refund["amount_minor"],
        paypal_fees=-refund["own_fee_minor"],
        platform_fees_returned=refund["platform_fee_minor"] or 0,
    )
    _announce(world, refund, "PAYMENT.CAPTURE.REFUNDED", "refunded")


def fail(world: World, refund: Json) -> Json:
    """A refund does not reach the buyer, or comes back: all of it is as if it never was.

    Raises:
        ValueError: it has failed already.
    """
    if refund["status"] not in {"PENDING", "COMPLETED"} or refund.get("reversal"):
        raise ValueError(f"refund {refund['id']} is {refund['status']}")
    if refund["status"] == "COMPLETED":
        world.post(
            refund["merchant"],
            refund["currency"],
            refund["id"],
            refunded=-refund["amount_minor"],
            paypal_fees=refund["own_fee_minor"],
            platform_fees_returned=-(refund["platform_fee_minor"] or 0),
        )
    refund.update(status="FAILED", reason=None, updated=world.now())
    _undo(world, refund)
    _announce(world, refund, "PAYMENT.REFUND.FAILED", "not refunded")
    return refund


def _undo(world: World, refund: Json) -> None:
    capture = world.state.captures[refund["capture"]]
    capture["refunded_minor"] -= refund["amount_minor"]
    capture["platform_fee_returned_minor"] -= refund["platform_fee_minor"] or 0
    _mark(world, capture)


def _mark(world: World, capture: Json) -> None:
    """The capture's status says how much of it was given back."""
    given_back = capture["refunded_minor"]
    whole = given_back == capture["amount_minor"]
    capture["status"] = "REFUNDED" if whole else "PARTIALLY_REFUNDED" if given_back else "COMPLETED"
    capture["updated"] = world.now()


def _schedule(world: World, fault: str | None, refund: Json) -> None:
    after = world.chaos.refunds.after_seconds
    if fault is not None and after is not None:
        do = "settle" if fault == "pending" else "fail"
        world.state.scheduled.append({"at": world.now() + after, "do": do, "refund": refund["id"]})


def run_scheduled(world: World) -> None:
    now = world.now()
    due = [each for each in world.state.scheduled if each["at"] <= now]
    world.state.scheduled = [each for each in world.state.scheduled if each["at"] > now]
    for each in due:
        refund = world.state.refunds[each["refund"]]
        if each["do"] == "settle" and refund["status"] == "PENDING":
            settle(world, refund)
        elif each["do"] == "fail" and refund["status"] == "COMPLETED":
            fail(world, refund)


def _announce(world: World, refund: Json, event_type: str, what: str) -> None:
    amount = currencies.spoken(refund["amount_minor"], refund["currency"])
    emit(world, event_type, f"A $ {amount} capture payment was {what}", shown(world, refund))


def find(world: World, refund_id: str) -> Json:
    """Raises PayPalError with 404 if there is none."""
    refund = world.state.refunds.get(refund_id)
    if refund is None:
        raise no_such()
    return refund


def shown(world: World, refund: Json) -> Json:
    currency, gross = refund["currency"], refund["amount_minor"]
    contribution, own = refund["platform_fee_minor"], refund.get("own_fee_minor", 0)
    breakdown: Json = {
        "gross_amount": currencies.money(gross, currency),
        "paypal_fee": currencies.money(own, currency),  # normally PayPal keeps it
        "net_amount": currencies.money(gross - own - (contribution or 0), currency),
        "total_refunded_amount": currencies.money(refund["total_minor"], currency),
    }
    if contribution is not None:
        breakdown["platform_fees"] = [orders.shown_fee(world, contribution, currency)]
    merchant = merchants.get(world, refund["merchant"])
    found: Json = {
        **minimal(world, refund),
        "amount": currencies.money(gross, currency),
        "seller_payable_breakdown": breakdown,
        "payer": {"email_address": merchant["email"], "merchant_id": refund["merchant"]},
        "create_time": timestamp(refund["created"]),
        "update_time": timestamp(refund["updated"]),
    }
    if refund["reason"] is not None:
        found["status_details"] = {"reason": refund["reason"]}
    for name in ("custom_id", "invoice_id"):
        if refund[name] is not None:
            found[name] = refund[name]
    if refund["note"] is not None:
        found["note_to_payer"] = refund["note"]
    return found


def minimal(world: World, refund: Json) -> Json:
    """Id, status and links: what is answered unless more is preferred."""
    links = [
        link(f"{world.base_url}/v2/payments/refunds/{refund['id']}", "self"),
        link(f"{world.base_url}/v2/payments/captures/{refund['capture']}", "up"),
    ]
    return {"id": refund["id"], "status": refund["status"], "links": links}
