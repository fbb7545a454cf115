"""Registering: what takes a seat, what is refused and leaves nothing behind (REG-2 to -6, -10, -12)."""

from datetime import timedelta

import pytest

from guichet.money import Money
from guichet.registration.registration import HoldKind, PaidBy, RegistrationStatus
from guichet.registration.training import Approval, TrainingStatus
from tests.support.organizing import change, close, code, refused, uses_of
from tests.support.samples import NOW, eur, usd
from tests.support.world import World, refusal_of


def test_submitting_holds_a_seat_for_30_minutes_and_mails_the_link_reg_4_reg_13(
    world: World,
) -> None:
    training = world.training()

    registration = world.register(training)
    world.settle_down()

    assert registration.status is RegistrationStatus.AWAITING_PAYMENT
    assert registration.hold is not None
    assert registration.hold.kind is HoldKind.SUBMITTED
    assert registration.hold.ends_at == NOW + timedelta(minutes=30)
    assert registration.hold.limit_at == NOW + timedelta(hours=2)
    assert world.parts.records.seats(training.training_id).left == 1
    assert world.mails() == ["received"]
    assert world.mailer.taken[0].to == "ada@example.org"
    assert world.parts.links.with_token(registration) in world.mailer.taken[0].mail.text


def test_the_price_is_the_trainings_at_submission_reg_3_reg_5(world: World) -> None:
    training = world.training()
    registration = world.register(training)

    change(world, training, price=Money(99900, "USD"))
    payment = world.start(world.read(registration))

    assert payment.amount == usd(12000)
    assert payment.platform_fee == usd(228)


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        pytest.param({"status": TrainingStatus.DRAFT}, "not_found", id="draft"),
        pytest.param({"status": TrainingStatus.DELETED}, "not_found", id="deleted"),
        pytest.param({"status": TrainingStatus.CLOSED}, "training_closed", id="closed"),
        pytest.param({"starts_at": NOW}, "training_started", id="started just now"),
        pytest.param({"capacity": 0}, "training_full", id="full"),
    ],
)
def test_a_training_that_takes_nobody_refuses_and_nothing_is_written_reg_2_reg_4(
    changed: dict[str, object], refusal: str, world: World
) -> None:
    training = world.training(**changed)

    assert refused(world, lambda: world.register(training)).code == refusal


def test_an_unknown_training_refuses_and_nothing_is_written(world: World) -> None:
    training = world.training()

    refusal = refused(world, lambda: world.register(training, training_id="trn_nowhere"))

    assert refusal.code == "not_found"


def test_a_seat_on_hold_counts_as_taken_reg_4(world: World) -> None:
    training = world.training(capacity=1)
    world.register(training, "ada@example.org")

    assert refused(world, lambda: world.register(training, "bob@example.org")).code == (
        "training_full"
    )


def test_without_a_capacity_everybody_comes_in_reg_1(world: World) -> None:
    training = world.training(capacity=None)

    for number in range(5):
        world.register(training, f"guest{number}@example.org")

    assert world.parts.records.seats(training.training_id).left is None
    world.assert_seats_match(training)


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"name": "Eve"}, id="name"),
        pytest.param({"email": "eve@example.org"}, id="e-mail"),
        pytest.param({"language": "fr"}, id="language"),
        pytest.param({"discount_code": "EARLY"}, id="discount"),
    ],
)
def test_a_key_with_another_body_is_refused_and_nothing_is_written_reg_10(
    changed: dict[str, str], world: World
) -> None:
    training = world.training()
    key = "register-ada@example.org"
    world.register(training)

    refusal = refused(world, lambda: world.register(training, **changed, idempotency_key=key))

    assert refusal.code == "idempotency_key_reused"


def test_a_second_click_gets_the_same_registration_and_no_second_seat_reg_10(world: World) -> None:
    training = world.training()
    first = world.register_reply(training)
    before = world.dynamo.items("state")

    second = world.register_reply(training)

    assert not first.replayed
    assert second.replayed
    assert second.value == first.value
    assert world.dynamo.items("state") == before
    assert world.parts.links.token(second.value) == world.parts.links.token(first.value)


def test_a_replay_answers_what_has_become_of_it_since_reg_10(world: World) -> None:
    training = world.training()
    bought = world.buy(training)

    again = world.register_reply(training)

    assert again.replayed
    assert again.value == bought


def test_the_same_key_for_another_training_is_another_registration_reg_10(world: World) -> None:
    first = world.register(world.training())
    second = world.register(world.training())

    assert first.registration_id != second.registration_id


def test_an_address_registers_once_and_its_link_goes_to_the_mailbox_reg_12(world: World) -> None:
    training = world.training()
    world.register(training)
    world.settle_down()

    refusal = refusal_of(
        lambda: world.register(training, " ADA@example.org ", idempotency_key="another")
    )
    world.settle_down()

    assert refusal.code == "already_registered"
    assert world.mails("ada@example.org") == ["received", "link"]
    world.assert_seats_match(training)


def test_who_has_the_last_seat_is_told_so_and_not_that_it_is_gone_reg_12_reg_4(
    world: World,
) -> None:
    training = world.training(capacity=1)
    world.register(training)
    world.settle_down()

    refusal = refusal_of(lambda: world.register(training, idempotency_key="another"))
    world.settle_down()

    assert refusal.code == "already_registered"
    assert world.mails("ada@example.org") == ["received", "link"]


def test_who_is_pending_approval_is_registered_too_reg_12(world: World) -> None:
    training = world.training(approval=Approval.MANUAL)
    world.register(training)

    refusal = refusal_of(lambda: world.register(training, idempotency_key="another"))

    assert refusal.code == "already_registered"


def test_an_address_is_free_for_another_training_reg_12(world: World) -> None:
    world.register(world.training())

    assert world.register(world.training()).is_live


def test_a_discount_is_taken_off_once_and_reserves_a_use_reg_5(world: World) -> None:
    training = world.training()
    made = code(world)

    registration = world.register(training, discount_code=" early ")

    assert registration.quote.discount == usd(1200)
    assert registration.quote.charged == usd(10800)
    assert world.start(registration).platform_fee == usd(205)  # 1.9 % of 108.00 is 2.052
    assert uses_of(world, made) == 1


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        pytest.param({"active": False}, "discount_unknown", id="switched off"),
        pytest.param({"training_ids": ("trn_x",)}, "discount_unknown", id="another training's"),
        pytest.param(
            {"valid_from": NOW + timedelta(hours=1)}, "discount_unknown", id="not yet valid"
        ),
        pytest.param({"valid_until": NOW}, "discount_expired", id="expired"),
        pytest.param({"total_uses": 0}, "discount_used_up", id="used up"),
        pytest.param(
            {"percentage_bps": None, "amount_off": eur(100)},
            "discount_other_currency",
            id="other currency",
        ),
        pytest.param(
            {"percentage_bps": None, "amount_off": usd(11951)},
            "discount_below_minimum",
            id="49 cents left",
        ),
        pytest.param({"code": "OTHER"}, "discount_unknown", id="another word"),
    ],
)
def test_an_unusable_discount_refuses_and_nothing_is_written_reg_5(
    changed: dict[str, object], refusal: str, world: World
) -> None:
    training = world.training(offline_methods=())
    code(world, **changed)

    got = refused(world, lambda: world.register(training, discount_code="EARLY"))

    assert got.code == refusal


def test_a_rest_below_the_providers_minimum_is_fine_where_an_invoice_takes_it_reg_5(
    world: World,
) -> None:
    training = world.training()
    code(world, percentage_bps=None, amount_off=usd(11951))

    registration = world.register(training, discount_code="EARLY")

    assert registration.quote.charged == usd(49)
    refusal = refused(world, lambda: world.start(registration))
    assert refusal.code == "method_not_offered"


def test_uses_run_out_in_total_and_per_address_reg_5(world: World) -> None:
    training = world.training(capacity=None)
    made = code(world, total_uses=2, uses_per_email=1)
    other = world.training()
    world.register(training, "ada@example.org", discount_code="EARLY")

    per_address = refused(
        world, lambda: world.register(other, "ADA@example.org", discount_code="EARLY")
    )
    world.register(training, "bob@example.org", discount_code="EARLY")
    in_total = refused(
        world, lambda: world.register(training, "cyd@example.org", discount_code="EARLY")
    )

    assert per_address.code == in_total.code == "discount_used_up"
    assert uses_of(world, made) == 2


def test_a_full_training_takes_no_use_of_the_code_reg_4_reg_5(world: World) -> None:
    made = code(world)
    training = world.training(capacity=0)

    refused(world, lambda: world.register(training, discount_code="EARLY"))

    assert uses_of(world, made) == 0


@pytest.mark.parametrize("by", ["price", "discount"])
def test_a_price_of_0_confirms_at_once_with_a_receipt_reg_5(by: str, world: World) -> None:
    code(world, percentage_bps=10_000)
    training = world.training(price=usd(0)) if by == "price" else world.training()
    discount = None if by == "price" else "EARLY"

    registration = world.register(training, discount_code=discount)
    world.settle_down()

    assert registration.status is RegistrationStatus.CONFIRMED
    assert registration.paid_by is PaidBy.NOTHING_DUE
    assert world.mails() == ["confirmed", "organizer_new_registration"]
    assert not world.books()
    assert not world.stripe.find_all("checkout.session")
    world.assert_seats_match(training)


def test_what_costs_nothing_can_not_be_paid_reg_8(world: World) -> None:
    registration = world.register(world.training(price=usd(0)))

    assert refused(world, lambda: world.start(registration)).code == "registration_confirmed"


def test_nobody_starts_to_pay_for_a_closed_training_reg_8(world: World) -> None:
    training = world.training()
    registration = world.register(training)
    close(world, training)

    assert refused(world, lambda: world.start(registration)).code == "training_closed"


def test_a_start_whose_session_passes_two_hours_is_refused_reg_4(world: World) -> None:
    registration = world.register(world.training())
    for number in range(3):  # each as the session before it ends: until 31, 62 and 93 minutes
        world.start(world.read(registration), key=f"pay-{number}")
        world.clock.advance(minutes=31)
    world.come_back(registration)
    waiting = world.read(registration)

    refusal = refused(world, lambda: world.start(waiting, key="pay-3"))

    assert refusal.code == "hold_exhausted"
    assert waiting.hold is not None
    assert waiting.hold.ends_at == NOW + timedelta(minutes=93)
