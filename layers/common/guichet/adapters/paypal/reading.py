"""PayPal's objects as our reports: strict about what is used, indifferent to everything else."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from guichet.adapters.paypal.client import Json
from guichet.adapters.paypal.fields import (
    instant,
    money_of,
    object_of,
    objects_of,
    text_of,
    unreadable,
)
from guichet.money import Money
from guichet.payments.attempt import Attempt, Capture, CaptureMethod
from guichet.payments.ports import (
    HostedSession,
    ProviderUnavailableError,
    RefundReport,
    SessionReport,
    SessionState,
)
from guichet.payments.refund import RefundStatus

_SOON_SECONDS: Final = 5

_PAGE_LINKS: Final = ("payer-action", "approve")  # with a payment source, and without

# Money arrived, even where it has gone back since.
_ARRIVED: Final = frozenset({"COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"})
_DENIED: Final = frozenset({"DECLINED", "DENIED", "FAILED"})

_ORDER_STATES: Final = MappingProxyType(
    {
        "APPROVED": SessionState.APPROVED,
        "CREATED": SessionState.UNPAID,
        "PAYER_ACTION_REQUIRED": SessionState.UNPAID,
        "SAVED": SessionState.UNPAID,
        "VOIDED": SessionState.ENDED,
    }
)

REFUND_STATUSES: Final = MappingProxyType(
    {
        "CANCELLED": RefundStatus.FAILED,
        "COMPLETED": RefundStatus.SUCCEEDED,
        "FAILED": RefundStatus.FAILED,
        "PENDING": RefundStatus.SUBMITTED,
    }
)


def hosted_session(order: Json) -> HostedSession:
    """The order and the page on which the buyer approves it."""
    links = {text_of(each, "rel"): each for each in objects_of(order, "links")}
    page = next((links[rel] for rel in _PAGE_LINKS if rel in links), None)
    if page is None:
        raise unreadable("an order without a page")
    return HostedSession(text_of(order, "id"), text_of(page, "href"))


def object_id(found: Json) -> str:
    return text_of(found, "id")


def names_payee(found: Json) -> bool:
    """Whether a capture, or the unit of an order, says who is paid."""
    return "merchant_id" in object_of(found, "payee")


def is_whole(order: Json) -> bool:
    """Whether the order says who is paid: a repeated capture may answer its captures alone."""
    units = objects_of(order, "purchase_units")
    return bool(units) and all(names_payee(unit) for unit in units)


def order_report(order: Json) -> SessionReport:
    """What an order has come to. Its captures decide: `COMPLETED` alone means no money.

    Raises:
        ProviderUnavailableError: a state that we don't know, or fees that are not there yet.
    """
    unit = _unit(order)
    captures = objects_of(object_of(unit, "payments"), "captures")
    by_status = [(text_of(each, "status"), each) for each in captures]
    arrived = [each for status, each in by_status if status in _ARRIVED]
    if len(arrived) > 1:
        raise unreadable("an order that was captured more than once")
    if arrived:
        capture = _capture(arrived[0], unit, text_of(order, "id"), _method(order))
        return SessionReport(SessionState.PAID, capture)
    others = [each for each in by_status if each[0] not in _DENIED]
    if others:
        return _undecided(*others[0])
    if captures:
        return SessionReport(SessionState.DENIED)
    status = text_of(order, "status")
    state = _ORDER_STATES.get(status)
    if state is None:
        raise unreadable(f"an order that is {status} without a capture")
    return SessionReport(state)


def capture_report(capture: Json, order_id: str) -> SessionReport:
    """What a capture that was pending has come to; the resource names its own payee and reference."""
    status = text_of(capture, "status")
    if status in _ARRIVED:
        # The resource does not say what was paid with; only a card leaves a network's reference.
        by_card = capture.get("network_transaction_reference") is not None
        method = CaptureMethod.CARD if by_card else CaptureMethod.PAYPAL
        return SessionReport(SessionState.PAID, _capture(capture, capture, order_id, method))
    if status in _DENIED:
        return SessionReport(SessionState.DENIED)
    return _undecided(status, capture)


def differences(order: Json, payment: Attempt) -> tuple[str, ...]:
    """What of an approved order is not what we asked for: such an order is never captured (REG-3)."""
    unit = _unit(order)
    payee = object_of(unit, "payee").get("merchant_id")
    asked = {
        "amount": (money_of(unit, "amount"), payment.amount),
        "payee": (payee, payment.payee or payee),  # without one it is whoever's client asks
        "reference": (unit.get("custom_id"), payment.payment_id),
    }
    return tuple(
        name for name, (found, ours) in asked.items() if found is not None and found != ours
    )


def refund_report(refund: Json, amount: Money, fee: Money | None) -> RefundReport:
    """What a refund of this amount has come to, and whether our fee went back within it (RFD-3).

    `CANCELLED` is a failure too: nothing went back (RFD-6).

    Raises:
        ProviderUnavailableError: a status that we don't know, or other amounts than were asked.
    """
    status = text_of(refund, "status")
    known = REFUND_STATUSES.get(status)
    if known is None:
        raise unreadable(f"a refund that is {status}")
    refund_id = text_of(refund, "id")
    if known is RefundStatus.FAILED:
        return RefundReport(known, refund_id, failure_of(refund))
    returned = money_of(refund, "amount")
    if returned != amount:
        raise unreadable(f"{returned} went back instead of {amount}")
    if known is RefundStatus.SUBMITTED:
        return RefundReport(known, refund_id)
    fee_back = platform_fee_of(object_of(refund, "seller_payable_breakdown"), amount.currency)
    asked = amount.zero() if fee is None else fee
    if fee_back != asked:
        raise unreadable(f"{fee_back} of the fee went back instead of {asked}")
    return RefundReport(
        known,
        refund_id,
        provider_fee_refund_id=refund_id if fee is not None else None,
        provider_fee_returned=own_fee_returned(refund),
    )


def own_fee_returned(refund: Json) -> Money | None:
    """What PayPal gave back of its own fee, which it normally keeps (FEE-3)."""
    breakdown = object_of(refund, "seller_payable_breakdown")
    if breakdown.get("paypal_fee") is None:
        return None
    return money_of(breakdown, "paypal_fee") or None


def failure_of(refund: Json) -> str:
    """Why nothing went back, in PayPal's word."""
    reason = object_of(refund, "status_details").get("reason")
    return str(reason or text_of(refund, "status")).lower()


def has_amounts(refund: Json) -> bool:
    """Whether the refund says what went back: a minimal answer does not."""
    return "amount" in refund and "seller_payable_breakdown" in refund


def order_of(capture: Json) -> str | None:
    """The order that a capture belongs to, where it says so."""
    related = object_of(object_of(capture, "supplementary_data"), "related_ids").get("order_id")
    return related if isinstance(related, str) else None


def refund_known_as(order: Json, reference: str) -> str | None:
    """The id of the order's refund that bears our reference."""
    refunds = objects_of(object_of(_unit(order), "payments"), "refunds")
    return next(
        (text_of(each, "id") for each in refunds if each.get("custom_id") == reference), None
    )


def _undecided(status: str, capture: Json) -> SessionReport:
    if status != "PENDING":
        raise unreadable(f"a capture that is {status}")
    return SessionReport(SessionState.PROCESSING, capture_id=text_of(capture, "id"))


def _capture(found: Json, unit: Json, order_id: str, method: CaptureMethod) -> Capture:
    """The capture with the fees that PayPal says it took (FEE-3)."""
    capture_id = text_of(found, "id")
    amount = money_of(found, "amount")
    breakdown = object_of(found, "seller_receivable_breakdown")
    platform_fee = platform_fee_of(breakdown, amount.currency)
    return Capture(
        capture_id=capture_id,
        intent_id=order_id,
        amount=amount,
        platform_fee=platform_fee,
        provider_fee=_provider_fee(breakdown, amount, platform_fee),
        platform_fee_id=capture_id if platform_fee else None,
        captured_at=instant(text_of(found, "create_time")),
        reference=reference_of(found) or reference_of(unit),
        payee=text_of(object_of(unit, "payee"), "merchant_id"),
        method=method,
    )


def _provider_fee(breakdown: Json, amount: Money, platform_fee: Money) -> Money:
    """PayPal's own fee, as it names it; none only where nothing is missing from the net amount.

    Raises:
        ProviderUnavailableError: it is not there yet.
    """
    if breakdown.get("paypal_fee") is not None:
        return money_of(breakdown, "paypal_fee")
    if breakdown.get("net_amount") is not None:
        net = money_of(breakdown, "net_amount")
        if net.currency == amount.currency and net + platform_fee == amount:
            return amount.zero()
    raise ProviderUnavailableError(
        "PayPal does not say yet: its fee", retry_after_seconds=_SOON_SECONDS
    )


def platform_fee_of(breakdown: Json, currency: str) -> Money:
    """The sum of the platform's fees, which are in the currency of the payment."""
    total = Money(0, currency)
    for each in objects_of(breakdown, "platform_fees"):
        fee = money_of(each, "amount")
        if fee.currency != currency:
            raise unreadable("a platform fee in another currency")
        total += fee
    return total


def _method(order: Json) -> CaptureMethod:
    by_card = "card" in object_of(order, "payment_source")
    return CaptureMethod.CARD if by_card else CaptureMethod.PAYPAL


def _unit(order: Json) -> Json:
    units = objects_of(order, "purchase_units")
    if len(units) != 1:
        raise unreadable(f"an order of {len(units)} units")
    return units[0]


def reference_of(found: Json) -> str | None:
    value = found.get("custom_id")
    return value if isinstance(value, str) else None
