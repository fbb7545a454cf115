"""What a registrant may see of their registration. Looking changes nothing (REG-2)."""

from __future__ import annotations

from dataclasses import dataclass

from guichet.access.membership import Account
from guichet.clock import Clock
from guichet.errors import not_found
from guichet.payments.payment import Payment
from guichet.payments.refund import Refund, RefundStatus
from guichet.registration.paying import OFFLINE_PREFIX, Method, accepted_methods
from guichet.registration.policy import RegistrationPolicy
from guichet.registration.ports import Records
from guichet.registration.registration import Registration, RegistrationStatus
from guichet.registration.training import OfflineMethod, Training, TrainingStatus
from guichet.retrying import with_fresh_state


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
    refunds: tuple[Refund, ...]  # all others, oldest first (RFD-1, RFD-4)

    @property
    def training_is_cancelled(self) -> bool:
        return self.training.status is TrainingStatus.CANCELLED


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
    paid = None if paid_id is None else records.payment(paid_id)
    returned = _returned(latest, records)
    return OwnRegistration(
        registration=registration,
        training=training,
        organizer=records.account(registration.account_id),
        methods=_methods(registration, training, records, clock, policy),
        offline_method=training.offline_method(
            (registration.method or "").removeprefix(OFFLINE_PREFIX)
        ),
        paid=paid,
        latest=latest,
        returned=returned,
        refunds=tuple(
            each
            for payment in (paid, latest)
            for each in _refunds(payment, records)
            if returned is None or each.refund_id != returned.refund_id
        ),
    )


def _returned(payment: Payment | None, records: Records) -> Refund | None:
    if payment is None or payment.refund_id is None:
        return None
    return records.refund(payment.payment_id, payment.refund_id)


def _refunds(payment: Payment | None, records: Records) -> tuple[Refund, ...]:
    """What went back, or was to: what the provider never took is nothing to a registrant."""
    if payment is None or payment.capture is None:
        return ()
    found = with_fresh_state(lambda: records.refunds_of(payment.payment_id))
    return tuple(
        each
        for each in found.refunds
        if each.status is not RefundStatus.FAILED or each.provider_refund_id is not None
    )


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
