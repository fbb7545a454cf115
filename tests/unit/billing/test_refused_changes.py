"""Changes that the state, the balance, the notice or the product forbid: a code each, nothing written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from guichet.adapters.dynamo.seam import Item
from tests.support.billing import Billing
from tests.support.billing_access import NEW, seats_wanted
from tests.support.gateway import Came
from tests.support.unchanged import nothing_written, written_so_far
from tests.unit.billing.conftest import CORPORATE

type Call = Callable[..., Came]
type Buy = Callable[..., str]

PREVIEW, CARTS = "/v1/carts/preview", "/v1/carts"
ONE_LINE = {**NEW}


def cart(**line: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of many types
    return {"lines": [line]}


@pytest.mark.parametrize(
    ("seats", "status", "code"),
    [
        pytest.param(0, 422, "too_small", id="none"),
        pytest.param(-5, 422, "too_small", id="fewer than none"),
        pytest.param(10**9, 422, "too_large", id="a milliard"),
        pytest.param(None, 422, "wrong_type", id="null"),
        pytest.param(1, 409, "seats_below_assigned", id="below those assigned"),
        pytest.param(6, 409, "bought_by_order", id="more"),
    ],
)
def test_seats_of_the_next_period_that_can_t_be_are_refused_sub_14(  # noqa: PLR0917 - a row
    billing: Billing, call: Call, buy: Buy, seats: int | None, status: int, code: str
) -> None:
    path = f"/v1/subscriptions/{buy(seats=5)}"
    for name in ("a", "b"):
        call("POST", f"{path}/seats", body=seats_wanted(f"{name}@b.example"))

    with nothing_written(billing.world.dynamo):
        answer = call("PATCH", path, body={"seats": seats})

    assert (answer.status, answer.code) == (status, code)


@pytest.mark.parametrize("state", ["past_due", "suspended"])
def test_nothing_is_changed_while_overdue_or_suspended_sub_12(
    billing: Billing, call: Call, buy: Buy, state: str
) -> None:
    bought = buy(seats=5)
    path = f"/v1/subscriptions/{bought}"
    for each in ("past_due", "suspended")[: 1 + (state == "suspended")]:
        call("POST", f"{path}/collection-state", by="representative", body={"state": each})
    about = {"subscription_id": bought}

    with nothing_written(billing.world.dynamo):
        more = call("POST", PREVIEW, body=cart(kind="add", seats=1, **about))
        upgrade = call("POST", PREVIEW, body=cart(kind="change", plan="plus", **about))
        fewer = call("PATCH", path, body={"seats": 4})

    assert {(each.status, each.code) for each in (more, upgrade, fewer)} == {
        (409, f"subscription_{state}")
    }


def test_nothing_is_bought_while_a_bill_is_overdue_sub_12(
    billing: Billing, call: Call, buy: Buy
) -> None:
    bought = buy(frequency="annual")
    _overdue(billing, call)

    with nothing_written(billing.world.dynamo):
        new = call("POST", PREVIEW, body=cart(**ONE_LINE))
        more = call("POST", PREVIEW, body=cart(kind="add", subscription_id=bought, seats=1))

    assert {(each.status, each.code) for each in (new, more)} == {(409, "overdue")}
    assert "USD" in new.body["detail"]
    assert new.body["rule"] == "SUB-12"


def _overdue(billing: Billing, call: Call) -> None:
    """A bill of 1 December is due on the 31st, and nobody has paid it."""
    preview = call(
        "POST", PREVIEW, body=cart(**ONE_LINE | {"product": "telephony", "plan": "line"})
    )
    ordered = call("POST", CARTS, body={"preview_id": preview.body["preview_id"]})
    assert ordered.body["status"] == "done"
    billing.world.clock.advance(days=9)
    billing.world.settle_down()
    billing.world.clock.advance(days=33)


def test_a_balance_stops_a_cancellation_whose_first_attempt_is_remembered_sub_8(
    billing: Billing, call: Call, buy: Buy
) -> None:
    bought = buy(frequency="annual")
    _overdue(billing, call)
    before = _without(billing, bought)

    answer = call("POST", f"/v1/subscriptions/{bought}/cancel")

    assert (answer.status, answer.code) == (409, "balance_due")
    assert _without(billing, bought) == before
    after = billing.subscription(bought)
    assert after.cancellation is None
    assert str(after.cancel_attempted_on) == "2027-01-03"
    with nothing_written(billing.world.dynamo):
        assert call("POST", f"/v1/subscriptions/{bought}/cancel").code == "balance_due"


def _without(billing: Billing, subscription_id: str) -> list[Item]:
    """What is stored, but for this subscription."""
    state, _ = written_so_far(billing.world.dynamo)
    return [each for each in state if each["sk"] != f"SUBSCRIPTION#{subscription_id}"]


def test_what_the_product_leaves_to_a_representative_offers_a_request_acc_6(
    billing: Billing, call: Call
) -> None:
    preview = call(
        "POST", PREVIEW, body=cart(**ONE_LINE | {"product": "telephony", "plan": "line"})
    )
    call("POST", CARTS, body={"preview_id": preview.body["preview_id"]})
    (bought,) = preview.body["subscriptions"]

    answer = call("POST", f"/v1/subscriptions/{bought}/cancel")

    assert (answer.status, answer.code) == (409, "cancel_by_representative")
    assert answer.body["request_kind"] == "cancel"
    assert billing.subscription(bought).cancellation is None


def test_notice_inside_the_last_30_days_is_for_the_next_term_and_asks_first_sub_9(
    billing: Billing, call: Call
) -> None:
    preview = call(
        *("POST", PREVIEW),
        body=cart(
            kind="subscribe", product="corporate", plan="corporate", frequency="annual", seats=20
        ),
    )
    order = {"preview_id": preview.body["preview_id"], "method": "stripe"}
    assert call("POST", CARTS, body=order).body["status"] == "done", "its first months are free"
    (bought,) = preview.body["subscriptions"]
    path = f"/v1/subscriptions/{bought}"
    term = call("GET", path).body["term"]
    assert (term["end"], term["last_notice"]) == ("2028-02-22", "2028-01-23")
    _until_the_last_month(billing, call)

    with nothing_written(billing.world.dynamo):
        late = call("POST", f"{path}/cancel")
        other_day = call("POST", f"{path}/cancel", body={"ends_on": "2028-02-22"})
        no_day = call("POST", f"{path}/cancel", body={"ends_on": "soon"})
    agreed = call("POST", f"{path}/cancel", body={"ends_on": "2029-05-22"})

    assert {(each.status, each.code) for each in (late, other_day)} == {(409, "notice_too_late")}
    assert "2029-05-22" in late.body["detail"]
    assert (no_day.status, no_day.code) == (422, "not_a_day")
    assert (agreed.status, agreed.body["expires_on"]) == (200, "2029-05-22")


def _until_the_last_month(billing: Billing, call: Call) -> None:
    """Past the begin of billing, whose bill is paid, into the days in which notice is late."""
    world = billing.world
    world.clock.at = world.clock.at.replace(year=2027, month=2, day=22)
    world.settle_down()
    (balance,) = call("GET", "/v1/balance").body["items"]
    owed = sum(each["open"]["amount_minor"] for each in balance["invoices"])
    paid = {"selling_entity": "us", "amount_minor": owed, "currency": "USD", "reference": "Wire"}
    call("POST", "/v1/payments-received", by="representative", body=paid)
    world.clock.at = world.clock.at.replace(year=2028, month=2, day=1)


def test_a_corporate_account_reactivates_through_its_representative_alone_sub_10(
    billing: Billing, call: Call
) -> None:
    trial = call(
        "POST", "/v1/trials", by="corporate", body={"product": "webinar", "plan": "starter"}
    )
    bought = trial.body["subscription_id"]
    call("POST", f"/v1/subscriptions/{bought}/cancel", by="corporate")
    billing.world.clock.advance(days=15)
    billing.world.settle_down()
    again = cart(kind="reactivate", subscription_id=bought, frequency="annual")

    with nothing_written(billing.world.dynamo):
        refused = call("POST", PREVIEW, by="corporate", body=again)
    by_representative = call("POST", PREVIEW, by="representative", about=CORPORATE, body=again)

    assert (refused.status, refused.code) == (409, "ask_representative")
    assert refused.body["request_kind"] == "reactivate"
    assert refused.body["representative"] == "Mary Stone"
    assert by_representative.status == 201
