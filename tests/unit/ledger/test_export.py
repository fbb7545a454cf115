"""The books as plain text (MON-4)."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from guichet.adapters.dynamo.history import History
from guichet.events import Actor, ActorKind, Event
from guichet.ledger.export import amount_text, plain_text_journal
from guichet.ledger.journal import JournalEntry
from guichet.ledger.postings import LedgerAccount, Posting, capture_postings
from guichet.money import Money
from tests.support.organizing import late_payment
from tests.support.world import ACCOUNT, World

AT = datetime(2026, 11, 22, 23, 30, 0, 5000, tzinfo=UTC)
MADE = JournalEntry(
    aggregate="payment/pay_1",
    sequence=1,
    account_id="acc_1",
    at=AT,
    actor=Actor(ActorKind.SYSTEM, "test", "test"),
    use_case="start_payment",
    before={},
    after={"provider": "stripe"},
    events=(Event("payment.started"),),
    postings=(),
)
CAPTURED = replace(
    MADE,
    sequence=2,
    use_case="settle_payment",
    after={"status": "captured"},
    events=(Event("payment.captured"),),
    postings=capture_postings(Money(12000, "USD"), Money(228, "USD"), Money(378, "USD")),
)

TEXT = """\
commodity USD
    format 1000.00 USD

2026-11-22 * (pay_1/2) payment.captured
    ; at:2026-11-22T23:30:00.005+00:00
    ; entry:payment/pay_1/2
    ; use_case:settle_payment
    acc_1:stripe:registrants  -120.00 USD
    acc_1:stripe:provider_balance  113.94 USD
    acc_1:stripe:platform_fee  2.28 USD
    acc_1:stripe:provider_fee  3.78 USD
"""


def test_a_capture_reads_as_one_balanced_entry_with_its_ids_mon_4() -> None:
    assert plain_text_journal([MADE, CAPTURED]) == TEXT


def test_entries_in_any_order_give_the_same_text_mon_4() -> None:
    world = World()
    for number in range(4):
        world.buy(world.training(), f"guest{number}@example.org")
    entries = world.journal()
    shuffled = random.Random(7).sample(entries, len(entries))  # noqa: S311 - a repeatable order

    assert plain_text_journal(shuffled) == plain_text_journal(entries)


def test_books_without_a_movement_are_empty() -> None:
    assert not plain_text_journal([MADE])
    assert not plain_text_journal([])


def test_a_movement_whose_provider_is_not_known_says_so() -> None:
    assert "acc_1:unknown_provider:registrants  -120.00 USD" in plain_text_journal([CAPTURED])


def test_no_name_ends_or_parts_an_account() -> None:
    strange = replace(CAPTURED, account_id="acc:1  ;x\ny")

    text = plain_text_journal([strange])

    assert "acc_1___x_y:unknown_provider:registrants" in text


@pytest.mark.parametrize(
    ("amount_minor", "currency", "text"),
    [
        (-12000, "USD", "-120.00 USD"),
        (5, "EUR", "0.05 EUR"),
        (-1200, "JPY", "-1200 JPY"),
        (-1, "BHD", "-0.001 BHD"),
    ],
)
def test_an_amount_has_its_sign_and_its_currencys_decimals_mon_1(
    amount_minor: int, currency: str, text: str
) -> None:
    assert amount_text(amount_minor, currency) == text


def test_a_fee_in_another_currency_stands_in_the_same_entry_fee_3() -> None:
    mixed = replace(
        CAPTURED,
        postings=(
            Posting(LedgerAccount.REGISTRANTS, LedgerAccount.PROVIDER_BALANCE, Money(5, "USD")),
            Posting(LedgerAccount.PROVIDER_BALANCE, LedgerAccount.PROVIDER_FEE, Money(3, "EUR")),
        ),
    )

    amounts = [line.split("  ")[-1] for line in plain_text_journal([mixed]).splitlines()[-4:]]

    assert amounts == ["-0.03 EUR", "0.03 EUR", "-0.05 USD", "0.05 USD"]


def test_history_tells_all_entries_of_an_account_in_time_acc_3() -> None:
    world = World()
    training = world.training(capacity=None)
    for number in range(60):  # more than one page of the index
        world.clock.advance(seconds=1)
        world.register(training, f"guest{number}@example.org")
    late_payment(world, training, "ada@example.org")
    world.settle_down()

    entries = list(History(world.dynamo).entries_of(ACCOUNT))

    assert len(entries) > 100
    assert all(one.at <= two.at for one, two in pairwise(entries))
    ours = [each for each in world.journal() if each.account_id == ACCOUNT]
    assert sorted((each.aggregate, each.sequence) for each in entries) == sorted(
        (each.aggregate, each.sequence) for each in ours
    )


def test_history_of_an_unknown_account_is_empty() -> None:
    assert not list(History(World().dynamo).entries_of("acc_nowhere"))
