"""The tax tables that were compiled into this package, each read when it is first asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from guichet.tax.fees import FeeTables
from guichet.tax.loading import read_fee_tables, read_tax_tables
from guichet.tax.tables import TaxTables

COMPILED: Final = Path(__file__).parents[2] / "data" / "tax"


def packaged_tax_tables() -> TaxTables:
    return read_tax_tables(_text("rates"), _text("sellers"))


def packaged_fee_tables() -> FeeTables:
    return read_fee_tables(_text("fees"))


def _text(name: str) -> str:
    return (COMPILED / f"{name}.json").read_text(encoding="utf-8")
