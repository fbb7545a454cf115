"""ACC-1: who gets an account, a role and grants, and what can't go together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from guichet.access.membership import (
    OPERATOR,
    AccountKind,
    BillingGrant,
    Permission,
    Representative,
    Role,
)
from guichet.access.use_cases.add_member import AddMember, add_member
from guichet.access.use_cases.add_operator_member import AddOperatorMember, add_operator_member
from guichet.access.use_cases.create_account import CreateAccount, create_account
from tests.support.unchanged import nothing_written
from tests.support.world import ACCOUNT, SYSTEM, World, refusal_of

RITA = Representative("Rita Roy", "rita@operator.example")
MEMBER = AddMember(
    account_id=ACCOUNT,
    issuer="https://issuer.example",
    subject="s-1",
    email="billie@atelier.example",
    name="Billie",
    roles=("billing_administrator",),
    actor=SYSTEM,
    billing=("subscriptions:manage", "invoices:view"),
)
OPERATORS = AddOperatorMember(
    issuer="https://issuer.example",
    subject="rita",
    email="rita@operator.example",
    name="Rita Roy",
    role="representative",
    actor=SYSTEM,
)
GRAND = CreateAccount(
    account_id="acc_grand",
    legal_name="Grand SA",
    email="office@grand.example",
    tax_note="",
    time_zone="Europe/Paris",
    language="fr",
    actor=SYSTEM,
    kind="corporate",
    representative=RITA,
)


@pytest.fixture
def world() -> World:
    return World()


def test_a_billing_administrator_signs_in_with_what_was_granted_acc_1(world: World) -> None:
    added = add_member(MEMBER, people=world.parts.people, clock=world.clock)

    found = world.parts.people.member_signed_in("https://issuer.example", "s-1")
    assert found == added
    assert found.billing == (BillingGrant.MANAGE_SUBSCRIPTIONS, BillingGrant.VIEW_INVOICES)
    assert found.may(Permission.MANAGE_SUBSCRIPTIONS)
    assert not found.may(Permission.MANAGE_PROFILE)


@pytest.mark.parametrize("role", ["administrator", "licence_manager"])
def test_other_roles_take_grants_beside_their_own_acc_1(world: World, role: str) -> None:
    command = replace(MEMBER, roles=(role,), billing=("addresses:manage", "addresses:manage"))

    added = add_member(command, people=world.parts.people, clock=world.clock)

    assert added.billing == (BillingGrant.MANAGE_ADDRESSES,)
    assert added.may(Permission.MANAGE_PROFILE)
    assert added.may(Permission.ASSIGN_SEATS)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        pytest.param({"roles": ("king",)}, "role_unknown", id="an unknown role"),
        pytest.param({"roles": ()}, "role_unknown", id="no role"),
        pytest.param({"roles": ("representative",)}, "role_of_operator", id="the operator's role"),
        pytest.param({"roles": ("owner", "auditor")}, "role_of_operator", id="beside another"),
        pytest.param(
            {"roles": ("billing_administrator", "event_manager")},
            "roles_exclusive",
            id="the billing centre and more",
        ),
        pytest.param({"billing": ("invoices:burn",)}, "grant_unknown", id="an unknown grant"),
        pytest.param({"billing": ("invoices",)}, "grant_unknown", id="a grant without its extent"),
        pytest.param({"billing": ()}, "grant_missing", id="nothing granted"),
        pytest.param({"roles": ("owner",)}, "grant_without_role", id="granted to an owner"),
        pytest.param(
            {"roles": ("event_manager",)}, "grant_without_role", id="granted to an event manager"
        ),
        pytest.param({"account_id": "acc_nobody"}, "not_found", id="no such account"),
        pytest.param({"account_id": OPERATOR}, "not_found", id="the operator is no account"),
    ],
)
def test_roles_and_grants_that_do_not_go_together_are_refused_acc_1(
    world: World, changed: dict[str, Any], code: str
) -> None:
    command = replace(MEMBER, **changed)

    with nothing_written(world.dynamo):
        refusal = refusal_of(
            lambda: add_member(command, people=world.parts.people, clock=world.clock)
        )

    assert refusal.code == code


@pytest.mark.parametrize("role", ["representative", "auditor"])
def test_the_operators_people_belong_to_no_customers_account_acc_1(world: World, role: str) -> None:
    added = add_operator_member(
        replace(OPERATORS, role=role), people=world.parts.people, clock=world.clock
    )

    assert (added.account_id, added.roles) == (OPERATOR, (Role(role),))
    assert world.parts.people.member_signed_in("https://issuer.example", "rita") == added
    with nothing_written(world.dynamo):
        again = refusal_of(
            lambda: add_operator_member(OPERATORS, people=world.parts.people, clock=world.clock)
        )
    assert again.code == "member_exists"


@pytest.mark.parametrize("role", ["owner", "billing_administrator", "king", ""])
def test_the_operators_people_have_the_operators_roles_alone_acc_1(world: World, role: str) -> None:
    command = replace(OPERATORS, role=role)

    with nothing_written(world.dynamo):
        refusal = refusal_of(
            lambda: add_operator_member(command, people=world.parts.people, clock=world.clock)
        )

    assert refusal.code == "role_unknown"


def test_a_corporate_account_has_a_named_representative_acc_1(world: World) -> None:
    create_account(GRAND, people=world.parts.people, clock=world.clock)

    found = world.parts.people.account("acc_grand")
    assert found is not None
    assert (found.kind, found.representative) == (AccountKind.CORPORATE, RITA)
    assert "Rita" not in str(world.dynamo.items("journal"))


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        pytest.param({"kind": "royal"}, "kind_unknown", id="an unknown kind"),
        pytest.param({"representative": None}, "representative_required", id="nobody named"),
        pytest.param(
            {"representative": Representative("Rita", "rita")},
            "representative_malformed",
            id="no e-mail address",
        ),
        pytest.param(
            {"representative": Representative(" ", "rita@operator.example")},
            "representative_malformed",
            id="no name",
        ),
    ],
)
def test_an_account_of_no_sound_kind_is_refused_acc_1(
    world: World, changed: dict[str, Any], code: str
) -> None:
    command = replace(GRAND, **changed)

    with nothing_written(world.dynamo):
        refusal = refusal_of(
            lambda: create_account(command, people=world.parts.people, clock=world.clock)
        )

    assert refusal.code == code
