"""A representative sets an account's payment terms, for what is invoiced from now on (INV-10)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from guichet.access.membership import Account, Member, Permission
from guichet.access.ports import ProfileRecords
from guichet.access.profile import BillingProfile
from guichet.clock import Clock
from guichet.errors import not_found
from guichet.events import Actor, Event
from guichet.ids import digest, fingerprint
from guichet.ledger.journal import Cause
from guichet.replies import Reply, was_handled, with_handled
from guichet.retrying import with_fresh_state
from guichet.versions import require_expected


@dataclass(frozen=True, slots=True)
class SetPaymentTerms:
    """`days` None: those of all accounts again; `expected` is as in `require_expected`."""

    days: int | None
    reason: str
    expected: frozenset[int] | None
    member: Member
    idempotency_key: str | None
    actor: Actor


def set_payment_terms(
    command: SetPaymentTerms, *, profiles: ProfileRecords, clock: Clock
) -> Reply[tuple[Account, BillingProfile]]:
    """Change them. Invoices that have their number keep their due day; a repeat changes nothing.

    Raises:
        NotAllowed: only a representative may, whatever the account's own people were granted.
        Stale: the profile is no longer the version that the caller read.
        Invalid: what `with_payment_terms` refuses.
    """
    member = command.member
    cause = Cause(command.actor, "set_payment_terms", clock.now())
    asked = digest("payment-terms", repr(command.days), command.reason).hex()[:32]
    mark = command.idempotency_key and fingerprint(
        member.member_id,
        f"PATCH /v1/account/payment-terms {member.account_id}",
        command.idempotency_key,
    )

    def attempt() -> Reply[tuple[Account, BillingProfile]]:
        member.reach(Permission.MANAGE_COLLECTION)
        account = profiles.account(member.account_id)
        if account is None:
            raise not_found("account")
        profile = profiles.profile(account)
        if was_handled(profile.handled_keys, mark, asked):
            return Reply((account, profile), replayed=True)
        require_expected(profile.version, command.expected)
        changed = profile.with_payment_terms(command.days, command.reason)
        if changed == profile:
            return Reply.new((account, profile))
        after = replace(
            changed,
            version=profile.version + 1,
            handled_keys=with_handled(profile.handled_keys, mark, asked),
        )
        told = Event("profile.payment_terms_set", {"days": after.payment_terms_days})
        profiles.save_profile(cause, profile, after, told=told)
        return Reply.new((account, after))

    return with_fresh_state(attempt)
