"""What a member may touch: another account's object is as absent (ACC-1, ACC-2)."""

from __future__ import annotations

from guichet.access.membership import Member, Permission
from guichet.errors import not_found
from guichet.payments.payment import Payment
from guichet.registration.ports import Records
from guichet.registration.registration import Registration
from guichet.registration.training import Training, TrainingStatus


def permitted_training(
    records: Records, member: Member, permission: Permission, training_id: str
) -> Training:
    """The training, where this member's roles reach it.

    Raises:
        NotAllowed: no role grants the permission at all.
        NotFound: absent, deleted, another account's, or beyond the member's reach.
    """
    member.reach(permission)
    training = records.training(training_id)
    if (
        training is None
        or training.status is TrainingStatus.DELETED
        or training.account_id != member.account_id
        or not member.can_touch(permission, created_by=training.created_by)
    ):
        raise not_found("training")
    return training


def permitted_registration(
    records: Records, member: Member, permission: Permission, registration_id: str
) -> tuple[Registration, Training]:
    """The registration and its training, under the same conditions."""
    member.reach(permission)
    registration = records.registration(registration_id)
    if registration is None or registration.account_id != member.account_id:
        raise not_found("registration")
    training = records.training(registration.training_id)
    if training is None or not member.can_touch(permission, created_by=training.created_by):
        raise not_found("registration")
    return registration, training


def permitted_payment(
    records: Records, member: Member, permission: Permission, payment_id: str
) -> tuple[Payment, Registration]:
    """The payment and the registration that it is for, under the same conditions."""
    member.reach(permission)
    payment = records.payment(payment_id)
    if payment is None or payment.account_id != member.account_id:
        raise not_found("payment")
    registration = records.registration(payment.registration_id)
    training = records.training(payment.training_id)
    if registration is None or training is None:
        raise not_found("payment")
    if not member.can_touch(permission, created_by=training.created_by):
        raise not_found("payment")
    return payment, registration
