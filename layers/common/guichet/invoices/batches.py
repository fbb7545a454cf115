"""The messages of a run, and which of them it has counted: one that comes twice counts once (INV-1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Batch:
    """One message of a run: its place among those of its series, and which planning made it."""

    run_id: str
    planning: int
    number: int  # from 1, in each series


@dataclass(frozen=True, slots=True)
class CountedBatches:
    """Those of one series from `first` to `last`; mostly all of a series, since they come in order."""

    selling_entity: str
    first: int
    last: int


def with_counted(
    counted: Iterable[CountedBatches], selling_entity: str, number: int
) -> tuple[CountedBatches, ...] | None:
    """With one more; None where it was counted."""
    others = [each for each in counted if each.selling_entity != selling_entity]
    first = last = number
    for each in counted:
        if each.selling_entity != selling_entity:
            continue
        if each.first <= number <= each.last:
            return None
        if each.last + 1 == number:
            first = each.first
        elif each.first - 1 == number:
            last = each.last
        else:
            others.append(each)
    others.append(CountedBatches(selling_entity, first, last))
    return tuple(sorted(others, key=lambda each: (each.selling_entity, each.first)))
