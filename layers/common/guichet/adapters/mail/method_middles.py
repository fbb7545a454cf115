"""What each kind of mail about payment methods says, in which order (COL-1, COL-10)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from guichet.adapters.mail.billing_letter import BillingLetter
from guichet.adapters.mail.blocks import Block, Heading, Paragraph
from guichet.registration.outbox import BillingMail

K = BillingMail


def _stored(letter: BillingLetter) -> tuple[Block, ...]:
    facts = letter.facts
    agreed: tuple[Block, ...] = ()
    if facts.authorization_text:
        agreed = (
            Heading(letter.say("heading.authorization")),
            *letter.paragraphs("authorization"),
            Paragraph(facts.authorization_text),
        )
    return (
        *letter.paragraphs("intro"),
        *_autopay(letter),
        *agreed,
        *letter.paragraphs("not_you"),
        *letter.action("action.payment_methods"),
    )


def _gone(letter: BillingLetter) -> tuple[Block, ...]:
    """Removed by the customer, or by the provider."""
    return (
        *letter.paragraphs("intro"),
        *_autopay(letter),
        *letter.action("action.payment_methods"),
    )


def _link(letter: BillingLetter) -> tuple[Block, ...]:
    return (*letter.paragraphs("intro", "how"), *letter.action("action.payment_methods"))


def _autopay(letter: BillingLetter) -> tuple[Block, ...]:
    """What is charged by itself from now on."""
    if not letter.facts.is_autopay:
        return ()
    name = "charges" if letter.facts.default_method else "charges_nothing"
    return (letter.paragraph(f"autopay.{name}"),)


METHOD_MIDDLES: Final[Mapping[BillingMail, Callable[[BillingLetter], tuple[Block, ...]]]] = (
    MappingProxyType(
        {
            K.METHOD_STORED: _stored,
            K.METHOD_REMOVED: _gone,
            K.METHOD_GONE: _gone,
            K.METHOD_LINK: _link,
        }
    )
)
