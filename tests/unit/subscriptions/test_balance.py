"""COL-5, COL-7, INV-11, BAD-5: what is owed and what is credit; nothing is lost, nothing used twice."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.ledger.billable import BillableLine, LineKind
from guichet.money import Money
from guichet.period import Period
from guichet.subscriptions.balance import AccountBalance, OpenBill

TERMS = 30
FIRST = date(2027, 1, 1)
AMOUNTS = st.integers(0, 100_000)
DAYS = st.integers(0, 90).map(lambda days: FIRST + timedelta(days=days))


def line(bill_on: date, net_minor: int, currency: str = "USD") -> BillableLine:
    return BillableLine(
        subscription_id="sub_1",
        product_id="webinar",
        kind=LineKind.PLAN,
        item="starter",
        quantity=1,
        unit_price="30.00",
        amount=Money(abs(net_minor), currency),
        period=Period(bill_on, bill_on),
        bill_on=bill_on,
        tax_class="standard",
        catalogue_version="2026-01",
        is_credit=net_minor < 0,
    )


LINES = st.lists(st.builds(line, DAYS, st.integers(-100_000, 100_000)), max_size=12)


def empty(credit_minor: int = 0) -> AccountBalance:
    return AccountBalance("acc_1", "us", "USD", credit_minor)


def with_lines(lines: list[BillableLine], credit_minor: int = 0) -> AccountBalance:
    return empty(credit_minor).billed(lines, terms_days=TERMS)


def owed(balance: AccountBalance) -> int:
    """What is open less what is credit: what only money changes."""
    return (
        sum(bill.open_minor for bill in balance.bills)
        - balance.credit_minor
        - balance.reserved_minor
    )


@given(LINES, AMOUNTS, DAYS)
def test_settling_loses_nothing_and_makes_nothing_inv_11(
    lines: list[BillableLine], credit_minor: int, day: date
) -> None:
    before = with_lines(lines, credit_minor)

    after = before.settled(day)

    assert owed(after) == owed(before)
    assert after.credit_minor >= 0
    assert all(bill.open_minor > 0 for bill in after.bills if bill.bill_on <= day)


@given(LINES, AMOUNTS, DAYS)
def test_settled_twice_is_settled_once_bad_5(
    lines: list[BillableLine], credit_minor: int, day: date
) -> None:
    once = with_lines(lines, credit_minor).settled(day)

    assert once.settled(day) == once


@given(LINES, AMOUNTS, DAYS)
def test_while_there_is_credit_nothing_of_a_day_that_has_come_is_open_col_7(
    lines: list[BillableLine], credit_minor: int, day: date
) -> None:
    after = with_lines(lines, credit_minor).settled(day)

    come = [bill for bill in after.bills if bill.bill_on <= day]
    assert not (come and after.credit_minor)


@given(LINES, LINES)
def test_lines_billed_together_or_apart_come_to_the_same(
    some: list[BillableLine], others: list[BillableLine]
) -> None:
    together = with_lines([*some, *others])

    assert with_lines(some).billed(others, terms_days=TERMS) == together
    assert with_lines(others).billed(some, terms_days=TERMS) == together


@given(LINES, AMOUNTS)
def test_a_payment_is_on_bills_or_credit_to_the_last_cent_col_6(
    lines: list[BillableLine], amount: int
) -> None:
    before = with_lines(lines)

    after = before.paid(Money(amount, "USD"))

    assert owed(after) == owed(before) - amount
    assert after.credit_minor >= before.credit_minor
    open_before = {bill.bill_on: bill.open_minor for bill in before.bills}
    assert all(bill.open_minor <= open_before[bill.bill_on] for bill in after.bills)


@given(AMOUNTS, AMOUNTS)
def test_credit_is_reserved_once_and_comes_back_whole_bad_5(credit: int, wanted: int) -> None:
    before, amount = empty(credit), Money(wanted, "USD")

    if wanted > credit:
        with pytest.raises(ValueError, match="once"):
            before.reserved(amount)
        return
    held = before.reserved(amount)

    assert held.credit_minor + held.reserved_minor == credit
    assert held.reservation_returned(amount) == before
    assert held.reservation_used(amount) == empty(credit - wanted)


def test_what_is_reserved_pays_no_bill_bad_5() -> None:
    balance = with_lines([line(FIRST, 5000)], 5000).reserved(Money(5000, "USD"))

    assert balance.settled(FIRST).due(FIRST + timedelta(days=TERMS)).amount_minor == 5000


def test_credit_pays_the_oldest_bill_first_col_7() -> None:
    lines = [line(FIRST + timedelta(days=1), 3000), line(FIRST, 2000)]

    after = with_lines(lines, 2500).settled(FIRST + timedelta(days=1))

    assert [bill.open_minor for bill in after.bills] == [2500]
    assert after.bills[0].bill_on == FIRST + timedelta(days=1)


@pytest.mark.parametrize(
    ("days", "due", "overdue"),
    [
        pytest.param(29, 0, 0, id="the day before"),
        pytest.param(30, 4000, 0, id="due on its day"),
        pytest.param(31, 4000, 4000, id="overdue the day after"),
    ],
)
def test_a_bill_is_due_30_days_after_it_was_issued_and_overdue_the_day_after_col_5_sub_12(
    days: int, due: int, overdue: int
) -> None:
    balance, day = with_lines([line(FIRST, 4000)]), FIRST + timedelta(days=days)

    assert balance.due(day).amount_minor == due
    assert balance.overdue(day).amount_minor == overdue


def test_a_bill_below_0_waits_for_its_day_and_then_is_credit_inv_11() -> None:
    balance = with_lines([line(FIRST + timedelta(days=9), -700)])

    assert balance.settled(FIRST + timedelta(days=8)) == balance
    after = balance.settled(FIRST + timedelta(days=9))
    assert (after.credit_minor, after.bills) == (700, ())


def test_what_comes_to_nothing_is_no_bill() -> None:
    assert with_lines([line(FIRST, 700), line(FIRST, -700)]).bills == ()
    assert with_lines([line(FIRST, 700)]).bills == (
        OpenBill(FIRST, FIRST + timedelta(days=TERMS), 700),
    )


def test_another_currency_does_not_belong_on_a_bill_mon_1() -> None:
    with pytest.raises(ValueError, match="EUR"):
        empty().billed([line(FIRST, 700, "EUR")], terms_days=TERMS)
