"""What was planned for the next renewal, once something else is changed before it (SUB-16, SUB-18)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from guichet.subscriptions.cart import CartLine, CartLineKind
from guichet.subscriptions.terms import Terms


def still_planned(
    planned: Terms | None, before: Terms, terms: Terms, wishes: Sequence[CartLine]
) -> Terms | None:
    """Another frequency, and fewer seats and add-ons, unless a wish states the same thing anew.

    The plan is that of now, and what is bought now stays after a renewal that takes other things
    off.

    Args:
        planned: for the next renewal until now; None where nothing was.
        before: what the running period was for.
        terms: what it is for now.
        wishes: by which it was changed.
    """
    if planned is None:
        return None
    stating = [wish for wish in wishes if wish.kind is CartLineKind.CHANGE]
    later = replace(
        planned, plan_id=terms.plan_id, seats=planned.seats + terms.seats - before.seats
    )
    later = later.with_add_ons(_carried_over(planned, before, terms))
    if any(wish.frequency is not None for wish in wishes):
        later = replace(later, frequency=terms.frequency)
    if any(wish.seats is not None for wish in stating):
        later = replace(later, seats=terms.seats)
    if any(wish.add_ons is not None for wish in stating):
        later = replace(later, add_ons=terms.add_ons)
    return None if later == terms else later


def _carried_over(planned: Terms, before: Terms, terms: Terms) -> dict[str, int]:
    later, had, has = planned.quantities, before.quantities, terms.quantities
    names = {*later, *had, *has}
    return {name: later.get(name, 0) + has.get(name, 0) - had.get(name, 0) for name in names}
