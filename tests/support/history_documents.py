"""What holds of the invoices and credit notes of a history: each line on one, numbers without gaps."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date

from guichet.invoices.content import InvoiceContent
from guichet.invoices.document import DocumentKind
from guichet.invoices.invoice import Invoice, InvoiceStatus
from guichet.ledger.billable import BillableLine
from tests.support.history import History
from tests.support.odd_catalogue import CURRENCY
from tests.support.story import ENTITY, Story


def documents_bear_what_was_billed(history: History) -> None:
    found = documents(history)
    for invoice, content in found:
        _is_what_its_lines_come_to(history, invoice, content)
    _each_line_stands_once(history, found)
    _open_is_what_is_left([invoice for invoice, _ in found], history)
    for kind in DocumentKind:
        _numbers_have_no_gaps(history, [each for each, _ in found if each.kind is kind], kind)


def documents(story: Story) -> list[tuple[Invoice, InvoiceContent]]:
    """All of the account, in the order of their ids; what is final is read once."""
    records, kept = story.billing.parts().invoices, story.kept_contents
    found = []
    for invoice in records.invoices_of(story.billing.account_id, limit=1000, after=None).items:
        if invoice.invoice_id not in kept:
            content = records.content(invoice)
            assert content is not None
            kept[invoice.invoice_id] = content
        found.append((invoice, kept[invoice.invoice_id]))
    return found


def second_taxes_minor(story: Story) -> int:
    """Worked out of each document's lines anew, and of orders that wait for their invoice."""
    return sum(
        _sign(invoice) * _fifth(story, sum(line.net_minor for line in content.lines))
        for invoice, content in documents(story)
    )


def _sign(invoice: Invoice) -> int:
    return -1 if invoice.kind is DocumentKind.CREDIT_NOTE else 1


def _fifth(story: Story, net_minor: int) -> int:
    """A fifth, half-up by size, where there are taxes at all (MON-3)."""
    if not story.flat_tax:
        return 0
    size = (2 * abs(net_minor) + 5) // 10
    return size if net_minor >= 0 else -size


def _is_what_its_lines_come_to(history: History, invoice: Invoice, content: InvoiceContent) -> None:
    document = content.document
    net = sum(line.net_minor for line in content.lines)
    tax = _fifth(history, net)
    assert net + tax >= 0, "a total is never below 0 (INV-11)"
    assert (invoice.subtotal_minor, invoice.tax_minor, invoice.total_minor) == (net, tax, net + tax)
    assert (document.subtotal_minor, document.tax_minor, document.total_minor) == (
        net,
        tax,
        net + tax,
    )
    assert sum(line.net_minor for line in document.lines) == net
    assert content.computed_again() == document
    assert (document.number, document.issued_on) == (invoice.number, invoice.issued_on)
    if invoice.is_credit_note:
        assert all(line.net_minor > 0 for line in content.lines)
        assert document.refers_to is not None


def _each_line_stands_once(
    history: History, found: Sequence[tuple[Invoice, InvoiceContent]]
) -> None:
    """On documents whole, in up to two parts, or on a bill that waits (INV-1, INV-11)."""
    billed: Counter[BillableLine] = Counter(history.lines())
    waiting = Counter(_waiting_lines(history))
    nets: dict[BillableLine, int] = defaultdict(int)
    places: Counter[BillableLine] = Counter()
    for invoice, content in found:
        for each in content.lines:
            nets[each.line] += _sign(invoice) * each.net_minor
            places[each.line] += 1
    assert set(nets) | set(waiting) == set(billed)
    for line, count in billed.items():
        on_documents = count - waiting[line]
        assert nets[line] == on_documents * line.net_minor, line
        assert on_documents <= places[line] <= 2 * on_documents, line


def _waiting_lines(history: History) -> list[BillableLine]:
    entries = {
        (entry.aggregate, entry.sequence): entry for entry in history.world.seen() if entry.lines
    }
    found = []
    for bill in history.billing.balance(CURRENCY, ENTITY).waiting:
        own = []
        for source in bill.sources:
            name, _, version = source.partition("@")
            entry = entries[f"subscription/{name}", int(version)]
            own += [line for line in entry.lines if line.bill_on == bill.bill_on]
        assert sum(line.net_minor for line in own) == bill.open_minor
        found += own
    return found


def _open_is_what_is_left(invoices: Sequence[Invoice], history: History) -> None:
    """INV-5, COL-5: what is open of invoices is what the account owes; notes name their invoice."""
    balance = history.billing.balance(CURRENCY, ENTITY)
    owed = {bill.invoice_id: bill.open_minor for bill in balance.invoiced}
    assert owed == {each.invoice_id: each.open_minor for each in invoices if each.open_minor}
    noted: Counter[str] = Counter()
    for each in invoices:
        if each.is_credit_note:
            noted[each.refers_to or ""] += each.total_minor
        is_paid = each.status is InvoiceStatus.PAID
        assert each.is_credit_note or is_paid == (each.open_minor == 0), each.number
    named = {each.invoice_id: each for each in invoices if not each.is_credit_note}
    assert all(named[name].noted_minor == sum_minor for name, sum_minor in noted.items())


def _numbers_have_no_gaps(
    history: History, invoices: Sequence[Invoice], kind: DocumentKind
) -> None:
    """INV-3: 1, 2, 3 and so on, and days that never run backwards."""
    records = history.billing.parts().invoices
    by_place = sorted(invoices, key=lambda each: each.place)
    assert [each.place for each in by_place] == list(range(1, len(invoices) + 1))
    given = list(records.places(ENTITY, kind))
    assert given == [each.place for each in by_place]
    assert records.series(ENTITY, kind).last_place == len(invoices)
    days = [each.issued_on or date.max for each in by_place]
    assert days == sorted(days)
    for each in by_place:
        assert records.numbered(ENTITY, kind, each.place) == (each.account_id, each.invoice_id)
