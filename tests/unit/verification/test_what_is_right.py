"""What looks wrong at first sight, and is right: nothing is found in any of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from guichet.access.addresses import Address
from guichet.access.membership import (
    OPERATOR,
    Account,
    AccountKind,
    Representative,
    Role,
)
from guichet.money import Money
from guichet.payments.use_cases.record_payment_account import (
    RecordPaymentAccount,
    record_payment_account,
)
from guichet.registration.training import Approval
from tests.support import organizing
from tests.support.busy_day import BusyDay
from tests.support.linking import Desk
from tests.support.money_back import Sale, sold
from tests.support.road import Road
from tests.support.samples import usd
from tests.support.verified import assert_verified
from tests.support.world import ACCOUNT, STRIPE_ACCOUNT, SYSTEM, World

type Story = Callable[[World], None]


@pytest.fixture
def world() -> World:
    made = World()
    made.link_paypal()
    return made


def _sale(world: World, price: Money | None = None) -> Sale:
    return sold(Road(world, "stripe"), price=price)


def a_free_seat_is_approved(world: World) -> None:
    """Approved and confirmed in one write (REG-6)."""
    training = world.training(price=usd(0), approval=Approval.MANUAL)
    organizing.decide(world, organizing.manager(world), world.register(training))


def staff_record_an_account_again(world: World) -> None:
    """In the place of one that was unlinked (PAY-4)."""
    Desk.of(world).unlink()
    command = RecordPaymentAccount(
        account_id=ACCOUNT,
        provider="stripe",
        provider_account_id=STRIPE_ACCOUNT,
        confirmed=True,
        verified=True,
        takes_cards=True,
        actor=SYSTEM,
    )
    record_payment_account(command, people=world.parts.people, clock=world.clock)


def a_corporate_account_fills_in_its_profile(world: World) -> None:
    """Persons and addresses are taken out before anything is judged (ACC-3, ACC-4)."""
    people, profiles = world.parts.people, world.parts.profiles
    account = Account(
        *("acc_grand", "Grand SA", "g@grand.example", "", "Europe/Paris", "fr"),
        kind=AccountKind.CORPORATE,
        representative=Representative("Rita Roy", "rita@operator.example"),
    )
    people.add_account(world.cause("create_account"), account)
    world.member("rita", Role.REPRESENTATIVE, account_id=OPERATOR)
    for phone in ("1", "2"):
        before = profiles.profile(account)
        home = Address("12 rue Exemple", "Paris", "FR")
        after = replace(
            before,
            version=before.version + 1,
            billing_address=home,
            phone=phone,
            cc_emails=("a@grand.example",),
        )
        profiles.save_profile(world.cause("update_profile"), before, after)


def a_refund_fails_after_another_had_counted_on_it(world: World) -> None:
    """The shares of the fee are those of the time at which each was computed (RFD-3, RFD-6)."""
    sale = _sale(world, usd(10_000))
    first = sale.refund(3333).value
    sale.refund(3333)
    world.settle_down()
    sale.road.settle_refund(first, fails=True)
    world.settle_down()
    sale.refund()


def refunds_at_the_provider_outside_the_window(world: World) -> None:
    """The fee is kept, but for what the provider's pages gave back (RFD-4)."""
    sale = _sale(world)
    sale.refund(1000)
    world.settle_down()
    world.clock.advance(days=61)
    sale.refund_there(4000)
    world.settle_down()
    sale.refund_there(2000, with_fee=True)


def a_refund_at_paypal_is_credited(world: World) -> None:
    """PayPal's pages keep the fee: the organizer has it as account credit (RFD-4)."""
    sale = sold(Road(world, "paypal"))
    sale.refund_there(4000)
    world.settle_down()
    sale.refund()


def a_dispute_is_lost_and_won_on_appeal(world: World) -> None:
    """The chargeback fails, and nobody has to act upon it (RFD-4)."""
    sale = _sale(world)
    dispute = sale.dispute()
    world.settle_down()
    sale.lose(dispute)
    world.settle_down()
    world.stripe.appeal_dispute(dispute)
    world.stripe.win_dispute(dispute)


def more_goes_back_than_came(world: World) -> None:
    """A refund and a lost dispute of the same money: a person is told (RFD-4)."""
    sale = _sale(world)
    sale.refund(9000)
    world.settle_down()
    dispute = sale.dispute(6000)
    world.settle_down()
    sale.lose(dispute)


def a_code_was_used_more_often_than_it_may_be_now(world: World) -> None:
    """Uses already made stay (REG-5)."""
    organizing.code(world, total_uses=2)
    training = world.training(capacity=5)
    for name in ("ada", "bob"):
        world.register(training, f"{name}@example.org", discount_code="EARLY")


def someone_confirmed_is_cancelled(world: World) -> None:
    """The use of a code stays counted, the seat does not (REG-5, REG-8)."""
    organizing.code(world)
    registration = world.register(world.training(), discount_code="EARLY")
    payment = world.start(registration)
    assert payment.session_id is not None
    world.stripe.pay(payment.session_id)
    world.settle_down()
    organizing.cancel(world, registration, world.member("maria", Role.EVENT_MANAGER))


def a_busy_day(world: World) -> None:
    BusyDay(world, 1).play()


@pytest.mark.parametrize(
    "story",
    [
        pytest.param(story, id=story.__name__)
        for story in (
            a_free_seat_is_approved,
            staff_record_an_account_again,
            a_corporate_account_fills_in_its_profile,
            a_refund_fails_after_another_had_counted_on_it,
            refunds_at_the_provider_outside_the_window,
            a_refund_at_paypal_is_credited,
            a_dispute_is_lost_and_won_on_appeal,
            more_goes_back_than_came,
            a_code_was_used_more_often_than_it_may_be_now,
            someone_confirmed_is_cancelled,
            a_busy_day,
        )
    ],
)
def test_nothing_is_found_in_what_the_rules_allow_mon_4(world: World, story: Story) -> None:
    story(world)
    world.settle_down()

    assert_verified(world.dynamo, world.clock.now())
