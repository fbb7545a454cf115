"""A registration with its payment, as those see it who sell the training."""

from __future__ import annotations

from guichet.access.membership import Member, Permission
from guichet.payments.payment import Payment
from guichet.registration.permitted import permitted_registration
from guichet.registration.ports import Records
from guichet.registration.registration import Registration


def read_registration(
    registration_id: str, member: Member, *, records: Records
) -> tuple[Registration, Payment | None]:
    """The registration and the payment that confirmed it, or that is open.

    Raises:
        NotFound: none that this member may see.
    """
    registration, _ = permitted_registration(
        records, member, Permission.READ_TRAININGS, registration_id
    )
    payment_id = registration.paid_payment_id or registration.open_payment_id
    return registration, None if payment_id is None else records.payment(payment_id)
