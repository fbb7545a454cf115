"""The public calls in the order of a sale (REG-2)."""

from collections.abc import Callable

from guichet.registration.registration import RegistrationStatus
from guichet.registration.training import Approval
from tests.support.gateway import KEY, Came
from tests.support.world import World

type Call = Callable[..., Came]

ADA = {"name": "Ada Lovelace", "email": "ada@example.org", "language": "fr"}
WITH_KEY = {"idempotency-key": KEY}


def registered(call: Call, training_id: str, **changed: object) -> Came:
    path = f"/v1/public/trainings/{training_id}/registrations"
    return call("POST", path, body=ADA | changed, headers=WITH_KEY)


def of_registrant(made: Came) -> tuple[str, dict[str, str]]:
    path = f"/v1/public/registrations/{made.body['registration_id']}"
    return path, {"authorization": f"Bearer {made.body['token']}", **WITH_KEY}


def test_anyone_reads_what_a_training_costs_and_offers_reg_2(world: World, call: Call) -> None:
    training = world.training()
    world.register(training)

    answer = call("GET", f"/v1/public/trainings/{training.training_id}")

    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.body["price"] == {"amount_minor": 12000, "currency": "USD"}
    assert answer.body["seats_left"] == 1
    assert answer.body["takes_registrations"] is True
    assert [each["method"] for each in answer.body["accepted_methods"]] == [
        "stripe",
        "offline:invoice",
    ]
    assert answer.body["organizer"]["legal_name"] == "Atelier Nord SARL"
    assert answer.body["organizer"]["tax_note"] == "VAT FR00 123 456 789"
    assert answer.body["terms"] == "No refund after the start."
    assert answer.body["starts_at"] == "2026-12-22T09:00:00Z"


def test_a_card_sale_from_the_first_call_to_the_receipt_reg_2(world: World, call: Call) -> None:
    training = world.training()

    made = registered(call, training.training_id)
    path, mine = of_registrant(made)
    started = call("POST", f"{path}/payments", body={"method": "stripe"}, headers=mine)
    world.stripe.pay(started.body["redirect_url"].rsplit("/", 1)[1])
    returned = call("POST", f"{path}/return", headers=mine)

    assert made.status == 201
    assert made.headers["location"] == path
    assert made.body["status"] == "awaiting_payment"
    assert made.body["price"] == {"amount_minor": 12000, "currency": "USD"}
    assert made.body["hold_expires_at"] == "2026-11-22T09:30:00Z"
    assert started.status == 200
    assert started.body["status"] == "awaiting_payment"
    assert returned.body["status"] == "confirmed"
    assert returned.body["receipt"]["amount"] == {"amount_minor": 12000, "currency": "USD"}
    world.settle_down()
    world.assert_books_equal_the_providers()


def test_the_same_submission_twice_is_one_registration_reg_10(world: World, call: Call) -> None:
    training = world.training()

    first = registered(call, training.training_id)
    second = registered(call, training.training_id)

    assert (first.status, second.status) == (201, 201)
    assert first.body == second.body
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    assert world.parts.records.seats(training.training_id).taken == 1


def test_paying_twice_with_one_key_is_one_session_reg_10(world: World, call: Call) -> None:
    path, mine = of_registrant(registered(call, world.training().training_id))

    first = call("POST", f"{path}/payments", body={"method": "stripe"}, headers=mine)
    second = call("POST", f"{path}/payments", body={"method": "stripe"}, headers=mine, encoded=True)

    assert first.body == second.body
    assert second.headers["idempotency-replayed"] == "true"


def test_an_offline_method_has_no_page_to_go_to_and_shows_instructions_reg_11(
    world: World, call: Call
) -> None:
    path, mine = of_registrant(registered(call, world.training().training_id))

    chosen = call("POST", f"{path}/payments", body={"method": "offline:invoice"}, headers=mine)
    shown = call("GET", path, headers=mine)

    assert chosen.body["redirect_url"] is None
    assert chosen.body["status"] == "awaiting_payment"
    assert shown.body["offline"]["instructions"] == "Pay within 7 days."


def test_looking_changes_nothing_and_shows_the_registrant_s_own_reg_2(
    world: World, call: Call
) -> None:
    path, mine = of_registrant(registered(call, world.training().training_id))
    before = world.dynamo.items("state"), world.dynamo.items("journal")

    shown = call("GET", path, headers=mine)

    assert shown.status == 200
    assert shown.body["email"] == "ada@example.org"
    assert shown.body["training"]["title"] == "Excel for the office"
    assert {"token", "handled_keys", "request_hash", "version"}.isdisjoint(shown.body)
    assert (world.dynamo.items("state"), world.dynamo.items("journal")) == before


def test_a_registrant_cancels_what_is_unpaid_and_the_seat_is_free_reg_8(
    world: World, call: Call
) -> None:
    training = world.training()
    path, mine = of_registrant(registered(call, training.training_id))

    first = call("POST", f"{path}/cancel", headers=mine)
    second = call("POST", f"{path}/cancel", headers=mine)

    assert first.body["status"] == second.body["status"] == "cancelled"
    assert second.headers["idempotency-replayed"] == "true"
    assert world.parts.records.seats(training.training_id).taken == 0


def test_where_the_provider_is_away_the_return_page_shows_what_is_known_reg_2(
    world: World, call: Call
) -> None:
    path, mine = of_registrant(registered(call, world.training().training_id))
    call("POST", f"{path}/payments", body={"method": "stripe"}, headers=mine)
    world.stripe.configure_chaos({"down": True})

    returned = call("POST", f"{path}/return", headers=mine)

    assert returned.status == 200
    assert returned.body["status"] == "awaiting_payment"


def test_a_link_is_mailed_again_and_nobody_learns_whether_there_is_one_reg_12(
    world: World, call: Call
) -> None:
    training = world.training()
    world.register(training)
    path = "/v1/public/registrations/resend-link"

    answers = [
        call("POST", path, body={"training_id": training_id, "email": email})
        for training_id, email in (
            (training.training_id, "ada@example.org"),
            (training.training_id, "eve@example.org"),
            ("trn_unknown", "ada@example.org"),
            ("#", "ada@example.org"),
        )
    ]
    world.settle_down()

    assert {(each.status, each.text) for each in answers} == {(202, "")}
    assert world.mails("ada@example.org") == ["received", "link"]
    assert world.mails("eve@example.org") == []


def test_awaiting_approval_has_nothing_to_pay_reg_6(world: World, call: Call) -> None:
    training = world.training(approval=Approval.MANUAL)

    made = registered(call, training.training_id)
    path, mine = of_registrant(made)
    refused = call("POST", f"{path}/payments", body={"method": "stripe"}, headers=mine)

    assert made.body["status"] == RegistrationStatus.PENDING_APPROVAL
    assert made.body["hold_expires_at"] is None
    assert (refused.status, refused.code) == (409, "registration_pending_approval")


def test_a_paypal_sale_ends_on_the_return_page_reg_2(world: World, call: Call) -> None:
    world.link_paypal()
    made = registered(call, world.training().training_id)
    path, mine = of_registrant(made)

    started = call("POST", f"{path}/payments", body={"method": "paypal"}, headers=mine)
    world.paypal.approve(order_of(started))
    returned = call("POST", f"{path}/return", headers=mine)

    assert started.body["method"] == "paypal"
    assert returned.body["status"] == "confirmed"
    assert returned.body["receipt"]["amount"] == {"amount_minor": 12000, "currency": "USD"}
    world.settle_down()
    assert world.mails("ada@example.org") == ["received", "confirmed"]
    world.assert_books_equal_the_providers()


def test_a_declined_instrument_sends_the_buyer_to_the_same_order_again_reg_10(
    world: World, call: Call
) -> None:
    world.link_paypal()
    made = registered(call, world.training().training_id)
    path, mine = of_registrant(made)
    started = call("POST", f"{path}/payments", body={"method": "paypal_card"}, headers=mine)
    world.paypal.approve(order_of(started), instrument="declined")

    declined = call("POST", f"{path}/return", headers=mine)
    again = call(
        "POST",
        f"{path}/payments",
        body={"method": "paypal_card"},
        headers=mine | {"idempotency-key": f"{KEY}-again"},
    )
    world.paypal.approve(order_of(again), instrument="card")
    world.clock.advance(seconds=6)
    returned = call("POST", f"{path}/return", headers=mine)

    assert declined.body["status"] == "awaiting_payment"
    assert again.body["redirect_url"] == started.body["redirect_url"]
    assert returned.body["status"] == "confirmed"
    assert len(world.paypal.orders()) == 1
    world.assert_books_equal_the_providers()


def test_a_personal_paypal_account_takes_no_cards_pay_6(world: World, call: Call) -> None:
    world.link_paypal(takes_cards=False)
    training = world.training()
    made = registered(call, training.training_id)
    path, mine = of_registrant(made)

    offered = call("GET", f"/v1/public/trainings/{training.training_id}")
    refused = call("POST", f"{path}/payments", body={"method": "paypal_card"}, headers=mine)

    assert [each["method"] for each in offered.body["accepted_methods"]] == [
        "stripe",
        "paypal",
        "offline:invoice",
    ]
    assert (refused.status, refused.body["code"]) == (422, "method_not_offered")
    assert not world.paypal.orders()


def order_of(started: Came) -> str:
    return str(started.body["redirect_url"].rsplit("=", 1)[1])
