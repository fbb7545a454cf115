"""What a recipient reads (REG-13): receipt, amounts, times, and nothing a stranger slipped in."""

import unicodedata
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guichet.adapters.mail.render import render
from guichet.money import CurrencyMismatchError, Money
from guichet.registration.mails import REQUIRED_FACTS, MailKind, ReturnReason
from tests.support.mail_facts import facts_of

RECEIPT_EN = """\
Hello Ada Lovelace,

Your registration for “Excel workshop” is confirmed.

A calendar entry is attached.

Receipt

Training: Excel workshop
When: Monday, March 1, 2027, 2:00\u2009–\u20095:30\u202fPM (Central European Standard Time, Berlin)
Organizer: Kurswerk GmbH
Tax note: VAT exempt, § 4 Nr. 21 UStG
Price: $120.00
Discount: -$20.00
Paid: $100.00
Payment method: card
Payment reference: pi_3QX1
Registration number: reg_7QK2M4
Date: Monday, February 1, 2027 at 10:15\u202fAM (Central European Standard Time, Berlin)

Open the registration
https://pay.example/r#t=abc.def

This link is for you alone. Please do not pass it on.

Kind regards
Kurswerk GmbH

Questions? Please contact the organizer, Kurswerk GmbH: kurse@kurswerk.example
"""

APPROVED_DE = """\
Guten Tag Ada Lovelace,

Der Veranstalter hat Ihre Anmeldung zur Schulung „Excel workshop“ freigegeben.

Ihr Platz ist reserviert bis Donnerstag, 4. Februar 2027, 10:15 Uhr \
(Mitteleuropäische Normalzeit, Berlin). Bitte zahlen Sie bis dahin 1.120,00\xa0€, \
um Ihre Anmeldung zu bestätigen.

Schulung: Excel workshop
Termin: Montag, 1. März 2027, 14:00–17:30 Uhr (Mitteleuropäische Normalzeit, Berlin)
Veranstalter: Kurswerk GmbH
Preis: 1.120,00\xa0€
Zu zahlen: 1.120,00\xa0€
Anmeldenummer: reg_7QK2M4

1.120,00\xa0€ zahlen
https://pay.example/r#t=abc.def

Dieser Link ist nur für Sie. Bitte geben Sie ihn nicht weiter.

Freundliche Grüße
Kurswerk GmbH

Fragen? Bitte wenden Sie sich an den Veranstalter, Kurswerk GmbH: kurse@kurswerk.example
"""


REFUNDED_DE = """\
Guten Tag Ada Lovelace,

Von Ihrer Zahlung von 120,00\xa0€ für die Schulung „Excel workshop“ wurden 50,00\xa0€ rückerstattet.

Zusammen mit früheren Rückerstattungen ist Ihre Zahlung damit vollständig rückerstattet.

Die Rückerstattung ändert nichts an Ihrer Anmeldung: Sie bleibt bestätigt.

Nachricht des Veranstalters

  Danke für Ihre Geduld.

Die Rückerstattung erfolgt über die Zahlungsart, mit der Sie gezahlt haben. \
Je nach Bank kann es mehrere Werktage dauern, bis sie ankommt.

Schulung: Excel workshop
Termin: Montag, 1. März 2027, 14:00–17:30 Uhr (Mitteleuropäische Normalzeit, Berlin)
Veranstalter: Kurswerk GmbH
Bezahlt: 120,00\xa0€
Rückerstattet: 50,00\xa0€
Insgesamt rückerstattet: 120,00\xa0€
Zahlungsart: Karte
Zahlungsreferenz: pi_3QX1
Anmeldenummer: reg_7QK2M4

Anmeldung öffnen
https://pay.example/r#t=abc.def

Dieser Link ist nur für Sie. Bitte geben Sie ihn nicht weiter.

Freundliche Grüße
Kurswerk GmbH

Fragen? Bitte wenden Sie sich an den Veranstalter, Kurswerk GmbH: kurse@kurswerk.example
"""


OUR_TAGS: Final = {"html", "head", "meta", "title", "body", "main", "p", "br", "h2", "a"} | {
    *("table", "tr", "th", "td", "blockquote")
}


class Page(HTMLParser):
    """What a mail program sees in the HTML: words, links, tags, and what was never closed."""

    def __init__(self) -> None:
        super().__init__()
        self.words: tuple[str, ...] = ()
        self.links: tuple[str, ...] = ()
        self.tags: frozenset[str] = frozenset()
        self.open_tags: list[str] = []

    @classmethod
    def read(cls, html: str) -> "Page":
        page = cls()
        page.feed(html)
        page.close()
        return page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags |= {tag}
        self.links += tuple(value for name, value in attrs if name == "href" and value)
        if tag not in {"meta", "br"}:
            self.open_tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open_tags.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += (data,)


def rows_of(text: str) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)


def test_the_receipt_in_english_reads_so() -> None:
    """REG-13: organizer and tax note, training and time zone, price to reference."""
    mail = render(facts_of(MailKind.CONFIRMED))

    assert mail.subject == "Registration confirmed – Excel workshop"
    assert mail.text == RECEIPT_EN


def test_an_approval_in_german_reads_so() -> None:
    """REG-6: payment link, and until when it is valid."""
    mail = render(facts_of(MailKind.APPROVED, language="de", price=Money(112000, "EUR")))

    assert mail.subject == "Anmeldung freigegeben – Excel workshop"
    assert mail.text == APPROVED_DE


def test_the_title_of_a_confirmation_in_french_says_where_one_is() -> None:
    mail = render(facts_of(MailKind.CONFIRMED, language="fr", training_title="Atelier Excel"))

    assert mail.subject == "Inscription confirmée – Atelier Excel"
    assert "«\xa0Atelier Excel\xa0»" in mail.text


def test_offline_instructions_keep_the_organizers_lines_with_amount_reference_and_day() -> None:
    """REG-11."""
    mail = render(facts_of(MailKind.OFFLINE_INSTRUCTIONS))

    assert "  Cheque to Kurswerk GmbH\n  Marktplatz 1, 10115 Berlin\n" in mail.text
    assert "Cheque to Kurswerk GmbH<br>\nMarktplatz 1, 10115 Berlin" in mail.html
    assert "until Thursday, February 4, 2027" in mail.text
    rows = rows_of(mail.text)
    assert rows["To pay"] == "$120.00"
    assert rows["Payment method"] == "Cheque"
    assert rows["Payment reference"] == "KW-2027-17"


@pytest.mark.parametrize(
    ("changed", "heading", "paid", "method"),
    [
        pytest.param({}, "Receipt", "$100.00", "card", id="card"),
        pytest.param({"method": "bank_debit"}, "Receipt", "$100.00", "direct debit", id="debit"),
        pytest.param(
            {"method": "free", "discount": Money(12000, "USD"), "paid": None},
            "Receipt",
            "$0.00",
            "nothing to pay",
            id="nothing to pay after a discount of 100 %",
        ),
        pytest.param(
            {"method": "by_hand", "paid": None},
            "Your registration",
            None,
            "marked as paid by the organizer",
            id="a mark of the organizer proves no amount",
        ),
        pytest.param(
            {"method": "offline", "method_label": "Cheque"},
            "Receipt",
            "$100.00",
            "Cheque",
            id="the organizer's own name of a method",
        ),
    ],
)
def test_the_receipt_says_what_was_paid_and_how(
    changed: dict[str, Any], heading: str, paid: str | None, method: str
) -> None:
    """REG-5, REG-7, REG-13."""
    mail = render(facts_of(MailKind.CONFIRMED, **changed))

    rows = rows_of(mail.text)
    assert f"\n\n{heading}\n\n" in mail.text
    assert rows.get("Paid") == paid
    assert rows["Payment method"] == method


def test_the_last_of_several_refunds_in_german_reads_so() -> None:
    """RFD-1: this refund's amount, the total so far, the organizer's note."""
    mail = render(
        facts_of(
            MailKind.REFUNDED,
            language="de",
            price=Money(12000, "EUR"),
            paid=Money(12000, "EUR"),
            returned=Money(5000, "EUR"),
            refunded_so_far=Money(12000, "EUR"),
            stays_registered=True,
            note="Danke für Ihre Geduld.",
        )
    )

    assert mail.subject == "Teilrückerstattung – Excel workshop"
    assert mail.text == REFUNDED_DE


@pytest.mark.parametrize(
    ("language", "what_to_do"),
    [
        pytest.param("en", "Add money to your balance there, then refund again.", id="en"),
        pytest.param("xx", "Add money to your balance there, then refund again.", id="unknown"),
    ],
)
def test_a_failed_refund_says_why_and_what_to_do(language: str, what_to_do: str) -> None:
    """RFD-6."""
    mail = render(facts_of(MailKind.ORGANIZER_REFUND_FAILED, language=language))

    assert "does not cover this refund" in mail.text
    assert what_to_do in mail.text


def test_a_failure_in_a_word_of_the_providers_own_is_explained_too() -> None:
    """RFD-6: a code is nothing to read."""
    for failure in ("", "charge_for_pending_refund_disputed"):
        mail = render(facts_of(MailKind.ORGANIZER_REFUND_FAILED, failure=failure))

        assert "could not complete this refund" in mail.text
        assert "charge_for" not in mail.text


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (ReturnReason.NO_SEAT_LEFT, "Your registration is not confirmed."),
        (ReturnReason.PAID_TWICE, "Nothing changes for your registration."),
        (ReturnReason.CANCELLED, "had already been cancelled"),
    ],
)
def test_a_refund_says_why_the_money_came_back(reason: ReturnReason, sentence: str) -> None:
    """REG-4, REG-8."""
    mail = render(facts_of(MailKind.MONEY_RETURNED, return_reason=reason))

    assert "$120.00" in mail.text
    assert sentence in mail.text


def test_a_declined_payment_offers_to_pay_only_while_a_seat_is_held() -> None:
    """REG-8: after the start of the training a denied debit expires."""
    held = render(facts_of(MailKind.PAYMENT_FAILED))
    over = render(facts_of(MailKind.PAYMENT_FAILED, valid_until=None))

    assert "https://pay.example/" in held.text
    assert "https://pay.example/" not in over.text
    assert "Nothing was charged." in over.text


@pytest.mark.parametrize(
    ("tag", "amount", "day"),
    [
        pytest.param("en", "$1,120.50", "Monday, March 1, 2027", id="en"),
        pytest.param("en-GB", "US$1,120.50", "Monday, 1 March 2027", id="en-GB"),
        pytest.param("en-JP", "US$1,120.50", "Monday, 1 March 2027", id="English in Japan"),
        pytest.param("fr", "1\u202f120,50\xa0$US", "lundi 1er mars 2027", id="fr"),
        pytest.param("de", "1.120,50\xa0$", "Montag, 1. März 2027", id="de"),
        pytest.param("it", "1.120,50\xa0USD", "lunedì 1 marzo 2027", id="it"),
        pytest.param("es", "1.120,50\xa0US$", "lunes, 1 de marzo de 2027", id="es"),
        pytest.param("pt", "US$\xa01.120,50", "segunda-feira, 1º de março de 2027", id="pt"),
        pytest.param(
            "pt-PT", "1\xa0120,50\xa0US$", "segunda-feira, 1 de março de 2027", id="pt-PT"
        ),
        pytest.param("nl", "US$\xa01.120,50", "maandag 1 maart 2027", id="nl"),
        pytest.param("xx-GB", "$1,120.50", "Monday, March 1, 2027", id="unknown language"),
        pytest.param("en-XQ", "$1,120.50", "Monday, March 1, 2027", id="unknown region"),
    ],
)
def test_amounts_and_days_are_written_as_the_reader_writes_them(
    tag: str, amount: str, day: str
) -> None:
    mail = render(facts_of(MailKind.APPROVED, language=tag, price=Money(112050, "USD")))

    assert amount in mail.text
    assert day in mail.text


def test_a_currency_without_minor_units_has_no_decimals() -> None:
    """MON-1."""
    mail = render(facts_of(MailKind.APPROVED, price=Money(1200, "JPY")))

    assert rows_of(mail.text)["To pay"] == "¥1,200"


@pytest.mark.parametrize(
    ("time_zone", "language", "expected"),
    [
        (
            "Europe/Berlin",
            "fr",
            "14:00\u2009–\u200917:30 (heure normale d’Europe centrale, Berlin)",
        ),
        (
            "America/New_York",
            "en",
            "8:00\u2009–\u200911:30\u202fAM (Eastern Standard Time, New York)",
        ),
        ("Europe/London", "it", "13:00–16:30 (Ora del meridiano di Greenwich, Londra)"),
        ("UTC", "de", "13:00–16:30 Uhr (Koordinierte Weltzeit)"),
        ("Etc/GMT+3", "en", "10:00\u202fAM\u2009–\u20091:30\u202fPM (GMT-03:00)"),
        ("Australia/Sydney", "en", "Tuesday, March 2, 2027 at 12:00\u202fAM (Australian Eastern"),
    ],
)
def test_times_are_the_trainings_own_with_the_zone_named(
    time_zone: str, language: str, expected: str
) -> None:
    """MON-6."""
    ends = datetime(2027, 3, 1, 16, 30, tzinfo=UTC)

    overnight = {"ends_at": None} if time_zone == "Australia/Sydney" else {"ends_at": ends}
    mail = render(facts_of(MailKind.CONFIRMED, language=language, time_zone=time_zone, **overnight))

    assert expected in mail.text


def test_a_training_over_days_names_both_days() -> None:
    mail = render(
        facts_of(MailKind.CONFIRMED, language="nl", ends_at=datetime(2027, 3, 2, 11, tzinfo=UTC))
    )

    assert (
        "maandag 1 maart 2027 om 14:00 uur (Midden-Europese standaardtijd, Berlijn) – "
        "dinsdag 2 maart 2027 om 12:00 uur (Midden-Europese standaardtijd, Berlijn)"
    ) in mail.text


def test_the_zones_name_follows_summer_time_at_the_deadline() -> None:
    """MON-6: the hold ends in winter, the training is in summer."""
    mail = render(
        facts_of(
            MailKind.RECEIVED,
            starts_at=datetime(2027, 6, 1, 12, tzinfo=UTC),
            ends_at=None,
        )
    )

    assert "10:15\u202fAM (Central European Standard Time, Berlin)" in mail.text
    assert "2:00\u202fPM (Central European Summer Time, Berlin)" in mail.text


@pytest.mark.parametrize("kind", MailKind)
def test_the_same_facts_give_the_same_bytes(kind: MailKind) -> None:
    assert render(facts_of(kind)) == render(facts_of(kind))


@pytest.mark.parametrize("kind", MailKind)
def test_the_html_says_what_the_text_says_and_is_well_formed(kind: MailKind) -> None:
    mail = render(facts_of(kind))

    page = Page.read(mail.html)

    text = mail.text
    for link in page.links:
        text = text.replace(link, "")
    seen = [word.rstrip(":") for chunk in page.words for word in chunk.split()]
    assert page.open_tags == []
    assert len(page.links) == mail.text.count("https://")
    assert seen == mail.subject.split() + [word.rstrip(":") for word in text.split()]


@pytest.mark.parametrize(
    "name",
    [
        "<a href='https://evil.example'>Ada</a>",
        "Ada https://evil.example/login",
        "win at www.evil.example",
        "evil.example/x",
        "call me@evil.example",
        "evil。example",
        "Ada\r\nBcc: victim@example.org",
        "Ada\u2028\u2028Pay here: //evil.example",
        "\u202eelpmaxe.live",
    ],
)
@pytest.mark.parametrize("kind", [MailKind.LINK, MailKind.ORGANIZER_NEW_REGISTRATION])
def test_a_registrants_name_brings_no_link_no_markup_and_no_line(kind: MailKind, name: str) -> None:
    honest = render(facts_of(kind))

    mail = render(facts_of(kind, recipient_name=name, registrant_name=name))

    assert mail.html.count("<a ") == honest.html.count("<a ")
    assert mail.text.count("\n") == honest.text.count("\n")
    for part in (mail.text, mail.html):
        assert "evil.example" not in part
        assert "//evil" not in part
        assert "evil。example" not in part
        assert "\u202e" not in part
    assert mail.subject == honest.subject


@pytest.mark.parametrize(
    "name", ["Ada Lovelace", "Zoë O’Neill-Šimić", "Dr. Jean", "李小龍", "محمد علي", "Anne d’Arc"]
)
def test_an_honest_name_stays_as_it_was_typed(name: str) -> None:
    mail = render(facts_of(MailKind.LINK, recipient_name=name))

    assert mail.text.startswith(f"Hello {name},\n")


def test_a_name_of_nothing_visible_is_greeted_without_a_name() -> None:
    mail = render(facts_of(MailKind.LINK, recipient_name=" \x00\t "))

    assert mail.text.startswith("Hello,\n")


@settings(deadline=None)  # the machine is shared
@given(title=st.text(min_size=1), name=st.text(), note=st.text())
def test_whatever_is_typed_no_header_ends_and_no_markup_begins(
    title: str, name: str, note: str
) -> None:
    facts = facts_of(MailKind.REJECTED, training_title=title, recipient_name=name, note=note)

    mail = render(facts)

    page = Page.read(mail.html)
    assert not any(unicodedata.category(character) == "Cc" for character in mail.subject)
    assert len(mail.subject.splitlines()) == 1
    assert page.open_tags == []
    assert page.tags <= OUR_TAGS
    assert page.links == ()


@pytest.mark.parametrize("kind", MailKind)
def test_a_mail_without_a_fact_that_it_needs_is_refused(kind: MailKind) -> None:
    for name in REQUIRED_FACTS[kind]:
        empty = "" if isinstance(getattr(facts_of(kind), name), str) else None

        with pytest.raises(ValueError, match=name):
            facts_of(kind, **{name: empty})


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"starts_at": datetime(2027, 3, 1, 13)}, id="naive"),  # noqa: DTZ001 - refused
        pytest.param({"link": "javascript:alert(1)"}, id="no web address"),
        pytest.param({"time_zone": "Mars/Olympus"}, id="no such zone"),
        pytest.param({"time_zone": "../../etc/passwd"}, id="a path"),
    ],
)
def test_facts_that_cannot_be_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"UTC|http|zone"):
        facts_of(MailKind.LINK, **wrong)


def test_a_discount_in_another_currency_is_never_mixed_in() -> None:
    """MON-1."""
    facts = facts_of(MailKind.RECEIVED, discount=Money(100, "EUR"))

    with pytest.raises(CurrencyMismatchError):
        render(facts)
