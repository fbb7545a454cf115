"""A provider is away for a day, webhooks never come, keys are forgotten: time heals it (BAD-11, EXT-2)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from guichet.adapters.http import Http, HttpRequest, HttpResponse, NoAnswerError
from guichet.errors import Unavailable
from guichet.payments.payment import Payment, PaymentStatus
from guichet.payments.refund import RefundStatus
from guichet.registration.registration import Registration, RegistrationStatus
from guichet.registration.training import Approval, Training
from tests.support import organizing
from tests.support.organizing import cancel, manager
from tests.support.road import (
    CALLS,
    Road,
    alarms,
    assert_alarm_names,
    known,
    lost,
    others_take,
    return_of,
    time_passes,
)
from tests.support.world import World, refusal_of

R, P = RegistrationStatus, PaymentStatus
ADA = "ada@example.org"
CAPTURE = "POST /v2/checkout/orders/*/capture"
UNHEARD_RETURNS = {"drop": -1, "types": ["*refund*", "*REFUND*"]}


class Away:
    """An `Http` on which nobody answers."""

    def send(self, request: HttpRequest) -> HttpResponse:
        raise NoAnswerError(request.url)


def away(road: Road) -> None:
    road.simulator.configure_chaos({"down": True})


def test_who_can_not_start_for_a_day_pays_another_way_or_later_reg_4(
    world: World, road: Road
) -> None:
    training = world.training(capacity=1)
    registration = world.register(training)
    away(road)

    refusal = refusal_of(lambda: road.start(registration))
    time_passes(world, hours=24)
    road.calm()
    again = world.register(training, idempotency_key="again")
    road.pay(road.start(again, "pay-2"))
    world.settle_down()

    assert isinstance(refusal, Unavailable)
    assert refusal.code == "provider_unavailable"
    assert world.read(registration).status is R.EXPIRED
    assert world.read(again).status is R.CONFIRMED
    assert world.alarms == []
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


def test_a_buyer_who_pays_at_the_other_provider_while_one_is_away_is_confirmed_bad_1(
    world: World, road: Road
) -> None:
    other = Road(world, "paypal" if road.provider == "stripe" else "stripe")
    training = world.training(capacity=1)
    registration = world.register(training)
    away(road)
    refusal_of(lambda: road.start(registration))

    other.pay(other.start(registration, "pay-2"))
    world.settle_down()
    time_passes(world, hours=24)
    road.calm()
    time_passes(world, hours=2)

    assert world.read(registration).status is R.CONFIRMED
    assert (road.taken(), other.taken()) == (0, 1)
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


def test_a_buyer_leaves_a_page_whose_provider_is_away_only_where_it_can_take_nothing_bad_1(
    world: World, road: Road
) -> None:
    """Stripe may be taking the money at this moment; at PayPal nobody but us can."""
    other = Road(world, "paypal" if road.provider == "stripe" else "stripe")
    training = world.training(capacity=1)
    registration = world.register(training)
    page = road.start(registration)
    away(road)

    if road.provider == "stripe":
        refusal = refusal_of(lambda: other.start(registration, "pay-2"))
        assert refusal.code == "provider_unavailable"
        road.calm()
        road.pay(page)
    else:
        other.pay(other.start(registration, "pay-2"))
        world.settle_down()
        road.calm()
        road.pay(page)
    world.settle_down()
    time_passes(world, hours=2)

    assert world.read(registration).status is R.CONFIRMED
    assert road.taken() + other.taken() == 1
    assert world.mails(ADA) == ["received", "confirmed"]
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


def test_an_unpaid_page_keeps_its_seat_through_a_day_of_silence_then_ends_bad_16(
    world: World, road: Road
) -> None:
    training = world.training(capacity=1)
    registration = world.register(training)
    road.start(registration)
    away(road)

    time_passes(world, hours=24)
    silent = world.read(registration).status
    road.calm()
    time_passes(world, hours=1, minutes_each=10)

    assert silent is R.AWAITING_PAYMENT, "nobody knows whether it was paid"
    assert world.read(registration).status is R.EXPIRED
    assert world.mails(ADA) == ["received", "expired"]
    assert road.taken() == 0
    world.assert_seats_match(training)


def test_money_that_stripe_took_before_a_day_of_silence_buys_its_seat_reg_4(world: World) -> None:
    road = Road(world, "stripe")
    training = world.training(capacity=1)
    registration = world.register(training)
    road.pay(road.start(registration))
    away(road)

    time_passes(world, hours=24)
    silent = world.read(registration).status
    road.calm()
    time_passes(world, hours=1, minutes_each=10)

    assert silent is R.AWAITING_PAYMENT
    assert world.read(registration).status is R.CONFIRMED
    assert world.mails(ADA) == ["received", "confirmed"]
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


def test_an_order_approved_before_a_day_of_silence_is_forgotten_and_takes_nothing_reg_4(
    world: World,
) -> None:
    """PayPal forgets an approved order after hours; nothing was sent, so nothing was taken."""
    road = Road(world, "paypal")
    training = world.training(capacity=1)
    registration = world.register(training)
    road.pay(road.start(registration))
    away(road)

    time_passes(world, hours=24)
    road.calm()
    time_passes(world, hours=1, minutes_each=10)

    assert world.read(registration).status is R.EXPIRED
    assert world.mails(ADA) == ["received", "expired"]
    assert world.paypal.captures() == []
    assert world.alarms == []
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


def test_a_capture_that_acted_before_a_day_of_silence_is_found_once_bad_11(world: World) -> None:
    road = Road(world, "paypal")
    training, registration, payment = _capture_lost(world, road, do="lost_after")
    away(road)

    time_passes(world, hours=24)
    silent = world.read(registration).status
    told = alarms(world)
    road.calm()
    time_passes(world, hours=6)

    assert silent is R.PROCESSING, "unknown is never failed"
    assert {each.reason for each in told} == {"payment.unknown_for_long"}
    for alarm in told:
        assert_alarm_names(alarm, payment)
    assert world.read(registration).status is R.CONFIRMED
    assert road.taken() == 1
    assert world.mails(ADA) == ["received", "confirmed"]
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


def test_a_capture_that_never_arrived_is_sent_again_under_its_own_key_bad_11(world: World) -> None:
    """Within the hours in which PayPal remembers the buyer's approval."""
    road = Road(world, "paypal")
    _, registration, payment = _capture_lost(world, road, do="lost_before")
    away(road)

    time_passes(world, hours=3)
    road.calm()
    time_passes(world, hours=2, minutes_each=10)

    assert known(world, payment).capture_count == 1
    assert world.read(registration).status is R.CONFIRMED
    assert road.taken() == 1
    world.assert_books_equal_the_providers()


def test_a_capture_whose_order_is_forgotten_meanwhile_waits_for_a_person_reg_8(
    world: World,
) -> None:
    road = Road(world, "paypal")
    training, registration, payment = _capture_lost(world, road, do="lost_before")
    away(road)

    time_passes(world, hours=24)
    road.calm()
    time_passes(world, hours=24)

    assert known(world, payment).status is P.PARKED
    assert world.read(registration).status is R.PROCESSING
    last = alarms(world)[-1]
    assert last.reason == "payment.parked"
    assert_alarm_names(last, payment, "taken", "nothing-taken")
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


def test_a_return_through_a_day_of_silence_happens_once_bad_11(world: World, road: Road) -> None:
    """Stripe has forgotten the refund's key by then: it is asked before it is told."""
    registration = world.register(world.training())
    payment = road.pending(registration)
    cancel(world, registration, manager(world))
    road.bank_decides(payment, settles=True)
    road.disturb(lost(CALLS[road.provider]["refund"], "lost_after", 3), webhooks=UNHEARD_RETURNS)
    world.settle_down()
    away(road)

    time_passes(world, hours=26)
    told = alarms(world)
    road.calm()
    time_passes(world, hours=6)

    assert {each.reason for each in told} == {"refund.unknown_for_long"}
    for alarm in told:
        assert_alarm_names(alarm, payment)
    assert return_of(world, payment).is_finished
    assert (road.taken(), road.returned()) == (1, 1)
    assert world.mails(ADA) == ["received", "cancelled", "money_returned"]
    world.assert_books_equal_the_providers()


@pytest.mark.parametrize("acted", [True, False])
def test_a_return_that_waits_longer_than_paypal_remembers_its_key_is_never_sent_twice_bad_11(
    acted: bool,  # noqa: FBT001 - the case
    world: World,
) -> None:
    """45 days: found where it happened, and where it did not, left to a person, who is told."""
    road = Road(world, "paypal")
    registration = world.register(world.training())
    payment = road.pending(registration)
    cancel(world, registration, manager(world))
    road.bank_decides(payment, settles=True)
    do = "lost_after" if acted else "lost_before"
    road.disturb(lost(CALLS["paypal"]["refund"], do, 3), webhooks=UNHEARD_RETURNS)
    world.settle_down()
    away(road)
    time_passes(world, hours=46 * 24, minutes_each=24 * 60)

    road.calm()
    time_passes(world, hours=72, minutes_each=24 * 60)

    assert return_of(world, payment).status is (
        RefundStatus.SUCCEEDED if acted else RefundStatus.REQUESTED
    )
    assert road.returned() == int(acted)
    assert ("money_returned" in world.mails(ADA)) is acted
    assert_alarm_names(alarms(world)[-1], payment)
    world.assert_books_equal_the_providers()


def test_a_page_asked_for_again_when_its_first_key_is_forgotten_is_another_page_bad_11(
    world: World, road: Road
) -> None:
    """An approved registrant has 72 hours; PayPal remembers an order's key for 6, Stripe for 24."""
    training = world.training(capacity=1, approval=Approval.MANUAL)
    registration = world.register(training)
    organizing.decide(world, manager(world), registration)
    road.disturb(lost(CALLS[road.provider]["open"], "lost_after", 3))
    refusal_of(lambda: road.start(registration))
    time_passes(world, hours=25)

    first = road.start(world.read(registration))
    payment = road.start(world.read(registration), "pay-2")
    road.pay(payment)
    world.settle_down()
    time_passes(world, hours=72)

    assert first.status is P.ABANDONED, "what was opened under its key reached nobody"
    assert payment.provider_key != first.provider_key
    assert world.read(registration).status is R.CONFIRMED
    assert road.taken() == 1
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


@pytest.mark.parametrize("comes_back", [True, False])
def test_webhooks_that_never_come_are_not_needed_to_confirm_ext_2(
    comes_back: bool,  # noqa: FBT001 - the case
    world: World,
    road: Road,
) -> None:
    training = world.training(capacity=1)
    road.hear_nothing()
    registration = world.register(training)
    road.pay(road.start(registration))

    if comes_back:
        road.come_back(registration)
    else:
        world.clock.advance(minutes=31)
    world.settle_down()

    assert world.read(registration).status is R.CONFIRMED
    assert world.mails(ADA) == ["received", "confirmed"]
    assert road.taken() == 1
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


@pytest.mark.parametrize("settles", [True, False])
def test_webhooks_that_never_come_are_not_needed_for_what_pends_reg_8(
    settles: bool,  # noqa: FBT001 - the case
    world: World,
    road: Road,
) -> None:
    road.hear_nothing()
    training = world.training(capacity=1)
    registration = world.register(training)
    payment = road.start(registration)
    assert payment.session_id is not None
    if road.provider == "stripe":
        world.stripe.start_bank_debit(payment.session_id)
    else:
        world.paypal.approve(payment.session_id, "echeck")
    world.clock.advance(minutes=31)
    world.settle_down()
    pending = world.read(registration).status

    time_passes(world, hours=5 * 24, minutes_each=360)
    road.bank_decides(payment, settles=settles)
    time_passes(world, hours=48, minutes_each=360)

    assert pending is R.PROCESSING
    assert world.read(registration).status is (R.CONFIRMED if settles else R.AWAITING_PAYMENT)
    assert world.mails(ADA)[-1] == ("confirmed" if settles else "payment_failed")
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


def test_webhooks_that_never_come_are_not_needed_for_a_return_rfd_6(
    world: World, road: Road
) -> None:
    registration = world.register(world.training())
    payment = road.pending(registration)
    cancel(world, registration, manager(world))
    road.hear_nothing()
    road.disturb(refunds={"pending": 1}, webhooks={"drop": -1})
    road.bank_decides(payment, settles=True)
    time_passes(world, hours=6)

    road.settle_refund(return_of(world, payment))
    time_passes(world, hours=24)

    assert return_of(world, payment).is_finished
    assert world.mails(ADA) == ["received", "cancelled", "money_returned"]
    world.assert_books_equal_the_providers()


def test_webhooks_three_days_late_change_nothing_that_is_known_bad_4(
    world: World, road: Road
) -> None:
    training = world.training(capacity=1)
    registration = world.register(training)
    road.disturb(webhooks={"delay_seconds": 2 * 86400, "duplicate": 2})
    road.pay(road.start(registration))
    road.come_back(registration)
    world.settle_down()
    books, mails = world.books(), world.mails()

    time_passes(world, hours=72, minutes_each=360)

    assert world.read(registration).status is R.CONFIRMED
    assert (world.books(), world.mails()) == (books, mails)
    world.assert_books_equal_the_providers()


def test_a_worker_that_reaches_nobody_writes_nothing_it_does_not_know_reg_8(
    world: World, road: Road
) -> None:
    registration = world.register(world.training())
    road.pay(road.start(registration))
    silent: Callable[[], Http] = Away

    world.upkeep(world.container(http=silent()))
    world.settle_down()

    assert world.read(registration).status is R.CONFIRMED
    world.assert_books_equal_the_providers()


def test_a_page_paid_late_while_its_provider_is_away_gets_what_is_free_then_reg_4(
    world: World,
) -> None:
    road = Road(world, "stripe")
    training = world.training(capacity=1)
    registration = world.register(training)
    payment = road.start(registration)
    world.clock.advance(minutes=32)
    world.settle_down()
    others_take(world, training)
    road.pay_ended(payment)
    away(road)

    time_passes(world, hours=24)
    road.calm()
    time_passes(world, hours=6)

    assert world.read(registration).status is R.CONFIRMED, "the others have not paid"
    assert (road.taken(), road.returned()) == (1, 0)
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


def _capture_lost(world: World, road: Road, *, do: str) -> tuple[Training, Registration, Payment]:
    """Our capture is sent, and nobody says what became of it."""
    training = world.training(capacity=1)
    registration = world.register(training)
    payment = road.start(registration)
    road.pay(payment)
    road.hear_nothing()
    road.disturb(lost(CAPTURE, do, 3))
    road.come_back(registration)
    assert known(world, payment).status is P.CAPTURING
    return training, registration, payment
