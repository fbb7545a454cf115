"""INV-1, INV-3, INV-5, INV-11, COL-8: what is refused of credit notes, void and release leaves nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from guichet.invoices.invoice import Invoice
from guichet.invoices.ports import Aggregate
from guichet.ledger.journal import Change
from tests.support.billing import Billing
from tests.support.correcting import bought, invoice, invoices_of, late, open_invoice, records, work
from tests.support.gateway import Came
from tests.support.unchanged import nothing_written

type Call = Callable[..., Came]
type Given = Callable[[Billing, Call], str]

INVOICES = "/v1/invoices"
WHY = "Goodwill"


@pytest.fixture
def billing() -> Billing:
    return Billing(flat_tax=True)


def credit(call: Call, invoice_id: str, *, by: str = "representative", **how: Any) -> Came:  # noqa: ANN401 - of a body or a call
    key = how.pop("key", None)
    return call(
        "POST",
        f"{INVOICES}/{invoice_id}/credit-notes",
        by=by,
        key=key,
        body={"reason": WHY} | how,
    )


def void(call: Call, invoice_id: str, *, key: str | None = None, reason: str = WHY) -> Came:
    path = f"{INVOICES}/{invoice_id}/void"
    return call("POST", path, by="representative", key=key, body={"reason": reason})


def leased(billing: Billing, found: Invoice) -> None:
    """An attempt to collect it is open."""
    after = replace(found.leased("pay_1"), version=found.version + 1)
    change = Change[Aggregate](found, after)
    records(billing).records.save(billing.world.cause("collect"), [change])


@pytest.mark.parametrize(
    ("lines", "code", "pointer"),
    [
        pytest.param([{"line": 9}], "line_unknown", "/lines/0/line", id="no such line"),
        pytest.param([{"line": 0}, {"line": 0}], "line_named_twice", "/lines/1/line", id="twice"),
        pytest.param(
            [{"line": 0, "net_minor": 10**9}],
            "credit_exceeds_line",
            "/lines/0/net_minor",
            id="more",
        ),
        pytest.param(
            [{"line": 0, "net_minor": 0}], "credit_exceeds_line", "/lines/0/net_minor", id="nothing"
        ),
        pytest.param([{"line": -1}], "too_small", "/lines/0/line", id="below the first"),
        pytest.param([], "too_few", "/lines", id="no line named"),
        pytest.param(
            [{"line": 0, "net_minor": 1.5}],
            "amount_fractional",
            "/lines/0/net_minor",
            id="a part of a cent",
        ),
    ],
)
def test_lines_that_can_t_be_credited_inv_11(
    billing: Billing, call: Call, lines: list[dict[str, Any]], code: str, pointer: str
) -> None:
    made = open_invoice(billing)

    with nothing_written(billing.world.dynamo):
        answer = credit(call, made.invoice_id, lines=lines)

    assert (answer.status, answer.code) == (422, code)
    assert [each["pointer"] for each in answer.body["errors"]] == [pointer]


def test_a_line_that_is_a_credit_is_not_credited_inv_11(billing: Billing, call: Call) -> None:
    bought(billing, billing.webinar("starter", 5))
    late(billing, 5)
    wish = billing.wish("change", subscription_id=billing.only().subscription_id, plan_id="plus")
    bought(billing, wish)
    work(billing.world)
    newest = invoices_of(billing)[0]
    shown = call("GET", f"{INVOICES}/{newest.invoice_id}").body["lines"]
    (place,) = [each["line"] for each in shown if each["net"]["amount_minor"] < 0]
    (charge,) = [each["line"] for each in shown if each["net"]["amount_minor"] > 0]

    with nothing_written(billing.world.dynamo):
        answer = credit(call, newest.invoice_id, lines=[{"line": place}])
        whole = credit(call, newest.invoice_id, lines=[{"line": charge}])

    assert (answer.status, answer.code) == (422, "line_is_credit")
    assert (whole.status, whole.code) == (409, "credit_exceeds_invoice")  # a credit took some off


def test_nothing_is_left_of_what_was_credited_whole_inv_11(billing: Billing, call: Call) -> None:
    made = open_invoice(billing)
    assert credit(call, made.invoice_id).status == 201

    with nothing_written(billing.world.dynamo):
        rest = credit(call, made.invoice_id)
        line = credit(call, made.invoice_id, lines=[{"line": 0, "net_minor": 1}])

    assert {(each.status, each.code) for each in (rest, line)} == {(409, "credit_exceeds_invoice")}


@pytest.mark.parametrize("reason", [pytest.param(None, id="none"), pytest.param(" ", id="blank")])
@pytest.mark.parametrize("act", ["credit-notes", "void"])
def test_a_reason_is_required_inv_3(
    billing: Billing, call: Call, reason: str | None, act: str
) -> None:
    path = f"{INVOICES}/{open_invoice(billing).invoice_id}/{act}"
    body = {} if reason is None else {"reason": reason}

    with nothing_written(billing.world.dynamo):
        answer = call("POST", path, by="representative", body=body)

    code = "required" if reason is None else "too_short"
    assert (answer.status, answer.code) == (422, code)
    assert answer.body["errors"][0]["pointer"] == "/reason"


def _paid(billing: Billing, call: Call) -> str:
    del call
    bought(billing, billing.webinar("starter", 5))
    work(billing.world)
    return invoices_of(billing)[0].invoice_id


def _partly_paid(billing: Billing, call: Call) -> str:
    made = open_invoice(billing)
    wish = {"selling_entity": "us", "amount_minor": 100, "currency": "USD", "reference": "Wire"}
    assert call("POST", "/v1/payments-received", by="representative", body=wish).status == 201
    work(billing.world)
    assert invoice(billing, made.invoice_id).credit_applied_minor == 100
    return made.invoice_id


def _credited(billing: Billing, call: Call) -> str:
    made = open_invoice(billing)
    assert credit(call, made.invoice_id, lines=[{"line": 0, "net_minor": 1}]).status == 201
    return made.invoice_id


def _void(billing: Billing, call: Call) -> str:
    made = open_invoice(billing)
    assert void(call, made.invoice_id).status == 201
    return made.invoice_id


def _note(billing: Billing, call: Call) -> str:
    made = open_invoice(billing)
    return str(credit(call, made.invoice_id).body["credit_note"]["invoice_id"])


def _in_flight(billing: Billing, call: Call) -> str:
    del call
    made = open_invoice(billing)
    leased(billing, made)
    return made.invoice_id


@pytest.mark.parametrize(
    ("given", "code"),
    [
        pytest.param(_paid, "invoice_paid", id="paid"),
        pytest.param(_partly_paid, "invoice_partly_paid", id="in part"),
        pytest.param(_credited, "invoice_credited", id="credited in part"),
        pytest.param(_void, "invoice_void", id="void"),
        pytest.param(_note, "not_an_invoice", id="a credit note"),
        pytest.param(_in_flight, "payment_in_flight", id="a payment is on its way"),
    ],
)
def test_what_can_t_be_voided_inv_5(billing: Billing, call: Call, given: Given, code: str) -> None:
    invoice_id = given(billing, call)

    with nothing_written(billing.world.dynamo):
        answer = void(call, invoice_id)

    assert (answer.status, answer.code) == (409, code)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        pytest.param(_void, "invoice_void", id="void"),
        pytest.param(_note, "not_an_invoice", id="a credit note"),
        pytest.param(_in_flight, "payment_in_flight", id="a payment is on its way"),
    ],
)
def test_what_can_t_be_credited_inv_3_col_8(
    billing: Billing, call: Call, given: Given, code: str
) -> None:
    invoice_id = given(billing, call)

    with nothing_written(billing.world.dynamo):
        answer = credit(call, invoice_id)

    assert (answer.status, answer.code) == (409, code)


def test_a_key_with_another_body_is_refused_and_a_repeat_is_not_reg_10(
    billing: Billing, call: Call
) -> None:
    made = open_invoice(billing)
    lines = [{"line": 0, "net_minor": 10}]
    first = credit(call, made.invoice_id, lines=lines, key="note-1")

    with nothing_written(billing.world.dynamo):
        again = credit(call, made.invoice_id, lines=lines, key="note-1")
        other = credit(call, made.invoice_id, lines=[{"line": 1}], key="note-1")
        reason = credit(call, made.invoice_id, lines=lines, key="note-1", reason="Another")

    assert (again.status, again.body) == (201, first.body)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["location"] == first.headers["location"]
    assert {(each.status, each.code) for each in (other, reason)} == {
        (409, "idempotency_key_reused")
    }


def test_voided_again_with_its_key_it_is_answered_again_reg_10(
    billing: Billing, call: Call
) -> None:
    made = open_invoice(billing)
    first = void(call, made.invoice_id, key="void-1")

    with nothing_written(billing.world.dynamo):
        again = void(call, made.invoice_id, key="void-1")
        other = void(call, made.invoice_id, key="void-1", reason="Another")

    assert (again.status, again.body) == (201, first.body)
    assert (other.status, other.code) == (409, "idempotency_key_reused")


@pytest.mark.parametrize("act", ["credit-notes", "void"])
def test_without_a_key_nothing_is_corrected_ext_1(billing: Billing, call: Call, act: str) -> None:
    path = f"{INVOICES}/{open_invoice(billing).invoice_id}/{act}"

    with nothing_written(billing.world.dynamo):
        answer = call(
            "POST", path, by="representative", body={"reason": WHY}, headers={"idempotency-key": ""}
        )

    assert (answer.status, answer.code) == (400, "idempotency_key_malformed")


def test_an_invoice_of_another_account_is_as_absent_acc_2(billing: Billing, call: Call) -> None:
    made = open_invoice(billing)

    with nothing_written(billing.world.dynamo):
        answers = [
            call(
                *("POST", f"{INVOICES}/{made.invoice_id}/{act}"),
                by="representative",
                about="acc_studio",
                body={"reason": WHY},
            )
            for act in ("credit-notes", "void")
        ]

    assert {(each.status, each.code) for each in answers} == {(404, "not_found")}


@pytest.mark.parametrize(
    "wish",
    [
        pytest.param({"selling_entity": "us", "currency": "USD"}, id="not parked"),
        pytest.param({"selling_entity": "us", "currency": "CAD"}, id="never billed"),
        pytest.param({"selling_entity": "xx", "currency": "USD"}, id="no such entity"),
    ],
)
def test_what_is_not_parked_is_not_released_inv_1(
    billing: Billing, call: Call, wish: dict[str, str]
) -> None:
    open_invoice(billing)

    with nothing_written(billing.world.dynamo):
        answer = call("POST", "/v1/balance/release", by="representative", body=wish)

    assert (answer.status, answer.code) == (409, "not_parked")
