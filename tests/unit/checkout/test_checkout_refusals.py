"""What wrong input gets on the public calls: a problem with its own code, and nothing written."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from functions.checkout import app as checkout
from guichet.access.tokens import Purpose
from guichet.ledger.journal import Change
from guichet.money import Money
from guichet.registration.discount import DiscountCode
from guichet.registration.ports import NewCodeUses
from guichet.registration.training import Training, TrainingStatus
from tests.support.gateway import CONTEXT, KEY, Came, came, http_event
from tests.support.unchanged import nothing_written
from tests.support.world import ACCOUNT, START, World

type Call = Callable[..., Came]

ADA: dict[str, Any] = {"name": "Ada Lovelace", "email": "ada@example.org", "language": "fr"}
WITH_KEY = {"idempotency-key": KEY}


def code(world: World, word: str, **changed: Any) -> DiscountCode:  # noqa: ANN401 - many types
    values: dict[str, Any] = {
        "code_id": f"dsc_{word.lower()}",
        "account_id": ACCOUNT,
        "created_by": "mem_maria",
        "code": word,
        "percentage_bps": 1000,
        "amount_off": None,
        "valid_from": None,
        "valid_until": None,
        "total_uses": None,
        "uses_per_email": None,
        "training_ids": (),
        "active": True,
        "created_at": START,
        "request_hash": "h",
    }
    made = DiscountCode(**(values | changed))
    uses = NewCodeUses(ACCOUNT, made.code_id, made.code, made.total_uses)
    world.parts.records.save(world.cause("create_discount_code"), [Change(None, made)], [uses])
    return made


def codes(world: World) -> None:
    code(world, "TEN")
    code(world, "OLD", valid_until=START)
    code(world, "SOON", valid_from=START + timedelta(days=1))
    code(world, "OFF", active=False)
    code(world, "ELSEWHERE", training_ids=("trn_other",))
    code(world, "EURO", percentage_bps=None, amount_off=Money(100, "EUR"))
    code(world, "NEARLYALL", percentage_bps=9999)
    code(world, "ONCE", total_uses=1)


def registering(call: Call, training: Training, **changed: object) -> Came:
    path = f"/v1/public/trainings/{training.training_id}/registrations"
    return call("POST", path, body=ADA | changed, headers=WITH_KEY)


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        pytest.param({"status": TrainingStatus.DRAFT}, 404, "not_found", id="a draft"),
        pytest.param({"status": TrainingStatus.DELETED}, 404, "not_found", id="deleted"),
        pytest.param({"status": TrainingStatus.CLOSED}, 409, "training_closed", id="closed"),
        pytest.param({"starts_at": START}, 409, "training_started", id="started"),
        pytest.param({"capacity": 0}, 409, "training_full", id="full"),
    ],
)
def test_a_training_that_takes_nobody_refuses_reg_4(
    world: World, call: Call, changed: dict[str, Any], status: int, code: str
) -> None:
    training = world.training(**changed)

    with nothing_written(world.dynamo):
        answer = registering(call, training)

    assert (answer.status, answer.code) == (status, code)


def test_an_unknown_training_and_a_draft_answer_the_same_acc_2(world: World, call: Call) -> None:
    draft = world.training(status=TrainingStatus.DRAFT).training_id
    absent = draft[:-1] + ("0" if draft[-1] != "0" else "1")

    for verb, end, parts in (
        ("GET", "", {}),
        ("POST", "/price", {"body": {}}),
        ("POST", "/registrations", {"body": ADA, "headers": WITH_KEY}),
    ):
        with nothing_written(world.dynamo):
            one, other = (
                call(verb, f"/v1/public/trainings/{each}{end}", **parts) for each in (draft, absent)
            )
        assert one.status == other.status == 404
        assert one.text.replace(draft, "x") == other.text.replace(absent, "x")


@pytest.mark.parametrize(
    ("word", "status", "code"),
    [
        ("NOSUCH", 422, "discount_unknown"),
        ("OFF", 422, "discount_unknown"),
        ("SOON", 422, "discount_unknown"),
        ("ELSEWHERE", 422, "discount_unknown"),
        ("OLD", 409, "discount_expired"),
        ("EURO", 409, "discount_other_currency"),
        ("NEARLYALL", 409, "discount_below_minimum"),
    ],
)
def test_a_discount_that_cannot_be_used_is_refused_reg_5(
    world: World, call: Call, word: str, status: int, code: str
) -> None:
    codes(world)
    training = world.training(offline_methods=())

    with nothing_written(world.dynamo):
        path = f"/v1/public/trainings/{training.training_id}/price"
        priced = call("POST", path, body={"discount_code": word})
        answer = registering(call, training, discount_code=word)

    assert (priced.status, priced.code) == (status, code)
    assert (answer.status, answer.code) == (status, code)


def test_a_discount_that_is_used_up_is_refused_reg_5(world: World, call: Call) -> None:
    codes(world)
    training = world.training()
    world.register(training, "eve@example.org", discount_code="once")

    with nothing_written(world.dynamo):
        answer = registering(call, training, discount_code="ONCE")

    assert (answer.status, answer.code) == (409, "discount_used_up")


def test_a_price_is_told_after_the_discount_and_nothing_is_reserved_reg_5(
    world: World, call: Call
) -> None:
    codes(world)
    training = world.training()

    with nothing_written(world.dynamo):
        path = f"/v1/public/trainings/{training.training_id}/price"
        answer = call("POST", path, body={"discount_code": " ten "})

    assert answer.body == {
        "price": {"amount_minor": 12000, "currency": "USD"},
        "discount": {"amount_minor": 1200, "currency": "USD"},
        "charged": {"amount_minor": 10800, "currency": "USD"},
    }


def test_who_tries_codes_is_stopped_and_then_a_right_one_is_no_answer_either_reg_5(
    world: World, call: Call
) -> None:
    codes(world)
    training = world.training()
    path = f"/v1/public/trainings/{training.training_id}"
    limit = world.parts.policy.wrong_codes_per_hour

    tried = [
        call("POST", f"{path}/price", body={"discount_code": f"TRY{n}"}).code for n in range(limit)
    ]
    right = call("POST", f"{path}/price", body={"discount_code": "TEN"})
    registered = registering(call, training, discount_code="TEN")
    elsewhere = call("POST", f"{path}/price", body={"discount_code": "TEN"}, source="198.51.100.4")
    without = call("POST", f"{path}/price", body={})
    world.clock.advance(hours=1)
    later = call("POST", f"{path}/price", body={"discount_code": "TEN"})

    assert set(tried) == {"discount_unknown"}
    assert (right.status, right.code) == (429, "too_many_requests")
    assert int(right.headers["retry-after"]) == 3600
    assert registered.status == 429
    assert (elsewhere.status, without.status, later.status) == (200, 200, 200)


def test_codes_tried_by_registering_count_too_reg_5(world: World, call: Call) -> None:
    codes(world)
    training = world.training()

    answers = [
        registering(call, training, discount_code=f"TRY{n}").status
        for n in range(world.parts.policy.wrong_codes_per_hour + 1)
    ]

    assert set(answers[:-1]) == {422}
    assert answers[-1] == 429


def test_one_source_cannot_hold_every_seat_reg_4(world: World, call: Call) -> None:
    training = world.training(capacity=None)
    path = f"/v1/public/trainings/{training.training_id}/registrations"
    limit = world.parts.policy.new_holds_per_hour

    statuses = [
        call(
            "POST",
            path,
            body=ADA | {"email": f"ada{n}@example.org"},
            headers={"idempotency-key": f"{KEY}{n}"},
        ).status
        for n in range(limit + 1)
    ]

    assert statuses == [201] * limit + [429]
    assert world.parts.records.seats(training.training_id).taken == limit


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        pytest.param({}, "idempotency_key_missing", id="missing"),
        pytest.param({"idempotency-key": "x" * 21}, "idempotency_key_malformed", id="guessable"),
        pytest.param({"idempotency-key": "x" * 256}, "idempotency_key_malformed", id="too long"),
        pytest.param(
            {"idempotency-key": KEY + "#"}, "idempotency_key_malformed", id="another alphabet"
        ),
        pytest.param({"idempotency-key": f"{KEY},{KEY}"}, "idempotency_key_malformed", id="two"),
    ],
)
def test_a_key_that_is_none_is_refused_ext_1(
    world: World, call: Call, headers: dict[str, str], code: str
) -> None:
    training = world.training()
    registration = world.register(training, "eve@example.org")
    mine = {"authorization": f"Bearer {world.parts.links.token(registration)}"}

    with nothing_written(world.dynamo):
        path = f"/v1/public/trainings/{training.training_id}/registrations"
        answer = call("POST", path, body=ADA, headers=headers)
        path = f"/v1/public/registrations/{registration.registration_id}/payments"
        paying = call("POST", path, body={"method": "stripe"}, headers=headers | mine)

    assert (answer.status, answer.code) == (400, code)
    assert (paying.status, paying.code) == (400, code)


def test_a_key_used_for_another_body_is_refused_reg_10(world: World, call: Call) -> None:
    training = world.training()
    registering(call, training)

    with nothing_written(world.dynamo):
        answer = registering(call, training, name="Eve")

    assert (answer.status, answer.code) == (409, "idempotency_key_reused")


def test_one_address_registers_once_and_its_mailbox_gets_the_link_reg_12(
    world: World, call: Call
) -> None:
    training = world.training()
    world.register(training)

    answer = registering(call, training, email="ADA@example.org")
    world.settle_down()

    assert (answer.status, answer.code) == (409, "already_registered")
    assert world.mails("ada@example.org") == ["received", "link"]
    assert world.parts.records.seats(training.training_id).taken == 1


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"name": "x" * 201}, "too_long"),
        ({"name": "Ada\r\nBcc: eve@example.org"}, "control_characters"),
        ({"email": "ada"}, "not_an_email"),
        ({"email": "a" * 250 + "@example.org"}, "too_long"),
        ({"language": "la"}, "not_one_of"),
        ({"price": {"amount_minor": 1, "currency": "USD"}}, "unknown_field"),
        ({"name": "4242 4242 4242 4242"}, "card_number"),
        ({"discount_code": "5555-5555-5555-4444"}, "card_number"),
    ],
)
def test_details_that_cannot_be_are_refused_reg_2(
    world: World, call: Call, changed: dict[str, Any], code: str
) -> None:
    training = world.training()

    with nothing_written(world.dynamo):
        answer = registering(call, training, **changed)

    assert (answer.status, answer.code) == (422, code)
    assert "4242" not in answer.text
    assert "4242" not in str(world.log.lines)


def tokens(world: World, training: Training) -> dict[str, str | None]:
    """Wrong ones for Ada's registration, by the code they get."""
    registration = world.register(training)
    other = world.register(training, "eve@example.org")
    keys = world.parts.tokens
    ahead, past = START + timedelta(days=9), START - timedelta(seconds=1)
    return {
        "token_missing": None,
        "token_missing ": "Basic QWRhOkFkYQ==",
        "token_invalid": "Bearer nonsense",
        "token_invalid ": f"Bearer {world.parts.links.token(other)}",
        "token_invalid  ": "Bearer "
        + keys.mint(Purpose.CURSOR, registration.registration_id, ahead),
        "token_expired": "Bearer "
        + keys.mint(Purpose.REGISTRATION, registration.registration_id, past),
    }


def test_without_its_own_token_a_registration_tells_nothing_acc_5(world: World, call: Call) -> None:
    """Every call, every wrong token: 401, nothing written, and an absent registration answers the same."""
    training = world.training()
    wrong = tokens(world, training)
    registration = world.register_reply(training, "ada@example.org").value
    absent = registration.registration_id[:-1] + "z"

    for code, header in wrong.items():
        headers = WITH_KEY | ({} if header is None else {"authorization": header})
        for verb, end, body in (
            ("GET", "", None),
            ("POST", "/payments", {"method": "stripe"}),
            ("POST", "/return", None),
            ("POST", "/cancel", None),
        ):
            with nothing_written(world.dynamo):
                path = f"/v1/public/registrations/{registration.registration_id}{end}"
                answer = call(verb, path, body=body, headers=headers)
                nowhere = call(
                    verb, f"/v1/public/registrations/{absent}{end}", body=body, headers=headers
                )
            assert (answer.status, answer.code) == (401, code.strip())
            assert nowhere.status == 401
            assert nowhere.code in {answer.code, "token_invalid"}


def test_a_method_that_is_not_offered_is_refused_reg_5(world: World, call: Call) -> None:
    registration = world.register(world.training())
    path = f"/v1/public/registrations/{registration.registration_id}/payments"
    headers = WITH_KEY | {"authorization": f"Bearer {world.parts.links.token(registration)}"}

    for method in ("paypal", "offline:cheque", "offline:", "offline"):
        with nothing_written(world.dynamo):
            answer = call("POST", path, body={"method": method}, headers=headers)
        assert (answer.status, answer.code) == (422, "method_not_offered")


def test_where_the_provider_is_away_paying_says_when_to_try_again_and_the_hold_stays_reg_4(
    world: World, call: Call
) -> None:
    registration = world.register(world.training())
    path = f"/v1/public/registrations/{registration.registration_id}/payments"
    headers = WITH_KEY | {"authorization": f"Bearer {world.parts.links.token(registration)}"}
    world.stripe.configure_chaos({"down": True})

    answer = call("POST", path, body={"method": "stripe"}, headers=headers)

    assert (answer.status, answer.code) == (503, "provider_unavailable")
    assert int(answer.headers["retry-after"]) > 0
    assert world.read(registration).has_seat


def test_a_paid_registration_is_not_the_registrant_s_to_cancel_reg_8(
    world: World, call: Call
) -> None:
    registration = world.buy(world.training())
    headers = {"authorization": f"Bearer {world.parts.links.token(registration)}"}

    with nothing_written(world.dynamo):
        path = f"/v1/public/registrations/{registration.registration_id}/cancel"
        answer = call("POST", path, headers=headers)

    assert (answer.status, answer.code) == (409, "registration_confirmed")


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("GET", "/"),
        ("GET", "/v1/nowhere"),
        ("DELETE", "/v1/public/trainings/trn_1"),
        ("OPTIONS", "/v1/trainings"),
        ("GET", "/v1/public/trainings/trn_1/"),
    ],
)
def test_an_address_that_is_nowhere_is_a_problem_too_ext_1(
    call: Call, verb: str, path: str
) -> None:
    answer = call(verb, path)

    assert (answer.status, answer.code) == (404, "no_such_address")
    assert answer.body["instance"] == path


def test_logs_hold_ids_and_neither_tokens_nor_people_reg_2(world: World, call: Call) -> None:
    training = world.training()

    made = registering(call, training)
    path = f"/v1/public/registrations/{made.body['registration_id']}"
    call("GET", path, headers={"authorization": f"Bearer {made.body['token']}"})

    logged = str(world.log.lines)
    assert made.body["registration_id"] in logged
    for secret in (made.body["token"], "Ada", "ada@example.org", KEY):
        assert secret not in logged


def test_the_function_itself_answers_without_asking_for_anything_it_does_not_need() -> None:
    """An unknown address reads no settings, no secret and no table."""
    answer = came(checkout.handler(http_event("GET", "/v1/nowhere"), CONTEXT))

    assert (answer.status, answer.code) == (404, "no_such_address")
