"""Refunds and disputes as PayPal has them, whoever made them: what their objects tell of money."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from guichet.adapters.paypal.client import Json
from guichet.adapters.paypal.fields import (
    instant,
    money_of,
    object_of,
    objects_of,
    text_of,
    unreadable,
)
from guichet.adapters.paypal.reading import (
    REFUND_STATUSES,
    failure_of,
    own_fee_returned,
    platform_fee_of,
    reference_of,
)
from guichet.adapters.paypal.requests import reference
from guichet.money import Money
from guichet.payments.dispute import DisputeStatus
from guichet.payments.ports import FoundDispute, FoundRefund
from guichet.payments.refund import RefundStatus

# What a decision means to the seller. With a payout PayPal pays, unless it took the seller's.
_OUTCOMES: Final = MappingProxyType(
    {
        "ACCEPTED": DisputeStatus.LOST,
        "CANCELED_BY_BUYER": DisputeStatus.WITHDRAWN,
        "DENIED": DisputeStatus.WON,
        "NONE": DisputeStatus.WITHDRAWN,  # closed without a decision, for another of the same
        "RESOLVED_BUYER_FAVOUR": DisputeStatus.LOST,
        "RESOLVED_SELLER_FAVOUR": DisputeStatus.WON,
    }
)
_PAYOUT: Final = "RESOLVED_WITH_PAYOUT"
_FEE_SUFFIX: Final = "_FEE"  # of a movement's reason: CHARGEBACK_FEE, DISPUTE_FEE, …


def capture_of(refund: Json) -> str:
    """The capture that a refund gives back: PayPal names it in a link alone.

    Raises:
        ProviderUnavailableError: there is no such link.
    """
    for each in objects_of(refund, "links"):
        if each.get("rel") == "up":
            return urlsplit(text_of(each, "href")).path.rpartition("/")[2]
    raise unreadable("a refund without its capture")


def refund_found(refund: Json, capture: Json) -> FoundRefund:
    """A refund with what its capture says of our payment.

    Raises:
        ProviderUnavailableError: a status that we don't know, or no amount.
    """
    status = REFUND_STATUSES.get(text_of(refund, "status"))
    if status is None:
        raise unreadable(f"a refund that is {refund['status']}")
    amount = money_of(refund, "amount")
    payment_id = reference_of(capture)
    return FoundRefund(
        provider_refund_id=text_of(refund, "id"),
        capture_id=text_of(capture, "id"),
        payment_id=payment_id,
        refund_id=_ours(refund, payment_id),
        status=status,
        amount=amount,
        made_at=instant(text_of(refund, "create_time")),
        failure=failure_of(refund) if status is RefundStatus.FAILED else None,
        fee_returned=fee_in(refund, amount.currency),
        provider_fee_returned=None if status is RefundStatus.FAILED else own_fee_returned(refund),
    )


def fee_in(refund: Json, currency: str) -> Money:
    """What of our fee goes back within a refund; nothing with one that failed."""
    if REFUND_STATUSES.get(text_of(refund, "status")) is RefundStatus.FAILED:
        return Money(0, currency)
    return platform_fee_of(object_of(refund, "seller_payable_breakdown"), currency)


def disputed_capture(dispute: Json) -> str:
    """The first disputed transaction, as its seller knows it; a dispute of ours has one."""
    for each in objects_of(dispute, "disputed_transactions"):
        if each.get("seller_transaction_id"):
            return text_of(each, "seller_transaction_id")
    raise unreadable("a dispute of nothing")


def dispute_found(dispute: Json, capture: Json) -> FoundDispute:
    """A dispute with what it has done to the seller's balance by now.

    Raises:
        ProviderUnavailableError: a decision that we don't know.
    """
    paid = money_of(capture, "amount")
    amount = money_of(dispute, "dispute_amount") if "dispute_amount" in dispute else paid
    moved = [
        each
        for each in objects_of(dispute, "money_movements")
        if each.get("affected_party") == "SELLER" and each.get("amount") is not None
    ]
    fees = [each for each in moved if str(each.get("reason", "")).endswith(_FEE_SUFFIX)]
    taken = [each for each in moved if each not in fees]
    withheld = _withheld(taken, amount, paid)
    status = _status(dispute, withheld)
    if status is DisputeStatus.LOST and not taken:
        withheld = _refunded(dispute, amount, paid)
    return FoundDispute(
        provider_dispute_id=text_of(dispute, "dispute_id"),
        capture_id=text_of(capture, "id"),
        payment_id=reference_of(capture),
        status=status,
        amount=amount,
        withheld=withheld,
        fee=_charged(fees, _balance_currency(capture, paid)),
        opened_at=instant(text_of(dispute, "create_time")),
        reason=text_of(dispute, "reason"),
    )


def _status(dispute: Json, withheld: Money) -> DisputeStatus:
    """By the decision; one that is appealed stays as it was decided until it is decided anew."""
    outcome = object_of(dispute, "dispute_outcome").get("outcome_code")
    if outcome is None:
        if text_of(dispute, "status") == "RESOLVED":
            raise unreadable("a resolved dispute without an outcome")
        return DisputeStatus.OPEN
    if outcome == _PAYOUT:
        return DisputeStatus.LOST if withheld else DisputeStatus.WON
    known = _OUTCOMES.get(str(outcome))
    if known is None:
        raise unreadable(f"a dispute that is {outcome}")
    return known


def _withheld(taken: list[Json], amount: Money, paid: Money) -> Money:
    """What was taken from the seller and not given back, in the payment's currency.

    A balance in another currency, where what comes back is converted anew, tells only by the
    number of movements whether something is gone: then it is what was disputed.
    """
    same = [each for each in taken if money_of(each, "amount").currency == paid.currency]
    if same:
        return Money(max(_net(same), 0), paid.currency)
    given_back = sum(text_of(each, "type") == "CREDIT" for each in taken)
    return _within(amount, paid) if len(taken) > 2 * given_back else paid.zero()


def _refunded(dispute: Json, amount: Money, paid: Money) -> Money:
    """What the buyer got, where no movement says what the seller lost."""
    outcome = object_of(dispute, "dispute_outcome")
    if outcome.get("amount_refunded") is None:
        return _within(amount, paid)
    return _within(money_of(outcome, "amount_refunded"), paid)


def _within(amount: Money, paid: Money) -> Money:
    """The amount, and at most the payment; all of it where the currencies differ."""
    return amount if amount.currency == paid.currency and amount.is_at_most(paid) else paid


def _balance_currency(capture: Json, paid: Money) -> str:
    """The currency in which PayPal takes its fees of this seller."""
    breakdown = object_of(capture, "seller_receivable_breakdown")
    taken = breakdown.get("paypal_fee")
    return paid.currency if taken is None else money_of(breakdown, "paypal_fee").currency


def _charged(fees: list[Json], currency: str) -> Money:
    """The sum of what PayPal charges for the dispute, in the balance's currency."""
    if any(money_of(each, "amount").currency != currency for each in fees):
        raise unreadable("a fee of a dispute in another currency than the balance's")
    return Money(max(_net(fees), 0), currency)


def _net(movements: Iterable[Json]) -> int:
    """Debits less credits, in minor units."""
    total = 0
    for each in movements:
        sign = -1 if text_of(each, "type") == "CREDIT" else 1
        total += sign * money_of(each, "amount").amount_minor
    return total


def _ours(refund: Json, payment_id: str | None) -> str | None:
    """Our id of a refund that we made, by the reference that it bears."""
    custom_id = refund.get("custom_id")
    if payment_id is None or not isinstance(custom_id, str):
        return None
    start = reference(payment_id, "")
    refund_id = custom_id.removeprefix(start)
    return refund_id if custom_id.startswith(start) and refund_id else None
