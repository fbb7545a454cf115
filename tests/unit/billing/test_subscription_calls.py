"""SUB-3, SUB-4, SUB-8, SUB-13, SUB-19: subscriptions over the API."""

from __future__ import annotations

from collections.abc import Callable

from tests.support.billing import Billing
from tests.support.gateway import Came
from tests.support.unchanged import nothing_written
from tests.unit.billing.conftest import CORPORATE

type Call = Callable[..., Came]
type Buy = Callable[..., str]

SUBSCRIPTIONS = "/v1/subscriptions"


def test_a_subscription_says_what_it_is_and_when_it_renews_sub_19(call: Call, buy: Buy) -> None:
    bought = buy(seats=5, add_ons=[{"add_on": "storage", "quantity": 2}])

    answer = call("GET", f"{SUBSCRIPTIONS}/{bought}", headers={"accept-language": "de"})

    shown = answer.body
    assert (shown["status"], shown["has_access"], shown["cancellation_pending"]) == (
        *("active", True),
        False,
    )
    assert shown["terms"]["plan"] == "starter"
    assert shown["terms"]["add_ons"] == [
        {"add_on": "storage", "name": "Speicher für Aufzeichnungen, 100 GB", "quantity": 2}
    ]
    assert shown["seats"] == {"bought": 5, "assigned": 0, "assignable": 5}
    assert shown["price"]["amount_minor"] > 5 * 3000
    assert (shown["renews_on"], shown["expires_on"]) == ("2026-12-22", None)
    assert (shown["selling_entity"], shown["pinned_version"]) == ("us", None)
    assert answer.headers["etag"] == f'"{shown["version"]}"'


def test_the_next_bill_is_what_the_renewal_will_be_bad_14(call: Call, buy: Buy) -> None:
    bought = buy(seats=5)
    call("PATCH", f"{SUBSCRIPTIONS}/{bought}", body={"seats": 3})

    answer = call("GET", f"{SUBSCRIPTIONS}/{bought}/next-bill")

    (line,) = answer.body["lines"]
    assert answer.body["bill_on"] == "2026-12-22"
    assert (line["quantity"], line["amount"]["amount_minor"]) == (3, 9000)
    assert [answer.body[each]["amount_minor"] for each in ("tax", "total")] == [0, 9000]


def test_fewer_seats_apply_from_the_next_renewal_on_sub_16(call: Call, buy: Buy) -> None:
    bought = buy(seats=5)

    answer = call("PATCH", f"{SUBSCRIPTIONS}/{bought}", body={"seats": 3})

    assert (answer.status, answer.body["terms"]["seats"]) == (200, 5)
    assert answer.body["at_renewal"]["seats"] == 3
    assert answer.body["seats"] == {"bought": 5, "assigned": 0, "assignable": 3}


def test_an_add_on_that_is_not_named_stays_and_0_takes_one_off_sub_16(call: Call, buy: Buy) -> None:
    bought = buy(add_ons=[{"add_on": "storage", "quantity": 2}])

    kept = call("PATCH", f"{SUBSCRIPTIONS}/{bought}", body={"seats": 4})
    off = call(
        "PATCH",
        f"{SUBSCRIPTIONS}/{bought}",
        body={"add_ons": [{"add_on": "storage", "quantity": 0}]},
    )

    assert kept.body["at_renewal"]["add_ons"][0]["quantity"] == 2
    assert off.body["at_renewal"]["add_ons"] == []


def test_a_change_for_a_version_that_is_no_more_is_refused(
    billing: Billing, call: Call, buy: Buy
) -> None:
    bought = buy()
    tag = call("GET", f"{SUBSCRIPTIONS}/{bought}").headers["etag"]
    call("PATCH", f"{SUBSCRIPTIONS}/{bought}", body={"seats": 4}, headers={"if-match": tag})

    with nothing_written(billing.world.dynamo):
        answer = call(
            "PATCH", f"{SUBSCRIPTIONS}/{bought}", body={"seats": 3}, headers={"if-match": tag}
        )

    assert (answer.status, answer.code) == (412, "stale")


def test_the_same_change_with_the_same_key_happens_once_reg_10(
    billing: Billing, call: Call, buy: Buy
) -> None:
    path = f"{SUBSCRIPTIONS}/{buy()}"
    first = call("PATCH", path, body={"seats": 4}, key="less")

    with nothing_written(billing.world.dynamo):
        again = call("PATCH", path, body={"seats": 4}, key="less")
        other = call("PATCH", path, body={"seats": 3}, key="less")

    assert again.body == first.body
    assert again.headers["idempotency-replayed"] == "true"
    assert (other.status, other.code) == (409, "idempotency_key_reused")


def test_a_cancellation_is_a_mark_beside_the_state_and_can_be_withdrawn_sub_3_sub_8(
    call: Call, buy: Buy
) -> None:
    path = f"{SUBSCRIPTIONS}/{buy()}"

    cancelled = call("POST", f"{path}/cancel")

    assert (cancelled.body["status"], cancelled.body["cancellation_pending"]) == ("active", True)
    assert (cancelled.body["renews_on"], cancelled.body["expires_on"]) == (None, "2026-12-22")
    again = call("POST", f"{path}/cancel")
    assert (again.status, again.code) == (409, "cancellation_pending")
    withdrawn = call("POST", f"{path}/withdraw")
    assert withdrawn.body["cancellation_pending"] is False
    assert withdrawn.body["renews_on"] == "2026-12-22"
    twice = call("POST", f"{path}/withdraw")
    assert (twice.status, twice.code) == (409, "cancellation_absent")


def test_a_trial_starts_at_once_and_once_for_each_product_sub_4_sub_19(
    billing: Billing, call: Call
) -> None:
    body = {"product": "webinar", "plan": "starter"}
    first = call("POST", "/v1/trials", body=body)

    with nothing_written(billing.world.dynamo):
        again = call("POST", "/v1/trials", body=body)
        other = call("POST", "/v1/trials", body=body | {"plan": "plus"})

    assert (first.status, first.body["status"]) == (201, "trialing")
    assert first.body["trial_ends_on"] == first.body["expires_on"] == "2026-12-06"
    assert first.headers["location"] == f"{SUBSCRIPTIONS}/{first.body['subscription_id']}"
    assert again.headers["idempotency-replayed"] == "true"
    assert (other.status, other.code) == (409, "trial_used")


def test_a_trial_is_paid_for_from_the_day_of_the_order_on_sub_4(call: Call, buy: Buy) -> None:
    trial = call("POST", "/v1/trials", body={"product": "webinar", "plan": "starter"})

    bought = buy(subscription_id=trial.body["subscription_id"], product=None)

    assert bought == trial.body["subscription_id"]
    assert call("GET", f"{SUBSCRIPTIONS}/{bought}").body["status"] == "active"


def test_subscriptions_are_listed_page_by_page_ext_1(call: Call, buy: Buy) -> None:
    made = {buy() for _ in range(3)}

    first = call("GET", SUBSCRIPTIONS, query="limit=2")
    rest = call("GET", SUBSCRIPTIONS, query=f"limit=2&cursor={first.body['next_cursor']}")

    assert len(first.body["items"]) == 2
    assert {each["subscription_id"] for each in first.body["items"] + rest.body["items"]} == made
    assert rest.body["next_cursor"] is None


def test_a_corporate_account_sees_its_representative_acc_1(call: Call) -> None:
    body = {"product": "webinar", "plan": "starter"}

    answer = call("POST", "/v1/trials", by="corporate", body=body)

    assert answer.body["representative"] == {"name": "Mary Stone", "email": "mary@operator.example"}
    seen = call("GET", SUBSCRIPTIONS, by="representative", about=CORPORATE)
    assert [each["subscription_id"] for each in seen.body["items"]] == [
        answer.body["subscription_id"]
    ]


def test_who_did_it_stands_in_the_journal_with_the_address_acc_3(
    billing: Billing, call: Call, buy: Buy
) -> None:
    path = f"{SUBSCRIPTIONS}/{buy()}"

    call("POST", f"{path}/cancel", by="representative")

    actor = billing.world.journal()[-1].actor
    assert (actor.kind, actor.id, actor.source) == ("representative", "mem_rita", "203.0.113.7")
