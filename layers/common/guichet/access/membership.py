"""Accounts, members and what each role may do (ACC-1)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from guichet.errors import NotAllowed

OPERATOR: Final = "operator"  # in place of an account's id: whose members act for any account


class Role(StrEnum):
    """A member's role on an account; the last two are the operator's own people's."""

    OWNER = "owner"
    ADMINISTRATOR = "administrator"
    BILLING_ADMINISTRATOR = "billing_administrator"
    LICENCE_MANAGER = "licence_manager"
    EVENT_MANAGER = "event_manager"
    REPRESENTATIVE = "representative"
    AUDITOR = "auditor"


OPERATOR_ROLES: Final = frozenset({Role.REPRESENTATIVE, Role.AUDITOR})


class Permission(StrEnum):
    """What an endpoint asks for (ACC-2)."""

    READ_TRAININGS = "trainings:read"
    MANAGE_TRAININGS = "trainings:manage"
    MANAGE_REFUNDS = "refunds:manage"
    READ_RECONCILIATIONS = "reconciliations:read"
    LINK_PAYMENT_ACCOUNTS = "payment-accounts:link"
    READ_CATALOGUE = "catalogue:read"
    READ_SUBSCRIPTIONS = "subscriptions:read"
    MANAGE_SUBSCRIPTIONS = "subscriptions:manage"  # buy, change, cancel, withdraw, reactivate
    REPRESENT = "subscriptions:represent"  # what rules leave to a representative (ACC-6)
    READ_SEATS = "seats:read"
    ASSIGN_SEATS = "seats:assign"
    READ_USAGE = "usage:read"
    RECORD_USAGE = "usage:record"  # the operator's alone: who pays for usage does not report it
    READ_PROFILE = "profile:read"
    MANAGE_PROFILE = "profile:manage"  # addresses, VAT number, recipients, time zone, language
    READ_BILLS = "bills:read"
    READ_PAYMENT_METHODS = "payment-methods:read"
    MANAGE_PAYMENT_METHODS = "payment-methods:manage"  # the account's own people alone (COL-10)
    SEND_PAYMENT_LINKS = "payment-methods:send-link"  # what a representative does instead
    MANAGE_COLLECTION = "collection:manage"  # overdue, suspended, payment terms, money by hand
    READ_INVOICE_RUNS = "invoice-runs:read"  # the operator's people's: they are about all accounts
    MANAGE_INVOICES = "invoices:manage"  # runs, credit notes, void, release: the operator's alone
    READ_EXEMPTIONS = "tax-exemptions:read"
    MANAGE_EXEMPTIONS = "tax-exemptions:manage"  # upload and submit certificates
    JUDGE_EXEMPTIONS = "tax-exemptions:judge"  # the operator's alone (TAX-4)


class BillingGrant(StrEnum):
    """What a billing administrator is given, area by area; others get it beside their role."""

    VIEW_SUBSCRIPTIONS = "subscriptions:view"
    MANAGE_SUBSCRIPTIONS = "subscriptions:manage"
    VIEW_QUOTES = "quotes:view"
    MANAGE_QUOTES = "quotes:manage"
    VIEW_INVOICES = "invoices:view"
    MANAGE_INVOICES = "invoices:manage"
    VIEW_PAYMENT_METHODS = "payment-methods:view"
    MANAGE_PAYMENT_METHODS = "payment-methods:manage"
    VIEW_ADDRESSES = "addresses:view"
    MANAGE_ADDRESSES = "addresses:manage"
    VIEW_TAX_EXEMPTION = "tax-exemption:view"
    MANAGE_TAX_EXEMPTION = "tax-exemption:manage"
    PEOPLE = "people"


class Reach(StrEnum):
    """Which objects of the account a permission covers."""

    ALL = "all"
    OWN = "own"


_BILLING_READ: Final = frozenset(
    {
        Permission.READ_CATALOGUE,
        Permission.READ_SUBSCRIPTIONS,
        Permission.READ_SEATS,
        Permission.READ_USAGE,
        Permission.READ_PROFILE,
        Permission.READ_BILLS,
        Permission.READ_EXEMPTIONS,
    }
)
_BILLING: Final = _BILLING_READ | {
    Permission.MANAGE_SUBSCRIPTIONS,
    Permission.ASSIGN_SEATS,
    Permission.MANAGE_PROFILE,
    Permission.MANAGE_EXEMPTIONS,
}


def _all_of(*permissions: Permission) -> MappingProxyType[Permission, Reach]:
    return MappingProxyType(dict.fromkeys(permissions, Reach.ALL))


GRANTS: Final = MappingProxyType(
    {
        Role.OWNER: _all_of(
            Permission.READ_TRAININGS,
            Permission.MANAGE_TRAININGS,
            Permission.MANAGE_REFUNDS,
            Permission.READ_RECONCILIATIONS,
            Permission.LINK_PAYMENT_ACCOUNTS,
            *_BILLING,
            Permission.READ_PAYMENT_METHODS,
            Permission.MANAGE_PAYMENT_METHODS,
        ),
        Role.ADMINISTRATOR: _all_of(
            Permission.READ_TRAININGS,
            Permission.LINK_PAYMENT_ACCOUNTS,
            Permission.READ_CATALOGUE,
            Permission.READ_SUBSCRIPTIONS,
            Permission.READ_SEATS,
            Permission.ASSIGN_SEATS,
            Permission.READ_USAGE,
        ),
        Role.BILLING_ADMINISTRATOR: _all_of(Permission.READ_CATALOGUE),
        Role.LICENCE_MANAGER: _all_of(
            Permission.READ_CATALOGUE,
            Permission.READ_SUBSCRIPTIONS,
            Permission.READ_SEATS,
            Permission.ASSIGN_SEATS,
        ),
        Role.EVENT_MANAGER: MappingProxyType(
            {
                Permission.READ_TRAININGS: Reach.OWN,
                Permission.MANAGE_TRAININGS: Reach.OWN,
                Permission.MANAGE_REFUNDS: Reach.OWN,
            }
        ),
        Role.REPRESENTATIVE: _all_of(
            *_BILLING,
            Permission.REPRESENT,
            Permission.RECORD_USAGE,
            Permission.MANAGE_COLLECTION,
            Permission.READ_INVOICE_RUNS,
            Permission.MANAGE_INVOICES,
            Permission.READ_PAYMENT_METHODS,
            Permission.SEND_PAYMENT_LINKS,
            Permission.JUDGE_EXEMPTIONS,
        ),
        Role.AUDITOR: _all_of(
            Permission.READ_TRAININGS,
            Permission.READ_RECONCILIATIONS,
            Permission.READ_INVOICE_RUNS,
            *_BILLING_READ,
            Permission.READ_PAYMENT_METHODS,
        ),
    }
)

_SEE_SUBSCRIPTIONS: Final = frozenset(
    {Permission.READ_SUBSCRIPTIONS, Permission.READ_SEATS, Permission.READ_USAGE}
)
_NOTHING_YET: Final = frozenset[Permission]()  # no call asks for anything of this area

BILLING_GRANTS: Final = MappingProxyType(
    {
        BillingGrant.VIEW_SUBSCRIPTIONS: _SEE_SUBSCRIPTIONS,
        BillingGrant.MANAGE_SUBSCRIPTIONS: _SEE_SUBSCRIPTIONS | {Permission.MANAGE_SUBSCRIPTIONS},
        BillingGrant.VIEW_QUOTES: _NOTHING_YET,
        BillingGrant.MANAGE_QUOTES: _NOTHING_YET,
        BillingGrant.VIEW_INVOICES: frozenset({Permission.READ_BILLS}),
        BillingGrant.MANAGE_INVOICES: frozenset({Permission.READ_BILLS}),
        BillingGrant.VIEW_PAYMENT_METHODS: frozenset({Permission.READ_PAYMENT_METHODS}),
        BillingGrant.MANAGE_PAYMENT_METHODS: frozenset(
            {Permission.READ_PAYMENT_METHODS, Permission.MANAGE_PAYMENT_METHODS}
        ),
        BillingGrant.VIEW_ADDRESSES: frozenset({Permission.READ_PROFILE}),
        BillingGrant.MANAGE_ADDRESSES: frozenset(
            {Permission.READ_PROFILE, Permission.MANAGE_PROFILE}
        ),
        BillingGrant.VIEW_TAX_EXEMPTION: frozenset({Permission.READ_EXEMPTIONS}),
        BillingGrant.MANAGE_TAX_EXEMPTION: frozenset(
            {Permission.READ_EXEMPTIONS, Permission.MANAGE_EXEMPTIONS}
        ),
        BillingGrant.PEOPLE: _NOTHING_YET,
    }
)


class AccountKind(StrEnum):
    """How a customer is served."""

    ONLINE = "online"
    CORPORATE = "corporate"  # annual, by quote; some actions only by a representative


@dataclass(frozen=True, slots=True)
class Representative:
    """Who of the operator's people an account's members turn to; shown to them."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Account:
    """A customer of the operator; as seller of trainings, an organizer."""

    account_id: str
    legal_name: str
    email: str
    tax_note: str
    time_zone: str
    language: str
    version: int = 1
    kind: AccountKind = AccountKind.ONLINE
    representative: Representative | None = None  # every corporate account has one (ACC-1)

    @property
    def is_corporate(self) -> bool:
        return self.kind is AccountKind.CORPORATE


@dataclass(frozen=True, slots=True)
class Member:
    """A person with a sign-in: found by issuer and subject, never by what a token claims (ACC-2)."""

    member_id: str
    account_id: (
        str  # of one of the operator's people: `OPERATOR`, in a call the account it is about
    )
    issuer: str
    subject: str
    email: str
    name: str
    roles: tuple[Role, ...]
    version: int = 1
    billing: tuple[BillingGrant, ...] = ()

    @property
    def is_operators(self) -> bool:
        """One of the operator's own people, who act for an account that each call names."""
        return not OPERATOR_ROLES.isdisjoint(self.roles)

    @property
    def may_hold_seat(self) -> bool:
        """Whether a seat of a product may be given to this person: not for the billing centre alone."""
        return bool(set(self.roles) - OPERATOR_ROLES - {Role.BILLING_ADMINISTRATOR})

    def acting_for(self, account_id: str) -> Member:
        """One of the operator's people during a call about this account."""
        return replace(self, account_id=account_id)

    def reach(self, permission: Permission) -> Reach:
        """How far the permission goes.

        Raises:
            NotAllowed: no role and no grant of this member includes it.
        """
        reaches = {GRANTS[role].get(permission) for role in self.roles} - {None}
        if any(permission in BILLING_GRANTS[grant] for grant in self.billing):
            return Reach.ALL
        if not reaches:
            raise NotAllowed(
                "not_allowed", f"Your roles do not include {permission}.", rule="ACC-1"
            )
        return Reach.ALL if Reach.ALL in reaches else Reach.OWN

    def may(self, permission: Permission) -> bool:
        """Whether `reach` would not refuse."""
        try:
            self.reach(permission)
        except NotAllowed:
            return False
        return True

    def can_touch(self, permission: Permission, *, created_by: str) -> bool:
        return self.reach(permission) is Reach.ALL or created_by == self.member_id
