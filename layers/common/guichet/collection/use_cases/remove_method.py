"""A customer takes a payment method away; the provider forgets it (COL-1)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from guichet.access.membership import Member, Permission
from guichet.collection.collecting import Collecting
from guichet.collection.detaching import removed
from guichet.collection.stored import StoredMethod
from guichet.collection.writing import cause_of
from guichet.errors import Unavailable
from guichet.events import Actor
from guichet.replies import Reply
from guichet.retrying import with_fresh_state


@dataclass(frozen=True, slots=True)
class RemoveMethod:
    """A member names a method of the account."""

    method_id: str
    member: Member
    actor: Actor


def remove_method(command: RemoveMethod, *, collecting: Collecting) -> Reply[StoredMethod]:
    """Nobody charges it from now on; where the provider does not answer, it is told later.

    Another method becomes the default in its place: the one that was stored first.

    Raises:
        NotAllowed: the member may not.
        NotFound: no such method of this account.
        Conflict: `last_default_payment_method`.
    """
    member, records = command.member, collecting.records
    member.reach(Permission.MANAGE_PAYMENT_METHODS)
    cause = cause_of(command.actor, "remove_method", collecting.clock)

    def attempt() -> Reply[StoredMethod]:
        method = collecting.method(member.account_id, command.method_id)
        if not method.is_active:
            return Reply(method, replayed=True)
        methods = records.methods(member.account_id, method.selling_entity)
        decision = removed(method, methods, cause.at)
        records.save(cause, decision.changes, decision.steps)
        return Reply.new(collecting.method(member.account_id, command.method_id))

    reply = with_fresh_state(attempt)
    with suppress(Unavailable):
        collecting.forget(reply.value, cause)
    return reply
