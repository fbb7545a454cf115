"""Turns the facts of a mail into the mail: subject, plain text, HTML, calendar entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from guichet.adapters.mail.blocks import Block, html_page, plain_text
from guichet.adapters.mail.calendar_entry import calendar_entry
from guichet.adapters.mail.letter import Letter
from guichet.adapters.mail.middles import blocks_of
from guichet.adapters.mail.words import Words
from guichet.registration.mailer import Attachment, RenderedMail
from guichet.registration.mails import MailFacts, MailKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from guichet.subscriptions.mails import BillingFacts

type AnyFacts = MailFacts | BillingFacts


def render(facts: AnyFacts) -> RenderedMail:
    """Write a mail in its reader's language; the same facts always give the same bytes (REG-13)."""
    if isinstance(facts, MailFacts):
        return _of_a_training(facts)
    return _of_billing(facts)


def _of_a_training(facts: MailFacts) -> RenderedMail:
    letter = Letter.about(facts)
    subject, blocks = letter.subject(), blocks_of(letter)
    confirmed = facts.kind is MailKind.CONFIRMED
    attachments = (calendar_entry(letter),) if confirmed else ()
    return _rendered(letter.words, subject, blocks, attachments)


def _of_billing(facts: BillingFacts) -> RenderedMail:
    from guichet.adapters.mail.billing_letter import (  # noqa: PLC0415 - who sells trainings only
        BillingLetter,
    )
    from guichet.adapters.mail.billing_middles import (  # noqa: PLC0415 - same
        blocks_of as blocks_of_billing,
    )

    letter = BillingLetter.about(facts)
    return _rendered(letter.words, letter.subject(), blocks_of_billing(letter))


def _rendered(
    words: Words,
    subject: str,
    blocks: Sequence[Block],
    attachments: tuple[Attachment, ...] = (),
) -> RenderedMail:
    return RenderedMail(
        language=words.language,
        subject=subject,
        text=plain_text(blocks),
        html=html_page(words.language, subject, blocks),
        attachments=attachments,
    )
