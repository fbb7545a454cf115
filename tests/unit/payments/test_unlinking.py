"""PAY-4, PAY-5: an account goes, by the organizer's word or the provider's, also while somebody pays."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from guichet.adapters.dynamo.seam import Key
from guichet.ledger.postings import LedgerAccount
from guichet.payments.account import PaymentAccountStatus
from guichet.payments.payment import PaymentStatus
from guichet.payments.use_cases.record_payment_account import (
    RecordPaymentAccount,
    record_payment_account,
)
from guichet.registration.provider_event import ProviderEvent
from guichet.registration.registration import RegistrationStatus
from guichet.registration.use_cases.show_training import show_training
from local.simulators.stripe import BuyerRefusedError
from tests.support.linking import Desk, InBetween
from tests.support.organizing import refused, unmoved
from tests.support.world import ACCOUNT, PAYPAL_MERCHANT, STRIPE_ACCOUNT, SYSTEM, World, refusal_of

S, P, R = PaymentAccountStatus, PaymentStatus, RegistrationStatus
OFFICE = "office@atelier.example"
REVOKED = "organizer_account_revoked"


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk.of(world)


def sessions_ended(world: World) -> bool:
    names = [event.name for entry in world.journal() for event in entry.events]
    return "payment_account.sessions_ended" in names


def test_unlinking_in_mid_sale_ends_the_open_page_at_once_pay_4_reg_8(
    world: World, desk: Desk
) -> None:
    registration = world.register(world.training())
    payment = world.start(registration)
    assert payment.session_id is not None

    desk.unlink()
    world.settle_down()

    assert world.stripe.find(payment.session_id)["status"] == "expired"
    with pytest.raises(BuyerRefusedError):
        world.stripe.pay(payment.session_id)
    after = world.read(registration)
    assert after.status is R.AWAITING_PAYMENT
    assert after.open_payment_id is None


def test_nothing_new_is_started_and_the_page_offers_what_is_left_pay_4(
    world: World, desk: Desk
) -> None:
    registration = world.register(world.training())

    desk.unlink()

    refusal = refusal_of(lambda: world.start(registration))
    assert refusal.code == "method_not_offered"
    assert "offered" in refusal.detail


def test_no_seat_is_held_for_what_nobody_could_pay_pay_5(world: World, desk: Desk) -> None:
    training = world.training(offline_methods=())
    desk.unlink()

    refusal = refused(world, lambda: world.register(training))

    assert refusal.code == "payment_not_possible"
    shown = show_training(
        training.training_id,
        records=world.parts.records,
        clock=world.clock,
        policy=world.parts.policy,
    )
    assert shown.methods == ()
    assert not shown.takes_registrations


def test_without_any_message_the_clock_ends_the_open_page_reg_8(world: World, desk: Desk) -> None:
    payment = world.start(world.register(world.training()))
    desk.unlink()
    world.dynamo.stream.clear()

    world.clock.advance(minutes=2)
    world.upkeep()

    assert payment.session_id is not None
    assert world.stripe.find(payment.session_id)["status"] == "expired"
    assert sessions_ended(world)


def test_a_checkout_that_had_read_the_account_just_before_is_found_too_pay_4(
    world: World, desk: Desk
) -> None:
    registration = world.register(world.training())

    def unlink_and_sweep() -> None:
        desk.unlink()
        world.settle_down()

    store = InBetween(world.dynamo, "transact_write", unlink_and_sweep)
    payment = world.start(registration, parts=world.container(dynamo=store))
    assert payment.session_id is not None
    assert world.stripe.find(payment.session_id)["status"] == "open"

    world.clock.advance(minutes=2)
    world.upkeep()

    assert world.stripe.find(payment.session_id)["status"] == "expired"
    assert sessions_ended(world)


def test_a_training_that_the_index_does_not_show_yet_is_found_too_pay_4(
    world: World, desk: Desk
) -> None:
    with world.dynamo.late_indexes():
        payment = world.start(world.register(world.training()))
        desk.unlink()
        world.relay()
        world.settle()
    assert payment.session_id is not None
    assert world.stripe.find(payment.session_id)["status"] == "open"

    world.clock.advance(minutes=2)
    world.settle_down()

    assert world.stripe.find(payment.session_id)["status"] == "expired"


def test_what_the_staff_puts_in_its_place_ends_its_pages_too_reg_8(world: World) -> None:
    payment = world.start(world.register(world.training()))
    command = RecordPaymentAccount(
        account_id=ACCOUNT,
        provider="stripe",
        provider_account_id="acct_other",
        confirmed=True,
        verified=True,
        takes_cards=True,
        actor=SYSTEM,
    )

    record_payment_account(command, people=world.parts.people, clock=world.clock)
    world.settle_down()

    assert payment.session_id is not None
    assert world.stripe.find(payment.session_id)["status"] == "expired"


def test_a_provider_that_is_away_is_asked_again_and_others_are_ended_reg_8(
    world: World, desk: Desk
) -> None:
    payment = world.start(world.register(world.training()))
    desk.unlink()
    world.stripe.configure_chaos({"down": True})
    world.settle_down()
    assert payment.session_id is not None
    assert world.stripe.find(payment.session_id)["status"] == "open"

    world.stripe.clear_chaos()
    world.clock.advance(minutes=8)
    world.settle_down()

    assert world.stripe.find(payment.session_id)["status"] == "expired"
    assert sessions_ended(world)


def test_pages_of_another_provider_are_left_alone_pay_4(world: World, desk: Desk) -> None:
    world.link_paypal()
    at_stripe = world.start(world.register(world.training()))

    desk.unlink("paypal")
    world.settle_down()

    assert at_stripe.session_id is not None
    assert world.stripe.find(at_stripe.session_id)["status"] == "open"


def test_pages_of_the_account_that_is_linked_now_are_left_alone_pay_4(
    world: World, desk: Desk
) -> None:
    training = world.training()
    before = world.start(world.register(training))
    desk.unlink()
    desk.linked()
    after = world.start(world.register(training, "grace@example.org"))

    world.settle_down()

    assert before.session_id is not None
    assert after.session_id is not None
    assert world.stripe.find(before.session_id)["status"] == "expired"
    assert world.stripe.find(after.session_id)["status"] == "open"


def test_money_that_was_on_its_way_gets_its_seat_and_the_right_books_pay_4(
    world: World, desk: Desk
) -> None:
    registration = world.register(world.training())
    payment = world.start(registration)
    assert payment.session_id is not None
    world.stripe.pay(payment.session_id)

    desk.unlink()
    world.settle_down()

    assert world.read(registration).status is R.CONFIRMED
    assert world.payment(registration).payee == STRIPE_ACCOUNT
    assert world.books()[LedgerAccount.PLATFORM_FEE, "USD"] == 228


def test_a_debit_that_a_bank_has_is_settled_into_the_former_account_pay_4(
    world: World, desk: Desk
) -> None:
    registration = world.register(world.training())
    payment = world.start(registration)
    assert payment.session_id is not None
    world.stripe.start_bank_debit(payment.session_id)
    world.settle_down()

    desk.unlink()
    world.settle_down()
    world.stripe.settle_bank_debit(payment.session_id)
    world.settle_down()

    assert world.read(registration).status is R.CONFIRMED


def test_an_approved_order_of_an_unlinked_merchant_is_never_captured_pay_4(
    world: World, desk: Desk
) -> None:
    world.link_paypal()
    registration = world.register(world.training())
    payment = world.start(registration, method="paypal")
    assert payment.session_id is not None

    desk.unlink("paypal")
    world.settle_down()
    world.paypal.approve(payment.session_id)
    world.settle_down()
    world.come_back(registration)

    assert world.paypal.captures() == []
    assert world.read(registration).open_payment_id is None


def test_both_settle_and_upkeep_may_end_the_pages_and_it_is_once(world: World, desk: Desk) -> None:
    world.start(world.register(world.training()))
    desk.unlink()
    world.relay()
    messages = list(world.settle_queue)
    world.settle_down()
    world.clock.advance(minutes=3)
    world.settle_down()

    world.settle_queue.extend(messages)

    unmoved(world, world.settle)
    assert sessions_ended(world)


# -- by the provider's word --------------------------------------------------------------


def test_a_deauthorized_account_is_unlinked_and_its_organizer_told_once_pay_5_reg_13(
    world: World, desk: Desk
) -> None:
    world.stripe.deauthorize(STRIPE_ACCOUNT)
    webhooks = world.stripe.take_webhooks()
    for webhook in webhooks * 2:
        world.post_webhook(webhook.headers, webhook.body)
    world.settle_down()

    account = desk.account()
    assert account.status is S.REVOKED
    assert not account.is_usable
    assert world.mails(OFFICE).count(REVOKED) == 1
    (mail,) = world.mailer.taken
    assert STRIPE_ACCOUNT in mail.mail.text
    assert "Stripe" in mail.mail.subject
    assert account.payment_account_id in mail.mail.text


def test_a_merchant_who_withdrew_consent_is_unlinked_pay_5(world: World, desk: Desk) -> None:
    linked = desk.linked("paypal")

    world.paypal.revoke_consent(linked.provider_account_id)
    world.settle_down()

    assert desk.account("paypal").status is S.REVOKED
    assert world.mails(OFFICE) == [REVOKED]
    registration = world.register(world.training())
    refusal = refusal_of(lambda: world.start(registration, method="paypal"))
    assert refusal.code == "method_not_offered"


def test_a_forged_revocation_changes_nothing_pay_5(world: World, desk: Desk) -> None:
    """The provider is asked: what an event says of consent is not believed."""
    linked = desk.linked("paypal")
    world.settle_down()
    told = {"resource": {"merchant_id": linked.provider_account_id}}
    forged = ProviderEvent(
        provider="paypal",
        event_id="WH-FORGED",
        kind="MERCHANT.PARTNER-CONSENT.REVOKED",
        provider_account_id=linked.provider_account_id,
        received_at=world.clock.now(),
        body=json.dumps(told),
    )

    world.parts.records.receive(world.cause("receive_provider_event"), forged)
    world.settle_down()

    assert desk.account("paypal").is_usable
    assert world.mails(OFFICE) == []


def test_an_events_account_that_nobody_linked_is_of_no_concern_pay_5(world: World) -> None:
    world.stripe.add_account("acct_of_nobody")
    world.stripe.deauthorize("acct_of_nobody")

    world.settle_down()

    assert world.mails() == []
    inbox = [item for item in world.state() if str(item["pk"]).startswith("INBOX#")]
    assert [each["status"] for each in inbox] == ["applied"]


def test_a_revocation_without_its_event_is_seen_at_the_next_look_pay_5(
    world: World, desk: Desk
) -> None:
    world.stripe.deauthorize(STRIPE_ACCOUNT)
    world.stripe.take_webhooks()

    assert desk.refresh().status is S.REVOKED
    world.settle_down()
    assert world.mails(OFFICE) == [REVOKED]


def test_while_the_provider_is_away_a_revocation_waits_pay_5(world: World, desk: Desk) -> None:
    world.stripe.deauthorize(STRIPE_ACCOUNT)
    world.stripe.configure_chaos({"down": True})
    world.settle_down()
    assert desk.account().is_usable

    world.stripe.clear_chaos()
    world.clock.advance(minutes=11)
    world.settle_down()

    assert desk.account().status is S.REVOKED


def test_a_seat_held_by_a_page_of_a_revoked_account_is_free_in_the_end_pay_5_reg_4(
    world: World, desk: Desk
) -> None:
    training = world.training(capacity=1)
    registration = world.register(training)
    world.start(registration)
    world.stripe.deauthorize(STRIPE_ACCOUNT)
    world.settle_down()
    assert desk.account().status is S.REVOKED

    world.clock.advance(minutes=3)
    world.settle_down()
    assert sessions_ended(world)
    for _ in range(30):
        world.clock.advance(hours=1)
        world.settle_down()

    assert world.read(registration).status is R.EXPIRED
    assert world.parts.records.seats(training.training_id).taken == 0


def test_a_revoked_merchants_open_order_is_given_up_at_once_pay_5(world: World, desk: Desk) -> None:
    linked = desk.linked("paypal")
    registration = world.register(world.training())
    world.start(registration, method="paypal")

    world.paypal.revoke_consent(linked.provider_account_id)
    world.settle_down()

    assert world.read(registration).open_payment_id is None


def test_whoever_was_revoked_can_link_again_pay_5(world: World, desk: Desk) -> None:
    linked = desk.linked("paypal", merchant_id=PAYPAL_MERCHANT)
    world.paypal.revoke_consent(linked.provider_account_id)
    world.settle_down()

    again = desk.linked("paypal", merchant_id=PAYPAL_MERCHANT)

    assert again.is_usable
    assert again.onboarding_count == 2
    assert world.start(world.register(world.training()), method="paypal").session_id is not None


def test_a_deauthorized_account_cannot_be_linked_again_by_its_name_pay_5(
    world: World, desk: Desk
) -> None:
    world.stripe.deauthorize(STRIPE_ACCOUNT)
    world.settle_down()
    desk.link(provider_account_id=STRIPE_ACCOUNT)

    assert refusal_of(desk.page).code == "account_not_reachable"
    assert desk.refresh().status is S.REVOKED
    assert desk.linked().is_usable


def test_no_due_work_is_left_once_all_is_over(world: World, desk: Desk) -> None:
    desk.unlink()

    world.clock.at += timedelta(minutes=3)
    world.settle_down()

    found = world.dynamo.get("state", Key(f"ACCOUNT#{ACCOUNT}", "PAYMENT_ACCOUNT#stripe"))
    assert found is not None
    assert "due_key" not in found
