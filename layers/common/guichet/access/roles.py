"""Which roles and grants a person may hold together, checked before they are stored (ACC-1)."""

from __future__ import annotations

from typing import Final

from guichet.access.membership import OPERATOR_ROLES, BillingGrant, Role
from guichet.errors import Invalid, invalid_field

_CUSTOMERS: Final = tuple(role for role in Role if role not in OPERATOR_ROLES)
_TAKES_GRANTS: Final = frozenset(
    {Role.ADMINISTRATOR, Role.BILLING_ADMINISTRATOR, Role.LICENCE_MANAGER}
)


def customers_roles(names: tuple[str, ...]) -> tuple[Role, ...]:
    """The roles of a member of a customer's account.

    Raises:
        Invalid: `role_unknown`; `role_of_operator`, of its own people; `roles_exclusive`, a billing
            administrator has the billing centre and nothing else.
    """
    roles = _known(names, _CUSTOMERS)
    if not OPERATOR_ROLES.isdisjoint(roles):
        raise invalid_field(
            "/roles",
            "role_of_operator",
            "This is a role of the operator's own people; add them with `guichet representative`.",
            rule="ACC-1",
        )
    if Role.BILLING_ADMINISTRATOR in roles and len(set(roles)) > 1:
        raise invalid_field(
            "/roles",
            "roles_exclusive",
            "A billing administrator has no other role; give another role the grants instead.",
            rule="ACC-1",
        )
    return roles


def operators_role(name: str) -> Role:
    """The role of one of the operator's own people.

    Raises:
        Invalid: `role_unknown`.
    """
    if name not in OPERATOR_ROLES:
        raise _unknown(tuple(sorted(OPERATOR_ROLES)))
    return Role(name)


def billing_grants(names: tuple[str, ...], roles: tuple[Role, ...]) -> tuple[BillingGrant, ...]:
    """What is granted beside these roles, each once.

    Raises:
        Invalid: `grant_unknown`; `grant_without_role`, no role here takes any; `grant_missing`, a
            billing administrator without one could do nothing.
    """
    if set(names) - set(BillingGrant):
        raise invalid_field(
            "/billing", "grant_unknown", f"Grants are {', '.join(BillingGrant)}.", rule="ACC-1"
        )
    if names and _TAKES_GRANTS.isdisjoint(roles):
        raise invalid_field(
            "/billing",
            "grant_without_role",
            f"Grants go with the roles {', '.join(sorted(_TAKES_GRANTS))}.",
            rule="ACC-1",
        )
    if Role.BILLING_ADMINISTRATOR in roles and not names:
        raise invalid_field(
            "/billing",
            "grant_missing",
            "Say what a billing administrator may view or manage.",
            rule="ACC-1",
        )
    return tuple(BillingGrant(name) for name in dict.fromkeys(names))


def _known(names: tuple[str, ...], offered: tuple[Role, ...]) -> tuple[Role, ...]:
    if not names or set(names) - set(Role):
        raise _unknown(offered)
    return tuple(Role(name) for name in names)


def _unknown(offered: tuple[Role, ...]) -> Invalid:
    return invalid_field("/roles", "role_unknown", f"Roles are {', '.join(offered)}.")
