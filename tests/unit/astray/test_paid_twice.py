"""Two pages, tabs, devices, providers: one confirmation, and nothing kept twice (BAD-1, BAD-2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from guichet.adapters.http import Http, HttpRequest, HttpResponse
from guichet.errors import Refusal
from guichet.payments.payment import Payment, PaymentStatus
from guichet.payments.refund import RefundReason
from guichet.registration.registration import Registration, RegistrationStatus
from tests.support.organizing import cancel, close, manager, mark, pay_offline
from tests.support.road import Road, alarms, known, lost, return_of, time_passes
from tests.support.world import World, refusal_of

R, P = RegistrationStatus, PaymentStatus
ADA = "ada@example.org"
CAPTURE = "POST /v2/checkout/orders/*/capture"


@pytest.fixture
def stripe(world: World) -> Road:
    return Road(world, "stripe")


@pytest.fixture
def paypal(world: World) -> Road:
    return Road(world, "paypal")


def assert_paid_once(world: World, *roads: Road) -> None:
    assert sum(each.taken() - each.returned() for each in roads) == 1
    assert world.mails(ADA).count("confirmed") == 1
    assert world.mails("office@atelier.example").count("organizer_new_registration") == 1
    assert world.alarms == []
    world.assert_books_equal_the_providers()


def test_a_stripe_page_paid_after_paypals_was_goes_back_whole_bad_1(
    world: World, stripe: Road, paypal: Road
) -> None:
    training = world.training()
    registration = world.register(training)
    card = stripe.start(registration)
    wallet = paypal.start(registration, "pay-2")
    paypal.pay(wallet)
    world.settle_down()

    stripe.pay_ended(card)
    world.settle_down()

    assert world.read(registration).paid_payment_id == wallet.payment_id
    assert return_of(world, card).reason is RefundReason.PAID_TWICE
    assert world.mails(ADA)[-1] == "money_returned"
    assert_paid_once(world, stripe, paypal)
    world.assert_seats_match(training)


def test_a_paypal_page_approved_after_stripes_was_paid_is_never_captured_bad_1(
    world: World, stripe: Road, paypal: Road
) -> None:
    training = world.training()
    registration = world.register(training)
    wallet = paypal.start(registration)
    card = stripe.start(registration, "pay-2")
    stripe.pay(card)
    world.settle_down()

    paypal.pay(wallet)
    paypal.come_back(registration)
    world.settle_down()

    assert world.paypal.captures() == []
    assert world.read(registration).paid_payment_id == card.payment_id
    assert world.mails(ADA) == ["received", "confirmed"]
    assert_paid_once(world, stripe, paypal)


@pytest.mark.parametrize("first", ["stripe", "paypal"])
@pytest.mark.parametrize("newest", ["stripe", "paypal"])
def test_both_pages_used_before_anybody_is_told_pay_once_bad_1(
    first: str, newest: str, world: World, stripe: Road, paypal: Road
) -> None:
    training = world.training(capacity=1)
    registration = world.register(training)
    older, newer = (stripe, paypal) if newest == "paypal" else (paypal, stripe)
    pages = {older.provider: older.start(registration)}
    pages[newer.provider] = newer.start(registration, "pay-2")

    if first == "stripe":
        stripe.pay_ended(pages["stripe"])
        paypal.pay(pages["paypal"])
    else:
        paypal.pay(pages["paypal"])
        stripe.pay_ended(pages["stripe"])
    world.settle_down()
    time_passes(world, hours=3)

    assert world.read(registration).status is R.CONFIRMED
    assert_paid_once(world, stripe, paypal)
    world.assert_seats_match(training)


@pytest.mark.parametrize("newest", ["stripe", "paypal"])
def test_both_pages_used_without_a_webhook_pay_once_bad_1(
    newest: str, world: World, stripe: Road, paypal: Road
) -> None:
    """Nobody hears of the older page: if Stripe took money there, only its own list knows (EXT-3)."""
    training = world.training(capacity=1)
    registration = world.register(training)
    older, newer = (stripe, paypal) if newest == "paypal" else (paypal, stripe)
    older.start(registration)
    page = newer.start(registration, "pay-2")
    stripe.hear_nothing()
    paypal.hear_nothing()

    newer.pay(page)
    newer.come_back(registration)
    time_passes(world, hours=3)

    assert world.read(registration).paid_payment_id == page.payment_id
    assert_paid_once(world, stripe, paypal)


def test_two_tabs_get_one_page_reg_10(world: World, road: Road) -> None:
    registration = world.register(world.training())

    tabs = [road.start(registration, key) for key in ("pay-1", "pay-2", "pay-1")]
    road.pay(tabs[0])
    for _ in tabs:
        road.come_back(registration)
    world.settle_down()

    assert len({each.session_id for each in tabs}) == 1
    assert_paid_once(world, road)


@dataclass
class Meeting:
    """An `Http` that lets somebody else go all the way just before a call that moves money."""

    inner: Http
    world: World
    registration: Registration
    begun: list[str] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)

    def send(self, request: HttpRequest) -> HttpResponse:
        answer = self.inner.send(request)
        if not self.begun and ("/capture" in request.url or "/sessions/" in request.url):
            self.begun.append(request.url)
            self._go()
        return answer

    def _go(self) -> None:
        try:
            self.world.clock.advance(seconds=6)
            self.world.come_back(self.registration)
        except Refusal as refusal:
            self.refused.append(refusal)
        self.world.deliver_webhooks()
        self.world.relay()
        self.world.settle()


def test_return_page_webhook_and_clock_at_the_same_moment_confirm_once_bad_2(
    world: World, road: Road
) -> None:
    training = world.training(capacity=1)
    registration = world.register(training)
    road.pay(road.start(registration))
    meeting = Meeting(world.http, world, registration)

    world.come_back(registration, world.container(http=meeting))
    world.settle_down()
    time_passes(world, hours=3)

    assert meeting.begun
    assert_paid_once(world, road)
    world.assert_seats_match(training)


def test_marked_paid_by_hand_and_paid_at_the_page_keeps_one_reg_8(world: World, road: Road) -> None:
    training = world.training()
    registration = world.register(training)
    payment = road.start(registration)
    mark(world, manager(world), registration)

    road.pay_ended(payment)
    world.settle_down()

    assert world.read(registration).paid_payment_id is None
    assert road.taken() == road.returned()
    assert world.mails(ADA).count("confirmed") == 1
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


def capture_unknown(world: World, paypal: Road, do: str) -> tuple[Registration, Payment]:
    registration = world.register(world.training())
    payment = paypal.start(registration)
    paypal.pay(payment)
    paypal.hear_nothing()
    paypal.disturb(lost(CAPTURE, do, 3))
    paypal.come_back(registration)
    return registration, payment


def test_nothing_else_can_be_paid_while_a_capture_is_unknown_bad_1(
    world: World, stripe: Road, paypal: Road
) -> None:
    registration, _ = capture_unknown(world, paypal, "lost_after")

    codes = {
        refusal_of(lambda: stripe.start(registration, "pay-2")).code,
        refusal_of(lambda: pay_offline(world, registration)).code,
        refusal_of(lambda: cancel(world, registration)).code,
    }
    time_passes(world, hours=1, minutes_each=10)

    assert codes == {"registration_processing"}
    assert_paid_once(world, stripe, paypal)


@pytest.mark.parametrize("do", ["lost_after", "lost_before"])
def test_an_old_stripe_page_paid_beside_an_unknown_capture_keeps_one_payment_bad_1(
    do: str, world: World, stripe: Road, paypal: Road
) -> None:
    registration = world.register(world.training())
    card = stripe.start(registration)
    wallet = paypal.start(registration, "pay-2")
    paypal.pay(wallet)
    paypal.hear_nothing()
    paypal.disturb(lost(CAPTURE, do, 3))
    paypal.come_back(registration)
    stripe.pay_ended(card)
    world.settle_down()

    time_passes(world, hours=2, minutes_each=10)

    assert world.read(registration).status is R.CONFIRMED
    assert_paid_once(world, stripe, paypal)


@pytest.mark.parametrize("do", ["lost_after", "lost_before"])
def test_a_cancelled_registration_keeps_nothing_of_a_capture_that_was_unknown_reg_8(
    do: str, world: World, paypal: Road
) -> None:
    registration, payment = capture_unknown(world, paypal, do)
    cancel(world, registration, manager(world))

    time_passes(world, hours=4, minutes_each=10)

    assert world.read(registration).status is R.CANCELLED
    assert paypal.taken() == paypal.returned() == int(do == "lost_after")
    assert known(world, payment).is_final or known(world, payment).status is P.EXPIRED
    assert alarms(world) == []
    world.assert_books_equal_the_providers()


def test_a_registrant_who_changes_between_all_methods_pays_by_the_last_one_bad_1(
    world: World, stripe: Road, paypal: Road
) -> None:
    training = world.training(capacity=1)
    registration = world.register(training)
    card = stripe.start(registration, "pay-1")
    first = paypal.start(registration, "pay-2")
    pay_offline(world, registration)
    last = paypal.start(registration, "pay-3")

    ended = [known(world, each).status for each in (card, first)]
    paypal.pay(last)
    world.settle_down()

    assert card.session_id is not None
    assert world.stripe.find(card.session_id)["status"] == "expired", "ended there first"
    assert ended == [P.EXPIRED, P.EXPIRED]
    assert world.read(registration).paid_payment_id == last.payment_id
    assert_paid_once(world, stripe, paypal)
    world.assert_seats_match(training)


@pytest.mark.parametrize("wallet", ["paypal", "paypal_card"])
def test_changing_between_paypals_two_pages_ends_the_first_bad_1(
    wallet: str, world: World, paypal: Road
) -> None:
    other = "paypal_card" if wallet == "paypal" else "paypal"
    registration = world.register(world.training())
    first = world.start(registration, "pay-1", method=wallet)
    second = world.start(registration, "pay-2", method=other)
    paypal.pay(second)
    paypal.pay(first)
    world.settle_down()

    assert world.read(registration).paid_payment_id == second.payment_id
    assert_paid_once(world, paypal)


def by_invoice(world: World, registration: Registration) -> None:
    pay_offline(world, registration)


def by_card(world: World, registration: Registration) -> None:
    world.start(registration, "pay-2")


def by_cancelling(world: World, registration: Registration) -> None:
    cancel(world, registration)


def by_hand(world: World, registration: Registration) -> None:
    mark(world, manager(world), registration)


def by_closing(world: World, registration: Registration) -> None:
    training = world.parts.records.training(registration.training_id)
    assert training is not None
    close(world, training)
    world.clock.advance(minutes=10)
    world.upkeep()


@pytest.mark.parametrize(
    ("turn", "ends"),
    [
        (by_invoice, R.AWAITING_PAYMENT),
        (by_card, R.EXPIRED),
        (by_cancelling, R.CANCELLED),
        (by_hand, R.CONFIRMED),
        (by_closing, R.EXPIRED),
    ],
)
def test_an_approval_that_was_turned_from_before_it_was_heard_is_never_captured_reg_8(
    turn: Callable[[World, Registration], None],
    ends: RegistrationStatus,
    world: World,
    paypal: Road,
) -> None:
    """Approved at PayPal, then decided otherwise: the last word counts, whatever arrives later."""
    training = world.training(capacity=1)
    registration = world.register(training)
    payment = paypal.start(registration)
    paypal.pay(payment)
    turn(world, registration)

    world.settle_down()
    paypal.come_back(registration)
    time_passes(world, hours=2, minutes_each=30)

    assert known(world, payment).status is P.ABANDONED
    assert world.paypal.captures() == []
    assert world.read(registration).status is ends
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)
