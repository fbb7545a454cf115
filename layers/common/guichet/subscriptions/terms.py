"""What a subscription is for: plan, seats, add-ons, frequency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from guichet.catalogue.catalogue import Frequency, Plan, Product
from guichet.errors import Conflict, Invalid, invalid_field


@dataclass(frozen=True, slots=True)
class AddOnQuantity:
    """So many units of a recurring add-on."""

    add_on_id: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What is billed for each period. `add_ons` are in the order of their ids, none of them 0."""

    plan_id: str
    seats: int
    frequency: Frequency
    add_ons: tuple[AddOnQuantity, ...] = ()

    @property
    def quantities(self) -> Mapping[str, int]:
        return {each.add_on_id: each.quantity for each in self.add_ons}

    def with_add_ons(self, quantities: Mapping[str, int]) -> Terms:
        kept = tuple(
            AddOnQuantity(name, count) for name, count in sorted(quantities.items()) if count
        )
        return replace(self, add_ons=kept)


def plan_is_free() -> Invalid:
    return invalid_field("/plan", "plan_is_free", "A free plan needs no order.")


def require_sold(terms: Terms, product: Product, currency: str, *, by_quote: bool = False) -> Plan:
    """The plan, where these terms can be bought in this currency.

    Args:
        terms: what is wanted.
        product: of which product.
        currency: in which it would be billed.
        by_quote: whether a representative offers it, or it is had already.

    Raises:
        Invalid: unknown plan or add-on, a number of seats or units that is not sold, currency or
            frequency not sold.
        Conflict: `plan_by_quote`, the plan is not sold online.
    """
    plan = product.plan(terms.plan_id)
    if not plan.pay_online and not by_quote:
        raise Conflict("plan_by_quote", "This plan is sold by quote; ask for one.", rule="SUB-1")
    if not plan.minimum_seats <= terms.seats <= plan.maximum_seats:
        raise invalid_field(
            "/seats",
            "seats_out_of_range",
            f"This plan is sold with {plan.minimum_seats} to {plan.maximum_seats} seats.",
            rule="SUB-14",
            facts={"least": str(plan.minimum_seats), "most": str(plan.maximum_seats)},
        )
    product.seat_price(plan, currency, terms.frequency)
    for each in terms.add_ons:
        add_on = product.add_on(each.add_on_id)
        if each.quantity > add_on.maximum_quantity or each.quantity < 0:
            raise invalid_field(
                "/add_ons",
                "quantity_out_of_range",
                f"This add-on is sold in numbers up to {add_on.maximum_quantity}.",
                rule="SUB-16",
                facts={"most": str(add_on.maximum_quantity)},
            )
        if not add_on.recurs:
            raise invalid_field("/add_ons", "add_on_once", "This add-on is bought once.")
        product.add_on_price(add_on, currency, terms.frequency)
    return plan
