"""What an invoice or a credit note says: the one input of its PDF, electronic invoice, CSV and JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from guichet.access.addresses import Address
from guichet.access.profile import BillingProfile
from guichet.catalogue.catalogue import TaxClass
from guichet.catalogue.selling import BankDetails, SellingEntity
from guichet.countries import EU_MEMBERS
from guichet.ledger.billable import LineKind
from guichet.period import Period
from guichet.tax.deciding import TaxGroup
from guichet.tax.going_back import TaxBack
from guichet.tax.places import Category, Sentence

TEMPLATE: Final = 1  # of documents that are made now; one that was made keeps its own


class DocumentKind(StrEnum):
    """Which of the two series a document is of (INV-3)."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class Settlement(StrEnum):
    """Where the amount of a credit note goes (INV-11, COL-11)."""

    ACCOUNT_CREDIT = "account_credit"
    REFUND = "refund"  # to the method that paid
    OFFSET = "offset"  # the invoice was not paid, and is less by it


@dataclass(frozen=True, slots=True, kw_only=True)
class Seller:
    """The selling entity as it stood on the day of issue (INV-12)."""

    entity_id: str
    legal_name: str
    address: tuple[str, ...]
    country: str
    vat_number: str | None = None  # or what its country has in this place: GST, ABN
    company_number: str = ""  # in its country's register of companies
    registration: tuple[str, ...] = ()  # further lines that its law asks for, as they are printed
    email: str = ""  # of accounts receivable
    phone: str = ""

    @classmethod
    def of(cls, entity: SellingEntity, *, email: str = "", phone: str = "") -> Seller:
        return cls(
            entity_id=entity.entity_id,
            legal_name=entity.legal_name,
            address=entity.address,
            country=entity.country,
            vat_number=entity.vat_number,
            company_number=entity.company_number,
            registration=entity.registration,
            email=email,
            phone=phone,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """The account as it was billed: its profile on the day of issue (ACC-4)."""

    account_id: str
    company: str
    address: Address
    vat_number: str | None = None
    contact_name: str = ""
    email: str = ""

    @classmethod
    def of(cls, profile: BillingProfile) -> Buyer:
        """The account as its profile has it now.

        Raises:
            Conflict: `billing_address_missing`.
        """
        return cls(
            account_id=profile.account_id,
            company=profile.company,
            address=profile.require_billing_address(),
            vat_number=profile.vat_number,
            contact_name=profile.contact_name,
            email=profile.contact_email,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLine:
    """One line (INV-2). Names are in the document's language; `net_minor` is below 0 for a credit.

    On a credit note what goes back is above 0: its kind has the direction.
    """

    product: str
    item: str
    kind: LineKind
    quantity: int
    unit_price: str  # major units, perhaps finer than the currency's smallest coin
    net_minor: int
    tax_class: TaxClass
    period: Period | None = None
    share: str = ""  # of the whole price, as `19/30`
    discount_minor: int = 0  # what was taken off; `net_minor` is what is left
    bears: tuple[int, ...] = ()  # the places of its taxes in the document; none: those of its class
    part_of_minor: int = 0  # what a credit comes to, where only a part of it stands here (INV-11)

    @property
    def is_credit(self) -> bool:
        return self.net_minor < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentTax:
    """One group of `TaxGroup`, as it was decided: plain, so that it can be kept for years."""

    name: str
    percent: str
    category: Category
    tax_class: TaxClass
    base_minor: int
    amount_minor: int
    region: str = ""
    sentence: Sentence | None = None
    reason: str = ""

    @classmethod
    def of(cls, group: TaxGroup) -> DocumentTax:
        return cls(
            name=group.name,
            percent=f"{group.percent:f}",
            category=group.category,
            tax_class=group.tax_class,
            base_minor=group.base_minor,
            amount_minor=group.amount_minor,
            region=group.region,
            sentence=group.sentence,
            reason=group.reason,
        )

    @property
    def is_charged(self) -> bool:
        return Decimal(self.percent) != 0

    def going_back(self) -> TaxBack:
        """Of a credit note."""
        return TaxBack(
            self.name, self.percent, self.tax_class, self.region, self.base_minor, self.amount_minor
        )


@dataclass(frozen=True, slots=True)
class Reference:
    """The invoice that a credit note corrects (INV-3)."""

    number: str
    issued_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceDocument:
    """A finalized invoice or credit note. Amounts are minor units of `currency`.

    Raises:
        ValueError: its sums don't match, or it lacks what its kind has: a defect of the caller.
    """

    kind: DocumentKind
    number: str
    series: str
    issued_on: date
    language: str
    currency: str
    seller: Seller
    buyer: Buyer
    lines: tuple[DocumentLine, ...]
    taxes: tuple[DocumentTax, ...]
    subtotal_minor: int
    tax_minor: int
    total_minor: int
    credit_applied_minor: int = 0  # account credit: a means of payment (INV-2)
    paid_minor: int = 0
    due_on: date | None = None
    period: Period | None = None  # what its lines are for, from the first day to the last
    is_collected: bool = False  # by autopay: nothing has to be done
    collected_from: date | None = None  # where it is debited only some days later
    remittance: BankDetails | None = None  # those of the day of issue
    payment_reference: str = ""
    disputable_until: date | None = None  # the 15th day after issue (INV-7)
    refers_to: Reference | None = None
    settlement: Settlement | None = None
    notes: tuple[str, ...] = ()  # further sentences, in the document's language
    template: int = TEMPLATE

    def __post_init__(self) -> None:
        """Refuse what does not add up."""
        _require(bool(self.lines), "has lines")
        _require(self.subtotal_minor == sum(each.net_minor for each in self.lines), "subtotal")
        _require(self.tax_minor == sum(each.amount_minor for each in self.taxes), "taxes")
        _require(self.total_minor == self.subtotal_minor + self.tax_minor, "total")
        _require(self.total_minor >= 0, "a total is never below 0")
        _require(min(self.credit_applied_minor, self.paid_minor) >= 0, "what was paid")
        _require(self.due_minor >= 0, "amount due")
        _require(_bases_match(self.lines, self.taxes), "sums that are taxed")
        if self.is_credit_note:
            _require(self.refers_to is not None, "names the invoice that it corrects")
            _require(self.settlement is not None, "says where its amount goes")
        else:
            _require(self.due_on is not None, "due date")

    @property
    def is_credit_note(self) -> bool:
        return self.kind is DocumentKind.CREDIT_NOTE

    @property
    def is_of_tax_alone(self) -> bool:
        """A credit note whose lines cancel: what they bore was not owed (TAX-3)."""
        return self.is_credit_note and not self.subtotal_minor and self.tax_minor > 0

    @property
    def due_minor(self) -> int:
        """What is left to pay; of a credit note, what goes back."""
        return self.total_minor - self.credit_applied_minor - self.paid_minor

    @property
    def groups(self) -> Mapping[str, tuple[DocumentLine, ...]]:
        """The lines by product, in the order in which each comes first."""
        found: dict[str, list[DocumentLine]] = {}
        for line in self.lines:
            found.setdefault(line.product, []).append(line)
        return MappingProxyType({name: tuple(lines) for name, lines in found.items()})

    def tax_of(self, line: DocumentLine) -> DocumentTax | None:
        """The one tax that a line bears; None where it bears none, or several at once."""
        if line.bears:
            return self.taxes[line.bears[0]] if len(line.bears) == 1 else None
        if line.kind is LineKind.FEE:
            return None
        of_class = [each for each in self.taxes if each.tax_class is line.tax_class]
        return of_class[0] if len(of_class) == 1 else None

    @property
    def is_electronic(self) -> bool:
        """Whether EN 16931 reaches it: the seller is in the EU, and no sum bears several taxes."""
        return self.seller.country in EU_MEMBERS and all(map(self.tax_of, self.lines))

    @property
    def sentences(self) -> tuple[tuple[Sentence, str], ...]:
        """What the law has it say about its taxes, each once, with the reason that it names."""
        said = ((each.sentence, each.reason) for each in self.taxes)
        return tuple(dict.fromkeys((what, why) for what, why in said if what is not None))


def _bases_match(lines: tuple[DocumentLine, ...], taxes: tuple[DocumentTax, ...]) -> bool:
    """Each group's sum is that of the lines that bear it, or of its class.

    Among fees only some bear a tax (TAX-5), and a credit bears what its invoice did (SUB-6).
    """
    if any(line.bears for line in lines):
        sums = [0] * len(taxes)
        for line in lines:
            for place in line.bears:
                sums[place] += line.net_minor
        return sums == [each.base_minor for each in taxes]
    with_fees = {each.tax_class for each in lines if each.kind is LineKind.FEE}
    nets: dict[TaxClass, int] = {}
    for line in lines:
        nets[line.tax_class] = nets.get(line.tax_class, 0) + line.net_minor
    if taxes and not nets.keys() <= {each.tax_class for each in taxes}:
        return False
    return all(
        each.base_minor == nets.get(each.tax_class)
        for each in taxes
        if each.tax_class not in with_fees
    )


def _require(holds: bool, what: str) -> None:  # noqa: FBT001 - what was found out
    if not holds:
        raise ValueError(f"a document does not add up: {what}")
