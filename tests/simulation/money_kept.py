"""What the providers keep for the organizer of each registration when a story is over, and our fee."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from guichet.money import Money
from guichet.payments.payment import Payment
from guichet.payments.refund import Refund, RefundReason, RefundStatus
from guichet.payments.refunds_so_far import RefundsSoFar
from guichet.registration.registration import PaidBy, Registration
from tests.simulation.life import Life

# Returned because somebody wished it, or a bank: what they leave of a price is the organizer's.
_WISHED: Final = frozenset(
    {
        RefundReason.ORGANIZER,
        RefundReason.TRAINING_CANCELLED,
        RefundReason.OUTSIDE,
        RefundReason.CHARGEBACK,
    }
)


def wished_back(refunds: Sequence[Refund], registration_id: str) -> int:
    """In minor units, what went back because of a wish, and stayed there."""
    return sum(
        each.amount.amount_minor
        for each in refunds
        if each.registration_id == registration_id and _is_wished(each) and _stands(each)
    )


def assert_money(
    life: Life,
    registrations: Mapping[str, Registration],
    payments: Sequence[Payment],
    refunds: Sequence[Refund],
) -> None:
    """Whoever a payment confirmed has paid the price once; nobody else's money is kept.

    But for a return that failed: a person is told, and the money waits for one. What was wished
    back is added to what is kept: it never exceeds what came, and its fee is RFD-3's.
    """
    by_id = {each.payment_id: each for each in payments}
    kept, fees = Counter[str](), Counter[str]()
    for who, amount, fee in (*_kept_at_stripe(life), *_kept_at_paypal(life, by_id)):
        kept[who] += amount
        fees[who] += fee
    for refund in refunds:
        who = refund.registration_id
        if _is_wished(refund):
            kept[who] += refund.amount.amount_minor if _stands(refund) else 0
            fees[who] += _fee_gone(refund)
        elif not _stands(refund):
            kept[who] -= refund.amount.amount_minor
            if refund.provider_fee_refund_id is None or refund.fee_goes_within:
                fees[who] -= refund.fee.amount_minor
    for each in registrations.values():
        price = fee = 0
        if each.paid_by is PaidBy.PROVIDER:
            payment = by_id[each.paid_payment_id or ""]
            assert payment.capture is not None
            accepted = payment.mismatches(payment.capture)  # by a person, as it came
            price = (payment.capture.amount if accepted else each.quote.charged).amount_minor
            fee = payment.platform_fee.amount_minor
        assert kept[each.registration_id] == price, (each.registration_id, each.status)
        assert fees[each.registration_id] == fee, each.registration_id
    for payment in payments:
        _assert_bounds(payment, [r for r in refunds if r.payment_id == payment.payment_id])


def _assert_bounds(payment: Payment, refunds: Sequence[Refund]) -> None:
    """Never more than came went back (RFD-1), and of the fee what RFD-3 says."""
    if payment.capture is None:
        assert refunds == []
        return
    so_far = RefundsSoFar(payment.capture, refunds)
    captured, fee = payment.capture.amount.amount_minor, payment.capture.platform_fee.amount_minor
    refunded = so_far.refunded.amount_minor
    assert refunded <= captured
    half_up = (2 * fee * refunded + captured) // (2 * captured)
    assert so_far.fee_given_back.amount_minor == half_up


def _is_wished(refund: Refund) -> bool:
    return refund.reason in _WISHED


def _stands(refund: Refund) -> bool:
    return refund.status is not RefundStatus.FAILED


def _fee_gone(refund: Refund) -> int:
    """What of our fee is gone from the provider; with a refund that failed, only some comes back."""
    there = 0 if refund.fee_returned_there is None else _minor(refund.fee_returned_there)
    is_gone = refund.provider_fee_refund_id is not None and (
        _stands(refund) or not refund.fee_goes_within
    )
    return there + (_minor(refund.fee) if is_gone else 0)


def _minor(money: Money) -> int:
    return money.amount_minor


def _kept_at_stripe(life: Life) -> Iterator[tuple[str, int, int]]:
    """Of each charge: whose it is, and what of it and of our fee was not given back."""
    stripe = life.world.stripe
    lost = Counter[str]()
    for dispute in stripe.find_all("dispute"):
        lost[dispute["charge"]] -= sum(each["amount"] for each in dispute["balance_transactions"])
    for charge in stripe.find_all("charge"):
        fee = 0
        if charge["application_fee"]:
            taken = stripe.find(charge["application_fee"])
            fee = taken["amount"] - taken["amount_refunded"]
        who = charge["metadata"]["registration_id"]
        gone = charge["amount_refunded"] + lost[charge["id"]]
        yield who, charge["amount_captured"] - gone, fee


def _kept_at_paypal(life: Life, payments: Mapping[str, Payment]) -> Iterator[tuple[str, int, int]]:
    """The same of each capture, all of which our records know; a reversal is a refund there."""
    for capture in life.world.paypal.captures():
        assert capture["status"] != "PENDING", capture
        if capture["status"] == "DECLINED":
            continue
        payment = payments[capture["custom_id"]]
        assert payment.capture is not None, payment
        assert payment.capture.capture_id == capture["id"]
        fee = (capture["platform_fee_minor"] or 0) - capture["platform_fee_returned_minor"]
        yield payment.registration_id, capture["amount_minor"] - capture["refunded_minor"], fee
