"""One document in its reader's words: names, amounts, days, and what the law has it say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Final

from guichet.adapters.documents.postal import postal_lines
from guichet.adapters.documents.texts import document_texts
from guichet.adapters.mail.words import Words
from guichet.adapters.tax.words import TaxWords
from guichet.invoices.document import DocumentLine, DocumentTax, InvoiceDocument
from guichet.period import Period
from guichet.printable import one_line
from guichet.tax.places import Category

# How a country writes its numbers: how many characters stand together, and what parts them.
_GROUPS: Final = MappingProxyType(
    {
        "AU": (r"(\d\d)(\d{3})(\d{3})(\d{3})", r"\1 \2 \3 \4"),
        "BR": (r"(\d\d)(\d{3})(\d{3})(\d{4})(\d\d)", r"\1.\2.\3/\4-\5"),
    }
)
_SILENT: Final = frozenset({Category.OUT_OF_SCOPE})  # no tax there: a sentence says it, if anything


@dataclass(frozen=True)
class Wording:
    """The texts of one document. Numbers and days are written as the buyer's country writes them."""

    document: InvoiceDocument
    words: Words
    taxes: TaxWords

    @classmethod
    def of(cls, document: InvoiceDocument) -> Wording:
        template, country = document.template, document.buyer.address.country
        words = Words.of(f"{document.language}-{country}")
        texts = document_texts(template, words.language, country)
        return cls(document, replace(words, sentences=texts), TaxWords(words.language, template))

    def say(self, key: str, **values: str) -> str:
        return self.words.sentences[key].format(**values)

    def amount(self, amount_minor: int) -> str:
        return self.words.signed(amount_minor, self.document.currency)

    @property
    def title(self) -> str:
        if self.document.is_credit_note:
            return self.say("title.credit_note")
        is_australian = self.document.seller.country == "AU"  # where its law wants these words
        return self.say("title.tax_invoice" if is_australian else "title.invoice")

    @property
    def headline(self) -> str:
        """What has to be done, or has been done, about the amount."""
        document = self.document
        amount = self.amount(document.due_minor)
        if document.settlement is not None:
            return self.say(f"headline.{document.settlement}", amount=amount)
        if not document.due_minor or document.due_on is None:
            return self.say("headline.paid")
        if document.collected_from is not None:
            day = self.words.day(document.collected_from)
            return self.say("headline.collected_from", amount=amount, day=day)
        key = "headline.collected" if document.is_collected else "headline.due"
        return self.say(key, amount=amount, day=self.words.day(document.due_on))

    @property
    def correction(self) -> str:
        """Which invoice a credit note corrects; empty for an invoice."""
        corrected = self.document.refers_to
        if corrected is None:
            return ""
        return self.say(
            "refers_to", number=corrected.number, day=self.words.day(corrected.issued_on)
        )

    @cached_property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """What stands beside the address, label by label."""
        document, words = self.document, self.words
        due_on = document.due_on if not document.is_credit_note else None
        pairs = (
            (self.say("label.number"), document.number),
            (self.say("label.issued_on"), words.day(document.issued_on)),
            (self.say("label.due_on"), words.day(due_on) if due_on else ""),
            (self.say("label.period"), self.stretch(document.period) if document.period else ""),
            (self.say("label.currency"), document.currency),
            (self.say("label.account"), document.buyer.account_id),
            (self._customer_number, self._buyer_number),
        )
        return tuple((label, one_line(value)) for label, value in pairs if value)

    def stretch(self, period: Period) -> str:
        """From the first day to the last; the same period is written once."""
        if period not in self._stretches:
            self._stretches[period] = self.words.stretch(period)
        return self._stretches[period]

    @cached_property
    def _stretches(self) -> dict[Period, str]:
        return {}

    def name(self, line: DocumentLine) -> str:
        name = one_line(line.item)
        is_told = line.is_credit and not self.document.is_of_tax_alone
        return self.say("line.credit", name=name) if is_told else name

    def details(self, line: DocumentLine) -> tuple[str, ...]:
        """Period, share and discount of a line, what it is a part of, and its tax where these differ."""
        parts = []
        if line.period is not None:
            parts.append(self.stretch(line.period))
        if line.share:
            parts.append(self.say("line.share", share=line.share))
        if line.part_of_minor:
            parts.append(self.say("line.part", amount=self.amount(line.part_of_minor)))
        if line.discount_minor:
            parts.append(self.say("line.discount", amount=self.amount(line.discount_minor)))
        if self.document.is_of_tax_alone:  # each line stands there as it was and as it is now
            taxes = (self.document.taxes[place] for place in line.bears)
            parts += [" ".join(self._name_and_rate(each)) for each in taxes]
        elif self._bears_otherwise:
            parts.append(self._borne(line))
        return tuple(filter(None, parts))

    def quantity(self, line: DocumentLine) -> str:
        return self.words.count(line.quantity)

    def unit_price(self, line: DocumentLine) -> str:
        return self.words.unit_price(line.unit_price, self.document.currency)

    def tax(self, tax: DocumentTax) -> str:
        """One line of the taxes: its name, its rate, the sum that it is of."""
        name, rate = self._name_and_rate(tax)
        return self.say("tax", name=name, rate=rate, base=self.amount(tax.base_minor))

    def _name_and_rate(self, tax: DocumentTax) -> tuple[str, str]:
        name = self.taxes.name(tax.name, self.document.buyer.address.country)
        named = f"{name} ({tax.region})" if tax.region and tax.region not in name else name
        return named, self.words.percent(f"{tax.percent}e-2")

    def _borne(self, line: DocumentLine) -> str:
        """What a line bears of the taxes that are shown; nothing for a fee that bears none (TAX-5)."""
        taxes = (self.document.taxes[place] for place in line.bears)
        shown = (each for each in taxes if each.category not in _SILENT)
        return " + ".join(" ".join(self._name_and_rate(each)) for each in shown)

    @cached_property
    def _bears_otherwise(self) -> bool:
        """Whether its lines bear different taxes, so that each says its own."""
        return len({self._borne(line) for line in self.document.lines}) > 1

    @property
    def shown_taxes(self) -> tuple[DocumentTax, ...]:
        """Those charged, and those of 0 that the law names (TAX-3)."""
        return tuple(each for each in self.document.taxes if each.category not in _SILENT)

    @property
    def notes(self) -> Iterator[str]:
        """The sentences below: of taxes, of the invoice's own, of disputes."""
        document = self.document
        for what, reason in document.sentences:
            yield self.taxes.sentence(what, one_line(reason))
        yield from (one_line(each) for each in document.notes)
        if document.disputable_until is not None and not document.is_credit_note:
            yield self.say("dispute", day=self.words.day(document.disputable_until))

    @property
    def buyer_lines(self) -> tuple[str, ...]:
        """The address as it stands in the window; its country only for letters from abroad."""
        buyer, country = self.document.buyer, self.document.buyer.address.country
        lines = [buyer.company]
        if buyer.contact_name:
            attention = self.say("label.contact")
            lines.append(f"{attention} {buyer.contact_name}")
        lines += postal_lines(buyer.address)
        if country != self.document.seller.country:
            lines.append(str(self.words.locale.territories[country]).upper())
        return tuple(map(one_line, lines))

    @property
    def seller_lines(self) -> tuple[str, ...]:
        """Address, number, what else the law wants of the letterhead, and whom to ask."""
        seller = self.document.seller
        lines = [*seller.address]
        if self.document.buyer.address.country != seller.country:
            lines.append(str(self.words.locale.territories[seller.country]))
        if seller.vat_number:
            label = self._of_country("number", seller.country, "label.vat_number")
            lines.append(self._pair(label, _grouped(seller.vat_number, seller.country)))
        if seller.company_number:
            label = self._of_country("register", seller.country, "label.company_number")
            lines.append(self._pair(label, seller.company_number))
        lines += (*seller.registration, seller.email, seller.phone)
        return tuple(filter(None, map(one_line, lines)))

    @property
    def page_line(self) -> str:
        """How pages are counted, with `{page}` and `{pages}` left open."""
        return self.words.sentences["page"]

    def _pair(self, label: str, value: str) -> str:
        return self.words.pair(label, value)

    def _of_country(self, kind: str, country: str, otherwise: str) -> str:
        """What a country calls a number of its own, else the word of the language."""
        own = self.words.sentences.get(f"{kind}.{country}")
        return self.say(otherwise) if own is None else own

    @property
    def _customer_number(self) -> str:
        country = self.document.buyer.address.country
        return self._of_country("customer_number", country, "label.customer_vat_number")

    @property
    def _buyer_number(self) -> str:
        buyer = self.document.buyer
        return _grouped(buyer.vat_number or "", buyer.address.country)


def _grouped(number: str, country: str) -> str:
    """A number as its country writes it; one of another form stays as it is."""
    if country not in _GROUPS:
        return number
    form, groups = _GROUPS[country]
    found = re.fullmatch(form, number, re.ASCII)
    return number if found is None else found.expand(groups)
