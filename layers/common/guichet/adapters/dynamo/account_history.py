"""An account's history of money, read from the journal. Nothing is written for it (INV-9)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from guichet.adapters.dynamo import journal_items, keys
from guichet.adapters.dynamo.billing_items import balance_name
from guichet.adapters.dynamo.codec import decode
from guichet.adapters.dynamo.seam import TRANSACTION_LIMIT, Dynamo, Item, Key
from guichet.invoices.history_ports import BalanceStep, Placed
from guichet.invoices.movement import Moved
from guichet.ledger.journal import JournalEntry
from guichet.subscriptions.balance import OpenBill
from guichet.subscriptions.ports import Slice

_NOMINATED: Final = 200  # names, which the index holds and nothing else, in one question
_VERSIONS: Final = 20  # of a balance, until one says what bills there are
_QUESTIONS: Final = 5  # for one part
# A transaction reads 4 MB, and an item has 400 KB: a balance's version names all that is on its bills,
# before and after. No other entry read here grows with an account.
_WEIGHT_OF_A_BALANCE: Final = 10

# Whose entries move nothing that an account owes the operator or has there: read by nobody here.
# A bill that waits is nobody's debt, so what puts lines on it is among them.
_NO_MONEY: Final = frozenset(
    {
        *("account", "member", "billing_profile", "payment_account", "vat_number"),
        *("training", "discount_code", "registration", "payment", "refund", "dispute"),
        *("cancellation", "reconciliation", "provider_event", "tax_certificate", "invoice_run"),
        *("subscription", "seat", "usage_month", "declines", "provider_customer"),
        *("method_setup", "stored_method", "payment_methods"),
    }
)


class AccountHistoryStore:
    """`AccountHistory` on `Dynamo`."""

    def __init__(self, dynamo: Dynamo) -> None:
        self._dynamo = dynamo

    def entries(self, account_id: str, *, limit: int, after: str | None) -> Slice[Placed]:
        named: list[Item] = []
        rest = after
        for _ in range(_QUESTIONS):
            page = self._dynamo.query(
                "journal",
                account_id,
                index="account",
                limit=_NOMINATED,
                start=None if rest is None else _start(account_id, rest),
                forward=False,
            )
            named += [each for each in page.items if _may_move(each)]
            rest = None if page.next_start is None else str(page.next_start["at_id"])
            if rest is None or len(named) >= limit:
                break
        if len(named) > limit:
            del named[limit:]
            rest = str(named[-1]["at_id"])
        return Slice(self._read(named), rest)

    def _read(self, named: Sequence[Item]) -> list[Placed]:
        found: list[Placed] = []
        for part in _read_at_once(named):
            entries = self._dynamo.transact_get(
                [("journal", Key(str(each["pk"]), str(each["sk"]))) for each in part]
            )
            for name, item in zip(part, entries, strict=True):
                if item is None:
                    raise LookupError("the index names a journal entry that is not there")
                found.append(Placed(journal_items.journal_entry(item), str(name["at_id"])))
        return found

    def balance_steps(
        self, account_id: str, selling_entity: str, currency: str, *, below: int, limit: int
    ) -> list[BalanceStep]:
        name = balance_name(account_id, selling_entity, currency)
        return [_step(each) for each in self._versions(name, below, limit)]

    def bills_at(
        self, account_id: str, selling_entity: str, currency: str, *, version: int
    ) -> tuple[OpenBill, ...]:
        name, below = balance_name(account_id, selling_entity, currency), version + 1
        while entries := self._versions(name, below, _VERSIONS):
            for each in entries:
                if "bills" in each.after:
                    return _bills(each.after)
            below = entries[-1].sequence
        return ()

    def _versions(self, name: str, below: int, limit: int) -> list[JournalEntry]:
        """Entries of one balance, backwards."""
        key = keys.journal(name, below)
        page = self._dynamo.query(
            "journal", key.pk, limit=limit, start={"pk": key.pk, "sk": key.sk}, forward=False
        )
        return [journal_items.journal_entry(each) for each in page.items]


def _may_move(named: Item) -> bool:
    return _kind(named) not in _NO_MONEY


def _kind(named: Item) -> str:
    return keys.aggregate_of(str(named["pk"])).partition("/")[0]


def _read_at_once(named: Sequence[Item]) -> Iterator[list[Item]]:
    """In their order, as many together as one transaction reads, whatever their size."""
    part: list[Item] = []
    weight = 0
    for each in named:
        own = _WEIGHT_OF_A_BALANCE if _kind(each) == "balance" else 1
        if weight + own > TRANSACTION_LIMIT:
            yield part
            part, weight = [], 0
        part.append(each)
        weight += own
    if part:
        yield part


def _start(account_id: str, at_id: str) -> Item:
    """Where the index goes on: `at_id` names the entry itself."""
    _, aggregate, version = at_id.split("#")
    key = keys.journal(aggregate, int(version))
    return {"account_id": account_id, "at_id": at_id, "pk": key.pk, "sk": key.sk}


def _step(entry: JournalEntry) -> BalanceStep:
    moved = _standing(entry.after) - _standing(entry.before)
    return BalanceStep(entry.sequence, entry.at, moved)


def _standing(fields: Mapping[str, object]) -> Moved:
    """Of the fields that a version changed; what it did not change cancels out."""
    return Moved(
        sum(bill.open_minor for bill in _bills(fields) if bill.is_invoiced),
        _whole(fields.get("credit_minor", 0)),
        _whole(fields.get("reserved_minor", 0)),
    )


def _bills(fields: Mapping[str, object]) -> tuple[OpenBill, ...]:
    bills = fields.get("bills")
    return tuple(decode(OpenBill, each) for each in bills) if isinstance(bills, list) else ()


def _whole(value: object) -> int:
    if type(value) is not int:
        raise TypeError(f"expected a number, found {type(value).__name__}")
    return value
