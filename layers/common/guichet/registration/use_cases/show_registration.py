"""What a registrant may see of their registration. Looking changes nothing (REG-2)."""

from __future__ import annotations

from dataclasses import dataclass

from guichet.access.membership import Account
from guichet.clock import Clock
from guichet.errors import not_found
from guichet.payments.payment import Payment
from guichet.payments.refund import Refund
from guichet.registration.paying import OFFLINE_PREFIX, Method, accepted_methods
from guichet.registration.policy import RegistrationPolicy
from guichet.registration.ports import Records
from guichet.registration.registration import Registration, RegistrationStatus
from guichet.registration.training import OfflineMethod, Training


@dataclass(frozen=True, slots=True)
class OwnRegistration:
    """A registration as its registrant sees it."""

    registration: Registration
    training: Training
    organizer: Account
    methods: tuple[Method, ...]  # that can be chosen now
    offline_method: OfflineMethod | None  # that was chosen
    paid: Payment | None
    latest: Payment | None  # the newest attempt to pay; None where that is the one that paid
    returned: Refund | None  # of the newest attempt's money, which bought no seat


def show_registration(
    registration_id: str, *, records: Records, clock: Clock, policy: RegistrationPolicy
) -> OwnRegistration:
    """The registration with what its page shows.

    Raises:
        NotFound: there is none.
    """
    registration = records.registration(registration_id)
    training = None if registration is None else records.training(registration.training_id)
    if registration is None or training is None:
        raise not_found("registration")
    paid_id, last_id = registration.paid_payment_id, registration.last_payment_id
    latest = None if last_id in {None, paid_id} else records.payment(str(last_id))
    return OwnRegistration(
        registration=registration,
        training=training,
        organizer=records.account(registration.account_id),
        methods=_methods(registration, training, records, clock, policy),
        offline_method=training.offline_method(
            (registration.method or "").removeprefix(OFFLINE_PREFIX)
        ),
        paid=None if paid_id is None else records.payment(paid_id),
        latest=latest,
        returned=_returned(latest, records),
    )


def _returned(payment: Payment | None, records: Records) -> Refund | None:
    if payment is None or payment.refund_id is None:
        return None
    return records.refund(payment.payment_id, payment.refund_id)


def _methods(
    registration: Registration,
    training: Training,
    records: Records,
    clock: Clock,
    policy: RegistrationPolicy,
) -> tuple[Method, ...]:
    awaiting = registration.status is RegistrationStatus.AWAITING_PAYMENT
    if not awaiting or training.has_started(clock.now()):
        return ()
    accounts = records.payment_accounts(training.account_id)
    return tuple(accepted_methods(training, accounts, registration.quote.charged, policy))
