"""TAX-1, MON-3, INV-11: documents are rounded apart; together they give back a tax exactly, never more."""

from __future__ import annotations

from datetime import date
from typing import Final

import pytest

from guichet.catalogue.catalogue import Frequency
from guichet.errors import ConcurrentUpdateError
from guichet.invoices.invoice import InvoiceStatus
from guichet.invoices.remaining import Wanted
from tests.support.billing import Billing
from tests.support.billing_days import pay_all
from tests.support.confirming import Unconfirmed
from tests.support.correcting import content, credited, invoice, invoices_of, voided, work
from tests.support.verified import assert_verified
from tests.support.world import refusal_of

STORIES: Final = (  # an invoice, and what bills gave back of it one by one
    (7_155, (413, 209, 203, 208)),
    (5_100, (213, 413, 413, 413)),
    (4_463, (203, 203, 208, 413)),
    (5_949, (213, 213, 204, 208)),
)


@pytest.mark.parametrize(("net", "credits_"), STORIES)
def test_vat_goes_back_to_the_cent_after_notes_rounded_apart_tax_3(
    net: int, credits_: tuple[int, ...]
) -> None:
    """Of 14.31 VAT once 14.32 went back, and of 10.20 once 10.22."""
    ann = Unconfirmed()
    first = ann.invoiced(net)
    for each in credits_:
        ann.world.clock.advance(days=1)
        day = ann.world.clock.at.date()
        credit = ann.here.usd(-each, day, is_credit=True, of_invoice=first.invoice_id)
        ann.here.bill(ann.account, credit)
        ann.here.make(ann.account)

    ann.answered(days=1)

    after = ann.again(first)
    assert after.reversed_vat is not None
    assert sum(each.tax_minor for each in ann.notes()) == after.tax_minor
    assert ann.vat_in_books() == 0


def _taken_down(billing: Billing, seats: int) -> None:
    wish = billing.wish("change", subscription_id=billing.only().subscription_id, seats=seats)
    preview = billing.preview(wish, member=billing.representative)
    billing.place(preview, None, member=billing.representative)
    billing.world.settle_down()


@pytest.mark.parametrize("first_day", [3, 8])
def test_what_is_left_after_notes_of_bills_goes_back_with_exactly_its_tax_mon_3(
    first_day: int,
) -> None:
    """A seat less each month of a year: once refused, while saying that 433.71 was left."""
    billing = Billing(flat_tax=True)
    billing.until(date(2027, 1, 1))
    wish = billing.webinar("line", 6, product_id="telephony", frequency=Frequency.ANNUAL)
    billing.buy(wish)
    billing.world.settle_down()
    work(billing.world)
    (first,) = invoices_of(billing)
    pay_all(billing)
    work(billing.world)
    for month in range(1, 6):
        billing.until(date(2027, month, first_day + month - 1))
        _taken_down(billing, 6 - month)
        billing.until(date(2027, month + 1, 1))
        work(billing.world)
    notes = [each for each in invoices_of(billing) if each.is_credit_note]
    assert len(notes) == 5

    rest = credited(billing, first.invoice_id).value.note

    sums = [(each.subtotal_minor, each.tax_minor) for each in (*notes, rest)]
    assert [sum(each) for each in zip(*sums, strict=True)] == [
        first.subtotal_minor,
        first.tax_minor,
    ]
    assert invoice(billing, first.invoice_id).noted_minor == first.total_minor
    _assert_right(billing)


def test_a_bills_note_gives_back_no_more_of_a_tax_than_is_left_inv_11() -> None:
    """20.03 and 20.04 of 40.07: 4.01 and 4.01 by themselves, of a tax of 8.01."""
    ann = Unconfirmed()
    first = ann.invoiced(4_007)
    for net in (2_003, 2_004):
        ann.world.clock.advance(days=1)
        day = ann.world.clock.at.date()
        credit = ann.here.usd(-net, day, is_credit=True, of_invoice=first.invoice_id)
        ann.here.bill(ann.account, credit)
        ann.here.make(ann.account)

    after = ann.again(first)

    assert [each.tax_minor for each in ann.notes()] == [401, 400]
    assert (after.tax_minor, after.noted_minor) == (801, after.total_minor)
    assert ann.vat_in_books() == 0
    ann.world.settle_down()
    assert_verified(ann.world.dynamo, ann.world.clock.now())


def test_an_order_that_read_before_a_bills_note_was_made_reads_again_inv_11() -> None:
    """Both give back of one tax: the note writes anew what the order has to find as it was."""
    ann = Unconfirmed()
    first = ann.invoiced(4_007)
    ann.world.clock.advance(days=1)
    day = ann.world.clock.at.date()
    credit = ann.here.usd(-2_003, day, is_credit=True, of_invoice=first.invoice_id)
    ann.here.bill(ann.account, credit)
    records = ann.here.parts.records
    before = records.earlier(ann.account, [first.invoice_id])
    ann.here.make(ann.account)

    with pytest.raises(ConcurrentUpdateError):
        records.save(ann.world.cause("order"), [], before.kept([]))

    now = records.earlier(ann.account, [first.invoice_id])
    assert list(before.taxes_left[first.invoice_id].values()) == [801]
    assert list(now.taxes_left[first.invoice_id].values()) == [400]


def _seat_of_595_07() -> tuple[Billing, str, str]:
    """A seat for the rest of a year: its tax of 119.014 is rounded down. 1.03 went back by hand."""
    billing = Billing(flat_tax=True)
    billing.until(date(2027, 1, 1))
    billing.buy(billing.webinar("plus", 2, frequency=Frequency.ANNUAL))
    work(billing.world)
    billing.until(date(2027, 1, 4))
    name = billing.only().subscription_id
    billing.buy(billing.wish("add", subscription_id=name, seats=1))
    work(billing.world)
    (seat,) = [each for each in invoices_of(billing) if each.subtotal_minor == 59_507]
    credited(billing, seat.invoice_id, Wanted(0, 103))
    return billing, name, seat.invoice_id


def test_an_orders_note_gives_back_what_is_left_of_a_tax_as_previewed_bad_14() -> None:
    """594.04 would bear 118.81, and 0.21 of 119.01 went back before."""
    billing, name, seat = _seat_of_595_07()
    preview = billing.preview(billing.wish("change", subscription_id=name, plan_id="starter"))

    placed = billing.place(preview).value
    billing.pay(placed)
    work(billing.world)

    documents = invoices_of(billing)
    (note,) = [e for e in documents if e.refers_to == seat and e.subtotal_minor == 59_404]
    after = invoice(billing, seat)
    ordered = [each for each in documents if each.cart_id == placed.cart.cart_id]
    assert note.tax_minor == 11_880
    assert (after.tax_minor, after.noted_minor) == (11_901, after.total_minor)
    assert content(billing, note.invoice_id).has_less_tax
    assert preview.now.tax.total_minor == sum(
        -each.tax_minor if each.is_credit_note else each.tax_minor for each in ordered
    )
    _assert_right(billing)


def test_what_an_order_gives_back_counts_before_its_note_is_made_inv_11() -> None:
    """What is left goes back by hand while the order's own documents are still to come."""
    billing, name, seat = _seat_of_595_07()
    billing.until(date(2027, 1, 5))
    billing.buy(billing.wish("change", subscription_id=name, plan_id="starter"))
    assert not any(each.bill_on == date(2027, 1, 5) for each in invoices_of(billing))

    credited(billing, seat)
    work(billing.world)

    notes = [each for each in invoices_of(billing) if each.refers_to == seat]
    assert sum(each.subtotal_minor for each in notes) == 59_507
    assert sum(each.tax_minor for each in notes) == 11_901
    _assert_right(billing)


def test_a_seat_taken_off_on_the_bill_that_charges_it_leaves_that_bill_whole_inv_5() -> None:
    """Nothing of the bill was given back: it can be void (SUB-7)."""
    billing = _lines_with_a_seat_for_two_days()
    bill = invoices_of(billing)[0]
    assert any(
        each.line.of_invoice == bill.invoice_id for each in content(billing, bill.invoice_id).lines
    )

    voided(billing, bill.invoice_id)

    assert invoice(billing, bill.invoice_id).status is InvoiceStatus.VOID
    _assert_right(billing)


def test_a_seat_taken_off_on_the_bill_that_charges_it_is_credited_with_it_inv_11() -> None:
    billing = _lines_with_a_seat_for_two_days()
    bill = invoices_of(billing)[0]

    note = credited(billing, bill.invoice_id).value.note

    assert (note.subtotal_minor, note.tax_minor) == (bill.subtotal_minor, bill.tax_minor)
    assert refusal_of(lambda: credited(billing, bill.invoice_id)).code == "credit_exceeds_invoice"
    _assert_right(billing)


def _lines_with_a_seat_for_two_days() -> Billing:
    billing = Billing(flat_tax=True)
    billing.until(date(2027, 1, 1))
    billing.buy(
        billing.webinar("line-plus", 3, product_id="telephony", frequency=Frequency.MONTHLY)
    )
    billing.world.settle_down()
    work(billing.world)
    billing.until(date(2027, 1, 10))
    name = billing.only().subscription_id
    billing.buy(billing.wish("add", subscription_id=name, seats=1))
    billing.until(date(2027, 1, 12))
    _taken_down(billing, 3)
    billing.until(date(2027, 2, 1))
    work(billing.world)
    return billing


def _assert_right(billing: Billing) -> None:
    assert_verified(billing.world.dynamo, billing.world.clock.now())
