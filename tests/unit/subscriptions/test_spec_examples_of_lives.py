"""The rules' own examples and numbers of how subscriptions begin, rest and end, by rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from guichet.catalogue.catalogue import Frequency
from guichet.period import Period
from guichet.subscriptions.subscription import SubscriptionStatus
from guichet.subscriptions.use_cases.read_subscriptions import read_next_bill, read_subscription
from guichet.subscriptions.use_cases.report_activation import ReportActivation, report_activation
from guichet.subscriptions.use_cases.withdraw_cancellation import withdraw_cancellation
from tests.support.billing import NEW_YORK, Billing
from tests.support.billing_days import (
    billed_on,
    cancel,
    changed,
    collect,
    on,
    pay_all,
    running,
    starts,
    told,
    with_contract,
)
from tests.support.world import refusal_of

S = SubscriptionStatus


def test_a_trial_never_bills_and_ends_in_the_free_plan_by_itself_sub_4() -> None:
    billing = on(date(2027, 1, 1))
    trial = billing.try_out("starter")

    billing.until(date(2027, 1, 14))
    before = billing.only().status
    billing.until(date(2027, 3, 1))

    assert trial.trial_ends_on == date(2027, 1, 15)
    assert before is S.TRIALING
    assert billing.only().status is S.FREE
    assert billing.only().terms.plan_id == "free"
    assert billing.billed() == []


def test_a_trial_of_what_has_no_free_plan_expires_sub_3() -> None:
    billing = on(date(2027, 1, 1), odd=True)
    billing.try_out("small", product="seconds")

    billing.until(date(2027, 1, 15))

    assert billing.only().status is S.EXPIRED
    assert not billing.only().has_access


def test_a_cancelled_trial_ends_with_it_and_falls_to_nothing_sub_8() -> None:
    billing = on(date(2027, 1, 1))
    billing.try_out("starter")

    cancel(billing)
    billing.until(date(2027, 1, 15))

    assert billing.only().status is S.EXPIRED


def test_a_cancelled_period_is_billed_whole_and_lasts_to_its_end_sub_8() -> None:
    billing = on(date(2027, 1, 1))
    billing.buy(billing.webinar("starter"))
    billing.until(date(2027, 1, 11))

    cancel(billing)
    shown = read_subscription(
        billing.owner, billing.only().subscription_id, carts=billing.parts().carts
    )
    billing.until(date(2027, 1, 30))
    last_day = billing.only().has_access
    billing.until(date(2027, 3, 1))

    assert (shown.renews_on, shown.expires_on) == (None, date(2027, 1, 31))
    assert last_day
    assert billing.only().status is S.EXPIRED
    assert billing.only().ended_on == date(2027, 1, 31)
    assert [line.net_minor for line in billing.billed()] == [3000]


def test_until_the_end_a_cancellation_can_be_withdrawn_sub_8() -> None:
    billing = on(date(2027, 1, 1))
    billing.buy(billing.webinar("starter"))
    cancel(billing)
    billing.until(date(2027, 1, 30))

    action = billing.action(billing.only().subscription_id)
    withdraw_cancellation(action, carts=billing.parts().carts)
    billing.until(date(2027, 1, 31))

    assert billing.only().status is S.ACTIVE
    assert billed_on(billing, date(2027, 1, 31)) == [3000]


def test_an_upgrade_of_what_is_cancelled_lasts_as_long_as_it_is_billed_sub_8() -> None:
    billing = on(date(2027, 1, 1))
    billing.buy(billing.webinar("starter"))
    cancel(billing)
    billing.until(date(2027, 1, 11))

    changed(billing, plan_id="plus")
    billing.until(date(2027, 2, 9))
    last_day = billing.only().has_access
    billing.until(date(2027, 2, 10))

    assert last_day
    assert billing.only().status is S.EXPIRED
    assert billed_on(billing, date(2027, 2, 10)) == []


@pytest.mark.parametrize(
    ("day", "ends_on"),
    [
        pytest.param(date(2027, 3, 1), date(2027, 3, 31), id="1 March is in time"),
        pytest.param(date(2027, 3, 2), date(2027, 8, 31), id="2 March is not"),
    ],
)
def test_notice_is_30_days_before_the_renewal_of_31_march_sub_9(day: date, ends_on: date) -> None:
    billing = with_contract(date(2026, 10, 31))  # 5 months: renewal on 31 March
    billing.until(day)
    pay_all(billing)

    if ends_on.month == 8:
        refusal = refusal_of(lambda: cancel(billing))
        assert (refusal.code, refusal.rule) == ("notice_too_late", "SUB-9")
        assert billing.only().cancellation is None
    cancel(billing, ends_on)

    mark = billing.only().cancellation
    assert mark is not None
    assert mark.ends_on == ends_on
    assert running(billing.only()).end <= date(2027, 3, 31)


def test_a_contract_under_notice_is_billed_to_its_end_and_shown_so_sub_9_bad_14() -> None:
    billing = with_contract(date(2026, 10, 31))
    billing.until(date(2026, 12, 15))
    cancel(billing)
    shown = read_next_bill(
        billing.owner, billing.only().subscription_id, carts=billing.parts().carts
    )

    billing.until(date(2027, 6, 1))

    assert shown.bill_on == date(2026, 12, 31)
    assert [line.period for line in billing.billed()] == [
        Period(date(2026, 11, 30), date(2026, 12, 31)),
        Period(date(2026, 12, 31), date(2027, 1, 31)),
        Period(date(2027, 1, 31), date(2027, 2, 28)),
        Period(date(2027, 2, 28), date(2027, 3, 31)),
    ]
    assert billing.only().status is S.EXPIRED
    assert billing.only().ended_on == date(2027, 3, 31)


def test_a_contract_without_notice_is_renewed_for_the_same_months_sub_9() -> None:
    billing = with_contract(date(2026, 10, 15))

    billing.until(date(2027, 3, 15))

    term = billing.only().term
    assert term is not None
    assert (term.start, term.end) == (date(2027, 3, 15), date(2027, 8, 15))


def test_a_refused_attempt_counts_for_notice_for_14_days_sub_8() -> None:
    billing = with_contract(date(2026, 10, 31))
    billing.until(date(2027, 3, 1))  # the last day of notice; the bills of November on are due
    refused = refusal_of(lambda: cancel(billing)).code
    billing.until(date(2027, 3, 15))
    pay_all(billing)

    cancel(billing)

    mark = billing.only().cancellation
    assert refused == "balance_due"
    assert mark is not None
    assert mark.ends_on == date(2027, 3, 31)


def test_after_14_days_a_refused_attempt_no_longer_counts_sub_8() -> None:
    billing = with_contract(date(2026, 10, 31))
    billing.until(date(2027, 3, 1))
    refusal_of(lambda: cancel(billing))
    billing.until(date(2027, 3, 16))
    pay_all(billing)

    assert refusal_of(lambda: cancel(billing)).code == "notice_too_late"


def test_free_months_come_before_the_first_bill_and_service_at_once_sub_11() -> None:
    billing = with_contract(date(2026, 11, 10))

    assert billing.only().has_access
    assert billing.only().billing_start == date(2026, 12, 10)
    billing.until(date(2026, 12, 9))
    assert billing.billed() == []
    assert starts(billing, date(2026, 12, 10)) == [date(2026, 12, 10)]


def test_the_corporate_contract_is_15_months_with_3_free_sub_9_sub_11() -> None:
    billing = on(date(2026, 11, 10))
    wish = billing.webinar("corporate", 5, product_id="corporate", frequency=Frequency.ANNUAL)
    billing.buy(wish)

    billing.until(date(2027, 2, 10))

    term = billing.only().term
    assert term is not None
    assert (term.start, term.end) == (date(2026, 11, 10), date(2028, 2, 10))
    assert running(billing.only()) == Period(date(2027, 2, 10), date(2028, 2, 10))
    assert billed_on(billing, date(2027, 2, 10)) == [480000]


def test_before_its_activation_nothing_is_billed_sub_17() -> None:
    billing = on(date(2027, 1, 1))
    wish = billing.webinar(product_id="webinar", on_activation=True)
    preview = billing.preview(wish, member=billing.representative)
    billing.place(preview, member=billing.representative)
    billing.until(date(2027, 2, 20))
    unbilled = billing.billed()

    action = billing.action(billing.only().subscription_id, member=billing.representative)
    report_activation(ReportActivation(action), carts=billing.parts().carts)

    assert preview.lines == ()
    assert unbilled == []
    assert billed_on(billing, date(2027, 2, 20)) == [3000]
    assert billing.only().billing_start == date(2027, 2, 20)
    assert running(billing.only()).start == date(2027, 2, 20)


@pytest.mark.parametrize(
    ("product", "plan", "ends_on", "deletion_on"),
    [
        pytest.param("webinar", "starter", date(2027, 2, 14), date(2027, 5, 15), id="P90D"),
        pytest.param("telephony", "line", date(2027, 2, 1), date(2027, 8, 1), id="P6M"),
    ],
)
def test_deletion_is_announced_30_and_7_days_before_sub_15(
    product: str, plan: str, ends_on: date, deletion_on: date
) -> None:
    billing = on(date(2027, 1, 15))
    billing.buy(billing.webinar(plan, product_id=product))
    billing.owner = billing.representative  # telephony is cancelled by one
    cancel(billing)

    billing.until(date(2027, 8, 2))

    found = billing.only()
    assert (found.ended_on, found.deletion_on) == (ends_on, deletion_on)
    days = [(deletion_on.toordinal() - n, n) for n in (30, 7)]
    assert told(billing, "subscription.deletion_announced") == [
        (date.fromordinal(day).isoformat(), n) for day, n in days
    ]
    assert told(billing, "subscription.data_deletion_due") == [(deletion_on.isoformat(), None)]


def test_a_reactivated_subscription_starts_today_at_todays_price_sub_10() -> None:
    billing = on(date(2027, 5, 1))
    billing.buy(billing.webinar("starter"))
    cancel(billing)
    billing.until(date(2027, 6, 20))

    wish = billing.wish("reactivate", subscription_id=billing.only().subscription_id, seats=2)
    billing.buy(wish)

    assert billed_on(billing, date(2027, 6, 20)) == [6600]  # 33.00 each since 1 June
    assert running(billing.only()) == Period(date(2027, 6, 20), date(2027, 7, 20))
    assert billing.only().deletion_on is None


def test_after_30_days_suspended_it_expires_and_data_is_kept_from_the_paid_end_col_5_sub_15() -> (
    None
):
    billing = on(date(2027, 1, 1))
    billing.buy(billing.webinar("starter"))
    billing.until(date(2027, 1, 11))
    collect(billing, "past_due", "suspended")

    billing.until(date(2027, 2, 9))
    before = billing.only().status
    billing.until(date(2027, 2, 10))

    assert before is S.SUSPENDED
    assert billing.only().status is S.EXPIRED
    assert billing.only().ended_on == date(2027, 1, 31)
    assert billing.only().deletion_on == date(2027, 5, 1)
    assert [line.net_minor for line in billing.billed()] == [3000]


def test_what_is_cancelled_while_suspended_ended_with_what_was_paid_sub_15() -> None:
    billing = on(date(2027, 1, 1))
    billing.buy(billing.webinar("starter"))
    billing.until(date(2027, 1, 20))
    collect(billing, "past_due", "suspended")
    billing.until(date(2027, 2, 10))

    cancel(billing)

    assert billing.only().status is S.EXPIRED
    assert billing.only().ended_on == date(2027, 1, 31)
    assert billing.only().deletion_on == date(2027, 5, 1)


def test_a_move_to_another_companys_country_applies_from_the_next_period_inv_12() -> None:
    billing = on(date(2027, 1, 1))
    billing.buy(billing.webinar("starter"))
    billing.move_to(replace(NEW_YORK, country="CA", region="ON", postal_code="M5H 2N2"))
    billing.until(date(2027, 1, 11))
    billing.buy(billing.wish("add", subscription_id=billing.only().subscription_id, seats=1))
    running_entity = billing.only().selling_entity

    billing.until(date(2027, 1, 31))

    assert (running_entity, billing.only().selling_entity) == ("us", "ca")
    assert billing.balance(entity="us").bills == ()
    with_hst = 6000 + 780  # Ontario's 13 per cent (TAX-2)
    assert [bill.open_minor for bill in billing.balance(entity="ca").bills] == [with_hst]


def test_while_suspended_no_period_is_billed_or_shown_and_the_next_begins_when_paid_col_5() -> None:
    billing = on(date(2027, 1, 1))
    billing.buy(billing.webinar("starter"))
    billing.until(date(2027, 1, 20))
    collect(billing, "past_due", "suspended")
    shown = read_next_bill(
        billing.owner, billing.only().subscription_id, carts=billing.parts().carts
    )
    billing.until(date(2027, 2, 5))
    rested = billing.billed()

    collect(billing, "active")

    assert shown.lines == ()
    assert len(rested) == 1
    assert running(billing.only()) == Period(date(2027, 2, 5), date(2027, 3, 7))
    assert billed_on(billing, date(2027, 2, 5)) == [3000]


def test_a_fixed_term_is_billed_while_it_is_suspended_col_5() -> None:
    billing = with_contract(date(2026, 10, 15))
    billing.until(date(2026, 12, 1))
    collect(billing, "past_due", "suspended")

    billing.until(date(2026, 12, 15))

    assert billing.only().status is S.SUSPENDED
    assert len(billed_on(billing, date(2026, 12, 15))) == 1


def test_a_cancelled_contract_can_be_suspended_and_still_ends_on_its_day_sub_3() -> None:
    billing = with_contract(date(2026, 10, 31))
    billing.until(date(2027, 2, 20))
    pay_all(billing)
    cancel(billing)
    billing.until(date(2027, 3, 10))

    collect(billing, "past_due", "suspended")
    billing.until(date(2027, 3, 31))

    assert billing.only().status is S.EXPIRED
    assert billing.only().ended_on == date(2027, 3, 31)


def test_nothing_that_is_paid_or_credited_brings_back_what_was_cancelled_bad_9() -> None:
    billing = on(date(2027, 1, 1))
    billing.buy(billing.webinar("plus"))
    billing.until(date(2027, 1, 11))
    changed(billing, plan_id="starter")  # leaves a credit
    cancel(billing)

    billing.until(date(2027, 4, 1))
    pay_all(billing)
    billing.world.settle_down()

    assert billing.only().status is S.EXPIRED
    assert billing.balance().credit_minor == 800


def test_a_new_time_zone_is_that_of_the_next_period_mon_6() -> None:
    billing = on(date(2027, 1, 1))
    billing.buy(billing.webinar("starter"))  # its days are UTC's
    billing.move_to(NEW_YORK, time_zone="Pacific/Auckland")  # 13 hours ahead
    billing.until(date(2027, 1, 30))
    running_zone = billing.only().time_zone
    billing.until(date(2027, 1, 31))

    assert running_zone == "UTC"
    assert billing.only().time_zone == "Pacific/Auckland"
    assert running(billing.only()) == Period(date(2027, 1, 31), date(2027, 3, 2))


def test_a_period_that_began_further_east_has_begun_for_who_moved_west_mon_6() -> None:
    billing = moved_west()

    wish = billing.wish("add", subscription_id=billing.only().subscription_id, seats=1)
    preview = billing.preview(wish)

    assert billing.world.clock.at.day == 30  # of January, as it is in Honolulu
    assert [line.period for line in preview.lines] == [Period(date(2027, 1, 31), date(2027, 3, 2))]
    assert preview.due_now.amount_minor == 3000


def test_a_change_then_credits_the_whole_period_and_begins_it_anew_mon_6_sub_6() -> None:
    billing = moved_west()

    lines = changed(billing, plan_id="plus")

    assert lines == [-3000, 6000]
    assert running(billing.only()) == Period(date(2027, 1, 31), date(2027, 3, 2))


def moved_west() -> Billing:
    """Its second period began at midnight in Auckland: a day early, where the account is by then."""
    billing = on(date(2027, 1, 1), hour=1)
    billing.move_to(NEW_YORK, time_zone="Pacific/Auckland")
    billing.buy(billing.webinar("starter"))
    billing.move_to(NEW_YORK, time_zone="Pacific/Honolulu")
    while running(billing.only()).start != date(2027, 1, 31):
        billing.world.clock.advance(hours=1)
        billing.world.settle_down()
    return billing
