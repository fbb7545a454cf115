"""What is not refunded, and what wrong input gets: a code, the reader's sentence, nothing written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from guichet.access.membership import Role
from guichet.registration.refusals import explained
from guichet.registration.training import Approval
from tests.support.gateway import Came
from tests.support.linking import Desk
from tests.support.organizing import mark, start_debit
from tests.support.unchanged import nothing_written
from tests.support.world import STRIPE_ACCOUNT, World

type Call = Callable[..., Came]


def usd(minor: int) -> dict[str, Any]:
    return {"amount_minor": minor, "currency": "USD"}


def bought(world: World) -> str:
    return world.payment(world.buy(world.training())).payment_id


def left_of(call: Call, payment_id: str) -> dict[str, Any]:
    left: dict[str, Any] = call("GET", f"/v1/payments/{payment_id}").body["left"]
    return left


def marked_by_hand(world: World) -> str:
    """A page that was opened ended when the organizer was paid in cash."""
    registration = world.register(world.training())
    payment = world.start(registration)
    mark(world, world.member("magda", Role.OWNER), registration)
    return payment.payment_id


def too_old(world: World) -> str:
    payment_id = bought(world)
    world.clock.advance(days=60, seconds=1)
    return payment_id


def pending(world: World) -> str:
    registration = world.register(world.training())
    start_debit(world, registration)
    return world.payment(registration).payment_id


def unlinked(world: World) -> str:
    payment_id = bought(world)
    Desk.of(world, "ursula").unlink()
    return payment_id


def in_progress(world: World, ask: Call) -> str:
    payment_id = bought(world)
    world.stripe.configure_chaos({"refunds": {"pending": 1}})
    assert ask(payment_id, amount=usd(100)).status == 201
    return payment_id


def never_paid(world: World) -> str:
    registration = world.register(world.training())
    payment = world.start(registration)
    world.clock.advance(minutes=40)
    world.settle_down()
    return payment.payment_id


def mismatched(world: World) -> str:
    registration = world.register(world.training())
    payment = world.start(registration)
    assert payment.session_id is not None
    world.stripe.configure_chaos({"capture": {"amount_minor": 11999}})
    world.stripe.pay(payment.session_id)
    world.settle_down()
    return payment.payment_id


def all_gone(world: World, ask: Call) -> str:
    payment_id = bought(world)
    assert ask(payment_id).status == 201
    world.settle_down()
    return payment_id


@pytest.mark.parametrize(
    ("prepare", "refusal"),
    [
        pytest.param(marked_by_hand, ("refund_marked_paid", "RFD-5a"), id="a: marked by hand"),
        pytest.param(too_old, ("refund_window_over", "RFD-5b"), id="b: more than 60 days"),
        pytest.param(pending, ("refund_payment_pending", "RFD-5c"), id="c: still pending"),
        pytest.param(mismatched, ("refund_held", "RFD-5c"), id="c: a person decides"),
        pytest.param(unlinked, ("refund_account_not_linked", "RFD-5d"), id="d: unlinked"),
        pytest.param(all_gone, ("refund_exceeds_left", "RFD-5f"), id="f: nothing is left"),
        pytest.param(in_progress, ("refund_in_progress", "RFD-5g"), id="g: another in progress"),
        pytest.param(never_paid, ("refund_nothing_paid", "RFD-1"), id="nothing was paid"),
    ],
)
def test_each_refusal_has_its_code_its_sentence_and_writes_nothing_rfd_5(
    prepare: Callable[..., str], refusal: tuple[str, str], world: World, call: Call, ask: Call
) -> None:
    code, rule = refusal
    payment_id = prepare(world, ask) if prepare in {all_gone, in_progress} else prepare(world)
    told = explained(code, "fr")
    assert told is not None

    with nothing_written(world.dynamo):
        refused = ask(payment_id)
        shown = call("GET", f"/v1/payments/{payment_id}", headers={"accept-language": "fr-CA"})

    assert (refused.status, refused.code, refused.body["rule"]) == (409, code, rule)
    assert refused.headers["content-language"] == "en"
    assert shown.headers["content-language"] == "fr"
    assert shown.body["refusal"] == {
        "code": code,
        "rule": rule,
        "sentence": told.sentence,
        "what_to_do": told.what_to_do,
    }


def test_what_was_marked_paid_by_hand_is_not_refunded_here_rfd_5a(world: World, call: Call) -> None:
    registration = world.register(world.training())
    path = f"/v1/registrations/{registration.registration_id}"
    call("POST", f"{path}/mark-paid")

    with nothing_written(world.dynamo):
        refused = call("POST", f"{path}/cancel", body={"refund": {"reason": "Ill"}})

    assert (refused.status, refused.code) == (409, "refund_marked_paid")
    assert refused.body["rule"] == "RFD-5a"


def test_what_awaits_approval_has_nothing_to_refund_rfd_5e(world: World, call: Call) -> None:
    registration = world.register(world.training(approval=Approval.MANUAL))
    path = f"/v1/registrations/{registration.registration_id}/cancel"

    with nothing_written(world.dynamo):
        refused = call(
            "POST",
            path,
            body={"refund": {"reason": "Ill"}},
            headers={"accept-language": "de;q=0.7, nl"},
        )

    assert (refused.status, refused.code) == (409, "refund_not_approved")
    assert refused.body["rule"] == "RFD-5e"
    assert refused.headers["content-language"] == "nl"
    assert refused.body["detail"] == str(explained("refund_not_approved", "nl"))


@pytest.mark.parametrize(
    ("amount", "status", "code"),
    [
        pytest.param(usd(0), 422, "refund_amount_zero", id="nothing"),
        pytest.param(usd(-1), 422, "amount_negative", id="negative"),
        pytest.param(usd(10**13), 422, "amount_beyond_limits", id="beyond all limits"),
        pytest.param({"amount_minor": 1.5, "currency": "USD"}, 422, "amount_fractional", id="part"),
        pytest.param({"amount_minor": "5", "currency": "USD"}, 422, "wrong_type", id="a text"),
        pytest.param({"amount_minor": True, "currency": "USD"}, 422, "wrong_type", id="a truth"),
        pytest.param({"amount_minor": 5, "currency": "EUR"}, 422, "refund_currency", id="euros"),
        pytest.param({"amount_minor": 5, "currency": "usd"}, 422, "malformed", id="small letters"),
        pytest.param({"amount_minor": 5}, 422, "required", id="no currency"),
        pytest.param(5, 422, "wrong_type", id="no object"),
        pytest.param(usd(12001), 409, "refund_exceeds_left", id="a cent too many"),
    ],
)
def test_a_wrong_amount_is_refused_and_writes_nothing_mon_1_rfd_5f(
    amount: object, status: int, code: str, world: World, ask: Call
) -> None:
    payment_id = bought(world)

    with nothing_written(world.dynamo):
        refused = ask(payment_id, amount=amount)

    assert (refused.status, refused.code) == (status, code)


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        pytest.param({"reason": ""}, "/reason", "too_short", id="an empty reason"),
        pytest.param({"reason": "x" * 201}, "/reason", "too_long", id="a reason too long"),
        pytest.param({"reason": "a\nb"}, "/reason", "control_characters", id="two lines of reason"),
        pytest.param({"reason": None}, "/reason", "wrong_type", id="no reason"),
        pytest.param(
            {"note_to_registrant": "x" * 2001}, "/note_to_registrant", "too_long", id="a long note"
        ),
        pytest.param(
            {"note_to_registrant": "\u202eevil"},
            "/note_to_registrant",
            "control_characters",
            id="a note that deceives",
        ),
        pytest.param(
            {"cancel_registration": "yes"}, "/cancel_registration", "wrong_type", id="yes"
        ),
        pytest.param({"fee": usd(1)}, "/fee", "unknown_field", id="a field of nobody's"),
    ],
)
def test_a_field_at_fault_is_named_and_nothing_is_written_ext_1(
    body: dict[str, object], pointer: str, code: str, world: World, ask: Call
) -> None:
    payment_id = bought(world)

    with nothing_written(world.dynamo):
        refused = ask(payment_id, **body)

    assert (refused.status, refused.code) == (422, code)
    assert [each["pointer"] for each in refused.body["errors"]] == [pointer]


def test_the_longest_reason_and_note_are_taken(world: World, ask: Call) -> None:
    payment_id = bought(world)

    answer = ask(payment_id, reason="x" * 200, note_to_registrant="ü" * 2000)

    assert (answer.status, answer.body["status"]) == (201, "succeeded")
    assert len(answer.body["note_to_registrant"]) == 2000


def test_a_refund_without_a_reason_or_without_a_key_is_refused_ext_1(
    world: World, call: Call
) -> None:
    path = f"/v1/payments/{bought(world)}/refunds"

    with nothing_written(world.dynamo):
        no_key = call("POST", path, body={"reason": "Ill"})
        bad_key = call("POST", path, body={"reason": "Ill"}, headers={"idempotency-key": "a b"})
        no_body = call("POST", path, headers={"idempotency-key": "k"})
        no_reason = call("POST", path, body={}, headers={"idempotency-key": "k"})
        card = call(
            "POST", path, body={"reason": "4242 4242 4242 4242"}, headers={"idempotency-key": "k"}
        )

    assert (no_key.status, no_key.code) == (400, "idempotency_key_missing")
    assert (bad_key.status, bad_key.code) == (400, "idempotency_key_malformed")
    assert no_body.status == 422
    assert (no_reason.status, no_reason.code) == (422, "required")
    assert (card.status, card.code) == (422, "card_number")


def test_a_payment_out_of_reach_is_as_absent_acc_2(world: World, call: Call, ask: Call) -> None:
    payment_id = bought(world)
    training_id = call("GET", f"/v1/payments/{payment_id}").body["training_id"]

    with nothing_written(world.dynamo):
        for by in ("eve", "marco"):
            answers = [
                ask(payment_id, by=by),
                call("GET", f"/v1/payments/{payment_id}", by),
                call("GET", f"/v1/payments/{payment_id}/refunds", by),
            ]
            listed = call("GET", f"/v1/trainings/{training_id}/payments", by)
            absent = call("GET", f"/v1/payments/{payment_id[:-1]}_", by)
            told = {(each.status, each.code, each.body["detail"]) for each in (*answers, absent)}
            assert told == {(404, "not_found", "There is no such payment.")}
            assert (listed.status, listed.code) == (404, "not_found")
        strange = [ask("pay_1'--"), ask("x" * 200), ask("pay_%23")]
        assert {each.status for each in strange} == {404}


def test_an_administrator_sees_payments_and_refunds_none_acc_1(
    world: World, call: Call, ask: Call
) -> None:
    payment_id = bought(world)
    registration_id = call("GET", f"/v1/payments/{payment_id}", "adrian").body["registration_id"]

    with nothing_written(world.dynamo):
        refused = ask(payment_id, by="adrian")
        cancelling = call(
            "POST",
            f"/v1/registrations/{registration_id}/cancel",
            "adrian",
            body={"refund": {"reason": "Ill"}},
        )
        nobody = ask(payment_id, by=None)

    assert (refused.status, refused.code, refused.body["rule"]) == (403, "not_allowed", "ACC-1")
    assert cancelling.status == 403
    assert (nobody.status, nobody.code) == (401, "sign_in_missing")


def test_the_owner_refunds_what_another_sold_acc_1(world: World, ask: Call) -> None:
    payment_id = bought(world)

    answer = ask(payment_id, by="olivia")

    assert answer.status == 201


def test_linking_the_same_account_again_makes_its_payments_refundable_again_pay_4_rfd_5d(
    world: World, call: Call, ask: Call
) -> None:
    payment_id = bought(world)
    desk = Desk.of(world, "ursula")
    desk.unlink()
    with nothing_written(world.dynamo):
        refused = ask(payment_id)
    desk.link(provider_account_id=STRIPE_ACCOUNT)
    desk.refresh()

    answer = ask(payment_id)

    assert refused.code == "refund_account_not_linked"
    assert (answer.status, left_of(call, payment_id)) == (201, usd(0))
