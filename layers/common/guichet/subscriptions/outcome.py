"""What a provider's answer means to an order: one decision behind all who ask (SUB-5)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from guichet.events import Event
from guichet.ledger.journal import Change
from guichet.ledger.postings import payment_postings, payment_to_credit_postings
from guichet.ledger.refund_postings import payment_to_refund_postings
from guichet.money import Money
from guichet.payments.attempt import Capture, PaymentStatus
from guichet.payments.cart_payment import CartPayment
from guichet.payments.own_refund import OwnRefundReason, own_refund, requested
from guichet.payments.ports import PaymentProvider, SessionReport, SessionState
from guichet.payments.schedule import ALARM_AFTER, asked_once_more, next_question_at
from guichet.subscriptions.balance import AccountBalance
from guichet.subscriptions.carrying_out import carried_out, given_up
from guichet.subscriptions.cart import Cart, CartStatus
from guichet.subscriptions.crediting import credit_to
from guichet.subscriptions.ports import Aggregate
from guichet.subscriptions.previewing import Plan
from guichet.subscriptions.subscription import Subscription
from guichet.subscriptions.writing import Decision, bumped


@dataclass(frozen=True, slots=True)
class Situation:
    """A payment with everything that its outcome depends on."""

    payment: CartPayment
    cart: Cart
    balance: AccountBalance  # with the order's selling entity, in its currency
    subscriptions: tuple[Subscription, ...]  # of an open order
    now: datetime

    @property
    def holds_lease(self) -> bool:
        return self.cart.open_payment_id == self.payment.payment_id

    @property
    def has_newer_page(self) -> bool:
        """Whether the buyer could still pay on another page than this one (BAD-1)."""
        others = self.cart.open_payment_id not in {None, self.payment.payment_id}
        return self.cart.is_open and others

    @property
    def is_wanted(self) -> bool:
        """Whether an intent whose capture never reached the provider is still meant."""
        return self.cart.is_open and self.holds_lease


def decide(situation: Situation, report: SessionReport) -> Decision:
    """The write that an answer without money asks for. Older answers than what is known change nothing."""
    if situation.payment.is_final:
        return Decision()
    status = situation.payment.status
    is_capturing = status is PaymentStatus.CAPTURING
    match report.state:
        case SessionState.PROCESSING:
            return _processing(situation, report.capture_id)
        case SessionState.DECLINED if is_capturing:
            return _declined(situation)
        case SessionState.DENIED if status is not PaymentStatus.EXPIRED:
            return denied(situation)
        case SessionState.ENDED if status is PaymentStatus.OPEN or is_capturing:
            return ended(situation)
        case _:
            return Decision()


def paid(situation: Situation, capture: Capture, plan: Plan) -> Decision:
    """The money arrived as it was asked for: the order is carried out with it (SUB-6, BAD-2)."""
    payment = situation.payment
    done = situation.cart.done(situation.now, payment.payment_id)
    decision = carried_out(situation.cart, done, plan, situation.balance)
    captured = Change[Aggregate](
        payment,
        bumped(payment.captured(capture)),
        (Event("cart_payment.captured"),),
        payment_postings(capture.amount, capture.provider_fee),
        book=payment.selling_entity,
    )
    return Decision((captured, *decision.changes), decision.steps)


def credited(situation: Situation, capture: Capture, balance: AccountBalance) -> Decision:
    """Money that is not what was asked for is the account's credit, and a person is told.

    An order that waited for it is given up, so that nothing is paid twice.
    """
    payment, cart = situation.payment, situation.cart
    taken = payment.captured(capture)
    differences = ",".join(payment.mismatches(capture))
    told = _about(payment, "cart_payment.credited", reason="mismatched", differences=differences)
    captured = Change[Aggregate](
        payment,
        bumped(taken),
        (told,),
        payment_to_credit_postings(capture.amount, capture.provider_fee),
        book=payment.selling_entity,
    )
    if cart.is_open and situation.holds_lease:
        same_balance = balance.currency == situation.balance.currency
        given = given_up(
            cart,
            situation.subscriptions,
            situation.balance,
            at=situation.now,
            note="paid_otherwise",
            credited=capture.amount if same_balance else None,
        )
        other = () if same_balance else credit_to(balance, capture.amount)
        return Decision((captured, *given.changes, *other), given.steps)
    return Decision((captured, *credit_to(balance, capture.amount)))


def not_taken(
    situation: Situation,
    capture: Capture,
    reason: OwnRefundReason,
    code: str,
    provider: PaymentProvider,
) -> Decision:
    """Money that no order takes goes back to where it came from, and is reported (COL-8, BAD-16).

    It came twice, or too late, or for what can't be carried out any more: then its order is given up
    without effect (SUB-5).

    Args:
        situation: the payment's.
        capture: as it was asked for.
        reason: why no order takes it.
        code: of the refusal to carry the order out; else the reason again.
        provider: who makes the exact bytes of the refund.
    """
    payment, cart = situation.payment, situation.cart
    refund = own_refund(payment, capture, reason, provider=provider, at=situation.now)
    taken = replace(payment.captured(capture), refund_id=refund.refund_id)
    captured = Change[Aggregate](
        payment,
        bumped(taken),
        (_about(payment, "cart_payment.not_taken", reason=code, **_sum(capture.amount)),),
        payment_to_refund_postings(capture.amount, capture.provider_fee),
        book=payment.selling_entity,
    )
    intent = Change[Aggregate](None, refund, (requested(refund),))
    if not cart.is_open or not situation.holds_lease:
        return Decision((captured, intent))
    given = given_up(
        cart,
        situation.subscriptions,
        situation.balance,
        at=situation.now,
        note="paid_otherwise",
    )
    return Decision((captured, intent, *given.changes), given.steps)


def _processing(situation: Situation, capture_id: str | None) -> Decision:
    payment = situation.payment
    if payment.status is PaymentStatus.PROCESSING:
        if situation.now < next_question_at(payment.started_at, payment.asked_count):
            return Decision()  # asked out of turn: that must not put off the next question
        count = asked_once_more(payment.started_at, payment.asked_count, situation.now)
        return Decision((Change(payment, bumped(replace(payment, asked_count=count))),))
    moved = replace(
        payment.transition_to(PaymentStatus.PROCESSING),
        started_at=situation.now,
        pending_capture_id=capture_id,
        asked_count=0,
    )
    change = Change[Aggregate](payment, bumped(moved), (Event("cart_payment.processing"),))
    return Decision((change, *_to_processing(situation)))


def _to_processing(situation: Situation) -> tuple[Change[Aggregate], ...]:
    """What is unknown or unsettled keeps the order, its leases and its credit."""
    cart = situation.cart
    if cart.status is not CartStatus.PENDING or not situation.holds_lease:
        return ()
    return (Change[Aggregate](cart, bumped(cart.processing()), (Event("cart.processing"),)),)


def denied(situation: Situation) -> Decision:
    """Nothing was taken, and nothing will be: by the provider's word, or a person's."""
    failed = bumped(situation.payment.transition_to(PaymentStatus.FAILED))
    change = Change[Aggregate](situation.payment, failed, (Event("cart_payment.failed"),))
    return Decision((change, *_may_be_paid_again(situation)))


def _may_be_paid_again(situation: Situation) -> tuple[Change[Aggregate], ...]:
    """Nothing changed; another attempt may be made. Who had left is told by mail."""
    cart = situation.cart
    if not cart.is_open or not situation.holds_lease:
        return ()
    had_left = cart.status is CartStatus.PROCESSING
    mails = ("billing_payment_failed",) if had_left else ()
    return (Change[Aggregate](cart, bumped(cart.denied()), (Event("cart.unpaid"),), mails=mails),)


def ended(situation: Situation) -> Decision:
    """Nothing was paid on the page, and nothing will be."""
    over = bumped(situation.payment.transition_to(PaymentStatus.EXPIRED))
    change = Change[Aggregate](situation.payment, over, (Event("cart_payment.expired"),))
    return Decision((change, *_may_be_paid_again(situation)))


def abandoned(situation: Situation) -> Decision:
    """A page that reached nobody, that only we could capture, or that was turned from."""
    over = bumped(situation.payment.abandoned())
    change = Change[Aggregate](situation.payment, over, (Event("cart_payment.abandoned"),))
    return Decision((change, *_may_be_paid_again(situation)))


def _declined(situation: Situation) -> Decision:
    """What the buyer paid with was declined: the same page takes another one."""
    if not situation.is_wanted:
        payment = bumped(situation.payment.transition_to(PaymentStatus.EXPIRED).call_lost())
        event = Event("cart_payment.declined")
        return Decision((Change(situation.payment, payment, (event,)),))
    if situation.cart.status is not CartStatus.PENDING:
        return denied(situation)
    opened = situation.payment.transition_to(PaymentStatus.OPEN)
    payment = bumped(replace(opened, calling_since=None))
    return Decision((Change(situation.payment, payment, (Event("cart_payment.declined"),)),))


def to_capture(situation: Situation) -> Decision:
    """The intent to take the money of an approved page; nothing where nobody wants it taken.

    Only the page that holds the lease is captured, or one that nobody has replaced.
    """
    payment, cart = situation.payment, situation.cart
    waits = cart.status is CartStatus.PENDING
    if payment.status is PaymentStatus.OPEN:
        wanted = waits and situation.holds_lease
    else:
        is_over = payment.status is PaymentStatus.EXPIRED
        wanted = is_over and waits and cart.open_payment_id is None
    if not wanted or payment.rests(situation.now):
        return Decision()
    intent = bumped(payment.capturing(situation.now))
    changes: tuple[Change[Aggregate], ...] = (
        Change(payment, intent, (Event("cart_payment.capturing"),)),
    )
    if not situation.holds_lease:
        leased = bumped(cart.leasing_again(payment.payment_id))
        changes = (*changes, Change[Aggregate](cart, leased))
    return Decision(changes)


def sent_again(situation: Situation) -> Decision:
    """An earlier intent is carried out once more: by one worker, and nobody ends it meanwhile."""
    again = bumped(situation.payment.capturing_again(situation.now))
    return Decision((Change(situation.payment, again),))


def unanswered(situation: Situation) -> Decision:
    """Nobody says what became of a capture that was sent: unknown, and the order waits."""
    payment = situation.payment
    count = asked_once_more(payment.started_at, payment.asked_count, situation.now)
    overdue = situation.now >= payment.started_at + ALARM_AFTER
    events = (_about(payment, "cart_payment.unknown_for_long"),) if overdue else ()
    noted = bumped(replace(payment, asked_count=count, calling_since=None))
    return Decision((Change[Aggregate](payment, noted, events), *_to_processing(situation)))


def stuck(situation: Situation, defect: str) -> Decision:
    """The money is there, and a defect of ours stops the order: a person is told, once.

    It is tried again at its next moment, not each minute.
    """
    payment, now = situation.payment, situation.now
    count = payment.asked_count
    if next_question_at(payment.started_at, count) <= now:
        count = asked_once_more(payment.started_at, count, now)
    noted = replace(payment, stuck_since=payment.stuck_since or now, asked_count=count)
    if noted == payment:
        return Decision()
    is_new = payment.stuck_since is None
    told = (_about(payment, "cart_payment.stuck", defect=defect),) if is_new else ()
    return Decision((Change[Aggregate](payment, bumped(noted), told),))


def parked(situation: Situation) -> Decision:
    """A capture was sent, and its account can't be asked any more: a person decides."""
    payment = bumped(situation.payment.transition_to(PaymentStatus.PARKED))
    told = (_about(payment, "cart_payment.parked"),)
    change = Change[Aggregate](situation.payment, payment, told)
    return Decision((change, *_to_processing(situation)))


def _sum(amount: Money) -> dict[str, str | int]:
    return {"amount_minor": amount.amount_minor, "currency": amount.currency}


def _about(payment: CartPayment, name: str, **more: str | int) -> Event:
    """An event that a person may have to act upon."""
    ids = {
        "account_id": payment.account_id,
        "payment_id": payment.payment_id,
        "cart_id": payment.cart_id,
        **more,
    }
    return Event(name, ids)
