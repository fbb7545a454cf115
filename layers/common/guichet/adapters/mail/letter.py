"""What each kind of mail says, in which order (REG-13)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from guichet.adapters.mail.blocks import Block, Button, Heading, Paragraph, Quote, Rows
from guichet.adapters.mail.clean import one_line, several_lines, unlinkable
from guichet.adapters.mail.words import Words
from guichet.money import Money
from guichet.registration.mails import MailFacts, MailKind


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail's facts beside the words of its reader."""

    facts: MailFacts
    words: Words
    values: Mapping[str, str]

    @classmethod
    def about(cls, facts: MailFacts) -> "Letter":
        words = Words.of(facts.language)
        return cls(facts, words, MappingProxyType(_values(facts, words)))

    def say(self, key: str) -> str:
        return self.words.sentences[key].format_map(self.values)

    def subject(self) -> str:
        return one_line(self.say(f"{self.facts.kind}.subject"))

    def blocks(self) -> tuple[Block, ...]:
        greeting = "greeting" if self.values["recipient_name"] else "greeting.anonymous"
        middle = _MIDDLES[self.facts.kind](self)
        closing = () if self.facts.kind.is_for_organizer else _closing(self)
        return (self._paragraph(greeting), *middle, *closing)

    def paragraphs(self, *names: str) -> tuple[Block, ...]:
        """Sentences of this kind of mail, each a paragraph of its own."""
        return tuple(self._paragraph(f"{self.facts.kind}.{name}") for name in names)

    def paragraph_if(self, known: object, key: str) -> tuple[Block, ...]:
        return (self._paragraph(key),) if known else ()

    def action(self, key: str) -> tuple[Block, ...]:
        """The link, said to be private where it bears a registrant's token."""
        if not self.facts.link:
            return ()
        button = Button(self.say(key), self.facts.link)
        private = () if self.facts.kind.is_for_organizer else (self._paragraph("link.private"),)
        return (button, *private)

    def rows(self, *labels: str) -> Rows:
        pairs = tuple((self.say(f"label.{label}"), self._value(label)) for label in labels)
        return Rows(pairs, self.words.sentences["pair"])

    def _paragraph(self, key: str) -> Paragraph:
        return Paragraph(self.say(key))

    def _value(self, label: str) -> str:
        return self.values.get(_VALUE_OF_LABEL.get(label, label), "")


_VALUE_OF_LABEL: Final = MappingProxyType(
    {
        "training": "training_title",
        "organizer": "organizer_legal_name",
        "tax_note": "organizer_tax_note",
        "registration": "registration_id",
        "registrant": "registrant_name",
        "email": "registrant_email",
        "reference": "payment_reference",
        "expected": "to_pay",
        "date": "occurred_at",
    }
)


def _values(facts: MailFacts, words: Words) -> dict[str, str]:
    zone = facts.time_zone
    values = {
        "recipient_name": unlinkable(facts.recipient_name),
        "registrant_name": unlinkable(facts.registrant_name),
        "registrant_email": one_line(facts.registrant_email),
        "training_title": one_line(facts.training_title),
        "organizer_legal_name": one_line(facts.organizer_legal_name),
        "organizer_email": one_line(facts.organizer_email),
        "organizer_tax_note": one_line(facts.organizer_tax_note),
        "registration_id": facts.registration_id,
        "payment_reference": one_line(facts.payment_reference),
        "method_label": one_line(facts.method_label),
        "method": _method(facts, words),
        "provider": one_line(facts.provider),
        "provider_account": one_line(facts.provider_account_id),
        "occurred_at": words.moment(facts.occurred_at, zone),
    }
    if facts.starts_at is not None:
        values["when"] = words.period(facts.starts_at, facts.ends_at, zone)
    if facts.valid_until is not None:
        values["valid_until"] = words.moment(facts.valid_until, zone)
    if facts.discount:
        values["discount"] = words.reduction(facts.discount)
    return values | _amounts(facts, words)


def _amounts(facts: MailFacts, words: Words) -> dict[str, str]:
    amounts: dict[str, Money | None] = {
        "price": facts.price,
        "to_pay": facts.to_pay,
        "paid": facts.to_pay if facts.method == "free" else facts.paid,
        "returned": facts.returned,
        "reported": facts.reported,
    }
    return {name: words.amount(money) for name, money in amounts.items() if money is not None}


def _method(facts: MailFacts, words: Words) -> str:
    if facts.method is None or (facts.method == "offline" and facts.method_label):
        return one_line(facts.method_label)
    return words.sentences[f"method.{facts.method}"]


def _closing(letter: Letter) -> tuple[Block, ...]:
    name = letter.values["organizer_legal_name"]
    return (Paragraph(f"{letter.say('closing')}\n{name}"), Paragraph(letter.say("footer")))


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
        *letter.paragraphs("duration"),
        letter.rows(*_WHAT, "returned", "method", "reference", "registration"),
    )


def _cancelled(letter: Letter) -> tuple[Block, ...]:
    return (
        *letter.paragraphs("intro"),
        *_note(letter),
        *letter.paragraph_if(letter.facts.paid, "cancelled.paid"),
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
        MailKind.CANCELLED: _cancelled,
        MailKind.LINK: _link,
        MailKind.ORGANIZER_NEW_REGISTRATION: _organizer_new_registration,
        MailKind.ORGANIZER_PAYMENT_MISMATCHED: _organizer_payment_mismatched,
        MailKind.ORGANIZER_ACCOUNT_REVOKED: _organizer_account_revoked,
    }
)
