"""SUB-5: carts over the API: previewed, ordered, paid, come back from, given up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from guichet.payments.own_refund import own_refund_id
from tests.support.billing import Billing
from tests.support.billing_access import NEW
from tests.support.gateway import Came
from tests.support.unchanged import nothing_written, written_so_far

type Call = Callable[..., Came]
type Buy = Callable[..., str]

PREVIEW = "/v1/carts/preview"
CARTS = "/v1/carts"


def wanted(**changed: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of many types
    return {"lines": [{**NEW, **changed}]}


def usd(minor: int) -> dict[str, Any]:
    return {"amount_minor": minor, "currency": "USD"}


def order(call: Call, key: str | None = None, **changed: Any) -> Came:  # noqa: ANN401 - same
    preview = call("POST", PREVIEW, body=wanted(**changed))
    body = {"preview_id": preview.body["preview_id"], "method": "stripe"}
    return call("POST", CARTS, body=body, key=key)


def test_a_preview_says_period_seats_unit_price_and_the_exact_total_sub_5(call: Call) -> None:
    answer = call("POST", PREVIEW, body=wanted(seats=5), headers={"accept-language": "es"})

    assert answer.status == 201
    (line,) = answer.body["now"]["lines"]
    assert line["period"] == {"start": "2026-11-22", "end": "2026-12-22"}
    assert (line["quantity"], line["unit_price"], line["amount"]) == (5, "30.00", usd(15000))
    assert (line["direction"], line["share"], line["discount"]) == ("charge", "", None)
    assert (answer.body["now"]["tax"], answer.body["now"]["taxes"]) == (usd(0), [])
    assert answer.body["now"]["subtotal"] == answer.body["now"]["total"] == usd(15000)
    assert (answer.body["due_now"], answer.body["credit_given"]) == (usd(15000), usd(0))
    assert answer.body["valid_until"] == "2026-11-22T09:30:00Z"
    assert answer.body["catalogue_version"] == "2026-01"
    assert answer.headers["content-language"] == "es"


def test_taxes_that_are_known_stand_in_the_preview_tax_1(billing: Billing, call: Call) -> None:
    billing.flat_tax = True
    billing.world.parts.billing = billing.parts(billing.world.parts)

    answer = call("POST", PREVIEW, body=wanted(seats=5))

    assert answer.body["now"]["tax"] == usd(3000)
    assert answer.body["now"]["taxes"] == [{"name": "flat", "percent": "20", "amount": usd(3000)}]
    assert (answer.body["now"]["total"], answer.body["due_now"]) == (usd(18000), usd(18000))


def test_what_mode_calendar_bills_comes_with_the_bill_of_the_next_1st_sub_7(call: Call) -> None:
    answer = call("POST", PREVIEW, body=wanted(product="telephony", plan="line", seats=2))

    assert (answer.body["now"]["lines"], answer.body["due_now"]) == ([], usd(0))
    (later,) = answer.body["later"]
    assert later["bill_on"] == "2026-12-01"
    plan, *fees = later["lines"]
    assert (plan["share"], plan["quantity"]) == ("4/15", 2)
    assert {each["kind"] for each in fees} == {"fee"}, "they are in the subtotal (TAX-5)"


def test_an_order_leads_to_a_page_and_changes_nothing_until_it_is_paid_sub_5(
    billing: Billing, call: Call
) -> None:
    answer = order(call, seats=5)

    assert (answer.status, answer.body["status"]) == (201, "pending")
    assert answer.body["redirect_url"] == answer.body["payment"]["redirect_url"]
    assert "/_stripe/pay/" in answer.body["redirect_url"]
    assert answer.headers["location"] == f"{CARTS}/{answer.body['cart_id']}"
    subscription = call("GET", "/v1/subscriptions").body["items"][0]
    assert (subscription["status"], subscription["has_access"]) == ("pending", False)

    session = billing.payment(answer.body["payment"]["payment_id"]).session_id
    assert session is not None
    billing.world.stripe.pay(session)
    back = call("POST", f"{CARTS}/{answer.body['cart_id']}/return")

    assert (back.status, back.body["status"]) == (200, "done")
    assert call("GET", f"{CARTS}/{answer.body['cart_id']}").body["status"] == "done"
    assert billing.only().status == "active"


def test_an_order_with_nothing_due_is_carried_out_at_once_sub_5(call: Call) -> None:
    preview = call("POST", PREVIEW, body=wanted(product="telephony", plan="line"))

    answer = call("POST", CARTS, body={"preview_id": preview.body["preview_id"]})

    assert (answer.status, answer.body["status"], answer.body["payment"]) == (201, "done", None)


def test_the_same_keys_again_give_the_same_answers_and_write_nothing_reg_10(
    billing: Billing, call: Call
) -> None:
    first = call("POST", PREVIEW, body=wanted(), key="preview")
    body = {"preview_id": first.body["preview_id"], "method": "stripe"}
    placed = call("POST", CARTS, body=body, key="order")

    with nothing_written(billing.world.dynamo):
        again = call("POST", PREVIEW, body=wanted(), key="preview")
        placed_again = call("POST", CARTS, body=body, key="order")

    assert again.body == first.body
    assert (again.status, again.headers["idempotency-replayed"]) == (201, "true")
    assert placed_again.body == placed.body
    assert placed_again.headers["idempotency-replayed"] == "true"


def test_a_key_of_another_preview_is_refused_reg_10(billing: Billing, call: Call) -> None:
    call("POST", PREVIEW, body=wanted(), key="preview")

    with nothing_written(billing.world.dynamo):
        answer = call("POST", PREVIEW, body=wanted(seats=9), key="preview")

    assert (answer.status, answer.code) == (409, "idempotency_key_reused")


def test_a_key_of_another_payment_is_refused_reg_10(billing: Billing, call: Call) -> None:
    cart_id = order(call).body["cart_id"]
    pay = f"{CARTS}/{cart_id}/payments"
    call("POST", pay, body={"method": "paypal"}, key="pay")

    with nothing_written(billing.world.dynamo):
        answer = call("POST", pay, body={"method": "stripe"}, key="pay")

    assert (answer.status, answer.code) == (409, "idempotency_key_reused")


def test_another_method_ends_the_page_that_was_open_col_8(billing: Billing, call: Call) -> None:
    placed = order(call)

    answer = call("POST", f"{CARTS}/{placed.body['cart_id']}/payments", body={"method": "paypal"})

    assert (answer.status, answer.body["method"], answer.body["status"]) == (201, "paypal", "open")
    assert billing.payment(placed.body["payment"]["payment_id"]).status != "open"


def test_an_order_is_given_up_without_effect_sub_3(billing: Billing, call: Call) -> None:
    cart_id = order(call).body["cart_id"]

    first = call("POST", f"{CARTS}/{cart_id}/abandon")
    again = call("POST", f"{CARTS}/{cart_id}/abandon")

    assert (first.status, first.body["status"], first.body["note"]) == (
        *(200, "abandoned"),
        "by_buyer",
    )
    assert again.headers["idempotency-replayed"] == "true"
    assert billing.only().status == "abandoned"
    paying = call("POST", f"{CARTS}/{cart_id}/payments", body={"method": "stripe"})
    assert (paying.status, paying.code) == (409, "cart_abandoned")


def test_what_came_for_an_order_that_was_given_up_is_shown_going_back_col_8(
    billing: Billing, call: Call
) -> None:
    placed = order(call, seats=5)
    path = f"{CARTS}/{placed.body['cart_id']}"
    payment = placed.body["payment"]
    unpaid = call("POST", f"{path}/abandon")
    session = billing.payment(payment["payment_id"]).session_id
    assert session is not None
    billing.world.stripe.configure_chaos({"pay_expired": 1})
    billing.world.stripe.pay(session)
    billing.world.settle_down()

    read = call("GET", path)
    back = call("POST", f"{path}/return")

    refund = read.body["refund"]
    assert unpaid.body["refund"] is None
    assert (refund["reason"], refund["status"]) == ("order_ended", "succeeded")
    assert (refund["amount"], refund["refund_id"]) == (
        placed.body["due_now"],
        own_refund_id(payment["payment_id"]),
    )
    assert refund["ended_at"] is not None
    assert back.body["refund"] == refund
    assert (read.body["status"], read.body["note"]) == ("abandoned", "by_buyer")


def test_an_order_that_took_its_money_shows_no_refund_col_8(call: Call, buy: Buy) -> None:
    buy()
    (listed,) = call("GET", CARTS).body["items"]

    read = call("GET", f"{CARTS}/{listed['cart_id']}")

    assert (read.body["status"], read.body["refund"]) == ("done", None)
    assert read.body == listed


def test_orders_are_listed_page_by_page_ext_1(call: Call) -> None:
    made = {order(call).body["cart_id"] for _ in range(3)}

    first = call("GET", CARTS, query="limit=2")
    rest = call("GET", CARTS, query=f"limit=2&cursor={first.body['next_cursor']}")

    assert [len(first.body["items"]), len(rest.body["items"])] == [2, 1]
    assert {each["cart_id"] for each in first.body["items"] + rest.body["items"]} == made
    assert rest.body["next_cursor"] is None
    elsewhere = call("GET", CARTS, by="buyer", query=f"cursor={first.body['next_cursor']}")
    assert (elsewhere.status, elsewhere.code) == (400, "cursor_invalid")


def test_a_provider_that_is_away_leaves_an_order_that_can_be_paid_later_sub_5(
    billing: Billing, call: Call
) -> None:
    preview = call("POST", PREVIEW, body=wanted())
    body = {"preview_id": preview.body["preview_id"], "method": "stripe"}
    billing.world.stripe.configure_chaos({"down": True})

    away = call("POST", CARTS, body=body, key="order")

    assert (away.status, "retry-after" in away.headers) == (503, True)
    (cart,) = call("GET", CARTS).body["items"]
    assert (cart["status"], cart["redirect_url"]) == ("pending", None)
    billing.world.stripe.configure_chaos({"down": False})
    later = call("POST", f"{CARTS}/{cart['cart_id']}/payments", body={"method": "paypal"})
    assert (later.status, later.body["status"]) == (201, "open")


@pytest.mark.parametrize("path", [PREVIEW, CARTS, f"{CARTS}/crt_1/payments"])
def test_what_creates_or_pays_asks_for_a_key_ext_1(billing: Billing, call: Call, path: str) -> None:
    before = written_so_far(billing.world.dynamo)

    answer = call("POST", path, body=wanted(), headers={"idempotency-key": ""})

    assert (answer.status, answer.code) == (400, "idempotency_key_malformed")
    assert written_so_far(billing.world.dynamo) == before


def test_coming_back_asks_the_provider_at_most_every_few_seconds(
    billing: Billing, call: Call
) -> None:
    preview = call("POST", "/v1/carts/preview", body={"lines": [dict(NEW)]}).body
    wish = {"preview_id": preview["preview_id"], "method": "stripe"}
    cart_id = call("POST", "/v1/carts", body=wish).body["cart_id"]
    payment_id = billing.cart(cart_id).open_payment_id
    assert payment_id is not None
    call("POST", f"/v1/carts/{cart_id}/return")
    billing.world.stripe.pay(str(billing.payment(payment_id).session_id))

    too_soon = call("POST", f"/v1/carts/{cart_id}/return")
    billing.world.clock.advance(seconds=5)
    then = call("POST", f"/v1/carts/{cart_id}/return")

    assert (too_soon.body["status"], then.body["status"]) == ("pending", "done")
