"""Bills as the journal's lines make them, until invoices bear them (MON-4, INV-2)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from guichet.adapters.dynamo.billing_store import BillingStore
from guichet.adapters.dynamo.history import History
from guichet.ledger.billable import BillableLine
from guichet.ledger.journal import JournalEntry
from guichet.money import Money
from guichet.subscriptions.ports import ReadBill

type _Place = tuple[str, str, date, str | None]  # entity, currency, day, order


class JournalBills:
    """`Bills` on the journal.

    Args:
        history: of accounts.
        records: where balances are.
        terms_days: from the day of a bill to the day on which it is due (INV-10).
    """

    def __init__(self, history: History, records: BillingStore, terms_days: int) -> None:
        self._history = history
        self._records = records
        self._terms = timedelta(days=terms_days)

    def of(self, account_id: str) -> list[ReadBill]:
        found: dict[_Place, list[BillableLine]] = {}
        for entry in self._history.entries_of(account_id):
            if entry.lines:
                _sort_in(found, entry)
        bills = [self._bill(place, lines) for place, lines in found.items()]
        return sorted(bills, key=lambda bill: bill.bill_on)

    def _bill(self, place: _Place, lines: Iterable[BillableLine]) -> ReadBill:
        entity, currency, bill_on, cart_id = place
        due_on = bill_on if cart_id is not None else bill_on + self._terms
        return ReadBill(entity, currency, bill_on, due_on, cart_id, tuple(lines))

    def balance_due(self, account_id: str, day: date) -> list[Money]:
        sums: dict[str, Money] = {}
        for balance in self._records.balances_of(account_id):
            due = balance.due(day)
            sums[due.currency] = sums.get(due.currency, due.zero()) + due
        return [due for _, due in sorted(sums.items()) if due]


def _sort_in(found: dict[_Place, list[BillableLine]], entry: JournalEntry) -> None:
    if entry.book is None:
        raise LookupError("lines are billed by a selling entity")
    for line in entry.lines:
        place = (entry.book, line.amount.currency, line.bill_on, _paid_with(entry))
        found.setdefault(place, []).append(line)


def _paid_with(entry: JournalEntry) -> str | None:
    """The order that an entry carries out: its own lines were paid with it."""
    done = (each.facts for each in entry.events if each.name == "cart.done")
    orders = (facts.get("cart_id") for facts in done)
    return next((each for each in orders if isinstance(each, str)), None)
