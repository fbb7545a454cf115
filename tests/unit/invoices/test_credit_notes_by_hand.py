"""MON-3, INV-3, INV-5, INV-11, BAD-5: credit notes by hand, and void; in any parts, once each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guichet.invoices.content import InvoiceContent, taxed_lines
from guichet.invoices.correcting import note_of
from guichet.invoices.document import DocumentKind, Settlement
from guichet.invoices.invoice import Invoice, InvoiceStatus
from guichet.invoices.invoicing import Invoicing
from guichet.invoices.ports import InvoiceRecords
from guichet.invoices.remaining import Wanted, parts_of
from guichet.ledger.postings import LedgerAccount, balances
from guichet.money import Money
from guichet.subscriptions.creditable import GivenBack
from guichet.subscriptions.use_cases.record_payment import RecordPayment, record_payment
from tests.support.billing import Billing
from tests.support.correcting import (
    bought,
    content,
    credited,
    invoice,
    invoices_of,
    late,
    open_invoice,
    records,
    voided,
    work,
)
from tests.support.unchanged import nothing_written
from tests.support.verified import assert_verified
from tests.support.world import refusal_of

DAY = date(2026, 12, 2)
NOTHING = GivenBack("acc_1", "202612")


@pytest.fixture
def billing() -> Billing:
    return Billing(flat_tax=True)


def paid_by_transfer(billing: Billing, amount_minor: int) -> None:
    command = RecordPayment(
        "us",
        Money(amount_minor, "USD"),
        "Wire",
        billing.representative,
        billing.key(),
        billing.actor(),
    )
    record_payment(command, carts=billing.parts().carts)
    work(billing.world)


def books(billing: Billing) -> dict[LedgerAccount, int]:
    """The selling entity's, over everything so far; each posting balances, so the sum is 0."""
    postings = [
        posting
        for entry in billing.world.journal()
        if entry.book == "us"
        for posting in entry.postings
    ]
    return {account: minor for (account, _), minor in balances(postings).items()}


def require_books_right(billing: Billing) -> None:
    """What customers owe and have is what invoices and balances say (MON-4)."""
    held, balance = books(billing), billing.balance()
    owed = sum(each.open_minor for each in invoices_of(billing))
    assert held.get(LedgerAccount.RECEIVABLE, 0) == owed
    assert held.get(LedgerAccount.ACCOUNT_CREDIT, 0) == -balance.credit_minor
    assert sum(bill.open_minor for bill in balance.invoiced) == owed
    assert sum(held.values()) == 0


def test_some_of_a_line_with_its_tax_is_less_to_pay_inv_11(billing: Billing) -> None:
    before = open_invoice(billing)

    reply = credited(billing, before.invoice_id, Wanted(0, 1000))

    note, after = reply.value.note, reply.value.invoice
    assert (note.number, note.kind) == ("US-C-000001", DocumentKind.CREDIT_NOTE)
    assert (note.subtotal_minor, note.tax_minor, note.total_minor) == (1000, 200, 1200)
    assert (note.settlement, note.note) == (Settlement.OFFSET, "Goodwill")
    assert (after.open_minor, after.status) == (before.total_minor - 1200, InvoiceStatus.OPEN)
    assert after.is_partially_paid
    require_books_right(billing)


def test_what_was_paid_comes_back_as_credit_col_7(billing: Billing) -> None:
    before = open_invoice(billing)
    paid_by_transfer(billing, before.total_minor)

    reply = credited(billing, before.invoice_id, Wanted(3))

    gross = content(billing, before.invoice_id).lines[3].net_minor * 12 // 10
    assert reply.value.invoice.status is InvoiceStatus.PAID
    assert reply.value.note.settlement is Settlement.ACCOUNT_CREDIT
    assert billing.balance().credit_minor == reply.value.note.total_minor == gross
    require_books_right(billing)


def test_what_was_paid_in_part_comes_back_in_part_col_7(billing: Billing) -> None:
    """As far as it is open it is less; the rest of the same note is credit, and the books say so."""
    before = open_invoice(billing)
    paid_by_transfer(billing, before.total_minor - 100)

    reply = credited(billing, before.invoice_id, Wanted(0, 1000))

    assert (reply.value.invoice.offset_minor, billing.balance().credit_minor) == (100, 1100)
    require_books_right(billing)
    assert_verified(billing.world.dynamo, billing.world.clock.now())


def test_a_void_invoice_keeps_number_lines_and_total_inv_5(billing: Billing) -> None:
    before = open_invoice(billing)
    said = content(billing, before.invoice_id)

    reply = voided(billing, before.invoice_id)

    after, note = reply.value.invoice, reply.value.note
    assert (after.status, after.open_minor) == (InvoiceStatus.VOID, 0)
    assert (after.number, after.total_minor) == (before.number, before.total_minor)
    assert content(billing, before.invoice_id) == said
    assert (note.total_minor, note.tax_minor) == (before.total_minor, before.tax_minor)
    assert billing.balance().invoiced == ()
    require_books_right(billing)


def test_lines_left_out_are_all_that_is_left_inv_11(billing: Billing) -> None:
    before = open_invoice(billing)
    first = credited(billing, before.invoice_id, Wanted(1, 123), Wanted(2)).value.note

    rest = credited(billing, before.invoice_id).value.note

    assert first.total_minor + rest.total_minor == before.total_minor
    assert invoice(billing, before.invoice_id).status is InvoiceStatus.PAID
    require_books_right(billing)


def test_an_invoice_with_a_credit_among_its_lines_goes_back_whole_inv_11(billing: Billing) -> None:
    bought(billing, billing.webinar("starter", 5))
    late(billing, 5)
    subscription_id = billing.only().subscription_id
    bought(billing, billing.wish("change", subscription_id=subscription_id, plan_id="plus"))
    work(billing.world)
    newest = invoices_of(billing)[0]
    lines = content(billing, newest.invoice_id).lines
    assert [each.net_minor < 0 for each in lines].count(True) == 1

    note = credited(billing, newest.invoice_id).value.note

    assert note.total_minor == newest.total_minor
    assert content(billing, note.invoice_id).lines == lines
    require_books_right(billing)


def test_a_credit_note_never_bears_an_earlier_day_than_the_one_before_inv_3(
    billing: Billing,
) -> None:
    before = open_invoice(billing)
    first = credited(billing, before.invoice_id, Wanted(0, 100)).value.note
    billing.world.clock.at = billing.world.clock.at.replace(day=1, hour=1)  # another worker's clock
    late(billing, -1)

    second = credited(billing, before.invoice_id, Wanted(0, 100)).value.note

    assert (first.issued_on, second.issued_on) == (date(2026, 12, 1), date(2026, 12, 1))
    assert second.place == first.place + 1


def test_each_note_gives_back_the_tax_by_its_running_total_mon_3() -> None:
    """The published case series-1: twice 68.33 at 20 %, taxed together 27.33, so 82.00 and 81.99."""
    billing = Billing(flat_tax=True)
    made = open_invoice(billing, 3)
    invoice_of_two, kept = twice(made, content(billing, made.invoice_id), 6833)
    assert (invoice_of_two.tax_minor, invoice_of_two.total_minor) == (2733, 16399)

    first = parts_of(invoice_of_two, kept, [Wanted(0)], NOTHING)
    note = note_of(invoice_of_two, kept, first, "inv_1", DAY, NOTHING).invoice
    rest = replace(invoice_of_two.noted(note.total_minor, note.total_minor), noted_parts=first)
    others = parts_of(rest, kept, [Wanted(1)], NOTHING)
    last = note_of(rest, kept, others, "inv_2", DAY, NOTHING).invoice

    assert (note.total_minor, last.total_minor) == (8200, 8199)


def twice(made: Invoice, said: InvoiceContent, net_minor: int) -> tuple[Invoice, InvoiceContent]:
    """The invoice, as if each of its two lines came to so much."""
    lines = tuple(replace(each, net_minor=net_minor) for each in said.lines)
    taxes = taxed_lines(lines, said.bearings).taxes
    net, tax = 2 * net_minor, sum(each.amount_minor for each in taxes)
    sums: dict[str, Any] = {"subtotal_minor": net, "tax_minor": tax, "total_minor": net + tax}
    shown = tuple(replace(each, net_minor=net_minor) for each in said.document.lines)
    document = replace(said.document, lines=shown, taxes=taxes, **sums)
    return replace(made, **sums), replace(said, lines=lines, document=document)


@given(data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_parts_in_any_order_add_up_to_exactly_the_invoice_mon_3(data: st.DataObject) -> None:
    billing = Billing(flat_tax=True)
    before = open_invoice(billing, *data.draw(st.lists(st.integers(1, 9), min_size=1, max_size=3)))
    left = {
        place: each.net_minor
        for place, each in enumerate(content(billing, before.invoice_id).lines)
    }
    is_paid = data.draw(st.booleans())
    if is_paid:
        paid_by_transfer(billing, data.draw(st.integers(1, before.total_minor)))

    notes: list[Invoice] = []
    while left:
        named = data.draw(st.lists(st.sampled_from(sorted(left)), min_size=1, unique=True))
        wanted = [Wanted(place, data.draw(st.integers(1, left[place]))) for place in named]
        notes.append(credited(billing, before.invoice_id, *wanted).value.note)
        for each in wanted:
            left[each.place] -= each.net_minor or 0
        left = {place: net for place, net in left.items() if net}
        if len(notes) == 6:
            break
    if left:
        notes.append(credited(billing, before.invoice_id).value.note)

    assert sum(each.subtotal_minor for each in notes) == before.subtotal_minor
    assert sum(each.tax_minor for each in notes) == before.tax_minor
    assert sum(each.total_minor for each in notes) == before.total_minor
    after = invoice(billing, before.invoice_id)
    assert after.noted_minor == before.total_minor
    assert after.note_ids == tuple(each.invoice_id for each in notes)
    assert [each.place for each in notes] == list(range(1, len(notes) + 1))
    require_books_right(billing)


@dataclass
class Stale:
    """Records that answer the first question about an invoice with what was there before a rival."""

    inner: InvoiceRecords
    rival: object
    asked: int = 0

    def invoice(self, account_id: str, invoice_id: str) -> Invoice | None:
        found = self.inner.invoice(account_id, invoice_id)
        self.asked += 1
        if self.asked == 1:
            self.rival()  # type: ignore[operator]  # acts between the reading and the write
        return found

    def __getattr__(self, name: str) -> object:
        return getattr(self.inner, name)


def behind_a_rival(billing: Billing, rival: object) -> Invoicing:
    held = records(billing)
    return replace(held, records=Stale(held.records, rival))  # type: ignore[arg-type]  # as above


def test_one_key_at_once_makes_one_credit_note_bad_5(billing: Billing) -> None:
    before = open_invoice(billing)
    stale = behind_a_rival(
        billing, lambda: credited(billing, before.invoice_id, Wanted(0, 1000), key="once")
    )

    reply = credited(billing, before.invoice_id, Wanted(0, 1000), key="once", invoicing=stale)

    assert reply.replayed
    assert len(invoices_of(billing)) == 2
    assert invoice(billing, before.invoice_id).noted_minor == 1200
    require_books_right(billing)


def test_two_keys_at_once_give_back_no_more_than_the_line_bad_5(billing: Billing) -> None:
    before = open_invoice(billing)
    net = content(billing, before.invoice_id).lines[0].net_minor
    stale = behind_a_rival(billing, lambda: credited(billing, before.invoice_id, Wanted(0, net)))

    refusal = refusal_of(
        lambda: credited(billing, before.invoice_id, Wanted(0, net), invoicing=stale)
    )

    assert refusal.code == "credit_exceeds_line"
    assert len(invoices_of(billing)) == 2
    require_books_right(billing)


def test_voided_at_once_it_is_void_once_bad_5(billing: Billing) -> None:
    before = open_invoice(billing)
    stale = behind_a_rival(billing, lambda: voided(billing, before.invoice_id, key="once"))

    reply = voided(billing, before.invoice_id, key="once", invoicing=stale)

    assert (reply.replayed, reply.value.invoice.status) == (True, InvoiceStatus.VOID)
    assert len(invoices_of(billing)) == 2
    require_books_right(billing)


def test_a_key_is_good_for_ever_however_many_came_after_it_reg_10(billing: Billing) -> None:
    before = open_invoice(billing)
    first = credited(billing, before.invoice_id, Wanted(0, 10), key="first").value.note
    for _ in range(25):
        credited(billing, before.invoice_id, Wanted(0, 10))

    with nothing_written(billing.world.dynamo):
        again = credited(billing, before.invoice_id, Wanted(0, 10), key="first")

    assert (again.replayed, again.value.note) == (True, first)
