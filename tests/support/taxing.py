"""Bills as the packaged tables tax them, in tests whose days come after the last of the tables too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from guichet.adapters.catalogue.packaged import packaged_catalogues
from guichet.adapters.tax.packaged import packaged_fee_tables, packaged_tax_tables
from guichet.adapters.tax_tables import TableTaxes
from guichet.catalogue.catalogue import TaxClass
from guichet.ledger.billable import BillableLine
from guichet.subscriptions.assessing import NOTHING_EARLIER, EarlierTaxes
from guichet.subscriptions.cart import TaxQuote
from guichet.tax.deciding import TaxableLine, TaxDecision, decide
from guichet.tax.fees import FeeTables
from guichet.tax.subject import TaxSubject

if TYPE_CHECKING:
    from guichet.bootstrap_billing import Held
    from guichet.catalogue.ports import Catalogues

TABLES = packaged_tax_tables()
DAY = date(2026, 6, 1)
A_HUNDRED = TaxableLine(10_000, TaxClass.STANDARD)


def taxed(seller: str, subject: TaxSubject, *lines: TaxableLine, day: date = DAY) -> TaxDecision:
    """The taxes on these lines, or on 100.00 of what is sold."""
    return decide(seller, subject, day, lines or (A_HUNDRED,), TABLES)


def amounts(decision: TaxDecision) -> dict[str, int]:
    """What is charged, by the tax's name."""
    return {each.name: each.amount_minor for each in decision.charged}


@cache
def lasting_fee_tables() -> FeeTables:
    """The packaged fees; a quarter's factor that is the last one known counts on, as if it were kept."""
    rates = {
        fee_id: (*rows[:-1], replace(rows[-1], effective_until=None))
        for fee_id, rows in packaged_fee_tables().rates.items()
    }
    return FeeTables(MappingProxyType(rates))


@dataclass(frozen=True)
class LastingTaxes:
    """`Taxes` by the packaged tables, whatever the day."""

    held: Held
    catalogues: Catalogues | None = None

    @cached_property
    def tables(self) -> TableTaxes:
        catalogues = self.catalogues or _shipped_catalogues()
        return TableTaxes(self.held.selling_entities, catalogues, TABLES, lasting_fee_tables())

    def quote(
        self,
        selling_entity: str,
        subject: TaxSubject,
        day: date,
        lines: Sequence[BillableLine],
        earlier: EarlierTaxes = NOTHING_EARLIER,
    ) -> TaxQuote:
        return self.tables.quote(selling_entity, subject, day, lines, earlier)


@cache
def _shipped_catalogues() -> Catalogues:
    return packaged_catalogues()
