"""An invoice or a credit note as it stands: numbered once, its content never changed (INV-3, INV-5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from guichet.errors import Conflict
from guichet.invoices.document import DocumentKind, DocumentTax, Settlement
from guichet.invoices.parts import NotedPart, OwnTaxes, ReversedVat
from guichet.money import Money
from guichet.tax.going_back import TaxBack, added_up
from guichet.tax.subject import VatStanding

DISPUTABLE_DAYS: Final = 15  # after the issue date, the last one included (INV-7)


class InvoiceStatus(StrEnum):
    """The stored states of INV-5; what else is said of an invoice is derived."""

    DRAFT = "draft"
    OPEN = "open"
    PAID = "paid"
    VOID = "void"
    UNCOLLECTIBLE = "uncollectible"


S = InvoiceStatus

TRANSITIONS = MappingProxyType(
    {  # a pair absent from this table does not happen
        S.DRAFT: frozenset({S.OPEN}),
        S.OPEN: frozenset({S.PAID, S.VOID, S.UNCOLLECTIBLE}),
        S.PAID: frozenset({S.OPEN}),  # a chargeback, or a debit returned by the bank
        S.VOID: frozenset(),
        S.UNCOLLECTIBLE: frozenset({S.PAID}),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """One document of a series. Amounts are minor units of `currency`, and never below 0.

    Of an invoice: `total` = `paid` + `credit_applied` + `offset` + what is open. Of a credit note
    the total is what it gives back.
    """

    invoice_id: str
    account_id: str
    selling_entity: str
    currency: str
    kind: DocumentKind
    bill_on: date  # the day of the bill, or of the order, that it is made of
    language: str
    subtotal_minor: int
    tax_minor: int
    total_minor: int
    number: str = ""
    place: int = 0  # in its series, from 1
    issued_on: date | None = None
    due_on: date | None = None
    finalized_at: datetime | None = None
    status: InvoiceStatus = S.DRAFT
    paid_minor: int = 0
    credit_applied_minor: int = 0  # account credit: a means of payment (INV-2)
    offset_minor: int = 0  # by credit notes, while it was open
    noted_minor: int = 0  # what all of its credit notes come to
    cart_id: str | None = None  # an order, paid at once
    refers_to: str | None = None  # of a credit note: the invoice
    settlement: Settlement | None = None  # of a credit note: where its amount goes
    is_collected: bool = False  # by autopay
    own_taxes: tuple[OwnTaxes, ...] = ()
    standing: VatStanding | None = None  # of the VAT number that it was decided on
    vat_mark: str = ""  # a one-way mark of that number
    is_correction: bool = False  # a credit note of lines billed before, beside what bills come to
    note: str = ""  # why a credit note was issued by hand
    note_ids: tuple[str, ...] = ()  # its credit notes, in their order
    noted_parts: tuple[NotedPart, ...] = ()  # of its lines, by hand, in their order
    noted_taxes: tuple[TaxBack, ...] = ()  # what all of its credit notes gave back of each tax
    reversed_vat: ReversedVat | None = None  # went back when its number was confirmed (TAX-3)
    in_doubt_since: datetime | None = None  # an order's, whose VAT may have to go back (TAX-3)
    doubt_look_at: datetime | None = None  # when it is looked at once more, as it had to wait
    not_reversed: str = ""  # the code of why its VAT did not: a person decides
    open_payment_id: str | None = None  # the charge lease: at most one open attempt
    last_payment_id: str | None = None
    payment_ids: tuple[str, ...] = ()  # of all attempts, in their order
    payment_count: int = 0
    collect_at: datetime | None = None  # when autopay tries next by itself
    debited_from: datetime | None = None  # nothing is collected before: its customer was told so
    next_try_at: datetime | None = None  # after a decline: the first moment that COL-3 allows
    handled_keys: tuple[str, ...] = ()
    version: int = 1

    @property
    def is_credit_note(self) -> bool:
        return self.kind is DocumentKind.CREDIT_NOTE

    @property
    def note_count(self) -> int:
        return len(self.note_ids)

    @property
    def open_minor(self) -> int:
        """What is left to pay; nothing of what is void, nor of a credit note."""
        if self.is_credit_note or self.status is S.VOID:
            return 0
        return self.total_minor - self.paid_minor - self.credit_applied_minor - self.offset_minor

    @property
    def open(self) -> Money:
        return Money(self.open_minor, self.currency)

    @property
    def total(self) -> Money:
        return Money(self.total_minor, self.currency)

    @property
    def is_partially_paid(self) -> bool:
        paid = self.paid_minor or self.credit_applied_minor or self.offset_minor
        return self.status is S.OPEN and bool(paid)

    @property
    def is_processing(self) -> bool:
        """Whether an attempt to collect it is open."""
        return self.status is S.OPEN and self.open_payment_id is not None

    def is_past_due(self, today: date) -> bool:
        return self.status is S.OPEN and self.due_on is not None and self.due_on < today

    @property
    def disputable_until(self) -> date | None:
        """The last day on which it can be disputed (INV-7)."""
        issued = self.issued_on
        return None if issued is None else issued + timedelta(days=DISPUTABLE_DAYS)

    def transition_to(self, status: InvoiceStatus) -> Invoice:
        """The only door between states.

        Raises:
            Conflict: `invoice_<status>`.
        """
        if status not in TRANSITIONS[self.status]:
            raise self.refusal(f"This invoice is {self.status} and can't become {status}.")
        return replace(self, status=status)

    def refusal(self, detail: str) -> Conflict:
        return Conflict(f"invoice_{self.status}", detail, rule="INV-5")

    def finalized(
        self, *, number: str, place: int, issued_on: date, due_on: date | None, at: datetime
    ) -> Invoice:
        """With its number; from here on its content never changes (INV-3)."""
        numbered = replace(
            self.transition_to(S.OPEN),
            number=number,
            place=place,
            issued_on=issued_on,
            due_on=due_on,
            finalized_at=at,
        )
        return numbered.paid_if_nothing_is_open()

    def paid_if_nothing_is_open(self) -> Invoice:
        """Due becomes paid at once (INV-5)."""
        is_over = self.status in {S.OPEN, S.UNCOLLECTIBLE} and not self.open_minor
        return self.transition_to(S.PAID) if is_over else self

    def credit_applied(self, amount_minor: int) -> Invoice:
        """Paid in part, or whole, by account credit (COL-7).

        Raises:
            ValueError: more than is open: credit is used once.
        """
        if not 0 < amount_minor <= self.open_minor:
            raise ValueError("credit pays at most what is open")
        applied = replace(self, credit_applied_minor=self.credit_applied_minor + amount_minor)
        return applied.paid_if_nothing_is_open()

    def takes(self, amount_minor: int) -> bool:
        """Whether a payment of so much pays it: the whole of it, or nothing (COL-8)."""
        return self.status in {S.OPEN, S.UNCOLLECTIBLE} and 0 < amount_minor <= self.open_minor

    def collected(self, amount_minor: int) -> Invoice:
        """Paid by an attempt, as far as something is open."""
        if not 0 < amount_minor <= self.open_minor:
            raise ValueError("an invoice is paid once")
        return replace(self, paid_minor=self.paid_minor + amount_minor).paid_if_nothing_is_open()

    def reopened(self, amount_minor: int) -> Invoice:
        """What had paid it was taken back by the bank (INV-5, COL-10)."""
        if not 0 < amount_minor <= self.paid_minor:
            raise ValueError("no more comes back than was paid")
        moved = self.transition_to(S.OPEN) if self.status is S.PAID else self
        return replace(moved, paid_minor=self.paid_minor - amount_minor)

    def require_creditable(self) -> None:
        """Refuse what no credit note can be about.

        Raises:
            Conflict: `invoice_void`; `not_an_invoice`, it is a credit note; `payment_in_flight`.
        """
        if self.is_credit_note:
            raise Conflict("not_an_invoice", "A credit note is not credited.", rule="INV-3")
        if self.status is S.VOID:
            raise self.refusal("This invoice is void; nothing of it is left.")
        self.require_unleased()

    def noted(self, gross_minor: int, offset_minor: int) -> Invoice:
        """With one credit note more; as far as it was open, it is less by it."""
        less = replace(
            self,
            noted_minor=self.noted_minor + gross_minor,
            offset_minor=self.offset_minor + offset_minor,
        )
        return less.paid_if_nothing_is_open()

    def voided(self, gross_minor: int) -> Invoice:
        """By a credit note for the whole: number, lines and PDF stay (INV-5).

        Raises:
            Conflict: `invoice_<status>`; `invoice_partly_paid`, something was paid;
                `invoice_credited`, a part of it was credited; `payment_in_flight`.
        """
        over = self.transition_to(S.VOID)
        if self.paid_minor or self.credit_applied_minor:
            raise Conflict(
                "invoice_partly_paid",
                "Something was paid on this invoice; issue a credit note for the rest.",
                rule="INV-5",
            )
        if self.noted_minor:
            raise partly_credited()
        self.require_unleased()
        return replace(over, noted_minor=gross_minor)

    def with_reversed_vat(self, reversed_vat: ReversedVat) -> Invoice:
        """From here on its own charges bore that: for what is credited later (SUB-6, TAX-3)."""
        classes = {each.tax_class: each for each in reversed_vat.taxes}
        own = tuple(
            replace(classes.get(each.tax_class, each), net_minor=each.net_minor)
            for each in self.own_taxes
        )
        return replace(self, reversed_vat=reversed_vat, own_taxes=own)

    def with_note(self, note_id: str) -> Invoice:
        """With one credit note more among its own."""
        return replace(self, note_ids=(*self.note_ids, note_id))

    def with_noted_taxes(self, taxes: Iterable[DocumentTax]) -> Invoice:
        """With what one more credit note gave back of each tax: rounded as it stands there (TAX-1)."""
        gone = (each.going_back() for each in taxes if each.is_charged)
        return replace(self, noted_taxes=added_up((*self.noted_taxes, *gone)))

    def require_unleased(self) -> None:
        """Refuse while an attempt to collect it is open.

        Raises:
            Conflict: `payment_in_flight`.
        """
        if self.open_payment_id is not None:
            raise Conflict(
                "payment_in_flight",
                "A payment of this invoice is on its way; wait until it is settled.",
                rule="COL-8",
            )

    def leased(self, payment_id: str) -> Invoice:
        """Take the charge lease."""
        self.require_unleased()
        return replace(
            self,
            collect_at=None,
            open_payment_id=payment_id,
            last_payment_id=payment_id,
            payment_ids=(*self.payment_ids, payment_id),
            payment_count=self.payment_count + 1,
        )

    def unleased(self) -> Invoice:
        return replace(self, open_payment_id=None)

    def next_collection_at(self) -> datetime | None:
        """When it is to be collected; None where nothing is to be, or an attempt is open."""
        is_due = self.status is S.OPEN and self.open_payment_id is None and self.open_minor
        return self.collect_at if is_due else None


def partly_credited() -> Conflict:
    """What was credited in part, by whichever road, is not void (INV-5)."""
    return Conflict(
        "invoice_credited",
        "Part of this invoice was credited; issue a credit note for the rest.",
        rule="INV-5",
    )
