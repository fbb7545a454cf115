"""One mail's facts, beside the words of its reader."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from guichet.adapters.mail.blocks import Block, Button
from guichet.adapters.mail.clean import one_line, unlinkable
from guichet.adapters.mail.voice import Voice
from guichet.adapters.mail.words import Words
from guichet.money import Money
from guichet.registration.mails import MailFacts, MailKind


@dataclass(frozen=True, slots=True)
class Letter(Voice):
    """Says a sentence of the reader's language with the facts filled in."""

    facts: MailFacts

    @classmethod
    def about(cls, facts: MailFacts) -> "Letter":
        words = Words.of(facts.language)
        return cls(words, MappingProxyType(_values(facts, words)), facts)

    def subject(self) -> str:
        return one_line(self.say(f"{self.facts.kind}.{_subject(self.facts)}"))

    def paragraphs(self, *names: str) -> tuple[Block, ...]:
        """Sentences of this kind of mail, each a paragraph of its own."""
        return tuple(self.paragraph(f"{self.facts.kind}.{name}") for name in names)

    def action(self, key: str) -> tuple[Block, ...]:
        """The link, said to be private where it bears a registrant's token."""
        if not self.facts.link:
            return ()
        button = Button(self.say(key), self.facts.link)
        private = () if self.facts.kind.is_for_organizer else (self.paragraph("link.private"),)
        return (button, *private)

    def value_of(self, label: str) -> str:
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


def _subject(facts: MailFacts) -> str:
    if facts.kind is MailKind.REFUNDED and facts.returned != facts.paid:
        return "subject_part"
    if facts.kind is MailKind.CANCELLED and facts.training_cancelled:
        return "training_subject"
    return "subject"


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
        "refunded_so_far": facts.refunded_so_far,
        "reported": facts.reported,
        "disputed": facts.disputed,
        "dispute_fee": facts.dispute_fee,
    }
    return {name: words.amount(money) for name, money in amounts.items() if money is not None}


def _method(facts: MailFacts, words: Words) -> str:
    if facts.method is None or (facts.method == "offline" and facts.method_label):
        return one_line(facts.method_label)
    return words.sentences[f"method.{facts.method}"]
