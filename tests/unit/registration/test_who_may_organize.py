"""Who may touch a registration, and what everybody else is told (ACC-1, ACC-2)."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from guichet.access.membership import Member, Role
from guichet.registration.registration import Registration, RegistrationStatus
from guichet.registration.training import Approval
from tests.support.organizing import (
    cancel,
    decide,
    manager,
    mark,
    refused,
)
from tests.support.world import World

S = RegistrationStatus


type Act = Callable[[World, Member, Registration], object]

ACTS = [
    pytest.param(decide, id="approve"),
    pytest.param(lambda world, who, what: decide(world, who, what, approve=False), id="reject"),
    pytest.param(mark, id="mark paid"),
    pytest.param(lambda world, who, what: mark(world, who, what, paid=False), id="unmark paid"),
    pytest.param(lambda world, who, what: cancel(world, what, who), id="cancel"),
]


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    ("roles", "account_id", "refusal"),
    [
        pytest.param((Role.ADMINISTRATOR,), "acc_atelier", "not_allowed", id="administrator"),
        pytest.param((Role.EVENT_MANAGER,), "acc_atelier", "not_found", id="another manager"),
        pytest.param((Role.OWNER,), "acc_other", "not_found", id="owner of another account"),
    ],
)
def test_who_may_not_is_refused_and_nothing_is_written_acc_1_acc_2(
    act: Act, roles: tuple[Role, ...], account_id: str, refusal: str, world: World
) -> None:
    registration = world.register(world.training(approval=Approval.MANUAL))
    stranger = world.member("stranger", *roles, account_id=account_id)

    assert refused(world, lambda: act(world, stranger, registration)).code == refusal


@pytest.mark.parametrize("act", ACTS)
def test_what_does_not_exist_is_refused_like_another_accounts_acc_2(act: Act, world: World) -> None:
    registration = world.register(world.training())
    other = world.member("owner", Role.OWNER, account_id="acc_other")
    maria = manager(world)
    absent = replace(registration, registration_id="reg_no_where")

    foreign = refused(world, lambda: act(world, other, registration))
    missing = refused(world, lambda: act(world, maria, absent))

    assert (foreign.code, foreign.detail) == (missing.code, missing.detail)


def test_the_owner_manages_all_trainings_of_the_account_acc_1(world: World) -> None:
    registration = world.register(world.training())
    owner = world.member("olga", Role.OWNER)

    assert mark(world, owner, registration).value.status is S.CONFIRMED
