"""Carts, previews and trials that are refused: each with its code, its field, and nothing written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from guichet.access.addresses import Address
from guichet.bootstrap_billing import BillingParts
from guichet.catalogue.catalogue import Catalogue
from guichet.catalogue.ports import Catalogues
from tests.support.billing import Billing
from tests.support.billing_access import NEW
from tests.support.gateway import Came
from tests.support.unchanged import nothing_written

type Call = Callable[..., Came]
type Buy = Callable[..., str]

PREVIEW, CARTS = "/v1/carts/preview", "/v1/carts"
ONE_LINE = {**NEW}
PARIS = Address(line1="1 rue de Rivoli", city="Paris", country="FR", postal_code="75001")


def cart(**line: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of many types
    return {"lines": [line]}


@pytest.mark.parametrize(
    ("changed", "pointer", "code"),
    [
        pytest.param({"seats": 0}, "/lines/0/seats", "too_small", id="no seats"),
        pytest.param({"seats": -1}, "/lines/0/seats", "too_small", id="fewer than none"),
        pytest.param({"seats": 10**9}, "/lines/0/seats", "too_large", id="a milliard seats"),
        pytest.param({"seats": 2.5}, "/lines/0/seats", "wrong_type", id="half a seat"),
        pytest.param({"seats": "2"}, "/lines/0/seats", "wrong_type", id="seats as text"),
        pytest.param({"seats": 20_000}, "/lines/0/seats", "seats_out_of_range", id="too many"),
        pytest.param({"plan": "gold"}, "/lines/0/plan", "plan_unknown", id="unknown plan"),
        pytest.param({"product": "gold"}, "/lines/0/product", "product_unknown", id="product"),
        pytest.param({"plan": "free"}, "/lines/0/plan", "plan_is_free", id="a free plan"),
        pytest.param({"plan": None}, "/lines/0/plan", "required", id="no plan"),
        pytest.param({"product": None}, "/lines/0/product", "required", id="no product"),
        pytest.param({"frequency": None}, "/lines/0/frequency", "required", id="no frequency"),
        pytest.param({"frequency": "daily"}, "/lines/0/frequency", "not_one_of", id="daily"),
        pytest.param({"kind": "steal"}, "/lines/0/kind", "not_one_of", id="unknown kind"),
        pytest.param({"colour": "red"}, "/lines/0/colour", "unknown_field", id="unknown field"),
        pytest.param(
            {"add_ons": [{"add_on": "gold", "quantity": 1}]},
            *("/lines/0/add_ons", "add_on_unknown"),
            id="unknown add-on",
        ),
        pytest.param(
            {"add_ons": [{"add_on": "storage", "quantity": 0}]},
            *("/lines/0/add_ons/0/quantity", "too_small"),
            id="none of an add-on",
        ),
        pytest.param(
            {"add_ons": [{"add_on": "storage", "quantity": 1}] * 2},
            *("/lines/0/add_ons", "add_on_twice"),
            id="an add-on twice",
        ),
        pytest.param(
            {"once": [{"add_on": "storage", "quantity": 1}]},
            *("/lines/0/once", "add_on_recurs"),
            id="once, what recurs",
        ),
    ],
)
def test_a_line_that_can_t_be_is_refused_sub_5(
    billing: Billing, call: Call, changed: dict[str, Any], pointer: str, code: str
) -> None:
    with nothing_written(billing.world.dynamo):
        answer = call("POST", PREVIEW, body=cart(**(ONE_LINE | changed)))

    assert (answer.status, answer.code) == (422, code)
    assert [each["pointer"] for each in answer.body["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        pytest.param({"lines": []}, 422, "cart_empty", id="no lines"),
        pytest.param({"lines": [ONE_LINE] * 21}, 422, "cart_too_long", id="21 lines"),
        pytest.param({"lines": [ONE_LINE] * 101}, 422, "too_many", id="101 lines"),
        pytest.param(
            cart(**ONE_LINE) | {"currency": "EUR"}, 422, "currency_not_sold", id="another currency"
        ),
        pytest.param(
            cart(**ONE_LINE) | {"currency": "euro"}, 422, "malformed", id="no currency at all"
        ),
        pytest.param(
            cart(**ONE_LINE | {"product": "gold"}), 422, "product_unknown", id="unknown product"
        ),
        pytest.param(
            cart(**ONE_LINE | {"plan": "events"}), 409, "plan_by_quote", id="sold by quote"
        ),
        pytest.param(cart(kind="add", seats=1), 422, "required", id="added to nothing"),
        pytest.param(
            cart(kind="add", subscription_id="sub_1", plan="plus"),
            *(422, "unknown_field"),
            id="a plan that is added",
        ),
        pytest.param(
            cart(kind="change", subscription_id="sub_1", seats=1), 404, "not_found", id="absent"
        ),
        pytest.param(
            cart(kind="change", subscription_id="SUB#1", seats=1), 404, "not_found", id="no id"
        ),
    ],
)
def test_a_cart_that_can_t_be_is_refused_sub_5(
    billing: Billing, call: Call, body: dict[str, Any], status: int, code: str
) -> None:
    with nothing_written(billing.world.dynamo):
        answer = call("POST", PREVIEW, body=body)

    assert (answer.status, answer.code) == (status, code)


def test_a_currency_at_fault_is_the_cart_s_own_sub_5(billing: Billing, call: Call) -> None:
    """Telephony is not sold in EUR, which is what an account in France is billed in."""
    billing.move_to(PARIS)

    with nothing_written(billing.world.dynamo):
        answer = call(
            "POST", PREVIEW, body=cart(**ONE_LINE | {"product": "telephony", "plan": "line"})
        )

    assert (answer.status, answer.code) == (422, "currency_not_sold")
    assert answer.body["errors"][0]["pointer"] == "/currency"


def test_a_preview_is_ordered_within_half_an_hour_sub_5(billing: Billing, call: Call) -> None:
    preview = call("POST", PREVIEW, body=cart(**ONE_LINE))
    billing.world.clock.advance(minutes=30)

    refused = _ordered_in_vain(billing, call, preview)

    assert (refused.status, refused.code) == (409, "preview_expired")


def test_a_preview_that_something_has_overtaken_is_refused_bad_14(
    billing: Billing, call: Call, buy: Buy
) -> None:
    more = cart(kind="add", subscription_id=buy(), seats=1)
    first, second = (call("POST", PREVIEW, body=more) for _ in range(2))
    order = {"preview_id": first.body["preview_id"], "method": "stripe"}
    call("POST", f"{CARTS}/{call('POST', CARTS, body=order).body['cart_id']}/abandon")

    refused = _ordered_in_vain(billing, call, second)

    assert (refused.status, refused.code) == (409, "preview_stale")


def test_the_previewed_day_holds_when_midnight_passes_into_another_version_sub_5(
    billing: Billing, call: Call
) -> None:
    billing.world.clock.at = billing.world.clock.at.replace(
        year=2027, month=5, day=31, hour=23, minute=50
    )
    preview = call("POST", PREVIEW, body=cart(**ONE_LINE))
    billing.world.clock.advance(minutes=20)

    body = {"preview_id": preview.body["preview_id"], "method": "stripe"}
    placed = call("POST", CARTS, body=body)

    assert (placed.status, placed.body["catalogue_version"]) == (201, "2026-01")


class _Corrected:
    """A catalogue in which today's version was replaced by another one, as a deployment may do."""

    def __init__(self, before: Catalogues) -> None:
        self._before = before

    def at(self, day: date) -> Catalogue:
        return replace(self._before.at(day), version="2026-02")

    def version(self, version: str) -> Catalogue:
        return self._before.version(version)


def test_a_preview_by_another_catalogue_version_is_refused_sub_5(
    billing: Billing, call: Call
) -> None:
    preview = call("POST", PREVIEW, body=cart(**ONE_LINE))
    held = billing.world.parts
    held.billing = BillingParts(held, given_catalogues=_Corrected(held.billing.catalogues))

    refused = _ordered_in_vain(billing, call, preview)

    assert (refused.status, refused.code) == (409, "preview_catalogue_changed")


def test_another_account_s_preview_is_as_absent_acc_2(billing: Billing, call: Call) -> None:
    preview = call("POST", PREVIEW, body=cart(**ONE_LINE))

    refused = _ordered_in_vain(billing, call, preview, by="foreign")

    assert (refused.status, refused.code) == (404, "not_found")


def _ordered_in_vain(billing: Billing, call: Call, preview: Came, by: str = "owner") -> Came:
    body = {"preview_id": preview.body["preview_id"], "method": "stripe"}
    with nothing_written(billing.world.dynamo):
        return call("POST", CARTS, by, body=body)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param({"method": "cheque"}, "not_one_of", id="unknown method"),
        pytest.param({}, "required", id="no method, though something is due"),
    ],
)
def test_how_an_order_is_paid_is_one_of_the_methods_sub_5(
    billing: Billing, call: Call, body: dict[str, Any], code: str
) -> None:
    preview = call("POST", PREVIEW, body=cart(**ONE_LINE))

    with nothing_written(billing.world.dynamo):
        answer = call("POST", CARTS, body=body | {"preview_id": preview.body["preview_id"]})

    assert (answer.status, answer.code) == (422, code)
    assert answer.body["errors"][0]["pointer"] == "/method"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        pytest.param({"product": "gold", "plan": "starter"}, 422, "product_unknown", id="product"),
        pytest.param({"product": "webinar", "plan": "gold"}, 422, "plan_unknown", id="plan"),
        pytest.param({"product": "webinar", "plan": "free"}, 409, "trial_absent", id="no trial"),
        pytest.param(
            {"product": "webinar", "plan": "starter", "seats": 0}, 422, "too_small", id="no seats"
        ),
        pytest.param(
            {"product": "webinar", "plan": "starter", "seats": 2},
            *(422, "seats_out_of_range"),
            id="more seats than the free plan",
        ),
    ],
)
def test_a_trial_that_can_t_be_is_refused_sub_4(
    billing: Billing, call: Call, body: dict[str, Any], status: int, code: str
) -> None:
    with nothing_written(billing.world.dynamo):
        answer = call("POST", "/v1/trials", body=body)

    assert (answer.status, answer.code) == (status, code)
