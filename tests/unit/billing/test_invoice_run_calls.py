"""INV-1, ACC-1: the operator's people ask for runs, see what one would bill, and what it came to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from guichet.access.addresses import Address
from guichet.ledger.journal import Change
from guichet.subscriptions.ports import Aggregate
from tests.support.billing import Billing
from tests.support.correcting import bought, invoices_of, order_lines, work, work_queue
from tests.support.gateway import Came
from tests.support.unchanged import nothing_written

type Call = Callable[..., Came]

RUNS = "/v1/invoice-runs"
DRY: dict[str, Any] = {"dry_run": True}


@pytest.fixture
def billing() -> Billing:
    return Billing(flat_tax=True)


def on_the_first(billing: Billing) -> None:
    """1 December; what began is on bills, and no run has come yet."""
    billing.world.clock.at = billing.world.clock.at.replace(month=12, day=1)
    billing.world.relay()
    billing.world.upkeep()


def usd(minor: int) -> dict[str, Any]:
    return {"amount_minor": minor, "currency": "USD"}


def run(call: Call, by: str = "representative", **how: Any) -> Came:  # noqa: ANN401 - of a call
    return call("POST", RUNS, by=by, about=None, **({"body": {}} | how))


def test_a_dry_run_is_what_the_run_then_makes_and_writes_nothing_inv_1_bad_14(
    billing: Billing, call: Call
) -> None:
    cart = bought(billing, billing.webinar("starter", 5))
    order_lines(billing, 3)
    on_the_first(billing)

    with nothing_written(billing.world.dynamo):
        dry = run(call, body=DRY)
    work(billing.world)

    order, balance = dry.body["items"]
    assert dry.status == 200
    assert (order["of"], order["order"], order["outcome"]) == ("order", cart.cart_id, "invoiced")
    assert (balance["of"], balance["order"], balance["outcome"]) == ("balance", None, "invoiced")
    told = [each for item in dry.body["items"] for each in item["documents"]]
    made = {each.number: each for each in invoices_of(billing)}
    assert [each["number"] for each in told] == ["US-I-000001", "US-I-000002"]
    for each in told:
        found = made[each["number"]]
        assert each["total"] == usd(found.total_minor)
        assert each["due_on"] == str(found.due_on)
        assert each["bill_on"] == str(found.bill_on)
    assert dry.body["totals"] == [usd(sum(each.total_minor for each in made.values()))]


def test_a_dry_run_goes_on_where_its_page_ended_inv_1(billing: Billing, call: Call) -> None:
    bought(billing, billing.webinar("starter", 5))
    order_lines(billing, 3)
    on_the_first(billing)

    first = run(call, body=DRY | {"limit": 1})
    rest = run(call, body=DRY | {"cursor": first.body["next_cursor"]})
    stolen = call("GET", RUNS, by="auditor", query=f"cursor={first.body['next_cursor']}")

    assert [each["of"] for each in first.body["items"] + rest.body["items"]] == ["order", "balance"]
    assert rest.body["next_cursor"] is None
    assert (stolen.status, stolen.code) == (400, "cursor_invalid")


def test_a_dry_run_says_what_would_be_parked_and_what_is_inv_1(
    billing: Billing, call: Call
) -> None:
    order_lines(billing, 3)
    on_the_first(billing)
    billing.move_to(Address(line1="☃", city="New York", country="US", region="NY"))

    (would,) = run(call, body=DRY).body["items"]
    before = billing.balance()
    parked = replace(before, parked="text_not_printable", version=before.version + 1)
    change = Change[Aggregate](before, parked, book="us")
    billing.parts().records.save(billing.world.cause("seed"), [change])
    after = run(call, body=DRY).body["items"]

    assert (would["outcome"], would["code"]) == ("would_park", "text_not_printable")
    assert (would["documents"], would["account"]) == ([], billing.account_id)
    assert after == []  # it is due no more, until somebody releases it


def test_what_waits_for_a_renewal_says_so_inv_1(billing: Billing, call: Call) -> None:
    order_lines(billing, 3)
    billing.world.clock.at = billing.world.clock.at.replace(month=12, day=1)

    (waits,) = run(call, body=DRY).body["items"]  # upkeep has not begun December yet

    assert (waits["outcome"], waits["documents"], waits["code"]) == ("waits", [], None)


def test_a_run_is_asked_for_and_its_progress_read_inv_1(billing: Billing, call: Call) -> None:
    order_lines(billing, 3)
    on_the_first(billing)

    asked = run(call)
    work_queue(billing.world)
    shown = call("GET", asked.headers["location"], by="auditor", about=None)

    (made,) = invoices_of(billing)
    assert (asked.status, asked.body["status"], asked.body["finished_at"]) == (
        202,
        "planning",
        None,
    )
    assert shown.body["status"] == "finished"
    assert (shown.body["planned"], shown.body["looked_at"], shown.body["parked"]) == (1, 1, 0)
    assert (shown.body["invoices"], shown.body["credit_notes"]) == (1, 0)
    assert shown.body["totals"] == [usd(made.total_minor)]
    assert shown.body["started_by"] == "mem_rita"
    assert shown.body["finished_at"] == "2026-12-01T09:00:00Z"
    listed = call("GET", RUNS, by="auditor", about=None).body["items"]
    assert shown.body in listed


def test_asked_twice_with_a_key_it_is_one_run_reg_10(billing: Billing, call: Call) -> None:
    first = run(call, key="run-1")

    with nothing_written(billing.world.dynamo):
        again = run(call, key="run-1")

    assert (again.status, again.body["run_id"]) == (202, first.body["run_id"])
    assert again.headers["idempotency-replayed"] == "true"


def test_one_run_at_a_time_and_no_dry_run_beside_it_inv_1(billing: Billing, call: Call) -> None:
    assert run(call).status == 202

    with nothing_written(billing.world.dynamo):
        another, dry = run(call), run(call, body=DRY)

    assert {(each.status, each.code) for each in (another, dry)} == {
        (409, "invoice_run_in_progress")
    }


def test_a_run_that_never_finished_bars_others_for_an_hour_alone_inv_1(
    billing: Billing, call: Call
) -> None:
    run(call)  # its worker died
    billing.world.clock.at += timedelta(hours=1)

    assert run(call).status == 202


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [
        pytest.param(
            {"headers": {"idempotency-key": ""}}, 400, "idempotency_key_malformed", id="no"
        ),
        pytest.param({"body": {"dry_run": "yes"}}, 422, "wrong_type", id="not a yes or no"),
        pytest.param({"body": DRY | {"limit": 0}}, 422, "too_small", id="a page of none"),
        pytest.param({"body": DRY | {"limit": 101}}, 422, "too_large", id="too long a page"),
        pytest.param({"body": DRY | {"cursor": "x"}}, 400, "cursor_invalid", id="no cursor"),
        pytest.param({"body": {"day": "2026-12-01"}}, 422, "unknown_field", id="a day"),
    ],
)
def test_what_can_t_be_asked_for_leaves_nothing_inv_1(
    billing: Billing, call: Call, how: dict[str, Any], status: int, code: str
) -> None:
    with nothing_written(billing.world.dynamo):
        answer = run(call, **how)

    assert (answer.status, answer.code) == (status, code)


@pytest.mark.parametrize("run_id", ["run_nowhere", "RUN", "inv_1"])
def test_a_run_that_is_not_there_is_absent_inv_1(call: Call, run_id: str) -> None:
    answer = call("GET", f"{RUNS}/{run_id}", by="auditor", about=None)

    assert (answer.status, answer.code) == (404, "not_found")
