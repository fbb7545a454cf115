"""The billing centre's function on the world in memory."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from functions.billing import app as billing_app
from guichet.access.membership import (
    OPERATOR,
    Account,
    AccountKind,
    BillingGrant,
    Member,
    Representative,
    Role,
)
from guichet.entry.http import serve
from tests.support.billing import NEW_YORK, Billing
from tests.support.billing_access import certificate_wanted
from tests.support.gateway import CONTEXT, Came, came, http_event
from tests.support.uploaded_files import pdf
from tests.support.world import World

type Call = Callable[..., Came]

CORPORATE = "acc_corporate"
MARY = Representative("Mary Stone", "mary@operator.example")


@pytest.fixture
def billing() -> Billing:
    """An account that buys."""
    return Billing()


@pytest.fixture
def world(billing: Billing) -> World:
    return billing.world


@pytest.fixture
def people(billing: Billing, world: World) -> dict[str, Member]:
    """One of each role, by its name in the table of access."""
    _accounts(billing)
    billing_administrator = Role.BILLING_ADMINISTRATOR
    return {
        "owner": billing.owner,
        "administrator": world.member("adrian", Role.ADMINISTRATOR),
        "billing": world.member("bill", billing_administrator, billing=(BillingGrant.VIEW_QUOTES,)),
        "buyer": world.member(
            "bella",
            billing_administrator,
            billing=(BillingGrant.MANAGE_SUBSCRIPTIONS, BillingGrant.VIEW_TAX_EXEMPTION),
        ),
        "clerk": world.member(
            "clara",
            billing_administrator,
            billing=(
                BillingGrant.VIEW_INVOICES,
                BillingGrant.MANAGE_ADDRESSES,
                BillingGrant.MANAGE_TAX_EXEMPTION,
            ),
        ),
        "payer": world.member(
            "paula", billing_administrator, billing=(BillingGrant.MANAGE_PAYMENT_METHODS,)
        ),
        "licences": world.member("leo", Role.LICENCE_MANAGER),
        "events": world.member("maria", Role.EVENT_MANAGER),
        "representative": billing.representative,
        "auditor": world.member("audrey", Role.AUDITOR, account_id=OPERATOR),
        "foreign": world.member("odile", Role.OWNER, account_id="acc_studio"),
        "corporate": world.member("carl", Role.OWNER, account_id=CORPORATE),
    }


def _accounts(billing: Billing) -> None:
    world = billing.world
    profiles = world.parts.profiles
    for account_id, kind, named in (
        ("acc_studio", AccountKind.ONLINE, None),
        (CORPORATE, AccountKind.CORPORATE, MARY),
    ):
        account = Account(
            *(account_id, "Studio Sud", "s@studio.example", "", "UTC", "en"),
            kind=kind,
            representative=named,
        )
        world.parts.people.add_account(world.cause("seed"), account)
        before = profiles.profile(account)
        after = replace(before, billing_address=NEW_YORK, version=before.version + 1)
        profiles.save_profile(world.cause("seed"), before, after)


@pytest.fixture
def call(billing: Billing, people: dict[str, Member]) -> Call:
    """Send one call; a key is sent with every change, another one each time unless it is given."""
    world, keys = billing.world, count(1)
    app = billing_app.build(lambda: world.parts, world.log)

    def send(
        method: str,
        path: str,
        by: str | None = "owner",
        *,
        about: str | None = billing.account_id,
        key: str | None = None,
        **parts: Any,  # noqa: ANN401 - any part of an event
    ) -> Came:
        member = None if by is None else people[by]
        headers = {"idempotency-key": key or f"call-{next(keys)}"} if method != "GET" else {}
        if member is not None and member.is_operators and about is not None:
            headers["guichet-account"] = about
        headers |= parts.pop("headers", {})
        event = http_event(method, path, member=member, headers=headers, **parts)
        return came(serve(app, event, CONTEXT, world.log))

    return send


type Buy = Callable[..., str]


@pytest.fixture
def buy(billing: Billing, call: Call) -> Buy:
    """Preview, order, pay on the provider's page, come back; answers the subscription's id."""

    def bought(by: str = "owner", **line: Any) -> str:  # noqa: ANN401 - fields of many types
        wanted = {"kind": "subscribe", "product": "webinar", "plan": "starter"} | line
        if wanted["kind"] == "subscribe":
            wanted = {"frequency": "monthly", "seats": 5} | wanted
        else:
            wanted = {"kind": wanted["kind"]} | line
        preview = call("POST", "/v1/carts/preview", by, body={"lines": [wanted]})
        assert preview.status == 201, preview.text
        order = {"preview_id": preview.body["preview_id"], "method": "stripe"}
        placed = call("POST", "/v1/carts", by, body=order)
        assert placed.status == 201, placed.text
        payment = placed.body["payment"]
        if payment is not None:
            session = billing.payment(payment["payment_id"]).session_id
            assert session is not None
            billing.world.stripe.pay(session)
            paid = call("POST", f"/v1/carts/{placed.body['cart_id']}/return", by)
            assert paid.body["status"] == "done", paid.text
        return str(preview.body["subscriptions"][0])

    return bought


type Upload = Callable[..., str]


@pytest.fixture
def upload(world: World, call: Call) -> Upload:
    """Ask where to post, and post; answers the upload's id."""

    def uploaded(
        content: bytes | None = None, media_type: str = "application/pdf", by: str = "owner"
    ) -> str:
        asked = call("POST", "/v1/tax-certificates/uploads", by, body={"media_type": media_type})
        assert asked.status == 201, asked.text
        assert world.files.post(asked.body["fields"], pdf() if content is None else content)
        return str(asked.body["upload_id"])

    return uploaded


@pytest.fixture
def submit(call: Call, upload: Upload) -> Upload:
    """Upload and submit a certificate of Alabama's; answers its id."""

    def submitted(by: str = "owner", **changed: Any) -> str:  # noqa: ANN401 - fields of many types
        body = certificate_wanted(upload(by=by)) | changed
        answer = call("POST", "/v1/tax-certificates", by, body=body)
        assert answer.status == 201, answer.text
        return str(answer.body["certificate_id"])

    return submitted
