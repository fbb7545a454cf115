"""A member changes what their account is billed as, from the next bill on (ACC-4, MON-6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from guichet.access.membership import Account, Member, Permission
from guichet.access.ports import ProfileRecords
from guichet.access.profile import BillingProfile
from guichet.access.profile_changes import changed_profile
from guichet.clock import Clock
from guichet.errors import not_found
from guichet.events import Actor
from guichet.ids import digest, fingerprint
from guichet.ledger.journal import Cause
from guichet.replies import Reply, was_handled, with_handled
from guichet.retrying import with_fresh_state
from guichet.versions import require_expected


@dataclass(frozen=True, slots=True)
class UpdateProfile:
    """A member changes some fields; `expected` is as in `require_expected`."""

    changed: Mapping[str, object]
    expected: frozenset[int] | None
    member: Member
    idempotency_key: str | None
    actor: Actor


def update_profile(
    command: UpdateProfile, *, profiles: ProfileRecords, clock: Clock
) -> Reply[tuple[Account, BillingProfile]]:
    """Change it. What was billed stays as it is.

    Raises:
        NotAllowed: no role or grant includes it.
        Stale: it is no longer the version that the caller read.
        Invalid: what `changed_profile` refuses.
    """
    member = command.member
    cause = Cause(command.actor, "update_profile", clock.now())
    asked = digest("update", repr(sorted(command.changed.items()))).hex()[:32]
    mark = command.idempotency_key and fingerprint(
        member.member_id, f"PATCH /v1/account {member.account_id}", command.idempotency_key
    )

    def attempt() -> Reply[tuple[Account, BillingProfile]]:
        member.reach(Permission.MANAGE_PROFILE)
        account = profiles.account(member.account_id)
        if account is None:
            raise not_found("account")
        profile = profiles.profile(account)
        if was_handled(profile.handled_keys, mark, asked):
            return Reply((account, profile), replayed=True)
        require_expected(profile.version, command.expected)
        changed = changed_profile(profile, command.changed)
        if changed == profile:
            return Reply.new((account, profile))
        after = replace(
            changed,
            version=profile.version + 1,
            handled_keys=with_handled(profile.handled_keys, mark, asked),
        )
        profiles.save_profile(cause, profile, after)
        return Reply.new((account, after))

    return with_fresh_state(attempt)
