"""What an account owes a selling entity in one currency, and what it has as credit (COL-5, COL-7)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from guichet.ids import derived_id
from guichet.ledger.billable import BillableLine
from guichet.money import Money
from guichet.period import midnight


@dataclass(frozen=True, slots=True)
class OpenBill:
    """The bill of a day: waiting to become an invoice, or an invoice that is not paid.

    While it waits, `open_minor` is what its lines come to before tax, below 0 where credits outweigh
    charges, and nobody owes it. Of an invoice it is what is left to pay, and above 0.
    """

    bill_on: date
    due_on: date  # of the invoice, which decides it (INV-10); while it waits, the bill's own day
    open_minor: int
    invoice_id: str = ""  # known from the first line on
    is_invoiced: bool = False
    is_leased: bool = False  # an attempt to collect it is open: nothing else pays it (COL-8)
    invoice_at: datetime | None = None  # when its day has come, while it waits
    sources: tuple[str, ...] = ()  # the journal's entries that have its lines, while it waits

    def is_waiting_at(self, now: datetime) -> bool:
        """Whether its day has come, and no invoice has been made of it."""
        return not self.is_invoiced and (self.invoice_at is None or self.invoice_at <= now)


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """Bills that are open, oldest first, and account credit. Orders paid at once never appear here."""

    account_id: str
    selling_entity: str
    currency: str
    credit_minor: int = 0
    reserved_minor: int = 0  # credit that orders waiting for their payment will use
    bills: tuple[OpenBill, ...] = ()
    begun: int = 0  # bills ever begun: what makes their invoices' ids
    parked: str = ""  # why no invoice is made of anything here: the code of what does not add up
    version: int = 0  # 0: not stored yet

    @property
    def credit(self) -> Money:
        return Money(self.credit_minor, self.currency)

    @property
    def waiting(self) -> tuple[OpenBill, ...]:
        """Bills that no invoice has been made of."""
        return tuple(bill for bill in self.bills if not bill.is_invoiced)

    @property
    def invoiced(self) -> tuple[OpenBill, ...]:
        return tuple(bill for bill in self.bills if bill.is_invoiced)

    @property
    def has_credit_to_apply(self) -> bool:
        """Whether credit and an invoice that it can pay lie side by side (COL-7)."""
        payable = any(not bill.is_leased for bill in self.invoiced)
        return self.credit_minor > 0 and payable

    def to_spend(self, day: date) -> Money:
        """The credit that is left once it has paid every invoice, and every bill whose day has come.

        So nothing is bought with what a bill gave back that was never paid (COL-7).
        """
        come = sum(max(bill.open_minor, 0) for bill in self.waiting if bill.bill_on <= day)
        return Money(max(self.settled().credit_minor - come, 0), self.currency)

    def open_of(self, invoice_id: str) -> int:
        """What is left to pay of an invoice, in minor units."""
        return sum(bill.open_minor for bill in self.invoiced if bill.invoice_id == invoice_id)

    def due(self, day: date) -> Money:
        """What is due today or earlier on invoices, after the credit that pays them (COL-5, COL-7)."""
        due = sum(bill.open_minor for bill in self.settled().invoiced if bill.due_on <= day)
        return Money(due, self.currency)

    def overdue(self, day: date) -> Money:
        """What was due before today (SUB-12)."""
        return self.due(day - timedelta(days=1))

    def billed(
        self,
        lines: Iterable[BillableLine],
        *,
        source: str,
        time_zone: str,
    ) -> AccountBalance:
        """With these lines on the bills of their days.

        Args:
            lines: before tax.
            source: the name and version of the journal's entry that has them.
            time_zone: whose days they are.
        """
        grown = self
        for line in lines:
            if line.amount.currency != self.currency:
                raise ValueError(
                    f"{line.amount.currency} does not belong on a bill in {self.currency}"
                )
            grown = grown._with(line, source, time_zone)
        return grown

    def _with(self, line: BillableLine, source: str, time_zone: str) -> AccountBalance:
        begun, before = self.begun, self.bill_of(line.bill_on)
        if before is None:
            begun += 1
            before = OpenBill(
                line.bill_on,
                line.bill_on,
                0,
                self._invoice_id(line.bill_on, begun),
                invoice_at=midnight(line.bill_on, time_zone),
            )
        sources = before.sources if source in before.sources else (*before.sources, source)
        after = replace(before, open_minor=before.open_minor + line.net_minor, sources=sources)
        others = (bill for bill in self.bills if bill is not before)
        return replace(self, begun=begun, bills=_ordered((*others, after)))

    def _invoice_id(self, day: date, place: int) -> str:
        """Sorts by the bill's day: an account's invoices are listed by it."""
        return dated_invoice_id(
            day, self.account_id, self.selling_entity, self.currency, str(place)
        )

    def bill_of(self, day: date) -> OpenBill | None:
        """The bill that waits for a day; None where the next line would begin one."""
        return next((bill for bill in self.waiting if bill.bill_on == day), None)

    def became_invoice(self, invoice_id: str, total_minor: int, due_on: date) -> AccountBalance:
        """With an invoice in place of a bill; `total_minor` is what is left to pay, with tax."""
        found = next(bill for bill in self.waiting if bill.invoice_id == invoice_id)
        invoice = OpenBill(found.bill_on, due_on, total_minor, invoice_id, is_invoiced=True)
        others = tuple(bill for bill in self.bills if bill is not found)
        return replace(self, bills=_ordered((*others, *([invoice] if total_minor else []))))

    def settled(self) -> AccountBalance:
        """With every invoice paid as far as there is credit, the oldest first, once (BAD-5, COL-7)."""
        credit, bills = self.credit_minor, []
        for bill in self.bills:
            is_payable = bill.is_invoiced and not bill.is_leased
            used = min(credit, bill.open_minor) if is_payable else 0
            credit -= used
            if not bill.is_invoiced or used < bill.open_minor:
                bills.append(replace(bill, open_minor=bill.open_minor - used))
        return replace(self, credit_minor=credit, bills=tuple(bills))

    def paid(self, invoice_id: str, amount_minor: int) -> AccountBalance:
        """With so much less to pay of an invoice.

        Raises:
            ValueError: more than is open of it.
        """
        bills = []
        for bill in self.bills:
            if bill.invoice_id != invoice_id or not bill.is_invoiced:
                bills.append(bill)
            elif amount_minor > bill.open_minor:
                raise ValueError("an invoice is paid once")
            elif amount_minor < bill.open_minor:
                bills.append(replace(bill, open_minor=bill.open_minor - amount_minor))
        return replace(self, bills=tuple(bills))

    def owes(self, invoice: OpenBill) -> AccountBalance:
        """With so much more to pay of an invoice: what paid it was taken back."""
        before = next(
            (bill for bill in self.invoiced if bill.invoice_id == invoice.invoice_id), None
        )
        open_minor = invoice.open_minor + (before.open_minor if before else 0)
        others = (bill for bill in self.bills if bill is not before)
        return replace(self, bills=_ordered((*others, replace(invoice, open_minor=open_minor))))

    def leased(self, invoice_id: str, *, is_leased: bool) -> AccountBalance:
        """With an attempt to collect an invoice open, or over."""
        return replace(
            self,
            bills=tuple(
                replace(bill, is_leased=is_leased) if bill.invoice_id == invoice_id else bill
                for bill in self.bills
            ),
        )

    def credited(self, amount: Money) -> AccountBalance:
        return replace(self, credit_minor=self.credit_minor + amount.amount_minor)

    def reserved(self, amount: Money) -> AccountBalance:
        """Set credit aside for an order that waits for its payment.

        Raises:
            ValueError: there is not so much; a preview that says otherwise is stale.
        """
        if amount.amount_minor > self.credit_minor:
            raise ValueError("credit is used once")
        return replace(
            self,
            credit_minor=self.credit_minor - amount.amount_minor,
            reserved_minor=self.reserved_minor + amount.amount_minor,
        )

    def reservation_used(self, amount: Money) -> AccountBalance:
        return replace(self, reserved_minor=self.reserved_minor - amount.amount_minor)

    def reservation_returned(self, amount: Money) -> AccountBalance:
        return self.reservation_used(amount).credited(amount)

    def next_invoice_at(self) -> datetime | None:
        """When the next bill's day comes; None while nothing waits, or invoices are parked."""
        if self.parked:
            return None
        return min((bill.invoice_at for bill in self.waiting if bill.invoice_at), default=None)


def dated_invoice_id(day: date, *parts: str) -> str:
    """The id of what is invoiced for a day: sorts by it."""
    return derived_id(f"inv_{day:%Y%m%d}", *parts)


def bills_note_id(day: date, bill_id: str, of_invoice: str) -> str:
    """The id of the credit note that a bill or an order makes of an earlier invoice (INV-11)."""
    return dated_invoice_id(day, bill_id, "credit note", of_invoice)


def invoice_month(invoice_id: str) -> str:
    """The month of the day that an invoice's id begins with, as `202612`."""
    return invoice_id.removeprefix("inv_")[:6]


def _ordered(bills: Iterable[OpenBill]) -> tuple[OpenBill, ...]:
    """Oldest first; a bill of 0 that waits still has lines, and becomes an invoice."""
    return tuple(sorted(bills, key=lambda bill: (bill.due_on, bill.bill_on, bill.invoice_id)))
