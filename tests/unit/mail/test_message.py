"""A mail's bytes: headers nobody can add to, parts that come back as they were."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guichet.adapters.mail.message import bare_address, compose
from guichet.adapters.mail.render import render
from guichet.registration.mailer import Attachment, MailRefusedError, RenderedMail
from guichet.registration.mails import MailKind
from tests.support.mail_facts import facts_of

SENDER = "Guichet Zürich <pay@guichet.example>"
CONFIRMED = render(facts_of(MailKind.CONFIRMED, language="fr"))


def sent(mail: RenderedMail) -> EmailMessage:
    raw = compose(mail, SENDER, "ada@example.com", "kurse@kurswerk.example", "reg_1/3/confirmed")
    assert raw.isascii()
    return message_from_bytes(raw, policy=default)


def test_text_html_and_calendar_entry_arrive_as_they_were_rendered() -> None:
    """REG-13."""
    message = sent(CONFIRMED)

    text, html = message.get_body(("plain",)), message.get_body(("html",))
    (attachment,) = message.iter_attachments()
    assert text is not None
    assert html is not None
    assert isinstance(attachment, EmailMessage)
    assert text.get_content().splitlines() == CONFIRMED.text.splitlines()
    assert html.get_content().splitlines() == CONFIRMED.html.splitlines()
    assert attachment.get_content_type() == "text/calendar"
    assert attachment["Content-Type"].params["method"] == "PUBLISH"
    assert attachment.get_filename() == "training.ics"
    assert attachment.get_payload(decode=True) == CONFIRMED.attachments[0].content


def test_a_mail_without_copies_names_none_and_five_are_folded_inv_6() -> None:
    copies = tuple(f"{'someone' * 5}-{number}@accounting.example" for number in range(5))
    raw = compose(CONFIRMED, SENDER, "ada@example.com", None, "crt_1/3", copies=copies)
    message = message_from_bytes(raw, policy=default)

    assert "Cc" not in sent(CONFIRMED)
    assert tuple(each.addr_spec for each in message["Cc"].addresses) == copies
    assert max(len(line) for line in raw.split(b"\r\n\r\n", 1)[0].split(b"\r\n")) < 100
    assert not message.defects


def test_a_copy_to_what_is_no_address_is_refused_inv_6() -> None:
    with pytest.raises(MailRefusedError):
        compose(CONFIRMED, SENDER, "ada@example.com", None, "key", copies=("a@b.example\nX: y",))


def test_the_headers_say_who_to_whom_and_what() -> None:
    message = sent(CONFIRMED)

    assert message["From"] == SENDER
    assert message["To"] == "ada@example.com"
    assert message["Reply-To"] == "kurse@kurswerk.example"
    assert message["Subject"] == "Inscription confirmée – Excel workshop"
    assert message["Content-Language"] == "fr"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Guichet-Message-Key"] == "reg_1/3/confirmed"
    assert not message.defects


def test_the_same_mail_is_the_same_bytes() -> None:
    first = compose(CONFIRMED, SENDER, "ada@example.com", None, "reg_1/3/confirmed")
    second = compose(CONFIRMED, SENDER, "ada@example.com", None, "reg_1/3/confirmed")

    assert first == second


@settings(deadline=None)  # the machine is shared
@given(title=st.text(min_size=1, max_size=250))
def test_whatever_a_training_is_called_the_subject_stays_one_header(title: str) -> None:
    mail = render(facts_of(MailKind.LINK, training_title=title))

    message = sent(mail)

    assert set(message.keys()) == set(sent(CONFIRMED).keys())
    assert message["Subject"].split() == mail.subject.split()


WRITTEN = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("\n=. \t-"))


@settings(deadline=None)
@given(text=WRITTEN, html=WRITTEN)
def test_any_text_arrives_in_short_lines_and_ends_no_part_early(text: str, html: str) -> None:
    """RFC 2045 6.7: 76 characters a line, none of which ends with a blank."""
    mail = RenderedMail("en", "Subject", text, html, CONFIRMED.attachments)

    message = sent(mail)

    parts = [part for part in message.walk() if not part.is_multipart()]
    assert [part.get_payload(decode=True) for part in parts] == [
        *(b"\r\n".join([*each.encode().splitlines(), b""]) for each in (text, html)),
        CONFIRMED.attachments[0].content,
    ]
    assert not any(part.defects for part in message.walk())
    for part in parts:
        lines = str(part.get_payload()).splitlines()
        assert all(len(line) <= 76 and line == line.rstrip(" \t") for line in lines)


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("", id="nothing"),
        pytest.param("ada", id="no domain"),
        pytest.param("ada@", id="empty domain"),
        pytest.param("@example.com", id="no mailbox"),
        pytest.param("ada@@example.com", id="two signs"),
        pytest.param("ada@example.com,eve@example.com", id="two addresses"),
        pytest.param("Ada <ada@example.com>", id="with a name"),
        pytest.param("a da@example.com", id="a blank"),
        pytest.param('"a da"@example.com', id="a quoted blank"),
        pytest.param("ada@example.com\n", id="a line end"),
        pytest.param("ada@example.com\r\nBcc: eve@example.com", id="a header"),
        pytest.param("adä@example.com", id="a mailbox that SES can't write to"),
        pytest.param(f"ada@{'x' * 64}.com", id="a label of 64 characters"),
        pytest.param("ada@example..com", id="an empty label"),
    ],
)
def test_what_is_no_address_is_refused_for_good(address: str) -> None:
    with pytest.raises(MailRefusedError):
        compose(CONFIRMED, SENDER, address, None, "key")
    with pytest.raises(MailRefusedError):
        compose(CONFIRMED, SENDER, "ada@example.com", address, "key")


@pytest.mark.parametrize(
    ("address", "bare"),
    [
        ("ada@example.com", "ada@example.com"),
        ("ada+excel@mail.example.co.uk", "ada+excel@mail.example.co.uk"),
        ("o'neill@example.com", "o'neill@example.com"),
        ("ada@münchen.example", "ada@xn--mnchen-3ya.example"),
    ],
)
def test_an_address_is_written_as_mail_services_take_it(address: str, bare: str) -> None:
    assert bare_address(address) == bare


@pytest.mark.parametrize("key", ["", "two words", "a\r\nBcc: eve@example.com", "clé"])
def test_a_message_key_that_cannot_stand_in_a_header_is_our_own_defect(key: str) -> None:
    with pytest.raises(ValueError, match="message key"):
        compose(CONFIRMED, SENDER, "ada@example.com", None, key)


@pytest.mark.parametrize("filename", ["", 'a"b.ics', "a\r\nBcc: eve@example.com", "é.pdf"])
def test_a_filename_that_needs_quoting_is_a_defect_of_the_caller(filename: str) -> None:
    attached = Attachment(filename, "text/calendar", b"")
    mail = RenderedMail("en", "Subject", "text", "html", (attached,))

    with pytest.raises(ValueError, match="file's name"):
        compose(mail, SENDER, "ada@example.com", None, "key")
