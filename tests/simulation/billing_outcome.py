"""How an account's orders, subscriptions, seats, credit and bills stand: what two runs are compared by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass

from guichet.adapters.dynamo import items, own_refund_items
from guichet.adapters.dynamo.charge_store import read_invoice_payment
from guichet.adapters.dynamo.seam import Item
from guichet.collection.declines import Declines
from guichet.invoices.invoice import Invoice
from guichet.payments.cart_payment import CartPayment
from guichet.payments.invoice_payment import InvoicePayment
from guichet.registration.provider_event import ProviderEvent
from guichet.subscriptions.balance import AccountBalance
from guichet.subscriptions.cart import Cart
from guichet.subscriptions.seats import SeatAssignment
from guichet.subscriptions.subscription import Subscription
from tests.support.billing import Billing
from tests.support.world import World


@dataclass(frozen=True, slots=True)
class Outcome:
    """What matters to the account and the operator; neither versions nor moments, nor attempts."""

    subscriptions: Mapping[str, Hashable]
    orders: Mapping[str, Hashable]
    balances: Mapping[str, Hashable]
    seats: Mapping[str, Hashable]
    lines: Counter[Hashable]
    captured_minor: int  # by the providers' own books
    invoices: Mapping[str, Hashable]  # of the runs and orders, and by hand: but for their numbers
    charges: Counter[Hashable]  # what attempts came to, but for those that took nothing
    refunds: Counter[Hashable]


def outcome_of(billing: Billing) -> Outcome:
    found = Found(billing.world)
    return Outcome(
        {each.subscription_id: _subscription(each) for each in found.subscriptions},
        {
            each.cart_id: (each.status, each.preview.due_now, each.preview.credit_applied)
            for each in found.carts
        },
        {
            f"{each.account_id} {each.selling_entity} {each.currency}": (
                each.credit_minor,
                each.reserved_minor,
                each.bills,
            )
            for each in found.balances
        },
        {each.seat_id: (each.email, each.status) for each in found.seats},
        Counter(line for entry in billing.world.journal() for line in entry.lines),
        captured_minor(billing.world),
        {each.invoice_id: _invoice(each) for each in found.invoices},
        Counter(_charge(each) for each in found.charges if each.capture or each.decline_code),
        Counter((each.status, each.amount, each.reason) for each in found.refunds),
    )


def _invoice(found: Invoice) -> Hashable:
    return (
        (found.kind, found.status, found.total_minor, found.tax_minor, found.paid_minor),
        (found.credit_applied_minor, found.offset_minor, found.noted_minor, found.refers_to),
        (found.issued_on, found.due_on, found.cart_id, found.is_collected),
    )


def _charge(found: InvoicePayment) -> Hashable:
    return (
        (found.status, found.invoice_id, found.method_id, found.amount, found.decline_code),
        found.has_paid,
    )


def _subscription(found: Subscription) -> Hashable:
    ends_on = found.cancellation.ends_on if found.cancellation else None
    return (
        (found.status, found.terms, found.next_terms, found.period, found.billing_start),
        (ends_on, found.ended_on, found.deletion_on, found.trial_ends_on),
        (found.usage_billed_to, found.open_cart_id),
    )


def captured_minor(world: World) -> int:
    """What came at both providers into the operator's own accounts, before their fees and refunds."""
    return sum(book["customer_paid"] for book in _own_books(world))


def refunded_minor(world: World) -> int:
    """What of it went back, by the providers' own books."""
    return sum(book["refunded"] for book in _own_books(world))


def _own_books(world: World) -> list[Mapping[str, int]]:
    books = (world.stripe.books()["own"], world.paypal.books()["own"])
    return [book for own in books for book in own.values()]


class Found:
    """The stored things of billing, by kind."""

    def __init__(self, world: World) -> None:
        state = world.state()
        self.subscriptions = _all(Subscription, state, "SUBSCRIPTION")
        self.carts = _all(Cart, state, "CART")
        self.balances = _all(AccountBalance, state, "BALANCE")
        self.payments = _all(CartPayment, state, "CART_PAYMENT")
        self.events = _all(ProviderEvent, state, "INBOX")
        self.seats = _all(SeatAssignment, state, "SEAT")
        self.invoices = _all(Invoice, state, "INVOICE")
        self.declines = _all(Declines, state, "DECLINES")
        charges = [item for item in state if item["sk"] == "INVOICE_PAYMENT"]
        self.charges = [each for item in charges if (each := read_invoice_payment(item))]
        given_back = [item for item in state if item["sk"] == "OWN_REFUND"]
        self.refunds = [found for item in given_back if (found := own_refund_items.read(item))]


def _all[T](kind: type[T], state: list[Item], sort: str) -> list[T]:
    chosen = [item for item in state if str(item["sk"]).partition("#")[0] == sort]
    return [found for item in chosen if (found := items.read(kind, item))]
