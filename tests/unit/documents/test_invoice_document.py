"""What a document may be made of: sums that match, and what its kind has (INV-2, INV-3, INV-11)."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from guichet.access.profile import BillingProfile
from guichet.catalogue.catalogue import TaxClass
from guichet.errors import Conflict
from guichet.invoices.document import Buyer, DocumentTax, InvoiceDocument
from guichet.ledger.billable import LineKind
from guichet.tax.deciding import TaxGroup
from guichet.tax.places import Sentence
from tests.support.document_samples import samples
from tests.support.invoice_documents import PARIS, REVERSE_CHARGE, invoice, line, vat

SAMPLES = samples()


def plain() -> InvoiceDocument:
    return invoice("ie", "fr", "EUR", PARIS, (vat("20"),))


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"subtotal_minor": 15_292, "total_minor": 18_350}, id="subtotal"),
        pytest.param({"tax_minor": 3_059, "total_minor": 18_350}, id="tax"),
        pytest.param({"total_minor": 18_350}, id="total"),
        pytest.param({"credit_applied_minor": -1}, id="credit below 0"),
        pytest.param({"paid_minor": -1}, id="paid below 0"),
        pytest.param({"paid_minor": 18_350}, id="a cent more paid than the total"),
        pytest.param({"lines": (), "subtotal_minor": 0, "total_minor": 3_058}, id="no lines"),
        pytest.param({"due_on": None}, id="no due date"),
    ],
)
def test_inv_2_a_document_that_does_not_add_up_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="does not add up"):
        replace(plain(), **changed)


def test_inv_11_a_total_is_never_below_0() -> None:
    with pytest.raises(ValueError, match="never below 0"):
        invoice("ie", "fr", "EUR", PARIS, (), (line(net_minor=-1),))


def test_tax_1_a_groups_sum_is_that_of_its_class() -> None:
    document = plain()
    base = document.taxes[0].base_minor
    wrong = replace(document.taxes[0], base_minor=base + 1)

    with pytest.raises(ValueError, match="sums that are taxed"):
        replace(document, taxes=(wrong,))


def test_tax_1_each_class_of_the_lines_is_decided() -> None:
    with pytest.raises(ValueError, match="sums that are taxed"):
        invoice(
            *("ie", "fr", "EUR", PARIS, (vat("20"),)),
            lines=(line(), line(tax_class=TaxClass.EXEMPT)),
        )


def test_tax_5_a_fee_may_bear_no_tax_that_others_of_its_class_bear() -> None:
    lines = (
        line("Calls", 10_000, tax_class=TaxClass.TELECOM),
        line("USF", 500, kind=LineKind.FEE, tax_class=TaxClass.TELECOM),
    )
    tax = replace(vat("8", TaxClass.TELECOM).on(lines[:1]), name="Sales tax", region="NY")
    document = replace(
        invoice("us", "en", "USD", PARIS, (), lines, remittance=None),
        taxes=(tax,),
        tax_minor=800,
        total_minor=11_300,
    )

    assert document.due_minor == 11_300


@pytest.mark.parametrize("missing", ["refers_to", "settlement"])
def test_inv_3_a_credit_note_says_what_it_corrects_and_where_its_amount_goes(missing: str) -> None:
    changed: dict[str, Any] = {missing: None}

    with pytest.raises(ValueError, match="does not add up"):
        replace(SAMPLES["fr-credit-note"], **changed)


def test_inv_2_credit_and_payments_lower_what_is_due_and_never_the_taxed_sum() -> None:
    document = replace(plain(), credit_applied_minor=5_000, paid_minor=3_349)

    assert document.due_minor == 10_000
    assert document.taxes[0].base_minor == document.subtotal_minor


def test_lines_are_grouped_by_product_in_their_first_order() -> None:
    groups = plain().groups

    assert {name: [each.item for each in lines] for name, lines in groups.items()} == {
        "Webinar": ["Pro", "Pro", "Basic", "Recording"],
        "Telephony": ["SMS"],
    }


def test_tax_3_each_sentence_of_the_law_is_said_once() -> None:
    lines = (line(), line(tax_class=TaxClass.TELECOM))
    rates = (REVERSE_CHARGE, replace(REVERSE_CHARGE, tax_class=TaxClass.TELECOM))

    document = invoice("ie", "fr", "EUR", PARIS, rates, lines)

    assert document.sentences == ((Sentence.REVERSE_CHARGE, ""),)


def test_a_decided_group_is_kept_as_it_was() -> None:
    mine = samples()["fr-ca-two-taxes"].taxes[1]
    group = TaxGroup(
        name="QST",
        percent=Decimal("9.975"),
        category=mine.category,
        tax_class=mine.tax_class,
        country="CA",
        region="QC",
        base_minor=mine.base_minor,
        amount_minor=mine.amount_minor,
    )

    assert DocumentTax.of(group) == mine


def test_a_buyer_is_what_the_profile_says_on_that_day() -> None:
    profile = BillingProfile(
        account_id=PARIS.account_id,
        company=PARIS.company,
        contact_email=PARIS.email,
        time_zone="Europe/Paris",
        language="fr",
        billing_address=PARIS.address,
        vat_number=PARIS.vat_number,
        contact_name=PARIS.contact_name,
    )

    assert Buyer.of(profile) == PARIS
    with pytest.raises(Conflict):
        Buyer.of(replace(profile, billing_address=None))
