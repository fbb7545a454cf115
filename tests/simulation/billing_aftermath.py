"""What must hold when a story of an account that buys is over, whatever died or got lost in it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from guichet.adapters.dynamo.keys import aggregate_of
from guichet.entry.relaying import ALARMS
from guichet.ledger.billable import BillableLine
from guichet.ledger.postings import LedgerAccount, balances
from guichet.payments.attempt import PaymentStatus
from guichet.payments.invoice_payment import ACTION_LASTS, ChargeStatus, InvoicePayment
from guichet.payments.own_refund import OwnRefundStatus
from guichet.registration.outbox import BillingMail
from guichet.registration.provider_event import EventStatus
from guichet.subscriptions.cart import CartStatus
from guichet.subscriptions.subscription import SubscriptionStatus
from tests.simulation.aftermath import assert_mails
from tests.simulation.billing_flow import MAY_HAPPEN, BillingFlow, undisturbed
from tests.simulation.billing_life import BillingLife
from tests.simulation.billing_outcome import Found, captured_minor, outcome_of, refunded_minor
from tests.simulation.customers import Customers
from tests.simulation.invoice_aftermath import assert_invoices_are_well
from tests.simulation.processes import Processes
from tests.support.verified import assert_verified
from tests.support.world import World

_WAITING: Final = ("SUBSCRIPTION", "INVOICE", "COLLECTION")  # also INVOICE_PAYMENT
_UNTIL_CERTAIN: Final = timedelta(days=2)  # that a provider never received a charge
_ENDED: Final = frozenset(
    {
        PaymentStatus.CAPTURED,
        PaymentStatus.MISMATCHED,
        PaymentStatus.FAILED,
        PaymentStatus.EXPIRED,
        PaymentStatus.ABANDONED,
    }
)

# They tell how things are by then; what became of an order, and money that came, is always told.
_MAY_BE_OVER: Final = frozenset(BillingMail) - {
    BillingMail.ORDER_CONFIRMED,
    BillingMail.ORDER_ABANDONED,
    BillingMail.PAYMENT_RECORDED,
}


def assert_billing_is_well(
    story: Customers,
    flow: BillingFlow | None = None,
    *,
    alarms: frozenset[str] = frozenset(),
) -> None:
    """Books, orders, credit, lines, mails, due work (MON-4, SUB-5, COL-8, BAD-2, BAD-5, BAD-9, BAD-12).

    Whoever got an answer to everything is where they would be had nothing gone wrong.
    """
    life, billing = story.life, story.billing
    found = Found(life.world)
    assert_books_are_the_providers(life.world)
    assert_verified(life.world.dynamo, life.world.clock.now())
    _assert_nothing_is_left(life, found)
    _assert_money_has_its_place(life.world, found)
    _assert_billed_as_previewed(life.world, found)
    _assert_billed_once(life.world)
    assert_invoices_are_well(life.world, found)
    assert_mails(life, may_be_over=_MAY_BE_OVER)
    _assert_alarms(life, alarms if flow is None else flow.alarms)
    if flow is not None and not life.gone and not (life.lost.day and flow.is_timed):
        ended = {name: order_status(story, name) for name in flow.ends}
        assert ended in (flow.ends, {**flow.ends, **flow.or_ends})
        if ended == flow.ends and not life.lost.day and not flow.is_open:
            assert outcome_of(billing) == undisturbed(flow)[1]


def order_status(story: Customers, name: str) -> str | None:
    order = story.placed.get(name)
    return None if order is None else str(story.billing.cart(order.cart_id).status)


def assert_books_are_the_providers(world: World) -> None:
    """Of the entity's own accounts: what lies there, and the fees that were taken (MON-4)."""
    postings = [
        posting for entry in world.journal() if entry.book is not None for posting in entry.postings
    ]
    ours = Counter(balances(postings))
    at_stripe, at_paypal = world.stripe.books()["own"], world.paypal.books()["own"]
    for currency in {*at_stripe, *at_paypal, *(code for _, code in ours)}:
        stripe, paypal = at_stripe.get(currency, {}), at_paypal.get(currency, {})
        lies_there = stripe.get("provider_balance", 0) + paypal.get("provider_balance", 0)
        fees = stripe.get("stripe_fees", 0) + paypal.get("paypal_fees", 0)
        fees += stripe.get("dispute_fees", 0)  # of a debit that was taken back
        assert ours[LedgerAccount.ENTITY_BALANCE, currency] == lies_there
        assert ours[LedgerAccount.PROVIDER_FEE, currency] == fees
    assert sum(ours.values()) == 0


def assert_no_page_without_its_order(processes: Processes) -> None:
    """Only the page that an open order waits for can be paid at Stripe (BAD-1, BAD-16).

    PayPal's stays open, and our own record refuses to capture it. Nothing works unpaid (BAD-9).
    """
    world = processes.world
    found = Found(world)
    leases = {each.open_payment_id for each in found.carts}
    for payment in found.payments:
        if payment.session_id is None or payment.payment_id in leases:
            continue
        if payment.provider == "stripe":
            assert world.stripe.find(payment.session_id)["status"] != "open", payment
    paid = {each.cart_id for each in found.carts if each.status is CartStatus.DONE}
    for subscription in found.subscriptions:
        ordered = {
            each.cart_id
            for each in found.carts
            for touched in each.preview.touched
            if touched.subscription_id == subscription.subscription_id and not touched.version
        }
        if ordered and not ordered & paid:
            assert not subscription.has_access, subscription


def _assert_nothing_is_left(life: BillingLife, found: Found) -> None:
    state = life.world.state()
    now = life.world.clock.now().isoformat()
    due = [(str(each["due_key"]), str(each["due_at"])) for each in state if "due_key" in each]
    assert [each for each in due if not _may_wait(*each, now)] == []
    assert [item["pk"] for item in state if item["sk"] == "EFFECT" or "claimed_until" in item] == []
    assert [each for each in found.events if each.status is not EventStatus.APPLIED] == []
    assert [each for each in found.payments if each.status not in _ENDED] == []
    assert [each for each in found.charges if _is_stuck(each, life.world.clock.now())] == []
    assert [each for each in found.refunds if each.is_in_progress] == []
    assert [each for each in found.carts if each.is_open or each.open_payment_id] == []
    assert [each for each in found.balances if each.reserved_minor] == []
    assert [each for each in found.subscriptions if each.open_cart_id] == []
    pending = SubscriptionStatus.PENDING
    assert [each for each in found.subscriptions if each.status is pending] == []


def _is_stuck(charge: InvoicePayment, now: datetime) -> bool:
    """Held for longer than any answer takes: but for a debit, of which the bank alone can tell (BAD-8)."""
    lasts = ACTION_LASTS if charge.status is ChargeStatus.REQUIRES_ACTION else _UNTIL_CERTAIN
    may_hold = charge.status is ChargeStatus.PROCESSING or now < charge.started_at + lasts
    return charge.holds and not may_hold


def _may_wait(due_key: str, due_at: str, now: str) -> bool:
    """A next period, a bill whose day has not come, a charge that is tried or asked about later."""
    return due_at > now and any(kind in due_key.upper() for kind in _WAITING)


def _assert_money_has_its_place(world: World, found: Found) -> None:
    """What was captured paid one order each, or went back; no order was paid twice (COL-8)."""
    done = [each for each in found.carts if each.status is CartStatus.DONE]
    paid_by = Counter(each.paid_payment_id for each in done if each.paid_payment_id)
    assert max(paid_by.values(), default=0) <= 1
    orders = sum(each.preview.due_now.amount_minor for each in done)
    captures = {each.payment_id: each for each in found.payments if each.capture is not None}
    not_taken = 0
    for payment in captures.values():
        assert payment.capture is not None
        if payment.payment_id not in paid_by:
            not_taken += payment.capture.amount.amount_minor
    collected = sum(each.capture.amount.amount_minor for each in found.charges if each.capture)
    assert captured_minor(world) == orders + not_taken + collected
    names = Counter(name for name in _events(world, "cart_payment.not_taken"))
    assert set(names) == {f"cart_payment/{each}" for each in captures if each not in paid_by}
    assert max(names.values(), default=0) <= 1
    _assert_given_back_once(world, found)


def _assert_given_back_once(world: World, found: Found) -> None:
    """By the providers' own books: what nothing took went back, unless it is credit (COL-8)."""
    without_place = {each.payment_id for each in found.payments if each.refund_id is not None}
    without_place |= {each.payment_id for each in found.charges if each.refund_id is not None}
    assert {each.payment_id for each in found.refunds} == without_place
    assert len(found.refunds) == len(without_place)
    back = [each for each in found.refunds if each.status is OwnRefundStatus.SUCCEEDED]
    assert refunded_minor(world) == sum(each.amount.amount_minor for each in back)


def _assert_billed_as_previewed(world: World, found: Found) -> None:
    """What an order put on bills is what its preview showed, to the line; else nothing (BAD-14)."""
    billed: defaultdict[str, list[BillableLine]] = defaultdict(list)
    for entry in world.journal():
        kind, _, identity = entry.aggregate.partition("/")
        if kind == "cart":
            billed[identity] += entry.lines
    for cart in found.carts:
        shown = cart.preview.now.lines if cart.status is CartStatus.DONE else ()
        assert billed[cart.cart_id] == list(shown), cart


def _assert_billed_once(world: World) -> None:
    """No line twice; no order carried out twice (BAD-2, BAD-12)."""
    lines = Counter(line for entry in world.journal() for line in entry.lines)
    assert [line for line, count in lines.items() if count > 1] == []
    done = Counter(_events(world, "cart.done"))
    assert max(done.values(), default=0) <= 1


def _events(world: World, name: str) -> Iterator[str]:
    for entry in world.journal():
        if any(event.name == name for event in entry.events):
            yield entry.aggregate


def _assert_alarms(life: BillingLife, alarms: frozenset[str]) -> None:
    """What waits for a person was told, and nobody was called for anything else."""
    told: defaultdict[str, set[str]] = defaultdict(set)
    for entry in life.world.dynamo.items("journal"):
        events = entry.get("events")
        assert isinstance(events, list)
        names = {str(each["name"]) for each in events if isinstance(each, dict)} & ALARMS.keys()
        told[aggregate_of(str(entry["pk"]))] |= names
    raised = set().union(*told.values())
    if not life.lost.messages:
        assert life.alarms == raised
    forgotten = {"cart_payment.parked"} if life.lost.day else set()  # orders don't outlive it
    assert raised <= MAY_HAPPEN | alarms | forgotten, raised
