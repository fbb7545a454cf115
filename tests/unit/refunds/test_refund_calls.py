"""Refunds as those who sell ask for them and see them (RFD-1 to RFD-7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.gateway import Came
from tests.support.road import Road
from tests.support.unchanged import nothing_written
from tests.support.world import World

type Call = Callable[..., Came]

ADA = "ada@example.org"


def usd(minor: int) -> dict[str, Any]:
    return {"amount_minor": minor, "currency": "USD"}


def bought(world: World, road: Road, email: str = ADA) -> str:
    """A captured payment of USD 120.00, fee 2.28."""
    registration = world.register(world.training(), email)
    payment = road.start(registration)
    road.pay(payment)
    road.come_back(registration)
    world.settle_down()
    return payment.payment_id


def test_a_captured_payment_shows_what_can_be_refunded_and_until_when_rfd_1_rfd_2(
    world: World, road: Road, call: Call
) -> None:
    payment_id = bought(world, road)

    shown = call("GET", f"/v1/payments/{payment_id}")

    body = shown.body
    assert shown.status == 200
    assert (body["captured"], body["left"]) == (usd(12000), usd(12000))
    assert (body["refunded"], body["in_progress"]) == (usd(0), usd(0))
    assert (body["fee"], body["fee_returned"]) == (usd(228), usd(0))
    assert body["refundable_until"] == "2027-01-21T09:00:00Z"
    assert (body["refusal"], body["disputes"]) == (None, [])
    assert body["provider"] == road.provider
    assert body["registration_status"] == "confirmed"


def test_parts_return_the_fee_on_the_running_total_rfd_3(
    world: World, road: Road, call: Call, ask: Call
) -> None:
    payment_id = bought(world, road)

    parts = [ask(payment_id, amount=usd(each)) for each in (4000, 4000)]
    world.settle_down()
    rest = ask(payment_id)
    world.settle_down()

    assert [each.status for each in (*parts, rest)] == [201, 201, 201]
    assert [each.body["fee"] for each in (*parts, rest)] == [usd(76), usd(76), usd(76)]
    assert rest.body["amount"] == usd(4000)
    shown = call("GET", f"/v1/payments/{payment_id}").body
    assert (shown["refunded"], shown["left"]) == (usd(12000), usd(0))
    assert shown["fee_returned"] == usd(228)
    assert shown["refusal"]["code"] == "refund_exceeds_left"
    assert shown["registration_status"] == "confirmed", "RFD-7: a refund alone moves nothing"
    world.assert_books_equal_the_providers()


def test_an_answer_says_what_was_asked_and_what_became_of_it_rfd_6(
    world: World, road: Road, ask: Call
) -> None:
    payment_id = bought(world, road)

    answer = ask(payment_id, amount=usd(5000), note_to_registrant="Sorry,\nAda")

    body = answer.body
    assert (body["status"], body["cause"]) == ("succeeded", "organizer")
    assert (body["reason"], body["note_to_registrant"]) == ("Asked for it", "Sorry,\nAda")
    assert (body["payment_id"], body["provider"]) == (payment_id, road.provider)
    assert body["fee"] == usd(95)
    assert body["fee_is_returned"] is True
    assert body["fee_credited"] == usd(0)
    assert body["provider_refund_id"]
    assert (body["failure"], body["dispute_id"], body["made_at"]) == (None, None, None)


def test_a_repeat_is_answered_again_and_refunds_once_reg_10(
    world: World, road: Road, ask: Call
) -> None:
    payment_id = bought(world, road)
    first = ask(payment_id, "one-key", amount=usd(5000))

    with nothing_written(world.dynamo):
        again = ask(payment_id, "one-key", amount=usd(5000))
        other = ask(payment_id, "one-key", amount=usd(5001))

    assert again.status == 201
    assert again.headers["idempotency-replayed"] == "true"
    assert again.body["refund_id"] == first.body["refund_id"]
    assert other.status == 409
    assert road.returned() == 1


def test_two_members_with_one_key_ask_for_two_refunds(world: World, road: Road, ask: Call) -> None:
    payment_id = bought(world, road)

    answers = [ask(payment_id, "same", by, amount=usd(100)) for by in ("maria", "olivia")]

    assert [each.status for each in answers] == [201, 201]
    assert road.returned() == 2


def test_a_refund_can_cancel_the_registration_in_the_same_call_rfd_6(
    world: World, road: Road, call: Call, ask: Call
) -> None:
    payment_id = bought(world, road)

    answer = ask(payment_id, cancel_registration=True, note_to_registrant="The room burnt down.")
    world.settle_down()

    shown = call("GET", f"/v1/payments/{payment_id}").body
    assert answer.status == 201
    assert shown["registration_status"] == "cancelled"
    training_id = shown["training_id"]
    assert world.parts.records.seats(training_id).taken == 0


def test_cancelling_a_registration_can_ask_for_a_refund_rfd_6(
    world: World, road: Road, call: Call
) -> None:
    payment_id = bought(world, road)
    registration_id = call("GET", f"/v1/payments/{payment_id}").body["registration_id"]

    cancelled = call(
        "POST",
        f"/v1/registrations/{registration_id}/cancel",
        body={"note": "Sorry", "refund": {"amount": usd(7000), "reason": "Half a day"}},
    )
    world.settle_down()

    (made,) = call("GET", f"/v1/payments/{payment_id}/refunds").body["items"]
    assert (cancelled.status, cancelled.body["status"]) == (200, "cancelled")
    assert (made["status"], made["amount"], made["reason"]) == (
        "succeeded",
        usd(7000),
        "Half a day",
    )
    assert made["note_to_registrant"] == "Sorry"


def test_a_refund_that_the_provider_has_not_finished_is_in_progress_rfd_6(
    world: World, road: Road, call: Call, ask: Call
) -> None:
    payment_id = bought(world, road)
    road.disturb(refunds={"pending": 1})

    answer = ask(payment_id, amount=usd(5000))

    shown = call("GET", f"/v1/payments/{payment_id}").body
    assert answer.body["status"] == "submitted"
    assert (shown["in_progress"], shown["left"]) == (usd(5000), usd(7000))
    assert shown["refusal"]["code"] == "refund_in_progress"


def test_refunds_are_listed_page_by_page_oldest_first(
    world: World, road: Road, call: Call, ask: Call
) -> None:
    payment_id = bought(world, road)
    path = f"/v1/payments/{payment_id}/refunds"
    for minor in (100, 200, 300):
        ask(payment_id, amount=usd(minor))
        world.clock.advance(seconds=1)

    first = call("GET", path, query="limit=2").body
    second = call("GET", path, query=f"limit=2&cursor={first['next_cursor']}").body
    elsewhere = call(
        "GET", f"/v1/payments/{payment_id[:-1]}_/refunds", query=f"cursor={first['next_cursor']}"
    )

    amounts = [each["amount"] for each in (*first["items"], *second["items"])]
    assert amounts == [usd(100), usd(200), usd(300)]
    assert second["next_cursor"] is None
    assert (elsewhere.status, elsewhere.code) == (400, "cursor_invalid")


def test_a_trainings_payments_are_listed_with_what_the_provider_kept_fee_3(
    world: World, road: Road, call: Call
) -> None:
    payment_id = bought(world, road)
    training_id = call("GET", f"/v1/payments/{payment_id}").body["training_id"]
    training = world.parts.records.training(training_id)
    assert training is not None
    world.register(training, "eve@example.org")

    listed = call("GET", f"/v1/trainings/{training_id}/payments").body

    (found,) = listed["items"]
    assert listed["next_cursor"] is None
    assert (found["payment_id"], found["amount"]) == (payment_id, usd(12000))
    assert (found["platform_fee"], found["status"]) == (usd(228), "captured")
    assert found["provider_fee"]["amount_minor"] > 0
    assert found["method"] == {"stripe": "card", "paypal": "paypal"}[road.provider]


def test_a_refund_made_at_the_provider_is_listed_with_the_others_rfd_4(
    world: World, road: Road, call: Call
) -> None:
    payment_id = bought(world, road)
    payment = world.parts.records.payment(payment_id)
    assert payment is not None
    assert payment.capture is not None
    road.simulator.dashboard_refund(payment.capture.capture_id, 3000)

    world.settle_down()

    (made,) = call("GET", f"/v1/payments/{payment_id}/refunds").body["items"]
    assert (made["cause"], made["status"], made["amount"]) == ("outside", "succeeded", usd(3000))
    assert made["made_at"] == "2026-11-22T09:00:00Z"
    assert (made["reason"], made["note_to_registrant"]) == (None, None)
    assert made["fee"] == usd(57)
    assert made["fee_credited"] == (usd(57) if road.provider == "paypal" else usd(0))


def test_an_open_dispute_is_shown_and_keeps_everything_from_being_refunded_rfd_4(
    world: World, road: Road, call: Call, ask: Call
) -> None:
    payment_id = bought(world, road)
    payment = world.parts.records.payment(payment_id)
    assert payment is not None
    assert payment.capture is not None
    road.simulator.open_dispute(payment.capture.capture_id)
    world.settle_down()

    with nothing_written(world.dynamo):
        refused = ask(payment_id)

    shown = call("GET", f"/v1/payments/{payment_id}").body
    (dispute,) = shown["disputes"]
    assert (dispute["status"], dispute["amount"]) == ("open", usd(12000))
    assert shown["refusal"]["code"] == "refund_disputed"
    assert (refused.status, refused.code, refused.body["rule"]) == (409, "refund_disputed", "RFD-4")


@pytest.mark.parametrize("seconds", [0, 1])
def test_the_window_is_open_through_its_last_second_rfd_2(
    seconds: int, world: World, road: Road, call: Call, ask: Call
) -> None:
    payment_id = bought(world, road)
    world.clock.advance(days=60, seconds=seconds)

    shown = call("GET", f"/v1/payments/{payment_id}").body
    answer = ask(payment_id)

    if seconds == 0:
        assert (shown["refusal"], answer.status) == (None, 201)
    else:
        assert shown["refusal"]["rule"] == "RFD-5b"
        assert (answer.status, answer.code) == (409, "refund_window_over")
