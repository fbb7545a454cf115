"""A bill whose credits outweigh its charges: what stands on the invoice, what on credit notes (INV-11)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from guichet.tax.deciding import Borne, grouped


@dataclass(frozen=True, slots=True)
class Part:
    """A line, or what of it stands here: its place among the bill's lines, and a signed net amount."""

    place: int
    net_minor: int


@dataclass(frozen=True, slots=True)
class Netted:
    """A total is never below 0: the invoice takes credits up to its charges, credit notes the rest.

    Amounts on credit notes are above 0: what they are has the direction.
    """

    invoice: tuple[Part, ...]  # none: there is nothing to charge
    notes: tuple[Part, ...]


def total_minor(lines: Sequence[Borne], parts: Sequence[Part]) -> int:
    """What these parts come to, with tax, each group rounded once (TAX-1)."""
    here = [Borne(part.net_minor, lines[part.place].bearings) for part in parts]
    return sum(each.net_minor for each in here) + grouped(here).total_minor


def netted(lines: Sequence[Borne], first: Collection[int] = ()) -> Netted:
    """Split the lines of a bill so that the invoice's total is at least 0.

    Credits count in their order. The one with which the total would fall below 0 counts as far as
    it does not, and the rest of it stands on a credit note (INV-11).

    Args:
        lines: signed.
        first: places of credits that count before the others: no credit note can have them.
    """
    whole = tuple(Part(place, line.net_minor) for place, line in enumerate(lines))
    if total_minor(lines, whole) >= 0:
        return Netted(whole, ())
    charges = [part for part in whole if part.net_minor >= 0]
    if not any(part.net_minor for part in charges):
        return Netted((), tuple(_reversed(part) for part in whole if part.net_minor))
    taken, notes = list(charges), []
    credits_ = [part for part in whole if part.net_minor < 0]
    for credit in sorted(credits_, key=lambda part: part.place not in first):
        fits = _most(lines, taken, credit)
        if fits:
            taken.append(Part(credit.place, -fits))
        if fits < -credit.net_minor:
            notes.append(Part(credit.place, -credit.net_minor - fits))
    return Netted(tuple(sorted(taken, key=lambda part: part.place)), tuple(notes))


def _reversed(part: Part) -> Part:
    return Part(part.place, -part.net_minor)


def _most(lines: Sequence[Borne], taken: Sequence[Part], credit: Part) -> int:
    """The most of a credit that leaves the total at 0 or above: more of it is never a higher total."""
    low, high = 0, -credit.net_minor
    while low < high:
        middle = (low + high + 1) // 2
        if total_minor(lines, [*taken, Part(credit.place, -middle)]) >= 0:
            low = middle
        else:
            high = middle - 1
    return low
