"""INV-8, MON-3, BAD-5: however usage comes and however often it is billed, it costs the same."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from itertools import batched, groupby
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from guichet.catalogue.catalogue import Direction
from guichet.period import add_months, local_day
from guichet.subscriptions.usage_judging import UsageGiven
from guichet.subscriptions.use_cases.record_usage import UsageOutcome
from tests.support.metering import MINUTES, SMS, SUBSCRIPTION, Meter, catalogue, subscription, used

ZONE: Final = "America/New_York"
BEGIN: Final = datetime(2026, 7, 1, 12, tzinfo=UTC)
BILLING_START: Final = date(2026, 7, 20)
INCLUDED: Final = {"sms": 500, "minutes": 100}
PREFIXES: Final = {"1416": "0.012", "1876": "0.21", "49": "0.39"}


@dataclass(frozen=True)
class Told:
    """A use, and when it is told: perhaps several times, perhaps once under another month."""

    use: UsageGiven
    at: tuple[datetime, ...]
    moved: tuple[UsageGiven, datetime] | None = None


@st.composite
def told(draw: st.DrawFn, number: int) -> Told:
    used_at = BEGIN + timedelta(minutes=draw(st.integers(0, 120 * 24 * 60)))
    last = midnight_in_three_months(used_at)
    times = st.datetimes(naive(used_at), naive(last)).map(lambda at: at.replace(tzinfo=UTC))
    quantity = draw(st.integers(1, 400))
    made = used(f"k{number}", used_at=used_at, quantity=quantity)
    if draw(st.booleans()):
        prefix = draw(st.sampled_from(sorted(PREFIXES)))
        made = replace(made, item_id="minutes", number=prefix, direction=Direction.SENT)
    at = tuple(draw(st.lists(times, min_size=1, max_size=3)))
    if number % 4 or local_day(used_at, ZONE) >= date(2026, 9, 1):
        return Told(made, at)
    later = replace(made, used_at=used_at + timedelta(days=32), quantity=quantity + 1)
    again = draw(st.datetimes(naive(later.used_at), naive(last + timedelta(days=20))))
    return Told(made, at, (later, again.replace(tzinfo=UTC)))


def naive(at: datetime) -> datetime:
    return at.replace(tzinfo=None)


def midnight_in_three_months(used_at: datetime) -> datetime:
    """Surely not too late in New York."""
    day = add_months(local_day(used_at, ZONE), 3)
    return max(datetime(day.year, day.month, day.day, 3, tzinfo=UTC), used_at)


def by_the_rules(uses: list[UsageGiven]) -> dict[tuple[str, str, str], int]:
    """From the rules alone: cumulated by day and key, decimal, rounded once a month and price."""
    sums: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    before: dict[tuple[str, str], int] = defaultdict(int)
    for use in sorted(uses, key=lambda each: (each.used_at, each.key)):
        day = local_day(use.used_at, ZONE)
        if day < BILLING_START:
            continue
        month, quantity = f"{day:%Y-%m}", use.quantity or 0
        start = before[month, use.item_id]
        before[month, use.item_id] = end = start + quantity
        free = INCLUDED[use.item_id]
        beyond = max(end - free, 0) - max(start - free, 0)
        price = "0.0055" if use.item_id == "sms" else PREFIXES[str(use.number)]
        sums[month, use.item_id, price] += beyond * Decimal(price)
    with localcontext(prec=60):
        cents = {
            name: int((100 * total).quantize(Decimal(1), ROUND_HALF_UP))
            for name, total in sums.items()
        }
    return {name: amount for name, amount in cents.items() if amount}


def what_counts(all_told: list[Told]) -> list[UsageGiven]:
    """Each key once: as it was told first, by the batch that it came with."""
    kept = []
    for each in all_told:
        if each.moved is None:
            kept.append(each.use)
            continue
        other, moved_at = each.moved
        is_other_month = (
            local_day(other.used_at, ZONE).month != local_day(each.use.used_at, ZONE).month
        )
        first = moved_at < min(each.at)
        kept.append(other if first and is_other_month else each.use)
    return kept


def play(all_told: list[Told], runs: list[date], batch: int) -> Meter:
    """Tell in order of time, in batches, and bill on the 1st of each month and on `runs`."""
    meter = Meter(catalogue(SMS, replace(MINUTES, included=100)))
    meter.reads.subscriptions[SUBSCRIPTION] = subscription(billing_start=BILLING_START)
    pending = sorted(
        [(at, each.use) for each in all_told for at in each.at]
        + [(each.moved[1], each.moved[0]) for each in all_told if each.moved],
        key=lambda pair: pair[0],
    )
    firsts = [add_months(date(2026, 8, 1), n) for n in range(9)]
    for day in sorted([*firsts, *runs]):
        run_at = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
        came = [pair for pair in pending if pair[0] < run_at]
        pending = [pair for pair in pending if pair[0] >= run_at]
        for _, same_day in groupby(came, key=lambda pair: pair[0].date()):
            for part in batched(same_day, batch, strict=False):
                meter.clock.at = part[-1][0]
                results = meter.tell(*(use for _, use in part))
                assert UsageOutcome.REFUSED not in {each.outcome for each in results}
        meter.bill(day)
    assert not pending
    return meter


def billed(meter: Meter) -> dict[tuple[str, str, str], int]:
    sums: dict[tuple[str, str, str], int] = defaultdict(int)
    for line in meter.lines:
        sums[f"{line.period.start:%Y-%m}", line.item, line.unit_price] += line.net_minor
    return {name: amount for name, amount in sums.items() if amount}


USES: Final = st.integers(1, 12).flatmap(
    lambda n: st.tuples(*(told(number) for number in range(n)))
)
RUNS: Final = st.lists(st.dates(date(2026, 8, 1), date(2027, 4, 1)), max_size=5)


@settings(max_examples=60, deadline=None)
@given(USES, RUNS)
def test_late_repeated_and_moved_records_cost_what_one_calculation_says_inv_8(
    all_told: tuple[Told, ...], runs: list[date]
) -> None:
    meter = play(list(all_told), runs, batch=1)

    assert billed(meter) == by_the_rules(what_counts(list(all_told)))


@settings(max_examples=30, deadline=None)
@given(USES, RUNS, st.integers(2, 40))
def test_neither_batches_nor_the_number_of_runs_change_what_is_billed_inv_8(
    all_told: tuple[Told, ...], runs: list[date], batch: int
) -> None:
    unmoved = [replace(each, moved=None) for each in all_told]

    often, once = play(unmoved, [*runs, *runs], batch), play(unmoved, [], batch=1)

    assert billed(often) == billed(once) == by_the_rules([each.use for each in unmoved])


@settings(max_examples=30, deadline=None)
@given(USES)
def test_what_is_kept_as_billed_is_the_sum_of_the_lines_bad_5(all_told: tuple[Told, ...]) -> None:
    meter = play(list(all_told), [], batch=3)

    kept = {
        (f"{month:%Y-%m}", each.item_id, each.unit_price): each.amount_minor
        for (_, month), saved in meter.reads.months.items()
        for each in saved.billed
        if each.amount_minor
    }
    assert kept == billed(meter)
