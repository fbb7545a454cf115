"""What a provider's answer about a charge means: one decision behind all who ask (COL-3, COL-4, INV-5)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from guichet.collection.charge_ports import Aggregate, PointToCharge, Step
from guichet.collection.declines import Declines, Tried
from guichet.collection.policy import CollectionPolicy
from guichet.collection.stored import StoredMethod
from guichet.events import Event
from guichet.invoices.invoice import Invoice, InvoiceStatus
from guichet.ledger.journal import Change
from guichet.ledger.postings import (
    Posting,
    payment_postings,
    payment_returned_postings,
    payment_to_credit_postings,
    return_fee_postings,
)
from guichet.money import Money
from guichet.payments.attempt import Capture
from guichet.payments.invoice_payment import ChargeStatus, InvoicePayment
from guichet.payments.schedule import ALARM_AFTER, asked_once_more
from guichet.payments.stored_method import ChargeReport, ChargeState
from guichet.subscriptions.balance import AccountBalance, OpenBill

S = ChargeStatus


@dataclass(frozen=True, slots=True)
class Situation:
    """A charge with everything that its outcome depends on."""

    payment: InvoicePayment
    invoice: Invoice
    balance: AccountBalance
    declines: Declines
    method: StoredMethod | None
    policy: CollectionPolicy
    now: datetime

    @property
    def holds_lease(self) -> bool:
        return self.invoice.open_payment_id == self.payment.payment_id


@dataclass(frozen=True, slots=True)
class Decision:
    """What to write. Nothing at all where nothing changes."""

    changes: tuple[Change[Aggregate], ...] = ()
    steps: tuple[Step, ...] = ()


def decided(situation: Situation, report: ChargeReport) -> Decision:
    """The write that an answer asks for. Older answers than what is known change nothing."""
    payment = situation.payment
    match report.state:
        case ChargeState.PAID if report.capture is not None:
            decision = _paid(situation, report, report.capture)
        case ChargeState.RETURNED:
            decision = _returned(situation, report)
        case ChargeState.PROCESSING if payment.holds:
            decision = _waiting(situation, report, S.PROCESSING)
        case ChargeState.REQUIRES_ACTION if payment.holds:
            decision = _waiting(situation, report, S.REQUIRES_ACTION)
        case ChargeState.DECLINED if payment.holds:
            decision = _declined(situation, report)
        case ChargeState.CANCELED | ChargeState.ABSENT if payment.holds:
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


def _bumped[T: (InvoicePayment, Invoice, AccountBalance, Declines, StoredMethod)](value: T) -> T:
    return replace(value, version=value.version + 1)


def _moved(situation: Situation, status: ChargeStatus, report: ChargeReport) -> InvoicePayment:
    payment = situation.payment
    return replace(
        payment.transition_to(status),
        provider_charge_id=report.charge_id or payment.provider_charge_id,
        asked_count=0,
        asked_from=situation.now,
    )


def _facts(payment: InvoicePayment, **more: str) -> dict[str, str | int | None]:
    return {
        "account_id": payment.account_id,
        "payment_id": payment.payment_id,
        "invoice_id": payment.invoice_id,
        "amount_minor": payment.amount.amount_minor,
        "currency": payment.amount.currency,
        **more,
    }


def _paid(situation: Situation, report: ChargeReport, capture: Capture) -> Decision:
    payment, invoice = situation.payment, situation.invoice
    if payment.status in {S.CAPTURED, S.MISMATCHED, S.RETURNED}:
        return Decision()
    differences = payment.mismatches(capture)
    wanted = situation.holds_lease and payment.amount.amount_minor <= invoice.open_minor
    if differences or not wanted:
        return _credited(situation, report, capture, ",".join(differences) or "not_wanted")
    done = replace(_moved(situation, S.CAPTURED, report), capture=capture, ended_at=situation.now)
    paid = invoice.collected(capture.amount.amount_minor).unleased()
    balance = situation.balance.leased(invoice.invoice_id, is_leased=False).paid(
        invoice.invoice_id, capture.amount.amount_minor
    )
    events = [Event("invoice.payment_collected", _facts(payment))]
    if paid.status is InvoiceStatus.PAID:
        events.append(Event("invoice.paid", _facts(payment)))
    changes: tuple[Change[Aggregate], ...] = (
        Change(
            payment,
            _bumped(done),
            (Event("invoice_payment.captured", _facts(payment)),),
            payment_postings(capture.amount, capture.provider_fee),
            ("billing_payment_received",),
            book=payment.selling_entity,
        ),
        Change(invoice, _bumped(paid), tuple(events)),
        _balance_change(situation.balance, balance),
        *_not_declined(situation),
    )
    return Decision(changes)


def _credited(
    situation: Situation, report: ChargeReport, capture: Capture, reason: str
) -> Decision:
    """Money that the invoice does not take is the account's credit, and a person is told (COL-8)."""
    payment = situation.payment
    is_mismatch = bool(payment.mismatches(capture))
    status = S.MISMATCHED if is_mismatch else S.CAPTURED
    done = replace(_moved(situation, status, report), capture=capture, ended_at=situation.now)
    balance = situation.balance
    if capture.amount.currency == balance.currency:
        balance = balance.credited(capture.amount)
    told = Event("invoice_payment.credited", _facts(payment, reason=reason))
    change = Change[Aggregate](
        payment,
        _bumped(done),
        (told,),
        payment_to_credit_postings(capture.amount, capture.provider_fee),
        book=payment.selling_entity,
    )
    return Decision((change, *_lease_ended(situation, balance), *_not_declined(situation)))


def _returned(situation: Situation, report: ChargeReport) -> Decision:
    """The bank took a paid debit back: what it had paid is owed again (INV-5, COL-10)."""
    payment, invoice = situation.payment, situation.invoice
    if payment.holds:
        return _returned_at_once(situation, report)
    if payment.status not in {S.CAPTURED, S.MISMATCHED} or payment.capture is None:
        return Decision()
    amount = payment.amount
    if payment.status is S.MISMATCHED or amount.amount_minor > invoice.paid_minor:
        return _credit_returned(situation, report, payment.capture.amount)
    back = _back(situation, report)
    events = (Event("invoice_payment.returned", _facts(payment)),)
    change = Change[Aggregate](
        payment,
        _bumped(back),
        events,
        _return_postings(amount, report),
        ("billing_payment_returned",),
        book=payment.selling_entity,
    )
    if invoice.due_on is None:
        raise ValueError("an invoice that was paid is due on a day")
    open_again = invoice.reopened(amount.amount_minor)
    owed = OpenBill(
        invoice.bill_on, invoice.due_on, amount.amount_minor, invoice.invoice_id, is_invoiced=True
    )
    return Decision(
        (
            change,
            Change[Aggregate](
                invoice, _bumped(open_again), (Event("invoice.reopened", _facts(payment)),)
            ),
            _balance_change(situation.balance, situation.balance.owes(owed)),
        )
    )


def _credit_returned(situation: Situation, report: ChargeReport, amount: Money) -> Decision:
    """What had become credit is gone: it may be spent, so a person decides what the customer owes."""
    payment = situation.payment
    change = Change[Aggregate](
        payment,
        _bumped(_back(situation, report)),
        (Event("invoice_payment.returned", _facts(payment, reason="was_credit")),),
        _return_postings(amount, report),
        book=payment.selling_entity,
    )
    return Decision((change,))


def _returned_at_once(situation: Situation, report: ChargeReport) -> Decision:
    """Paid and taken back between two questions: both are booked, and the invoice was never paid."""
    payment, capture = situation.payment, report.capture
    if capture is None:
        return _ended(situation, report)
    back = replace(_back(situation, report), capture=capture)
    change = Change[Aggregate](
        payment,
        _bumped(back),
        (Event("invoice_payment.returned", _facts(payment)),),
        (
            *payment_postings(capture.amount, capture.provider_fee),
            *_return_postings(capture.amount, report),
        ),
        ("billing_payment_returned",),
        book=payment.selling_entity,
    )
    return Decision(
        (change, *_lease_ended(situation, situation.balance), *_not_declined(situation))
    )


def _back(situation: Situation, report: ChargeReport) -> InvoicePayment:
    moved = _moved(situation, S.RETURNED, report)
    return replace(moved, return_fee=report.return_fee, ended_at=situation.now)


def _return_postings(amount: Money, report: ChargeReport) -> tuple[Posting, ...]:
    fee = () if report.return_fee is None else return_fee_postings(report.return_fee)
    return (*payment_returned_postings(amount), *fee)


def _waiting(situation: Situation, report: ChargeReport, status: ChargeStatus) -> Decision:
    """The lease stays: a debit is settled by the bank, an authentication by the customer (COL-4)."""
    payment = situation.payment
    if payment.status is status:
        count = asked_once_more(
            payment.asked_from or payment.started_at, payment.asked_count, situation.now
        )
        return Decision((Change(payment, _bumped(replace(payment, asked_count=count))),))
    moved = _moved(situation, status, report)
    mails: tuple[str, ...] = ()
    if status is S.REQUIRES_ACTION:
        moved = replace(moved, action_since=situation.now)
        mails = ("billing_payment_action",)
    event = Event(f"invoice_payment.{status}", _facts(payment))
    change = Change[Aggregate](payment, _bumped(moved), (event,), mails=mails)
    return Decision((change, *_not_declined(situation)))


def _declined(situation: Situation, report: ChargeReport) -> Decision:
    """Recorded with the moment of the next try; one that can never succeed stops the method (COL-3)."""
    payment, now = situation.payment, situation.now
    over = replace(
        _moved(situation, S.DECLINED, report),
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
    told = _facts(
        payment,
        decline_code=report.decline_code,
        next_try_at=next_try.isoformat() if next_try else "",
    )
    changes: list[Change[Aggregate]] = [
        Change(
            payment,
            _bumped(over),
            (Event("invoice_payment.declined", told),),
            mails=("billing_payment_declined",),
        ),
        *_lease_ended(situation, situation.balance, next_try_at=next_try),
        _declines_change(situation.declines, declines),
    ]
    method = situation.method
    if report.is_final and method is not None and method.stopped_at is None:
        stopped = _bumped(method.stopped(now))
        event = Event("payment_method.stopped", {"method_id": method.method_id})
        changes.append(Change(method, stopped, (event,)))
    return Decision(tuple(changes))


def _ended(situation: Situation, report: ChargeReport) -> Decision:
    """Nothing was taken, and nothing will be. What never reached the provider is tried anew."""
    over = replace(_moved(situation, S.CANCELED, report), ended_at=situation.now)
    event = Event("invoice_payment.canceled", _facts(situation.payment))
    change = Change[Aggregate](situation.payment, _bumped(over), (event,))
    again = situation.now if report.state is ChargeState.ABSENT else None
    ended = _lease_ended(situation, situation.balance, collect_at=again)
    return Decision((change, *ended, *_not_declined(situation)))


def unanswered(situation: Situation) -> Decision:
    """Nobody says what became of it: it is unknown, and holds its lease."""
    payment = situation.payment
    since = payment.asked_from or payment.started_at
    count = asked_once_more(since, payment.asked_count, situation.now)
    overdue = payment.status is S.CREATED and situation.now >= payment.started_at + ALARM_AFTER
    events = (Event("invoice_payment.unknown_for_long", _facts(payment)),) if overdue else ()
    noted = _bumped(replace(payment, asked_count=count))
    return Decision((Change[Aggregate](payment, noted, events),))


def parked(situation: Situation) -> Decision:
    """It was sent, and its account refuses to be asked: a person is told, and it is asked about on."""
    payment = situation.payment
    since = payment.asked_from or payment.started_at
    count = asked_once_more(since, payment.asked_count, situation.now)
    moved = _bumped(replace(payment.transition_to(S.PARKED), asked_count=count))
    event = Event("invoice_payment.parked", _facts(payment))
    return Decision((Change[Aggregate](payment, moved, (event,)),))


def _lease_ended(
    situation: Situation,
    balance: AccountBalance,
    *,
    next_try_at: datetime | None = None,
    collect_at: datetime | None = None,
) -> tuple[Change[Aggregate], ...]:
    invoice = situation.invoice
    changes: list[Change[Aggregate]] = []
    after = balance
    if situation.holds_lease:
        free = replace(invoice.unleased(), next_try_at=next_try_at, collect_at=collect_at)
        changes.append(Change(invoice, _bumped(free), (Event("invoice.not_collected"),)))
        after = balance.leased(invoice.invoice_id, is_leased=False)
    if after != situation.balance:
        changes.append(_balance_change(situation.balance, after))
    return tuple(changes)


def _not_declined(situation: Situation) -> tuple[Change[Aggregate], ...]:
    """Successes, authentication and what never arrived do not count (COL-3)."""
    after = situation.declines.not_declined(situation.payment.payment_id)
    return () if after == situation.declines else (_declines_change(situation.declines, after),)


def _declines_change(before: Declines, after: Declines) -> Change[Aggregate]:
    return Change[Aggregate](before if before.version else None, _bumped(after))


def _balance_change(before: AccountBalance, after: AccountBalance) -> Change[Aggregate]:
    return Change[Aggregate](
        before if before.version else None, _bumped(after), book=after.selling_entity
    )
