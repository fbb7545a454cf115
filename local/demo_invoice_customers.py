"""The six customers of the demo's third act: who they are, what they buy, and the accounts made for them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from guichet.access.membership import Member, Role
from guichet.access.use_cases.add_member import AddMember, add_member
from guichet.access.use_cases.create_account import CreateAccount, create_account
from guichet.bootstrap import Container
from local.calls import Json
from local.customers import SEED
from local.identity import SignIn


@dataclass(frozen=True, eq=False)  # each is itself: a key of what is about them
class Customer:
    """Whom an account is made for; `address` and `line` as the API takes them."""

    name: str  # in what is printed
    company: str
    contact: str
    language: str
    time_zone: str
    address: Mapping[str, str]
    line: Mapping[str, Json]
    currency: str
    vat_number: str | None = None


def _webinar(plan: str, seats: int) -> Mapping[str, Json]:
    return {
        "kind": "subscribe",
        "product": "webinar",
        "plan": plan,
        "frequency": "monthly",
        "seats": seats,
    }


BERLIN: Final = Customer(
    *("Berlin", "Max Mustermann", "Max Mustermann", "de", "Europe/Berlin"),
    address={
        "line1": "Musterstraße 1",
        "city": "Berlin",
        "postal_code": "10115",
        "country": "DE",
    },
    line=_webinar("plus", 3),
    currency="EUR",
)
PARIS: Final = Customer(
    *("Paris", "Atelier Lumière SARL", "Camille Roy", "fr", "Europe/Paris"),
    address={
        "line1": "12 rue de l’Exemple",
        "city": "Paris",
        "postal_code": "75011",
        "country": "FR",
    },
    line=_webinar("plus", 2),
    currency="EUR",
    vat_number="FR40303265045",
)
LEEDS: Final = Customer(
    *("Leeds", "Yorkshire Seminars Ltd", "Grace Green", "en", "Europe/London"),
    address={"line1": "8 Example Row", "city": "Leeds", "postal_code": "LS1 1AA", "country": "GB"},
    line=_webinar("starter", 5),
    currency="GBP",
)
MOBILE: Final = Customer(
    *("Mobile", "Gulf Charity", "Harper Hill", "en", "America/Chicago"),
    address={
        "line1": "77 Sample Avenue",
        "city": "Mobile",
        "region": "AL",
        "postal_code": "36602",
        "country": "US",
    },
    line=_webinar("starter", 4),
    currency="USD",
)
MONTREAL: Final = Customer(
    *("Montréal", "Atelier Érable inc.", "Émile Côté", "fr", "America/Toronto"),
    address={
        "line1": "1 rue Exemple",
        "city": "Montréal",
        "region": "QC",
        "postal_code": "H2Y 1A1",
        "country": "CA",
    },
    line={
        "kind": "subscribe",
        "product": "telephony",
        "plan": "line",
        "frequency": "monthly",
        "seats": 3,
    },
    currency="CAD",
)
ZURICH: Final = Customer(
    *("Zürich", "Muster AG", "Urs Beispiel", "de", "Europe/Zurich"),
    address={
        "line1": "Beispielweg 4",
        "city": "Zürich",
        "postal_code": "8001",
        "country": "CH",
    },
    line=_webinar("pro", 1),
    currency="CHF",
)
CUSTOMERS: Final = (BERLIN, PARIS, LEEDS, MOBILE, MONTREAL, ZURICH)


@dataclass(frozen=True)
class NewAccount:
    """An account's id, and the address with which its owner signs in."""

    account_id: str
    owner: str


def new_account() -> NewAccount:
    """An account that has bought nothing yet: the demo can be played again and again."""
    name = secrets.token_hex(4)
    return NewAccount(f"acc_{name}", f"owner@{name}.example")


def open_account(parts: Container, customer: Customer, new: NewAccount, sign_in: SignIn) -> Member:
    """The account with its owner, as `guichet account create` and `member add` make them."""
    create_account(
        CreateAccount(
            account_id=new.account_id,
            legal_name=customer.company,
            email=new.owner,
            tax_note="",
            time_zone=customer.time_zone,
            language=customer.language,
            actor=SEED,
        ),
        people=parts.people,
        clock=parts.clock,
    )
    return add_member(
        AddMember(
            account_id=new.account_id,
            issuer=sign_in.issuer,
            subject=sign_in.subject,
            email=new.owner,
            name=customer.contact,
            roles=(Role.OWNER,),
            actor=SEED,
        ),
        people=parts.people,
        clock=parts.clock,
    )
