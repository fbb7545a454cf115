"""Everything that billing refuses, each with its code and its rule, and nothing written (SUB-5, BAD-14)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from guichet.access.membership import Role
from guichet.catalogue.catalogue import Frequency
from guichet.errors import NotAllowed, Unavailable
from guichet.money import Money
from guichet.subscriptions.use_cases.record_payment import RecordPayment, record_payment
from guichet.subscriptions.use_cases.report_activation import ReportActivation, report_activation
from tests.support.billing import NEW_YORK
from tests.support.billing_days import cancel, changed, collect, on, pay_all, with_contract
from tests.support.refusing import (
    BEGIN,
    Doing,
    about,
    activate,
    active,
    at_renewal,
    refused,
    seat,
    subscribe,
    trial,
    withdraw,
)
from tests.support.unchanged import nothing_written
from tests.support.world import refusal_of


@pytest.mark.parametrize(
    ("doing", "code"),
    [
        pytest.param(lambda b: b.preview(), "cart_empty", id="no line"),
        pytest.param(lambda b: b.preview(*[b.webinar()] * 21), "cart_too_long", id="21 lines"),
        pytest.param(subscribe(product_id="gold"), "product_unknown", id="unknown product"),
        pytest.param(subscribe(plan="gold"), "plan_unknown", id="unknown plan"),
        pytest.param(subscribe(plan="free"), "plan_is_free", id="a free plan"),
        pytest.param(subscribe(plan="events"), "plan_by_quote", id="by quote only"),
        pytest.param(subscribe(seats=0), "seats_out_of_range", id="no seats"),
        pytest.param(subscribe(seats=-1), "seats_out_of_range", id="fewer than none"),
        pytest.param(subscribe(seats=10**9), "seats_out_of_range", id="a milliard"),
        pytest.param(subscribe(add_ons={"gold": 1}), "add_on_unknown", id="unknown add-on"),
        pytest.param(subscribe(add_ons={"storage": 101}), "quantity_out_of_range", id="too many"),
        pytest.param(subscribe(add_ons={"storage": -1}), "quantity_out_of_range", id="below 0"),
        pytest.param(subscribe(add_ons={"onboarding": 1}), "add_on_once", id="recurring, of once"),
        pytest.param(subscribe(once={"storage": 1}), "add_on_recurs", id="once, of recurring"),
        pytest.param(subscribe(once={"onboarding": 11}), "quantity_out_of_range", id="11 at once"),
        pytest.param(
            lambda b: b.preview(
                b.wish("subscribe", product_id="webinar", frequency=Frequency.MONTHLY)
            ),
            "required",
            id="no plan",
        ),
        pytest.param(
            subscribe(plan="line", product_id="telephony", frequency=Frequency.QUARTERLY),
            "frequency_not_sold",
            id="not so often",
        ),
        pytest.param(
            lambda b: b.preview(b.webinar(), currency="EUR"), "currency_not_sold", id="currency"
        ),
        pytest.param(
            lambda b: b.preview(b.webinar("max", 10_000, frequency=Frequency.ANNUAL)),
            "amount_too_large",
            id="more than a provider takes",
        ),
        pytest.param(
            lambda b: b.preview(
                b.webinar(
                    "line", product_id="telephony", add_ons={"desk-phone": 1}
                )
            ),
            "shipping_address_missing",
            id="something physical, and nowhere to send it",
        ),
        pytest.param(trial("webinar", "free", 1), "trial_absent", id="no trial of a free plan"),
        pytest.param(trial("webinar", "starter", 2), "seats_out_of_range", id="a trial too large"),
    ],
)  # fmt: skip
def test_what_is_not_sold_is_not_sold_sub_1_sub_5(doing: Doing, code: str) -> None:
    assert refused(on(BEGIN), doing) == code


@pytest.mark.parametrize(
    ("doing", "code"),
    [
        pytest.param(about("change", plan_id="starter"), "nothing_to_change", id="as it is"),
        pytest.param(about("add"), "nothing_to_change", id="nothing more"),
        pytest.param(about("change", seats=2), "taken_off_at_renewal", id="fewer seats"),
        pytest.param(about("change", seats=0), "seats_out_of_range", id="no seats"),
        pytest.param(about("add", seats=10**9), "seats_out_of_range", id="a milliard more"),
        pytest.param(about("subscribe", plan_id="plus"), "subscription_active", id="again"),
        pytest.param(about("reactivate"), "subscription_active", id="not expired"),
        pytest.param(at_renewal(seats=4), "bought_by_order", id="more at renewal"),
        pytest.param(at_renewal(add_ons={"storage": 1}), "bought_by_order", id="one more"),
        pytest.param(at_renewal(seats=0), "seats_out_of_range", id="none at renewal"),
        pytest.param(
            at_renewal(frequency=Frequency.ANNUAL), "frequency_changes_at_once", id="frequency"
        ),
        pytest.param(withdraw, "cancellation_absent", id="nothing to withdraw"),
        pytest.param(activate, "billing_started", id="activated long ago"),
    ],
)  # fmt: skip
def test_what_does_not_change_an_active_one_is_refused(doing: Doing, code: str) -> None:
    assert refused(active(), doing) == code


def test_two_lines_about_one_beginning_are_refused_sub_5() -> None:
    billing = on(BEGIN)
    name = billing.try_out().subscription_id
    wish = billing.wish("subscribe", subscription_id=name, plan_id="plus")

    assert refused(billing, lambda b: b.preview(wish, wish)) == "line_twice"


def test_a_cart_is_in_one_currency_inv_12() -> None:
    billing = active()
    billing.move_to(replace(NEW_YORK, country="CA", region="ON", postal_code="M5H 2N2"))
    own = billing.wish("add", subscription_id=billing.only().subscription_id, seats=1)

    code = refused(billing, lambda b: b.preview(own, b.webinar(), currency="USD"))

    assert code == "cart_mixed"  # what runs is billed by one company, what is new by another


def test_while_an_order_waits_its_subscription_is_left_alone_sub_5() -> None:
    billing = active()
    billing.place(billing.preview(billing.wish(
        "add", subscription_id=billing.only().subscription_id, seats=1
    )))  # fmt: skip

    for doing in (about("add", seats=1), at_renewal(seats=1), cancel, withdraw):
        assert refused(billing, doing) == "order_pending"


def test_while_a_bill_is_overdue_nothing_more_is_bought_sub_12() -> None:
    billing = active()
    billing.until(BEGIN + timedelta(days=61))  # billed on the 30th, due on the 60th

    for doing in (about("add", seats=1), about("change", plan_id="plus"), subscribe()):
        assert refused(billing, doing) == "overdue"
    pay_all(billing)
    assert changed(billing, plan_id="plus")


@pytest.mark.parametrize("states", [("past_due",), ("past_due", "suspended")])
def test_what_is_overdue_or_suspended_is_not_changed_sub_12(states: tuple[str, ...]) -> None:
    billing = active()
    collect(billing, *states)

    code = f"subscription_{states[-1]}"
    assert refused(billing, about("add", seats=1)) == code
    assert refused(billing, about("change", plan_id="plus")) == code
    assert refused(billing, at_renewal(seats=1)) == code


def test_what_is_due_is_paid_before_it_works_again_col_5() -> None:
    billing = active()
    billing.until(BEGIN + timedelta(days=60))
    collect(billing, "past_due", "suspended")

    assert refused(billing, lambda b: collect(b, "active")) == "balance_due"
    pay_all(billing)
    collect(billing, "active")
    assert billing.only().has_access


def test_reactivation_waits_for_what_is_due_sub_10() -> None:
    billing = active()
    billing.until(BEGIN + timedelta(days=30))
    cancel(billing)
    billing.until(BEGIN + timedelta(days=60))

    assert refused(billing, about("reactivate")) == "balance_due"


def test_a_refused_cancellation_leaves_its_day_alone_sub_8() -> None:
    billing = active()
    billing.until(BEGIN + timedelta(days=60))

    code = refusal_of(lambda: cancel(billing)).code
    again = refused(billing, cancel)

    assert (code, again) == ("balance_due", "balance_due")
    assert billing.only().cancellation is None
    assert billing.only().cancel_attempted_on == BEGIN + timedelta(days=60)


def test_a_cancellation_is_said_once_sub_8() -> None:
    billing = active()
    cancel(billing)

    assert refused(billing, cancel) == "cancellation_pending"


def test_late_notice_asks_before_it_binds_sub_9() -> None:
    billing = with_contract(date(2026, 10, 31))
    billing.until(date(2027, 3, 2))
    pay_all(billing)

    assert refused(billing, cancel) == "notice_too_late"
    assert refused(billing, lambda b: cancel(b, date(2027, 4, 30))) == "notice_too_late"


@pytest.mark.parametrize(
    ("doing", "code"),
    [
        pytest.param(about("change", plan_id="line-plus"), None, id="up is the customer's"),
        pytest.param(about("change", seats=1), "ask_representative", id="fewer seats"),
        pytest.param(at_renewal(seats=1), "ask_representative", id="fewer at renewal"),
        pytest.param(cancel, "cancel_by_representative", id="its end"),
    ],
)
def test_what_the_product_leaves_to_a_representative_sub_13(doing: Doing, code: str | None) -> None:
    billing = active("telephony", "line")

    if code is None:
        doing(billing)
    elif doing is cancel:
        assert refusal_of(lambda: cancel(billing)).code == code  # its day is remembered
        assert billing.only().cancellation is None
    else:
        assert refused(billing, doing) == code


def test_a_trial_is_once_per_product_sub_19() -> None:
    billing = on(BEGIN)
    billing.try_out("starter")

    assert refused(billing, trial("webinar", "plus", 1)) == "trial_used"


def test_seats_are_never_fewer_than_those_assigned_nor_more_than_bought_sub_14() -> None:
    billing = active(seats=2)
    seat(billing, "ada@atelier.example")
    assert refused(billing, seat) == "seat_assigned_already"
    seat(billing, "bo@atelier.example")

    assert refused(billing, lambda b: seat(b, "cy@atelier.example")) == "seats_all_assigned"
    assert refused(billing, at_renewal(seats=1)) == "seats_below_assigned"
    fewer = about("change", plan_id="plus", seats=1)
    assert refused(billing, fewer) == "seats_below_assigned"


def test_seats_that_go_at_the_renewal_are_not_assigned_any_more_sub_14() -> None:
    billing = active(seats=2)
    at_renewal(seats=1)(billing)
    seat(billing)

    assert refused(billing, lambda b: seat(b, "bo@atelier.example")) == "seats_all_assigned"


def test_in_calendar_mode_seats_are_taken_off_by_an_order_sub_7() -> None:
    billing = active("telephony", "line")
    billing.owner = billing.representative

    assert refused(billing, at_renewal(seats=1)) == "credited_by_order"


def test_what_time_owes_comes_before_any_change_bad_12() -> None:
    billing = active()
    billing.world.clock.advance(days=33)  # the renewal is late

    for doing in (
        about("add", seats=1),
        about("change", plan_id="plus"),
        at_renewal(seats=1),
        cancel,
    ):
        with nothing_written(billing.world.dynamo), pytest.raises(Unavailable) as late:
            doing(billing)
        assert late.value.code == "renewal_due"
    billing.world.settle_down()
    assert changed(billing, plan_id="plus")


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        pytest.param(Money(0, "USD"), "amount_invalid", id="nothing"),
        pytest.param(Money(100, "EUR"), "currency_not_sold", id="a currency it has no bank for"),
    ],
)
def test_a_payment_that_can_t_be_is_not_recorded_col_6(amount: Money, code: str) -> None:
    billing = active()
    command = RecordPayment("us", amount, "r", billing.representative, "k", billing.actor())

    assert refused(billing, lambda b: record_payment(command, carts=b.parts().carts)) == code


@pytest.mark.parametrize(
    ("day", "code"),
    [
        pytest.param(date(2027, 1, 5), "activation_in_future", id="tomorrow"),
        pytest.param(date(2026, 12, 31), "activation_before_service", id="before it was ordered"),
    ],
)
def test_an_activation_is_reported_once_it_has_happened_sub_17(day: date, code: str) -> None:
    billing = on(BEGIN)
    preview = billing.preview(billing.webinar(on_activation=True), member=billing.representative)
    billing.place(preview, member=billing.representative)
    billing.until(date(2027, 1, 4))
    action = billing.action(billing.only().subscription_id, member=billing.representative)

    command = ReportActivation(action, day)
    assert refused(billing, lambda b: report_activation(command, carts=b.parts().carts)) == code


def test_on_activation_is_a_representatives_word_sub_17() -> None:
    assert refused(on(BEGIN), subscribe(on_activation=True)) == "ask_representative"


@pytest.mark.parametrize(
    "doing",
    [
        pytest.param(subscribe(), id="buy"),
        pytest.param(about("change", plan_id="plus"), id="change"),
        pytest.param(at_renewal(seats=1), id="change at renewal"),
        pytest.param(cancel, id="cancel"),
        pytest.param(withdraw, id="withdraw"),
        pytest.param(trial("webinar", "starter", 1), id="try"),
    ],
)
def test_who_may_not_buy_does_not_acc_1(doing: Doing) -> None:
    billing = active()
    billing.owner = billing.world.member("leo", Role.LICENCE_MANAGER)

    with nothing_written(billing.world.dynamo), pytest.raises(NotAllowed):
        doing(billing)
