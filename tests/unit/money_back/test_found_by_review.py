"""Money that went back in ways that the ordinary road does not show (RFD-3, RFD-4, RFD-6, EXT-2)."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import urlencode

import pytest

from guichet.access.membership import Role
from guichet.adapters.http import HttpRequest
from guichet.adapters.stripe.client import API_VERSION, Json
from guichet.events import Actor, ActorKind
from guichet.ledger.postings import LedgerAccount
from guichet.payments.dispute import DisputeStatus
from guichet.payments.refund import RefundReason, RefundStatus
from guichet.registration.registration import RegistrationStatus
from guichet.registration.use_cases.cancel_registration import (
    CancelRegistration,
    RefundWish,
    cancel_registration,
)
from guichet.registration.use_cases.resolve_payment import (
    Resolution,
    ResolvePayment,
    resolve_payment,
)
from tests.support.money_back import Sale, sold
from tests.support.organizing import actor_of
from tests.support.road import Altered, Road, lost
from tests.support.samples import usd
from tests.support.verified import assert_verified
from tests.support.world import World, refusal_of

_DISPUTES = "GET /v1/disputes/*"


def in_euros(rates: tuple[float, ...]) -> Callable[[Json], None]:
    def alter(dispute: Json) -> None:
        for each, rate in zip(dispute["balance_transactions"], rates, strict=False):
            each.update(currency="eur", amount=round(each["amount"] * rate), fee=each["fee"])

    return alter


def heard_as(world: World, alter: Callable[[Json], None]) -> None:
    world.parts = world.container(http=Altered(world.http, _DISPUTES, alter))


def disputed(world: World) -> int:
    return sum(
        amount for (place, _), amount in world.books().items() if place is LedgerAccount.DISPUTED
    )


def test_an_inquiry_that_becomes_a_chargeback_of_a_balance_in_euros_is_recorded_fee_3(
    world: World,
) -> None:
    sale = sold(Road(world, "stripe"))
    inquiry = world.stripe.open_dispute(sale.capture_id, inquiry=True)
    heard_as(world, in_euros((0.9, 0.9)))
    world.settle_down()

    world.stripe.escalate_dispute(inquiry["id"])
    world.settle_down()
    world.stripe.lose_dispute(inquiry["id"])
    world.settle_down()

    (known,) = sale.so_far.disputes
    assert known.status is DisputeStatus.LOST
    assert known.fee.currency == "EUR"
    assert sale.so_far.refunded == usd(12_000)


def test_a_won_dispute_of_a_balance_in_euros_leaves_nothing_disputed_rfd_4(world: World) -> None:
    """The money comes back at another rate than it went."""
    sale = sold(Road(world, "stripe"))
    heard_as(world, in_euros((0.9, 0.89)))
    dispute = sale.dispute()
    world.settle_down()

    sale.win(dispute)
    world.settle_down()

    (known,) = sale.so_far.disputes
    assert known.status is DisputeStatus.WON
    assert not known.withheld
    assert not disputed(world)


def test_a_dispute_that_is_lost_before_its_money_is_taken_returns_it_then_rfd_4(
    world: World,
) -> None:
    """As with a direct debit, which is lost at once."""
    sale = sold(Road(world, "stripe"))
    plain = world.parts

    def not_yet(dispute: Json) -> None:
        dispute["balance_transactions"] = []

    heard_as(world, not_yet)
    dispute = sale.dispute()
    sale.lose(dispute)
    world.settle_down()

    world.parts = plain
    world.parts.outside.dispute("stripe", dispute, sale.payment.payee, world.cause("again"))
    world.settle_down()

    assert sale.so_far.refunded == usd(12_000)
    assert sale.fee_back() == usd(228)
    assert not disputed(world)
    world.assert_books_equal_the_providers()


def made_by_api(sale: Sale, minor: int, **metadata: str) -> str:
    """With the organizer's own key at Stripe, where they may write any metadata."""
    world = sale.road.world
    form = {"charge": sale.capture_id, "amount": str(minor)}
    form |= {f"metadata[{name}]": value for name, value in metadata.items()}
    answer = world.http.send(
        HttpRequest(
            "POST",
            "https://api.stripe.com/v1/refunds",
            {
                "authorization": "Bearer sk_test_platform",
                "stripe-account": sale.payment.payee,
                "stripe-version": API_VERSION,
                "content-type": "application/x-www-form-urlencoded",
            },
            urlencode(form).encode(),
            5.0,
        )
    )
    assert answer.status == 200, answer.body
    return str(json.loads(answer.body)["id"])


@pytest.mark.parametrize("claims", ["of_another", "of_none", "of_a_refused"])
def test_a_refund_that_claims_to_be_one_of_ours_is_recorded_rfd_4(
    world: World, claims: str
) -> None:
    sale = sold(Road(world, "stripe"))
    claimed = "ref_none"
    if claims == "of_another":
        claimed = sale.refund(2000).value.refund_id
    elif claims == "of_a_refused":
        sale.refund_there(10_000)
        claimed = sale.refund(6000).value.refund_id
    world.settle_down()
    before = sale.so_far.refunded.amount_minor

    made_by_api(sale, 1000, payment_id=sale.payment_id, refund_id=claimed)
    world.settle_down()

    assert sale.so_far.refunded == usd(before + 1000)
    world.assert_books_equal_the_providers()


def test_a_refund_made_there_while_ours_was_refused_gives_its_fee_back_rfd_4(road: Road) -> None:
    sale = sold(road)
    match = (
        "POST /v1/refunds" if road.provider == "stripe" else "POST /v2/payments/captures/*/refund"
    )
    road.disturb(lost(match, "lost_before"))
    ours = sale.refund(12_000).value
    assert ours.status is RefundStatus.REQUESTED
    sale.refund_there(6000)
    road.world.deliver_webhooks()
    road.world.relay()
    road.world.settle()
    assert {each.reason for each in sale.refunds} == {RefundReason.ORGANIZER, RefundReason.OUTSIDE}

    road.calm()
    road.world.clock.advance(minutes=5)
    road.world.settle_down()

    assert sale.so_far.refunded == usd(6000)
    assert sale.fee_back() == usd(114)
    road.world.assert_books_equal_the_providers()
    assert_verified(road.world.dynamo, road.world.clock.now())


def test_a_chargeback_of_what_was_refunded_too_owes_the_fee_once_the_refund_failed_rfd_3(
    world: World,
) -> None:
    """PayPal takes no more than what is left; a bank takes all of it again."""
    road = Road(world, "stripe")
    sale = sold(road)
    refund = sale.refund().value
    world.settle_down()
    sale.lose(sale.dispute(12_000))
    world.settle_down()

    road.settle_refund(refund, fails=True)
    world.settle_down()

    assert sale.so_far.refunded == usd(12_000)
    assert sale.fee_back() == usd(228)
    assert world.books().get((LedgerAccount.ORGANIZER_RECEIVABLE, "USD"), 0) == 0
    world.assert_books_equal_the_providers()
    assert_verified(world.dynamo, world.clock.now())


def test_a_loss_of_another_amount_than_first_told_returns_that_amount_rfd_4(world: World) -> None:
    sale = sold(Road(world, "stripe"))
    plain = world.parts

    def half(dispute: Json) -> None:
        for each in dispute["balance_transactions"]:
            each["amount"] //= 2

    heard_as(world, half)
    dispute = sale.dispute()
    sale.lose(dispute)
    world.settle_down()
    assert sale.so_far.refunded == usd(6000)

    world.parts = plain
    world.parts.outside.dispute("stripe", dispute, sale.payment.payee, world.cause("again"))
    world.settle_down()

    assert sale.so_far.refunded == usd(12_000)
    assert sale.fee_back() == usd(228)
    assert not disputed(world)
    world.assert_books_equal_the_providers()
    assert_verified(world.dynamo, world.clock.now())


def mismatched(world: World) -> Sale:
    """A cent too few arrives at Stripe (REG-3)."""
    road = Road(world, "stripe")
    owner = world.member("owner", Role.OWNER)
    registration = world.register(world.training())
    payment = road.start(registration)
    road.disturb(capture={"amount_minor": 11_999, "times": 1})
    road.pay(payment)
    world.settle_down()
    return Sale(road, owner, world.read(registration), payment.payment_id)


def return_whole(sale: Sale) -> None:
    staff = Actor(ActorKind.OPERATOR, "sam", "command line")
    command = ResolvePayment(sale.payment_id, Resolution.RETURN, None, staff)
    resolve_payment(command, settling=sale.road.world.parts.settling)
    sale.road.world.settle_down()


def test_other_money_whose_return_failed_can_be_refunded_again_rfd_6(world: World) -> None:
    sale = mismatched(world)
    return_whole(sale)
    world.stripe.fail_refund(str(sale.refunds[0].provider_refund_id))
    world.settle_down()

    sale.refund()
    world.settle_down()

    assert sale.so_far.refunded == usd(11_999)
    assert sale.fee_back() == usd(228)
    world.assert_books_equal_the_providers()
    assert_verified(world.dynamo, world.clock.now())


def test_other_money_that_waits_for_a_person_is_not_refunded_by_the_organizer_rfd_5c(
    world: World,
) -> None:
    sale = mismatched(world)

    assert refusal_of(sale.refund).code == "refund_held"


def test_other_money_that_went_back_at_the_provider_lets_the_registration_go_on_reg_3(
    world: World,
) -> None:
    sale = mismatched(world)
    sale.refund_there()
    world.settle_down()

    return_whole(sale)

    assert world.read(sale.registration).status is RegistrationStatus.AWAITING_PAYMENT
    assert [each.reason for each in sale.refunds] == [RefundReason.OUTSIDE]
    world.assert_books_equal_the_providers()
    assert_verified(world.dynamo, world.clock.now())


def test_a_fee_that_somebody_gave_back_by_hand_is_not_owed_for_ever_rfd_4(world: World) -> None:
    sale = sold(Road(world, "stripe"))
    capture = sale.payment.capture
    assert capture is not None
    asked = {"Authorization": "Bearer sk_test_platform", "Stripe-Version": API_VERSION}
    url = f"https://api.stripe.com/v1/application_fees/{capture.platform_fee_id}/refunds"
    made = world.http.send(HttpRequest("POST", url, asked, b"amount=200"))
    assert made.status == 200, made.body

    sale.refund()
    world.settle_down()
    world.clock.advance(hours=30)  # until then Stripe remembers its no under the key (BAD-11)
    world.settle_down()

    (refund,) = sale.refunds
    assert refund.is_finished
    assert (refund.fee, refund.fee_returned_there) == (usd(28), usd(200))
    assert sale.fee_back() == usd(228)
    world.assert_books_equal_the_providers()
    assert_verified(world.dynamo, world.clock.now())


def test_a_fee_that_went_with_a_refund_that_failed_unheard_is_that_of_the_next_rfd_6(
    world: World,
) -> None:
    sale = sold(Road(world, "stripe"))
    world.stripe.fail_refund(sale.refund_there(with_fee=True))
    world.settle_down()

    sale.refund()
    world.settle_down()

    (refund,) = sale.refunds
    assert refund.is_finished
    assert sale.fee_back() == usd(228)
    world.assert_books_equal_the_providers()
    assert_verified(world.dynamo, world.clock.now())


def test_a_key_of_a_refund_and_one_of_a_cancellation_never_meet_reg_10(road: Road) -> None:
    sale = sold(road)
    sale.refund(1000, key="cancel k1")
    road.world.settle_down()
    command = CancelRegistration(
        registration_id=sale.registration.registration_id,
        member=sale.owner,
        note=None,
        idempotency_key="k1",
        actor=actor_of(sale.owner),
        refund=RefundWish(None, "ill"),
    )

    for _ in range(2):
        cancel_registration(command, settling=road.world.parts.settling)
    road.world.settle_down()

    assert sorted(each.amount.amount_minor for each in sale.refunds) == [1000, 11_000]
