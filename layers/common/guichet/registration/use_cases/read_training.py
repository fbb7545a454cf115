"""A training as those see it who sell it."""

from __future__ import annotations

from guichet.access.membership import Member, Permission
from guichet.registration.permitted import permitted_training
from guichet.registration.ports import Records, Seats
from guichet.registration.training import Training


def read_training(training_id: str, member: Member, *, records: Records) -> tuple[Training, Seats]:
    """The training and its seats.

    Raises:
        NotFound: none that this member may see.
    """
    training = permitted_training(records, member, Permission.READ_TRAININGS, training_id)
    return training, records.seats(training_id)
