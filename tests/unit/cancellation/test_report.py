"""The report of a cancelled training: whose money did not go back, why, and what to do (RFD-5)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from guichet.access.membership import Member
from guichet.payments.account import PaymentAccountStatus
from guichet.payments.use_cases.unlink_payment_account import (
    UnlinkPaymentAccount,
    unlink_payment_account,
)
from guichet.registration.registration import MoneyOutcome, Registration, RegistrationStatus
from guichet.registration.use_cases.resolve_payment import (
    Resolution,
    ResolvePayment,
    resolve_payment,
)
from tests.support.cancelling import refund, settle_all
from tests.support.gateway import Came
from tests.support.organizing import actor_of, mark
from tests.support.road import time_passes
from tests.support.world import ACCOUNT, SYSTEM, World, refusal_of

type Call = Callable[..., Came]
type Cancel = Callable[..., Came]
type Report = Callable[..., dict[str, Any]]


def only_row(told: dict[str, Any]) -> dict[str, Any]:
    (row,) = told["not_refunded"]
    assert isinstance(row, dict)
    return row


def unlink(world: World, owner: Member) -> None:
    (account,) = world.parts.records.payment_accounts(owner.account_id)
    command = UnlinkPaymentAccount(account.payment_account_id, owner, None, actor_of(owner))
    unlink_payment_account(command, linking=world.parts.linking)


def test_who_paid_by_hand_gets_it_back_by_hand_rfd_5a(
    world: World, cancelled: Cancel, report: Report, people: dict[str, Member]
) -> None:
    training = world.training()
    ada = world.register(training)
    mark(world, people["maria"], ada)

    cancelled(training.training_id)
    settle_all(world)

    row = only_row(report(training.training_id))
    assert (row["outcome"], row["code"], row["rule"]) == (
        "not_refunded",
        "refund_marked_paid",
        "RFD-5a",
    )
    assert (row["registration_id"], row["email"]) == (ada.registration_id, "ada@example.org")
    assert row["charged"] == {"amount_minor": 12000, "currency": "USD"}
    assert row["sentence"]
    assert row["what_to_do"]


def test_60_days_and_a_second_after_the_payment_rfd_5b(
    world: World, cancelled: Cancel, report: Report
) -> None:
    training = world.training()
    ada = world.buy(training)
    capture = world.payment(ada).capture
    assert capture is not None
    world.clock.at = capture.captured_at
    world.clock.advance(days=60, seconds=1)

    cancelled(training.training_id)
    settle_all(world)

    row = only_row(report(training.training_id))
    assert (row["code"], row["rule"]) == ("refund_window_over", "RFD-5b")
    assert world.read(ada).status is RegistrationStatus.CANCELLED
    assert not world.stripe.find_all("refund")


def test_exactly_60_days_after_the_payment_rfd_2(
    world: World, cancelled: Cancel, report: Report
) -> None:
    training = world.training()
    ada = world.buy(training)
    capture = world.payment(ada).capture
    assert capture is not None
    world.clock.at = capture.captured_at
    world.clock.advance(days=60)

    cancelled(training.training_id)
    settle_all(world)

    assert report(training.training_id)["registrations"]["refunded"] == 1


def test_an_account_that_is_no_longer_linked_rfd_5d(
    world: World, cancelled: Cancel, report: Report, people: dict[str, Member]
) -> None:
    training = world.training()
    ada = world.buy(training)
    unlink(world, people["olivia"])

    cancelled(training.training_id)
    settle_all(world)

    row = only_row(report(training.training_id))
    assert (row["code"], row["rule"]) == ("refund_account_not_linked", "RFD-5d")
    assert row["payment_id"] == world.payment(ada).payment_id
    assert row["left"] == {"amount_minor": 12000, "currency": "USD"}
    assert world.read(ada).status is RegistrationStatus.CANCELLED
    assert not any("being refunded" in text for text in cancelled_texts(world)), "promised nothing"


def cancelled_texts(world: World) -> list[str]:
    return [
        taken.mail.text for taken in world.mailer.taken if taken.message_key.endswith(":cancelled")
    ]


def test_a_payment_that_its_buyer_disputes_rfd_4(
    world: World, cancelled: Cancel, report: Report
) -> None:
    training = world.training()
    ada = world.buy(training)
    capture = world.payment(ada).capture
    assert capture is not None
    world.stripe.open_dispute(capture.capture_id)
    world.settle_down()

    cancelled(training.training_id)
    settle_all(world)

    row = only_row(report(training.training_id))
    assert (row["code"], row["rule"]) == ("refund_disputed", "RFD-4")
    assert not world.stripe.find_all("refund")
    assert not any("being refunded" in text for text in cancelled_texts(world)), "promised nothing"
    world.assert_books_equal_the_providers()


def test_what_the_organizer_returns_afterwards_is_no_longer_left_rfd_1(
    world: World, cancelled: Cancel, report: Report, people: dict[str, Member]
) -> None:
    training = world.training()
    ada = world.buy(training)
    unlink(world, people["olivia"])
    cancelled(training.training_id)
    settle_all(world)
    (former,) = world.parts.records.payment_accounts(ACCOUNT)
    linked = replace(former, status=PaymentAccountStatus.LINKED, version=former.version + 1)
    world.parts.people.save_payment_account(world.cause("link"), former, linked)

    refund(world, people["maria"], ada, None)
    world.settle_down()

    assert only_row(report(training.training_id))["left"]["amount_minor"] == 0
    world.assert_books_equal_the_providers()


def test_a_payment_that_waits_for_a_person_rfd_5c(
    world: World, cancelled: Cancel, report: Report
) -> None:
    training = world.training()
    ada = world.register(training)
    payment = world.start(ada)
    assert payment.session_id is not None
    world.stripe.configure_chaos({"capture": {"amount_minor": 11999}})
    world.stripe.pay(payment.session_id)
    world.settle_down()

    cancelled(training.training_id)
    settle_all(world)

    told = report(training.training_id)
    assert only_row(told)["code"] == "refund_held"
    assert told["status"] == "done"


def test_a_refund_that_the_provider_fails_rfd_6(
    world: World, cancelled: Cancel, report: Report
) -> None:
    training = world.training()
    ada = world.buy(training)
    world.stripe.configure_chaos({"refunds": {"pending": 1}})
    cancelled(training.training_id)
    settle_all(world)
    told = report(training.training_id)
    assert (told["status"], told["registrations"]["refunding"]) == ("running", 1)

    (made,) = world.stripe.find_all("refund")
    world.stripe.fail_refund(made["id"])
    world.settle_down()
    time_passes(world, hours=2)

    told = report(training.training_id)
    assert (told["status"], told["registrations"]["failed"]) == ("done", 1)
    assert only_row(told)["outcome"] == "failed"
    assert only_row(told)["sentence"]
    assert world.read(ada).money_outcome is MoneyOutcome.FAILED
    world.assert_books_equal_the_providers()


def test_it_speaks_the_language_that_is_asked_for(
    world: World, call: Call, cancelled: Cancel, people: dict[str, Member]
) -> None:
    training = world.training()
    mark(world, people["maria"], world.register(training))
    cancelled(training.training_id)
    settle_all(world)
    path = f"/v1/trainings/{training.training_id}/cancellation"

    said = {
        language: call("GET", path, headers={"accept-language": language})
        for language in ("en", "fr", "de", "it", "es", "pt", "nl")
    }

    assert {answer.headers["content-language"] for answer in said.values()} == set(said)
    assert len({answer.body["not_refunded"][0]["sentence"] for answer in said.values()}) == 7


def test_it_comes_page_by_page(
    world: World, call: Call, cancelled: Cancel, people: dict[str, Member]
) -> None:
    training = world.training(capacity=40)
    by_hand: list[Registration] = []
    for place in range(12):
        registration = world.register(training, f"r{place}@example.org")
        if place % 2:
            mark(world, people["maria"], registration)
            by_hand.append(registration)
    cancelled(training.training_id)
    settle_all(world)
    path, query, found = f"/v1/trainings/{training.training_id}/cancellation", "limit=4", []

    for _ in range(10):
        page = call("GET", path, query=query).body
        assert len(page["not_refunded"]) <= 4
        found += [each["registration_id"] for each in page["not_refunded"]]
        if page["next_cursor"] is None:
            break
        query = f"limit=4&cursor={page['next_cursor']}"

    assert sorted(found) == sorted(each.registration_id for each in by_hand)


@pytest.mark.parametrize("cursor", ["nonsense", "abc.def"])
def test_a_cursor_of_nobody_is_refused(
    world: World, call: Call, cancelled: Cancel, cursor: str
) -> None:
    training = world.training()
    cancelled(training.training_id)
    path = f"/v1/trainings/{training.training_id}/cancellation"

    answer = call("GET", path, query=f"cursor={cursor}")

    assert (answer.status, answer.code) == (400, "cursor_invalid")


def test_what_a_person_decides_about_does_not_buy_a_seat_any_more_reg_3(
    world: World, cancelled: Cancel, report: Report
) -> None:
    training = world.training()
    ada = world.register(training)
    payment = world.start(ada)
    assert payment.session_id is not None
    world.stripe.configure_chaos({"capture": {"amount_minor": 11999}})
    world.stripe.pay(payment.session_id)
    world.settle_down()
    cancelled(training.training_id)

    accept = ResolvePayment(payment.payment_id, Resolution.ACCEPT, None, SYSTEM)
    refusal = refusal_of(lambda: resolve_payment(accept, settling=world.parts.settling))
    assert refusal.code == "training_cancelled"
    settle_all(world)
    returned = ResolvePayment(payment.payment_id, Resolution.RETURN, None, SYSTEM)
    resolve_payment(returned, settling=world.parts.settling)
    world.settle_down()

    assert report(training.training_id)["registrations"]["not_refunded"] == 1
    books = world.stripe.books()["accounts"]["acct_atelier"]["USD"]
    assert books["customer_paid"] == books["refunded"] == 11999
    world.assert_books_equal_the_providers()
