"""What a provider says to a refund: each no has a code and a sentence, nonsense is never a no (RFD-6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from guichet.registration.refusals import explained
from tests.support.gateway import Came
from tests.support.road import CALLS, Altered, Road, lost
from tests.support.world import World

type Call = Callable[..., Came]


def usd(minor: int) -> dict[str, Any]:
    return {"amount_minor": minor, "currency": "USD"}


def bought(world: World, road: Road) -> str:
    registration = world.register(world.training())
    payment = road.start(registration)
    road.pay(payment)
    road.come_back(registration)
    world.settle_down()
    return payment.payment_id


def shown(call: Call, payment_id: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = call("GET", f"/v1/payments/{payment_id}").body
    return found


def the_refund(call: Call, payment_id: str) -> Mapping[str, Any]:
    (found,) = call("GET", f"/v1/payments/{payment_id}/refunds").body["items"]
    return dict(found)


STRIPE_NOES = [
    ("balance_insufficient", "balance_insufficient"),
    ("insufficient_funds", "balance_insufficient"),
    ("charge_already_refunded", "already_refunded"),
    ("charge_disputed", "payment_disputed"),
    ("refund_disputed_payment", "payment_disputed"),
    ("charge_not_refundable", "refund_not_permitted"),
    ("amount_too_large", "refund_amount_refused"),
    ("amount_too_small", "refund_amount_refused"),
    ("account_closed", "account_restricted"),
    ("some_code_of_tomorrow", "request_refused"),
]
PAYPAL_NOES = [
    ("REFUND_FAILED_INSUFFICIENT_FUNDS", "balance_insufficient"),
    ("REFUND_TIME_LIMIT_EXCEEDED", "refund_too_old_at_provider"),
    ("TRANSACTION_DISPUTED", "payment_disputed"),
    ("REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK", "payment_disputed"),
    ("PAYEE_ACCOUNT_RESTRICTED", "account_restricted"),
    ("CAPTURE_FULLY_REFUNDED", "already_refunded"),
    ("REFUND_AMOUNT_EXCEEDED", "refund_amount_refused"),
    ("REFUND_AMOUNT_TOO_LOW", "refund_amount_refused"),
    ("PARTIAL_REFUND_NOT_ALLOWED", "refund_not_permitted"),
    ("MAX_NUMBER_OF_REFUNDS_EXCEEDED", "refund_not_permitted"),
    ("REFUND_IS_RESTRICTED", "refund_not_permitted"),
    ("SOME_ISSUE_OF_TOMORROW", "request_refused"),
]


@pytest.mark.parametrize(
    "no",
    [
        pytest.param((provider, says, code), id=f"{provider} says {says}")
        for provider, noes in (("stripe", STRIPE_NOES), ("paypal", PAYPAL_NOES))
        for says, code in noes
    ],
)
def test_each_no_of_a_provider_has_a_code_and_a_sentence_and_leaves_all_to_refund_rfd_6(
    no: tuple[str, str, str], call: Call, ask: Call, world: World
) -> None:
    provider, says, code = no
    road = Road(world, provider)
    payment_id = bought(world, road)
    refuse(road, says)
    told = explained(code, "en")
    assert told is not None

    answer = ask(payment_id, amount=usd(5000))
    world.settle_down()

    assert (answer.status, answer.body["status"]) == (201, "failed")
    assert answer.body["failure"] == {
        "code": code,
        "sentence": told.sentence,
        "what_to_do": told.what_to_do,
    }
    after = shown(call, payment_id)
    assert (after["left"], after["in_progress"], after["refunded"]) == (usd(12000), usd(0), usd(0))
    assert road.returned() == 0
    world.assert_books_equal_the_providers()


def refuse(road: Road, says: str) -> None:
    """The next refund gets this no."""
    if road.provider == "stripe":
        road.disturb(refunds={"refuse": 1, "refusal": says})
    else:
        road.disturb({"do": "issue", "match": CALLS["paypal"]["refund"], "issue": says})


def test_after_a_no_the_same_is_asked_for_again_under_another_key_rfd_6(
    world: World, road: Road, call: Call, ask: Call
) -> None:
    payment_id = bought(world, road)
    says = {"stripe": "balance_insufficient", "paypal": "REFUND_FAILED_INSUFFICIENT_FUNDS"}
    refuse(road, says[road.provider])
    failed = ask(payment_id, "first")

    repeated = ask(payment_id, "first")
    anew = ask(payment_id, "second")

    assert (failed.body["status"], repeated.body["status"]) == ("failed", "failed")
    assert repeated.headers["idempotency-replayed"] == "true"
    assert anew.body["status"] == "succeeded"
    assert anew.body["fee"] == usd(228)
    assert shown(call, payment_id)["left"] == usd(0)


@pytest.mark.parametrize("fault", ["lost_before", "lost_after", "down", "server_error"])
def test_without_an_answer_a_refund_goes_on_by_itself_and_happens_once_rfd_6(
    fault: str, world: World, road: Road, call: Call, ask: Call
) -> None:
    payment_id = bought(world, road)
    road.disturb(lost(CALLS[road.provider]["refund"], fault))

    answer = ask(payment_id, "one", amount=usd(5000))
    before = shown(call, payment_id)
    other = ask(payment_id, "two", amount=usd(5000))
    road.calm()
    world.clock.advance(hours=25)
    world.settle_down()

    assert (answer.status, answer.body["failure"]) == (201, None)
    assert answer.body["status"] in {"requested", "submitted"}
    assert (before["in_progress"], before["left"]) == (usd(5000), usd(7000))
    assert (other.status, other.code) == (409, "refund_in_progress")
    assert the_refund(call, payment_id)["status"] == "succeeded"
    assert road.returned() == 1
    world.assert_books_equal_the_providers()


def _nonsense(answer: Any) -> None:  # noqa: ANN401 - any JSON
    answer.clear()
    answer["status"] = "SPLENDID"


def test_a_provider_that_answers_nonsense_is_asked_again_later_rfd_6(
    world: World, road: Road, call: Call, ask: Call
) -> None:
    payment_id = bought(world, road)
    plain = world.parts
    world.parts = world.container(
        http=Altered(world.http, CALLS[road.provider]["refund"], _nonsense)
    )
    answer = ask(payment_id, amount=usd(5000))
    before = shown(call, payment_id)
    world.parts = plain

    world.clock.advance(hours=1)
    world.settle_down()

    assert (answer.status, answer.body["status"]) == (201, "requested")
    assert before["in_progress"] == usd(5000)
    assert the_refund(call, payment_id)["status"] == "succeeded"
    assert road.returned() == 1
    world.assert_books_equal_the_providers()


def test_a_success_that_is_taken_back_is_told_with_what_to_do_rfd_6(
    world: World, road: Road, call: Call, ask: Call
) -> None:
    payment_id = bought(world, road)
    made = ask(payment_id, amount=usd(5000)).body
    road.simulator.fail_refund(made["provider_refund_id"])

    world.settle_down()

    failed = call(
        "GET", f"/v1/payments/{payment_id}/refunds", headers={"accept-language": "it"}
    ).body["items"][0]
    assert (failed["status"], failed["fee_is_returned"]) == ("failed", False)
    code = "expired_or_canceled_card" if road.provider == "stripe" else "refund_failed"
    told = explained(code, "it")
    assert told is not None
    assert failed["failure"]["sentence"] == told.sentence
    assert shown(call, payment_id)["left"] == usd(12000)


def test_consent_withdrawn_meanwhile_is_never_a_failure_and_goes_on_once_it_is_back_rfd_6(
    world: World, call: Call, ask: Call
) -> None:
    """Our record says linked: the notice of it has not come yet."""
    road = Road(world, "paypal")
    payment_id = bought(world, road)
    fault = {"do": "issue", "match": CALLS["paypal"]["refund"], "times": -1}
    road.disturb(fault | {"issue": "CONSENT_NEEDED", "status": 403})

    answer = ask(payment_id, amount=usd(5000))
    road.calm()
    world.clock.advance(hours=1)
    world.settle_down()

    assert answer.body["status"] in {"requested", "submitted"}
    assert the_refund(call, payment_id)["status"] == "succeeded"
