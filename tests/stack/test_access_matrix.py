"""Every route of the template × everybody who may knock (ACC-1, ACC-2, ACC-5).

The rows come from template.yaml: a route without a row fails, as does a row without a route.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

import pytest
from samtranslator.yaml_helper import yaml_parse

from local.environment import Json
from local.paths import ROOT
from tests.support.billing_access import BILLING_TABLE
from tests.support.deployed_stack import Answer, DeployedStack
from tests.support.stack_house import ORGANIZER, House
from tests.support.stack_people import COLUMNS, MEMBERS, about, on_the_stack

# What each of the first columns and the last two gets; the others' are added below.
# 401 is the gateway's where a member is asked for, else ours.
# 404 (422 where a body names it) to a member: an object out of reach is as absent.
_SALES: Final = MappingProxyType(
    {
        #                                                           nob own oth own adm mak pee for exp els
        "POST /v1/payment-accounts":                                "401 401 401 201 201 403 403 201 401 401",
        "GET /v1/payment-accounts":                                 "401 401 401 200 200 403 403 200 401 401",
        "GET /v1/payment-accounts/{payment_account_id}":            "401 401 401 200 200 403 403 404 401 401",
        "DELETE /v1/payment-accounts/{payment_account_id}":         "401 401 401 204 204 403 403 404 401 401",
        "POST /v1/payment-accounts/{payment_account_id}/refresh":   "401 401 401 200 200 403 403 404 401 401",
        "POST /v1/payment-accounts/{payment_account_id}/onboarding-link":
                                                                    "401 401 401 200 200 403 403 404 401 401",
        "POST /v1/trainings":                                       "401 401 401 201 403 201 201 201 401 401",
        "GET /v1/trainings":                                        "401 401 401 200 200 200 200 200 401 401",
        "GET /v1/trainings/{training_id}":                          "401 401 401 200 200 200 404 404 401 401",
        "PATCH /v1/trainings/{training_id}":                        "401 401 401 200 403 200 404 404 401 401",
        "DELETE /v1/trainings/{training_id}":                       "401 401 401 204 403 204 404 404 401 401",
        "POST /v1/trainings/{training_id}/open":                    "401 401 401 200 403 200 404 404 401 401",
        "POST /v1/trainings/{training_id}/close":                   "401 401 401 200 403 200 404 404 401 401",
        "POST /v1/trainings/{training_id}/cancel":                  "401 401 401 202 403 202 404 404 401 401",
        "GET /v1/trainings/{training_id}/cancellation":             "401 401 401 200 200 200 404 404 401 401",
        "GET /v1/trainings/{training_id}/registrations":            "401 401 401 200 200 200 404 404 401 401",
        "GET /v1/trainings/{training_id}/payments":                 "401 401 401 200 200 200 404 404 401 401",
        "GET /v1/payments/{payment_id}":                            "401 401 401 200 200 200 404 404 401 401",
        "GET /v1/payments/{payment_id}/refunds":                    "401 401 401 200 200 200 404 404 401 401",
        "POST /v1/payments/{payment_id}/refunds":                   "401 401 401 201 403 201 404 404 401 401",
        "POST /v1/discount-codes":                                  "401 401 401 201 403 201 422 422 401 401",
        "GET /v1/discount-codes":                                   "401 401 401 200 200 200 200 200 401 401",
        "PATCH /v1/discount-codes/{code_id}":                       "401 401 401 200 403 200 404 404 401 401",
        "GET /v1/registrations/{registration_id}":                  "401 401 401 200 200 200 404 404 401 401",
        "POST /v1/registrations/{registration_id}/approve":         "401 401 401 200 403 200 404 404 401 401",
        "POST /v1/registrations/{registration_id}/reject":          "401 401 401 200 403 200 404 404 401 401",
        "POST /v1/registrations/{registration_id}/mark-paid":       "401 401 401 200 403 200 404 404 401 401",
        "POST /v1/registrations/{registration_id}/unmark-paid":     "401 401 401 200 403 200 404 404 401 401",
        "POST /v1/registrations/{registration_id}/cancel":          "401 401 401 200 403 200 404 404 401 401",
        "POST /v1/registrations/{registration_id}/resend":          "401 401 401 200 403 200 404 404 401 401",
        "GET /v1/reconciliations":                                  "401 401 401 200 403 403 403 200 401 401",
        "GET /v1/public/trainings/{training_id}":                   "200 200 200 200 200 200 200 200 200 200",
        "POST /v1/public/trainings/{training_id}/price":            "200 200 200 200 200 200 200 200 200 200",
        "POST /v1/public/trainings/{training_id}/registrations":    "201 201 201 201 201 201 201 201 201 201",
        "POST /v1/public/registrations/resend-link":                "202 202 202 202 202 202 202 202 202 202",
        "GET /v1/public/registrations/{registration_id}":           "401 200 401 401 401 401 401 401 401 401",
        "POST /v1/public/registrations/{registration_id}/payments": "401 200 401 401 401 401 401 401 401 401",
        "POST /v1/public/registrations/{registration_id}/return":   "401 200 401 401 401 401 401 401 401 401",
        "POST /v1/public/registrations/{registration_id}/cancel":   "401 200 401 401 401 401 401 401 401 401",
        "POST /v1/webhooks/stripe":                                 "400 400 400 400 400 400 400 400 400 400",
        "POST /v1/webhooks/paypal":                                 "400 400 400 400 400 400 400 400 400 400",
        "GET /v1/openapi.json":                                     "200 200 200 200 200 200 200 200 200 200",
        "$default":                                                 "404 404 404 404 404 404 404 404 404 404",
    }
)  # fmt: skip


def _with_all_columns(route: str, row: str) -> str:
    """Who has a role in the billing centre alone reaches nothing here; the auditor reads."""
    cells = row.split()
    if cells[0] == cells[3] or cells[3] == "401":  # no call of members
        others = [cells[6]] * 7
    else:
        reads = route.startswith("GET") and "payment-accounts" not in route
        others = [*["403"] * 6, "200" if reads else "403"]
    return " ".join([*cells[:8], *others, *cells[8:]])


# What each of `COLUMNS` gets, in that order.
TABLE: Final = MappingProxyType(
    {route: _with_all_columns(route, row) for route, row in _SALES.items()}
    | {route: on_the_stack(row) for route, row in BILLING_TABLE.items()}
)


# What nobody is allowed with the objects that there are, and why: who may call it is refused by the
# object's state, and whoever may not before that.
NEVER_ALLOWED: Final = MappingProxyType(
    {
        "POST /v1/subscriptions/{subscription_id}/activation": "its billing start is known",
        "POST /v1/invoices/{invoice_id}/void": "it is paid",
        "POST /v1/balance/release": "nothing is parked",
        "GET /v1/invoices/{invoice_id}/xml": "sold from the United States",
        "GET /v1/invoices/{invoice_id}/ubl": "the same",
        "POST /v1/invoice-payments/{payment_id}/action": "it was paid with its order",
        "POST /v1/invoice-payments/{payment_id}/return": "the same",
        "POST /v1/webhooks/stripe": "only a provider's signature opens it",
        "POST /v1/webhooks/paypal": "the same",
        "$default": "there is nothing",
    }
)


@pytest.fixture(scope="module")
def house(deployed_stack: DeployedStack) -> Iterator[House]:
    made = House(deployed_stack)
    yield made
    made.let_go()


def _routes() -> set[str]:
    """Every event of the template that a request wakes."""
    template = yaml_parse((ROOT / "template.yaml").read_text())
    events = [
        event["Properties"]
        for resource in template["Resources"].values()
        for event in resource.get("Properties", {}).get("Events", {}).values()
        if event["Type"] == "HttpApi"
    ]
    return {f"{each['Method']} {each['Path']}" if "Path" in each else "$default" for each in events}


def test_every_route_of_the_template_has_a_row_and_every_row_a_route_acc_2() -> None:
    routes = _routes()

    assert routes == set(TABLE)


def test_the_matrix_walks_every_route_of_the_openapi_document_acc_2() -> None:
    document = json.loads((ROOT / "docs" / "openapi.json").read_text())
    described = {
        f"{method.upper()} {path}"
        for path, operations in document["paths"].items()
        for method in operations
        if method in {"get", "post", "put", "patch", "delete"}
    }

    assert described == set(TABLE) - {"$default"}
    assert {each for each in TABLE if not _is_allowed_to_some(each)} == set(NEVER_ALLOWED)


def _is_allowed_to_some(route: str) -> bool:
    return any(status.startswith("2") for status in TABLE[route].split())


def _told_why_there_is_none(route: str) -> frozenset[str]:
    """Who may see the invoice learns that the seed's seller issues no electronic ones."""
    path, _, form = route.rpartition("/")
    if form not in {"xml", "ubl"}:
        return frozenset()
    row = TABLE[f"{path}/pdf"].split()
    return frozenset(each for each, cell in zip(COLUMNS, row, strict=True) if cell == "200")


@pytest.mark.parametrize("route", TABLE)
def test_who_is_refused_changes_nothing_and_learns_nothing_acc_1_acc_2(
    house: House, route: str
) -> None:
    refused = {
        column: status
        for column, status in zip(COLUMNS, map(int, TABLE[route].split()), strict=True)
        if status >= 400
    }
    untouched = house.untouched

    answers = {column: house.knock(route, column, house.objects) for column in refused}

    assert {column: answer.status for column, answer in answers.items()} == refused
    assert house.written() == untouched
    strangers = [each for each in MEMBERS if each not in _told_why_there_is_none(route)]
    for column in [each for each in strangers if refused.get(each) in {404, 422}]:
        absent = house.knock(route, column, house.objects.absent())
        assert _told(answers[column]) == _told(absent)


@pytest.mark.parametrize("route", [each for each in TABLE if _is_allowed_to_some(each)])
def test_who_is_allowed_gets_what_was_asked_for_acc_1(house: House, route: str) -> None:
    allowed = {
        column: status
        for column, status in zip(COLUMNS, map(int, TABLE[route].split()), strict=True)
        if status < 300
    }

    found = {column: house.knock(route, column, house.fresh(route)).status for column in allowed}

    assert found == allowed


def test_lists_hold_what_one_reaches_acc_1_acc_2(house: House) -> None:
    training_id, code_id = house.objects.training_id, house.objects.code_id

    listing = ("owner", "administrator", "maker", "peer", "foreign", "auditor")
    trainings = {each: _listed(house, each, "/v1/trainings", "training_id") for each in listing}
    codes = {each: _listed(house, each, "/v1/discount-codes", "code_id") for each in listing}

    reaching = {"owner", "administrator", "maker", "auditor"}
    assert {each for each in listing if training_id in trainings[each]} == reaching
    assert {each for each in listing if code_id in codes[each]} == reaching


def test_lists_hold_what_the_account_bought_acc_2(house: House) -> None:
    bought = house.objects.billing
    listing = ("owner", "administrator", "foreign", "buyer", "representative", "auditor")

    found = {each: _listed(house, each, "/v1/subscriptions", "subscription_id") for each in listing}
    orders = {each: _listed(house, each, "/v1/carts", "cart_id") for each in listing}

    reaching = set(listing) - {"foreign"}
    assert {each for each in listing if bought.subscription_id in found[each]} == reaching
    assert {each for each in listing if bought.cart_id in orders[each]} == reaching


def _told(answer: Answer) -> tuple[int, str, Json]:
    """What an answer tells, but for the address that was asked."""
    told = {name: each for name, each in answer.json().items() if name != "instance"}
    return answer.status, answer.headers["content-type"], told


def _listed(house: House, member: str, path: str, name: str) -> set[str]:
    found: set[str] = set()
    cursor = ""
    for _ in range(20):
        page = house.stack.call(
            "GET",
            f"{path}?limit=100{cursor}",
            headers=about(member, ORGANIZER.account_id),
            member=MEMBERS[member],
        ).json()
        found |= {each[name] for each in page["items"]}
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"
    raise AssertionError("a list without end")
