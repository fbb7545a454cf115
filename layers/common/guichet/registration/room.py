"""Whether money that comes late would get its seat, looked up before it is taken (REG-4, PAY-4)."""

from __future__ import annotations

from guichet.payments.account import PaymentAccount
from guichet.payments.payment import Payment
from guichet.registration.outcome import Situation
from guichet.registration.ports import Records


def has_room(situation: Situation, records: Records) -> bool:
    """Whether a late payment would get its seat now; who holds the lease has one."""
    registration, training = situation.registration, situation.training
    if situation.holds_lease:
        return True
    if not training.takes_late_payers(situation.now):
        return False
    if not is_linked(situation.payment, records):
        return False
    if registration.has_seat:
        return True
    if records.live_registration_of(training.training_id, registration.email) is not None:
        return False
    return records.seats(training.training_id).left != 0


def linked_account(records: Records, payment: Payment) -> PaymentAccount | None:
    """What the organizer has linked now at the payment's provider (RFD-5d)."""
    accounts = records.payment_accounts(payment.account_id)
    return next((each for each in accounts if each.provider == payment.provider), None)


def is_linked(payment: Payment, records: Records) -> bool:
    """Whether the account that the payment was opened for is still the organizer's."""
    accounts = records.payment_accounts(payment.account_id)
    return any(each.is_live and each.provider_account_id == payment.payee for each in accounts)
