"""INV-2, INV-5, INV-9, COL-7: invoices, balances and payments due over the API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from guichet.access.membership import Member
from guichet.ledger.journal import Change
from guichet.subscriptions.ports import Aggregate
from tests.support.billing import Billing
from tests.support.correcting import bought, late, open_invoice, order_lines, work
from tests.support.gateway import Came
from tests.support.unchanged import nothing_written

type Call = Callable[..., Came]

INVOICES = "/v1/invoices"


def usd(minor: int) -> dict[str, Any]:
    return {"amount_minor": minor, "currency": "USD"}


@pytest.fixture
def billing() -> Billing:
    return Billing(flat_tax=True)


def test_an_open_invoice_is_listed_with_what_is_derived_inv_5_inv_9(
    billing: Billing, call: Call
) -> None:
    made = open_invoice(billing)

    (shown,) = call("GET", INVOICES).body["items"]

    assert (shown["number"], shown["series"], shown["kind"]) == ("US-I-000001", "US-I", "invoice")
    assert (shown["status"], shown["partially_paid"], shown["past_due"]) == ("open", False, False)
    assert (shown["processing"], shown["order"], shown["refers_to"]) == (False, None, None)
    assert (shown["issued_on"], shown["due_on"]) == ("2026-12-01", "2026-12-31")
    assert shown["disputable_until"] == "2026-12-16"  # INV-7
    assert shown["total"] == shown["open"] == usd(made.total_minor)
    assert (shown["selling_entity"], shown["settlement"]) == ("us", None)


def test_partially_paid_and_past_due_hold_together_inv_5(billing: Billing, call: Call) -> None:
    made = open_invoice(billing)
    note = {"lines": [{"line": 0, "net_minor": 100}], "reason": "Goodwill"}
    call("POST", f"{INVOICES}/{made.invoice_id}/credit-notes", by="representative", body=note)
    late(billing, 31)

    shown = call("GET", f"{INVOICES}/{made.invoice_id}").body

    assert (shown["status"], shown["partially_paid"], shown["past_due"]) == ("open", True, True)


def test_an_invoice_says_what_it_was_computed_from_inv_2(billing: Billing, call: Call) -> None:
    made = open_invoice(billing, 3, 7)

    answer = call("GET", f"{INVOICES}/{made.invoice_id}")

    shown = answer.body
    lines, (tax,) = shown["lines"], shown["taxes"]
    assert [each["line"] for each in lines] == [0, 1, 2, 3]
    assert {each["product"] for each in lines} == {"telephony"}
    assert [each["quantity"] for each in lines] == [3, 7, 3, 7]
    assert all(each["subscription_id"].startswith("sub_") for each in lines)
    assert all(each["bears"] == [0] for each in lines)
    assert [each["share"] for each in lines] == ["4/15", "4/15", "", ""]
    assert (tax["name"], tax["percent"], tax["category"]) == ("flat", "20", "S")
    net = sum(each["net"]["amount_minor"] for each in lines)
    assert tax["base"] == shown["subtotal"] == usd(net)
    assert shown["total"] == usd(net + tax["amount"]["amount_minor"]) == usd(made.total_minor)
    assert (shown["buyer"]["address"]["city"], shown["seller"]["selling_entity"]) == (
        "New York",
        "us",
    )
    assert (shown["seller"]["vat_number"], shown["seller"]["company_number"]) == (None, None)
    assert shown["payment_reference"] == "US-I-000001"
    assert answer.headers["etag"] == f'"{made.version}"'


def test_an_order_s_invoice_names_it_and_is_paid_inv_9(billing: Billing, call: Call) -> None:
    cart = bought(billing, billing.webinar("starter", 5))
    work(billing.world)

    (shown,) = call("GET", INVOICES).body["items"]
    whole = call("GET", f"{INVOICES}/{shown['invoice_id']}").body

    assert (shown["order"], shown["status"], shown["open"]) == (cart.cart_id, "paid", usd(0))
    assert (whole["paid"], whole["credit_applied"]) == (usd(18000), usd(0))
    assert whole["due_on"] == whole["issued_on"] == "2026-11-22"


def test_documents_are_listed_newest_first_page_by_page_inv_9(billing: Billing, call: Call) -> None:
    bought(billing, billing.webinar("starter", 5))
    work(billing.world)
    made = open_invoice_after(billing)

    first = call("GET", INVOICES, query="limit=1")
    rest = call("GET", INVOICES, query=f"cursor={first.body['next_cursor']}")
    stolen = call("GET", INVOICES, query=f"status=open&cursor={first.body['next_cursor']}")

    numbers = [each["number"] for each in first.body["items"] + rest.body["items"]]
    assert numbers == [made, "US-I-000001"]
    assert rest.body["next_cursor"] is None
    assert (stolen.status, stolen.code) == (400, "cursor_invalid")


def open_invoice_after(billing: Billing) -> str:
    order_lines(billing, 2)
    billing.world.clock.at = billing.world.clock.at.replace(month=12, day=1)
    work(billing.world)
    return "US-I-000002"


@pytest.mark.parametrize(
    ("status", "numbers"),
    [
        pytest.param("open", ["US-I-000002"], id="open"),
        pytest.param("paid", ["US-I-000001"], id="paid"),
        pytest.param("void", [], id="void"),
    ],
)
def test_a_status_leaves_out_the_others_and_fills_the_page_inv_9(
    billing: Billing, call: Call, status: str, numbers: list[str]
) -> None:
    bought(billing, billing.webinar("starter", 5))
    work(billing.world)
    open_invoice_after(billing)

    answer = call("GET", INVOICES, query=f"status={status}&limit=1")

    assert [each["number"] for each in answer.body["items"]] == numbers
    assert call("GET", INVOICES, query="status=draft").status == 422


def test_a_credit_note_and_its_invoice_lead_to_each_other_inv_3(
    billing: Billing, call: Call
) -> None:
    made = open_invoice(billing)
    path = f"{INVOICES}/{made.invoice_id}"
    note = {"lines": [{"line": 1}], "reason": "Never worked"}

    answer = call("POST", f"{path}/credit-notes", by="representative", body=note)

    assert answer.status == 201
    place = answer.headers["location"]
    shown, told = call("GET", place).body, call("GET", place, by="representative").body
    whole = call("GET", path).body
    assert (shown["number"], shown["refers_to"]) == ("US-C-000001", made.invoice_id)
    assert (shown["refers_to_number"], shown["settlement"]) == (made.number, "offset")
    assert (shown["disputable_until"], shown["due_on"]) == (None, None)
    assert (shown["reason"], told["reason"]) == (None, "Never worked")
    assert whole["credit_notes"] == [answer.body["credit_note"]]
    assert whole["offset"] == whole["credited"] == shown["total"]
    assert whole["lines"][1]["credited"] == whole["lines"][1]["net"]
    assert whole["open"] == usd(made.total_minor - shown["total"]["amount_minor"])


def test_a_void_invoice_is_still_shown_whole_inv_5(billing: Billing, call: Call) -> None:
    path = f"{INVOICES}/{open_invoice(billing).invoice_id}"
    before = call("GET", path).body

    answer = call("POST", f"{path}/void", by="representative", body={"reason": "Never wanted"})

    after = call("GET", path).body
    assert (answer.status, answer.body["invoice"]["status"]) == (201, "void")
    assert (after["status"], after["open"]) == ("void", usd(0))
    assert {"number", "taxes", "total", "buyer"} <= before.keys()
    kept = ("number", "taxes", "subtotal", "total", "buyer", "seller")
    assert [after[name] for name in kept] == [before[name] for name in kept]
    assert call("GET", "/v1/payments-due").body["items"] == []


def test_a_balance_has_open_invoices_and_bills_that_wait_inv_9(
    billing: Billing, call: Call
) -> None:
    order_lines(billing, 2)
    (waiting,) = call("GET", "/v1/balance").body["items"]
    made = open_invoice(billing)
    late(billing, 31)

    (shown,) = call("GET", "/v1/balance").body["items"]

    assert waiting["invoices"] == []
    assert [each["bill_on"] for each in waiting["bills"]] == ["2026-12-01"]
    assert waiting["due"] == waiting["overdue"] == usd(0)  # nobody owes what is no invoice yet
    assert [each["invoice_id"] for each in shown["invoices"]] == [made.invoice_id]
    assert shown["due"] == shown["overdue"] == usd(made.total_minor)
    assert call("GET", "/v1/balance").body["balance_due"] == [usd(made.total_minor)]


def parked(billing: Billing, reason: str = "billing_address_missing") -> None:
    before = billing.balance()
    after = replace(before, parked=reason, version=before.version + 1)
    change = Change[Aggregate](before, after, book="us")
    billing.parts().records.save(billing.world.cause("seed"), [change])


def test_why_it_is_parked_is_told_to_the_operator_s_people_alone_inv_1(
    billing: Billing, call: Call
) -> None:
    order_lines(billing, 2)
    parked(billing)

    (owner,) = call("GET", "/v1/balance").body["items"]
    (auditor,) = call("GET", "/v1/balance", by="auditor").body["items"]

    assert (owner["parked"], owner["parked_reason"]) == (True, None)
    assert (auditor["parked"], auditor["parked_reason"]) == (True, "billing_address_missing")


def test_what_is_released_is_invoiced_by_the_next_run_inv_1(billing: Billing, call: Call) -> None:
    order_lines(billing, 2)
    parked(billing)
    billing.world.clock.at = billing.world.clock.at.replace(month=12, day=1)
    work(billing.world)
    before = call("GET", INVOICES).body["items"]
    wish = {"selling_entity": "us", "currency": "USD"}

    answer = call("POST", "/v1/balance/release", by="representative", body=wish)

    work(billing.world)
    assert before == []
    assert (answer.status, answer.body["parked"]) == (200, False)
    assert [each["number"] for each in call("GET", INVOICES).body["items"]] == ["US-I-000001"]


def test_payments_due_begin_with_the_earliest_and_are_summed_inv_9(
    billing: Billing, call: Call
) -> None:
    first = open_invoice(billing)
    billing.world.clock.at = billing.world.clock.at.replace(year=2027, month=1, day=1)
    work(billing.world)

    shown = call("GET", "/v1/payments-due").body

    opened = [each["open"]["amount_minor"] for each in shown["items"]]
    assert [each["due_on"] for each in shown["items"]] == ["2026-12-31", "2027-01-31"]
    assert shown["due_today"] == [usd(first.total_minor)]
    assert shown["in_all"] == [usd(sum(opened))]


def test_another_account_s_invoice_is_as_absent_acc_2(billing: Billing, call: Call) -> None:
    made = open_invoice(billing)

    theirs = call("GET", f"{INVOICES}/{made.invoice_id}", by="foreign")
    nowhere = call("GET", f"{INVOICES}/inv_20261201_nowhere", by="foreign")
    odd = call("GET", f"{INVOICES}/INVOICE%23", by="foreign")

    assert {each.status for each in (theirs, nowhere, odd)} == {404}
    assert theirs.body["detail"] == nowhere.body["detail"] == odd.body["detail"]


def test_who_bears_the_grant_alone_sees_invoices_acc_1(
    billing: Billing, call: Call, people: dict[str, Member]
) -> None:
    open_invoice(billing)

    assert call("GET", INVOICES, by="clerk").status == 200
    with nothing_written(billing.world.dynamo):
        assert call("GET", INVOICES, by="buyer").code == "not_allowed"
    assert people["clerk"].billing
