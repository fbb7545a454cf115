"""ACC-1, ACC-2: every call of the billing centre × every role, in one process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from functions.billing import app as billing_app
from guichet.access.membership import Member
from guichet.entry.http import Route
from tests.support.billing import Billing
from tests.support.billing_access import (
    BILLING_BODIES,
    BILLING_QUERIES,
    BILLING_TABLE,
    NEW,
    ROLES,
    BillingObjects,
    seats_wanted,
)
from tests.support.gateway import Came
from tests.support.unchanged import nothing_written

type Call = Callable[..., Came]
type Buy = Callable[..., str]

WITHDRAW = "POST /v1/subscriptions/{subscription_id}/withdraw"
ASSIGN = "POST /v1/subscriptions/{subscription_id}/seats"


@pytest.fixture
def objects(call: Call, buy: Buy, billing: Billing, upload: Buy, submit: Buy) -> BillingObjects:
    """Five seats, one given away; a preview, an order that waits, a card, a certificate."""
    subscription_id = buy()
    billing.world.settle_down()
    seat = call(
        "POST", f"/v1/subscriptions/{subscription_id}/seats", body=seats_wanted("a@b.example")
    )
    placed = call("POST", "/v1/carts", body={"preview_id": _preview(call), "method": "stripe"})
    (invoice,) = call("GET", "/v1/invoices").body["items"]
    (run,) = call("GET", "/v1/invoice-runs", by="representative").body["items"]
    return BillingObjects(
        *(subscription_id, seat.body["seat_id"], _preview(call), placed.body["cart_id"]),
        *_stored_method(call, billing),
        *(upload(), submit()),
        invoice_id=invoice["invoice_id"],
        run_id=run["run_id"],
    )


def _stored_method(call: Call, billing: Billing) -> tuple[str, str]:
    """A card, and the page on which it was stored."""
    page = call("POST", "/v1/payment-methods", body={"kind": "card"}).body
    house = billing.world.method_house.provider("stripe")
    house.agree(str(page["url"]).rpartition("/")[2])
    done = call("POST", f"/v1/payment-methods/setups/{page['setup_id']}/return").body
    return done["payment_method_id"], page["setup_id"]


def _preview(call: Call) -> str:
    made = call("POST", "/v1/carts/preview", body={"lines": [dict(NEW)]})
    return str(made.body["preview_id"])


def _knock(call: Call, route: str, role: str | None, objects: BillingObjects) -> Came:
    body: Any = BILLING_BODIES[route](objects) if route in BILLING_BODIES else None
    if route == ASSIGN:
        body = seats_wanted("another@b.example")
    query = BILLING_QUERIES.get(route, "")
    return call(route.partition(" ")[0], objects.path(route), by=role, body=body, query=query)


def test_every_call_of_the_function_has_a_row_acc_2(billing: Billing) -> None:
    app = billing_app.build(lambda: billing.world.parts, billing.world.log)

    routes = {f"{each.method} {each.path}" for each in _marked(app)}

    assert routes == {_marked_path(each) for each in BILLING_TABLE}


def _marked(app: Any) -> list[Route]:  # noqa: ANN401 - Powertools' resolver
    routes = [*app._static_routes, *app._dynamic_routes]  # noqa: SLF001 - it has no list of its own
    return [each.func.__guichet_route__ for each in routes]


def _marked_path(route: str) -> str:
    return route.replace("{", "<").replace("}", ">")


@pytest.mark.parametrize("route", BILLING_TABLE)
def test_each_role_gets_what_the_table_says_acc_1(
    billing: Billing, call: Call, objects: BillingObjects, route: str
) -> None:
    if route == WITHDRAW:
        assert call("POST", f"/v1/subscriptions/{objects.subscription_id}/cancel").status == 200
    expected = dict(zip(ROLES, map(int, BILLING_TABLE[route].split()), strict=True))
    store = billing.world.dynamo
    before = store.snapshot()

    answers = {}
    for role in ROLES:
        store.restore(before)
        answers[role] = _knock(call, route, role, objects).status

    assert answers == expected


@pytest.mark.parametrize("route", BILLING_TABLE)
def test_who_is_refused_changes_nothing_acc_1_acc_2(
    billing: Billing, call: Call, objects: BillingObjects, route: str
) -> None:
    expected = dict(zip(ROLES, map(int, BILLING_TABLE[route].split()), strict=True))

    with nothing_written(billing.world.dynamo):
        for role in [each for each in ROLES if expected[each] >= 400]:
            _knock(call, route, role, objects)


@pytest.mark.parametrize("route", [each for each in BILLING_TABLE if "404" in BILLING_TABLE[each]])
def test_what_is_another_account_s_is_as_absent_acc_2(
    call: Call, objects: BillingObjects, route: str
) -> None:
    absent = objects.absent()

    theirs = _knock(call, route, "foreign", objects)
    nowhere = _knock(call, route, "foreign", absent)

    assert theirs.status == nowhere.status == 404
    assert theirs.headers == nowhere.headers
    assert theirs.text.replace(objects.path(route), "") == nowhere.text.replace(
        absent.path(route), ""
    )


@pytest.mark.parametrize("route", BILLING_TABLE)
def test_nobody_gets_in_without_a_membership_acc_2(
    call: Call, people: dict[str, Member], objects: BillingObjects, route: str
) -> None:
    people["nobody"] = Member("mem_x", "acc_atelier", "https://issuer.example", "x", "", "", ())

    signed_out = _knock(call, route, None, objects)
    stranger = _knock(call, route, "nobody", objects)

    assert (signed_out.status, signed_out.code) == (401, "sign_in_missing")
    assert (stranger.status, stranger.code) == (403, "no_membership")


def test_the_operator_s_people_name_the_account_acc_1(call: Call) -> None:
    unnamed = call("GET", "/v1/invoices", by="auditor", about=None)
    absent = call("GET", "/v1/invoices", by="auditor", about="acc_nowhere")

    assert (unnamed.status, unnamed.code) == (400, "account_missing")
    assert (absent.status, absent.code) == (404, "not_found")


@pytest.mark.parametrize("about", [None, "acc_atelier", "acc_nowhere"])
def test_calls_about_all_accounts_name_none_acc_1(call: Call, about: str | None) -> None:
    answer = call("GET", "/v1/invoice-runs", by="auditor", about=about)
    owner = call("GET", "/v1/invoice-runs", headers={"guichet-account": "acc_atelier"})

    assert (answer.status, answer.body["items"]) == (200, [])
    assert (owner.status, owner.code) == (403, "not_allowed")
