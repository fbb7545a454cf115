"""RFD-5: each refusal, and each failure that a provider names, says what to do, in seven languages."""

import json
from collections import Counter
from pathlib import Path

import pytest

import guichet
from guichet.adapters.stripe.errors import REFUND_REFUSALS
from guichet.entry.problems import problem_of
from guichet.errors import Conflict
from guichet.languages import LANGUAGES, Language, preferred_language
from guichet.registration.refund_planning import RULES
from guichet.registration.refusals import explained, failure_explained
from local.paths import ROOT

FOLDER = Path(guichet.__file__).parent / "data" / "refusals"

# The failures of a refund that adapters name (ports.ProviderRefusedError), beside a provider's own.
FAILURES = frozenset(
    {
        "account_not_reachable",
        "account_restricted",
        "already_refunded",
        "balance_insufficient",
        "expired_or_canceled_card",
        "lost_or_stolen_card",
        "payment_disputed",
        "refund_amount_refused",
        "refund_failed",
        "refund_not_permitted",
        "refund_too_old_at_provider",
        "request_refused",
    }
)
WORDS = {
    "en": ("refund", "registration", "payment provider", "dispute"),
    "fr": ("rembours", "inscription", "prestataire de paiement", "contestation"),
    "de": ("rückerstatt", "anmeldung", "zahlungsdienstleister", "beanstandung"),
    "it": ("rimbors", "iscrizione", "fornitore di servizi di pagamento", "contestazione"),
    "es": ("reembols", "inscripción", "proveedor de pagos", "disputa"),
    "pt": ("reembols", "inscrição", "provedor de pagamento", "contestação"),
    "nl": ("terugbeta", "inschrijving", "betaalprovider", "betwisting"),
}


def texts(language: Language) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads((FOLDER / f"{language}.json").read_bytes())
    return found


def test_there_is_one_file_for_each_language_and_no_other() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_and_failure_is_explained_in_every_language_rfd_5(language: Language) -> None:
    assert list(texts(language)) == list(texts("en"))
    assert set(texts(language)) == set(RULES) | FAILURES | {"refund_amount_zero"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_file_explains_a_code_twice(language: Language) -> None:
    pairs = json.loads(
        (FOLDER / f"{language}.json").read_bytes(), object_pairs_hook=lambda pairs: pairs
    )

    assert max(Counter(code for code, _ in pairs).values()) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_end_shout_at_nobody_and_have_no_gaps(language: Language) -> None:
    sentences = [part for each in texts(language).values() for part in each.values()]

    untidy = [
        each
        for each in sentences
        if not each.endswith(".") or "!" in each or "  " in each or each != each.strip()
    ]

    assert untidy == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_uses_its_own_words_for_refund_registration_and_provider(
    language: Language,
) -> None:
    everything = (FOLDER / f"{language}.json").read_text().lower()

    assert [word for word in WORDS[language] if word not in everything] == []


@pytest.mark.parametrize("language", [each for each in LANGUAGES if each != "en"])
def test_no_sentence_was_left_in_english(language: Language) -> None:
    english, own = texts("en"), texts(language)

    assert [code for code in own if set(own[code].values()) & set(english[code].values())] == []


def test_callers_find_every_code_in_the_documents_rfd_5() -> None:
    document = _refunds_page()

    assert [code for code in texts("en") if f"`{code}`" not in document] == []
    assert [code for code, rule in RULES.items() if f"`{code}` | {rule} |" not in document] == []


def test_every_no_of_stripe_has_a_sentence_rfd_6() -> None:
    assert set(REFUND_REFUSALS.values()) <= FAILURES
    assert [each for each in REFUND_REFUSALS if f"`{each}`" not in _refunds_page()] == [
        "account_invalid"
    ]


def _refunds_page() -> str:
    return (ROOT / "docs" / "refunds.md").read_text()


def test_a_failure_in_a_providers_own_word_is_explained_all_the_same_rfd_6() -> None:
    unknown = failure_explained("charge_for_pending_refund_disputed", "en")

    assert unknown == explained("refund_failed", "en")
    assert failure_explained("balance_insufficient", "en") != unknown


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_problem_document_speaks_the_readers_language_rfd_5(language: Language) -> None:
    refusal = Conflict("refund_in_progress", "Told in English.", rule="RFD-5g")

    problem = problem_of(refusal, "/v1/payments/pay_1/refunds", language)

    told = texts(language)["refund_in_progress"]
    document = json.loads(problem.body)
    assert document["detail"] == f"{told['sentence']} {told['what_to_do']}"
    assert document["rule"] == "RFD-5g"
    assert problem.headers["Content-Language"] == language


def test_a_refusal_without_a_text_is_told_in_english_and_says_no_language() -> None:
    problem = problem_of(Conflict("training_full", "No seat is left."), "/v1/x", "fr")

    assert json.loads(problem.body)["detail"] == "No seat is left."
    assert "Content-Language" not in problem.headers


@pytest.mark.parametrize(
    ("header", "language"),
    [
        pytest.param("fr", "fr", id="one language"),
        pytest.param("fr-CA,fr;q=0.9,en;q=0.8", "fr", id="as browsers send it"),
        pytest.param("en;q=0.8, de;q=0.9", "de", id="the heaviest, not the first"),
        pytest.param("zh-Hant, pt;q=0.3, *;q=0.1", "pt", id="the first that we speak"),
        pytest.param("nl;q=0, it;q=0.001", "it", id="what is not wanted is left out"),
        pytest.param("es;q=1.0, nl", "es", id="the first of equals"),
        pytest.param("nl;q=many, es;q=0.5", "es", id="a weight that is none"),
        pytest.param("es;q=0.5, nl;q=1.9", "nl", id="a weight above the heaviest"),
        pytest.param("*", "en", id="any"),
        pytest.param("", "en", id="nothing"),
        pytest.param(",;q=,;;", "en", id="no list at all"),
        pytest.param("xx," * 20 + "fr", "en", id="a list without an end"),
    ],
)
def test_the_reader_names_languages_by_weight(header: str, language: str) -> None:
    assert preferred_language(header) == language
