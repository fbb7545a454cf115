"""A filled-in profile, and an account with its members as the calls about profiles meet them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from guichet.access.membership import (
    OPERATOR,
    Account,
    AccountKind,
    BillingGrant,
    Member,
    Representative,
    Role,
)
from guichet.entry.calls.profile import ProfileCalls
from guichet.entry.http import mount, resolver, serve
from tests.support.gateway import CONTEXT, Came, came, http_event
from tests.support.world import World

type Call = Callable[..., Came]

PARIS = {"line1": "12 rue Exemple", "city": "Paris", "postal_code": "75001", "country": "FR"}
BOSTON = {"line1": "1 Example St", "city": "Boston", "region": "MA", "country": "US"}
FILLED = {
    "company": "Atelier Nord",
    "vat_number": "FR 61 954 506 077",
    "billing_address": PARIS,
    "shipping_address": BOSTON,
    "contact_name": "Olivia Ory",
    "phone": "+33 1 99 00 00 00",
    "contact_email": "billing@atelier.example",
    "cc_emails": ["a@atelier.example", "b@atelier.example"],
    "time_zone": "America/Toronto",
    "language": "de",
}


def two_accounts() -> World:
    """The world's own, and a corporate one with its representative."""
    made = World()
    made.parts.people.add_account(
        made.cause("seed"),
        Account(
            *("acc_grand", "Grand SA", "g@grand.example", "", "Europe/Zurich", "it"),
            kind=AccountKind.CORPORATE,
            representative=Representative("Rita Roy", "rita@operator.example"),
        ),
    )
    return made


def everybody(world: World) -> dict[str, Member]:
    """One of each role."""
    return {
        "olivia": world.member("olivia", Role.OWNER),
        "bill": world.member(
            "bill", Role.BILLING_ADMINISTRATOR, billing=(BillingGrant.MANAGE_ADDRESSES,)
        ),
        "vera": world.member(
            "vera", Role.BILLING_ADMINISTRATOR, billing=(BillingGrant.VIEW_ADDRESSES,)
        ),
        "ines": world.member(
            "ines", Role.BILLING_ADMINISTRATOR, billing=(BillingGrant.MANAGE_INVOICES,)
        ),
        "adrian": world.member("adrian", Role.ADMINISTRATOR),
        "leo": world.member("leo", Role.LICENCE_MANAGER),
        "maria": world.member("maria", Role.EVENT_MANAGER),
        "grace": world.member("grace", Role.OWNER, account_id="acc_grand"),
        "rita": world.member("rita", Role.REPRESENTATIVE, account_id=OPERATOR),
        "audrey": world.member("audrey", Role.AUDITOR, account_id=OPERATOR),
    }


def calling(world: World, people: dict[str, Member]) -> Call:
    """The calls about profiles, by anybody of these."""
    app = resolver(world.log)
    mount(app, ProfileCalls(app, lambda: world.parts))

    def send(method: str, by: str = "olivia", account: str | None = None, **parts: Any) -> Came:  # noqa: ANN401 - any part of an event
        headers = dict(parts.pop("headers", {})) | ({"guichet-account": account} if account else {})
        path = str(parts.pop("path", "/v1/account"))
        event = http_event(method, path, member=people[by], headers=headers, **parts)
        return came(serve(app, event, CONTEXT, world.log))

    return send
