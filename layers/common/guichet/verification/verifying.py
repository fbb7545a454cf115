"""Reads everything once, brings together what belongs together, and judges it.

First each object with its history; what others have to know of it goes on to the payment, training,
code or account that it belongs to, and these are judged then. In memory lie one such group, the
rows that are being sorted, and the sums of the books.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final

from guichet.adapters.dynamo.codec import decode_time
from guichet.adapters.dynamo.keys import aggregate_of
from guichet.adapters.dynamo.seam import Item
from guichet.payments.invoice_payment import InvoicePayment
from guichet.payments.own_refund import OwnRefund
from guichet.subscriptions.cart import Cart
from guichet.verification import (
    accounts,
    billing,
    billing_gathering,
    codes,
    collected,
    gathering,
    history,
    invoice_gathering,
    invoices,
    methods,
    own_refunds,
    payments,
    subscribed,
    trainings,
    waiting,
)
from guichet.verification.findings import Check, Report
from guichet.verification.history import History, Moved
from guichet.verification.payments import PaymentFound
from guichet.verification.shapes import (
    history_of,
    is_passing,
    kind_named,
    kind_of,
    read,
    without_persons,
)
from guichet.verification.sorting import Groups

_JOURNAL: Final = "JOURNAL#"

type Look[T] = Callable[[T], Iterator[str]]

_OF_OBJECTS: Final[Mapping[Check, Look[History]]] = MappingProxyType(
    {
        Check.GAPLESS: history.gapless,
        Check.JOINED: history.joined,
        Check.CURRENT: history.current,
        Check.STATES: history.states,
        Check.OWNED: history.owned,
        Check.POSTINGS: history.postings,
    }
)
_OF_KINDS: Final[Mapping[type | None, tuple[Check, Look[History]]]] = MappingProxyType(
    {
        Cart: (Check.PREVIEWED, billing.previewed),
        InvoicePayment: (Check.CHARGE_BOOKS, collected.books),
        OwnRefund: (Check.RETURN_BOOKS, own_refunds.books),
    }
)
_OF_PAYMENTS: Final[Mapping[Check, Look[payments.PaymentFound]]] = MappingProxyType(
    {
        Check.PAYMENT_BOOKS: payments.books,
        Check.CAPTURES: payments.captures,
        Check.REFUNDS: payments.refunds,
        Check.FEES: payments.fees,
        Check.DISPUTES: payments.disputes,
    }
)
_OF_TRAININGS: Final[Mapping[Check, Look[trainings.TrainingFound]]] = MappingProxyType(
    {
        Check.SEATS: trainings.seats,
        Check.EMAILS: trainings.emails,
        Check.HOLDS: trainings.holds,
        Check.PAID: trainings.paid,
    }
)
_OF_BILLING: Final[Mapping[Check, Look[billing.BillingFound]]] = MappingProxyType(
    {
        Check.ORDER_BOOKS: billing.order_books,
        Check.OWED: billing.owed,
        Check.ORDERS: billing.orders,
        Check.TRIALS: billing.trials,
    }
)
_OF_INVOICES: Final[Mapping[Check, Look[invoices.InvoicedFound]]] = MappingProxyType(
    {
        Check.INVOICED: invoices.invoiced,
        Check.LINES: invoices.lines,
        Check.CREDITED: invoices.credited,
        Check.INVOICE_BOOKS: invoices.books,
    }
)
_OF_SUBSCRIPTIONS: Final[Mapping[Check, Look[subscribed.SubscriptionFound]]] = MappingProxyType(
    {Check.PERIODS: subscribed.periods, Check.POOLS: subscribed.seats}
)

type Found = (
    gathering.Found
    | billing.BillingFound
    | subscribed.SubscriptionFound
    | methods.MethodsFound
    | invoice_gathering.InvoiceGroup
)


def verify(
    stored: Iterable[Item],
    *,
    now: datetime,
    moving_since: datetime | None = None,
    groups: type[Groups] = Groups,
) -> Report:
    """Judge everything.

    Args:
        stored: the items of both tables in any order; where they are being changed meanwhile, those
            of the state first.
        now: what waits is compared with it.
        moving_since: what has changed since then may have been read half before and half after:
            it is counted, not judged. None where nothing changed while it was read.
        groups: what brings rows together.
    """
    run = _Run(now, moving_since)
    with groups() as objects, groups() as belongings:
        for item in stored:
            run.take(item, objects, belongings)
        run.judge_objects(objects, belongings)
        run.judge_belongings(belongings)
    run.judge_books()
    return run.report


def _put_together(
    found: gathering.Gathered,
) -> Found | collected.Collected | collected.Charged | None:
    if collected.is_collected(found.group):
        return collected.put_together(found)
    if invoice_gathering.is_of_invoices(found.group):
        return invoice_gathering.put_together(found)
    if billing_gathering.is_of_billing(found.group):
        return billing_gathering.put_together(found)
    return gathering.put_together(found)


@dataclass(slots=True)
class _Run:
    now: datetime
    moving_since: datetime | None
    report: Report = field(default_factory=Report)
    moved: Moved = field(default_factory=Counter)  # by all entries
    must_have_moved: Moved = field(default_factory=Counter)  # by all payments
    moving: set[str] = field(default_factory=set)  # whose books are
    series: dict[str, invoices.SeriesSeen] = field(default_factory=dict)

    def take(self, item: Item, objects: Groups, belongings: Groups) -> None:
        pk, sk = str(item["pk"]), str(item["sk"])
        if pk.startswith(_JOURNAL):
            self.report.read["journal"] += 1
            objects.add(aggregate_of(pk), sk, item)
            return
        self.report.read["state"] += 1
        kind = kind_of(item)
        group = (
            gathering.group_beside(item)
            or billing_gathering.group_beside(item)
            or invoice_gathering.group_beside(item)
        )
        collecting = collected.group_beside(item)
        if collecting is not None:  # beside whatever else it is judged as
            belongings.add(collecting, "", {"as": "beside", "item": item})
        if kind is not None:
            objects.add(history_of(item, kind), "", without_persons(item))
        elif group is not None:
            belongings.add(group, "", {"as": "beside", "item": item})
            for copied in invoice_gathering.copied_beside(item):
                belongings.add(copied, "", {"as": "beside", "item": item})
        is_judged_for_itself = kind is None and (
            group is None or "due_at" in item or "mails" in item
        )
        if is_judged_for_itself and not is_passing(item):
            self.report.judge(Check.DUE, f"{pk} {sk}", waiting.overdue(item, self.now))

    def judge_objects(self, objects: Groups, belongings: Groups) -> None:
        for name, rows in objects:
            entries = [row for row in rows if str(row["pk"]).startswith(_JOURNAL)]
            stored = next((row for row in rows if not str(row["pk"]).startswith(_JOURNAL)), None)
            found = self._read(History(name, entries, kind_named(name), stored))
            self.moved.update(found.moved())
            for group, rank, row in (
                *gathering.passed_on(found),
                *billing_gathering.passed_on(found),
                *invoice_gathering.passed_on(found),
                *collected.passed_on(found),
            ):
                belongings.add(group, rank, {"as": rank, **row})
            if self._is_moving(found.last_at):
                self.report.moving += 1
                self.moving |= {str(entry.get("account_id")) for entry in entries}
                continue
            for check, look in _OF_OBJECTS.items():
                self.report.judge(check, name, look(found))
            if found.kind in _OF_KINDS:
                check, look = _OF_KINDS[found.kind]
                self.report.judge(check, name, look(found))
            self.report.judge(Check.DUE, name, waiting.due(found, self.now))
            self.report.judge(Check.ALARMED, name, waiting.alarmed(found, self.now))

    def judge_belongings(self, belongings: Groups) -> None:
        for group, rows in belongings:
            found = gathering.gathered(group, rows)
            whole = _put_together(found)
            if isinstance(whole, PaymentFound):
                self.must_have_moved.update(whole.must_have_moved())
            if self._is_moving(found.last_at):
                if isinstance(whole, invoices.NumbersFound):
                    list(self._numbers(whole))  # what follows is compared with it
                continue
            missing = () if whole is not None else ("is not there, and something belongs to it",)
            self.report.judge(Check.WHOLE, group, missing)
            if isinstance(whole, collected.Collected | collected.Charged):
                for check, problems in collected.judged(whole):
                    self.report.judge(check, group, problems)
            else:
                self._judge(group, whole)

    def _judge(self, group: str, found: Found | None) -> None:
        match found:
            case payments.PaymentFound():
                self._all(group, found, _OF_PAYMENTS)
            case trainings.TrainingFound():
                self._all(group, found, _OF_TRAININGS)
            case codes.CodeFound():
                self.report.judge(Check.CODES, group, codes.uses(found))
            case accounts.AccountFound():
                self.report.judge(Check.PAYEES, group, accounts.payees(found))
            case billing.BillingFound():
                self._all(group, found, _OF_BILLING)
            case subscribed.SubscriptionFound():
                self._all(group, found, _OF_SUBSCRIPTIONS)
            case methods.MethodsFound():
                self.report.judge(Check.METHODS, group, methods.methods(found))
            case None:
                return
            case _:
                self._judge_invoices(group, found)

    def _judge_invoices(self, group: str, found: invoice_gathering.InvoiceGroup) -> None:
        match found:
            case invoices.DocumentFound():
                self.report.judge(Check.DOCUMENTS, group, invoices.documents(found))
            case invoices.InvoicedFound():
                self._all(group, found, _OF_INVOICES)
            case invoices.NumbersFound():
                self.report.judge(Check.NUMBERS, group, self._numbers(found))

    def _numbers(self, found: invoices.NumbersFound) -> Iterator[str]:
        before = self.series.setdefault(found.series, invoices.SeriesSeen())
        return invoices.numbers(found, before)

    def _all[T](self, group: str, found: T, looks: Mapping[Check, Look[T]]) -> None:
        for check, look in looks.items():
            self.report.judge(check, group, look(found))

    def judge_books(self) -> None:
        """Each organizer's book in each currency: its sum is 0, and payments explain all of it."""
        books = sorted({place[:2] for place in (*self.moved, *self.must_have_moved)})
        for owner, currency in books:
            if owner not in self.moving:
                self.report.judge(
                    Check.BALANCED, f"account/{owner}", self._unbalanced(owner, currency)
                )

    def _unbalanced(self, owner: str, currency: str) -> Iterator[str]:
        names = {
            a for o, c, a in (*self.moved, *self.must_have_moved) if (o, c) == (owner, currency)
        }
        total = sum(self.moved[owner, currency, name] for name in names)
        if total:
            yield f"its accounts in {currency} have {total} together"
        for name in sorted(names):
            found, wanted = (
                sums[owner, currency, name] for sums in (self.moved, self.must_have_moved)
            )
            if found != wanted:
                yield f"{name} has {found} {currency}, and its payments explain {wanted}"

    def _read(self, found: History) -> History:
        """The object, where it can be read; else that is found."""
        if found.item is None or found.kind is None:
            return found
        try:
            value = read(found.kind, found.item)
        except (TypeError, ValueError, KeyError) as error:
            self.report.judge(Check.READABLE, found.name, [f"{type(error).__name__}: {error}"])
            return History(found.name, found.entries)
        self.report.judge(Check.READABLE, found.name, ())
        return History(found.name, found.entries, found.kind, found.item, value)

    def _is_moving(self, at: str) -> bool:
        return bool(self.moving_since and at and decode_time(at) >= self.moving_since)
