"""The discount codes of an account that a member may see."""

from __future__ import annotations

from guichet.access.membership import Member, Permission
from guichet.registration.discount import DiscountCode
from guichet.registration.listing import visible
from guichet.registration.ports import Records, Slice


def list_discount_codes(
    member: Member, *, records: Records, limit: int, after: str | None
) -> Slice[DiscountCode]:
    """Owner and administrator see all, an event manager what they created (ACC-1)."""
    permission = Permission.READ_TRAININGS
    member.reach(permission)
    return visible(
        lambda count, place: records.discount_codes_of(member.account_id, limit=count, after=place),
        lambda code: member.can_touch(permission, created_by=code.created_by),
        limit=limit,
        after=after,
    )
