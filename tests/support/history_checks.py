"""What holds after every step of a history, whatever happened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from guichet.ledger.billable import BillableLine
from guichet.ledger.journal import JournalEntry
from guichet.ledger.postings import LedgerAccount, balances
from guichet.subscriptions.seats import SeatStatus
from guichet.subscriptions.subscription import Subscription
from guichet.subscriptions.terms import Terms
from tests.support.history import History
from tests.support.history_documents import documents_bear_what_was_billed, second_taxes_minor
from tests.support.odd_catalogue import CURRENCY
from tests.support.second_calculation import Charge, Deal
from tests.support.story import ENTITY

L = LedgerAccount

# As SUB-3 writes them; "on its date any state but `pending` becomes `expired`".
SUB_3: Final = {
    "pending": {"active", "abandoned"},
    "trialing": {"active", "free", "expired"},
    "active": {"past_due", "expired"},
    "past_due": {"active", "suspended", "expired"},
    "suspended": {"active", "expired"},
    "free": {"active", "expired"},
    "expired": {"active"},
    "abandoned": set[str](),
}


def check(history: History) -> None:
    """All of it; what is asserted first fails first: lines, then what lies behind them."""
    every_line_is_as_calculated_a_second_time(history)
    every_subscription_stands_where_the_rules_put_it(history)
    the_books_are_what_was_billed_and_paid(history)
    documents_bear_what_was_billed(history)
    no_more_seats_are_assigned_than_bought(history)
    only_the_rules_moves_happened(history)
    periods_follow_each_other(history)


def every_line_is_as_calculated_a_second_time(history: History) -> None:
    """Net, day, item, quantity and span, line by line (SUB-6, SUB-7, SUB-16)."""
    lines = history.lines()
    for name, sheet in history.sheets.items():
        billed = [_charge(line) for line in lines if line.subscription_id == name]
        fold = _by_difference if sheet.rules.mode == "calendar" else Counter
        assert fold(billed) == fold(sheet.charges), f"{name} {sheet.rules}"
    assert {line.subscription_id for line in lines} <= set(history.sheets)


def _charge(line: BillableLine) -> Charge:
    span = (line.period.start, line.period.end)
    return Charge(line.bill_on, line.item, line.quantity, span, line.net_minor)


def _by_difference(charges: Iterable[Charge]) -> Counter[Charge]:
    """A credit of mode `calendar` may be told in parts, one for each invoice that it is of (SUB-7)."""
    told = list(charges)
    found = Counter(each for each in told if each.minor >= 0)
    sums: Counter[Charge] = Counter()
    for each in told:
        if each.minor < 0:
            sums[replace(each, quantity=0, minor=0)] += each.minor
    return found + Counter(replace(each, minor=minor) for each, minor in sums.items())


def every_subscription_stands_where_the_rules_put_it(history: History) -> None:
    for name, sheet in history.sheets.items():
        found = history.billing.subscription(name)
        assert str(found.status) == sheet.state, name
        assert _span(found) == sheet.running, name
        assert _deal(found.terms).same_as(sheet.deal), name
        later = sheet.next_deal or sheet.deal
        assert _deal(found.renewed_terms).same_as(later), name
        ends_on = found.cancellation.ends_on if found.cancellation else None
        assert ends_on == sheet.ends_on, name
        assert found.ended_on == sheet.ended_on, name


def _span(found: Subscription) -> tuple[date, date] | None:
    return (found.period.start, found.period.end) if found.period else None


def _deal(terms: Terms) -> Deal:
    return Deal(terms.plan_id, terms.seats, str(terms.frequency), terms.quantities)


def the_books_are_what_was_billed_and_paid(history: History) -> None:
    """Credit is used once (BAD-5); what came in is what was billed, less what is open (MON-4)."""
    found = [entry for entry in history.world.seen() if entry.book == ENTITY]
    books = Counter(balances([posting for entry in found for posting in entry.postings]))

    def of(account: LedgerAccount) -> int:
        return books[account, CURRENCY]

    balance = history.billing.balance(CURRENCY, ENTITY)
    open_minor = sum(bill.open_minor for bill in balance.bills)
    taxes_minor = second_taxes_minor(history)
    long_ago = history.world.clock.now().date() - timedelta(days=3)
    assert all(bill.bill_on > long_ago for bill in balance.waiting), "invoiced on its day (INV-1)"
    assert all(bill.open_minor > 0 for bill in balance.invoiced), "a total is not below 0 (INV-11)"
    assert not balance.parked
    assert balance.credit_minor >= 0
    assert balance.reserved_minor >= 0
    assert of(L.ACCOUNT_CREDIT) == -balance.credit_minor
    assert of(L.CREDIT_RESERVED) == -balance.reserved_minor
    assert of(L.RECEIVABLE) == open_minor
    billed = sum(charge.minor for sheet in history.sheets.values() for charge in sheet.charges)
    assert of(L.SALES) == -billed
    assert of(L.SALES_TAX) == -taxes_minor
    assert of(L.ENTITY_BANK) == history.received_minor
    assert of(L.ENTITY_BALANCE) + of(L.PROVIDER_FEE) == history.captured_minor
    at_stripe = history.world.stripe.books()["own"].get(CURRENCY, {"customer_paid": 0})
    assert at_stripe["customer_paid"] == history.captured_minor
    came_in = history.captured_minor + history.received_minor
    credit = balance.credit_minor + balance.reserved_minor
    assert came_in == billed + taxes_minor - open_minor + credit
    waits = history.waiting.cart.preview.credit_applied.amount_minor if history.waiting else 0
    assert balance.reserved_minor == waits


def no_more_seats_are_assigned_than_bought(history: History) -> None:
    records = history.billing.parts().records
    for name in history.sheets:
        pool, found = records.pool(name), history.billing.subscription(name)
        assert pool is not None
        live = [
            seat
            for seat in records.seats_of(name, limit=1000, after=None).items
            if seat.status is not SeatStatus.RELEASED
        ]
        assert len(live) == pool.assigned <= pool.capacity <= found.terms.seats


def only_the_rules_moves_happened(history: History) -> None:
    for entry in _of_subscriptions(history):
        before, after = entry.before.get("status"), entry.after.get("status")
        if before is not None and before != after:
            assert after in SUB_3[str(before)], f"{entry.aggregate}: {before} to {after}"


def periods_follow_each_other(history: History) -> None:
    """Without overlap and without a gap while it is paid; none begins twice by itself (BAD-12)."""
    last: dict[str, tuple[str, str]] = {}
    status: dict[str, str] = {}
    renewed: set[tuple[str, str]] = set()
    for entry in _of_subscriptions(history):
        name, was = entry.aggregate, status.get(entry.aggregate, "")
        status[name] = str(entry.after.get("status", was))
        if "period" not in entry.after:
            continue
        period = entry.after["period"]
        if not isinstance(period, Mapping):
            last.pop(name, None)
            continue
        start, end = str(period["start"]), str(period["end"])
        is_by_time = entry.use_case == "move_subscription"
        if name in last and was != "expired":
            before = last[name]
            follows = start == before[1]
            cuts = before[0] <= start < before[1] and not is_by_time
            rested = start > before[1] and was == "suspended"
            assert follows or cuts or rested, f"{name}: {before} and {start}"
        if is_by_time:
            assert (name, start) not in renewed
            renewed.add((name, start))
        last[name] = start, end


def _of_subscriptions(history: History) -> list[JournalEntry]:
    return [entry for entry in history.world.seen() if "sub_" in entry.aggregate]
