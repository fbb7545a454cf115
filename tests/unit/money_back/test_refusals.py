"""What can't be refunded, each with its code and what to do instead; nothing is stored (RFD-5)."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from guichet.access.membership import Member, Role
from guichet.errors import Refusal
from guichet.money import Money
from guichet.payments.account import PaymentAccount, PaymentAccountStatus
from guichet.registration.registration import Registration, RegistrationStatus
from guichet.registration.training import Approval
from guichet.registration.use_cases.cancel_registration import (
    CancelRegistration,
    RefundWish,
    cancel_registration,
)
from guichet.registration.use_cases.refund_payment import RefundPayment, refund_payment
from tests.support.money_back import Sale, sold
from tests.support.organizing import actor_of, manager, mark
from tests.support.road import Road
from tests.support.samples import usd
from tests.support.world import World, refusal_of


def refused(world: World, act: Callable[[], object]) -> Refusal:
    before = world.state(), len(world.journal())
    refusal = refusal_of(act)
    assert (world.state(), len(world.journal())) == before
    return refusal


def cancel_with_refund(world: World, owner: Member, registration: Registration) -> None:
    cancel_registration(
        CancelRegistration(
            registration.registration_id,
            owner,
            None,
            "key",
            actor_of(owner),
            RefundWish(None, "ill"),
        ),
        settling=world.parts.settling,
    )


def relinked(sale: Sale, move: Callable[[PaymentAccount], PaymentAccount]) -> None:
    """Another state of the account that received the money."""
    world = sale.road.world
    linked = next(
        each
        for each in world.parts.records.payment_accounts(sale.payment.account_id)
        if each.provider == sale.road.provider
    )
    after = replace(move(linked), version=linked.version + 1)
    world.parts.people.save_payment_account(world.cause("relink"), linked, after)


def test_what_was_marked_paid_by_hand_is_not_refundable_here_rfd_5a(world: World) -> None:
    owner = world.member("boss", Role.OWNER)
    registration = world.register(world.training())
    mark(world, manager(world), registration)

    refusal = refused(world, lambda: cancel_with_refund(world, owner, registration))

    assert (refusal.code, refusal.rule) == ("refund_marked_paid", "RFD-5a")


def test_a_payment_that_is_still_pending_is_not_refundable_rfd_5c(road: Road) -> None:
    registration = road.world.register(road.world.training())
    payment = road.pending(registration)
    owner = road.world.member("boss", Role.OWNER)
    command = RefundPayment(
        payment.payment_id, None, "ill", None, False, owner, "k", actor_of(owner)
    )

    refusal = refused(
        road.world, lambda: refund_payment(command, refunding=road.world.parts.refunding)
    )

    assert (refusal.code, refusal.rule) == ("refund_payment_pending", "RFD-5c")


def test_a_payment_into_a_former_account_is_not_refundable_until_it_is_back_rfd_5d_pay_4(
    road: Road,
) -> None:
    sale = sold(road)
    relinked(sale, lambda account: account.unlinked(now=road.world.clock.now()))

    refusal = refused(road.world, sale.refund)
    seen = sale.view.refusal
    relinked(sale, lambda account: replace(account, status=PaymentAccountStatus.LINKED))
    again = sale.refund(1000)

    assert (refusal.code, refusal.rule) == ("refund_account_not_linked", "RFD-5d")
    assert seen is not None
    assert seen.code == "refund_account_not_linked"
    assert again.value.amount == usd(1000)


def test_who_awaits_approval_has_paid_nothing_rfd_5e(world: World) -> None:
    owner = world.member("boss", Role.OWNER)
    registration = world.register(world.training(approval=Approval.MANUAL))

    refusal = refused(world, lambda: cancel_with_refund(world, owner, registration))

    assert (refusal.code, refusal.rule) == ("refund_not_approved", "RFD-5e")


@pytest.mark.parametrize("minor", [12_001, 10_001])
def test_more_than_what_is_left_is_refused_rfd_5f(road: Road, minor: int) -> None:
    sale = sold(road)
    if minor == 10_001:
        sale.refund(2000)
        road.world.settle_down()

    refusal = refused(road.world, lambda: sale.refund(minor))

    assert (refusal.code, refusal.rule) == ("refund_exceeds_left", "RFD-5f")


def test_a_second_refund_waits_for_the_first_rfd_5g(road: Road) -> None:
    sale = sold(road)
    road.simulator.configure_chaos({"refunds": {"pending": 1}})
    sale.refund(1000)

    refusal = refused(road.world, lambda: sale.refund(1000))

    assert (refusal.code, refusal.rule) == ("refund_in_progress", "RFD-5g")


@pytest.mark.parametrize(
    ("amount", "code"),
    [(Money(0, "USD"), "refund_amount_zero"), (Money(100, "EUR"), "refund_currency")],
)
def test_nothing_and_another_currency_are_refused_mon_1(
    road: Road, amount: Money, code: str
) -> None:
    sale = sold(road)
    command = RefundPayment(
        sale.payment_id, amount, "ill", None, False, sale.owner, "k", actor_of(sale.owner)
    )

    refusal = refused(
        road.world, lambda: refund_payment(command, refunding=road.world.parts.refunding)
    )

    assert refusal.code == code


def test_a_payment_of_another_account_is_as_absent_acc_2(road: Road) -> None:
    sale = sold(road)
    stranger = road.world.member("stranger", Role.OWNER, account_id="acc_other")
    command = RefundPayment(
        sale.payment_id, usd(1), "ill", None, False, stranger, "k", actor_of(stranger)
    )

    refusal = refused(
        road.world, lambda: refund_payment(command, refunding=road.world.parts.refunding)
    )

    assert refusal.code == "not_found"


def test_an_administrator_sells_nothing_and_refunds_nothing_acc_1(road: Road) -> None:
    sale = sold(road)
    member = road.world.member("admin", Role.ADMINISTRATOR)
    command = RefundPayment(
        sale.payment_id, usd(1), "ill", None, False, member, "k", actor_of(member)
    )

    refusal = refused(
        road.world, lambda: refund_payment(command, refunding=road.world.parts.refunding)
    )

    assert refusal.code == "not_allowed"


def test_the_organizer_sees_why_and_until_when_rfd_2(road: Road) -> None:
    sale = sold(road)
    sale.refund(2000)
    road.world.settle_down()

    view = sale.view

    assert (view.captured, view.refunded, view.left) == (usd(12_000), usd(2000), usd(10_000))
    assert (view.fee, view.fee_returned) == (usd(228), usd(38))
    assert view.refundable_until == sale.so_far.refundable_until
    assert view.refusal is None


def test_a_refund_wished_for_with_the_cancellation_of_what_is_unpaid_ends_no_page_rfd_1(
    road: Road,
) -> None:
    owner = road.world.member("boss", Role.OWNER)
    registration = road.world.register(road.world.training())
    payment = road.start(registration)

    refusal = refused(road.world, lambda: cancel_with_refund(road.world, owner, registration))
    road.pay(payment)
    road.world.settle_down()

    assert refusal.code == "refund_nothing_paid"
    assert road.world.read(registration).status is RegistrationStatus.CONFIRMED
