"""COL-5, COL-6, SUB-1, SUB-17: what representatives do, over the API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from guichet.ledger.journal import Change
from guichet.subscriptions.ports import Aggregate
from tests.support.billing import Billing
from tests.support.correcting import work
from tests.support.gateway import Came
from tests.support.unchanged import nothing_written

type Call = Callable[..., Came]
type Buy = Callable[..., str]

RECEIVED = "/v1/payments-received"
CHEQUE = {"selling_entity": "us", "amount_minor": 2500, "currency": "USD", "reference": "Cheque 7"}


def usd(minor: int) -> dict[str, Any]:
    return {"amount_minor": minor, "currency": "USD"}


def test_money_received_by_hand_pays_the_oldest_invoice_and_the_rest_is_credit_col_6(
    billing: Billing, call: Call
) -> None:
    preview = call(
        "POST",
        "/v1/carts/preview",
        body={
            "lines": [
                {
                    "kind": "subscribe",
                    "product": "telephony",
                    "plan": "line",
                    "frequency": "monthly",
                    "seats": 1,
                }
            ]
        },
    )
    call("POST", "/v1/carts", body={"preview_id": preview.body["preview_id"]})
    billing.world.clock.at = billing.world.clock.at.replace(month=12, day=1)
    work(billing.world)  # its invoice is there
    (before,) = call("GET", "/v1/balance").body["items"]
    owed = sum(each["open"]["amount_minor"] for each in before["invoices"])

    answer = call("POST", RECEIVED, by="representative", body=CHEQUE | {"amount_minor": owed + 100})
    work(billing.world)

    assert owed > 0
    assert (answer.status, answer.body["credit"]) == (201, usd(owed + 100))
    (after,) = call("GET", "/v1/balance").body["items"]
    assert (after["invoices"], after["credit"]) == ([], usd(100))


def test_a_payment_is_recorded_once_for_a_key_col_8(billing: Billing, call: Call) -> None:
    first = call("POST", RECEIVED, by="representative", body=CHEQUE, key="cheque-7")

    with nothing_written(billing.world.dynamo):
        again = call("POST", RECEIVED, by="representative", body=CHEQUE, key="cheque-7")
        other = call(
            *("POST", RECEIVED),
            by="representative",
            body=CHEQUE | {"amount_minor": 1},
            key="cheque-7",
        )

    assert (first.status, first.body["credit"]) == (201, usd(2500))
    assert again.body == first.body
    assert again.headers["idempotency-replayed"] == "true"
    assert (other.status, other.code) == (409, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        pytest.param({"amount_minor": 0}, "amount_invalid", id="nothing"),
        pytest.param({"amount_minor": -1}, "amount_negative", id="negative"),
        pytest.param({"amount_minor": 1.5}, "amount_fractional", id="a part of a cent"),
        pytest.param({"amount_minor": 10**15}, "amount_beyond_limits", id="too much"),
        pytest.param({"currency": "EUR"}, "currency_not_sold", id="another currency"),
        pytest.param({"currency": "usd"}, "malformed", id="no currency"),
        pytest.param({"selling_entity": "fr"}, "selling_entity_unknown", id="unknown entity"),
        pytest.param({"reference": " "}, "too_short", id="no reference"),
    ],
)
def test_a_payment_that_can_t_be_is_refused_col_6(
    billing: Billing, call: Call, changed: dict[str, Any], code: str
) -> None:
    with nothing_written(billing.world.dynamo):
        answer = call("POST", RECEIVED, by="representative", body=CHEQUE | changed)

    assert (answer.status, answer.code) == (422, code)


def test_overdue_suspended_and_working_again_col_5(call: Call, buy: Buy) -> None:
    path = f"/v1/subscriptions/{buy()}"
    state = f"{path}/collection-state"

    shown = [
        call("POST", state, by="representative", body={"state": each}).body
        for each in ("past_due", "suspended", "active")
    ]

    assert [(each["status"], each["has_access"]) for each in shown] == [
        ("past_due", True),
        ("suspended", False),
        ("active", True),
    ]


def test_a_subscription_keeps_the_prices_that_it_is_pinned_to_sub_1(
    billing: Billing, call: Call, buy: Buy
) -> None:
    pin = f"/v1/subscriptions/{buy()}/pin"

    pinned = call("POST", pin, by="representative", body={"version": "2026-01"})
    with nothing_written(billing.world.dynamo):
        unknown = call("POST", pin, by="representative", body={"version": "1999-01"})
    released = call("POST", pin, by="representative", body={"version": None})

    assert (pinned.status, pinned.body["pinned_version"]) == (200, "2026-01")
    assert (unknown.status, unknown.code) == (422, "catalogue_version_unknown")
    assert (released.status, released.body["pinned_version"]) == (200, None)


def test_billing_begins_on_the_day_of_activation_sub_17(
    billing: Billing, call: Call, buy: Buy
) -> None:
    bought = buy(seats=2)
    _awaiting_activation(billing, bought)
    path = f"/v1/subscriptions/{bought}/activation"
    billing.world.clock.advance(days=3)

    with nothing_written(billing.world.dynamo):
        future = call("POST", path, by="representative", body={"day": "2026-11-26"})
        no_day = call("POST", path, by="representative", body={"day": "26 November"})
    answer = call("POST", path, by="representative", body={"day": "2026-11-24"})

    assert (future.status, future.code) == (422, "activation_in_future")
    assert (no_day.status, no_day.code) == (422, "not_a_day")
    assert (answer.status, answer.body["billing_start"]) == (200, "2026-11-24")
    assert answer.body["period"] == {"start": "2026-11-24", "end": "2026-12-24"}


def _awaiting_activation(billing: Billing, subscription_id: str) -> None:
    """As an order by quote leaves it: service has begun, billing has not."""
    before = billing.subscription(subscription_id)
    after = replace(
        before,
        on_activation=True,
        billing_start=None,
        period=None,
        anchor=None,
        elapsed=0,
        billed=(),
        version=before.version + 1,
    )
    change = Change[Aggregate](before, after)
    billing.parts().records.save(billing.world.cause("seed"), [change])
