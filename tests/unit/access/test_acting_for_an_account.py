"""ACC-1, ACC-2: whose account a call is about, and who acts in it."""

from __future__ import annotations

import pytest

from guichet.access.membership import OPERATOR, Account, Member, Role
from guichet.entry.callers import Caller
from guichet.entry.calls.signed_in import Sender
from guichet.events import ActorKind
from tests.support.gateway import http_event
from tests.support.unchanged import nothing_written
from tests.support.world import ACCOUNT, World, refusal_of

STUDIO = "acc_studio"


@pytest.fixture
def world() -> World:
    made = World()
    made.parts.people.add_account(
        made.cause("seed"),
        Account(STUDIO, "Studio Sud", "s@studio.example", "", "Europe/Paris", "fr"),
    )
    return made


def sender(world: World, member: Member, named: str | None) -> Sender:
    headers = {} if named is None else {"Guichet-Account": named}
    caller = Caller(http_event("GET", "/v1/x", member=member, headers=headers))
    return Sender(caller, caller.member(world.parts), world.parts)


@pytest.mark.parametrize("named", [ACCOUNT, STUDIO])
@pytest.mark.parametrize("role", [Role.REPRESENTATIVE, Role.AUDITOR])
def test_the_operators_people_act_for_the_account_that_the_call_names_acc_1(
    world: World, role: Role, named: str
) -> None:
    rita = world.member("rita", role, account_id=OPERATOR)

    found = sender(world, rita, named)

    assert (found.account_id, found.member.account_id) == (named, named)
    assert (found.actor.kind, found.actor.id) == (ActorKind.REPRESENTATIVE, rita.member_id)


@pytest.mark.parametrize("named", [None, ACCOUNT])
def test_a_member_acts_in_their_own_account_named_or_not_acc_2(
    world: World, named: str | None
) -> None:
    olivia = world.member("olivia", Role.OWNER)

    found = sender(world, olivia, named)

    assert (found.account_id, found.member) == (ACCOUNT, olivia)
    assert found.actor.kind is ActorKind.MEMBER


@pytest.mark.parametrize(
    ("role", "account", "named", "code"),
    [
        pytest.param(Role.OWNER, ACCOUNT, STUDIO, "not_found", id="another customer's"),
        pytest.param(
            Role.OWNER, ACCOUNT, "acc_nobody", "not_found", id="a customer names nobody's"
        ),
        pytest.param(
            Role.OWNER, ACCOUNT, OPERATOR, "not_found", id="a customer names the operator"
        ),
        pytest.param(Role.REPRESENTATIVE, OPERATOR, None, "account_missing", id="names none"),
        pytest.param(Role.REPRESENTATIVE, OPERATOR, "acc_nobody", "not_found", id="nobody's"),
        pytest.param(Role.AUDITOR, OPERATOR, OPERATOR, "not_found", id="the operator's own"),
        pytest.param(Role.REPRESENTATIVE, OPERATOR, "acc#1", "not_found", id="no id at all"),
        pytest.param(Role.REPRESENTATIVE, OPERATOR, "", "not_found", id="an empty name"),
    ],
)
def test_any_other_account_is_as_absent_acc_2(
    world: World, role: Role, account: str, named: str | None, code: str
) -> None:
    person = world.member("pat", role, account_id=account)

    with nothing_written(world.dynamo):
        refusal = refusal_of(lambda: sender(world, person, named))

    assert refusal.code == code
