"""A customer chooses which method is charged by itself (COL-1)."""

from __future__ import annotations

from dataclasses import dataclass

from guichet.access.membership import Member, Permission
from guichet.collection.choosing import Choice, choose
from guichet.collection.collecting import Collecting
from guichet.collection.payment_methods import PaymentMethods
from guichet.collection.writing import cause_of
from guichet.errors import not_found
from guichet.events import Actor
from guichet.replies import Reply


@dataclass(frozen=True, slots=True)
class MakeDefault:
    """A member names a method of the account."""

    method_id: str
    member: Member
    idempotency_key: str | None
    actor: Actor


def make_default(command: MakeDefault, *, collecting: Collecting) -> Reply[PaymentMethods]:
    """Make it the default with its selling entity; one that is it already changes nothing.

    Raises:
        NotAllowed: the member may not.
        NotFound: no such method of this account that is there.
    """
    command.member.reach(Permission.MANAGE_PAYMENT_METHODS)
    method = collecting.method(command.member.account_id, command.method_id)
    if not method.is_active:
        raise not_found("payment method")
    choice = Choice(
        method.selling_entity,
        "POST /v1/payment-methods/default",
        ("default", command.method_id),
        command.member,
        command.idempotency_key,
    )
    cause = cause_of(command.actor, "make_default", collecting.clock)
    return choose(
        choice,
        lambda methods: methods.with_default(command.method_id),
        cause,
        collecting=collecting,
    )
