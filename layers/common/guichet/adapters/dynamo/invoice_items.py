"""The shape of every item of invoices: name, key, content, series. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final

from guichet.adapters.dynamo import billing_items, items, keys
from guichet.adapters.dynamo.codec import encode_stated, encode_time
from guichet.adapters.dynamo.contents import content_text
from guichet.adapters.dynamo.given_back import keeping
from guichet.adapters.dynamo.seam import Absent, Equals, Item, Key, Operation, Put, Update
from guichet.invoices.content import InvoiceContent
from guichet.invoices.document import DocumentKind
from guichet.invoices.invoice import Invoice
from guichet.invoices.ports import (
    Aggregate,
    CountInvoiced,
    OrderInvoiced,
    PutContent,
    RunCount,
    Step,
    TakeNumbers,
)
from guichet.invoices.run import InvoiceRun, RunTotal
from guichet.invoices.series import Series
from guichet.ledger.journal import Change
from guichet.registration.outbox import DueKind
from guichet.subscriptions.balance import AccountBalance
from guichet.subscriptions.creditable import KeepGivenBack

_DUE: Final = ("due_key", "due_at", "due_since")
_FEW: Final = 3  # numbers of one write whose mails are in the index each for itself
_SHORT: Final = 700  # characters: with them a number, its ids and its mails are below 1 KB


def aggregate_name(value: Aggregate) -> str:
    """The name under which the journal keeps an object's history."""
    match value:
        case Invoice():
            return f"invoice/{value.invoice_id}"
        case InvoiceRun():
            return f"invoice_run/{value.run_id}"
        case AccountBalance():
            return billing_items.aggregate_name(value)


def item_of(value: Aggregate, at: datetime) -> Item:
    match value:
        case Invoice():
            key: Key = keys.invoice(value.account_id, value.invoice_id)
            return {**items.stored(key, encode_stated(value)), **due_of(value)}
        case InvoiceRun():
            return {
                **items.stored(keys.invoice_run(value.run_id), encode_stated(value)),
                "list_key": keys.INVOICE_RUNS,
                "list_sort": f"{encode_time(value.started_at)}#{value.run_id}",
            }
        case AccountBalance():
            return billing_items.item_of(value, at)


def due_of(invoice: Invoice) -> Item:
    """When it is to be collected, or an order's is looked at once more; nothing where neither is."""
    collect_at = invoice.next_collection_at()
    if collect_at is not None:
        return items.due_entry("collection", collect_at)
    if invoice.in_doubt_since is not None:  # a message does it at once
        by_message = invoice.in_doubt_since + items.MESSAGE_GRACE
        return items.due_entry("vat_doubt", invoice.doubt_look_at or by_message)
    return {}


def effect_about(value: Aggregate) -> Item:
    """What the mails of a change are about."""
    about: Item = {"account_id": value.account_id}
    return {**about, "invoice_id": value.invoice_id} if isinstance(value, Invoice) else about


def mails_of_numbered(
    changes: Sequence[Change[Aggregate]], steps: Sequence[Step], at: datetime
) -> dict[str, Item]:
    """The mails of each document that is numbered in a write, as they lie with its number."""
    numbered = {each.invoice.invoice_id for each in steps if isinstance(each, PutContent)}
    taken = [each for each in steps if isinstance(each, TakeNumbers)]
    together = {_series_of(each.after) for each in taken if _takes_many(each)}
    return {
        each.after.invoice_id: (
            items.mails_left(each.mails, at)
            if _series_of(each.after) in together
            else items.unsent(each.mails, at)
        )
        for each in changes
        if isinstance(each.after, Invoice) and each.after.invoice_id in numbered
    }


def _series_of(value: Invoice | Series) -> tuple[str, DocumentKind]:
    return value.selling_entity, value.kind


def _takes_many(step: TakeNumbers) -> bool:
    """So many that one entry in the index of due work is less than one for each."""
    return step.after.last_place - step.before.last_place > _FEW


def _numbered(content: InvoiceContent, invoice: Invoice, unsent: Item) -> list[Operation]:
    """The number of a document, with its mails until they are sent, and its content if that is short.

    A usual content leaves its number's item below a kilobyte, which is a write unit; a longer one
    lies by itself, for what is in an item is paid for with each write of it.
    """
    number = keys.series_number(invoice.selling_entity, invoice.kind, invoice.place)
    whose: Item = {"account_id": invoice.account_id, "invoice_id": invoice.invoice_id, **unsent}
    text = content_text(content)
    if len(text) <= _SHORT:
        return [Put("state", items.stored(number, {**whose, "content": text}), Absent())]
    beside = items.stored(
        keys.invoice_content(invoice.account_id, invoice.invoice_id), {"content": text}
    )
    return [
        Put("state", beside, Absent()),
        Put("state", items.stored(number, whose), Absent()),
    ]


def read_series(item: Item | None, selling_entity: str, kind: DocumentKind) -> Series:
    if item is None:
        return Series(selling_entity, kind)
    place, issued_on = item["last_place"], item["last_issued_on"]
    if type(place) is not int:
        raise TypeError("a series counts in whole numbers")
    return Series(selling_entity, kind, place, date.fromisoformat(str(issued_on)))


def read_count(item: Item | None) -> RunCount:
    sums = {name: value for name, value in (item or {}).items() if type(value) is int}
    totals = tuple(
        RunTotal(name.removeprefix("total_"), value)
        for name, value in sorted(sums.items())
        if name.startswith("total_")
    )
    return sums.get("invoices", 0), sums.get("notes", 0), totals


def operations_for(step: Step, unsent: Mapping[str, Item], at: datetime) -> list[Operation]:
    """The operations of a step; a failed condition of any means that somebody else was first.

    Args:
        step: beside the changes of a write.
        unsent: the mails of documents by their ids.
        at: the moment of the write.
    """
    match step:
        case TakeNumbers(before, after):
            together = [_unsent_numbers(before, after, at)] if _takes_many(step) else []
            return [_take(before, after), *together]
        case PutContent(content, invoice):
            return _numbered(content, invoice, unsent.get(invoice.invoice_id, {}))
        case OrderInvoiced(account_id, cart_id):
            key = keys.cart(account_id, cart_id)
            waits = Equals("due_key", keys.due(DueKind.INVOICE))
            return [Update("state", key, remove=_DUE, condition=waits)]
        case CountInvoiced():
            return [_count(step)]
        case KeepGivenBack():
            return [keeping(step)]


def _take(before: Series, after: Series) -> Operation:
    key = keys.series(after.selling_entity, after.kind)
    values: Item = {
        "last_place": after.last_place,
        "last_issued_on": str(after.last_issued_on),
    }
    if not before.last_place:
        return Put("state", items.stored(key, values), Absent())
    guard = Equals("last_place", before.last_place)
    return Update("state", key, values, condition=guard)


def _unsent_numbers(before: Series, after: Series, at: datetime) -> Operation:
    key = keys.unsent_numbers(after.selling_entity, after.kind, before.last_place + 1)
    values: Item = {"last_place": after.last_place, **items.due_if_lost(at)}
    return Put("state", items.stored(key, values), Absent())


def _count(step: CountInvoiced) -> Operation:
    added = {
        "invoices": sum(invoices for _, invoices, _, _ in step.sums),
        "notes": sum(notes for _, _, notes, _ in step.sums),
        **{f"total_{currency}": total for currency, _, _, total in step.sums},
    }
    return Update("state", keys.invoice_run_count(step.run_id), add=added)
