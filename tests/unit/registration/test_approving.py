"""Approval: no seat before it, 72 hours after it, and what is refused (REG-6)."""

from datetime import timedelta

import pytest

from guichet.registration.registration import HoldKind, PaidBy, RegistrationStatus
from guichet.registration.training import Approval
from tests.support.organizing import (
    code,
    decide,
    manager,
    refused,
    uses_of,
)
from tests.support.samples import NOW, usd
from tests.support.world import World

S = RegistrationStatus
HOURS_72 = timedelta(hours=72)


def test_awaiting_approval_takes_no_seat_and_tells_both_reg_6_reg_13(world: World) -> None:
    training = world.training(approval=Approval.MANUAL, capacity=1)

    first = world.register(training, "ada@example.org")
    world.register(training, "bob@example.org")
    world.settle_down()

    assert first.status is S.PENDING_APPROVAL
    assert first.hold is None
    assert world.parts.records.seats(training.training_id).taken == 0
    assert world.mails("ada@example.org") == ["awaiting_approval"]
    assert world.mails("office@atelier.example") == ["organizer_new_registration"] * 2
    assert refused(world, lambda: world.start(first)).code == "registration_pending_approval"


def test_approving_takes_a_seat_for_72_hours_and_mails_the_link_reg_6(world: World) -> None:
    training = world.training(approval=Approval.MANUAL)
    registration = world.register(training)
    maria = manager(world)

    approved = decide(world, maria, registration).value
    world.settle_down()

    assert approved.status is S.AWAITING_PAYMENT
    assert approved.hold is not None
    assert (approved.hold.kind, approved.hold.ends_at) == (HoldKind.APPROVED, NOW + HOURS_72)
    world.assert_seats_match(training)
    assert world.mails("ada@example.org") == ["awaiting_approval", "approved"]
    assert world.parts.links.token(approved) in world.mailer.taken[-1].mail.text


def test_an_approval_lasts_until_the_start_if_sooner_reg_6(world: World) -> None:
    training = world.training(approval=Approval.MANUAL, starts_at=NOW + timedelta(hours=5))
    registration = world.register(training)

    approved = decide(world, manager(world), registration).value

    assert approved.hold is not None
    assert approved.hold.ends_at == training.starts_at


def test_approving_what_costs_nothing_confirms_reg_6_reg_5(world: World) -> None:
    training = world.training(approval=Approval.MANUAL, price=usd(0))
    registration = world.register(training)

    approved = decide(world, manager(world), registration).value
    world.settle_down()

    assert (approved.status, approved.paid_by) == (S.CONFIRMED, PaidBy.NOTHING_DUE)
    assert world.mails("ada@example.org") == ["awaiting_approval", "confirmed"]
    world.assert_seats_match(training)


def test_approving_beyond_the_capacity_is_refused_and_nothing_is_written_reg_6_reg_4(
    world: World,
) -> None:
    training = world.training(approval=Approval.MANUAL, capacity=1)
    ada = world.register(training, "ada@example.org")
    bob = world.register(training, "bob@example.org")
    maria = manager(world)
    decide(world, maria, ada)

    assert refused(world, lambda: decide(world, maria, bob)).code == "training_full"


@pytest.mark.parametrize(("hours", "refusal"), [(5, "training_started"), (4, None)])
def test_nobody_is_approved_once_the_training_starts_reg_6(
    hours: int, refusal: str | None, world: World
) -> None:
    training = world.training(approval=Approval.MANUAL, starts_at=NOW + timedelta(hours=5))
    registration = world.register(training)
    maria = manager(world)
    world.clock.advance(hours=hours)

    if refusal is None:
        assert decide(world, maria, registration).value.status is S.AWAITING_PAYMENT
    else:
        assert refused(world, lambda: decide(world, maria, registration)).code == refusal


def test_rejecting_is_final_frees_address_and_code_and_sends_the_organizers_words_reg_6(
    world: World,
) -> None:
    training = world.training(approval=Approval.MANUAL)
    made = code(world, uses_per_email=1)
    registration = world.register(training, discount_code="EARLY")
    maria = manager(world)

    rejected = decide(world, maria, registration, approve=False, note="Full of beginners.").value
    world.settle_down()

    assert rejected.status is S.REJECTED
    assert world.mails("ada@example.org") == ["awaiting_approval", "rejected"]
    assert "Full of beginners." in world.mailer.taken[-1].mail.text
    assert uses_of(world, made) == 0
    assert refused(world, lambda: decide(world, maria, rejected)).code == "registration_rejected"
    assert world.register(training, discount_code="EARLY", idempotency_key="again").is_live


@pytest.mark.parametrize("approve", [True, False])
def test_a_decision_is_taken_once_per_key_and_only_once_without_reg_8_reg_10(
    world: World, *, approve: bool
) -> None:
    training = world.training(approval=Approval.MANUAL)
    registration = world.register(training)
    maria = manager(world)
    first = decide(world, maria, registration, approve=approve, key="key-1")

    replay = decide(world, maria, registration, approve=approve, key="key-1")
    refusal = refused(world, lambda: decide(world, maria, registration, approve=approve))
    reused = refused(
        world, lambda: decide(world, maria, registration, approve=approve, note="x", key="key-1")
    )

    assert replay.replayed
    assert replay.value == first.value
    assert refusal.code == f"registration_{first.value.status}"
    assert reused.code == "idempotency_key_reused"
