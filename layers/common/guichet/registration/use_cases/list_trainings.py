"""The trainings of an account that a member may see, newest first."""

from __future__ import annotations

from guichet.access.membership import Member, Permission
from guichet.registration.listing import visible
from guichet.registration.ports import Records, Slice
from guichet.registration.training import Training


def list_trainings(
    member: Member, *, records: Records, limit: int, after: str | None
) -> Slice[Training]:
    """Owner and administrator see all, an event manager what they created (ACC-1)."""
    permission = Permission.READ_TRAININGS
    member.reach(permission)
    return visible(
        lambda count, place: records.trainings_of(member.account_id, limit=count, after=place),
        lambda training: member.can_touch(permission, created_by=training.created_by),
        limit=limit,
        after=after,
    )
