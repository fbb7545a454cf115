"""A person with a sign-in becomes a member of an account (ACC-1)."""

from __future__ import annotations

from dataclasses import dataclass

from guichet.access.membership import Member
from guichet.access.ports import PeopleRecords
from guichet.access.roles import billing_grants, customers_roles
from guichet.clock import Clock
from guichet.errors import not_found
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
    billing: tuple[str, ...] = ()  # grants beside the roles, as `invoices:view`


def add_member(command: AddMember, *, people: PeopleRecords, clock: Clock) -> Member:
    """Store the member; a sign-in belongs to one account.

    Raises:
        NotFound: no such account.
        Invalid: roles or grants that do not exist or do not go together.
        Conflict: `member_exists`.
    """
    if people.account(command.account_id) is None:
        raise not_found("account")
    roles = customers_roles(command.roles)
    member = Member(
        member_id=derived_id("mem", command.account_id, command.issuer, command.subject),
        account_id=command.account_id,
        issuer=command.issuer,
        subject=command.subject,
        email=command.email,
        name=command.name,
        roles=roles,
        billing=billing_grants(command.billing, roles),
    )
    people.add_member(Cause(command.actor, "add_member", clock.now()), member)
    return member
