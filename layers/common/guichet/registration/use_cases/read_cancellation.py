"""How far a cancelled training is, and whose money has not gone back (RFD-5)."""

from __future__ import annotations

from dataclasses import dataclass

from guichet.access.membership import Member, Permission
from guichet.errors import not_found
from guichet.registration.cancellation import Cancellation
from guichet.registration.listing import visible
from guichet.registration.permitted import permitted_training
from guichet.registration.ports import Records, Slice
from guichet.registration.registration import Registration


@dataclass(frozen=True, slots=True)
class CancellationView:
    """The run, and a page of those who could not be refunded; each says why by a code."""

    run: Cancellation
    not_refunded: Slice[Registration]


def read_cancellation(
    training_id: str, member: Member, *, records: Records, limit: int, after: str | None
) -> CancellationView:
    """The run and a part of its report.

    Raises:
        NotFound: no training that this member may see, or one that is not cancelled.
    """
    permitted_training(records, member, Permission.READ_TRAININGS, training_id)
    run = records.cancellation(training_id)
    if run is None:
        raise not_found("cancellation")
    report = visible(
        lambda count, place: records.registrations_of(training_id, limit=count, after=place),
        lambda registration: registration.not_refunded is not None,
        limit=limit,
        after=after,
    )
    return CancellationView(run, report)
