"""The facts of one mail of billing, beside the words of its reader."""

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from guichet.adapters.mail.blocks import Block, Button, Item, Items, Rows
from guichet.adapters.mail.clean import one_line, unlinkable
from guichet.adapters.mail.texts import billing_texts
from guichet.adapters.mail.voice import Voice
from guichet.adapters.mail.words import Words
from guichet.ledger.billable import LineKind
from guichet.money import Money
from guichet.period import local_day
from guichet.registration.outbox import BillingMail
from guichet.subscriptions.mails import BillingFacts, Standing, ToldLine, ToldMethod


@dataclass(frozen=True, slots=True)
class BillingLetter(Voice):
    """Says a sentence of the reader's language with the facts of billing filled in."""

    facts: BillingFacts

    @classmethod
    def about(cls, facts: BillingFacts) -> "BillingLetter":
        shared = Words.of(facts.language)
        sentences = {**shared.sentences, **billing_texts(shared.language)}
        words = replace(shared, sentences=MappingProxyType(sentences))
        return cls(words, MappingProxyType(_values(facts, words)), facts)

    def subject(self) -> str:
        return one_line(self.say(f"{self.facts.kind}.subject"))

    def paragraphs(self, *names: str) -> tuple[Block, ...]:
        """Sentences of this kind of mail, each a paragraph of its own."""
        return tuple(self.paragraph(f"{self.facts.kind}.{name}") for name in names)

    def action(self, key: str) -> tuple[Block, ...]:
        """The one thing to do next, behind a sign-in."""
        return (Button(self.say(key), self.facts.frame.link),)

    def value_of(self, label: str) -> str:
        return self.values.get(_VALUE_OF_LABEL.get(label, label), "")

    def items(self, lines: tuple[ToldLine, ...]) -> tuple[Block, ...]:
        """The lines of a bill (INV-2)."""
        if not lines:
            return ()
        return (Items(tuple(self._item(each) for each in lines), self.words.sentences["pair"]),)

    def _item(self, line: ToldLine) -> Item:
        words = self.words
        name = f"{one_line(line.product)} – {one_line(line.item)}"
        amount = words.reduction(line.amount) if line.is_credit else words.amount(line.amount)
        named = words.sentences["line.credit"].format(name=name) if line.is_credit else name
        return Item(named, tuple(self._details(line)), amount)

    def _details(self, line: ToldLine) -> list[str]:
        words = self.words
        unit = words.unit_price(line.unit_price, line.amount.currency)
        counted = "line.seats" if line.kind is LineKind.PLAN else "line.units"
        quantity = words.counted(counted, line.quantity, unit=unit)
        details = [words.stretch(line.period), quantity]
        if line.share:
            details.append(words.sentences["line.share"].format(share=line.share))
        if line.discount:
            reduction = words.reduction(line.discount)
            details.append(words.pair(words.sentences["label.discount"], reduction))
        return details

    def shares(self) -> Rows:
        """What a payment pays of which invoice, and what is left of that."""
        words, sentences = self.words, self.words.sentences
        pairs = []
        for each in self.facts.shares:
            told = words.amount(each.amount)
            if each.left_open:
                left = words.amount(each.left_open)
                told = sentences["pays.part"].format(amount=told, left=left)
            pairs.append((sentences["pays.invoice"].format(number=each.number), told))
        return Rows(tuple(pairs), sentences["pair"])

    def goes_on(self, standing: Standing) -> str:
        """When a subscription renews, or begins to be billed (SUB-17)."""
        sentences = self.words.sentences
        name = f"{one_line(standing.product)} – {one_line(standing.plan)}"
        day = standing.renews_on or standing.billing_start
        if day is not None:
            key = "standing.renews" if standing.renews_on else "standing.billing_start"
            return sentences[key].format(subscription=name, day=self.words.day(day))
        key = "standing.on_activation" if standing.on_activation else "standing.ends"
        return sentences[key].format(subscription=name)


_VALUE_OF_LABEL: Final = MappingProxyType(
    {
        "to_pay": "paid",
        "before_tax": "total",
        "ended_on": "ends_on",
        "email": "seat_email",
        "invoice": "number",
        "certificate_for": "place",
    }
)
_DAYS: Final = (
    *("ends_on", "last_day", "deletion_on", "due_on"),
    *("counts_from", "counts_until"),
)
_AMOUNTS: Final = ("total", "paid", "credit_given")


def _values(facts: BillingFacts, words: Words) -> dict[str, str]:
    frame = facts.frame
    product, plan = one_line(facts.product), one_line(facts.plan)
    is_stranger = facts.kind is BillingMail.SEAT_ASSIGNED  # anybody can be given a seat
    values = {
        "recipient_name": unlinkable(frame.recipient_name),
        "company": unlinkable(frame.company) if is_stranger else one_line(frame.company),
        "contact_email": one_line(frame.contact_email),
        "seller": one_line(frame.seller),
        "product": product,
        "plan": plan,
        "subscription": f"{product} – {plan}",
        "seats": words.count(facts.seats) if facts.seats else "",
        "seat_email": one_line(facts.seat_email),
        "order": facts.order_id,
        "products": _products(facts),
        "reference": one_line(facts.reference),
        "place": words.place(facts.country, facts.region) if facts.country else "",
        "exempt_as": one_line(facts.exempt_as),
        "refusal": one_line(facts.refusal),
        "occurred_at": words.moment(frame.occurred_at, frame.time_zone),
        "time_zone": words.zone(frame.time_zone),
        "method": words.sentences[f"method.{facts.method}"] if facts.method else "",
        "date": words.moment(facts.paid_at or frame.occurred_at, frame.time_zone),
    }
    if facts.authorized_at is not None:
        values["agreed_on"] = words.day(local_day(facts.authorized_at, frame.time_zone))
    if frame.representative is not None:
        values["representative_name"] = one_line(frame.representative.name)
        values["representative_email"] = one_line(frame.representative.email)
    if facts.period is not None:
        values["period"] = words.stretch(facts.period)
    if facts.valid_until is not None:
        values["valid_until"] = words.moment(facts.valid_until, frame.time_zone)
    if facts.next_try_at is not None:
        values["next_try_at"] = words.moment(facts.next_try_at, frame.time_zone)
    if facts.days_left is not None:
        values["days_left"] = words.counted("days", facts.days_left)
    if facts.document is not None:
        values["number"] = facts.document.number
        values["issued_on"] = words.day(facts.document.issued_on)
        values["corrects"] = facts.document.corrects
        if facts.document.collected_from is not None:
            values["collected_from"] = words.day(facts.document.collected_from)
    values["about"] = values.get("number", values["products"])
    days = {name: getattr(facts, name) for name in _DAYS}
    told = {name: words.day(day) for name, day in days.items() if day is not None}
    return values | told | _methods(facts, words) | _amounts(facts, words)


_BRANDS: Final = MappingProxyType(
    {
        "visa": "Visa",
        "mastercard": "Mastercard",
        "amex": "American Express",
        "discover": "Discover",
        "visa_electron": "Visa Electron",
    }
)


def _method(method: ToldMethod, words: Words) -> str:
    """What is shown of a payment method (COL-1)."""
    brand = _BRANDS.get(method.brand, method.brand.replace("_", " ").title())
    sentence = words.sentences[f"stored.{method.kind}"]
    return one_line(sentence.format(brand=brand, last4=method.last4))


def _methods(facts: BillingFacts, words: Words) -> dict[str, str]:
    """What a mail is about, and what autopay charges; of an invoice, what paid or was to pay it."""
    found = {"stored": facts.stored_method, "default": facts.default_method}
    if facts.document is not None and facts.stored_method is not None:
        found["method"] = facts.stored_method
    return {name: _method(each, words) for name, each in found.items() if each is not None}


def _products(facts: BillingFacts) -> str:
    """What an order is about, each product once; where it bills nothing, what it moves."""
    lines = (*facts.lines, *(line for bill in facts.later for line in bill.lines))
    names = [each.product for each in lines] or [each.product for each in facts.standings]
    return ", ".join(one_line(name) for name in dict.fromkeys(names))


def _amounts(facts: BillingFacts, words: Words) -> dict[str, str]:
    amounts: dict[str, Money | None] = {name: getattr(facts, name) for name in _AMOUNTS}
    told = {name: words.amount(money) for name, money in amounts.items() if money is not None}
    if facts.document is not None:
        told["open"] = words.amount(facts.document.open)
    if facts.left_open is not None:
        told["open"] = words.amount(facts.left_open)
    if facts.total is not None:
        told["net"] = words.signed(facts.net_minor, facts.total.currency)
    if facts.credit_used is not None:
        told["credit_used"] = words.reduction(facts.credit_used)
        told["credit"] = words.amount(facts.credit_used)
    return told
