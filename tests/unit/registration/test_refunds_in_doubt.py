"""Refunds in doubt: asked about, never guessed at, and never lost from the books (RFD-3, RFD-6)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from guichet.adapters.http import Http, HttpRequest, HttpResponse
from guichet.ledger.postings import LedgerAccount
from guichet.payments.refund import Refund, RefundStatus
from guichet.registration.registration import Registration
from local.simulators.stripe.in_process import SimulatorHttp
from tests.support.organizing import late_payment, the_return, unmoved
from tests.support.world import STRIPE_ACCOUNT, World

ADA, BOB = "ada@example.org", "bob@example.org"


class WorkerDiedError(BaseException):
    """What no code catches."""


@dataclass
class Interrupted:
    """An `Http` on which something happens once, before or after a call that is meant."""

    inner: Http
    meant: Callable[[HttpRequest], bool]
    act: Callable[[], None]
    after: bool = False
    done: bool = False

    def send(self, request: HttpRequest) -> HttpResponse:
        if self.done or not self.meant(request):
            return self.inner.send(request)
        self.done = True
        if not self.after:
            self.act()
        answer = self.inner.send(request)
        if self.after:
            self.act()
        return answer


@dataclass
class Answering:
    """An `Http` on which the calls that are meant get an answer of their own."""

    inner: Http
    meant: Callable[[HttpRequest], bool]
    answer: HttpResponse

    def send(self, request: HttpRequest) -> HttpResponse:
        return self.answer if self.meant(request) else self.inner.send(request)


REFUSED = HttpResponse(400, {}, b'{"error": {"type": "invalid_request_error"}}')


def returns_a_fee(request: HttpRequest) -> bool:
    return request.method == "POST" and "/v1/application_fees/" in request.url


def lists_fees_returned(request: HttpRequest) -> bool:
    return request.method == "GET" and "/v1/application_fees/" in request.url


def asks_about_refunds(request: HttpRequest) -> bool:
    return request.method == "GET" and "/v1/refunds" in request.url


def no_seat_for(world: World, email: str = ADA) -> Registration:
    """A late payment that has gone to nobody's seat; nothing has been heard of it yet."""
    training = world.training(capacity=1)
    registration = late_payment(world, training, email)
    world.register(training, BOB)
    return registration


def pending(world: World) -> Registration:
    """A return that the provider has, and has not finished."""
    registration = no_seat_for(world)
    world.stripe.configure_chaos({"refunds": {"pending": 1}})
    world.settle_down()
    assert the_return(world, registration).status is RefundStatus.SUBMITTED
    return registration


def requested(world: World) -> Registration:
    """A return that is stored, and of which the provider has not heard."""
    registration = no_seat_for(world)
    world.deliver_webhooks()
    world.relay()
    world.settle()
    assert the_return(world, registration).provider_refund_id is None
    return registration


def fails_at_provider(world: World, refund: Refund) -> None:
    """A return that succeeded fails after all, and its webhook is stored."""
    assert refund.provider_refund_id is not None
    world.stripe.fail_refund(refund.provider_refund_id)
    world.deliver_webhooks()
    world.relay()


def assert_books_but_the_receivable(world: World) -> None:
    """Ours equal the provider's, but for the fee that the organizer owes the operator again."""
    ours, theirs = world.books(), world.stripe.books()["accounts"][STRIPE_ACCOUNT]["USD"]
    assert ours[LedgerAccount.ORGANIZER_RECEIVABLE, "USD"] == -228
    assert ours[LedgerAccount.PROVIDER_BALANCE, "USD"] == theirs["provider_balance"]
    assert ours[LedgerAccount.REGISTRANTS, "USD"] == theirs["refunded"] - theirs["customer_paid"]
    assert ours[LedgerAccount.PROVIDER_FEE, "USD"] == theirs["stripe_fees"]
    kept = theirs["application_fees"] - theirs["application_fees_returned"]
    assert ours[LedgerAccount.PLATFORM_FEE, "USD"] == kept + 228
    assert sum(ours.values()) == 0


@pytest.mark.parametrize(
    ("begun", "status"),
    [
        pytest.param(pending, RefundStatus.SUBMITTED, id="the provider has it"),
        pytest.param(requested, RefundStatus.REQUESTED, id="the provider never heard of it"),
    ],
)
def test_a_return_nobody_can_be_asked_about_never_fails_and_alarms_after_an_hour_rfd_6(
    begun: Callable[[World], Registration], status: RefundStatus, world: World
) -> None:
    registration = begun(world)
    world.stripe.deauthorize(STRIPE_ACCOUNT)
    world.clock.advance(minutes=30)
    world.settle_down()
    early = list(world.alarms)

    for _ in range(6):
        world.clock.advance(days=1)
        world.settle_down()

    waiting = the_return(world, registration)
    assert waiting.status is status
    assert "refund.unknown_for_long" not in early
    assert set(world.alarms) == {"refund.unknown_for_long"}
    assert "money_returned" not in world.mails(ADA)


@pytest.mark.parametrize("begun", [pending, requested])
def test_a_return_goes_on_once_the_account_is_connected_again_rfd_6(
    begun: Callable[[World], Registration], world: World
) -> None:
    registration = begun(world)
    world.stripe.deauthorize(STRIPE_ACCOUNT)
    world.clock.advance(days=2)
    world.settle_down()

    world.stripe.add_account(STRIPE_ACCOUNT, email="owner@atelier.example")
    waiting = the_return(world, registration)
    if waiting.provider_refund_id is not None:
        world.stripe.settle_refund(waiting.provider_refund_id)
    world.clock.advance(days=2)
    world.settle_down()

    assert the_return(world, registration).is_finished
    assert len(world.stripe.find_all("refund")) == 1
    world.assert_books_equal_the_providers()


def test_a_question_that_is_refused_is_no_answer_about_the_return_rfd_6(world: World) -> None:
    registration = requested(world)
    lost = {"do": "lost_after", "match": "POST /v1/refunds", "times": 3}
    world.stripe.configure_chaos({"api": [lost], "webhooks": {"drop": -1}})
    world.settle_down()
    assert len(world.stripe.find_all("refund")) == 1, "made, but nobody heard it"

    refusing = Answering(SimulatorHttp(world.stripe), asks_about_refunds, REFUSED)
    world.clock.advance(minutes=1)
    world.upkeep(world.container(http=refusing))
    doubted = the_return(world, registration)
    world.clock.advance(hours=2)
    world.settle_down()

    assert doubted.status is RefundStatus.REQUESTED
    assert the_return(world, registration).is_finished
    world.assert_books_equal_the_providers()


def test_a_fee_returned_by_a_worker_that_died_is_posted_when_the_return_fails_rfd_6(
    world: World,
) -> None:
    registration = requested(world)
    world.relay()

    def die() -> None:
        raise WorkerDiedError

    dying = Interrupted(SimulatorHttp(world.stripe), returns_a_fee, die, after=True)
    with pytest.raises(WorkerDiedError):
        world.settle(world.container(http=dying))
    left = the_return(world, registration)
    assert left.owes_fee, "the provider has returned it, and we don't know"

    fails_at_provider(world, left)
    world.settle_down()

    failed = the_return(world, registration)
    assert failed.status is RefundStatus.FAILED
    assert failed.provider_fee_refund_id is not None
    assert "refund.failed" in world.alarms
    assert_books_but_the_receivable(world)


def test_a_fee_that_goes_back_while_the_return_fails_is_posted_rfd_6(world: World) -> None:
    registration = requested(world)
    world.relay()

    def fail_beside() -> None:
        fails_at_provider(world, the_return(world, registration))
        world.settle()

    racing = Interrupted(SimulatorHttp(world.stripe), returns_a_fee, fail_beside)
    world.settle(world.container(http=racing))
    world.settle_down()

    failed = the_return(world, registration)
    assert failed.status is RefundStatus.FAILED
    assert failed.provider_fee_refund_id is not None
    assert_books_but_the_receivable(world)


def test_a_fee_that_went_back_after_it_was_asked_for_is_found_a_little_later_rfd_6(
    world: World,
) -> None:
    registration = requested(world)
    world.relay()

    def die() -> None:
        raise WorkerDiedError

    def another_returns_the_fee_and_dies() -> None:
        left = the_return(world, registration)
        dying = Interrupted(SimulatorHttp(world.stripe), returns_a_fee, die, after=True)
        with pytest.raises(WorkerDiedError):
            world.container(http=dying).refunding.proceed(
                left.payment_id, left.refund_id, world.cause("settle_refund")
            )

    unsent = world.container(http=Interrupted(SimulatorHttp(world.stripe), returns_a_fee, die))
    with pytest.raises(WorkerDiedError):
        world.settle(unsent)
    fails_at_provider(world, the_return(world, registration))
    asked_first = Interrupted(
        SimulatorHttp(world.stripe),
        lists_fees_returned,
        another_returns_the_fee_and_dies,
        after=True,
    )
    world.settle(world.container(http=asked_first))
    told_nothing = the_return(world, registration)
    world.clock.advance(minutes=3)
    world.settle_down()

    failed = the_return(world, registration)
    assert told_nothing.status is RefundStatus.FAILED
    assert told_nothing.provider_fee_refund_id is None
    assert failed.provider_fee_refund_id is not None
    assert failed.is_finished
    assert_books_but_the_receivable(world)


def test_a_fee_that_never_went_back_is_let_go_once_no_worker_can_be_at_it_rfd_6(
    world: World,
) -> None:
    registration = no_seat_for(world)
    down = {"do": "down", "match": "POST /v1/application_fees/*", "times": -1}
    world.stripe.configure_chaos({"api": [down]})
    world.settle_down()
    fails_at_provider(world, the_return(world, registration))
    world.settle()
    doubted = the_return(world, registration)

    world.clock.advance(minutes=3)
    world.settle_down()

    assert not doubted.is_finished
    assert the_return(world, registration).is_finished
    world.assert_books_equal_the_providers()


def test_a_failure_waits_until_the_fees_return_can_be_asked_about_rfd_6(world: World) -> None:
    registration = no_seat_for(world)
    down = {"do": "down", "match": "POST /v1/application_fees/*", "times": -1}
    world.stripe.configure_chaos({"api": [down]})
    world.settle_down()
    owing = the_return(world, registration)
    assert owing.owes_fee

    fails_at_provider(world, owing)
    unasked = Answering(SimulatorHttp(world.stripe), lists_fees_returned, REFUSED)
    world.settle(world.container(http=unasked))
    waiting = the_return(world, registration)
    world.stripe.clear_chaos()
    world.clock.advance(minutes=10)
    world.settle_down()

    assert waiting.status is RefundStatus.SUCCEEDED
    assert the_return(world, registration).status is RefundStatus.FAILED
    assert world.books()[LedgerAccount.PLATFORM_FEE, "USD"] == 228
    world.assert_books_equal_the_providers()


def test_a_provider_that_takes_a_success_back_to_pending_changes_nothing_bad_4(
    world: World,
) -> None:
    registration = no_seat_for(world)
    world.settle_down()
    done = the_return(world, registration)
    known = world.stripe.find(str(done.provider_refund_id))
    body = json.dumps({**known, "status": "pending", "balance_transaction": None})
    stale = Answering(
        SimulatorHttp(world.stripe), asks_about_refunds, HttpResponse(200, {}, body.encode())
    )
    refunding = world.container(http=stale).refunding

    unmoved(world, lambda: refunding.ask(done.payment_id, done.refund_id, world.cause("ask")))
