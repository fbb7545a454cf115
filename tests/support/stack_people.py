"""Everybody who may knock at a deployed stack, in the order of the table of access."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from local.customers import OPERATORS
from tests.support.billing_access import ROLES

MEMBERS: Final = MappingProxyType(
    {
        "owner": "owner@atelier.example",
        "administrator": "admin@atelier.example",
        "maker": "maria@atelier.example",
        "peer": "marco@atelier.example",
        "foreign": "owner@studio.example",
        "billing": "bill@atelier.example",
        "buyer": "bella@atelier.example",
        "clerk": "clara@atelier.example",
        "payer": "paula@atelier.example",
        "licences": "leo@atelier.example",
        "representative": OPERATORS[0].email,
        "auditor": OPERATORS[1].email,
    }
)

# Who knocks: nobody; the registrant whom the call is about; another; members of the account, of
# whom `maker` made the object; the owner of another account; billing administrators without a grant
# here, who buy, who see invoices, and who manage payment methods; a licence manager; the operator's
# people, who name the account; a sign-in that has expired; one that was made for another application.
COLUMNS: Final = ("nobody", "own", "other", *MEMBERS, "expired", "elsewhere")


def about(member: str, account_id: str) -> dict[str, str]:
    """The header by which the operator's people name the account."""
    is_operators = member in {"representative", "auditor"}
    return {"guichet-account": account_id} if is_operators else {}


def on_the_stack(row: str) -> str:
    """A row of `BILLING_TABLE` with the columns of a stack: who isn't signed in gets 401."""
    by_role = dict(zip(ROLES, row.split(), strict=True))
    by_role |= {"maker": by_role["events"], "peer": by_role["events"]}
    return " ".join(by_role.get(column, "401") for column in COLUMNS)
