"""A member reads what their account is billed as (ACC-4)."""

from __future__ import annotations

from guichet.access.membership import Account, Member, Permission
from guichet.access.ports import ProfileRecords
from guichet.access.profile import BillingProfile
from guichet.errors import not_found


def read_profile(member: Member, *, profiles: ProfileRecords) -> tuple[Account, BillingProfile]:
    """The account and its profile.

    Raises:
        NotAllowed: no role or grant includes it.
        NotFound: no such account.
    """
    member.reach(Permission.READ_PROFILE)
    account = profiles.account(member.account_id)
    if account is None:
        raise not_found("account")
    return account, profiles.profile(account)
