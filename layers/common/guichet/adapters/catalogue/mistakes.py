"""A mistake in the catalogue's file: where it is, which rule it breaks, and what to write instead."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

type Path = tuple[str | int, ...]  # of keys and of positions in lists, from the top of the file

# The rule of the specification that each code stands on; a code that is not here is about the file.
RULES: Final = MappingProxyType(
    {
        "amount_decimals": "MON-1",
        "amount_float": "MON-1",
        "amount_malformed": "MON-1",
        "amount_negative": "MON-1",
        "amount_not_text": "MON-1",
        "basis_unknown": "MON-5",
        "contract_free_months": "SUB-11",
        "contract_not_whole_periods": "SUB-9",
        "currency_unknown": "MON-2",
        "direction_unknown": "SUB-20",
        "fees_not_telecom": "TAX-5",
        "fee_twice": "TAX-5",
        "free_plan_not_free": "SUB-4",
        "free_plan_not_named": "SUB-4",
        "free_plan_priced": "SUB-1",
        "free_plan_trial": "SUB-4",
        "free_plan_unknown": "SUB-4",
        "free_plans_several": "SUB-4",
        "frequency_change_unknown": "SUB-18",
        "frequency_unknown": "SUB-2",
        "included_unknown": "SUB-1",
        "interstate_share": "TAX-5",
        "add_on_price_kind": "SUB-1",
        "mode_unknown": "SUB-2",
        "plan_price_zero": "SUB-1",
        "prefix_malformed": "SUB-20",
        "price_missing": "SUB-1",
        "price_not_sold": "SUB-1",
        "rank_twice": "SUB-1",
        "rental_once": "SUB-1",
        "retention_malformed": "SUB-15",
        "row_twice": "SUB-20",
        "seats_range": "SUB-14",
        "self_service_unknown": "SUB-13",
        "tables_not_ascending": "SUB-20",
        "tax_class_unknown": "TAX-1",
        "unit_price_malformed": "SUB-20",
        "unit_price_missing": "SUB-20",
        "unit_price_negative": "SUB-20",
        "unit_price_not_text": "SUB-20",
        "version_changed_in_force": "SUB-1",
        "version_removed_in_force": "SUB-1",
        "versions_not_ascending": "SUB-1",
        "version_twice": "SUB-1",
    }
)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Counted from 1, as editors do."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Finding:
    """A mistake before its line is known.

    `about` are the places that the judgement rests on: where one of them, or something in it, is
    itself a mistake, this finding may be its mere consequence and is not told.
    """

    path: Path
    code: str
    detail: str
    about: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake of a file. `code` is stable: others may rely on it."""

    file: str
    line: int
    code: str
    path: Path
    detail: str

    @property
    def rule(self) -> str | None:
        return RULES.get(self.code)

    def __str__(self) -> str:
        rule = f" ({self.rule})" if self.rule else ""
        place = ".".join(map(str, self.path))
        where = f" {place}:" if place else ""
        return f"{self.file}:{self.line}: {self.code}{rule}:{where} {self.detail}"


def is_within(path: Path, outer: Path) -> bool:
    return path[: len(outer)] == outer
