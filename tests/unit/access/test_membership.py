"""What each role may do, and how far it reaches (ACC-1, ACC-2)."""

from itertools import product

import pytest

from guichet.access.membership import (
    BILLING_GRANTS,
    GRANTS,
    OPERATOR_ROLES,
    BillingGrant,
    Member,
    Permission,
    Reach,
    Role,
)
from guichet.errors import NotAllowed

READ, MANAGE = Permission.READ_TRAININGS, Permission.MANAGE_TRAININGS
REFUND, LINK = Permission.MANAGE_REFUNDS, Permission.LINK_PAYMENT_ACCOUNTS


def member(*roles: Role, billing: tuple[BillingGrant, ...] = ()) -> Member:
    return Member(
        member_id="mem_1",
        account_id="acc_1",
        issuer="https://issuer.example",
        subject="s",
        email="m@example.org",
        name="M",
        roles=roles,
        billing=billing,
    )


@pytest.mark.parametrize(
    ("roles", "permission", "reach"),
    [
        pytest.param((Role.OWNER,), READ, Reach.ALL, id="owner reads all"),
        pytest.param((Role.OWNER,), MANAGE, Reach.ALL, id="owner manages all"),
        pytest.param((Role.ADMINISTRATOR,), READ, Reach.ALL, id="administrator reads all"),
        pytest.param((Role.ADMINISTRATOR,), MANAGE, None, id="administrator manages none"),
        pytest.param((Role.EVENT_MANAGER,), READ, Reach.OWN, id="event manager reads own"),
        pytest.param((Role.EVENT_MANAGER,), MANAGE, Reach.OWN, id="event manager manages own"),
        pytest.param(
            (Role.EVENT_MANAGER, Role.ADMINISTRATOR), READ, Reach.ALL, id="the wider role counts"
        ),
        pytest.param(
            (Role.EVENT_MANAGER, Role.ADMINISTRATOR), MANAGE, Reach.OWN, id="each by its own role"
        ),
        pytest.param((), READ, None, id="no role, no reading"),
        pytest.param((Role.OWNER,), REFUND, Reach.ALL, id="owner refunds all"),
        pytest.param((Role.ADMINISTRATOR,), REFUND, None, id="administrator refunds none"),
        pytest.param((Role.EVENT_MANAGER,), REFUND, Reach.OWN, id="event manager refunds own"),
        pytest.param((Role.OWNER,), LINK, Reach.ALL, id="owner links"),
        pytest.param((Role.ADMINISTRATOR,), LINK, Reach.ALL, id="administrator links (PAY-3)"),
        pytest.param((Role.EVENT_MANAGER,), LINK, None, id="event manager does not link"),
    ],
)
def test_roles_reach_as_far_as_the_rule_says_acc_1(
    roles: tuple[Role, ...], permission: Permission, reach: Reach | None
) -> None:
    person = member(*roles)

    if reach is None:
        with pytest.raises(NotAllowed) as refused:
            person.reach(permission)
        assert refused.value.code == "not_allowed"
    else:
        assert person.reach(permission) is reach


def test_own_reach_covers_what_this_member_created_and_nothing_else_acc_1() -> None:
    person = member(Role.EVENT_MANAGER)

    assert person.can_touch(MANAGE, created_by="mem_1")
    assert not person.can_touch(MANAGE, created_by="mem_2")


def test_every_role_and_every_grant_has_a_row_acc_2() -> None:
    assert set(GRANTS) == set(Role)
    assert set(BILLING_GRANTS) == set(BillingGrant)


# a: all of the account's, o: own, .: nothing
COLUMNS = (
    "owner administrator billing_administrator licence_manager event_manager representative auditor"
)
TABLE = {
    #                          own adm bil lic eve rep aud
    "trainings:read":          "a   a   .   .   o   .   a",
    "trainings:manage":        "a   .   .   .   o   .   .",
    "refunds:manage":          "a   .   .   .   o   .   .",
    "reconciliations:read":    "a   .   .   .   .   .   a",
    "payment-accounts:link":   "a   a   .   .   .   .   .",
    "catalogue:read":          "a   a   a   a   .   a   a",
    "subscriptions:read":      "a   a   .   a   .   a   a",
    "subscriptions:manage":    "a   .   .   .   .   a   .",
    "subscriptions:represent": ".   .   .   .   .   a   .",
    "seats:read":              "a   a   .   a   .   a   a",
    "seats:assign":            "a   a   .   a   .   a   .",
    "usage:read":              "a   a   .   .   .   a   a",
    "usage:record":            ".   .   .   .   .   a   .",
    "profile:read":            "a   .   .   .   .   a   a",
    "profile:manage":          "a   .   .   .   .   a   .",
    "bills:read":              "a   .   .   .   .   a   a",
    "collection:manage":       ".   .   .   .   .   a   .",
    "payment-methods:read":    "a   .   .   .   .   a   a",
    "payment-methods:manage":  "a   .   .   .   .   .   .",
    "payment-methods:send-link": ".   .   .   .   .   a   .",
    "tax-exemptions:read":     "a   .   .   .   .   a   a",
    "tax-exemptions:manage":   "a   .   .   .   .   a   .",
    "tax-exemptions:judge":    ".   .   .   .   .   a   .",
    "invoice-runs:read":       ".   .   .   .   .   a   a",
    "invoices:manage":         ".   .   .   .   .   a   .",
}  # fmt: skip
REACHES = {"a": Reach.ALL, "o": Reach.OWN, ".": None}


def reach_of(person: Member, permission: Permission) -> Reach | None:
    return person.reach(permission) if person.may(permission) else None


def test_every_pair_of_role_and_permission_is_as_the_rule_says_acc_1() -> None:
    roles = [Role(name) for name in COLUMNS.split()]
    wanted = {
        (role, Permission(permission)): REACHES[mark]
        for permission, row in TABLE.items()
        for role, mark in zip(roles, row.split(), strict=True)
    }

    found = {pair: reach_of(member(pair[0]), pair[1]) for pair in product(Role, Permission)}

    assert found == wanted


@pytest.mark.parametrize(
    ("grant", "permissions"),
    [
        ("subscriptions:view", "subscriptions:read seats:read usage:read"),
        ("subscriptions:manage", "subscriptions:read seats:read usage:read subscriptions:manage"),
        ("quotes:view", ""),
        ("quotes:manage", ""),
        ("invoices:view", "bills:read"),
        ("invoices:manage", "bills:read"),
        ("payment-methods:view", "payment-methods:read"),
        ("payment-methods:manage", "payment-methods:read payment-methods:manage"),
        ("addresses:view", "profile:read"),
        ("addresses:manage", "profile:read profile:manage"),
        ("tax-exemption:view", "tax-exemptions:read"),
        ("tax-exemption:manage", "tax-exemptions:read tax-exemptions:manage"),
        ("people", ""),
    ],
)
def test_a_billing_administrator_does_what_was_granted_and_no_more_acc_1(
    grant: str, permissions: str
) -> None:
    person = member(Role.BILLING_ADMINISTRATOR, billing=(BillingGrant(grant),))

    found = {each for each in Permission if person.may(each)}

    assert found == {"catalogue:read", *permissions.split()}
    assert not person.may_hold_seat


def test_a_licence_manager_buys_once_subscriptions_are_theirs_to_manage_acc_1() -> None:
    plain = member(Role.LICENCE_MANAGER)
    trusted = member(Role.LICENCE_MANAGER, billing=(BillingGrant.MANAGE_SUBSCRIPTIONS,))

    assert not plain.may(Permission.MANAGE_SUBSCRIPTIONS)
    assert trusted.may(Permission.MANAGE_SUBSCRIPTIONS)


def test_an_auditor_changes_nothing_anywhere_acc_1() -> None:
    may = {each for each in Permission if member(Role.AUDITOR).may(each)}

    assert all(each.endswith(":read") for each in may)
    assert may == {each for each in Permission if each.endswith(":read")}


@pytest.mark.parametrize("role", Role)
def test_the_operators_people_are_known_and_hold_no_customers_seat_acc_1(role: Role) -> None:
    person = member(role)

    assert person.is_operators == (role in OPERATOR_ROLES)
    if person.is_operators:
        assert not person.may_hold_seat
        assert person.acting_for("acc_2").account_id == "acc_2"
        assert person.acting_for("acc_2").member_id == person.member_id
