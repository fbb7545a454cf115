"""What a cart gives back of earlier invoices, held to what is left of them (SUB-6, INV-11)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from guichet.errors import Conflict
from guichet.subscriptions.creditable import NOTHING, Earlier, at_most_what_is_left, named_by
from guichet.subscriptions.wishing import Planned

type Past = Callable[[Sequence[str]], Earlier]  # reads what went back of these invoices


def left_to_give_back(made: tuple[Planned, ...], past: Past) -> tuple[tuple[Planned, ...], Earlier]:
    """Credits are of what is left of their invoices, which are read where there are some (SUB-6)."""
    named = [name for each in made for name in named_by(each.before, each.lines)]
    if not named:
        return made, NOTHING
    earlier = past(list(dict.fromkeys(named)))
    kept = (at_most_what_is_left(each.before, each.lines, earlier) for each in made)
    return tuple(replace(a, lines=b) for a, b in zip(made, kept, strict=True)), earlier


def require_room(earlier: Earlier) -> None:
    """Refuse a preview while another change can still be kept; orders that wait are carried out.

    Raises:
        Conflict: `changed_too_often`, the account's invoices of one month.
    """
    if any(each.is_full for each in earlier.given_back):
        raise Conflict(
            "changed_too_often", "Invoices of this period were changed too often.", rule="SUB-6"
        )
