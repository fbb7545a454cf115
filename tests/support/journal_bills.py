"""Every line that was ever billed, as the journal has them: by day, entity, currency and order."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from guichet.ledger.billable import BillableLine
from guichet.ledger.journal import JournalEntry

type Place = tuple[str, str, date, str | None]  # entity, currency, day, order


def bills_in(entries: Iterable[JournalEntry]) -> dict[Place, list[BillableLine]]:
    """The lines that become one invoice each, the oldest first (MON-4, INV-2)."""
    found: dict[Place, list[BillableLine]] = {}
    for entry in entries:
        for line in entry.lines:
            if entry.book is None:
                raise LookupError("lines are billed by a selling entity")
            place = (entry.book, line.amount.currency, line.bill_on, _order(entry))
            found.setdefault(place, []).append(line)
    return dict(sorted(found.items(), key=lambda each: each[0][2]))


def _order(entry: JournalEntry) -> str | None:
    """The order that an entry carries out: its own lines were paid with it."""
    done = (each.facts for each in entry.events if each.name == "cart.done")
    orders = (facts.get("cart_id") for facts in done)
    return next((each for each in orders if isinstance(each, str)), None)
