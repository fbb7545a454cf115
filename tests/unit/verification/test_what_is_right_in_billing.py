"""What looks wrong at first sight in billing, and is right: nothing is found in any of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from guichet.catalogue.catalogue import Frequency
from guichet.invoices.remaining import Wanted
from guichet.subscriptions.cart import CartStatus
from guichet.subscriptions.subscription import SubscriptionStatus
from tests.support.billed_day import BilledDay
from tests.support.correcting import credited, invoices_of, open_invoice, voided
from tests.support.verified import assert_verified

type Story = Callable[[BilledDay], None]


def an_order_is_paid_by_credit_alone(day: BilledDay) -> None:
    """Nothing is due: it is done in the write that places it, without a payment (COL-7)."""
    day.receive(100_000)

    cart = day.billing.buy(day.billing.webinar())

    assert cart.status is CartStatus.DONE
    assert cart.paid_payment_id is None


def a_plan_is_changed_twice_on_its_first_day(day: BilledDay) -> None:
    """The same period is begun three times, and each change gives back the one before (SUB-6)."""
    billing = day.billing
    name = billing.buy(billing.webinar()).preview.touched[0].subscription_id
    for plan in ("pro", "starter"):
        cart = billing.buy(billing.wish("change", subscription_id=name, plan_id=plan))

    assert cart.preview.credit_given
    assert billing.balance().credit == cart.preview.credit_given


def what_is_billed_on_the_next_1st_is_owed_from_its_order_on(day: BilledDay) -> None:
    """Of mode `calendar` nothing is paid with the order; what renews is on the same bill (SUB-7)."""
    billing = day.billing
    wish = billing.wish(
        "subscribe",
        product_id="telephony",
        plan_id="line",
        frequency=Frequency.MONTHLY,
        seats=2,
    )
    cart = billing.place(billing.preview(wish)).value.cart
    assert cart.preview.later
    assert billing.balance().bills
    assert_verified(billing.world.dynamo, billing.world.clock.now())

    billing.until(billing.world.clock.now() + timedelta(days=40))

    assert len(billing.balance().bills) == 2


def a_trial_ends_in_the_free_plan(day: BilledDay) -> None:
    """Nothing is billed, and its mark stays (SUB-4, SUB-19)."""
    day.billing.try_out()

    day.billing.until(day.billing.world.clock.now() + timedelta(days=60))

    assert day.billing.only().status is SubscriptionStatus.FREE


def an_order_is_never_paid(day: BilledDay) -> None:
    """It gives back what it had set aside, and what it was to begin never begins (SUB-3)."""
    day.receive(300)
    cart = day.order()

    day.billing.until(cart.abandon_at + timedelta(days=1))

    assert day.billing.cart(cart.cart_id).status is CartStatus.ABANDONED
    assert day.billing.balance().credit_minor == 300


def a_preview_is_never_ordered(day: BilledDay) -> None:
    day.billing.preview(day.billing.webinar())


def a_representative_gives_back_some_of_a_line(day: BilledDay) -> None:
    """What was billed is billed all the same; the note says what of it is not owed (INV-3)."""
    invoice = open_invoice(day.billing)

    credited(day.billing, invoice.invoice_id, Wanted(0, 1_000))
    credited(day.billing, invoice.invoice_id)

    assert len(invoices_of(day.billing)) == 3


def a_representative_voids_an_invoice(day: BilledDay) -> None:
    """By a credit note for the whole of what stays billed (INV-5)."""
    invoice = open_invoice(day.billing)

    voided(day.billing, invoice.invoice_id)

    assert len(invoices_of(day.billing)) == 2


STORIES: list[Story] = [
    an_order_is_paid_by_credit_alone,
    a_plan_is_changed_twice_on_its_first_day,
    what_is_billed_on_the_next_1st_is_owed_from_its_order_on,
    a_trial_ends_in_the_free_plan,
    an_order_is_never_paid,
    a_preview_is_never_ordered,
    a_representative_gives_back_some_of_a_line,
    a_representative_voids_an_invoice,
]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_what_is_right_in_billing_is_not_found_mon_4(story: Story) -> None:
    day = BilledDay()

    story(day)

    assert_verified(day.billing.world.dynamo, day.billing.world.clock.now())
