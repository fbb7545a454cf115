"""The sentences of the seven languages: alike in keys, placeholders and fixed words."""

import json
from collections import Counter
from pathlib import Path
from string import Formatter

import pytest

import guichet
from guichet.adapters.mail.render import render
from guichet.adapters.mail.texts import texts
from guichet.languages import LANGUAGES, Language, closest_language
from guichet.money import Money
from guichet.payments.dispute import DisputeStatus
from guichet.registration.mails import MailKind, ReturnReason
from tests.support.mail_facts import VALID_UNTIL, facts_of
from tests.support.sentences import placeholders

FOLDER = Path(guichet.__file__).parent / "data" / "texts"


def test_there_is_one_file_of_texts_for_each_language_and_no_other() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_the_same_things_in_the_same_order(language: Language) -> None:
    assert list(texts(language)) == list(texts("en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_file_gives_a_sentence_twice(language: Language) -> None:
    pairs = json.loads(
        (FOLDER / f"{language}.json").read_bytes(), object_pairs_hook=lambda pairs: pairs
    )

    assert not [key for key, times in Counter(key for key, _ in pairs).items() if times > 1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_fills_the_same_placeholders_in_every_language(language: Language) -> None:
    differing = {
        key
        for key, sentence in texts(language).items()
        if placeholders(sentence) != placeholders(texts("en")[key])
    }

    assert not differing


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_shouts_or_has_blanks_at_its_ends(language: Language) -> None:
    untidy = {
        key
        for key, sentence in texts(language).items()
        if not sentence or "!" in sentence or "  " in sentence or sentence != sentence.strip()
    }

    assert not untidy


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "training registration organizer receipt|registrant|direct debit|payment method"),
        ("fr", "formation inscription organisateur reçu|inscrit|prélèvement automatique"),
        ("de", "schulung anmeldung veranstalter zahlungsbeleg|teilnehmer|lastschrift|zahlungsart"),
        ("it", "iscrizione organizzatore ricevuta|iscritto|corso di formazione|addebito diretto"),
        ("es", "formación inscripción organizador recibo|inscrito|domiciliación bancaria"),
        ("pt", "formação inscrição organizador recibo|inscrito|débito direto|forma de pagamento"),
        ("nl", "training inschrijving organisator betalingsbewijs|deelnemer|automatische incasso"),
    ],
)
def test_each_language_uses_the_words_that_pages_use(language: Language, words: str) -> None:
    everything = " ".join(texts(language).values()).lower()

    single, *phrases = words.split("|")
    missing = [word for word in [*single.split(), *phrases] if word not in everything]

    assert not missing


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", MailKind)
def test_every_kind_of_mail_is_whole_in_every_language(kind: MailKind, language: Language) -> None:
    """REG-13: no placeholder is left, and nothing is empty."""
    mail = render(facts_of(kind, language=language))

    for part in (mail.subject, mail.text):
        assert part.strip()
        assert not {"{", "}"} & set(part)
        assert "None" not in part
    assert mail.language == language
    assert f'<html lang="{language}"' in mail.html
    about = "PayPal" if kind is MailKind.ORGANIZER_ACCOUNT_REVOKED else "Excel workshop"
    assert about in mail.subject


def test_every_sentence_is_said_by_some_mail() -> None:
    said = "\n".join(
        render(facts).subject + "\n" + render(facts).text
        for facts in [
            *(facts_of(kind) for kind in MailKind),
            *(facts_of(MailKind.MONEY_RETURNED, return_reason=reason) for reason in ReturnReason),
            *(facts_of(MailKind.CONFIRMED, method=how, paid=None) for how in ("free", "by_hand")),
            facts_of(MailKind.CONFIRMED, method="bank_debit", paid=Money(0, "USD")),
            facts_of(MailKind.CONFIRMED, method="offline"),
            facts_of(MailKind.PAYMENT_FAILED, link="", valid_until=None),
            facts_of(MailKind.ORGANIZER_NEW_REGISTRATION, needs_approval=False),
            facts_of(MailKind.LINK, recipient_name="", valid_until=VALID_UNTIL),
            facts_of(MailKind.REFUNDED, returned=Money(12000, "USD"), stays_registered=True),
            facts_of(MailKind.REFUNDED, training_cancelled=True),
            facts_of(MailKind.CANCELLED, returned=Money(12000, "USD"), training_cancelled=True),
            facts_of(MailKind.CANCELLED, returned=Money(5000, "USD"), payment_awaited=True),
            *(
                facts_of(MailKind.ORGANIZER_DISPUTE_CLOSED, dispute_status=status)
                for status in (DisputeStatus.WON, DisputeStatus.WITHDRAWN)
            ),
        ]
    )

    unsaid = {
        key
        for key, sentence in texts("en").items()
        if not all(literal in said for literal, *_ in Formatter().parse(sentence))
    }

    assert not unsaid


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        pytest.param("fr", "fr", id="a language of ours"),
        pytest.param("fr-CA", "fr", id="with a region"),
        pytest.param("pt_PT", "pt", id="with an underscore"),
        pytest.param("DE-at", "de", id="in other cases"),
        pytest.param("zh-Hant-TW", "en", id="a language we do not speak"),
        pytest.param("", "en", id="no language at all"),
        pytest.param("italian", "en", id="a word that is no tag"),
    ],
)
def test_a_language_tag_finds_the_closest_language(tag: str, language: str) -> None:
    assert closest_language(tag) == language
