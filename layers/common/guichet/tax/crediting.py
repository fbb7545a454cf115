"""What credit notes give back, gross: by running totals, so that all of them come to the invoice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from guichet.tax.deciding import tax_so_far


@dataclass(frozen=True, slots=True)
class TaxedLine:
    """A line of an invoice as it was taxed; lines with equal `group` were rounded together."""

    net_minor: int
    group: str
    percents: tuple[Decimal, ...]  # of each tax on it, as that invoice had them


def gross_of_credits(lines: Sequence[TaxedLine], credits_: Iterable[tuple[int, int]]) -> list[int]:
    """The gross amount of each credit, in their order.

    Each tax goes back by the running total of its group: what is owed for all credits so far, less
    what went back before. So the whole invoice, in however many parts, gives back exactly its total.

    Args:
        lines: the invoice's.
        credits_: each the place of a line and the net amount of it that goes back.

    Raises:
        ValueError: more than the line's net amount would have gone back, or nothing.
    """
    left = [line.net_minor for line in lines]
    nets: dict[str, int] = {}
    gross = []
    for place, net_minor in credits_:
        line = lines[place]
        if not 0 < net_minor <= left[place]:
            raise ValueError("a credit is above 0 and at most what is left of its line")
        left[place] -= net_minor
        before = nets.get(line.group, 0)
        nets[line.group] = before + net_minor
        taxes = sum(
            tax_so_far(percent, before + net_minor) - tax_so_far(percent, before)
            for percent in line.percents
        )
        gross.append(net_minor + taxes)
    return gross
