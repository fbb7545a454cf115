"""The rules' own examples and numbers of what is bought and changed, by rule, through the use cases."""

from __future__ import annotations

from datetime import date

import pytest

from guichet.catalogue.catalogue import Frequency
from guichet.ledger.billable import BillableLine
from guichet.period import Period
from guichet.subscriptions.cart import CartStatus
from guichet.subscriptions.subscription import SubscriptionStatus
from guichet.subscriptions.use_cases.read_subscriptions import read_next_bill, read_subscription
from tests.support.billing import NEW_YORK, Billing
from tests.support.billing_days import billed_on, changed, on, pay_all, running, starts
from tests.support.world import refusal_of


def test_an_upgrade_on_11_january_credits_19_and_takes_41_sub_6() -> None:
    billing = on(date(2027, 1, 1))
    billing.buy(billing.webinar("starter"))
    billing.until(date(2027, 1, 11))
    wish = billing.wish("change", subscription_id=billing.only().subscription_id, plan_id="plus")

    preview = billing.preview(wish)
    billing.pay(billing.place(preview).value)

    assert [line.net_minor for line in preview.lines] == [-1900, 6000]
    assert preview.due_now.amount_minor == 4100
    assert running(billing.only()) == Period(date(2027, 1, 11), date(2027, 2, 10))
    shown = read_subscription(
        billing.owner, billing.only().subscription_id, carts=billing.parts().carts
    )
    assert shown.renews_on == date(2027, 2, 10)


def test_a_second_change_on_the_same_day_credits_the_whole_price_sub_6() -> None:
    billing = on(date(2027, 1, 1))
    billing.buy(billing.webinar("starter"))
    billing.until(date(2027, 1, 11))
    changed(billing, plan_id="plus")

    lines = changed(billing, plan_id="pro")

    assert lines == [-6000, 12000]
    assert running(billing.only()) == Period(date(2027, 1, 11), date(2027, 2, 10))


def test_credit_that_is_over_is_used_on_the_next_scheduled_payment_sub_6_col_7() -> None:
    billing = on(date(2027, 1, 1))
    billing.buy(billing.webinar("plus"))
    billing.until(date(2027, 1, 11))

    lines = changed(billing, plan_id="starter")

    assert lines == [-3800, 3000]
    assert billing.balance().credit_minor == 800
    billing.until(date(2027, 2, 10))
    assert billed_on(billing, date(2027, 2, 10)) == [3000]
    assert billing.balance().credit_minor == 0
    assert [bill.open_minor for bill in billing.balance().bills] == [2200]


def test_credit_pays_the_next_order_before_anything_is_charged_col_7() -> None:
    billing = on(date(2027, 1, 1))
    billing.buy(billing.webinar("plus"))
    billing.until(date(2027, 1, 11))
    changed(billing, plan_id="starter")
    wish = billing.wish("add", subscription_id=billing.only().subscription_id, seats=1)

    preview = billing.preview(wish)
    billing.pay(billing.place(preview).value)

    assert preview.credit_applied.amount_minor == 800
    assert preview.due_now.amount_minor == 2200
    assert billing.balance().credit_minor == 0


def test_what_was_tried_for_nothing_is_credited_with_nothing_sub_4_sub_6() -> None:
    billing = on(date(2027, 1, 1))
    trial = billing.try_out("starter")
    billing.until(date(2027, 1, 8))

    wish = billing.wish(
        "subscribe",
        subscription_id=trial.subscription_id,
        plan_id="plus",
        frequency=Frequency.MONTHLY,
    )
    billing.buy(wish)

    assert [line.net_minor for line in billing.billed()] == [6000]
    assert running(billing.only()) == Period(date(2027, 1, 8), date(2027, 2, 7))


def test_a_change_bears_the_tax_of_what_is_due_and_of_what_is_credited_sub_6() -> None:
    billing = on(date(2027, 1, 1), flat_tax=True)
    billing.buy(billing.webinar("starter"))
    billing.until(date(2027, 1, 11))
    wish = billing.wish("change", subscription_id=billing.only().subscription_id, plan_id="plus")

    preview = billing.preview(wish)

    assert preview.now.net_minor == 4100
    assert preview.now.tax.total_minor == 820
    assert preview.due_now.amount_minor == 4920


def test_a_seat_is_charged_from_its_day_on_that_day_included_sub_16() -> None:
    billing = on(date(2027, 1, 1))
    billing.buy(billing.webinar("starter"))
    billing.until(date(2027, 1, 11))
    before = running(billing.only())

    billing.buy(billing.wish("add", subscription_id=billing.only().subscription_id, seats=1))

    assert billed_on(billing, date(2027, 1, 11)) == [2000]  # 30.00 × 20/30
    assert running(billing.only()) == before
    assert billing.only().terms.seats == 2


def test_billing_from_15_july_on_bills_16_of_31_days_and_august_sub_7() -> None:
    billing = on(date(2026, 7, 15))
    wish = billing.webinar("line", product_id="telephony", frequency=Frequency.MONTHLY)
    placed = billing.place(billing.preview(wish)).value

    billing.until(date(2026, 8, 1))

    assert placed.payment is None  # the first bill is that of the 1st
    assert billed_on(billing, date(2026, 8, 1)) == [981, 1900]  # 19.00 × 16/31, 19.00
    assert running(billing.only()) == Period(date(2026, 8, 1), date(2026, 9, 1))


@pytest.mark.parametrize(
    ("day", "bill_on", "amount"),
    [
        pytest.param(date(2026, 9, 10), date(2026, 10, 1), [667], id="20 of 30 days"),
        pytest.param(date(2026, 9, 30), date(2026, 10, 1), [], id="the last day makes no line"),
        pytest.param(date(2026, 9, 1), date(2026, 10, 1), [1000], id="the 1st counts whole"),
        pytest.param(date(2026, 10, 31), date(2026, 11, 1), [], id="the 31st"),
        pytest.param(date(2026, 10, 30), date(2026, 11, 1), [32], id="one day of 31"),
    ],
)
def test_a_change_in_calendar_mode_is_one_rounded_difference_on_the_next_bill_sub_7(
    day: date, bill_on: date, amount: list[int]
) -> None:
    billing = on(date(2026, 8, 1))
    billing.buy(billing.webinar("line", product_id="telephony", frequency=Frequency.MONTHLY))
    billing.until(day)
    pay_all(billing)

    lines = changed(billing, plan_id="line-plus")

    assert lines == amount
    assert billed_on(billing, day) == ([1900] if day.day == 1 else [])
    billing.until(bill_on)
    assert billed_on(billing, bill_on) == [*amount, 2900]
    assert running(billing.only()).start == bill_on


def test_a_representative_takes_telephony_down_and_the_difference_is_a_credit_sub_7_sub_13() -> (
    None
):
    billing = on(date(2026, 8, 1))
    billing.buy(billing.webinar("line-plus", product_id="telephony", frequency=Frequency.MONTHLY))
    billing.until(date(2026, 8, 10))
    wish = billing.wish("change", subscription_id=billing.only().subscription_id, plan_id="line")

    refused = refusal_of(lambda: billing.preview(wish))
    preview = billing.preview(wish, member=billing.representative)
    billing.place(preview, member=billing.representative)
    billing.until(date(2026, 9, 1))

    assert refused.rule == "SUB-13"
    assert billed_on(billing, date(2026, 9, 1)) == [-677, 1900]  # −10.00 × 21/31


def test_monthly_is_every_30_days_sub_2() -> None:
    billing = on(date(2026, 11, 22))
    billing.buy(billing.webinar())

    assert starts(billing, date(2027, 1, 30)) == [
        date(2026, 11, 22),
        date(2026, 12, 22),
        date(2027, 1, 21),
    ]


def test_the_anchor_day_is_kept_over_a_short_month_sub_2() -> None:
    billing = on(date(2027, 1, 31), odd=True)
    billing.buy(billing.webinar("small", product_id="fixed"))

    assert starts(billing, date(2027, 4, 30)) == [
        date(2027, 1, 31),
        date(2027, 2, 28),
        date(2027, 3, 31),
        date(2027, 4, 30),
    ]


def test_what_began_on_29_february_is_renewed_on_28_and_again_on_29_sub_2() -> None:
    billing = on(date(2028, 2, 29), odd=True)
    billing.buy(billing.webinar("small", product_id="fixed", frequency=Frequency.ANNUAL))

    assert starts(billing, date(2032, 3, 1)) == [
        date(2028, 2, 29),
        date(2029, 2, 28),
        date(2030, 2, 28),
        date(2031, 2, 28),
        date(2032, 2, 29),
    ]


def test_of_months_of_30_days_a_whole_month_is_30_mon_5() -> None:
    billing = on(date(2027, 2, 1), odd=True)
    billing.buy(billing.webinar("large", product_id="fixed"))
    billing.until(date(2027, 2, 15))

    lines = changed(billing, plan_id="small")

    assert lines == [-3552, 2999]  # 71.03 × 15/30 = 35.515, half up


def test_seconds_count_the_hour_that_a_clock_skips_mon_5() -> None:
    billing = on(date(2027, 3, 20), odd=True)
    billing.move_to(NEW_YORK, time_zone="Europe/Paris")  # its clocks skip an hour on 28 March
    billing.buy(billing.webinar("small", product_id="seconds"))
    billing.until(date(2027, 3, 27))

    lines = changed(billing, plan_id="large")

    assert lines == [-2273, 7103]  # 31.01 × 527 h / 719 h
    assert running(billing.only()) == Period(date(2027, 3, 27), date(2027, 4, 26))


def test_an_add_on_of_a_running_period_has_its_price_and_the_renewal_the_new_one_sub_1() -> None:
    billing = on(date(2027, 3, 1), odd=True)
    billing.buy(billing.webinar("small", product_id="thirty"))
    billing.until(date(2027, 3, 16))  # the next version is in force since 10 March

    billing.buy(billing.wish("add", subscription_id=billing.only().subscription_id, seats=1))
    billing.until(date(2027, 3, 31))

    assert billed_on(billing, date(2027, 3, 16)) == [1500]  # 29.99 × 15/30 = 14.995
    assert billed_on(billing, date(2027, 3, 31)) == [6202]  # 31.01 each


def test_another_frequency_is_a_plan_change_sub_18() -> None:
    billing = on(date(2027, 1, 1))
    billing.buy(billing.webinar("starter"))
    billing.until(date(2027, 1, 11))

    lines = changed(billing, frequency=Frequency.ANNUAL)

    assert lines == [-1900, 30000]
    assert running(billing.only()) == Period(date(2027, 1, 11), date(2028, 1, 11))


def test_the_previewed_period_holds_when_midnight_passes_sub_5() -> None:
    billing = on(date(2027, 1, 10), 23)
    billing.world.clock.advance(minutes=50)
    preview = billing.preview(billing.webinar("starter"))

    billing.world.clock.advance(minutes=20)
    cart = billing.pay(billing.place(preview).value)

    assert cart.status is CartStatus.DONE
    assert running(billing.only()) == Period(date(2027, 1, 10), date(2027, 2, 9))
    assert billed_on(billing, date(2027, 1, 10)) == [3000]


@pytest.mark.parametrize(
    ("minutes", "code"),
    [pytest.param(29, None, id="29"), pytest.param(30, "preview_expired", id="30")],
)
def test_a_preview_is_valid_for_30_minutes_sub_5(minutes: int, code: str | None) -> None:
    billing = on(date(2027, 1, 1))
    preview = billing.preview(billing.webinar())
    billing.world.clock.advance(minutes=minutes)

    if code is None:
        assert billing.place(preview).value.cart.is_open
    else:
        assert refusal_of(lambda: billing.place(preview)).code == code


def test_an_order_is_abandoned_after_7_days_and_leaves_no_effect_sub_3() -> None:
    billing = on(date(2027, 1, 1))
    cart = billing.place(billing.preview(billing.webinar())).value.cart

    billing.until(date(2027, 1, 7))
    waiting = billing.cart(cart.cart_id).status
    billing.until(date(2027, 1, 8))

    assert waiting is CartStatus.PENDING
    assert billing.cart(cart.cart_id).status is CartStatus.ABANDONED
    assert billing.only().status is SubscriptionStatus.ABANDONED
    assert not billing.only().has_access
    assert billing.billed() == []


def test_what_is_ordered_gives_no_access_before_it_is_paid_bad_9() -> None:
    billing = on(date(2027, 1, 1))

    placed = billing.place(billing.preview(billing.webinar())).value

    assert billing.only().status is SubscriptionStatus.PENDING
    assert not billing.only().has_access
    billing.pay(placed)
    assert billing.only().has_access


def test_the_next_bill_is_shown_as_it_will_be_bad_14() -> None:
    billing = on(date(2027, 5, 10))
    billing.buy(billing.webinar("starter", seats=3))
    shown = read_next_bill(
        billing.owner, billing.only().subscription_id, carts=billing.parts().carts
    )

    billing.until(date(2027, 6, 9))

    assert shown.bill_on == date(2027, 6, 9)
    assert list(shown.lines) == of_day(billing, date(2027, 6, 9))
    assert billed_on(billing, date(2027, 6, 9)) == [9900]  # 33.00 each since 1 June


def of_day(billing: Billing, day: date) -> list[BillableLine]:
    return [line for line in billing.billed() if line.bill_on == day]


def test_a_late_or_repeated_run_bills_each_period_once_bad_12() -> None:
    billing = on(date(2027, 1, 1))
    billing.buy(billing.webinar("starter"))
    billing.world.clock.advance(days=95)

    for _ in range(3):
        billing.world.settle_down()

    assert sorted(line.bill_on for line in billing.billed()) == [
        date(2027, 1, 1),
        date(2027, 1, 31),
        date(2027, 3, 2),
        date(2027, 4, 1),
    ]
