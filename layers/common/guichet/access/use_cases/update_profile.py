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
from guichet.events import Actor, Event
from guichet.ids import digest, fingerprint
from guichet.ledger.journal import Cause, Change
from guichet.replies import Reply, was_handled, with_handled
from guichet.retrying import with_fresh_state
from guichet.tax.subject import is_answered_for
from guichet.tax.vat_asking import first_record, to_be_asked
from guichet.tax.vat_check import VatRecord
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
    """Change it. What was billed stays as it is. About a new VAT number the register will be asked.

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
        profiles.save_profile(cause, profile, after, _number(profile, after, profiles, cause))
        return Reply.new((account, after))

    return with_fresh_state(attempt)


def _number(
    before: BillingProfile, after: BillingProfile, profiles: ProfileRecords, cause: Cause
) -> Change[VatRecord] | None:
    """A number that was entered is asked about soon, and not in this call (TAX-3)."""
    number = after.vat_number
    if number is None or number == before.vat_number or not is_answered_for(number):
        return None
    known = profiles.vat_record(after.account_id, number)
    record = known or first_record(number, after.account_id, after.version)
    asked = to_be_asked(record, cause.at)
    if known is not None:
        asked = replace(asked, version=known.version + 1)
    facts = {"account_id": record.account_id, "number_id": record.number_id}
    return Change(known, asked, (Event("vat_number.entered", facts),))
