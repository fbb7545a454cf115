"""Cancelling: by whom, from where, and what it lets go of (REG-8)."""

import pytest

from guichet.access.membership import Member
from guichet.registration.registration import Registration, RegistrationStatus
from guichet.registration.training import Approval
from tests.support.organizing import (
    cancel,
    close,
    code,
    decide,
    late_payment,
    manager,
    mark,
    refused,
    start_debit,
    unmoved,
    uses_of,
)
from tests.support.world import World

S = RegistrationStatus


@pytest.mark.parametrize(
    ("status", "registrant", "organizer"),
    [
        pytest.param(S.PENDING_APPROVAL, True, True, id="pending approval"),
        pytest.param(S.AWAITING_PAYMENT, True, True, id="awaiting payment"),
        pytest.param(S.PROCESSING, False, True, id="processing"),
        pytest.param(S.CONFIRMED, False, True, id="confirmed"),
        pytest.param(S.EXPIRED, True, True, id="expired"),
        pytest.param(S.CANCELLED, False, False, id="cancelled"),
        pytest.param(S.REJECTED, False, False, id="rejected"),
    ],
)
def test_a_registrant_cancels_what_is_unpaid_the_organizer_the_rest_reg_8(
    status: RegistrationStatus, world: World, *, registrant: bool, organizer: bool
) -> None:
    maria = manager(world)
    for allowed, member in ((registrant, None), (organizer, maria)):
        email = "ada@example.org" if member is None else "bob@example.org"
        registration = in_status(world, status, email)

        if allowed:
            cancelled = cancel(world, registration, member).value
            assert cancelled.status is S.CANCELLED
            assert (cancelled.hold, cancelled.open_payment_id) == (None, None)
        else:
            refusal = refused(world, lambda it=registration, by=member: cancel(world, it, by))  # type: ignore[misc]  # a lambda's default
            assert refusal.code == f"registration_{status}"
        world.assert_seats_match(world.parts.records.training(registration.training_id))  # type: ignore[arg-type]  # it is there


def in_status(world: World, status: RegistrationStatus, email: str) -> Registration:
    """A registration that came to this status on the ordinary road."""
    manual = status in {S.PENDING_APPROVAL, S.REJECTED}
    training = world.training(approval=Approval.MANUAL if manual else Approval.AUTOMATIC)
    registration = world.register(training, email)
    match status:
        case S.PENDING_APPROVAL | S.AWAITING_PAYMENT:
            return registration
        case S.REJECTED:
            return decide(world, world_manager(world), registration, approve=False).value
        case S.PROCESSING:
            start_debit(world, registration)
        case S.CONFIRMED:
            mark(world, world_manager(world), registration)
        case S.EXPIRED:
            world.clock.advance(minutes=30)
            world.settle_down()
        case S.CANCELLED:
            cancel(world, registration)
    return world.read(registration)


def world_manager(world: World) -> Member:
    """The manager that is there already."""
    found = world.parts.people.member_signed_in("https://issuer.example", "maria")
    assert found is not None
    return found


def test_cancelling_frees_seat_address_and_an_unconfirmed_use_reg_8_reg_5(world: World) -> None:
    training = world.training()
    made = code(world, uses_per_email=1)
    registration = world.register(training, discount_code="EARLY")

    cancel(world, registration)
    world.settle_down()

    assert uses_of(world, made) == 0
    assert world.mails("ada@example.org") == ["received", "cancelled"]
    assert world.register(training, discount_code="EARLY", idempotency_key="again").is_live


def test_the_use_of_a_code_stays_counted_once_confirmed_reg_5(world: World) -> None:
    training = world.training()
    made = code(world)
    registration = world.register(training, discount_code="EARLY")
    maria = manager(world)
    mark(world, maria, registration)

    cancel(world, registration, maria)

    assert uses_of(world, made) == 1
    world.assert_seats_match(training)


def test_cancelling_ends_the_open_session_first_bad_16(world: World) -> None:
    registration = world.register(world.training())
    payment = world.start(registration)
    assert payment.session_id is not None

    cancel(world, registration)

    assert world.stripe.find(payment.session_id)["status"] == "expired"


def test_a_registrant_who_paid_a_moment_before_cancelling_is_confirmed_reg_8(world: World) -> None:
    registration = world.register(world.training())
    payment = world.start(registration)
    assert payment.session_id is not None
    world.stripe.pay(payment.session_id)

    with pytest.raises(Exception, match="registration_confirmed"):
        cancel(world, registration)
    world.settle_down()

    assert world.read(registration).status is S.CONFIRMED
    world.assert_books_equal_the_providers()


def test_nothing_is_cancelled_while_the_open_session_can_not_be_ended_bad_16(world: World) -> None:
    registration = world.register(world.training())
    world.start(registration)
    world.stripe.configure_chaos({"down": True})

    assert refused(world, lambda: cancel(world, registration)).code == "provider_unavailable"


def test_a_cancellation_is_replayed_by_key_reg_10(world: World) -> None:
    registration = world.register(world.training())
    maria = manager(world)
    cancel(world, registration, maria, note="Ill.", key="key-1")

    unmoved(world, lambda: cancel(world, registration, maria, note="Ill.", key="key-1"))
    reused = refused(world, lambda: cancel(world, registration, maria, note="Well.", key="key-1"))

    assert reused.code == "idempotency_key_reused"
    assert world.read(registration).note == "Ill."


def test_a_late_payer_of_a_closed_training_is_not_let_in_reg_4(world: World) -> None:
    training = world.training()
    registration = late_payment(world, training, "ada@example.org")
    close(world, training)

    world.settle_down()

    assert world.read(registration).status is S.EXPIRED
    assert world.mails("ada@example.org")[-1] == "money_returned"
    world.assert_books_equal_the_providers()
