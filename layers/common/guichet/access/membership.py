"""Accounts, members and what each role may do (ACC-1)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from guichet.errors import NotAllowed


class Role(StrEnum):
    """A member's role on an account."""

    OWNER = "owner"
    ADMINISTRATOR = "administrator"
    EVENT_MANAGER = "event_manager"


class Permission(StrEnum):
    """What an endpoint asks for (ACC-2)."""

    READ_TRAININGS = "trainings:read"
    MANAGE_TRAININGS = "trainings:manage"
    MANAGE_REFUNDS = "refunds:manage"
    READ_RECONCILIATIONS = "reconciliations:read"
    LINK_PAYMENT_ACCOUNTS = "payment-accounts:link"


class Reach(StrEnum):
    """Which objects of the account a permission covers."""

    ALL = "all"
    OWN = "own"


GRANTS = MappingProxyType(
    {
        Role.OWNER: MappingProxyType(
            {
                Permission.READ_TRAININGS: Reach.ALL,
                Permission.MANAGE_TRAININGS: Reach.ALL,
                Permission.MANAGE_REFUNDS: Reach.ALL,
                Permission.READ_RECONCILIATIONS: Reach.ALL,
                Permission.LINK_PAYMENT_ACCOUNTS: Reach.ALL,
            }
        ),
        Role.ADMINISTRATOR: MappingProxyType(
            {
                Permission.READ_TRAININGS: Reach.ALL,
                Permission.LINK_PAYMENT_ACCOUNTS: Reach.ALL,
            }
        ),
        Role.EVENT_MANAGER: MappingProxyType(
            {
                Permission.READ_TRAININGS: Reach.OWN,
                Permission.MANAGE_TRAININGS: Reach.OWN,
                Permission.MANAGE_REFUNDS: Reach.OWN,
            }
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Account:
    """A customer of the operator, here in its role as organizer."""

    account_id: str
    legal_name: str
    email: str
    tax_note: str
    time_zone: str
    language: str
    version: int = 1


@dataclass(frozen=True, slots=True)
class Member:
    """A person with a sign-in: found by issuer and subject, never by what a token claims (ACC-2)."""

    member_id: str
    account_id: str
    issuer: str
    subject: str
    email: str
    name: str
    roles: tuple[Role, ...]
    version: int = 1

    def reach(self, permission: Permission) -> Reach:
        """How far the permission goes.

        Raises:
            NotAllowed: no role of this member grants it.
        """
        reaches = {GRANTS[role].get(permission) for role in self.roles} - {None}
        if not reaches:
            raise NotAllowed(
                "not_allowed", f"Your roles do not include {permission}.", rule="ACC-1"
            )
        return Reach.ALL if Reach.ALL in reaches else Reach.OWN

    def can_touch(self, permission: Permission, *, created_by: str) -> bool:
        return self.reach(permission) is Reach.ALL or created_by == self.member_id
