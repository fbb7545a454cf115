"""An administrator unlinks an account: no new payment goes there from now on (PAY-3, PAY-4)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from guichet.access.membership import Member
from guichet.events import Actor, Event
from guichet.ids import digest, fingerprint
from guichet.payments.account import PaymentAccount
from guichet.payments.linking import Linking, facts_of
from guichet.replies import Reply, was_handled, with_handled
from guichet.retrying import with_fresh_state


@dataclass(frozen=True, slots=True)
class UnlinkPaymentAccount:
    """A member gives the link up."""

    payment_account_id: str
    member: Member
    idempotency_key: str | None
    actor: Actor


def unlink_payment_account(
    command: UnlinkPaymentAccount, *, linking: Linking
) -> Reply[PaymentAccount]:
    """Unlink it at once.

    `settle` ends the pages that would pay it, and `upkeep` does if no message arrives (REG-8). A
    repeat does nothing, not even to what was linked since.
    """
    asked = digest("unlink").hex()[:32]
    mark = command.idempotency_key and fingerprint(
        command.member.member_id, f"unlink {command.payment_account_id}", command.idempotency_key
    )
    cause = linking.cause(command.actor, "unlink_payment_account")

    def attempt() -> Reply[PaymentAccount]:
        account = linking.permitted(command.member, command.payment_account_id)
        if was_handled(account.handled_keys, mark, asked) or not account.is_live:
            return Reply(account, replayed=True)
        unlinked = account.unlinked(now=linking.clock.now())
        after = replace(
            unlinked,
            version=account.version + 1,
            handled_keys=with_handled(account.handled_keys, mark, asked),
        )
        event = Event("payment_account.unlinked", facts_of(after))
        linking.records.save_payment_account(cause, account, after, events=(event,))
        return Reply.new(after)

    return with_fresh_state(attempt)
