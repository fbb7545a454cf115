"""What billing writes into the book of a selling entity (MON-4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.events import Actor, ActorKind, Event
from guichet.ledger import postings
from guichet.ledger.billable import BillableLine, LineKind
from guichet.ledger.export import plain_text_journal
from guichet.ledger.journal import JournalEntry
from guichet.ledger.postings import LedgerAccount as L
from guichet.ledger.postings import Posting, balances
from guichet.money import CurrencyMismatchError, Money
from guichet.period import Period

JANUARY = Period(date(2027, 1, 1), date(2027, 2, 1))
AMOUNTS = st.integers(min_value=0, max_value=10**9)


def usd(amount_minor: int) -> Money:
    return Money(amount_minor, "USD")


def line(amount: Money, *, is_credit: bool = False) -> BillableLine:
    return BillableLine(
        subscription_id="sub_1",
        product_id="webinar",
        kind=LineKind.PLAN,
        item="pro",
        quantity=1,
        unit_price="10.00",
        amount=amount,
        period=JANUARY,
        bill_on=JANUARY.start,
        tax_class="standard",
        catalogue_version="2027-01",
        is_credit=is_credit,
    )


LINES = st.lists(st.builds(line, AMOUNTS.map(usd), is_credit=st.booleans()), max_size=5)


def test_charges_credits_and_tax_are_owed_together_mon_4() -> None:
    moved = postings.billed_postings((line(usd(5000)), line(usd(2000), is_credit=True)), 600, "USD")

    assert balances(moved) == {
        (L.RECEIVABLE, "USD"): 3600,
        (L.SALES, "USD"): -3000,
        (L.SALES_TAX, "USD"): -600,
    }


def test_tax_goes_back_where_credits_outweigh_charges_inv_11() -> None:
    moved = postings.billed_postings((line(usd(2000), is_credit=True),), -400, "USD")

    assert balances(moved) == {
        (L.RECEIVABLE, "USD"): -2400,
        (L.SALES, "USD"): 2000,
        (L.SALES_TAX, "USD"): 400,
    }


def test_lines_of_another_currency_are_not_posted_mon_1() -> None:
    with pytest.raises(CurrencyMismatchError):
        postings.billed_postings((line(Money(1, "EUR")),), 0, "USD")


def test_a_fee_in_another_currency_is_recorded_as_it_was_taken_fee_3() -> None:
    assert balances(postings.payment_postings(usd(1200), Money(31, "EUR"))) == {
        (L.RECEIVABLE, "USD"): -1200,
        (L.ENTITY_BALANCE, "USD"): 1200,
        (L.ENTITY_BALANCE, "EUR"): -31,
        (L.PROVIDER_FEE, "EUR"): 31,
    }


OF_AN_AMOUNT: list[Callable[[Money], tuple[Posting, ...]]] = [
    postings.credit_given_postings,
    postings.credit_used_postings,
    postings.credit_reserved_postings,
    postings.reservation_used_postings,
    postings.reservation_returned_postings,
    lambda amount: postings.payment_postings(amount, amount),
    lambda amount: postings.payment_to_credit_postings(amount, amount),
]


@pytest.mark.parametrize("movement", OF_AN_AMOUNT)
@given(amount_minor=AMOUNTS)
def test_every_movement_balances_and_none_is_of_nothing_mon_4(
    movement: Callable[[Money], tuple[Posting, ...]], amount_minor: int
) -> None:
    moved = movement(usd(amount_minor))

    assert sum(balances(moved).values()) == 0
    assert all(posting.amount for posting in moved)
    assert bool(moved) is bool(amount_minor)


@given(lines=LINES, tax_minor=st.integers(min_value=-(10**6), max_value=10**6))
def test_what_is_owed_is_what_was_sold_and_its_tax_mon_4(
    lines: list[BillableLine], tax_minor: int
) -> None:
    sums = balances(postings.billed_postings(lines, tax_minor, "USD"))

    assert sum(sums.values()) == 0
    owed = sum(each.net_minor for each in lines) + tax_minor
    assert sums.get((L.RECEIVABLE, "USD"), 0) == owed


@given(lines=LINES, tax_minor=AMOUNTS, credit_minor=AMOUNTS, fee_minor=AMOUNTS)
def test_an_order_paid_by_credit_and_money_leaves_nothing_owed_mon_4_col_7(
    lines: list[BillableLine], tax_minor: int, credit_minor: int, fee_minor: int
) -> None:
    total = sum(each.net_minor for each in lines) + tax_minor
    due, over = usd(max(total, 0)), usd(max(-total, 0))
    applied = min(usd(credit_minor), due, key=lambda each: each.amount_minor)
    life = (
        *postings.payment_to_credit_postings(usd(credit_minor), usd(0)),  # how it came to credit
        *postings.credit_reserved_postings(applied),
        *postings.billed_postings(lines, tax_minor, "USD"),
        *postings.reservation_used_postings(applied),
        *postings.credit_given_postings(over),
        *postings.payment_postings(due - applied, usd(fee_minor)),
    )

    sums = balances(life)

    assert (L.RECEIVABLE, "USD") not in sums
    assert (L.CREDIT_RESERVED, "USD") not in sums
    left = credit_minor - applied.amount_minor + over.amount_minor
    assert sums.get((L.ACCOUNT_CREDIT, "USD"), 0) == -left


@given(AMOUNTS)
def test_a_reservation_that_is_returned_leaves_credit_as_it_was_sub_5(amount_minor: int) -> None:
    moved = (
        *postings.credit_reserved_postings(usd(amount_minor)),
        *postings.reservation_returned_postings(usd(amount_minor)),
    )

    assert not balances(moved)


def test_a_bill_paid_by_credit_of_an_earlier_one_leaves_both_at_nothing_col_7() -> None:
    moved = (
        *postings.billed_postings((line(usd(700), is_credit=True),), 0, "USD"),
        *postings.credit_given_postings(usd(700)),
        *postings.billed_postings((line(usd(700)),), 0, "USD"),
        *postings.credit_used_postings(usd(700)),
    )

    assert not balances(moved)


TEXT = """\
commodity USD
    format 1000.00 USD

2027-01-01 * (crt_1/2) cart.done
    ; at:2027-01-01T09:00:00.000+00:00
    ; entry:cart/crt_1/2
    ; use_case:settle_cart
    ; account:acc_1
    entity_eu:receivable  12.00 USD
    entity_eu:sales  -10.00 USD
    entity_eu:sales_tax  -2.00 USD
"""


def test_what_stands_in_an_entitys_book_is_exported_there_with_the_customer_mon_4() -> None:
    entry = JournalEntry(
        aggregate="cart/crt_1",
        sequence=2,
        account_id="acc_1",
        at=datetime(2027, 1, 1, 9, 0, tzinfo=UTC),
        actor=Actor(ActorKind.SYSTEM, "test", "test"),
        use_case="settle_cart",
        before={},
        after={},
        events=(Event("cart.done"),),
        postings=postings.billed_postings((line(usd(1000)),), 200, "USD"),
        book="entity_eu",
    )

    assert plain_text_journal([entry]) == TEXT
    assert "acc_1:unknown_provider:sales" in plain_text_journal([replace(entry, book=None)])
