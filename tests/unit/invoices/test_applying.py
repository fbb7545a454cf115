"""COL-6, COL-7, COL-8, BAD-5: credit pays the oldest open invoices, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guichet.invoices.invoice import InvoiceStatus
from guichet.ledger.journal import Change
from guichet.ledger.postings import LedgerAccount as L
from guichet.subscriptions.ports import Aggregate
from tests.support.invoicing import Invoiced
from tests.support.unchanged import nothing_written
from tests.support.verified import assert_verified

FIRST = date(2026, 4, 1)


@pytest.fixture
def here() -> Invoiced:
    return Invoiced()


def owing(here: Invoiced, count: int, net_minor: int = 1_000) -> str:
    """An account with so many open invoices, of 8 per cent more, the first the oldest."""
    account = here.account()
    for day in range(count):
        here.bill(account, here.usd(net_minor, FIRST + timedelta(days=day)))
    while here.make(account).documents:
        pass
    return account


def test_credit_pays_the_oldest_first_and_the_last_in_part_col_7(here: Invoiced) -> None:
    account = owing(here, 3)
    here.give_credit(account, 1_500)

    paid = here.apply(account)

    assert [(each.bill_on.day, each.open_minor) for each in paid] == [(1, 0), (2, 660)]
    assert [each.status for each in here.invoices(account)] == [
        *(InvoiceStatus.PAID, InvoiceStatus.OPEN, InvoiceStatus.OPEN),
    ]
    balance = here.balance(account)
    assert (balance.credit_minor, [bill.open_minor for bill in balance.bills]) == (0, [660, 1_080])
    assert (here.books()[L.RECEIVABLE], here.books()[L.ENTITY_BANK]) == (1_740, 1_500)
    assert_verified(here.world.dynamo, here.world.clock.now())


def test_it_is_used_once_bad_5(here: Invoiced) -> None:
    account = owing(here, 2)
    here.give_credit(account, 1_500)
    here.apply(account)

    with nothing_written(here.world.dynamo):
        assert here.apply(account) == []


def test_what_is_over_stays_credit_col_6(here: Invoiced) -> None:
    account = owing(here, 1)
    here.give_credit(account, 5_000)

    here.apply(account)

    assert (here.balance(account).credit_minor, here.balance(account).bills) == (3_920, ())


def test_more_than_a_write_holds_are_paid_one_write_after_the_other_col_7(here: Invoiced) -> None:
    account = owing(here, 45)
    here.give_credit(account, 43 * 1_080 + 80)

    paid = here.apply(account)

    assert len(paid) == 44
    assert [each.open_minor for each in here.invoices(account)] == [0] * 43 + [1_000, 1_080]
    assert here.balance(account).credit_minor == 0
    assert_verified(here.world.dynamo, here.world.clock.now())


def test_what_is_being_collected_is_left_alone_col_8(here: Invoiced) -> None:
    account = owing(here, 2)
    before = here.balance(account)
    leased = before.leased(before.bills[0].invoice_id, is_leased=True)
    change: Change[Aggregate] = Change(
        before, replace(leased, version=before.version + 1), book=here.entity
    )
    here.parts.records.save(here.world.cause("collect"), [change])
    here.give_credit(account, 5_000)

    paid = here.apply(account)

    assert [each.bill_on.day for each in paid] == [2]
    assert here.balance(account).credit_minor == 5_000 - 1_080
    with nothing_written(here.world.dynamo):
        assert here.apply(account) == []


def test_upkeep_applies_it_where_credit_and_an_invoice_lie_side_by_side_col_7(
    here: Invoiced,
) -> None:
    account = owing(here, 1)
    here.give_credit(account, 500)

    here.world.settle_down()

    assert [each.credit_applied_minor for each in here.invoices(account)] == [500]


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.integers(1, 900), min_size=1, max_size=6),
    st.lists(st.integers(1, 1_500), max_size=4),
)
def test_in_whatever_parts_it_comes_nothing_is_lost_and_the_oldest_is_paid_first_bad_5(
    nets: list[int], given_minor: list[int]
) -> None:
    here = Invoiced()
    account = here.account()
    for place, net in enumerate(nets):
        here.bill(account, here.usd(net, FIRST + timedelta(days=place)))
    here.make(account)
    total = sum(each.total_minor for each in here.invoices(account))

    for amount in given_minor:
        here.give_credit(account, amount)
        here.apply(account)

    found, balance = here.invoices(account), here.balance(account)
    applied = sum(each.credit_applied_minor for each in found)
    assert applied == min(total, sum(given_minor))
    assert applied + balance.credit_minor == sum(given_minor)
    still = [each.open_minor > 0 for each in found]
    assert still == sorted(still), "none is paid before an older one"
    assert [bill.open_minor for bill in balance.bills] == [
        each.open_minor for each in found if each.open_minor
    ]
