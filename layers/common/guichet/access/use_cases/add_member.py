"""A person with a sign-in becomes a member of an account (ACC-1)."""

from __future__ import annotations

from dataclasses import dataclass

from guichet.access.membership import Member, Role
from guichet.access.ports import PeopleRecords
from guichet.clock import Clock
from guichet.errors import invalid_field, not_found
from guichet.events import Actor
from guichet.ids import derived_id
from guichet.ledger.journal import Cause


@dataclass(frozen=True, slots=True)
class AddMember:
    """A sign-in at the operator's identity provider, and the roles it gets here."""

    account_id: str
    issuer: str
    subject: str
    email: str
    name: str
    roles: tuple[str, ...]
    actor: Actor


def add_member(command: AddMember, *, people: PeopleRecords, clock: Clock) -> Member:
    """Store the member; a sign-in belongs to one account.

    Raises:
        NotFound: no such account.
        Invalid: a role that does not exist.
        Conflict: `member_exists`.
    """
    if people.account(command.account_id) is None:
        raise not_found("account")
    unknown = set(command.roles) - set(Role)
    if unknown or not command.roles:
        raise invalid_field("/roles", "role_unknown", f"Roles are {', '.join(Role)}.")
    member = Member(
        member_id=derived_id("mem", command.account_id, command.issuer, command.subject),
        account_id=command.account_id,
        issuer=command.issuer,
        subject=command.subject,
        email=command.email,
        name=command.name,
        roles=tuple(Role(role) for role in command.roles),
    )
    people.add_member(Cause(command.actor, "add_member", clock.now()), member)
    return member
