"""What each kind of mail says, in which order (REG-13)."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from guichet.adapters.mail.blocks import Block, Button, Heading, Paragraph, Quote, Rows
from guichet.adapters.mail.clean import several_lines
from guichet.adapters.mail.letter import Letter
from guichet.payments.dispute import DisputeStatus
from guichet.registration.mails import MailKind
from guichet.registration.refusals import failure_explained


def blocks_of(letter: Letter) -> tuple[Block, ...]:
    """The whole mail, from its greeting to its end."""
    greeting = "greeting" if letter.values["recipient_name"] else "greeting.anonymous"
    middle = _MIDDLES[letter.facts.kind](letter)
    closing = () if letter.facts.kind.is_for_organizer else _closing(letter)
    return (letter.paragraph(greeting), *middle, *closing)


def _closing(letter: Letter) -> tuple[Block, ...]:
    name = letter.values["organizer_legal_name"]
    return (Paragraph(f"{letter.say('closing')}\n{name}"), letter.paragraph("footer"))


_WHAT: Final = ("training", "when", "organizer")
_ASKED: Final = (*_WHAT, "price", "discount", "to_pay", "registration")
_REGISTRANT: Final = ("training", "when", "registrant", "email")


def _received(letter: Letter) -> tuple[Block, ...]:
    return (
        *letter.paragraphs("intro"),
        *letter.paragraph_if(True, "pay.deadline"),
        letter.rows(*_ASKED),
        *letter.action("action.pay"),
    )


def _awaiting_approval(letter: Letter) -> tuple[Block, ...]:
    return (
        *letter.paragraphs("intro", "nothing_to_pay"),
        *letter.paragraph_if(letter.facts.to_pay, "awaiting_approval.then_pay"),
        letter.rows(*_WHAT, "registration"),
        *letter.action("action.open"),
    )


def _rejected(letter: Letter) -> tuple[Block, ...]:
    return (
        *letter.paragraphs("intro", "nothing_to_pay"),
        *_note(letter),
        letter.rows(*_WHAT, "registration"),
    )


def _offline_instructions(letter: Letter) -> tuple[Block, ...]:
    return (
        *letter.paragraphs("intro", "deadline"),
        Heading(letter.say("heading.instructions")),
        Quote(several_lines(letter.facts.instructions)),
        letter.rows(*_WHAT, "price", "discount", "to_pay", "method", "reference", "registration"),
        *letter.paragraphs("then"),
        *letter.action("action.open"),
    )


def _confirmed(letter: Letter) -> tuple[Block, ...]:
    # A mark of the organizer's (REG-7) says nothing of an amount, so it is no receipt of one.
    heading = "heading.receipt" if "paid" in letter.values else "heading.registration"
    return (
        *letter.paragraphs("intro", "calendar"),
        Heading(letter.say(heading)),
        letter.rows(
            *(*_WHAT, "tax_note", "price", "discount", "paid", "method", "reference"),
            *("registration", "date"),
        ),
        *letter.action("action.open"),
    )


def _payment_failed(letter: Letter) -> tuple[Block, ...]:
    can_pay = bool(letter.facts.link and letter.facts.valid_until)
    return (
        *letter.paragraphs("intro", "deadline" if can_pay else "over"),
        letter.rows(*_ASKED),
        *(letter.action("action.pay") if can_pay else ()),
    )


def _expired(letter: Letter) -> tuple[Block, ...]:
    again = Button(letter.say("action.register"), letter.facts.link)
    return (
        *letter.paragraphs("intro", "paid_already", "again"),
        *((again,) if letter.facts.link else ()),
        letter.rows(*_WHAT, "registration"),
    )


def _money_returned(letter: Letter) -> tuple[Block, ...]:
    reason = letter.facts.return_reason
    return (
        *letter.paragraphs("intro"),
        *letter.paragraph_if(reason, f"money_returned.{reason}"),
        letter.paragraph("refund.duration"),
        letter.rows(*_WHAT, "returned", "method", "reference", "registration"),
    )


def _refunded(letter: Letter) -> tuple[Block, ...]:
    facts = letter.facts
    in_parts = facts.returned != facts.paid
    whole_by_now = in_parts and facts.refunded_so_far == facts.paid
    return (
        *letter.paragraphs("part" if in_parts else "intro"),
        *letter.paragraph_if(whole_by_now, "refunded.whole_by_now"),
        *letter.paragraph_if(facts.training_cancelled, "training.cancelled"),
        *letter.paragraph_if(facts.stays_registered, "refunded.stays"),
        *_note(letter),
        letter.paragraph("refund.duration"),
        letter.rows(
            *(*_WHAT, "paid", "returned", *(["refunded_so_far"] if in_parts else [])),
            *("method", "reference", "registration"),
        ),
        *letter.action("action.open"),
    )


def _cancelled(letter: Letter) -> tuple[Block, ...]:
    facts = letter.facts
    refund = "cancelled.refund" if facts.returned == facts.paid else "cancelled.refund_part"
    return (
        *letter.paragraphs("training_intro" if facts.training_cancelled else "intro"),
        *_note(letter),
        *letter.paragraph_if(facts.returned, refund),
        *letter.paragraph_if(facts.payment_awaited, "cancelled.awaited"),
        *letter.paragraph_if(facts.paid and not facts.returned, "cancelled.paid"),
        letter.rows(*_WHAT, "registration"),
    )


def _link(letter: Letter) -> tuple[Block, ...]:
    return (
        *letter.paragraphs("intro"),
        *letter.paragraph_if(letter.facts.valid_until, "link.valid"),
        *letter.action("action.open"),
        letter.rows(*_WHAT, "registration"),
        *letter.paragraphs("unasked"),
    )


def _organizer_new_registration(letter: Letter) -> tuple[Block, ...]:
    needs_approval = letter.facts.needs_approval
    return (
        *letter.paragraphs("intro"),
        *letter.paragraph_if(needs_approval, "organizer_new_registration.approve"),
        letter.rows(*_REGISTRANT, "price", "discount", "paid", "method", "registration"),
        *letter.action("action.review" if needs_approval else "action.open"),
    )


def _organizer_payment_mismatched(letter: Letter) -> tuple[Block, ...]:
    return (
        *letter.paragraphs("intro"),
        letter.rows(*_REGISTRANT, "expected", "reported", "reference", "registration"),
        *letter.paragraphs("then"),
        *letter.action("action.review"),
    )


def _organizer_account_revoked(letter: Letter) -> tuple[Block, ...]:
    return (
        *letter.paragraphs("intro", "stops"),
        letter.rows("provider_account", "date"),
        *letter.paragraphs("then"),
        *letter.action("action.accounts"),
    )


def _organizer_refund_failed(letter: Letter) -> tuple[Block, ...]:
    why = failure_explained(letter.facts.failure, letter.words.language)
    return (
        *letter.paragraphs("intro"),
        Paragraph(why.sentence),
        Paragraph(why.what_to_do),
        letter.rows(*_REGISTRANT, "paid", "refunded_so_far", "reference", "registration"),
        *letter.action("action.review"),
    )


def _organizer_refunded_outside(letter: Letter) -> tuple[Block, ...]:
    return (
        *letter.paragraphs("intro"),
        letter.paragraph("organizer.still_registered"),
        letter.rows(*_REGISTRANT, "paid", "refunded_so_far", "reference", "registration"),
        *letter.action("action.review"),
    )


def _organizer_dispute_opened(letter: Letter) -> tuple[Block, ...]:
    return (
        *letter.paragraphs("intro", "then", "blocked"),
        _dispute_rows(letter),
        *letter.action("action.open"),
    )


def _organizer_dispute_closed(letter: Letter) -> tuple[Block, ...]:
    stays = letter.facts.stays_registered and letter.facts.dispute_status is DisputeStatus.LOST
    return (
        *letter.paragraphs(str(letter.facts.dispute_status)),
        *letter.paragraph_if(stays, "organizer.still_registered"),
        _dispute_rows(letter),
        *letter.action("action.review" if stays else "action.open"),
    )


def _dispute_rows(letter: Letter) -> Rows:
    return letter.rows(
        *(*_REGISTRANT, "paid", "disputed", "dispute_fee", "reference", "registration")
    )


def _note(letter: Letter) -> tuple[Block, ...]:
    note = several_lines(letter.facts.note)
    return (Heading(letter.say("heading.note")), Quote(note)) if note else ()


_MIDDLES: Final[Mapping[MailKind, Callable[[Letter], tuple[Block, ...]]]] = MappingProxyType(
    {
        MailKind.RECEIVED: _received,
        MailKind.AWAITING_APPROVAL: _awaiting_approval,
        MailKind.APPROVED: _received,
        MailKind.REJECTED: _rejected,
        MailKind.OFFLINE_INSTRUCTIONS: _offline_instructions,
        MailKind.CONFIRMED: _confirmed,
        MailKind.PAYMENT_FAILED: _payment_failed,
        MailKind.EXPIRED: _expired,
        MailKind.MONEY_RETURNED: _money_returned,
        MailKind.REFUNDED: _refunded,
        MailKind.CANCELLED: _cancelled,
        MailKind.LINK: _link,
        MailKind.ORGANIZER_NEW_REGISTRATION: _organizer_new_registration,
        MailKind.ORGANIZER_PAYMENT_MISMATCHED: _organizer_payment_mismatched,
        MailKind.ORGANIZER_ACCOUNT_REVOKED: _organizer_account_revoked,
        MailKind.ORGANIZER_REFUND_FAILED: _organizer_refund_failed,
        MailKind.ORGANIZER_REFUNDED_OUTSIDE: _organizer_refunded_outside,
        MailKind.ORGANIZER_DISPUTE_OPENED: _organizer_dispute_opened,
        MailKind.ORGANIZER_DISPUTE_CLOSED: _organizer_dispute_closed,
    }
)
