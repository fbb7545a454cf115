"""Bills as the packaged tables tax them."""

from __future__ import annotations

from datetime import date

from guichet.adapters.tax.packaged import packaged_tax_tables
from guichet.catalogue.catalogue import TaxClass
from guichet.tax.deciding import TaxableLine, TaxDecision, decide
from guichet.tax.subject import TaxSubject

TABLES = packaged_tax_tables()
DAY = date(2026, 6, 1)
A_HUNDRED = TaxableLine(10_000, TaxClass.STANDARD)


def taxed(seller: str, subject: TaxSubject, *lines: TaxableLine, day: date = DAY) -> TaxDecision:
    """The taxes on these lines, or on 100.00 of what is sold."""
    return decide(seller, subject, day, lines or (A_HUNDRED,), TABLES)


def amounts(decision: TaxDecision) -> dict[str, int]:
    """What is charged, by the tax's name."""
    return {each.name: each.amount_minor for each in decision.charged}
