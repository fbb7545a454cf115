"""The books of a busy day, exported, judged by hledger, against the provider's own books (MON-4)."""

from __future__ import annotations

import csv
import io
import subprocess
from collections import Counter
from decimal import Decimal

import pytest

from guichet.adapters.dynamo.history import History
from guichet.ledger.export import plain_text_journal
from guichet.money import minor_digits
from tests.support.busy_day import CURRENCIES, BusyDay
from tests.support.world import ACCOUNT, STRIPE_ACCOUNT, World

BOOK = f"{ACCOUNT}:stripe"


def hledger_balances(hledger: str, journal: str, currency: str) -> Counter[str]:
    """Balances in minor units by account, as hledger computes them."""
    command = [hledger, "--file=-", "balance", "--flat", "--no-total", "--output-format=csv"]
    ran = subprocess.run(  # noqa: S603 - fixed words
        [*command, f"cur:{currency}"],
        input=journal,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={"LC_ALL": "C.UTF-8"},
    )
    found: Counter[str] = Counter()
    for account, balance in list(csv.reader(io.StringIO(ran.stdout)))[1:]:
        amount, _, unit = balance.partition(" ")
        if balance != "0":
            assert unit == currency
            found[account] = int(Decimal(amount).scaleb(minor_digits(currency)))
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_hledger_finds_the_providers_balances_in_our_export_mon_4(hledger: str, seed: int) -> None:
    world = World()
    day = BusyDay(world, seed)
    day.play()

    journal = plain_text_journal(History(world.dynamo).entries_of(ACCOUNT))

    theirs = world.stripe.books()["accounts"][STRIPE_ACCOUNT]
    assert set(theirs) == set(CURRENCIES), day.played
    for currency, book in theirs.items():
        ours = hledger_balances(hledger, journal, currency)
        operator = ours[f"{BOOK}:platform_fee"] + ours[f"{BOOK}:organizer_receivable"]
        assert ours[f"{BOOK}:provider_balance"] == book["provider_balance"], day.played
        assert ours[f"{BOOK}:registrants"] == book["refunded"] - book["customer_paid"]
        assert ours[f"{BOOK}:provider_fee"] == book["stripe_fees"]
        assert operator == book["application_fees"] - book["application_fees_returned"]
        assert sum(ours.values()) == 0


def test_a_changed_cent_is_found_by_hledger(hledger: str) -> None:
    world = World()
    world.buy(world.training())
    journal = plain_text_journal(History(world.dynamo).entries_of(ACCOUNT))

    wrong = journal.replace("113.94 USD", "113.95 USD")

    assert hledger_balances(hledger, journal, "USD")[f"{BOOK}:provider_balance"] == 11394
    with pytest.raises(subprocess.CalledProcessError):
        hledger_balances(hledger, wrong, "USD")
