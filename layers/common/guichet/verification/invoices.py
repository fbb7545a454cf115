"""Invoices and credit notes: what each says, their numbers, and that each line stands once (INV-1, INV-3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from guichet.invoices.content import InvoiceContent
from guichet.invoices.document import Settlement
from guichet.invoices.invoice import Invoice, InvoiceStatus
from guichet.ledger.postings import (
    LedgerAccount,
    Posting,
    balances,
    credit_given_postings,
    credit_used_postings,
    tax_back_postings,
    tax_postings,
)
from guichet.money import Money
from guichet.subscriptions.balance import AccountBalance

# Of what invoices move, what they alone decide; the rest is looked at with what the account owes.
_THEIRS: Final = frozenset({str(LedgerAccount.SALES_TAX), str(LedgerAccount.ACCOUNT_CREDIT)})

type Place = tuple[str, str]  # selling entity and currency
type Nets = Counter[str]  # minor units before tax, by what names a line
type Charged = Mapping[str, Counter[str]]  # by invoice: before tax by class, and on what a tax was
type MovedByAccount = Counter[tuple[Place, str]]


@dataclass(frozen=True, slots=True)
class DocumentFound:
    """One document with what it was computed from."""

    invoice: Invoice
    content: InvoiceContent | None


@dataclass(frozen=True, slots=True)
class OrderSeen:
    """A done order of which an invoice is made."""

    invoice_id: str
    total_minor: int
    waits: bool


@dataclass(frozen=True, slots=True)
class InvoicedFound:
    """All documents of an account, with what they were made of."""

    invoices: Mapping[str, Invoice]
    balances: Sequence[AccountBalance]
    orders: Mapping[str, OrderSeen]
    billed: Nets
    billed_by_source: Mapping[tuple[str, str, str], Nets]  # journal entry, day, currency
    documented: Nets
    given_back: Nets  # by bills and orders, by the invoice that they name
    kept_given_back: Nets  # the same, as it is kept for what comes later
    charged: Charged
    credited: Charged
    taxes_charged: Charged  # in amounts, as documents have them
    taxes_credited: Charged
    moved: MovedByAccount  # by the histories of its invoices
    applied_at_first: Mapping[str, int]  # credit that an order used, by its invoice


def documents(found: DocumentFound) -> Iterator[str]:
    """It says what it was computed from, and its parts are the whole (INV-2, INV-3, INV-11)."""
    invoice, content = found.invoice, found.content
    if content is None:
        yield "has no content"
        return
    document = content.document
    if content.invoice_id != invoice.invoice_id or content.account_id != invoice.account_id:
        yield f"has the content of {content.invoice_id}"
    if content.computed_again() != document:
        yield "says other sums than its lines come to"
    for name in ("number", "issued_on", "kind", "currency"):
        if getattr(document, name) != getattr(invoice, name):
            yield f"says {name} {getattr(document, name)}, and has {getattr(invoice, name)}"
    sums = (document.subtotal_minor, document.tax_minor, document.total_minor)
    if sums != (invoice.subtotal_minor, invoice.tax_minor, invoice.total_minor):
        yield f"says {sums}, and has other sums"
    yield from _sums(invoice)


def _sums(invoice: Invoice) -> Iterator[str]:
    if invoice.subtotal_minor + invoice.tax_minor != invoice.total_minor:
        yield f"its total {invoice.total_minor} is not subtotal and tax"
    if invoice.total_minor < 0:
        yield f"its total is {invoice.total_minor}"
    if invoice.open_minor < 0:
        yield f"more was paid than its total: {invoice.open_minor} is open"
    is_over = invoice.status in {InvoiceStatus.PAID, InvoiceStatus.VOID}
    if is_over != (invoice.open_minor == 0):
        yield f"is {invoice.status}, and {invoice.open_minor} is open"


def invoiced(found: InvoicedFound) -> Iterator[str]:
    """Orders and bills have their invoices, and credit notes the invoice they correct (INV-1, COL-5)."""
    yield from _of_orders(found)
    yield from _of_balances(found)
    noted: Counter[str] = Counter()
    for each in found.invoices.values():
        if each.is_credit_note:
            noted[each.refers_to or ""] += each.total_minor
    for name, amount in sorted(noted.items()):
        original = found.invoices.get(name)
        if original is None or original.is_credit_note:
            yield f"credit notes refer to {name or 'nothing'}, which is no invoice of the account"
        elif original.noted_minor != amount:
            yield f"{name} says that {original.noted_minor} was credited, its notes come to {amount}"
    for each in found.invoices.values():
        if each.noted_minor and each.invoice_id not in noted:
            yield f"{each.invoice_id} says that {each.noted_minor} was credited, and has no note"


def _of_orders(found: InvoicedFound) -> Iterator[str]:
    totals: dict[str, int] = {}
    for each in found.invoices.values():
        if each.cart_id is not None:
            sign = -1 if each.is_credit_note else 1
            totals[each.cart_id] = totals.get(each.cart_id, 0) + sign * each.total_minor
    for cart_id, order in sorted(found.orders.items()):
        total = totals.pop(cart_id, None)
        if (total is None) is not order.waits:
            waits = "waits" if order.waits else "does not wait"
            yield f"{cart_id} {waits} for an invoice, and has {'none' if total is None else 'one'}"
        elif total is not None and total != order.total_minor:
            yield f"{cart_id} came to {order.total_minor}, and is invoiced with {total}"
    for cart_id in sorted(totals):
        yield f"{cart_id} is invoiced, and is no done order"


def _of_balances(found: InvoicedFound) -> Iterator[str]:
    owed: dict[tuple[str, str, str], int] = {}
    for each in found.invoices.values():
        if each.open_minor:
            owed[each.selling_entity, each.currency, each.invoice_id] = each.open_minor
    for balance in found.balances:
        place = balance.selling_entity, balance.currency
        for bill in balance.invoiced:
            is_open = owed.pop((*place, bill.invoice_id), 0)
            if is_open != bill.open_minor:
                yield f"owes {bill.open_minor} of {bill.invoice_id}, of which {is_open} is open"
        for bill in balance.waiting:
            day = f"{bill.bill_on}"
            lines = [found.billed_by_source.get((s, day, balance.currency)) for s in bill.sources]
            net = sum(sum(each.values()) for each in lines if each is not None)
            if None in lines or net != bill.open_minor:
                yield f"the bill of {day} has {bill.open_minor}, and its lines come to {net}"
    for (*_, name), amount in sorted(owed.items()):
        yield f"{amount} of {name} is open, and not owed"


def lines(found: InvoicedFound) -> Iterator[str]:
    """What was billed stands on one document, or on a bill that waits (INV-1)."""
    waiting: Nets = Counter()
    for balance in found.balances:
        for bill in balance.waiting:
            for source in bill.sources:
                own = found.billed_by_source.get((source, f"{bill.bill_on}", balance.currency))
                waiting.update(own or {})
    for each in found.orders.values():
        if each.waits:
            waiting.update(found.billed_by_source.get((each.invoice_id, "", ""), {}))
    for name in sorted({*found.billed, *found.documented, *waiting}):
        should, is_ = found.billed[name], found.documented[name] + waiting[name]
        if should != is_:
            yield f"{name} was billed with {should}, and stands on documents with {is_}"


def credited(found: InvoicedFound) -> Iterator[str]:
    """Credits that refer to an invoice never exceed it: bills', orders', by hand, and of VAT (INV-11)."""
    for name in sorted({*found.given_back, *found.kept_given_back}):
        is_, should = found.kept_given_back[name], found.given_back[name]
        if is_ != should:
            yield f"{name}: {should} was given back by bills, and {is_} is kept of it"
    for name, went_back in sorted(found.credited.items()):
        charged = found.charged.get(name, Counter[str]())
        for group, amount in sorted(went_back.items()):
            if amount > charged[group]:
                yield f"{name} charged {charged[group]} of {group}, of which {amount} was given back"
    for name, went_back in sorted(found.taxes_credited.items()):
        charged = found.taxes_charged.get(name, Counter[str]())
        for tax, amount in sorted(went_back.items()):
            if amount > charged[tax]:
                yield f"{name} charged a tax of {charged[tax]} for {tax}, and {amount} of it went back"


def books(found: InvoicedFound) -> Iterator[str]:
    """What invoices moved of tax and credit is what they say (MON-4)."""
    wanted: MovedByAccount = Counter()
    for each in found.invoices.values():
        place = each.selling_entity, each.currency
        for (account, _), amount in balances(_of(each, found)).items():
            wanted[place, str(account)] += amount
        wanted[place, str(LedgerAccount.ACCOUNT_CREDIT)] -= _given_by_corrections(each, found)
    for place, name in sorted({*wanted, *found.moved}):
        is_, should = found.moved[place, name], wanted[place, name]
        if name in _THEIRS and is_ != should:
            yield f"moved {is_} {place[1]} on {name} of {place[0]}, and should have {should}"


def _given_by_corrections(invoice: Invoice, found: InvoicedFound) -> int:
    """What its credit notes gave as credit: what they did not take off what was open of it (COL-7)."""
    if invoice.status is InvoiceStatus.VOID:
        return 0  # nobody had paid anything of it
    notes = (found.invoices.get(each) for each in invoice.note_ids)
    came_to = sum(each.total_minor for each in notes if each is not None and each.is_correction)
    return came_to - invoice.offset_minor


def _of(invoice: Invoice, found: InvoicedFound) -> tuple[Posting, ...]:
    """An order's are in the entry that carried it out."""

    def money(minor: int) -> Money:
        return Money(minor, invoice.currency)

    at_first = found.applied_at_first.get(invoice.invoice_id, 0) if invoice.cart_id else 0
    used = credit_used_postings(money(invoice.credit_applied_minor - at_first))
    if invoice.cart_id is not None:
        return used
    if invoice.is_credit_note:
        is_credit = invoice.settlement is Settlement.ACCOUNT_CREDIT and not invoice.is_correction
        given = credit_given_postings(invoice.total) if is_credit else ()
        return (*_tax_of(-invoice.tax_minor, invoice.currency), *given)
    return (*_tax_of(invoice.tax_minor, invoice.currency), *used)


def _tax_of(minor: int, currency: str) -> tuple[Posting, ...]:
    """Below 0 it goes back; a credit note of lines that were credits themselves charges it again."""
    if minor < 0:
        return tax_back_postings(Money(-minor, currency))
    return tax_postings(Money(minor, currency))


@dataclass(frozen=True, slots=True)
class Numbered:
    """A number as a document has it, or as the item that keeps it from being given twice."""

    place: int
    invoice_id: str
    issued_on: str = ""  # of a document


@dataclass(slots=True)
class SeriesSeen:
    """What the blocks of a series so far have shown. They come in their order."""

    last_place: int = 0
    last_issued_on: str = ""


@dataclass(frozen=True, slots=True)
class NumbersFound:
    """A block of numbers of a series, or at its end the counter."""

    series: str
    documents: Sequence[Numbered] = field(default_factory=tuple)
    kept: Sequence[Numbered] = field(default_factory=tuple)
    counter: tuple[int, str] | None = None  # the last place, and the last day


def numbers(found: NumbersFound, before: SeriesSeen) -> Iterator[str]:
    """1, 2, 3 and so on up to the counter, each of one document, and days never run backwards (INV-3).

    Args:
        found: the block.
        before: what came before it, brought up to date by this.
    """
    if found.counter is not None:
        place, issued_on = found.counter
        if (place, issued_on) != (before.last_place, before.last_issued_on):
            yield (
                f"counts to {place} on {issued_on}, "
                f"its last is {before.last_place} on {before.last_issued_on}"
            )
    kept = {each.place: each.invoice_id for each in found.kept}
    for each in sorted(found.documents, key=lambda one: (one.place, one.invoice_id)):
        if each.place == before.last_place:
            yield f"number {each.place} has more than one document: {each.invoice_id} too"
        elif each.place != before.last_place + 1:
            yield f"number {each.place} follows {before.last_place}"
        if kept.pop(each.place, None) != each.invoice_id:
            yield f"number {each.place} of {each.invoice_id} is not kept for it"
        if each.issued_on < before.last_issued_on:
            yield f"number {each.place} is of {each.issued_on}, after one of {before.last_issued_on}"
        before.last_place = each.place
        before.last_issued_on = max(each.issued_on, before.last_issued_on)
    for place, name in sorted(kept.items()):
        yield f"number {place} is kept for {name}, which does not have it"
