"""The sentences about orders, subscriptions and seats in seven languages, alike and all of use."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from string import Formatter

import pytest
from babel import Locale

import guichet
from guichet.adapters.mail.render import render
from guichet.adapters.mail.texts import billing_texts, texts
from guichet.languages import LANGUAGES, Language
from guichet.money import Money
from guichet.payments.own_refund import OwnRefundReason
from guichet.registration.outbox import BillingMail
from guichet.subscriptions.mails import BillingFacts, ToldShare
from tests.support.billing_mail_facts import (
    CREDIT,
    FLAT,
    FRAME,
    SEATS,
    SMS,
    billing_facts,
    told_document,
)
from tests.support.sentences import placeholders

OF_METHODS = {each for each in BillingMail if each.startswith("billing_method_")}
OF_PAYMENTS = {
    *(BillingMail.PAYMENT_RECEIVED, BillingMail.PAYMENT_DECLINED),
    *(BillingMail.PAYMENT_ACTION, BillingMail.PAYMENT_RETURNED),
}
FOLDER = Path(guichet.__file__).parent / "data" / "billing_texts"


def test_there_is_one_file_of_texts_for_each_language_and_no_other() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_the_same_things_in_the_same_order_each_once(
    language: Language,
) -> None:
    pairs = json.loads(
        (FOLDER / f"{language}.json").read_bytes(), object_pairs_hook=lambda pairs: pairs
    )

    assert [key for key, _ in pairs] == list(billing_texts("en"))
    assert len(pairs) == len(billing_texts(language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_fills_the_same_placeholders_in_every_language(language: Language) -> None:
    differing = {
        key
        for key, sentence in billing_texts(language).items()
        if placeholders(sentence) != placeholders(billing_texts("en")[key])
    }

    assert not differing


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_shouts_or_has_blanks_at_its_ends(language: Language) -> None:
    untidy = {
        key
        for key, sentence in billing_texts(language).items()
        if not sentence or "!" in sentence or "  " in sentence or sentence != sentence.strip()
    }

    assert not untidy


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_of_billing_hides_one_of_trainings(language: Language) -> None:
    assert not billing_texts(language).keys() & texts(language).keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_small_numbers_have_all_forms_that_the_language_tells_apart(language: Language) -> None:
    forms = {Locale.parse(language).plural_form(number) for number in range(10_001)}

    sentences = billing_texts(language)

    for name in ("days", "line.seats", "line.units"):
        assert {f"{name}.{form}" for form in forms} <= sentences.keys()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "subscription seat|due date|account credit|pro rata|renews on|subtotal"),
        ("fr", "abonnement licence forfait|date d’échéance|crédit du compte|au prorata"),
        ("de", "abonnement lizenz tarif kündigung guthaben fälligkeitsdatum anteilig"),
        ("it", "abbonamento licenza piano disdetta|credito sul conto|data di scadenza|pro rata"),
        ("es", "suscripción licencia plan cancelación prorrateo|saldo a favor|se renueva el"),
        ("pt", "assinatura licença plano cancelamento proporcional|crédito na conta|renova em"),
        ("nl", "abonnement licentie abonnementsvorm opzegging tegoed vervaldatum|naar rato"),
    ],
)
def test_each_language_uses_the_words_that_pages_use(language: Language, words: str) -> None:
    everything = " ".join(billing_texts(language).values()).lower()

    single, *phrases = words.split("|")
    missing = [word for word in [*single.split(), *phrases] if word not in everything]

    assert not missing


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "invoice|credit note|amount due"),
        ("fr", "facture|avoir|montant dû"),
        ("de", "rechnung|gutschrift (rechnungskorrektur)|offener betrag"),
        ("it", "fattura|nota di credito|importo dovuto"),
        ("es", "factura|factura rectificativa|importe pendiente"),
        ("pt", "fatura|nota de crédito|valor em aberto"),
        ("nl", "factuur|creditnota|te betalen bedrag"),
    ],
)
def test_documents_are_called_what_pages_call_them(language: Language, words: str) -> None:
    everything = " ".join(billing_texts(language).values()).lower()

    assert not [word for word in words.split("|") if word not in everything]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "receipt|declined|payment method|amount due"),
        ("fr", "reçu|refusé|mode de paiement|montant dû"),
        ("de", "zahlungsbeleg|abgelehnt|zahlungsart|offene betrag"),
        ("it", "ricevuta|rifiutato|metodo di pagamento|importo dovuto"),
        ("es", "recibo|rechazado|método de pago|importe pendiente"),
        ("pt", "recibo|recusado|forma de pagamento|valor em aberto"),
        ("nl", "betalingsbewijs|geweigerd|betaalmethode|te betalen bedrag"),
    ],
)
def test_mails_about_payments_use_the_words_that_pages_use(language: Language, words: str) -> None:
    own = {key: each for key, each in billing_texts(language).items() if "billing_payment_" in key}
    everything = " ".join(own.values()).lower()

    assert not [word for word in words.split("|") if word not in everything]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(OF_PAYMENTS))
def test_mails_about_a_payment_name_invoice_amount_and_method_col_3_col_4(
    kind: BillingMail, language: Language
) -> None:
    mail = render(billing_facts(kind, language=language))

    assert "IE-I-000012" in mail.subject
    assert "270" in mail.text
    assert "Visa" in mail.text
    assert "4242" in mail.text
    assert "ipy_5TR8" in mail.text
    moments = {
        BillingMail.PAYMENT_RECEIVED: "10:14",
        BillingMail.PAYMENT_DECLINED: "11:14",
        BillingMail.PAYMENT_ACTION: "18",
    }
    assert moments.get(kind, "") in mail.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_method_that_is_not_tried_again_has_no_moment_of_a_next_try_col_3(
    language: Language,
) -> None:
    declined = BillingMail.PAYMENT_DECLINED
    stopped = render(billing_facts(declined, language=language, is_method_stopped=True)).text
    later = render(billing_facts(declined, language=language)).text

    assert "11:14" in later
    assert "11:14" not in stopped
    assert billing_texts(language)["billing_payment_declined.stopped"] in stopped
    assert billing_texts(language)["billing_payment_declined.stopped"] not in later


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", BillingMail)
def test_every_kind_of_mail_is_whole_in_every_language(
    kind: BillingMail, language: Language
) -> None:
    """INV-6, SUB-5: no placeholder is left, nothing is empty, and the zone of days is named (MON-6)."""
    mail = render(billing_facts(kind, language=language))

    for part in (mail.subject, mail.text):
        assert part.strip()
        assert not {"{", "}"} & set(part)
        assert "None" not in part
    assert mail.language == language
    assert f'<html lang="{language}"' in mail.html
    about = [each for each in ("Webinars", "(AL)", "IE-") if each in mail.subject]
    # A product, a certificate, or a document; of money that came by hand, how much.
    assert len(about) == 1 or kind in OF_METHODS | {BillingMail.PAYMENT_RECORDED}
    assert "Guichet Example Ltd" in mail.text
    assert "Berl" in mail.text or kind is BillingMail.SEAT_ASSIGNED


@pytest.mark.parametrize("language", LANGUAGES)
def test_mails_about_a_payment_method_say_which_one_col_1(language: Language) -> None:
    gone = render(billing_facts(BillingMail.METHOD_GONE, language=language))
    removed = render(billing_facts(BillingMail.METHOD_REMOVED, language=language))
    stored = render(billing_facts(BillingMail.METHOD_STORED, language=language))

    assert "Visa" in gone.subject
    assert "4242" in gone.subject
    assert "PayPal" in removed.subject
    assert "6789" in stored.subject
    assert "4242" in stored.text  # what autopay charges
    assert "Kurswerk GmbH authorizes Guichet Example Ltd." in stored.text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", [BillingMail.PAYMENT_REFUNDED, BillingMail.REFUND_CREDITED])
@pytest.mark.parametrize("reason", OwnRefundReason)
def test_mails_about_money_without_a_place_say_why_how_much_and_of_what_col_8(
    kind: BillingMail, reason: OwnRefundReason, language: Language
) -> None:
    facts = billing_facts(kind, language=language, without_place=reason)

    mail = render(facts)

    sentence = billing_texts(language)[f"money_without_place.{reason}"]
    beginning, _, end = sentence.partition("{paid}")
    assert beginning in mail.text
    assert end in mail.text
    assert "270" in mail.text
    assert facts.reference in mail.text
    assert ("IE-I-000012" if facts.document else "crt_7QK2M4") in mail.text


def _documents() -> list[BillingFacts]:
    """Invoices and credit notes in every state."""
    invoice, note = BillingMail.INVOICE, BillingMail.CREDIT_NOTE
    nothing = Money(0, "USD")
    return [
        billing_facts(invoice, document=told_document(invoice, is_attached=False)),
        billing_facts(invoice, document=told_document(invoice, is_collected=True)),
        billing_facts(
            invoice,
            document=told_document(invoice, is_collected=True, collected_from=date(2027, 1, 13)),
        ),
        billing_facts(invoice, document=told_document(invoice, is_void=True, open=nothing)),
        billing_facts(
            invoice, document=told_document(invoice, open=nothing), order_id="crt_7QK2M4"
        ),
        billing_facts(note, document=told_document(note, is_attached=False, settlement="refund")),
        billing_facts(note, document=told_document(note, settlement="offset")),
    ]


OVERPAID = billing_facts(
    BillingMail.PAYMENT_RECORDED,
    shares=(ToldShare("IE-I-000011", Money(10000, "USD"), Money(0, "USD")),),
    credit_given=Money(17000, "USD"),
    left_open=Money(0, "USD"),
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_receipt_says_what_is_paid_of_which_invoice_and_what_is_left_inv_6_col_6(
    language: Language,
) -> None:
    sentences = billing_texts(language)

    mail = render(billing_facts(BillingMail.PAYMENT_RECORDED, language=language))

    assert "270" in mail.subject
    assert "Wire 77/2027" in mail.text
    assert "10:14" in mail.text
    whole, part = (
        next(line for line in mail.text.splitlines() if number in line)
        for number in ("IE-I-000011", "IE-I-000012")
    )
    assert ("100" in whole, "13" in whole) == (True, False)
    assert ("170" in part, "13" in part) == (True, True)
    assert sentences["billing_payment_recorded.nothing_open"] not in mail.text
    assert mail.text.count("13,00") + mail.text.count("13.00") == 2  # of its invoice, and of all
    assert sentences["heading.pays"] in mail.html


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_receipt_says_what_became_credit_inv_6_col_7(language: Language) -> None:
    sentences = billing_texts(language)
    overpaid = render(replace(OVERPAID, frame=replace(FRAME, language=language)))
    unowed = render(replace(OVERPAID, shares=(), frame=replace(FRAME, language=language)))

    lead = sentences["billing_payment_recorded.credit"].partition("{credit_given}")[0].strip()
    assert any(lead in line and "170" in line for line in overpaid.text.splitlines())
    assert sentences["billing_payment_recorded.nothing_open"] in overpaid.text
    assert sentences["heading.pays"] not in unowed.text


def test_every_sentence_is_said_by_some_mail() -> None:
    said = "\n".join(
        render(facts).subject + "\n" + render(facts).text
        for facts in [
            *(billing_facts(kind) for kind in BillingMail),
            billing_facts(
                BillingMail.ORDER_CONFIRMED,
                taxes=FLAT,
                method=None,
                lines=(replace(SEATS, quantity=1), CREDIT, SMS),
                credit_given=SMS.amount,
            ),
            billing_facts(BillingMail.CANCELLED, has_ended=True),
            billing_facts(BillingMail.TRIAL_ENDED, has_ended=True, deletion_on=date(2027, 5, 11)),
            billing_facts(BillingMail.DELETION_ANNOUNCED, days_left=1),
            billing_facts(BillingMail.EXPIRED, frame=replace(FRAME, recipient_name="")),
            *_documents(),
            billing_facts(BillingMail.PAYMENT_DECLINED, is_method_stopped=True, next_try_at=None),
            OVERPAID,
            *(
                billing_facts(BillingMail.PAYMENT_REFUNDED, without_place=reason)
                for reason in OwnRefundReason
            ),
        ]
    )

    unsaid = {
        key
        for key, sentence in billing_texts("en").items()
        if not all(literal in said for literal, *_ in Formatter().parse(sentence))
    }

    assert not unsaid
