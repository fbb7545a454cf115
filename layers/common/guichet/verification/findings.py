"""What is checked, and what was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

_KEPT: Final = 1000  # findings are counted beyond that, and not kept


class Check(StrEnum):
    """Everything that is checked, in the order in which it is printed."""

    READABLE = "objects.readable"
    WHOLE = "objects.whole"
    GAPLESS = "history.gapless"
    JOINED = "history.joined"
    CURRENT = "history.current"
    STATES = "history.states"
    OWNED = "history.owned"
    POSTINGS = "books.postings"
    PAYMENT_BOOKS = "books.payments"
    BALANCED = "books.balanced"
    ORDER_BOOKS = "books.orders"
    OWED = "books.owed"
    CAPTURES = "payments.captures"
    REFUNDS = "payments.refunds"
    FEES = "payments.fees"
    DISPUTES = "payments.disputes"
    SEATS = "trainings.seats"
    EMAILS = "trainings.emails"
    HOLDS = "trainings.holds"
    PAID = "trainings.paid"
    CODES = "codes.uses"
    PAYEES = "accounts.payees"
    ORDERS = "billing.orders"
    PREVIEWED = "billing.previewed"
    PERIODS = "billing.periods"
    POOLS = "billing.seats"
    TRIALS = "billing.trials"
    METHODS = "billing.methods"
    DOCUMENTS = "invoices.documents"
    NUMBERS = "invoices.numbers"
    INVOICED = "invoices.made"
    LINES = "invoices.lines"
    CREDITED = "invoices.credited"
    INVOICE_BOOKS = "books.invoices"
    CHARGE_BOOKS = "books.collected"
    LEASES = "collecting.leases"
    ATTEMPTS = "collecting.attempts"
    COUNTED = "collecting.counted"
    CHARGES = "collecting.charges"
    RETURNS = "collecting.returns"
    RETURN_BOOKS = "books.returns"
    DUE = "waiting.due"
    ALARMED = "waiting.alarmed"


MEANING: Final = MappingProxyType(
    {
        Check.READABLE: "each item can be read",
        Check.WHOLE: "nothing lies beside an object that is not there",
        Check.GAPLESS: "each object's history counts 1, 2, 3, and so on",
        Check.JOINED: "each entry begins where the one before ended",
        Check.CURRENT: "each object is what its history says",
        Check.STATES: "states are reached only along their tables (REG-8, RFD-6, SUB-3)",
        Check.OWNED: "an object's entries stand in the book of one account (ACC-1)",
        Check.POSTINGS: "each posting moves an amount between two accounts of the chart (MON-4)",
        Check.PAYMENT_BOOKS: "the books say what became of each payment (MON-4)",
        Check.BALANCED: "books balance per organizer and currency, and hold nothing else (MON-4)",
        Check.ORDER_BOOKS: "selling entities' books say what became of each order (MON-4)",
        Check.OWED: "what an account owes and has as credit is what its journal says (COL-5, COL-7)",
        Check.CAPTURES: "captured is what was asked, or a person was told (REG-3)",
        Check.REFUNDS: "no more goes back than came, one refund at a time (RFD-1, RFD-5g)",
        Check.FEES: "the fee goes back by the running total, and never twice (RFD-3)",
        Check.DISPUTES: "a lost dispute is a refund, and no other is (RFD-4)",
        Check.SEATS: "as many seats are taken as registrations hold, never more than there are (REG-4)",
        Check.EMAILS: "one live registration per e-mail (REG-12)",
        Check.HOLDS: "whoever waits or pays has a hold or a payment, and nobody else has (REG-8)",
        Check.PAID: "each payment bought a seat or goes back, and each paid seat has its payment (BAD-1)",
        Check.CODES: "uses of codes are those of registrations (REG-5)",
        Check.PAYEES: "an account at a provider has one organizer (PAY-1)",
        Check.ORDERS: "orders lease what they are about, and the done ones were paid (SUB-5, COL-8)",
        Check.PREVIEWED: "an order billed exactly what was previewed (SUB-5)",
        Check.PERIODS: "each period was billed once (INV-1)",
        Check.POOLS: "as many seats are assigned as people have, never more than were bought (SUB-14)",
        Check.TRIALS: "one trial per product and account (SUB-19)",
        Check.METHODS: "a list of payment methods holds what is there to be charged (COL-1)",
        Check.DOCUMENTS: "each invoice says what its lines come to (INV-2, INV-3)",
        Check.NUMBERS: "numbers have no gaps, and days never run backwards (INV-3)",
        Check.INVOICED: "orders and bills have their invoices, credit notes theirs (INV-1, INV-11)",
        Check.LINES: "what was billed stands on one document, or waits for it (INV-1)",
        Check.CREDITED: "no more goes back of an invoice than it charged, before tax and of a tax (INV-11)",
        Check.INVOICE_BOOKS: "invoices moved the tax and the credit that they say (MON-4)",
        Check.CHARGE_BOOKS: "books say once what became of each attempt to collect an invoice (MON-4)",
        Check.LEASES: "a leased invoice has one open attempt, and its balance knows (COL-8)",
        Check.ATTEMPTS: "invoices were paid by what their attempts captured, once (COL-8)",
        Check.COUNTED: "what counts as being tried is, and gives its place back (COL-3)",
        Check.CHARGES: "payments of invoices are found by their providers' names of them",
        Check.RETURNS: "money that nothing took has one way back, for all of it (COL-8)",
        Check.RETURN_BOOKS: "it went back, or became credit, and never both (COL-8, MON-4)",
        Check.DUE: "what waits is due, and nothing is left lying (REG-8, RFD-6)",
        Check.ALARMED: "a person was told of what no rule decides (EXT-2)",
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that the rules forbid. `subject` is an object as the journal names it."""

    check: Check
    subject: str
    detail: str


@dataclass(slots=True)
class Report:
    """What was read, judged and found."""

    read: Counter[str] = field(default_factory=Counter)  # items by table
    judged: Counter[Check] = field(default_factory=Counter)
    found: Counter[Check] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)  # the first thousand
    moving: int = 0  # objects that were being changed while they were read

    def judge(self, check: Check, subject: str, problems: Iterable[str]) -> None:
        """Count one object, and whatever is wrong with it."""
        self.judged[check] += 1
        for detail in problems:
            self.found[check] += 1
            if len(self.findings) < _KEPT:
                self.findings.append(Finding(check, subject, detail))

    @property
    def is_clean(self) -> bool:
        return not self.found
