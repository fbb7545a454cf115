"""One of the operator's own people gets a sign-in: a representative or an auditor (ACC-1)."""

from __future__ import annotations

from dataclasses import dataclass

from guichet.access.membership import OPERATOR, Member
from guichet.access.ports import PeopleRecords
from guichet.access.roles import operators_role
from guichet.clock import Clock
from guichet.events import Actor
from guichet.ids import derived_id
from guichet.ledger.journal import Cause


@dataclass(frozen=True, slots=True)
class AddOperatorMember:
    """A sign-in at the operator's identity provider, and the one role it gets."""

    issuer: str
    subject: str
    email: str
    name: str
    role: str
    actor: Actor


def add_operator_member(
    command: AddOperatorMember, *, people: PeopleRecords, clock: Clock
) -> Member:
    """Store the person; they belong to no customer's account and act for any that a call names.

    Raises:
        Invalid: `role_unknown`.
        Conflict: `member_exists`.
    """
    member = Member(
        member_id=derived_id("mem", OPERATOR, command.issuer, command.subject),
        account_id=OPERATOR,
        issuer=command.issuer,
        subject=command.subject,
        email=command.email,
        name=command.name,
        roles=(operators_role(command.role),),
    )
    people.add_member(Cause(command.actor, "add_operator_member", clock.now()), member)
    return member
