"""New accounts for each play of the demo, with their owners; and the operator's representative."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from guichet.access.membership import Role
from guichet.access.use_cases.add_member import AddMember, add_member
from guichet.access.use_cases.add_operator_member import AddOperatorMember, add_operator_member
from guichet.access.use_cases.create_account import CreateAccount, create_account
from guichet.errors import Conflict
from local.calls import call
from local.customers import SEED
from local.demo_buyer import Buyer
from local.demo_invoice_customers import CUSTOMERS, Customer, new_account, open_account
from local.deployment import Deployment
from local.identity import bearer_token, ensure_sign_in
from local.seed import parts_of

_REPRESENTATIVE: Final = "rita@operator.example"


@dataclass(frozen=True)
class DemoAccount:
    """Who plays."""

    account_id: str
    owner_token: str
    representative_token: str


def demo_account(deployment: Deployment) -> DemoAccount:
    """The second act's. An account that has bought nothing yet: the demo can be played again and again."""
    parts, name = parts_of(deployment), secrets.token_hex(4)
    account_id, owner = f"acc_{name}", f"owner@{name}.example"
    create_account(
        CreateAccount(
            account_id=account_id,
            legal_name="Lovelace Learning LLC",
            email=owner,
            tax_note="",
            time_zone="America/New_York",
            language="en",
            actor=SEED,
        ),
        people=parts.people,
        clock=parts.clock,
    )
    sign_in = ensure_sign_in(deployment, owner)
    add_member(
        AddMember(
            account_id=account_id,
            issuer=sign_in.issuer,
            subject=sign_in.subject,
            email=owner,
            name="Ada Lovelace",
            roles=(Role.OWNER,),
            actor=SEED,
        ),
        people=parts.people,
        clock=parts.clock,
    )
    _ensure_representative(deployment)
    return DemoAccount(
        account_id, bearer_token(deployment, owner), bearer_token(deployment, _REPRESENTATIVE)
    )


def demo_buyers(
    deployment: Deployment, url: str, customers: Iterable[Customer] = CUSTOMERS
) -> dict[Customer, Buyer]:
    """The third act's: each customer, and what they call of the stack at this address."""
    parts = parts_of(deployment)
    _ensure_representative(deployment)
    representative_token = bearer_token(deployment, _REPRESENTATIVE)
    buyers: dict[Customer, Buyer] = {}
    for customer in customers:
        new = new_account()
        open_account(parts, customer, new, ensure_sign_in(deployment, new.owner))
        owner_token = bearer_token(deployment, new.owner)
        buyers[customer] = Buyer(
            customer, url, new.account_id, owner_token, representative_token, call
        )
    return buyers


def _ensure_representative(deployment: Deployment) -> None:
    parts, sign_in = parts_of(deployment), ensure_sign_in(deployment, _REPRESENTATIVE)
    command = AddOperatorMember(
        issuer=sign_in.issuer,
        subject=sign_in.subject,
        email=_REPRESENTATIVE,
        name="Rita Reyes",
        role=Role.REPRESENTATIVE,
        actor=SEED,
    )
    try:
        add_operator_member(command, people=parts.people, clock=parts.clock)
    except Conflict as refusal:
        if refusal.code != "member_exists":
            raise
