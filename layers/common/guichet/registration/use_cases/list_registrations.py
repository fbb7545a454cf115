"""The registrations of one training, for those who may see it."""

from __future__ import annotations

from dataclasses import dataclass

from guichet.access.membership import Member, Permission
from guichet.registration.permitted import permitted_training
from guichet.registration.ports import Records, Slice
from guichet.registration.registration import Registration, RegistrationStatus


@dataclass(frozen=True, slots=True)
class ListRegistrations:
    """Which ones; None asks for any."""

    training_id: str
    status: RegistrationStatus | None
    email: str | None
    member: Member


def list_registrations(
    command: ListRegistrations, *, records: Records, limit: int, after: str | None
) -> Slice[Registration]:
    """A page of them.

    Raises:
        NotFound: no training that this member may see.
    """
    permitted_training(records, command.member, Permission.READ_TRAININGS, command.training_id)
    return records.registrations_of(
        command.training_id,
        limit=limit,
        after=after,
        status=command.status,
        email=command.email,
    )
