"""What a bank takes back of what was paid: it is owed again, or a person decides (INV-5, COL-10)."""

from __future__ import annotations

from dataclasses import replace

from guichet.collection.charge_ports import Aggregate
from guichet.collection.charge_writing import (
    Decision,
    Situation,
    balance_change,
    bumped,
    facts_of,
    lease_ended,
    moved,
    not_declined,
)
from guichet.events import Event
from guichet.ledger.journal import Change
from guichet.ledger.postings import (
    Posting,
    payment_postings,
    payment_returned_postings,
    return_fee_postings,
)
from guichet.ledger.refund_postings import payment_claimed_postings
from guichet.money import Money
from guichet.payments.attempt import Capture
from guichet.payments.invoice_payment import ChargeStatus, InvoicePayment
from guichet.payments.stored_method import ChargeReport
from guichet.subscriptions.balance import OpenBill

S = ChargeStatus


def returned(situation: Situation, report: ChargeReport) -> Decision:
    """The bank took a paid debit back: what it had paid is owed again (INV-5, COL-10)."""
    payment, invoice = situation.payment, situation.invoice
    if payment.status not in {S.CAPTURED, S.MISMATCHED} or payment.capture is None:
        return Decision()
    if not payment.has_paid:
        return _claimed(situation, report, payment.capture.amount)
    amount = payment.amount
    back = _back(situation, report)
    events = (Event("invoice_payment.returned", facts_of(payment)),)
    change = Change[Aggregate](
        payment,
        bumped(back),
        events,
        (*payment_returned_postings(amount), *_fee_postings(report)),
        ("billing_payment_returned",),
        book=payment.selling_entity,
    )
    if invoice.due_on is None:
        raise ValueError("an invoice that was paid is due on a day")
    open_again = invoice.reopened(amount.amount_minor)
    owed = OpenBill(
        invoice.bill_on,
        invoice.due_on,
        amount.amount_minor,
        invoice.invoice_id,
        is_invoiced=True,
        is_leased=invoice.open_payment_id is not None,
    )
    return Decision(
        (
            change,
            Change[Aggregate](
                invoice, bumped(open_again), (Event("invoice.reopened", facts_of(payment)),)
            ),
            balance_change(situation.balance, situation.balance.owes(owed)),
        )
    )


def _claimed(situation: Situation, report: ChargeReport, amount: Money) -> Decision:
    """What had paid nothing is gone: the invoice stays as it is (BAD-6).

    Credit may be spent, and what was given back went out twice: a person decides what the customer
    owes. A return that was not sent yet is not sent any more.
    """
    payment = situation.payment
    reason = "was_credit" if payment.refund_id is None else "was_refunded"
    change = Change[Aggregate](
        payment,
        bumped(_back(situation, report)),
        (Event("invoice_payment.returned", facts_of(payment, reason=reason)),),
        (*payment_claimed_postings(amount), *_fee_postings(report)),
        book=payment.selling_entity,
    )
    return Decision((change,))


def returned_at_once(situation: Situation, report: ChargeReport, capture: Capture) -> Decision:
    """Paid and taken back between two questions: both are booked, and the invoice was never paid."""
    payment = situation.payment
    back = replace(_back(situation, report), capture=capture)
    change = Change[Aggregate](
        payment,
        bumped(back),
        (Event("invoice_payment.returned", facts_of(payment)),),
        (
            *payment_postings(capture.amount, capture.provider_fee),
            *payment_returned_postings(capture.amount),
            *_fee_postings(report),
        ),
        ("billing_payment_returned",),
        book=payment.selling_entity,
    )
    return Decision((change, *lease_ended(situation, situation.balance), *not_declined(situation)))


def _back(situation: Situation, report: ChargeReport) -> InvoicePayment:
    after = moved(situation, S.RETURNED, report)
    return replace(after, return_fee=report.return_fee, ended_at=situation.now)


def _fee_postings(report: ChargeReport) -> tuple[Posting, ...]:
    return () if report.return_fee is None else return_fee_postings(report.return_fee)
