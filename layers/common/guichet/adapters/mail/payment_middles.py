"""What each kind of mail about a payment of an invoice says, in which order (COL-3, COL-4, INV-5, INV-6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from guichet.adapters.mail.billing_letter import BillingLetter
from guichet.adapters.mail.blocks import Block, Heading
from guichet.registration.outbox import BillingMail

K = BillingMail


def _received(letter: BillingLetter) -> tuple[Block, ...]:
    """The receipt; what is left to pay only where something is."""
    told = letter.facts.document
    left = ("open",) if told is not None and told.open else ()
    return (
        *letter.paragraphs("intro"),
        Heading(letter.say("heading.receipt")),
        letter.rows("invoice", "paid", "method", "reference", "date", *left),
        *letter.action("action.invoice"),
    )


def _declined(letter: BillingLetter) -> tuple[Block, ...]:
    """Nothing was charged; when the method may be tried again, if ever; what to do (COL-3)."""
    facts = letter.facts
    if facts.is_method_stopped:
        advice: tuple[str, ...] = ("stopped",)
    else:
        advice = ("next_try", "advice") if facts.next_try_at else ("advice",)
    return (
        *letter.paragraphs("intro", *advice),
        letter.rows("invoice", "open", "method", "reference"),
        *letter.action("action.payment_methods"),
    )


def _action(letter: BillingLetter) -> tuple[Block, ...]:
    """The bank asks; nothing is charged until it is answered, and the link stays valid (COL-4)."""
    return (
        *letter.paragraphs("intro", "until"),
        letter.rows("invoice", "to_pay", "method", "reference"),
        *letter.action("action.confirm_payment"),
    )


def _returned(letter: BillingLetter) -> tuple[Block, ...]:
    """What had paid the invoice is owed again (INV-5, COL-10)."""
    return (
        *letter.paragraphs("intro", "open", "how"),
        letter.rows("invoice", "open", "method", "reference"),
        *letter.action("action.invoice"),
    )


def _recorded(letter: BillingLetter) -> tuple[Block, ...]:
    """The receipt for a transfer or a cheque: what it pays, what became credit, what is left (COL-6)."""
    facts = letter.facts
    left = "open" if facts.left_open else "nothing_open"
    pays = (Heading(letter.say("heading.pays")), letter.shares()) if facts.shares else ()
    return (
        *letter.paragraphs("intro"),
        Heading(letter.say("heading.receipt")),
        letter.rows("paid", "reference", "date"),
        *pays,
        *letter.paragraphs(*(["credit"] if facts.credit_given else []), left),
        *letter.action("action.invoices"),
    )


def _refunded(letter: BillingLetter) -> tuple[Block, ...]:
    """It had no place, and is back where it came from (COL-8)."""
    return _without_place(letter, "back")


def _credited(letter: BillingLetter) -> tuple[Block, ...]:
    """It had no place, and could not go back (COL-8)."""
    return _without_place(letter, "credit", "ask")


def _without_place(letter: BillingLetter, *then: str) -> tuple[Block, ...]:
    facts = letter.facts
    return (
        letter.paragraph(f"money_without_place.{facts.without_place}"),
        *letter.paragraphs(*then),
        letter.rows("invoice", "order", "paid", "reference", "date"),
        *letter.action("action.order" if facts.order_id else "action.invoice"),
    )


PAYMENT_MIDDLES: Final[Mapping[BillingMail, Callable[[BillingLetter], tuple[Block, ...]]]] = (
    MappingProxyType(
        {
            K.PAYMENT_RECEIVED: _received,
            K.PAYMENT_DECLINED: _declined,
            K.PAYMENT_ACTION: _action,
            K.PAYMENT_RETURNED: _returned,
            K.PAYMENT_RECORDED: _recorded,
            K.PAYMENT_REFUNDED: _refunded,
            K.REFUND_CREDITED: _credited,
        }
    )
)
