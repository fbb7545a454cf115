"""What an account was billed and has paid: orders, their books, balances, trials (SUB-5, MON-4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from guichet.adapters.dynamo.codec import decode
from guichet.ledger.billable import BillableLine
from guichet.ledger.postings import (
    LedgerAccount,
    Posting,
    balances,
    billed_postings,
    credit_given_postings,
    credit_reserved_postings,
    credit_used_postings,
    payment_postings,
    payment_to_credit_postings,
)
from guichet.ledger.refund_postings import payment_to_refund_postings
from guichet.payments.attempt import PaymentStatus
from guichet.payments.cart_payment import CartPayment
from guichet.subscriptions.balance import AccountBalance
from guichet.subscriptions.cart import Cart, CartStatus
from guichet.subscriptions.subscription import Subscription, SubscriptionStatus
from guichet.verification.history import History, maps

P = PaymentStatus

_LEASED: Final = frozenset({P.CREATED, P.OPEN, P.CAPTURING, P.PROCESSING, P.PARKED})
_UNKNOWN: Final = frozenset({P.CAPTURING, P.PROCESSING, P.PARKED})
_MONEY_CAME: Final = frozenset({P.CAPTURED, P.MISMATCHED})

type Place = tuple[str, str]  # selling entity and currency
type MovedByAccount = Counter[tuple[Place, str]]  # minor units, by account of the chart


@dataclass(frozen=True, slots=True)
class BillingFound:
    """All that one account has of the operator, and what it moved in the selling entities' books."""

    subscriptions: Mapping[str, Subscription]
    carts: Mapping[str, Cart]
    payments: Mapping[str, CartPayment]
    balances: Mapping[Place, AccountBalance]
    tried: Mapping[str, str]  # product to subscription
    credited: frozenset[str]  # payments whose money became credit at once
    moved_by_orders: MovedByAccount
    moved_by_bills: MovedByAccount

    def payments_of(self, cart: Cart) -> Sequence[CartPayment]:
        return [each for each in self.payments.values() if each.cart_id == cart.cart_id]


def order_books(found: BillingFound) -> Iterator[str]:
    """Orders and their payments moved what became of them, to the cent (MON-4)."""
    wanted: MovedByAccount = Counter()
    for cart in found.carts.values():
        _add(wanted, cart.preview.selling_entity, _of_cart(cart))
    for payment in found.payments.values():
        _add(
            wanted,
            payment.selling_entity,
            _of_payment(payment, payment.payment_id in found.credited),
        )
    for place, account in sorted({*wanted, *found.moved_by_orders}):
        is_, should = found.moved_by_orders[place, account], wanted[place, account]
        if is_ != should:
            yield f"its orders moved {is_} {place[1]} on {account} of {place[0]}, and should have {should}"


def _of_cart(cart: Cart) -> tuple[Posting, ...]:
    preview = cart.preview
    match cart.status:
        case CartStatus.PENDING | CartStatus.PROCESSING:
            return credit_reserved_postings(preview.credit_applied)
        case CartStatus.DONE:
            return (
                *billed_postings(
                    preview.now.all_lines, preview.now.tax.total_minor, preview.currency
                ),
                *credit_used_postings(preview.credit_applied),
                *credit_given_postings(preview.credit_given),
            )
        case CartStatus.ABANDONED:
            return ()


def _of_payment(payment: CartPayment, is_credited: bool) -> tuple[Posting, ...]:  # noqa: FBT001 - one of two books
    capture = payment.capture
    if capture is None:
        return ()
    if payment.refund_id is not None:
        return payment_to_refund_postings(capture.amount, capture.provider_fee)
    postings = payment_to_credit_postings if is_credited else payment_postings
    return postings(capture.amount, capture.provider_fee)


def _add(wanted: MovedByAccount, entity: str, postings: Sequence[Posting]) -> None:
    for (account, currency), amount in balances(postings).items():
        wanted[(entity, currency), str(account)] += amount


def owed(found: BillingFound) -> Iterator[str]:
    """Each balance is what the journal says: bills that are open, credit, and what is reserved of it."""
    moved: MovedByAccount = Counter(found.moved_by_orders)
    moved.update(found.moved_by_bills)
    places = {place for place, _ in moved} | set(found.balances)
    reserved = _reserved(found)
    for place in sorted(places | set(reserved)):
        entity, currency = place
        balance = found.balances.get(place, AccountBalance("", entity, currency))
        open_minor = sum(bill.open_minor for bill in balance.bills)
        said = {
            "owed": (open_minor, found.moved_by_bills[place, str(LedgerAccount.RECEIVABLE)]),
            "as credit": (balance.credit_minor, -moved[place, str(LedgerAccount.ACCOUNT_CREDIT)]),
            "reserved": (balance.reserved_minor, -moved[place, str(LedgerAccount.CREDIT_RESERVED)]),
        }
        for what, (stored, booked) in said.items():
            if stored != booked:
                yield f"has {stored} {currency} {what} at {entity}, and by the journal {booked}"
        if balance.credit_minor < 0 or balance.reserved_minor < 0:
            yield f"has used more credit in {currency} at {entity} than it had"
        if balance.reserved_minor != reserved[place]:
            yield (
                f"has {balance.reserved_minor} {currency} reserved at {entity}, "
                f"and its open orders use {reserved[place]}"
            )


def _reserved(found: BillingFound) -> Counter[Place]:
    reserved: Counter[Place] = Counter()
    for cart in found.carts.values():
        if cart.is_open:
            place = cart.preview.selling_entity, cart.preview.currency
            reserved[place] += cart.preview.credit_applied.amount_minor
    return reserved


def orders(found: BillingFound) -> Iterator[str]:
    """An open order leases what it is about, a done one was paid, and money has one use (SUB-5, COL-8)."""
    for subscription in found.subscriptions.values():
        yield from _lease(subscription, found)
    for cart in found.carts.values():
        yield from _open_order(cart, found) if cart.is_open else _ended_order(cart, found)
    paid_with = Counter(each.paid_payment_id for each in found.carts.values())
    for payment in found.payments.values():
        who, is_credited = payment.payment_id, payment.payment_id in found.credited
        if payment.cart_id not in found.carts:
            yield f"{who} pays the order {payment.cart_id}, which is not there"
        if (payment.capture is not None) is not (payment.status in _MONEY_CAME):
            yield f"{who} is {payment.status} {'with' if payment.capture else 'without'} a capture"
        goes_back = payment.refund_id is not None
        if payment.capture is not None and paid_with[who] + is_credited + goes_back != 1:
            yield f"the money of {who} paid {paid_with[who]} orders" + (
                (", and is credit" if is_credited else "")
                + (", and goes back" if goes_back else "")
            )


def _lease(subscription: Subscription, found: BillingFound) -> Iterator[str]:
    who, cart_id = subscription.subscription_id, subscription.open_cart_id
    if cart_id is None:
        if subscription.status is SubscriptionStatus.PENDING:
            yield f"{who} is pending, and no order for it is open"
        return
    cart = found.carts.get(cart_id)
    if cart is None or not cart.is_open:
        yield f"{who} is leased by {cart_id}, which is no open order"
    elif who not in {each.subscription_id for each in cart.preview.touched}:
        yield f"{who} is leased by {cart_id}, which is not about it"


def _open_order(cart: Cart, found: BillingFound) -> Iterator[str]:
    who = cart.cart_id
    for each in cart.preview.touched:
        subscription = found.subscriptions.get(each.subscription_id)
        if subscription is None or subscription.open_cart_id != who:
            yield f"{who} is open, and does not lease {each.subscription_id}"
    if not cart.preview.due_now:
        yield f"{who} is {cart.status}, and nothing is due"
    own = found.payments_of(cart)
    if cart.open_payment_id is not None and not any(
        each.payment_id == cart.open_payment_id and each.status in _LEASED for each in own
    ):
        yield f"{who} leases the payment {cart.open_payment_id}, which is no open one of its own"
    if cart.status is CartStatus.PROCESSING and not any(each.status in _UNKNOWN for each in own):
        yield f"{who} is processing, and none of its payments is"


def _ended_order(cart: Cart, found: BillingFound) -> Iterator[str]:
    who, due, paid_by = cart.cart_id, cart.preview.due_now, cart.paid_payment_id
    if cart.open_payment_id is not None:
        yield f"{who} is {cart.status}, and leases the payment {cart.open_payment_id}"
    if cart.status is CartStatus.ABANDONED or not due:
        if paid_by is not None:
            yield f"{who} names the payment {paid_by}, and needs none"
        return
    payment = found.payments.get(paid_by or "")
    if payment is None or payment.cart_id != who:
        yield f"{who} owed {due}, and was paid by {paid_by}, which is not its own"
    elif (
        payment.status is not P.CAPTURED or payment.capture is None or payment.capture.amount != due
    ):
        came = payment.capture and payment.capture.amount
        yield f"{who} owed {due}, and {came} came by {paid_by}, which is {payment.status}"


def trials(found: BillingFound) -> Iterator[str]:
    """One trial per product, and each has its mark (SUB-19)."""
    for subscription in found.subscriptions.values():
        who = subscription.subscription_id
        if subscription.status is SubscriptionStatus.TRIALING and (
            found.tried.get(subscription.product_id) != who
        ):
            yield f"{who} is on trial, and {subscription.product_id} was not marked as tried by it"
    for product_id, who in sorted(found.tried.items()):
        tried = found.subscriptions.get(who)
        if tried is None or tried.product_id != product_id:
            yield f"{product_id} was tried by {who}, which is none of its subscriptions"


def previewed(history: History) -> Iterator[str]:
    """A done order billed exactly the lines of its preview, and what is to be paid for them (SUB-5)."""
    cart = history.value
    if not isinstance(cart, Cart):
        return
    billed = [each for entry in history.entries for each in maps(entry.get("lines"))]
    lines = [decode(BillableLine, each) for each in billed]
    wanted = list(cart.preview.now.all_lines) if cart.status is CartStatus.DONE else []
    if lines != wanted:
        yield f"is {cart.status} and billed {len(lines)} lines, which are not the {len(wanted)} previewed"
    preview = cart.preview
    signed = preview.due_now.amount_minor + preview.credit_applied.amount_minor
    if signed - preview.credit_given.amount_minor != preview.now.total_minor:
        yield f"was previewed as {preview.now.total_minor}, and splits into other amounts"
