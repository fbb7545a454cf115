"""What each movement writes into the books (MON-4)."""

from hypothesis import given
from hypothesis import strategies as st

from guichet.ledger import postings
from guichet.ledger.postings import LedgerAccount as L
from guichet.ledger.postings import Posting, balances
from guichet.money import Money

AMOUNTS = st.integers(min_value=0, max_value=10**9).map(lambda amount: Money(amount, "USD"))
PARTS = st.builds(Posting, st.sampled_from(L), st.sampled_from(L), AMOUNTS)


def usd(amount_minor: int) -> Money:
    return Money(amount_minor, "USD")


def test_a_capture_of_120_leaves_113_94_and_both_fees_mon_4_fee_2_fee_3() -> None:
    moved = postings.capture_postings(usd(12000), usd(228), usd(378))

    assert balances(moved) == {
        (L.REGISTRANTS, "USD"): -12000,
        (L.PROVIDER_BALANCE, "USD"): 11394,
        (L.PLATFORM_FEE, "USD"): 228,
        (L.PROVIDER_FEE, "USD"): 378,
    }


def test_fees_above_a_tiny_capture_are_paid_by_the_balance_mon_4() -> None:
    moved = postings.capture_postings(usd(1), usd(1), usd(30))

    assert balances(moved) == {
        (L.REGISTRANTS, "USD"): -1,
        (L.PROVIDER_BALANCE, "USD"): -30,
        (L.PLATFORM_FEE, "USD"): 1,
        (L.PROVIDER_FEE, "USD"): 30,
    }


def test_a_whole_return_leaves_the_providers_fee_alone_rfd_3_fee_3() -> None:
    moved = (
        *postings.capture_postings(usd(12000), usd(228), usd(378)),
        *postings.refund_postings(usd(12000)),
        *postings.fee_return_postings(usd(228)),
    )

    assert balances(moved) == {
        (L.PROVIDER_BALANCE, "USD"): -378,
        (L.PROVIDER_FEE, "USD"): 378,
    }


def test_a_refund_that_fails_after_the_fee_went_back_is_owed_by_the_organizer_rfd_6() -> None:
    moved = (
        *postings.capture_postings(usd(12000), usd(228), usd(378)),
        *postings.refund_postings(usd(12000)),
        *postings.fee_return_postings(usd(228)),
        *postings.refund_failed_postings(usd(12000)),
        *postings.fee_receivable_postings(usd(228)),
    )

    assert balances(moved) == {
        (L.REGISTRANTS, "USD"): -12000,
        (L.PROVIDER_BALANCE, "USD"): 11622,
        (L.PLATFORM_FEE, "USD"): 228,
        (L.PROVIDER_FEE, "USD"): 378,
        (L.ORGANIZER_RECEIVABLE, "USD"): -228,
    }


@given(st.lists(PARTS))
def test_any_postings_balance_per_currency_mon_4(moved: list[Posting]) -> None:
    assert sum(balances(moved).values()) == 0


@given(AMOUNTS, AMOUNTS, AMOUNTS)
def test_every_movement_balances_and_none_is_of_nothing_mon_4(
    captured: Money, platform_fee: Money, provider_fee: Money
) -> None:
    movements = [
        postings.capture_postings(captured, platform_fee, provider_fee),
        postings.refund_postings(captured),
        postings.refund_failed_postings(captured),
        postings.fee_return_postings(platform_fee),
        postings.fee_receivable_postings(platform_fee),
    ]

    for moved in movements:
        assert sum(balances(moved).values()) == 0
        assert all(posting.amount for posting in moved)


def test_currencies_are_kept_apart_mon_1() -> None:
    moved = (
        *postings.refund_postings(usd(100)),
        *postings.refund_postings(Money(100, "EUR")),
    )

    assert balances(moved) == {
        (L.PROVIDER_BALANCE, "USD"): -100,
        (L.REGISTRANTS, "USD"): 100,
        (L.PROVIDER_BALANCE, "EUR"): -100,
        (L.REGISTRANTS, "EUR"): 100,
    }
