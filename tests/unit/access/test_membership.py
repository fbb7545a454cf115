"""What each role may do, and how far it reaches (ACC-1, ACC-2)."""

import pytest

from guichet.access.membership import GRANTS, Member, Permission, Reach, Role
from guichet.errors import NotAllowed

READ, MANAGE = Permission.READ_TRAININGS, Permission.MANAGE_TRAININGS
REFUND, LINK = Permission.MANAGE_REFUNDS, Permission.LINK_PAYMENT_ACCOUNTS


def member(*roles: Role) -> Member:
    return Member(
        member_id="mem_1",
        account_id="acc_1",
        issuer="https://issuer.example",
        subject="s",
        email="m@example.org",
        name="M",
        roles=roles,
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


def test_every_role_has_a_row_acc_2() -> None:
    assert set(GRANTS) == set(Role)
