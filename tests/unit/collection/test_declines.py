"""COL-3: after a decline a method rests an hour on an invoice, an account after three in a day."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.collection.declines import Declines, Tried
from guichet.collection.policy import CollectionPolicy
from guichet.configuration import load_collection_policy
from guichet.errors import Conflict
from tests.support.world import START

POLICY: Final[CollectionPolicy] = load_collection_policy()
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(hours=24)
NOBODY: Final = Declines(account_id="acc_a")


def declined(before: Declines, method: str, invoice: str, at: datetime) -> Declines:
    attempt = f"{method} {invoice} {at}"
    trying = before.trying(attempt, method, [invoice], at, POLICY)
    on_its_way = trying.on_its_way(attempt)
    assert on_its_way is not None
    return trying.declined(on_its_way, at, POLICY)


def at(**parts: float) -> datetime:
    return START + timedelta(**parts)


@pytest.mark.parametrize(
    ("method", "invoice", "later", "expected"),
    [
        pytest.param("visa", "inv_1", timedelta(minutes=1), at(hours=1), id="the same, a minute"),
        pytest.param("visa", "inv_1", HOUR - timedelta(seconds=1), at(hours=1), id="nearly"),
        pytest.param("visa", "inv_1", HOUR, None, id="the same, an hour later"),
        pytest.param("amex", "inv_1", timedelta(0), None, id="another method, at once"),
        pytest.param("visa", "inv_2", timedelta(0), None, id="another invoice"),
    ],
)
def test_a_declined_method_rests_an_hour_on_that_invoice_col_3(
    method: str, invoice: str, later: timedelta, expected: datetime | None
) -> None:
    once = declined(NOBODY, "visa", "inv_1", START)

    assert once.may_try(START + later, method, [invoice], POLICY) == expected


def test_three_declines_in_a_day_stop_the_account_until_the_first_is_a_day_old_col_3() -> None:
    thrice = NOBODY
    for number in range(3):
        thrice = declined(thrice, f"m{number}", "inv_1", at(hours=number))

    assert thrice.may_try(at(hours=3), "m9", ["inv_9"], POLICY) == at(hours=24)
    assert thrice.may_try(at(hours=24), "m9", ["inv_9"], POLICY) is None


def test_the_longer_rest_decides_col_3() -> None:
    thrice = NOBODY
    for number, hours in enumerate((0, 23, 23.5)):
        thrice = declined(thrice, f"m{number}", "inv_1", at(hours=hours))

    assert thrice.may_try(at(hours=23.75), "m2", ["inv_1"], POLICY) == at(hours=24.5)
    assert thrice.may_try(at(hours=23.75), "m9", ["inv_1"], POLICY) == at(hours=24)


def test_the_refusal_gives_the_moment_of_the_next_try_col_3() -> None:
    once = declined(NOBODY, "visa", "inv_1", START)

    with pytest.raises(Conflict) as refused:
        once.trying("again", "visa", ["inv_1", "inv_2"], at(minutes=10, seconds=0.5), POLICY)

    assert (refused.value.code, refused.value.rule) == ("declined_too_recently", "COL-3")
    assert refused.value.retry_at == at(hours=1)
    assert refused.value.retry_after_seconds == 50 * 60  # never too early


def test_what_is_on_its_way_may_still_be_declined_and_counts_col_3() -> None:
    trying = NOBODY
    for number in range(3):
        trying = trying.trying(f"a{number}", f"m{number}", [f"inv_{number}"], START, POLICY)

    assert trying.may_try(START, "m9", ["inv_9"], POLICY) == at(minutes=1)
    assert trying.not_declined("a1").may_try(START, "m9", ["inv_9"], POLICY) is None


def test_successes_authentication_and_outages_do_not_count_col_3() -> None:
    tried = NOBODY
    for number in range(20):
        tried = tried.trying(f"a{number}", "visa", ["inv_1"], START, POLICY)
        tried = tried.not_declined(f"a{number}")

    assert tried.tried == ()
    assert tried.may_try(START, "visa", ["inv_1"], POLICY) is None


def test_an_attempt_is_counted_once_however_often_it_is_told() -> None:
    once = NOBODY.trying("a", "visa", ["inv_1"], START, POLICY)
    again = once.trying("a", "visa", ["inv_1"], at(minutes=1), POLICY)
    attempt = again.on_its_way("a")
    assert attempt is not None

    told = again.declined(attempt, at(minutes=2), POLICY)
    twice = told.declined(attempt, at(hours=5), POLICY)
    contradicted = twice.not_declined("a")

    assert once == again
    assert told == twice == contradicted
    assert len(told.tried) == 1


def test_a_debit_that_comes_back_counts_though_nobody_waits_for_it() -> None:
    """It gave its place back when it was processing; the bank's no came days later."""
    returned = Tried("a", "bank", ("inv_1",))

    after = NOBODY.declined(returned, START, POLICY)

    assert after.may_try(at(minutes=5), "bank", ["inv_1"], POLICY) == at(hours=1)


def test_what_counts_no_more_is_let_go() -> None:
    before = declined(NOBODY, "visa", "inv_1", START)

    after = declined(before, "visa", "inv_1", at(days=3))

    assert len(after.tried) == 1


acts = st.lists(
    st.tuples(
        st.integers(0, 8 * 60),  # minutes until it
        st.sampled_from(["visa", "amex", "bank"]),
        st.sampled_from(["inv_1", "inv_2", "inv_3"]),
        st.sampled_from(["declined", "declined", "declined", "paid", "on its way"]),
    ),
    max_size=60,
)


@given(acts)
def test_whoever_asks_first_never_breaks_the_limits_col_3(
    story: list[tuple[int, str, str, str]],
) -> None:
    """At most three in any 24 hours, an hour between two of a method and an invoice."""
    now, known, numbers = START, NOBODY, count()
    waiting: list[Tried] = []
    happened: list[tuple[datetime, str, str]] = []

    def decline(attempt: Tried) -> None:
        nonlocal known
        known = known.declined(attempt, now, POLICY)
        happened.append((now, attempt.method_id, attempt.invoice_ids[0]))

    for minutes, method, invoice, end in story:
        now += timedelta(minutes=minutes)
        if waiting:
            decline(waiting.pop())
        if known.may_try(now, method, [invoice], POLICY) is not None:
            continue
        name = f"a{next(numbers)}"
        known = known.trying(name, method, [invoice], now, POLICY)
        attempt = known.on_its_way(name)
        assert attempt is not None
        if end == "declined":
            decline(attempt)
        elif end == "paid":
            known = known.not_declined(name)
        elif not any((e.method_id, e.invoice_ids) == (method, (invoice,)) for e in waiting):
            waiting.append(attempt)

    for place, (moment, method, invoice) in enumerate(happened):
        within = [each for each, _, _ in happened[place:] if each - moment < DAY]
        assert len(within) <= 3
        same = [each for each, m, i in happened[place + 1 :] if (m, i) == (method, invoice)]
        assert all(each - moment >= HOUR for each in same)


@given(acts)
def test_the_moment_that_is_told_is_the_first_one_col_3(
    story: list[tuple[int, str, str, str]],
) -> None:
    now, known = START, NOBODY
    for minutes, method, invoice, _ in story:
        now += timedelta(minutes=minutes)
        moment = known.may_try(now, method, [invoice], POLICY)
        if moment is None:
            known = declined(known, method, invoice, now)
            continue
        assert moment > now
        assert known.may_try(moment, method, [invoice], POLICY) is None
        just_before = moment - timedelta(microseconds=1)
        assert known.may_try(just_before, method, [invoice], POLICY) == moment
