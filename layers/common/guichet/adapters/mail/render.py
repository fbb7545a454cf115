"""Turns the facts of a mail into the mail: subject, plain text, HTML, calendar entry."""

from guichet.adapters.mail.blocks import html_page, plain_text
from guichet.adapters.mail.calendar_entry import calendar_entry
from guichet.adapters.mail.letter import Letter
from guichet.adapters.mail.middles import blocks_of
from guichet.registration.mailer import RenderedMail
from guichet.registration.mails import MailFacts, MailKind


def render(facts: MailFacts) -> RenderedMail:
    """Write a mail in its reader's language; the same facts always give the same bytes (REG-13)."""
    letter = Letter.about(facts)
    subject, blocks = letter.subject(), blocks_of(letter)
    confirmed = facts.kind is MailKind.CONFIRMED
    return RenderedMail(
        language=letter.words.language,
        subject=subject,
        text=plain_text(blocks),
        html=html_page(letter.words.language, subject, blocks),
        attachments=(calendar_entry(letter),) if confirmed else (),
    )
