"""What each kind of mail of billing says, in which order (SUB-5, SUB-8, SUB-15, INV-6, TAX-4)."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from guichet.adapters.mail.billing_letter import BillingLetter
from guichet.adapters.mail.blocks import Block, Heading, Paragraph, Rows
from guichet.adapters.mail.method_middles import METHOD_MIDDLES
from guichet.adapters.mail.payment_middles import PAYMENT_MIDDLES
from guichet.registration.outbox import BillingMail

K = BillingMail


def blocks_of(letter: BillingLetter) -> tuple[Block, ...]:
    """The whole mail, from its greeting to its end."""
    greeting = "greeting" if letter.values["recipient_name"] else "greeting.anonymous"
    middle = _MIDDLES[letter.facts.kind](letter)
    return (letter.paragraph(greeting), *middle, *_closing(letter))


def _closing(letter: BillingLetter) -> tuple[Block, ...]:
    """Whose days those are (MON-6), who writes, and why to this mailbox (ACC-1)."""
    sender = Paragraph(f"{letter.say('closing')}\n{letter.values['seller']}")
    if letter.facts.kind is K.SEAT_ASSIGNED:
        return (sender, letter.paragraph("footer.seat"))
    return (
        letter.paragraph("footer.time_zone"),
        sender,
        *letter.paragraph_if(letter.facts.frame.representative, "footer.representative"),
        letter.paragraph("footer.contact"),
    )


def _order_confirmed(letter: BillingLetter) -> tuple[Block, ...]:
    facts = letter.facts
    standings = "\n".join(letter.goes_on(each) for each in facts.standings)
    return (
        *letter.paragraphs("intro"),
        Heading(letter.say("heading.receipt" if facts.method else "heading.order")),
        *letter.items(facts.lines),
        _sums(letter),
        *_later(letter),
        Heading(letter.say("heading.goes_on")),
        Paragraph(standings),
        *letter.action("action.order"),
    )


def _sums(letter: BillingLetter) -> Rows:
    """Taxes only where they are known; then the way from the charges to what was paid."""
    facts, words, sentences = letter.facts, letter.words, letter.words.sentences
    sums: list[tuple[str, str]] = []
    if facts.taxes is not None and facts.total is not None:
        sums.append((sentences["label.net"], letter.values["net"]))
        for tax in facts.taxes:
            name = sentences["line.tax"].format(
                name=tax.name, rate=words.percent(f"{tax.percent}e-2")
            )
            sums.append((name, words.signed(tax.amount_minor, facts.total.currency)))
    rest = letter.rows(
        *("total", "credit_used", "paid", "credit_given"),
        *("method", "reference", "order", "date"),
    )
    return Rows((*sums, *rest.pairs), rest.pattern)


def _later(letter: BillingLetter) -> tuple[Block, ...]:
    """What is on the bills of a 1st (SUB-7)."""
    blocks: list[Block] = []
    for bill in letter.facts.later:
        heading = letter.words.sentences["heading.later"]
        blocks.append(Heading(heading.format(day=letter.words.day(bill.bill_on))))
        blocks.extend(letter.items(bill.lines))
    return tuple(blocks)


def _payment_failed(letter: BillingLetter) -> tuple[Block, ...]:
    return (
        *letter.paragraphs("intro", "deadline"),
        *letter.items(letter.facts.lines),
        letter.rows("total", "credit_used", "to_pay", "order"),
        *letter.action("action.pay_order"),
    )


def _order_abandoned(letter: BillingLetter) -> tuple[Block, ...]:
    return (
        *letter.paragraphs("intro"),
        *letter.paragraph_if(letter.facts.credit_used, "billing_order_abandoned.credit"),
        *letter.paragraphs("again"),
        *letter.items(letter.facts.lines),
        letter.rows("total", "order"),
        *letter.action("action.order"),
    )


def _cancelled(letter: BillingLetter) -> tuple[Block, ...]:
    facts = letter.facts
    if facts.has_ended:
        return (
            *letter.paragraphs("over", "deletion"),
            letter.rows("subscription", "seats", "ended_on", "deletion_on"),
            *letter.action("action.subscription"),
        )
    return (
        *letter.paragraphs("intro"),
        *letter.paragraph_if(facts.still_billed, "billing_cancelled.billed"),
        *letter.paragraphs("deletion", "withdraw"),
        letter.rows("subscription", "seats", "last_day", "deletion_on"),
        *letter.action("action.subscription"),
    )


def _cancellation_withdrawn(letter: BillingLetter) -> tuple[Block, ...]:
    return (
        *letter.paragraphs("intro"),
        letter.rows("subscription", "seats"),
        *letter.action("action.subscription"),
    )


def _trial_ended(letter: BillingLetter) -> tuple[Block, ...]:
    has_ended = letter.facts.has_ended
    return (
        *letter.paragraphs("over" if has_ended else "free", "then"),
        letter.rows("subscription", "seats", *(["deletion_on"] if has_ended else [])),
        *letter.action("action.subscription"),
    )


def _renewed(letter: BillingLetter) -> tuple[Block, ...]:
    return (
        *letter.paragraphs("intro"),
        *letter.items(letter.facts.lines),
        letter.rows("before_tax", "credit_used"),
        *letter.paragraphs("invoice"),
        *letter.action("action.subscription"),
    )


def _expired(letter: BillingLetter) -> tuple[Block, ...]:
    return (
        *letter.paragraphs("intro", "deletion"),
        letter.rows("subscription", "seats", "ended_on", "deletion_on"),
        *letter.action("action.subscription"),
    )


def _deletion_announced(letter: BillingLetter) -> tuple[Block, ...]:
    return (
        *letter.paragraphs("intro", "keep", "after"),
        letter.rows("subscription", "ended_on", "deletion_on"),
        *letter.action("action.subscription"),
    )


def _seat_assigned(letter: BillingLetter) -> tuple[Block, ...]:
    return (*letter.paragraphs("intro", "sign_in"), letter.rows("subscription", "email"))


def _certificate_approved(letter: BillingLetter) -> tuple[Block, ...]:
    return (
        *letter.paragraphs("intro", "then"),
        letter.rows("certificate_for", "counts_from", "counts_until", "exempt_as"),
        *letter.action("action.certificate"),
    )


def _certificate_refused(letter: BillingLetter) -> tuple[Block, ...]:
    return (
        *letter.paragraphs("intro", "why", "again"),
        letter.rows("certificate_for", "exempt_as"),
        *letter.action("action.certificate"),
    )


def _certificate_expired(letter: BillingLetter) -> tuple[Block, ...]:
    return (
        *letter.paragraphs("intro", "again"),
        letter.rows("certificate_for", "counts_until", "exempt_as"),
        *letter.action("action.certificate"),
    )


def _invoice(letter: BillingLetter) -> tuple[Block, ...]:
    """Short: what has to be done about it; the rest stands in the file (INV-6)."""
    told = letter.facts.document
    if told is None:
        raise TypeError("facts of an invoice name it")
    if told.is_void:
        state = "void"
    elif not told.open:
        state = "paid"
    elif told.is_collected:
        state = "collected_from" if told.collected_from else "collected"
    else:
        state = "due"
    left_to_pay = ("open", "due_on") if told.open else ()
    return (
        *letter.paragraphs("intro" if told.is_attached else "linked"),
        *letter.paragraph_if(letter.facts.order_id, "billing_invoice.order"),
        *letter.paragraphs(state),
        letter.rows("number", "issued_on", "total", "credit_used", "paid", *left_to_pay),
        *letter.action("action.invoice"),
    )


def _credit_note(letter: BillingLetter) -> tuple[Block, ...]:
    """What it corrects, and where its amount goes (INV-11, COL-11)."""
    told = letter.facts.document
    if told is None:
        raise TypeError("facts of a credit note name it")
    return (
        *letter.paragraphs("intro" if told.is_attached else "linked", told.settlement),
        letter.rows("number", "issued_on", "corrects", "total"),
        *letter.action("action.credit_note"),
    )


_MIDDLES: Final[Mapping[BillingMail, Callable[[BillingLetter], tuple[Block, ...]]]] = (
    MappingProxyType(
        {
            K.ORDER_CONFIRMED: _order_confirmed,
            K.PAYMENT_FAILED: _payment_failed,
            K.ORDER_ABANDONED: _order_abandoned,
            K.CANCELLED: _cancelled,
            K.CANCELLATION_WITHDRAWN: _cancellation_withdrawn,
            K.TRIAL_ENDED: _trial_ended,
            K.RENEWED: _renewed,
            K.EXPIRED: _expired,
            K.DELETION_ANNOUNCED: _deletion_announced,
            K.SEAT_ASSIGNED: _seat_assigned,
            **METHOD_MIDDLES,
            K.CERTIFICATE_APPROVED: _certificate_approved,
            K.CERTIFICATE_REFUSED: _certificate_refused,
            K.CERTIFICATE_EXPIRED: _certificate_expired,
            K.INVOICE: _invoice,
            K.CREDIT_NOTE: _credit_note,
            **PAYMENT_MIDDLES,
        }
    )
)
