"""TAX-1, INV-2, ACC-4: a bill's lines through the port, as previews and invoices ask for them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from guichet.access.addresses import Address
from guichet.access.profile import BillingProfile
from guichet.adapters.catalogue.packaged import packaged_catalogues
from guichet.adapters.selling.packaged import packaged_selling_entities
from guichet.adapters.tax.words import TaxWords
from guichet.adapters.tax_tables import TableTaxes
from guichet.catalogue.catalogue import Frequency
from guichet.errors import Unavailable
from guichet.languages import LANGUAGES
from guichet.ledger.billable import LineKind
from guichet.money import Money
from guichet.period import Period
from guichet.subscriptions.cart import TaxLine
from guichet.subscriptions.pricing import PriceList
from guichet.subscriptions.taxed import NOWHERE, tax_subject
from guichet.subscriptions.terms import Terms
from guichet.tax.places import Category, Sentence
from guichet.tax.subject import Exemption, TaxSubject, VatStanding
from guichet.tax.territories import territory
from tests.support.billing_samples import line
from tests.support.taxing import DAY, TABLES

PARIS = Address("1 rue de Rivoli", "Paris", "FR", postal_code="75001")
PROFILE = BillingProfile(
    account_id="acc_1",
    company="Atelier SARL",
    contact_email="facturation@atelier.example",
    time_zone="Europe/Paris",
    language="fr",
    billing_address=PARIS,
)


@pytest.fixture
def taxes() -> TableTaxes:
    return TableTaxes(packaged_selling_entities(), packaged_catalogues())


def test_a_quote_has_a_line_for_each_tax_with_a_rate_inv_2(taxes: TableTaxes) -> None:
    lines = [line(amount=Money(10_000, "CAD"))]

    quote = taxes.quote("ca", TaxSubject("CA", "QC"), DAY, lines)

    assert quote.taxes == (TaxLine("GST", "5", 500), TaxLine("QST", "9.975", 998))
    assert quote.total_minor == 1498


def test_a_reverse_charge_has_no_line_but_its_reason_inv_2(taxes: TableTaxes) -> None:
    subject = tax_subject(replace(PROFILE, vat_number="FR61954506077"), VatStanding.VALID)

    quote = taxes.quote("ie", subject, DAY, [line()])

    assert (quote.taxes, quote.total_minor) == ((), 0)
    assert [each.category for each in quote.bearings] == [Category.REVERSE_CHARGE]
    assert quote.bears == ((0,),)
    assert Category.REVERSE_CHARGE.vatex == "VATEX-EU-AE"


def test_a_credit_among_the_lines_lowers_what_is_taxed_and_account_credit_is_no_line_inv_2(
    taxes: TableTaxes,
) -> None:
    lines = [line(), line(amount=Money(1_900, "EUR"), is_credit=True)]

    quote = taxes.quote("ie", tax_subject(PROFILE), DAY, lines)

    assert quote.taxes == (TaxLine("VAT", "20", 1620),)


def test_a_fee_bears_what_its_table_says_tax_5(taxes: TableTaxes) -> None:
    lines = [
        line(
            product_id="telephony",
            item="line",
            tax_class="telecom",
            catalogue_version="2026-01",
            amount=Money(10_000, "CAD"),
        )
    ]

    quote = taxes.quote("ca", TaxSubject("CA", "ON"), DAY, lines)

    assert [(each.kind, each.item, each.net_minor) for each in quote.fees] == [
        (LineKind.FEE, "ca-federal-recovery", 60),
        (LineKind.FEE, "ca-provincial-recovery", 40),
    ]
    assert quote.taxes == (TaxLine("HST", "13", 1313),)


def test_a_device_sold_or_rented_is_no_telecom_line_and_bears_no_fee_tax_5(
    taxes: TableTaxes,
) -> None:
    product = packaged_catalogues().version("2026-01").product("telephony")
    prices = PriceList("sub_1", product, "CAD", "2026-01")
    month = Period(date(2026, 6, 1), date(2026, 7, 1))
    terms = Terms("line", 1, Frequency.MONTHLY).with_add_ons({"number": 1, "desk-phone": 1})
    lines = [*prices.full(terms, month, DAY), prices.once("headset", 1, DAY, DAY)]

    quote = taxes.quote("ca", TaxSubject("CA", "ON"), DAY, lines)

    classes = {each.item: each.tax_class for each in lines}
    assert classes == {
        "line": "telecom",
        "number": "telecom",
        "desk-phone": "standard",
        "headset": "standard",
    }
    # Of 30.00: the line and its number.
    assert [each.net_minor for each in quote.fees] == [18, 12]
    # 13 % of 30.30 and of 129.50, each rounded once.
    assert quote.taxes == (TaxLine("HST", "13", 394 + 1684),)


@pytest.mark.parametrize(
    ("entity", "day"),
    [
        pytest.param("ie", date(2013, 12, 31), id="a day before the table of France"),
        pytest.param("nobody", DAY, id="an entity that is gone"),
    ],
)
def test_what_can_not_be_known_is_refused(taxes: TableTaxes, entity: str, day: date) -> None:
    with pytest.raises(Unavailable):
        taxes.quote(entity, tax_subject(PROFILE), day, [line()])


def test_tax_follows_the_billing_address_acc_4() -> None:
    moved = replace(PROFILE, shipping_address=replace(PARIS, country="DE"))

    assert tax_subject(moved) == TaxSubject("FR")
    assert tax_subject(replace(PROFILE, billing_address=None)) is NOWHERE


@pytest.mark.parametrize(
    ("number", "country", "asked", "standing"),
    [
        pytest.param(None, "FR", None, "none", id="no number"),
        pytest.param("FR61954506077", "FR", None, "never_answered", id="nobody asked"),
        pytest.param("FR61954506077", "FR", VatStanding.VALID, "valid", id="confirmed"),
        pytest.param("NZ123456789", "NZ", None, "stated", id="no register answers for it"),
    ],
)
def test_a_business_is_one_that_has_a_number_tax_3(
    number: str | None, country: str, asked: VatStanding | None, standing: str
) -> None:
    billed = replace(PROFILE, vat_number=number, billing_address=replace(PARIS, country=country))

    subject = tax_subject(billed, asked)

    assert subject.is_business is (number is not None)
    assert subject.vat_standing.value == standing


def test_exemptions_go_with_the_subject_tax_4() -> None:
    exemption = Exemption("US", "AL", DAY, DAY, "Resale")

    assert tax_subject(PROFILE, exemptions=[exemption]).exemptions == (exemption,)


@pytest.mark.parametrize(
    ("country", "postal_code", "place"),
    [
        pytest.param("ES", "28001", ("ES", ""), id="Madrid"),
        pytest.param("ES", "35001", ("ES*", ""), id="the Canary Islands"),
        pytest.param("ES", "51001", ("ES*", ""), id="Ceuta"),
        pytest.param("DE", "27498", ("DE*", ""), id="Heligoland"),
        pytest.param("IT", "23041", ("IT*", ""), id="Livigno"),
        pytest.param("PT", "9500-321", ("PT", "20"), id="the Azores"),
        pytest.param("PT", "9000-001", ("PT", "30"), id="Madeira"),
        pytest.param("PT", "1000-001", ("PT", ""), id="Lisbon"),
        pytest.param("MC", "98000", ("FR", ""), id="Monaco, as France"),
        pytest.param("IM", "IM1 1AA", ("GB", ""), id="the Isle of Man, as the United Kingdom"),
        pytest.param("FI", "", ("FI", ""), id="no code"),
        pytest.param("AX", "22100", ("AX", ""), id="Åland, by its own code"),
    ],
)
def test_some_places_are_taxed_otherwise_than_their_country_tax_1(
    country: str, postal_code: str, place: tuple[str, str]
) -> None:
    assert territory(country, "", postal_code) == place


def test_outside_the_unions_vat_nothing_is_charged_tax_1(taxes: TableTaxes) -> None:
    tenerife = replace(PARIS, country="ES", postal_code="38001")

    quote = taxes.quote(
        "ie", tax_subject(replace(PROFILE, billing_address=tenerife)), DAY, [line()]
    )

    assert [each.category for each in quote.bearings] == [Category.OUT_OF_SCOPE]
    assert quote.total_minor == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_and_tax_has_words_in_every_language_tax_3(language: str) -> None:
    words = TaxWords(language)  # type: ignore[arg-type]  # each of them is one
    names = {tax.name for rows in TABLES.taxes.values() for tax in rows}

    told = [words.sentence(each, "Resale 1") for each in Sentence]

    assert len(set(told)) == len(told)
    assert all(each.endswith((".", "Resale 1")) and "{" not in each for each in told)
    assert all(words.name(name) for name in names)


def test_a_sentence_of_the_law_has_the_laws_words() -> None:
    assert (
        TaxWords("de")
        .sentence(Sentence.REVERSE_CHARGE)
        .startswith("Steuerschuldnerschaft des Leistungsempfängers")
    )
    assert TaxWords("fr").name("VAT") == "TVA"
    assert TaxWords("fr").name("SSUT") == "SSUT"
