"""EXT-5, SUB-12: what customers are refused, in seven languages, and in the documents."""

import json
import re
from pathlib import Path

import pytest

import guichet
from guichet.entry.problems import problem_of
from guichet.errors import Conflict
from guichet.languages import LANGUAGES, Language
from guichet.subscriptions.cart import CartStatus
from guichet.subscriptions.refusals import billing_explained
from guichet.subscriptions.subscription import SubscriptionStatus
from guichet.tax.certificate import TRANSITIONS, CertificateStatus
from local.paths import ROOT

FOLDER = Path(guichet.__file__).parent / "data" / "billing_refusals"
SOURCES = (
    *("invoices/forms.py", "invoices/use_cases/read_document.py"),
    *("subscriptions", "catalogue", "adapters/dynamo/billing_steps.py"),
    *("access/profile.py", "access/profile_changes.py"),
    *("access/addresses.py", "access/vat_numbers.py"),
    *("tax/tables.py", "payments/unavailable.py"),
    *("tax/certificate.py", "taxpayer"),
    *("adapters/uploads/refused.py", "adapters/aws/certificate_files.py"),
)

# What customers never meet, what other pages explain, and what is a field's own.
ELSEWHERE = frozenset(
    {
        *("activation_before_service", "activation_in_future", "billing_started"),
        *("amount_invalid", "catalogue_version_unknown", "selling_entity_unknown"),
        *("catalogue_missing", "catalogue_version_missing", "selling_entity_missing"),
        *("required", "email_malformed"),
    }
)
# A reason of `cart_payment.not_taken`; what nobody asks for.
TOLD_TO_NOBODY = frozenset({"order_not_applicable", "certificate_in_force"})
WORDS = {
    "en": ("subscription", "seat", "add-on", "overdue"),
    "fr": ("abonnement", "licence", "complément", "en retard"),
    "de": ("abonnement", "lizenz", "zusatzoption", "überfällig"),
    "it": ("abbonamento", "licenz", "component", "scaduto"),
    "es": ("suscripción", "licencia", "complemento", "vencido"),
    "pt": ("assinatura", "licença", "complemento", "em atraso"),
    "nl": ("abonnement", "licentie", "add-on", "achterstallig"),
}


def texts(language: Language) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads((FOLDER / f"{language}.json").read_bytes())
    return found


def codes() -> set[str]:
    """Every code that orders, subscriptions and seats are refused with, as the code names them."""
    package = Path(guichet.__file__).parent
    files = [
        path
        for source in SOURCES
        for path in (
            [package / source] if source.endswith(".py") else (package / source).rglob("*.py")
        )
    ]
    pointer = r'(?:(?:f?"(?:/|\{pointer\})[a-z_/]*"|pointer),\s*)?'
    asked = (
        r"(?:Conflict|Invalid|NotFound|Unavailable|invalid_field|ask_representative)\(\s*"
        rf'{pointer}"([a-z_]+)"'
    )
    found = {code for path in files for code in re.findall(asked, path.read_text())}
    found |= {"cancel_by_representative", "ask_representative"}  # given by name
    found |= {f"subscription_{each}" for each in SubscriptionStatus}
    found |= {f"certificate_{each}" for each in CertificateStatus if not TRANSITIONS[each]}
    found |= {"certificate_approved"}
    found |= {f"cart_{each}" for each in CartStatus if each is not CartStatus.PENDING}
    found = {each for each in found if not each.startswith("usage_")}
    return {*found, "seat_released"} - ELSEWHERE - TOLD_TO_NOBODY


def test_there_is_one_file_for_each_language_and_no_other() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_that_customers_meet_is_explained_in_every_language_ext_5(
    language: Language,
) -> None:
    assert set(texts(language)) == codes()


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_end_shout_at_nobody_and_have_no_gaps(language: Language) -> None:
    sentences = [part for each in texts(language).values() for part in each.values()]

    untidy = [
        each
        for each in sentences
        if not each.endswith(".") or "!" in each or "  " in each or each != each.strip()
    ]

    assert untidy == []
    told = " ".join(sentences).lower()
    assert [word for word in WORDS[language] if word not in told] == []


@pytest.mark.parametrize("language", [each for each in LANGUAGES if each != "en"])
def test_a_translation_names_what_the_english_sentence_names(language: Language) -> None:
    def named(each: dict[str, str]) -> set[str]:
        return set(re.findall(r"\{(\w+)\}", " ".join(each.values())))

    english, own = texts("en"), texts(language)

    assert [code for code in own if named(own[code]) != named(english[code])] == []
    assert [code for code in own if set(own[code].values()) & set(english[code].values())] == []


def test_an_overdue_sum_is_told_in_the_reader_s_language_sub_12() -> None:
    refusal = Conflict("overdue", "Pay USD 8.00.", rule="SUB-12", facts={"sums": "USD 8.00"})

    problem = problem_of(refusal, "/v1/carts/preview", "de")

    assert json.loads(problem.body)["detail"].startswith("Ein Betrag ist überfällig: USD 8.00.")
    assert problem.headers["Content-Language"] == "de"


def test_without_what_the_sentence_names_the_english_one_stays() -> None:
    assert billing_explained("overdue", "de", {}) is None
    assert billing_explained("no_such_code", "de", {}) is None


def test_callers_find_every_code_in_the_documents_ext_1() -> None:
    page = (ROOT / "docs" / "billing.md").read_text()

    assert [code for code in sorted(codes() | ELSEWHERE) if f"`{code}`" not in page] == []
