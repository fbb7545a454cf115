"""COL-5, COL-7, INV-11, BAD-5: what is owed and what is credit; nothing is lost, nothing used twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guichet.ledger.billable import BillableLine, LineKind
from guichet.money import Money
from guichet.period import Period
from guichet.subscriptions.balance import AccountBalance

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


def with_lines(
    lines: list[BillableLine], credit_minor: int = 0, *, source: str = "sub_1@2"
) -> AccountBalance:
    return billed(empty(credit_minor), lines, source=source)


def billed(
    balance: AccountBalance, lines: list[BillableLine], *, source: str = "sub_1@3"
) -> AccountBalance:
    return balance.billed(lines, source=source, time_zone="UTC")


def invoiced(balance: AccountBalance, day: date = date.max) -> AccountBalance:
    """Each bill of a day that has come is an invoice; what it is below 0 is credit (INV-11)."""
    for bill in [each for each in balance.waiting if each.bill_on <= day]:
        total = max(bill.open_minor, 0)
        balance = balance.became_invoice(bill.invoice_id, total, bill.due_on)
        balance = balance.credited(Money(total - bill.open_minor, "USD"))
    return balance


def owed(balance: AccountBalance) -> int:
    """What is open less what is credit: what only money changes."""
    return (
        sum(bill.open_minor for bill in balance.bills)
        - balance.credit_minor
        - balance.reserved_minor
    )


@settings(deadline=None)  # the machine may be busy
@given(LINES, AMOUNTS, DAYS)
def test_settling_loses_nothing_and_makes_nothing_inv_11(
    lines: list[BillableLine], credit_minor: int, day: date
) -> None:
    waiting = with_lines(lines, credit_minor)
    before = invoiced(waiting, day)

    after = before.settled()

    assert owed(after) == owed(before) == owed(waiting)
    assert after.credit_minor >= 0
    assert all(bill.open_minor > 0 for bill in after.invoiced)


@settings(deadline=None)  # the machine may be busy
@given(LINES, AMOUNTS, DAYS)
def test_settled_twice_is_settled_once_bad_5(
    lines: list[BillableLine], credit_minor: int, day: date
) -> None:
    once = invoiced(with_lines(lines, credit_minor), day).settled()

    assert once.settled() == once


@settings(deadline=None)  # the machine may be busy
@given(LINES, AMOUNTS, DAYS)
def test_while_there_is_credit_no_invoice_is_open_col_7(
    lines: list[BillableLine], credit_minor: int, day: date
) -> None:
    after = invoiced(with_lines(lines, credit_minor), day).settled()

    assert not (after.invoiced and after.credit_minor)
    assert not after.has_credit_to_apply


@settings(deadline=None)  # the machine may be busy
@given(LINES, AMOUNTS, DAYS)
def test_credit_pays_no_bill_that_waits_col_7(
    lines: list[BillableLine], credit_minor: int, day: date
) -> None:
    before = invoiced(with_lines(lines, credit_minor), day)

    assert before.settled().waiting == before.waiting


@settings(deadline=None)  # the machine may be busy
@given(LINES, AMOUNTS, DAYS)
def test_nothing_is_bought_with_what_a_bill_of_a_day_that_has_come_needs_col_7(
    lines: list[BillableLine], credit_minor: int, day: date
) -> None:
    balance = with_lines(lines, credit_minor)

    come = sum(max(bill.open_minor, 0) for bill in balance.waiting if bill.bill_on <= day)
    assert balance.to_spend(day).amount_minor == max(credit_minor - come, 0)
    left = invoiced(balance, day).settled()
    assert balance.to_spend(day).amount_minor <= left.credit_minor


@settings(deadline=None)  # the machine may be busy
@given(LINES, LINES)
def test_lines_billed_together_or_apart_come_to_the_same(
    some: list[BillableLine], others: list[BillableLine]
) -> None:
    together = _sums(with_lines([*some, *others]))

    assert _sums(billed(with_lines(some), others)) == together
    assert _sums(billed(with_lines(others), some)) == together


def _sums(balance: AccountBalance) -> dict[date, int]:
    return {bill.bill_on: bill.open_minor for bill in balance.bills}


@settings(deadline=None)  # the machine may be busy
@given(LINES, LINES)
def test_each_bill_has_an_id_of_its_own_and_knows_where_its_lines_are_inv_1(
    some: list[BillableLine], others: list[BillableLine]
) -> None:
    early = invoiced(with_lines(some, source="sub_1@2"), FIRST + timedelta(days=45))

    both = billed(early, others, source="sub_2@7")

    ids = [bill.invoice_id for bill in both.bills]
    assert len(set(ids)) == len(ids)
    assert both.begun >= len(ids)
    for bill in both.waiting:
        days = {"sub_1@2": some, "sub_2@7": others}
        assert all(bill.bill_on in {each.bill_on for each in days[name]} for name in bill.sources)
    assert {each.bill_on for each in others} <= {bill.bill_on for bill in both.waiting}
    assert all(bill.sources == () for bill in both.invoiced)


@settings(deadline=None)  # the machine may be busy
@given(LINES, AMOUNTS)
def test_a_payment_is_on_invoices_or_credit_to_the_last_cent_col_6(
    lines: list[BillableLine], amount: int
) -> None:
    before = invoiced(with_lines(lines)).settled()

    after = before.credited(Money(amount, "USD")).settled()

    assert owed(after) == owed(before) - amount
    assert after.credit_minor >= before.credit_minor
    open_before = {bill.bill_on: bill.open_minor for bill in before.bills}
    assert all(bill.open_minor <= open_before[bill.bill_on] for bill in after.bills)


@settings(deadline=None)  # the machine may be busy
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


def test_what_is_reserved_pays_no_invoice_bad_5() -> None:
    balance = invoiced(with_lines([line(FIRST, 5000)], 5000).reserved(Money(5000, "USD")))

    assert balance.settled().due(FIRST + timedelta(days=TERMS)).amount_minor == 5000
    assert not balance.has_credit_to_apply


def test_credit_pays_the_oldest_invoice_first_col_7() -> None:
    lines = [line(FIRST + timedelta(days=1), 3000), line(FIRST, 2000)]

    after = invoiced(with_lines(lines, 2500)).settled()

    assert [bill.open_minor for bill in after.bills] == [2500]
    assert after.bills[0].bill_on == FIRST + timedelta(days=1)


def test_what_is_being_collected_is_paid_by_nothing_else_col_8() -> None:
    lines = [line(FIRST, 2000), line(FIRST + timedelta(days=1), 3000)]
    before = invoiced(with_lines(lines, 2500))
    oldest = before.bills[0].invoice_id

    after = before.leased(oldest, is_leased=True).settled()

    assert [bill.open_minor for bill in after.bills] == [2000, 500]
    assert after.leased(oldest, is_leased=False).bills[0].is_leased is False


def test_an_invoice_is_paid_once_and_what_was_taken_back_is_owed_again_inv_5() -> None:
    before = invoiced(with_lines([line(FIRST, 2000)]))
    (invoice,) = before.invoiced

    half = before.paid(invoice.invoice_id, 1500)

    assert [bill.open_minor for bill in half.bills] == [500]
    assert half.paid(invoice.invoice_id, 500).bills == ()
    with pytest.raises(ValueError, match="once"):
        half.paid(invoice.invoice_id, 501)
    again = half.owes(replace(invoice, open_minor=1500))
    assert [bill.open_minor for bill in again.bills] == [2000]
    assert before.paid(invoice.invoice_id, 2000).owes(invoice) == before


@pytest.mark.parametrize(
    ("days", "due", "overdue"),
    [
        pytest.param(29, 0, 0, id="the day before"),
        pytest.param(30, 4000, 0, id="due on its day"),
        pytest.param(31, 4000, 4000, id="overdue the day after"),
    ],
)
def test_an_invoice_is_due_30_days_after_it_was_issued_and_overdue_the_day_after_col_5_sub_12(
    days: int, due: int, overdue: int
) -> None:
    waiting, day = with_lines([line(FIRST, 4000)]), FIRST + timedelta(days=days)
    (bill,) = waiting.bills
    balance = waiting.became_invoice(bill.invoice_id, 4000, FIRST + timedelta(days=30))

    assert balance.due(day).amount_minor == due
    assert balance.overdue(day).amount_minor == overdue


def test_nobody_owes_a_bill_that_waits_for_its_invoice_col_5() -> None:
    balance = with_lines([line(FIRST, 4000)])

    assert balance.due(FIRST + timedelta(days=99)).amount_minor == 0


def test_a_bill_below_0_waits_for_its_day_and_then_is_credit_inv_11() -> None:
    balance = with_lines([line(FIRST + timedelta(days=9), -700)])

    assert balance.settled() == balance
    assert balance.to_spend(FIRST + timedelta(days=9)).amount_minor == 0
    after = invoiced(balance, FIRST + timedelta(days=9)).settled()
    assert (after.credit_minor, after.bills) == (700, ())


def test_what_comes_to_nothing_waits_all_the_same_for_the_invoice_of_its_lines_inv_1() -> None:
    (bill,) = with_lines([line(FIRST, 700), line(FIRST, -700)]).bills

    assert (bill.open_minor, bill.sources) == (0, ("sub_1@2",))
    assert invoiced(with_lines([line(FIRST, 700), line(FIRST, -700)])).bills == ()


@pytest.mark.parametrize(
    ("time_zone", "at"),
    [
        pytest.param("UTC", "2027-03-28T00:00:00+00:00", id="UTC"),
        pytest.param("Pacific/Auckland", "2027-03-27T11:00:00+00:00", id="ahead"),
        pytest.param("Pacific/Honolulu", "2027-03-28T10:00:00+00:00", id="behind"),
        pytest.param("Africa/Cairo", "2027-03-27T22:00:00+00:00", id="Cairo"),
        pytest.param("Asia/Beirut", "2027-03-27T22:00:00+00:00", id="a night without a midnight"),
    ],
)
def test_a_bills_day_comes_in_the_accounts_time_zone_mon_6(time_zone: str, at: str) -> None:
    day = date(2027, 3, 28)

    bill = empty().billed([line(day, 1)], source="s@1", time_zone=time_zone).bills[0]

    assert bill.invoice_at == datetime.fromisoformat(at)
    assert not bill.is_waiting_at(datetime.fromisoformat(at) - timedelta(seconds=1))
    assert bill.is_waiting_at(datetime.fromisoformat(at))


def test_what_is_parked_waits_until_it_is_released_inv_1() -> None:
    balance = with_lines([line(FIRST, 700)])

    assert balance.next_invoice_at() == datetime(2027, 1, 1, tzinfo=UTC)
    assert replace(balance, parked="tax_unknown").next_invoice_at() is None


def test_another_currency_does_not_belong_on_a_bill_mon_1() -> None:
    with pytest.raises(ValueError, match="EUR"):
        billed(empty(), [line(FIRST, 700, "EUR")])
