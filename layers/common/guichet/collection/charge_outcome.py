"""What a provider's answer about a charge means: one decision behind all who ask (COL-3, COL-4, INV-5)."""

from __future__ import annotations

from dataclasses import replace

from guichet.collection.charge_ports import Aggregate, PointToCharge
from guichet.collection.charge_return import returned, returned_at_once
from guichet.collection.charge_writing import (
    Decision,
    Situation,
    balance_change,
    bumped,
    declines_change,
    facts_of,
    lease_ended,
    moved,
    not_declined,
)
from guichet.collection.declines import Tried
from guichet.events import Event
from guichet.invoices.invoice import InvoiceStatus
from guichet.ledger.journal import Change
from guichet.ledger.postings import payment_postings, payment_to_credit_postings
from guichet.ledger.refund_postings import payment_to_refund_postings
from guichet.payments.attempt import Capture
from guichet.payments.invoice_payment import ChargeStatus
from guichet.payments.own_refund import OwnRefundReason, own_refund, requested
from guichet.payments.schedule import ALARM_AFTER, asked_once_more
from guichet.payments.stored_method import ChargeReport, ChargeState

S = ChargeStatus


def decided(situation: Situation, report: ChargeReport) -> Decision:
    """The write that an answer asks for. Older answers than what is known change nothing."""
    payment = situation.payment
    match report.state:
        case ChargeState.PAID if report.capture is not None:
            decision = _paid(situation, report, report.capture)
        case ChargeState.RETURNED if payment.capture is not None:
            decision = returned(situation, report)
        case ChargeState.RETURNED if report.capture is not None:
            decision = returned_at_once(situation, report, report.capture)
        case ChargeState.PROCESSING if payment.holds:
            decision = _waiting(situation, report, S.PROCESSING)
        case ChargeState.REQUIRES_ACTION if payment.holds:
            decision = _waiting(situation, report, S.REQUIRES_ACTION)
        case ChargeState.DECLINED if payment.holds:
            decision = _declined(situation, report)
        case ChargeState.CANCELED | ChargeState.ABSENT | ChargeState.RETURNED if payment.holds:
            decision = _ended(situation, report)
        case _:
            return Decision()
    return _named(situation, report, decision)


def _named(situation: Situation, report: ChargeReport, decision: Decision) -> Decision:
    """With the provider's name of the charge, by which its events find it."""
    payment, name = situation.payment, report.charge_id
    if name is None or payment.provider_charge_id == name or not decision.changes:
        return decision
    point = PointToCharge(payment.token.provider, name, payment.payment_id)
    return replace(decision, steps=(*decision.steps, point))


def _paid(situation: Situation, report: ChargeReport, capture: Capture) -> Decision:
    """It pays the invoice, also late, while that is open for all of it; else it goes back (COL-8)."""
    payment, invoice, balance = situation.payment, situation.invoice, situation.balance
    if payment.status in {S.CAPTURED, S.MISMATCHED, S.RETURNED}:
        return Decision()
    differences = payment.mismatches(capture)
    if differences:
        return _credited(situation, report, capture, ",".join(differences))
    if not invoice.takes(capture.amount.amount_minor):
        return _not_taken(situation, report, capture)
    done = replace(moved(situation, S.CAPTURED, report), capture=capture, ended_at=situation.now)
    paid = invoice.collected(capture.amount.amount_minor)
    if situation.holds_lease:  # else another attempt is on its way, or none
        paid, balance = paid.unleased(), balance.leased(invoice.invoice_id, is_leased=False)
    balance = balance.paid(invoice.invoice_id, capture.amount.amount_minor)
    events = [Event("invoice.payment_collected", facts_of(payment))]
    if paid.status is InvoiceStatus.PAID:
        events.append(Event("invoice.paid", facts_of(payment)))
    changes: tuple[Change[Aggregate], ...] = (
        Change(
            payment,
            bumped(done),
            (Event("invoice_payment.captured", facts_of(payment)),),
            payment_postings(capture.amount, capture.provider_fee),
            ("billing_payment_received",),
            book=payment.selling_entity,
        ),
        Change(invoice, bumped(paid), tuple(events)),
        balance_change(situation.balance, balance),
        *not_declined(situation),
        *_soon_ended(situation),
    )
    return Decision(changes)


def _soon_ended(situation: Situation) -> tuple[Change[Aggregate], ...]:
    """Nobody has to answer their bank about what is paid: its next look, which ends it, is now."""
    beside = situation.beside
    if beside is None or beside.status is not S.REQUIRES_ACTION:
        return ()
    due = replace(beside, asked_from=situation.now, asked_count=0)
    return (Change[Aggregate](beside, bumped(due)),)


def _credited(
    situation: Situation, report: ChargeReport, capture: Capture, reason: str
) -> Decision:
    """Money that is not what was asked for is the account's credit, and a person is told."""
    payment = situation.payment
    done = replace(moved(situation, S.MISMATCHED, report), capture=capture, ended_at=situation.now)
    balance = situation.balance
    if capture.amount.currency == balance.currency:
        balance = balance.credited(capture.amount)
    told = Event("invoice_payment.credited", facts_of(payment, reason=reason))
    change = Change[Aggregate](
        payment,
        bumped(done),
        (told,),
        payment_to_credit_postings(capture.amount, capture.provider_fee),
        book=payment.selling_entity,
    )
    return Decision((change, *lease_ended(situation, balance), *not_declined(situation)))


def _not_taken(situation: Situation, report: ChargeReport, capture: Capture) -> Decision:
    """The invoice was paid otherwise, or is not owed: the money goes back to where it came from (COL-8)."""
    payment, now = situation.payment, situation.now
    was_paid = situation.invoice.status is InvoiceStatus.PAID
    reason = OwnRefundReason.PAID_TWICE if was_paid else OwnRefundReason.NOT_OWED
    refund = own_refund(payment, capture, reason, provider=situation.refunder(), at=now)
    done = replace(
        moved(situation, S.CAPTURED, report),
        capture=capture,
        refund_id=refund.refund_id,
        ended_at=now,
    )
    told = Event("invoice_payment.not_taken", facts_of(payment, reason=reason))
    change = Change[Aggregate](
        payment,
        bumped(done),
        (told,),
        payment_to_refund_postings(capture.amount, capture.provider_fee),
        book=payment.selling_entity,
    )
    intent = Change[Aggregate](None, refund, (requested(refund),))
    ended = lease_ended(situation, situation.balance)
    return Decision((change, intent, *ended, *not_declined(situation)))


def _waiting(situation: Situation, report: ChargeReport, status: ChargeStatus) -> Decision:
    """The lease stays: a debit is settled by the bank, an authentication by the customer (COL-4)."""
    payment = situation.payment
    if payment.status is status:
        count = asked_once_more(
            payment.asked_from or payment.started_at, payment.asked_count, situation.now
        )
        return Decision((Change(payment, bumped(replace(payment, asked_count=count))),))
    after = moved(situation, status, report)
    mails: tuple[str, ...] = ()
    if status is S.REQUIRES_ACTION:
        after = replace(after, action_since=situation.now)
        if situation.invoice.takes(
            payment.amount.amount_minor
        ):  # else it is ended at its next look
            mails = ("billing_payment_action",)
    event = Event(f"invoice_payment.{status}", facts_of(payment))
    change = Change[Aggregate](payment, bumped(after), (event,), mails=mails)
    return Decision((change, *not_declined(situation)))


def _declined(situation: Situation, report: ChargeReport) -> Decision:
    """Recorded with the moment of the next try; one that can never succeed stops the method (COL-3)."""
    payment, now = situation.payment, situation.now
    over = replace(
        moved(situation, S.DECLINED, report),
        decline_code=report.decline_code,
        is_final_decline=report.is_final,
        ended_at=now,
    )
    tried = Tried(payment.payment_id, payment.method_id, (payment.invoice_id,))
    declines = situation.declines.declined(tried, now, situation.policy)
    next_try = None
    if not report.is_final:
        ids = (payment.invoice_id,)
        next_try = declines.may_try(now, payment.method_id, ids, situation.policy)
    told = facts_of(
        payment,
        decline_code=report.decline_code,
        next_try_at=next_try.isoformat() if next_try else "",
    )
    changes: list[Change[Aggregate]] = [
        Change(
            payment,
            bumped(over),
            (Event("invoice_payment.declined", told),),
            mails=("billing_payment_declined",),
        ),
        *lease_ended(situation, situation.balance, next_try_at=next_try),
        declines_change(situation.declines, declines),
    ]
    method = situation.method
    if report.is_final and method is not None and method.stopped_at is None:
        stopped = bumped(method.stopped(now))
        event = Event("payment_method.stopped", {"method_id": method.method_id})
        changes.append(Change(method, stopped, (event,)))
    return Decision(tuple(changes))


def _ended(situation: Situation, report: ChargeReport) -> Decision:
    """Nothing was taken, and nothing will be. What never reached the provider is tried anew."""
    over = replace(moved(situation, S.CANCELED, report), ended_at=situation.now)
    event = Event("invoice_payment.canceled", facts_of(situation.payment))
    change = Change[Aggregate](situation.payment, bumped(over), (event,))
    again = situation.now if report.state is ChargeState.ABSENT else None
    ended = lease_ended(situation, situation.balance, collect_at=again)
    return Decision((change, *ended, *not_declined(situation)))


def unanswered(situation: Situation) -> Decision:
    """Nobody says what became of it: it is unknown, and holds its lease."""
    payment = situation.payment
    since = payment.asked_from or payment.started_at
    count = asked_once_more(since, payment.asked_count, situation.now)
    overdue = payment.status is S.CREATED and situation.now >= payment.started_at + ALARM_AFTER
    events = (Event("invoice_payment.unknown_for_long", facts_of(payment)),) if overdue else ()
    noted = bumped(replace(payment, asked_count=count))
    return Decision((Change[Aggregate](payment, noted, events),))


def parked(situation: Situation) -> Decision:
    """It was sent, and its account refuses to be asked: a person is told, and it is asked about on."""
    payment = situation.payment
    since = payment.asked_from or payment.started_at
    count = asked_once_more(since, payment.asked_count, situation.now)
    after = bumped(replace(payment.transition_to(S.PARKED), asked_count=count))
    event = Event("invoice_payment.parked", facts_of(payment))
    return Decision((Change[Aggregate](payment, after, (event,)),))
