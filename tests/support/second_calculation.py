"""What the rules say a subscription costs, worked out a second time from their text alone.

Nothing of the product is imported here: dates, shares and rounding are its own. Whoever checks it
needs SUB-2, SUB-3, SUB-6 to SUB-11, SUB-16, SUB-18, MON-3, MON-5 and MON-6 beside it, and no code.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Final
from zoneinfo import ZoneInfo

type Span = tuple[date, date]  # from a day up to, not including, another
type Prices = Mapping[tuple[str, str], int]  # item and frequency to minor units of one
type Stated = frozenset[str]  # fields of a deal

MONTHS: Final = {"monthly": 1, "quarterly": 3, "annual": 12}
ONCE: Final = "once"
NOTHING: Final[Stated] = frozenset()


# -- MON-3, MON-5, MON-6: rounding, shares, days ------------------------------------------------


def rounded(exact: Fraction) -> int:
    """MON-3: half-up by size, the sign kept: −0.5 is −1."""
    twice = 2 * abs(exact)
    size = (twice + 1) // 2
    return int(size) if exact > 0 else -int(size)


def first_after(day: date) -> date:
    """The 1st of the month that follows."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def month_days(day: date) -> int:
    return (first_after(day) - timedelta(days=1)).day


def months_later(day: date, months: int, kept_day: int) -> date:
    """SUB-2: that many months on, on the day that is kept, or the last one of a shorter month."""
    month = day.replace(day=1)
    for _ in range(months):
        month = first_after(month)
    return month.replace(day=min(kept_day, month_days(month)))


def midnight(day: date, zone: str) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))


def measure(basis: str, span: Span, zone: str) -> int:
    """MON-5: how long a span is, in days, in days of months of 30, or in seconds."""
    start, end = span
    if basis == "seconds":
        return round(midnight(end, zone).timestamp() - midnight(start, zone).timestamp())
    if basis == "fixed_30":
        months = (end.year * 12 + end.month) - (start.year * 12 + start.month)
        return 30 * months + min(end.day, 30) - min(start.day, 30)
    return end.toordinal() - start.toordinal()


# -- what is bought, and how it is sold ----------------------------------------------------------


@dataclass(frozen=True)
class Deal:
    """What each period is for."""

    plan: str
    seats: int
    frequency: str
    extras: Mapping[str, int] = field(default_factory=dict)

    def items(self) -> list[tuple[str, int]]:
        return [(self.plan, self.seats), *sorted((n, c) for n, c in self.extras.items() if c)]

    def same_as(self, other: Deal) -> bool:
        return (self.items(), self.frequency) == (other.items(), other.frequency)


@dataclass(frozen=True)
class Rules:
    """How a product is billed."""

    mode: str  # anniversary, anniversary_month, calendar
    basis: str = "calendar_days"
    term_months: int = 0  # 0: no fixed term
    free_months: int = 0
    notice_days: int = 30
    frequency_waits: bool = False
    free_plan: str | None = None
    trial_days: int = 14


@dataclass(frozen=True)
class PriceBook:
    """Prices from a day on, ascending."""

    versions: Sequence[tuple[date, Prices]]

    def on(self, day: date) -> Prices:
        return [prices for begins, prices in self.versions if begins <= day][-1]


@dataclass(frozen=True)
class Charge:
    """One line: below 0 it is a credit."""

    bill_on: date
    item: str
    quantity: int
    span: Span
    minor: int


@dataclass(frozen=True)
class Paid:
    """What was billed for a line of the running period, to be credited in part by SUB-6."""

    item: str
    quantity: int
    minor: int
    span: Span


# -- one subscription ----------------------------------------------------------------------------


@dataclass
class Sheet:
    """One subscription told what is done to it, with the lines that this costs."""

    rules: Rules
    book: PriceBook
    zone: str = "UTC"
    state: str = "none"
    deal: Deal = field(default_factory=lambda: Deal("", 0, "monthly"))
    next_deal: Deal | None = None
    running: Span | None = None  # the period that is paid
    whole: Span | None = None  # the same before a term cut it
    kept_day: int = 1
    billing_start: date | None = None
    term: Span | None = None
    ends_on: date | None = None  # the mark of a pending cancellation
    trial_ends_on: date | None = None
    suspended_at: datetime | None = None
    ended_on: date | None = None
    prices: Prices = field(default_factory=dict)  # of the running period
    parts: list[Paid] = field(default_factory=list)
    charges: list[Charge] = field(default_factory=list)

    # SUB-4, SUB-10, SUB-11, SUB-17: how it begins

    def on_trial(self, day: date, zone: str, deal: Deal) -> None:
        self.zone, self.state, self.deal = zone, "trialing", deal
        self.trial_ends_on = day + timedelta(days=self.rules.trial_days)

    def begin(self, day: date, zone: str, deal: Deal) -> None:
        """Service on this day; billing with it, or after the free months of a first signature."""
        free_months = self.rules.free_months if self.running is None and self.term is None else 0
        self.zone, self.state, self.deal, self.next_deal = zone, "active", deal, None
        self.running = self.whole = self.term = None
        self.ends_on = self.trial_ends_on = self.suspended_at = self.ended_on = None
        self.parts = []
        self.prices = self.book.on(day)
        self.billing_start = day
        if self.rules.term_months:
            start = first_after(day) if self._on_firsts and day.day > 1 else day
            self.term = (start, months_later(start, self.rules.term_months, start.day))
            self.billing_start = months_later(day, free_months, day.day)
        if self.billing_start == day:
            self._first_period(day)

    @property
    def _on_firsts(self) -> bool:
        return self.rules.mode == "calendar"

    # SUB-2: periods

    def _first_period(
        self, day: date, prices_of: date | None = None, kept_day: int | None = None
    ) -> None:
        self.prices = self.book.on(prices_of or day)
        self.kept_day = kept_day or day.day
        if not self._on_firsts or day.day == 1:
            self._whole_period(day)
            return
        # SUB-7: the rest of the month without this day, on the bill of the 1st that follows
        first = first_after(day)
        self.kept_day, self.running, self.whole, self.parts = 1, (day, first), (day, first), []
        rest = Fraction(month_days(day) - day.day, month_days(day))
        share = rest / MONTHS[self.deal.frequency]
        for item, quantity in self.deal.items():
            minor = rounded(self._price(item) * quantity * share)
            self._line(first, item, quantity, (day + timedelta(days=1), first), minor)

    def _whole_period(self, start: date) -> None:
        """From this day, billed on it; what would outlast the term ends with it and costs its share."""
        if self._counts_days:
            end = start + timedelta(days=30)
        else:
            end = months_later(start, MONTHS[self.deal.frequency], self.kept_day)
        self.whole = (start, end)
        cut = min(end, self.term[1]) if self.term else end
        self.running = (start, cut)
        share = self._share(self.running, self.whole)
        self.parts = []
        for item, quantity in self.deal.items():
            minor = rounded(self._price(item) * quantity * share)
            self._line(start, item, quantity, self.running, minor)

    @property
    def _counts_days(self) -> bool:
        return self.rules.mode == "anniversary" and self.deal.frequency == "monthly"

    def _renew(self, zone: str) -> None:
        """The period after the running one, at the prices of its first day (SUB-1)."""
        if self.running is None or self.whole is None:
            raise AssertionError("nothing runs")
        start, counted_days = self.running[1], self._counts_days
        was_cut = self.running != self.whole
        self.deal, self.next_deal = self.next_deal or self.deal, None
        self.zone, self.prices = zone, self.book.on(start)
        if was_cut or counted_days != self._counts_days:
            self.kept_day = start.day
        if self.term and start >= self.term[1]:  # SUB-9: renewed for the same months
            begins = self.term[1]
            self.term = (begins, months_later(begins, self.rules.term_months, begins.day))
        self._whole_period(start)

    # SUB-6, SUB-7, SUB-16, SUB-18: changes

    def change(
        self, day: date, wanted: Deal, prices_of: date | None = None, *, stated: Stated = NOTHING
    ) -> None:
        """Change what it is for.

        `prices_of`: today where the account is, if that is not where the period began (MON-6);
        `stated`: of `seats`, `extras` and `frequency`, what is to be so from now on.
        """
        before = self.deal
        waits = self.rules.frequency_waits or self._on_firsts
        later = None
        if waits and wanted.frequency != self.deal.frequency:
            later, wanted = wanted.frequency, replace(wanted, frequency=self.deal.frequency)
        if not wanted.same_as(self.deal):
            if self._on_firsts:
                self._change_in_month(day, wanted)
            elif (wanted.plan, wanted.frequency) != (self.deal.plan, self.deal.frequency):
                self._change_plan(day, wanted, prices_of or day)
            else:
                self._add(day, wanted)
        self._keep_planned(before, later, stated)

    def _keep_planned(self, before: Deal, frequency: str | None, stated: Stated) -> None:
        """What is planned for the renewal stays so, beside what is bought, unless stated anew."""
        now, planned = self.deal, self.next_deal
        if planned is not None:
            grown = now.seats - before.seats
            extras = dict(planned.extras)
            for item in {*now.extras, *before.extras}:
                more = now.extras.get(item, 0) - before.extras.get(item, 0)
                extras[item] = extras.get(item, 0) + more
            planned = Deal(
                now.plan,
                now.seats if "seats" in stated else planned.seats + grown,
                now.frequency if "frequency" in stated else planned.frequency,
                now.extras if "extras" in stated else extras,
            )
        if frequency is not None:
            planned = replace(planned or now, frequency=frequency)
        self.next_deal = None if planned is None or planned.same_as(now) else planned

    def _change_plan(self, day: date, wanted: Deal, prices_of: date) -> None:
        """SUB-6: the unused part is credited, and a new period starts that day."""
        self.deal = wanted
        if self.running is None:
            return
        for part in self.parts:
            unused_from = day + timedelta(days=1) if day > part.span[0] else part.span[0]
            left = (min(unused_from, part.span[1]), part.span[1])
            credit = rounded(part.minor * self._share(left, part.span))
            self._line(day, part.item, part.quantity, left, -credit, keep=False)
        self._first_period(day, prices_of)
        if self.ends_on is not None and self.term is None:
            self.ends_on = self.running[1]  # SUB-8: what is begun is billed whole, and lasts

    def _add(self, day: date, wanted: Deal) -> None:
        """SUB-16: pro rata from the day of purchase, that day included, at the running prices."""
        before, self.deal = self.deal, wanted
        had, has = dict(before.items()), dict(wanted.items())
        more = {item: count - had.get(item, 0) for item, count in has.items()}
        if self.running is None or self.whole is None:
            return
        span = (day, self.running[1])
        share = self._share(span, self.whole)
        for item, count in more.items():
            if count > 0:
                self._line(day, item, count, span, rounded(self._price(item) * count * share))

    def _change_in_month(self, day: date, wanted: Deal) -> None:
        """SUB-7: one rounded difference for each thing, on the bill of the next 1st."""
        before, self.deal = self.deal, wanted
        if self.running is None:
            return
        first, days = first_after(day), month_days(day)
        billed_days = days if day.day == 1 else days - day.day
        months = Fraction(billed_days, days)
        month = first
        while month < self.running[1]:
            months, month = months + 1, first_after(month)
        share = months / MONTHS[wanted.frequency]
        begins = day if day.day == 1 else day + timedelta(days=1)
        for name in sorted({*before.extras, *wanted.extras}):
            old, new = before.extras.get(name, 0), wanted.extras.get(name, 0)
            minor = rounded(self._price(name) * (new - old) * share)
            self._line(first, name, new or old, (begins, self.running[1]), minor)
        new_plan = self._price(wanted.plan, wanted) * wanted.seats
        old_plan = self._price(before.plan, before) * before.seats
        minor = rounded((new_plan - old_plan) * share)
        self._line(first, wanted.plan, wanted.seats, (begins, self.running[1]), minor)

    def once(self, day: date, item: str, quantity: int, prices_of: date | None = None) -> None:
        """What is sold once is on its day's bill; in mode `calendar` on that of the next 1st."""
        of_running = self._on_firsts and self.running is not None
        prices = self.prices if of_running else self.book.on(prices_of or day)
        bill_on = first_after(day) if self._on_firsts else day
        self._line(bill_on, item, quantity, (day, day), prices[item, ONCE] * quantity, keep=False)

    def later(self, wanted: Deal) -> None:
        """SUB-16, SUB-18: from the next renewal, without credit."""
        self.next_deal = None if wanted.same_as(self.deal) else wanted

    # SUB-3, SUB-8, SUB-9, COL-5: ends

    def last_day_if_cancelled(self, day: date, noticed_on: date | None = None) -> date:
        """The first day without access."""
        if self.state == "trialing" and self.trial_ends_on is not None:
            return self.trial_ends_on
        if self.state == "free":
            return day
        if self.term is not None:
            end = self.term[1]
            in_time = (noticed_on or day) <= end - timedelta(days=self.rules.notice_days)
            return end if in_time else months_later(end, self.rules.term_months, end.day)
        return max(self.running[1], day) if self.running else day

    def cancel(self, day: date) -> None:
        self.ends_on = self.last_day_if_cancelled(day)
        if self.ends_on <= day and self.state != "trialing":
            self._expire(self.ends_on)

    def _expire(self, day: date) -> None:
        self.state, self.ended_on = "expired", day
        self.ends_on = self.suspended_at = self.next_deal = None

    def suspend(self, at: datetime) -> None:
        self.state, self.suspended_at = "suspended", at

    def restore(self, day: date) -> None:
        """COL-5: it works again; a period that ended meanwhile is followed by one from today."""
        was_suspended, self.state, self.suspended_at = self.state == "suspended", "active", None
        if was_suspended and self.term is None and self.running and day >= self.running[1]:
            self.deal, self.next_deal = self.next_deal or self.deal, None
            self._first_period(day)

    # time

    def next_event(self) -> tuple[datetime, str] | None:
        """What time does next, and when; of what falls on one moment, what ends comes first."""
        return min(self._events(), default=None)

    def _events(self) -> Iterator[tuple[datetime, str]]:
        if self.state in {"none", "expired"}:
            return
        if self.suspended_at is not None:
            yield self.suspended_at + timedelta(days=30), "0 suspended too long"
        if self.ends_on is not None:
            yield midnight(self.ends_on, self.zone), "1 cancelled"
        if self.state == "trialing" and self.trial_ends_on is not None:
            yield midnight(self.trial_ends_on, self.zone), "2 trial"
        is_billed = self.state in {"active", "past_due"} or (
            self.state == "suspended" and self.term is not None
        )
        begins = self.running[1] if self.running else self.billing_start
        if is_billed and begins is not None:
            yield midnight(begins, self.zone), "3 period"

    def until(self, now: datetime, zone: str) -> None:
        """Let time pass; `zone` is the account's, which a new period takes over (MON-6)."""
        while (event := self.next_event()) is not None and event[0] <= now:
            moment, what = event
            day = moment.astimezone(ZoneInfo(self.zone)).date()
            match what:
                case "0 suspended too long":
                    self._expire(min(self.running[1], day) if self.running else day)
                case "1 cancelled":
                    self._expire(day)
                case "2 trial" if self.rules.free_plan is None:
                    self._expire(day)
                case "2 trial":
                    plan = self.rules.free_plan or ""
                    self.state, self.deal = "free", Deal(plan, 1, self.deal.frequency)
                case _ if self.running is None:
                    self.zone = zone  # SUB-11: after free months the service's day is kept
                    self.deal, self.next_deal = self.next_deal or self.deal, None
                    self._first_period(day, kept_day=self.term[0].day if self.term else None)
                case _:
                    self._renew(zone)

    # lines

    def _price(self, item: str, deal: Deal | None = None) -> int:
        return self.prices[item, (deal or self.deal).frequency]

    def _share(self, part: Span, whole: Span) -> Fraction:
        basis, zone = self.rules.basis, self.zone
        return Fraction(measure(basis, part, zone), measure(basis, whole, zone))

    def _line(
        self,
        bill_on: date,
        item: str,
        quantity: int,
        span: Span,
        minor: int,
        *,
        keep: bool = True,
    ) -> None:
        if not minor:
            return
        self.charges.append(Charge(bill_on, item, quantity, span, minor))
        if keep and not self._on_firsts:
            self.parts.append(Paid(item, quantity, minor, span))
