"""What is billed from its activation on is ordered by a representative, who reports the day (SUB-17)."""

from __future__ import annotations

from tests.support.billing import Billing
from tests.support.gateway import KEY
from tests.unit.billing.conftest import Call

LINE = {
    "kind": "subscribe",
    "product": "webinar",
    "plan": "starter",
    "frequency": "monthly",
    "on_activation": True,
}
ACCOUNT = {"guichet-account": "acc_atelier"}


def _keyed(name: str) -> dict[str, str]:
    return {"idempotency-key": f"{name}-{KEY}"}


def test_a_customer_asks_a_representative_for_it_and_nothing_is_kept_sub_17(
    call: Call, billing: Billing
) -> None:
    before = billing.world.state()

    refused = call(
        "POST", "/v1/carts/preview", "owner", body={"lines": [LINE]}, headers=_keyed("p")
    )

    assert (refused.status, refused.code) == (409, "ask_representative")
    assert refused.body["request_kind"] == "other"
    assert billing.world.state() == before


def test_it_works_at_once_and_costs_from_the_day_that_is_reported_sub_17(
    call: Call, billing: Billing
) -> None:
    preview = call(
        "POST",
        "/v1/carts/preview",
        "representative",
        body={"lines": [LINE]},
        headers=_keyed("p") | ACCOUNT,
    ).body
    assert preview["due_now"]["amount_minor"] == 0
    (planned,) = preview["periods"]
    assert (planned["period"], planned["billing_start"]) == (None, None)

    wish = {"preview_id": preview["preview_id"]}
    order = call("POST", "/v1/carts", "representative", body=wish, headers=_keyed("o") | ACCOUNT)

    assert order.body["status"] == "done"
    bought = billing.only()
    assert (bought.status, bought.billing_start) == ("active", None)
    billing.until(billing.world.clock.at.date().replace(month=12, day=20))
    assert billing.billed() == []

    path = f"/v1/subscriptions/{bought.subscription_id}/activation"
    reported = call(
        "POST", path, "representative", body={"day": "2026-12-18"}, headers=_keyed("a") | ACCOUNT
    )

    assert reported.body["billing_start"] == "2026-12-18"
    (line,) = billing.billed()
    assert (line.bill_on.isoformat(), line.amount.amount_minor) == ("2026-12-18", 3000)


def test_a_change_does_not_take_it(call: Call) -> None:
    line = {"kind": "add", "subscription_id": "sub_x", "on_activation": True, "seats": 1}

    refused = call(
        "POST", "/v1/carts/preview", "owner", body={"lines": [line]}, headers=_keyed("p")
    )

    assert refused.status == 422
    assert refused.body["errors"][0]["pointer"] == "/lines/0/on_activation"
