"""Cases of periods, proration and plan changes, through the engine that bills them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from guichet.catalogue.catalogue import (
    BillingMode,
    Catalogue,
    Frequency,
    Plan,
    Product,
    Retention,
    TaxClass,
)
from guichet.ledger.billable import BillableLine
from guichet.money import half_up
from guichet.period import Basis, Period, days_in_month, share
from guichet.subscriptions.billing import parts_of, price_list, served
from guichet.subscriptions.changing import changed_in_month, plan_changed
from guichet.subscriptions.periods import starts_at, step
from guichet.subscriptions.subscription import Subscription, SubscriptionStatus
from guichet.subscriptions.terms import Terms

type Given = Mapping[str, Any]
type Answer = dict[str, object]

_MODES: Final = {
    "anniversary_30_days": (BillingMode.ANNIVERSARY, Frequency.MONTHLY),
    "anniversary_month": (BillingMode.ANNIVERSARY_MONTH, Frequency.MONTHLY),
    "anniversary_year": (BillingMode.ANNIVERSARY, Frequency.ANNUAL),
    "calendar_month": (BillingMode.CALENDAR, Frequency.MONTHLY),
}


def proration(given: Given) -> Answer:
    basis = Basis(given["basis"])
    part = share(basis, _span(given["period"]), _span(given["used"]))
    return {"amount": half_up(_whole(given["price"]) * part)}


def periods(given: Given) -> Answer:
    mode, frequency = _MODES[given["mode"]]
    start, length = date.fromisoformat(given["start"]), step(mode, frequency)
    anchor = start
    if mode is BillingMode.CALENDAR:
        anchor = start.replace(day=1)
    return {
        "starts": [
            starts_at(mode, frequency, anchor, length * number).isoformat()
            for number in range(1, _whole(given["count"]) + 1)
        ]
    }


def plan_change(given: Given) -> Answer:
    """`stays` is a share of both prices; `moves` is what the engine does with a subscription."""
    basis, at = Basis(given["basis"]), _moment(given["at"])
    start, end = _span(given["period"])
    if given["billing_date"] == "stays":
        left = share(basis, (start, end), (at, end))
        to_start, to_end = _span(given.get("period_to", given["period"]))
        begin = max(at, to_start)
        taken = share(basis, (to_start, to_end), (begin, to_end))
        return {
            "credit": half_up(_whole(given["price_from"]) * left),
            "debit": half_up(_whole(given["price_to"]) * taken),
        }
    if isinstance(start, datetime) or isinstance(end, datetime):
        begin = start if _day(at) <= _day(start) else _next_midnight(at, start)
        left = share(basis, (start, end), (begin, end))
        return {
            "credit": half_up(_whole(given["price_from"]) * left),
            "debit": _whole(given["price_to"]),
        }
    period, day = Period(start, end), _day(at)
    running = _running(basis, BillingMode.ANNIVERSARY, _whole(given["price_from"]), period)
    catalogue = _catalogue(
        basis, BillingMode.ANNIVERSARY, _whole(given["price_from"]), _whole(given["price_to"])
    )
    effect = plan_changed(running, replace(running.terms, plan_id="to"), catalogue, day)
    return {
        "credit": _sum(line for line in effect.lines if line.is_credit),
        "debit": _sum(line for line in effect.lines if not line.is_credit),
    }


def _next_midnight(at: date, like: date) -> datetime:
    zone = like.tzinfo if isinstance(like, datetime) else UTC
    return datetime.combine(_day(at) + timedelta(days=1), time.min, zone)


def calendar_change(given: Given) -> Answer:
    day = date.fromisoformat(given["at"])
    old, new = _whole(given["price_from"]), _whole(given["price_to"])
    catalogue = _catalogue(Basis.CALENDAR_DAYS, BillingMode.CALENDAR, old, new)
    if not old:
        lines = served(_new("to", BillingMode.CALENDAR), catalogue, day).lines
    else:
        start = day.replace(day=1)
        running = served(_new("from", BillingMode.CALENDAR), catalogue, start).subscription
        wanted = replace(running.terms, plan_id="to")
        lines = changed_in_month(running, wanted, catalogue, day).lines
    whole = days_in_month(day)
    return {
        "days": whole if day.day == 1 else whole - day.day,
        "days_in_month": whole,
        "amount": sum(line.net_minor for line in lines),
    }


def _running(basis: Basis, mode: BillingMode, price: int, period: Period) -> Subscription:
    catalogue = _catalogue(basis, mode, price, price)
    new = replace(_new("from", mode), basis=basis, anchor=period.start)
    lines = price_list(new, catalogue).full(new.terms, period, period.start)
    return replace(new, period=period, billed=parts_of(lines), billing_start=period.start)


def _new(plan_id: str, mode: BillingMode) -> Subscription:
    return Subscription(
        subscription_id="sub_case",
        account_id="acc_case",
        product_id="case",
        terms=Terms(plan_id, 1, Frequency.MONTHLY),
        currency="USD",
        selling_entity="us",
        mode=mode,
        basis=Basis.CALENDAR_DAYS,
        time_zone="UTC",
        catalogue_version="case",
        status=SubscriptionStatus.ACTIVE,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        request_hash="",
    )


def _catalogue(basis: Basis, mode: BillingMode, price_from: int, price_to: int) -> Catalogue:
    def plan(plan_id: str, rank: int, price: int) -> Plan:
        return Plan(plan_id, {"en": plan_id}, rank, {("USD", Frequency.MONTHLY): price})

    product = Product(
        product_id="case",
        names={"en": "Case"},
        mode=mode,
        basis=basis,
        tax_class=TaxClass.STANDARD,
        currencies=("USD",),
        frequencies=(Frequency.MONTHLY,),
        plans={"from": plan("from", 1, price_from), "to": plan("to", 2, price_to)},
        add_ons={},
        metered={},
        fees=(),
        self_service=frozenset(),
        retention=Retention(),
    )
    return Catalogue("case", date(2000, 1, 1), {"case": product})


def _sum(lines: Any) -> int:  # noqa: ANN401 - an iterable of lines
    held: list[BillableLine] = list(lines)
    return sum(line.amount.amount_minor for line in held)


def _span(pair: Any) -> tuple[date, date]:  # noqa: ANN401 - a case's text
    start, end = pair
    return _moment(start), _moment(end)


def _moment(text: str) -> date:
    """A day, or an instant where the text has a time."""
    if len(text) > len("2026-01-01"):
        return datetime.fromisoformat(text)
    return date.fromisoformat(text)


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def _whole(value: Any) -> int:  # noqa: ANN401 - a case's value
    if type(value) is not int:
        raise TypeError("an amount is a whole number")
    return value
