"""INV-9: the account's history of money over the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.billing import Billing
from tests.support.correcting import bought, open_invoice, work
from tests.support.gateway import Came

type Call = Callable[..., Came]

HISTORY = "/v1/account-history"


def usd(minor: int) -> dict[str, Any]:
    return {"amount_minor": minor, "currency": "USD"}


@pytest.fixture
def billing() -> Billing:
    return Billing(flat_tax=True)


def receive(call: Call, amount_minor: int, key: str | None = None) -> Came:
    body = {
        "selling_entity": "us",
        "amount_minor": amount_minor,
        "currency": "USD",
        "reference": "Cheque 4711",
    }
    answer = call("POST", "/v1/payments-received", by="representative", body=body, key=key)
    assert answer.status == 201, answer.text
    return answer


def test_what_was_invoiced_received_used_and_credited_is_told_inv_9(
    billing: Billing, call: Call
) -> None:
    made = open_invoice(billing)
    total = made.total_minor
    billing.world.clock.advance(hours=1)
    receive(call, total + 500)
    billing.world.clock.advance(hours=1)
    work(billing.world)
    billing.world.clock.advance(hours=1)
    wish = {"lines": [{"line": 0, "net_minor": 100}], "reason": "Goodwill"}
    path = f"/v1/invoices/{made.invoice_id}/credit-notes"
    note = call("POST", path, by="representative", body=wish).body["credit_note"]

    credit_note, used, received, invoice = call("GET", HISTORY).body["items"]

    assert (invoice["kind"], invoice["number"]) == ("invoice", made.number)
    assert (invoice["invoice_id"], invoice["amount"]) == (made.invoice_id, usd(total))
    assert invoice["change"] == {"open": usd(total), "credit": usd(0), "reserved": usd(0)}
    assert (received["kind"], received["reference"]) == ("payment_received", "Cheque 4711")
    assert received["payment_id"].startswith("rcv_")
    assert received["after"] == {"open": usd(total), "credit": usd(total + 500), "reserved": usd(0)}
    assert (used["kind"], used["number"]) == ("credit_used", made.number)
    assert used["change"] == {"open": usd(-total), "credit": usd(-total), "reserved": usd(0)}
    assert (credit_note["kind"], credit_note["number"]) == ("credit_note", note["number"])
    assert (credit_note["refers_to"], credit_note["refers_to_number"]) == (
        made.invoice_id,
        made.number,
    )
    assert credit_note["after"] == {"open": usd(0), "credit": usd(620), "reserved": usd(0)}
    assert {each["selling_entity"] for each in (credit_note, used, received, invoice)} == {"us"}
    (balance,) = call("GET", "/v1/balance").body["items"]
    assert balance["credit"] == credit_note["after"]["credit"]


def test_an_order_and_its_invoice_name_each_other_inv_9(billing: Billing, call: Call) -> None:
    cart = bought(billing, billing.webinar("starter", 5))
    work(billing.world)

    invoice, paid = call("GET", HISTORY).body["items"]

    assert (paid["kind"], paid["amount"]) == ("order_paid", usd(18_000))
    assert (paid["payment_id"], paid["invoice_id"]) == (cart.paid_payment_id, None)
    assert (invoice["kind"], invoice["number"]) == ("invoice", "US-I-000001")
    assert paid["order"] == invoice["order"] == cart.cart_id
    assert (
        paid["after"]
        == invoice["after"]
        == {
            "open": usd(0),
            "credit": usd(0),
            "reserved": usd(0),
        }
    )


def test_it_is_told_page_by_page_to_who_asked_for_it_ext_1(billing: Billing, call: Call) -> None:
    open_invoice(billing)
    for _ in range(3):
        billing.world.clock.advance(hours=1)
        receive(call, 100)
    whole = call("GET", HISTORY).body["items"]

    first = call("GET", HISTORY, query="limit=3")
    cursor = first.body["next_cursor"]
    receive(call, 100)  # meanwhile
    rest = call("GET", HISTORY, query=f"limit=3&cursor={cursor}")
    clerk = call("GET", HISTORY, by="clerk", query=f"cursor={cursor}")
    elsewhere = call("GET", "/v1/invoices", query=f"cursor={cursor}")

    assert len(whole) == 4
    assert first.body["items"] + rest.body["items"] == whole
    assert rest.body["next_cursor"] is None
    assert (clerk.status, clerk.code) == (400, "cursor_invalid")
    assert (elsewhere.status, elsewhere.code) == (400, "cursor_invalid")


@pytest.mark.parametrize(
    ("query", "field"),
    [("limit=0", "limit"), ("limit=101", "limit"), ("limit=x", "limit")],
)
def test_what_can_t_be_a_limit_is_refused_ext_1(call: Call, query: str, field: str) -> None:
    answer = call("GET", HISTORY, query=query)

    assert answer.status == 422
    assert field in answer.text


def test_a_payment_that_is_told_twice_stands_there_once_col_6(billing: Billing, call: Call) -> None:
    receive(call, 100, key="one")
    receive(call, 100, key="one")
    work(billing.world)

    (received,) = call("GET", HISTORY).body["items"]

    assert (received["kind"], received["amount"]) == ("payment_received", usd(100))


def test_who_bought_nothing_has_no_history_acc_2(billing: Billing, call: Call) -> None:
    open_invoice(billing)

    answer = call("GET", HISTORY, by="foreign")

    assert (answer.status, answer.body) == (200, {"items": [], "next_cursor": None})
