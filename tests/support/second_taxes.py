"""What the rules say a bill's taxes come to, worked out a second time from their text alone.

Nothing of the product is imported here: countries, rates, treatment and rounding are its own. Whoever
checks it needs TAX-1 to TAX-4 and MON-3 beside it, and no code. Of rates it knows those of mid-2026.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

VAT: Final = {
    "AT": "20",
    "BE": "21",
    "BG": "20",
    "CY": "19",
    "CZ": "21",
    "DE": "19",
    "DK": "25",
    "EE": "24",
    "ES": "21",
    "FI": "25.5",
    "FR": "20",
    "GR": "24",
    "HR": "25",
    "HU": "27",
    "IE": "23",
    "IT": "22",
    "LT": "21",
    "LU": "17",
    "LV": "21",
    "MT": "18",
    "NL": "21",
    "PL": "23",
    "PT": "23",
    "RO": "21",
    "SE": "25",
    "SI": "22",
    "SK": "23",
}
PROVINCES: Final = {
    **{code: {"GST": "5"} for code in ("AB", "NT", "NU", "YT")},
    **{code: {"HST": "15"} for code in ("NB", "NL", "PE")},
    "ON": {"HST": "13"},
    "NS": {"HST": "14"},
    "BC": {"GST": "5", "PST": "7"},
    "SK": {"GST": "5", "PST": "6"},
    "MB": {"GST": "5", "RST": "7"},
    "QC": {"GST": "5", "QST": "9.975"},
}
OTHERS: Final = {"AU": ("GST", "10"), "GB": ("VAT", "20")}


@dataclass(frozen=True)
class Buyer:
    """A customer in the words of the rules."""

    country: str
    region: str
    has_confirmed_number: bool
    exempt_regions: tuple[str, ...]


def second_taxes(
    seller: str, buyer: Buyer, lines: Sequence[tuple[int, str]]
) -> dict[tuple[str, str], int]:
    """The amount of each tax with a rate, by its name and the class of what it is charged on."""
    sums: dict[tuple[str, str, str], int] = defaultdict(int)
    for amount, tax_class in lines:
        if tax_class in {"exempt", "zero_rated"}:
            continue  # TAX-1: classes without tax
        for name, rate in _rates(seller, buyer).items():
            sums[name, rate, tax_class] += amount
    return {
        (name, tax_class): rounded(Decimal(base) * Decimal(rate) / 100)
        for (name, rate, tax_class), base in sums.items()
    }


def _rates(seller: str, buyer: Buyer) -> dict[str, str]:
    if seller in VAT:
        if buyer.country not in VAT:
            return {}
        is_reversed = buyer.country != seller and buyer.has_confirmed_number  # TAX-3
        return {} if is_reversed else {"VAT": VAT[buyer.country]}
    if buyer.country != seller:
        return {}
    if seller == "CA":
        here = PROVINCES[buyer.region]
        # TAX-4: the state's own taxes; GST is Canada's.
        is_exempt = buyer.region in buyer.exempt_regions
        return {name: rate for name, rate in here.items() if name == "GST" or not is_exempt}
    if seller == "US":  # TAX-2: nexus in Alabama alone
        is_exempt = "AL" in buyer.exempt_regions
        return {"SSUT": "8"} if buyer.region == "AL" and not is_exempt else {}
    name, rate = OTHERS[seller]
    return {name: rate}


def rounded(exact: Decimal) -> int:
    """MON-3: half-up by size, the sign kept."""
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))
