"""INV-2, INV-10, INV-11, INV-12, TAX-1 to TAX-5: from a bill or an order to its documents."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

from guichet.errors import Conflict, Invalid
from guichet.invoices.building import Draft, Drafted, corrected, drafted
from guichet.invoices.document import DocumentKind, Settlement
from guichet.invoices.invoice import InvoiceStatus
from guichet.invoices.numbering import numbered, with_credit
from guichet.invoices.series import Series
from guichet.ledger.billable import LineKind
from guichet.money import half_up
from guichet.subscriptions.taxed import tax_subject
from guichet.tax.places import Category
from tests.support.bills_drafted import (
    ALBANY,
    DAY,
    DUBLIN,
    ENTITIES,
    MOBILE,
    ORIGINALS,
    PERIOD,
    TAXES,
    TORONTO,
    billed,
    credit,
    exempt_in_alabama,
    line,
    made_of,
    paris,
    profile,
    reversed_charge,
)

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)


def sums(draft: Draft) -> tuple[int, int, int]:
    """As the invoice and its document say them, which is the same, and as computed again."""
    document, invoice = draft.content.document, draft.invoice
    said = (document.subtotal_minor, document.tax_minor, document.total_minor)
    assert said == (invoice.subtotal_minor, invoice.tax_minor, invoice.total_minor)
    assert draft.content.computed_again() == document
    return said


def taxes(draft: Draft) -> dict[str, int]:
    return {each.name: each.amount_minor for each in draft.content.document.taxes}


def the_invoice(made: Drafted) -> Draft:
    assert made.invoice is not None
    return made.invoice


def test_a_plain_bill_is_one_invoice_with_a_line_of_tax_inv_2() -> None:
    made = made_of(paris([line(3_000), line(1_250)]))

    draft = the_invoice(made)
    assert (sums(draft), made.notes) == ((4_250, 850, 5_100), ())
    document = draft.content.document
    assert (document.kind, document.currency, document.period) == (
        *(DocumentKind.INVOICE, "EUR", PERIOD),
    )
    assert [(each.product, each.item, each.net_minor) for each in document.lines] == [
        ("Webinars", "Starter", 3_000),
        ("Webinars", "Starter", 1_250),
    ]
    assert (document.issued_on, document.due_on) == (DAY, DAY + timedelta(days=30))
    assert document.remittance == ENTITIES.entity("ie").bank_details_on("EUR", DAY)
    assert document.disputable_until == DAY + timedelta(days=15)


def test_tax_is_rounded_once_for_all_lines_and_not_line_by_line_tax_1() -> None:
    draft = the_invoice(made_of(paris([line(33), line(33), line(33)])))

    assert sums(draft) == (99, 20, 119)  # 19.8; three times 6.6 would be 21


def test_credits_below_the_charges_lower_the_invoice_and_its_tax_inv_11() -> None:
    made = made_of(paris([line(5_000), credit(1_900, "inv_a")]))

    assert sums(the_invoice(made)) == (3_100, 620, 3_720)
    assert made.notes == ()
    assert corrected(paris([line(5_000), credit(1_900, "inv_a")])) == frozenset()


def test_credits_beyond_the_charges_are_a_note_of_each_invoice_that_they_correct_inv_11() -> None:
    bill = paris(
        [line(4_000), credit(1_000, "inv_a"), credit(5_000, "inv_b"), credit(500, "inv_c")]
    )

    made = made_of(bill)

    assert sums(the_invoice(made)) == (0, 0, 0)
    assert corrected(bill) == {"inv_b", "inv_c"}
    notes = {note.invoice.refers_to: note for note in made.notes}
    assert {name: sums(note) for name, note in notes.items()} == {
        "inv_b": (2_000, 400, 2_400),
        "inv_c": (500, 100, 600),
    }
    assert made.noted_minor == 3_000 == -(4_000 - 6_500) * 120 // 100
    for name, note in notes.items():
        document = note.content.document
        assert document.kind is DocumentKind.CREDIT_NOTE
        assert (document.refers_to, document.settlement) == (
            *(ORIGINALS[name or ""], Settlement.ACCOUNT_CREDIT),
        )
        assert (document.due_on, document.remittance) == (None, None)
        assert note.invoice.own_taxes == ()
    assert len({note.invoice.invoice_id for note in made.notes}) == 2


def test_only_credits_make_notes_and_no_invoice_inv_11() -> None:
    made = made_of(paris([credit(1_000, "inv_a"), credit(255, "inv_a")]))

    assert made.invoice is None
    assert [sums(note) for note in made.notes] == [(1_255, 251, 1_506)]


def test_a_credit_of_no_known_invoice_counts_first_and_is_refused_beyond_the_charges_inv_11() -> (
    None
):
    fits = paris([line(1_000), credit(5_000, "inv_a"), credit(900, "")])
    beyond = paris([line(1_000), credit(1_001, "")])

    made = made_of(fits)

    assert [each.net_minor for each in the_invoice(made).content.lines] == [1_000, -100, -900]
    assert [note.invoice.refers_to for note in made.notes] == ["inv_a"]
    for refuse in (lambda: corrected(beyond), lambda: made_of(beyond)):
        with pytest.raises(Conflict) as refused:
            refuse()
        assert (refused.value.code, refused.value.rule) == ("credit_without_invoice", "INV-11")


def test_no_credit_note_refers_to_the_invoice_that_it_comes_with_inv_11() -> None:
    own = paris([line(1_000), credit(900, "inv_new"), credit(500, "inv_a")])
    too_much = paris([line(1_000), credit(1_001, "inv_new")])

    assert [note.invoice.refers_to for note in made_of(own).notes] == ["inv_a"]
    with pytest.raises(Conflict) as refused:
        made_of(too_much)
    assert refused.value.code == "credit_without_invoice"


def test_each_rate_is_a_group_of_its_own_tax_1() -> None:
    toronto = profile(TORONTO)
    bill = billed(
        "ca",
        toronto,
        [
            line(1_005, "CAD"),
            line(2_000, "CAD", tax_class="zero_rated"),
            line(300, "CAD", tax_class="exempt"),
        ],
    )

    draft = the_invoice(made_of(bill))

    assert sums(draft) == (3_305, 131, 3_436)  # 13 per cent of 10.05 is 1.3065
    categories = [each.category for each in draft.content.document.taxes]
    assert set(categories) == {Category.STANDARD, Category.ZERO_RATED, Category.EXEMPT}


def test_credits_are_taxed_at_the_rates_of_their_invoice_sub_6() -> None:
    before = the_invoice(made_of(billed("ie", profile(DUBLIN), [line(5_000)]))).content.own_taxes
    earlier = {"inv_a": {each.tax_class: each.bearings for each in before}}
    bill = billed(
        "ie", paris([line(1)]).profile, [line(6_000), credit(1_000, "inv_a")], earlier=earlier
    )

    draft = the_invoice(made_of(bill))

    percents = {f"{each.percent}": each.amount_minor for each in draft.content.document.taxes}
    assert percents == {"20": 1_200, "23": -230}


@pytest.mark.parametrize(
    ("day", "percent"),
    [
        pytest.param(date(2026, 3, 31), "37.6", id="the last day of a quarter"),
        pytest.param(date(2026, 4, 1), "37.0", id="the first of the next"),
    ],
)
def test_a_universal_service_fee_is_the_quarters_rate_of_the_interstate_share_tax_5(
    day: date, percent: str
) -> None:
    lines = [line(10_000, "USD", product_id="telephony")]
    bill = billed("us", profile(ALBANY), lines)
    bill = replace(bill, quote=TAXES.quote("us", tax_subject(bill.profile), day, lines))

    draft = the_invoice(drafted(bill, day, {}))

    fees = {
        each.line.item: each.net_minor
        for each in draft.content.lines
        if each.line.kind is LineKind.FEE
    }
    assert fees["us-federal-universal-service"] == half_up(
        Fraction(6490, 10_000) * Fraction(percent) / 100 * 10_000
    )
    assert (fees["us-regulatory-recovery"], fees["us-state-local-recovery"]) == (350, 250)
    assert sums(draft)[:2] == (10_000 + sum(fees.values()), 0), "inside the subtotal"
    assert [each.kind for each in draft.content.document.lines][1:] == [LineKind.FEE] * 3


def test_canadas_recovery_fees_bear_its_taxes_tax_5() -> None:
    bill = billed("ca", profile(TORONTO), [line(10_000, "CAD", product_id="telephony")])

    draft = the_invoice(made_of(bill))

    assert sums(draft) == (10_100, 1_313, 11_413)
    assert taxes(draft) == {"HST": 1_313}


def test_fees_given_back_beyond_the_charges_go_with_the_note_of_their_invoice_tax_5() -> None:
    bill = billed(
        "ca",
        profile(TORONTO),
        [credit(10_000, "inv_a", "CAD", product_id="telephony")],
    )

    made = made_of(bill)

    assert made.invoice is None
    (note,) = made.notes
    assert (note.invoice.refers_to, sums(note)) == ("inv_a", (10_100, 1_313, 11_413))


def test_a_reverse_charge_is_no_tax_and_says_why_tax_3() -> None:
    who, subject = reversed_charge()

    draft = the_invoice(made_of(billed("ie", who, [line(3_000)], subject)))

    assert sums(draft) == (3_000, 0, 3_000)
    (group,) = draft.content.document.taxes
    assert group.category is Category.REVERSE_CHARGE
    assert group.sentence is not None
    assert draft.invoice.vat_mark
    assert "61954506077" not in draft.invoice.vat_mark


def test_an_exemption_is_no_tax_and_names_its_reason_tax_4() -> None:
    who, subject = exempt_in_alabama()

    taxed = the_invoice(made_of(billed("us", profile(MOBILE), [line(3_000, "USD")])))
    free = the_invoice(made_of(billed("us", who, [line(3_000, "USD")], subject)))

    assert (taxes(taxed), sums(taxed)) == ({"SSUT": 240}, (3_000, 240, 3_240))
    assert sums(free) == (3_000, 0, 3_000)
    (group,) = free.content.document.taxes
    assert (group.category, group.reason) == (Category.EXEMPT, "Resale AL-1")


def test_an_order_is_paid_with_its_credit_and_its_payment_inv_2() -> None:
    bill = paris([line(3_000)], cart_id="crt_1", paid_minor=2_600, credit_applied_minor=1_000)

    final = numbered(the_invoice(made_of(bill)), Series("ie", DocumentKind.INVOICE), AT)

    assert final.invoice.status is InvoiceStatus.PAID
    document = final.content.document
    assert (document.total_minor, document.paid_minor, document.credit_applied_minor) == (
        *(3_600, 2_600, 1_000),
    )
    assert document.due_on == DAY, "credit is a means of payment, and never lowers what is taxed"


def test_autopay_makes_an_invoice_due_on_its_day_inv_10() -> None:
    draft = the_invoice(made_of(paris([line(3_000)], is_collected=True)))

    assert (draft.invoice.due_on, draft.invoice.is_collected) == (DAY, True)


@pytest.mark.parametrize(
    ("issued_on", "due_on"),
    [
        pytest.param(date(2028, 1, 30), date(2028, 2, 29), id="a leap day"),
        pytest.param(date(2026, 1, 30), date(2026, 3, 1), id="none"),
        pytest.param(date(2028, 2, 29), date(2028, 3, 30), id="from a leap day"),
    ],
)
def test_terms_are_days_from_the_day_of_issue_inv_10(issued_on: date, due_on: date) -> None:
    made = drafted(paris([line(3_000)]), issued_on, {})

    assert the_invoice(made).invoice.due_on == due_on


def test_numbers_run_over_a_block_of_documents_inv_3() -> None:
    made = [made_of(paris([line(3_000 + each)], invoice_id=f"inv_{each}")) for each in range(24)]
    series, found = Series("ie", DocumentKind.INVOICE, 41, DAY), []

    for each in made:
        final = numbered(the_invoice(each), series, AT)
        series = final.series
        found.append(final)

    assert [each.invoice.number for each in found] == [f"IE-I-{n:06d}" for n in range(42, 66)]
    for final in found:
        document = final.content.document
        assert (document.number, document.series) == (final.invoice.number, "IE-I")
        assert document.payment_reference == final.invoice.number
        assert final.content.computed_again() == document


def test_credit_is_printed_with_the_number_col_7() -> None:
    draft = with_credit(the_invoice(made_of(paris([line(3_000)]))), 1_100)

    final = numbered(draft, Series("ie", DocumentKind.INVOICE), AT)

    assert (final.invoice.credit_applied_minor, final.invoice.open_minor) == (1_100, 2_500)
    assert final.content.document.credit_applied_minor == 1_100
    assert final.content.document.tax_minor == 600


def test_where_there_are_no_bank_details_nothing_is_invoiced_inv_12() -> None:
    entity = replace(ENTITIES.entity("ie"), bank_details=())

    with pytest.raises(Conflict) as refused:
        made_of(replace(paris([line(3_000)]), entity=entity))
    assert refused.value.code == "bank_details_missing"


def test_what_no_document_can_print_is_refused_before_it_has_a_number_inv_4() -> None:
    who = replace(paris([line(1)]).profile, company="株式会社")

    with pytest.raises(Invalid) as refused:
        made_of(paris([line(3_000)], profile=who))
    assert refused.value.code == "text_not_printable"
