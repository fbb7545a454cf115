"""The records of invoices on the two tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from guichet.adapters.dynamo import invoice_items, items, journal_items, keys
from guichet.adapters.dynamo.codec import encode_time
from guichet.adapters.dynamo.contents import content_of
from guichet.adapters.dynamo.given_back import given_back
from guichet.adapters.dynamo.listing import listed
from guichet.adapters.dynamo.seam import TRANSACTION_LIMIT, Dynamo, Item, Key, Page, TableName
from guichet.adapters.dynamo.writes import Guarded, kept, lost_race, write
from guichet.invoices.content import InvoiceContent
from guichet.invoices.document import DocumentKind
from guichet.invoices.invoice import Invoice
from guichet.invoices.ports import Aggregate, Candidate, CandidateKind, Given, RunCount, Step
from guichet.invoices.run import InvoiceRun
from guichet.invoices.series import Series
from guichet.ledger.billable import BillableLine
from guichet.ledger.journal import Cause, Change
from guichet.registration.outbox import DueKind
from guichet.subscriptions.cart import Cart
from guichet.subscriptions.creditable import GivenBack
from guichet.subscriptions.ports import Slice


class InvoiceStore:
    """`InvoiceRecords` on `Dynamo`."""

    def __init__(self, dynamo: Dynamo) -> None:
        self._dynamo = dynamo

    def nominated(self, now: datetime, *, limit: int, after: str | None) -> Slice[Candidate]:
        page = self._dynamo.query(
            "state",
            keys.due(DueKind.INVOICE),
            index="due",
            at_most=encode_time(now),
            limit=limit,
            start=None if after is None else _start(after),
        )
        found = (self._candidate(str(each["pk"]), str(each["sk"])) for each in page.items)
        return Slice([each for each in found if each is not None], _after(page))

    def _candidate(self, pk: str, sk: str) -> Candidate | None:
        account_id = pk.partition("#")[2]
        kind, _, rest = sk.partition("#")
        if kind == "BALANCE":
            entity, currency = rest.split("#")
            return Candidate(CandidateKind.BALANCE, account_id, entity, currency)
        cart = items.read(Cart, self._dynamo.get("state", Key(pk, sk)))
        if cart is None:
            return None
        preview = cart.preview
        return Candidate(
            CandidateKind.ORDER, account_id, preview.selling_entity, preview.currency, rest
        )

    def waiting_order(self, account_id: str, cart_id: str) -> Cart | None:
        item = self._dynamo.get("state", keys.cart(account_id, cart_id))
        if item is None or item.get("due_key") != keys.due(DueKind.INVOICE):
            return None
        return items.read(Cart, item)

    def lines_behind(self, sources: Sequence[str]) -> Mapping[str, tuple[BillableLine, ...]]:
        found: dict[str, tuple[BillableLine, ...]] = {}
        for begin in range(0, len(sources), TRANSACTION_LIMIT):
            names = sources[begin : begin + TRANSACTION_LIMIT]
            entries = self._entries([_entry_of(each) for each in names])
            for name, item in zip(names, entries, strict=True):
                if item is None:
                    raise LookupError("a bill whose lines are not in the journal")
                found[name] = journal_items.journal_entry(item).lines
        return found

    def _entries(self, wanted: Sequence[Key]) -> list[Item | None]:
        """Entries never change, so one alone is read at half the price."""
        if len(wanted) == 1:
            return [self._dynamo.get("journal", wanted[0])]
        return self._dynamo.transact_get([("journal", each) for each in wanted])

    def series(self, selling_entity: str, kind: DocumentKind) -> Series:
        item = self._dynamo.get("state", keys.series(selling_entity, kind))
        return invoice_items.read_series(item, selling_entity, kind)

    def invoice(self, account_id: str, invoice_id: str) -> Invoice | None:
        return items.read(Invoice, self._dynamo.get("state", keys.invoice(account_id, invoice_id)))

    def invoices(self, account_id: str, invoice_ids: Sequence[str]) -> list[Invoice | None]:
        if len(invoice_ids) < 2:
            return [self.invoice(account_id, each) for each in invoice_ids]
        wanted = [("state", keys.invoice(account_id, each)) for each in invoice_ids]
        found = self._dynamo.transact_get(wanted)  # type: ignore[arg-type]  # each names the table
        return [items.read(Invoice, each) for each in found]

    def content(self, invoice: Invoice) -> InvoiceContent | None:
        return content_of(self._dynamo, invoice)

    def given_back(self, account_id: str, invoice_id: str) -> GivenBack:
        return given_back(self._dynamo, account_id, invoice_id)

    def invoices_of(self, account_id: str, *, limit: int, after: str | None) -> Slice[Invoice]:
        found, rest = listed(
            self._dynamo,
            Invoice,
            keys.account(account_id).pk,
            prefix="INVOICE#",
            limit=limit,
            after=after,
            forward=False,
        )
        return Slice(found, rest)

    def numbered(
        self, selling_entity: str, kind: DocumentKind, place: int
    ) -> tuple[str, str] | None:
        item = self._dynamo.get("state", keys.series_number(selling_entity, kind, place))
        return None if item is None else (str(item["account_id"]), str(item["invoice_id"]))

    def places(self, selling_entity: str, kind: DocumentKind) -> Iterator[int]:
        return (each.place for each in self.given(selling_entity, kind))

    def given(self, selling_entity: str, kind: DocumentKind) -> Iterator[Given]:
        partition = keys.series(selling_entity, kind).pk
        start: Item | None = None
        while True:
            page = self._dynamo.query("state", partition, prefix="NUMBER#", limit=1000, start=start)
            for each in page.items:
                place = int(str(each["sk"]).partition("#")[2])
                yield Given(place, str(each["account_id"]), str(each["invoice_id"]))
            start = page.next_start
            if start is None:
                return

    def run(self, run_id: str) -> InvoiceRun | None:
        return items.read(InvoiceRun, self._dynamo.get("state", keys.invoice_run(run_id)))

    def runs(self, *, limit: int, after: str | None) -> Slice[InvoiceRun]:
        found, rest = listed(
            self._dynamo,
            InvoiceRun,
            keys.INVOICE_RUNS,
            index="listing",
            limit=limit,
            after=after,
            forward=False,
        )
        return Slice(found, rest)

    def totals(self, run_id: str) -> RunCount:
        return invoice_items.read_count(self._dynamo.get("state", keys.invoice_run_count(run_id)))

    def totals_of(self, run_ids: Sequence[str]) -> list[RunCount]:
        wanted: list[tuple[TableName, Key]] = [
            ("state", keys.invoice_run_count(each)) for each in run_ids
        ]
        found = self._dynamo.transact_get(wanted) if wanted else []
        return [invoice_items.read_count(each) for each in found]

    def save(
        self, cause: Cause, changes: Sequence[Change[Aggregate]], steps: Sequence[Step] = ()
    ) -> None:
        unsent = invoice_items.mails_of_numbered(changes, steps, cause.at)
        operations: list[Guarded] = []
        for change in changes:
            after = change.after
            lies_with_number = isinstance(after, Invoice) and after.invoice_id in unsent
            operations += kept(
                cause,
                change,
                aggregate=invoice_items.aggregate_name(after),
                item=invoice_items.item_of(after, cause.at),
                about=None if lies_with_number else invoice_items.effect_about,
            )
        for step in steps:
            operations += [
                (each, lost_race) for each in invoice_items.operations_for(step, unsent, cause.at)
            ]
        write(self._dynamo, operations)


def _entry_of(source: str) -> Key:
    """`sub_…@7`: the entry with which the subscription became its version 7."""
    subscription_id, _, version = source.rpartition("@")
    return keys.journal(f"subscription/{subscription_id}", int(version))


def _after(page: Page) -> str | None:
    start = page.next_start
    return None if start is None else f"{start['due_at']}|{start['pk']}|{start['sk']}"


def _start(after: str) -> Item:
    due_at, pk, sk = after.split("|")
    return {"due_key": keys.due(DueKind.INVOICE), "due_at": due_at, "pk": pk, "sk": sk}
