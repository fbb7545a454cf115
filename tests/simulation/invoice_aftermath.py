"""What must hold of invoices, their numbers and their payments, whatever died or got lost (INV-1, INV-3)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from decimal import Decimal

from guichet.adapters.dynamo.seam import Item
from guichet.collection.declines import Declines
from guichet.invoices.document import DocumentKind
from guichet.invoices.invoice import Invoice, InvoiceStatus
from guichet.ledger.journal import JournalEntry
from guichet.payments.invoice_payment import InvoicePayment
from guichet.subscriptions.balance import AccountBalance
from guichet.subscriptions.cart import CartStatus
from tests.simulation.billing_outcome import Found
from tests.support.movements import assert_movements_are_the_balances
from tests.support.world import World

_MAIL = {DocumentKind.INVOICE: "billing_invoice", DocumentKind.CREDIT_NOTE: "billing_credit_note"}


def assert_invoices_are_well(world: World, found: Found) -> None:
    """At any moment at which nothing is half done."""
    journal = world.journal()
    assert_numbered_without_gaps(world, found.invoices)
    _assert_everything_is_invoiced_once(journal, found)
    _assert_each_was_told_once(journal, found.invoices)
    _assert_credit_notes_fit(world, found.invoices)
    _assert_balances_are_the_invoices(found)
    assert_paid_once(found)
    _assert_declines_count_once(journal, found.declines, found.charges)
    assert_movements_are_the_balances(world.dynamo, world.parts.billing.invoicing)


def assert_numbered_without_gaps(world: World, invoices: Sequence[Invoice]) -> None:
    """Each series counts 1, 2, 3, … and its dates never run backwards (INV-3)."""
    by_series: defaultdict[tuple[str, DocumentKind], list[Invoice]] = defaultdict(list)
    for each in invoices:
        by_series[each.selling_entity, each.kind].append(each)
    taken = _numbers_taken(world.state())
    assert set(taken) == {f"{entity}#{kind}" for entity, kind in by_series}
    for (entity, kind), documents in by_series.items():
        in_order = sorted(documents, key=lambda each: each.place)
        assert [each.place for each in in_order] == list(range(1, len(in_order) + 1))
        assert len({each.number for each in in_order}) == len(in_order)
        days = [each.issued_on for each in in_order if each.issued_on]
        assert days == sorted(days), f"dates of {entity} {kind} run backwards"
        moments = [each.finalized_at for each in in_order if each.finalized_at]
        assert moments == sorted(moments), f"{entity} {kind} were not numbered in their order"
        assert len(days) == len(moments) == len(in_order)
        counted, owners = taken[f"{entity}#{kind}"]
        assert counted == len(in_order)
        assert owners == [each.invoice_id for each in in_order]


def _numbers_taken(state: Sequence[Item]) -> dict[str, tuple[int, list[str]]]:
    """By series: how far its counter has come, and whose each number is."""
    counters: dict[str, int] = {}
    owners: defaultdict[str, list[str]] = defaultdict(list)
    for item in state:
        kind, _, series = str(item["pk"]).partition("#")
        if kind != "SERIES":
            continue
        if item["sk"] == "COUNTER":
            counters[series] = int(str(item["last_place"]))
        elif str(item["sk"]).startswith("NUMBER#"):  # beside them: mails of numbers given together
            owners[series].append(str(item["invoice_id"]))
    return {series: (counted, owners[series]) for series, counted in counters.items()}


def _assert_everything_is_invoiced_once(journal: Sequence[JournalEntry], found: Found) -> None:
    """Every line that was ever billed is on one document, or on a bill that waits (INV-1, BAD-12).

    Credit notes by hand are about what was invoiced before.
    """
    lines: Counter[tuple[str, str]] = Counter()
    for entry in journal:
        for line in entry.lines:
            lines[entry.account_id, line.amount.currency] += line.net_minor
    documented: Counter[tuple[str, str]] = Counter()
    for each in found.invoices:
        place = each.account_id, each.currency
        if not each.note:
            documented[place] += (
                -each.subtotal_minor if each.is_credit_note else each.subtotal_minor
            )
    for balance in found.balances:
        for bill in balance.waiting:
            documented[balance.account_id, balance.currency] += bill.open_minor
    for cart in found.carts:
        if _waits_for_its_invoice(cart.status, cart.invoice_id, found.invoices):
            documented[cart.account_id, cart.preview.currency] += sum(
                line.net_minor for line in cart.preview.now.lines
            )
    assert {place: total for place, total in lines.items() if total} == {
        place: total for place, total in documented.items() if total
    }
    orders = Counter((each.cart_id, each.refers_to) for each in found.invoices if each.cart_id)
    assert max(orders.values(), default=0) <= 1


def _waits_for_its_invoice(
    status: CartStatus, invoice_id: str, invoices: Sequence[Invoice]
) -> bool:
    """Only where the account's invoices are parked, or its moment has not come."""
    return status is CartStatus.DONE and invoice_id not in {each.invoice_id for each in invoices}


def _assert_each_was_told_once(
    journal: Sequence[JournalEntry], invoices: Sequence[Invoice]
) -> None:
    """One entry, one mail and one event of each document, and its content is kept."""
    told: Counter[tuple[str, str]] = Counter()
    for entry in journal:
        kind, _, identity = entry.aggregate.partition("/")
        if kind == "invoice":
            told.update((identity, event.name) for event in entry.events)
            told.update((identity, str(mail)) for mail in entry.mails)
    for each in invoices:
        name = "credit_note.issued" if each.is_credit_note else "invoice.finalized"
        assert told[each.invoice_id, name] == 1, each
        assert told[each.invoice_id, _MAIL[each.kind]] == 1, each
        assert told[each.invoice_id, "invoice.voided"] <= 1, each


def _assert_credit_notes_fit(world: World, invoices: Sequence[Invoice]) -> None:
    """What its credit notes come to is what the invoice knows of them, and at most its charges (INV-11).

    Those may be more than the invoice, where credit of another one lowered it.
    """
    noted: Counter[str] = Counter()
    for each in invoices:
        if each.is_credit_note:
            noted[each.refers_to or ""] += each.total_minor
    for each in invoices:
        if not each.is_credit_note:
            assert each.noted_minor == noted.pop(each.invoice_id, 0), each
            if each.noted_minor > each.total_minor:
                assert each.noted_minor <= _charged_minor(world, each), each
            parts = each.paid_minor + each.credit_applied_minor + each.offset_minor
            is_void = each.status is InvoiceStatus.VOID
            assert is_void or each.total_minor == parts + each.open_minor, each
            assert (each.status is InvoiceStatus.OPEN) is bool(each.open_minor), each
    assert not noted


def _charged_minor(world: World, invoice: Invoice) -> int:
    """Its charges with their tax, of which a cent a line may be rounding."""
    content = world.parts.billing.invoices.content(invoice)
    assert content is not None
    charges = sum(max(line.net_minor, 0) for line in content.lines)
    rate = sum((Decimal(tax.percent) for tax in content.document.taxes), Decimal(0))
    return int(charges * (100 + rate) / 100) + len(content.lines)


def _assert_balances_are_the_invoices(found: Found) -> None:
    """Open on the balance is what is open on the invoices, leases included (COL-5, COL-8)."""

    def of(balance: AccountBalance) -> dict[str, tuple[int, bool]]:
        return {bill.invoice_id: (bill.open_minor, bill.is_leased) for bill in balance.invoiced}

    stood = {name: each for balance in found.balances for name, each in of(balance).items()}
    assert stood == {
        each.invoice_id: (each.open_minor, each.open_payment_id is not None)
        for each in found.invoices
        if each.open_minor
    }
    assert min((each.credit_minor for each in found.balances), default=0) >= 0


def assert_paid_once(found: Found) -> None:
    """Each capture pays its invoice once, is credit, or goes back; a lease is an open attempt (COL-8)."""
    by_id = {each.invoice_id: each for each in found.invoices}
    paid: Counter[str] = Counter()
    for each in found.charges:
        if each.has_paid:
            paid[each.invoice_id] += each.amount.amount_minor
        holds = by_id[each.invoice_id].open_payment_id == each.payment_id
        assert each.holds is holds, each
    for invoice in found.invoices:
        if invoice.cart_id is None:
            assert invoice.paid_minor == paid[invoice.invoice_id], invoice
    references = Counter(each.capture.reference for each in found.charges if each.capture)
    assert max(references.values(), default=0) <= 1


def _assert_declines_count_once(
    journal: Sequence[JournalEntry],
    declines: Sequence[Declines],
    charges: Sequence[InvoicePayment],
) -> None:
    told = Counter(
        entry.aggregate
        for entry in journal
        for event in entry.events
        if event.name == "invoice_payment.declined"
    )
    assert max(told.values(), default=0) <= 1
    held = {each.payment_id for each in charges if each.holds}
    for each in declines:
        names = Counter(tried.attempt_id for tried in each.tried)
        assert max(names.values(), default=0) <= 1
        assert {t.attempt_id for t in each.tried if t.declined_at is None} <= held
