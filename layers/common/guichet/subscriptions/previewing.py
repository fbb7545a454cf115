"""The preview of a cart: lines, tax, credit and the exact total (SUB-5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date

from guichet.errors import Conflict, Refusal, invalid_field
from guichet.ids import derived_id
from guichet.ledger.billable import BillableLine
from guichet.money import Money
from guichet.subscriptions.allowing import Buyer
from guichet.subscriptions.cart import (
    Bill,
    CartLine,
    CartLineKind,
    Preview,
    Touched,
)
from guichet.subscriptions.creditable import NOTHING, Earlier, bears_the_same
from guichet.subscriptions.giving_back import Past, left_to_give_back, require_room
from guichet.subscriptions.held_taxes import held_bill, is_held_alike
from guichet.subscriptions.policy import BillingPolicy
from guichet.subscriptions.ports import Taxes
from guichet.subscriptions.quantities import counted
from guichet.subscriptions.subscription import PAID, Subscription, SubscriptionStatus
from guichet.subscriptions.terms import Terms, plan_is_free
from guichet.subscriptions.wishing import Planned, planned

type Touching = Mapping[str, Subscription]  # those that the wishes name, by their id


@dataclass(frozen=True, slots=True)
class Plan:
    """A preview, and what placing it does to each subscription."""

    preview: Preview
    subscriptions: tuple[Planned, ...]
    earlier: Earlier = NOTHING  # of the invoices whose lines it gives back


@dataclass(frozen=True, slots=True)
class Asked:
    """What a preview is asked for, beside the wishes."""

    preview_id: str
    request_hash: str
    profile_version: int
    credit: Money  # what the account has, in this currency, with this entity


def plan_cart(
    wishes: Sequence[CartLine],
    found: Touching,
    buyer: Buyer,
    asked: Asked,
    *,
    taxes: Taxes,
    policy: BillingPolicy,
    past: Past,
) -> Plan:
    """What the cart does and costs.

    Raises:
        Invalid: `cart_empty`, `cart_too_long`, what is not sold.
        Conflict: `cart_mixed`, `changed_too_often`, what the state of a subscription does not allow.
    """
    require_lines(wishes, policy)
    made = tuple(
        _planned_group(place, group, found, buyer, asked.preview_id)
        for place, group in _groups(wishes)
    )
    made, earlier = left_to_give_back(made, past)
    require_room(earlier)
    return Plan(_preview(wishes, made, buyer, asked, taxes, policy, earlier), made, earlier)


def require_lines(wishes: Sequence[CartLine], policy: BillingPolicy) -> None:
    """Refuse a cart of no lines, or of too many.

    Raises:
        Invalid: `cart_empty`, `cart_too_long`.
    """
    if not wishes:
        raise invalid_field("/lines", "cart_empty", "A cart has at least one line.", rule="SUB-5")
    if len(wishes) > policy.cart_lines:
        raise invalid_field(
            "/lines",
            "cart_too_long",
            f"A cart has at most {policy.cart_lines} lines.",
            facts={"most": str(policy.cart_lines)},
        )


def _groups(wishes: Sequence[CartLine]) -> list[tuple[int, list[CartLine]]]:
    """Wishes about one subscription belong together; each new one stands for itself."""
    groups: dict[str, tuple[int, list[CartLine]]] = {}
    for place, wish in enumerate(wishes):
        name = wish.subscription_id or f"new {place}"
        groups.setdefault(name, (place, []))[1].append(wish)
    return list(groups.values())


def _planned_group(
    place: int, group: list[CartLine], found: Touching, buyer: Buyer, preview_id: str
) -> Planned:
    first = group[0]
    with at_line(place):
        if first.subscription_id is None:
            return planned(_new(place, first, buyer, preview_id), group, buyer, is_new=True)
        subscription = found[first.subscription_id]
        if subscription.currency != buyer.currency and subscription.status in PAID:
            raise Conflict(
                "cart_mixed", "One order is in one currency; order the others apart.", rule="MON-1"
            )
        return planned(subscription, group, buyer, is_new=False)


@contextmanager
def at_line(place: int) -> Iterator[None]:
    """Let a refusal's fields be those of this line, but for the currency, which is the cart's."""
    try:
        yield
    except Refusal as refusal:
        refusal.errors = tuple(
            each
            if each.pointer == "/currency"
            else replace(each, pointer=f"/lines/{place}{each.pointer.removeprefix('/lines')}")
            for each in refusal.errors
        )
        raise


def _new(place: int, wish: CartLine, buyer: Buyer, preview_id: str) -> Subscription:
    if wish.kind is not CartLineKind.SUBSCRIBE:
        raise invalid_field("/subscription_id", "required", "Say which subscription is meant.")
    product = buyer.catalogue.product(wish.product_id or "")
    if wish.plan_id is None or wish.frequency is None:
        missing = "plan" if wish.plan_id is None else "frequency"
        raise invalid_field(f"/{missing}", "required", "Say what is wanted.")
    plan = product.plan(wish.plan_id)
    if plan.is_free:
        raise plan_is_free()
    if buyer.currency not in product.currencies:
        raise invalid_field(
            "/currency", "currency_not_sold", "This is not sold in that currency; choose another."
        )
    seats = plan.minimum_seats if wish.seats is None else wish.seats
    terms = Terms(plan.plan_id, seats, wish.frequency)
    return Subscription(
        subscription_id=derived_id("sub", buyer.account.account_id, preview_id, str(place)),
        account_id=buyer.account.account_id,
        product_id=product.product_id,
        terms=terms.with_add_ons(counted(wish.add_ons or ())),
        currency=buyer.currency,
        selling_entity=buyer.selling_entity,
        mode=product.mode,
        basis=product.basis,
        on_activation=wish.on_activation,
        time_zone=buyer.time_zone,
        catalogue_version=buyer.catalogue.version,
        status=SubscriptionStatus.PENDING,
        created_at=buyer.at,
        request_hash="",
    )


def planned_order(
    preview: Preview, stored: Sequence[Subscription], buyer: Buyer, past: Past
) -> Plan:
    """What a placed order does to its subscriptions, as they are now.

    Raises:
        Conflict: `order_not_applicable`, it would bill something else than was previewed (BAD-14), or
            give back what went back since, or with a tax that did (INV-11, TAX-3).
    """
    made = []
    for (_, group), held in zip(_groups(preview.wishes), stored, strict=True):
        free = held.unleased()
        made.append(replace(planned(free, group, buyer, is_new=False), before=held))
    kept, earlier = left_to_give_back(tuple(made), past)
    is_same = Counter(line for each in kept for line in each.lines) == Counter(preview.lines)
    is_taxed_alike = bears_the_same(preview.now, earlier.taxes)
    if not (is_same and is_taxed_alike and is_held_alike(preview.now, earlier.taxes_left)):
        raise Conflict(
            "order_not_applicable", "This order can't be carried out any more.", rule="SUB-5"
        )
    return Plan(preview, kept, earlier)


def _preview(  # noqa: PLR0917 - each is another thing
    wishes: Sequence[CartLine],
    made: Sequence[Planned],
    buyer: Buyer,
    asked: Asked,
    taxes: Taxes,
    policy: BillingPolicy,
    earlier: Earlier,
) -> Preview:
    sums = _sums(made, buyer, asked.credit, taxes, policy, earlier)
    return Preview(
        preview_id=asked.preview_id,
        account_id=buyer.account.account_id,
        wishes=tuple(wishes),
        touched=tuple(_touched(each) for each in made),
        selling_entity=buyer.selling_entity,
        currency=buyer.currency,
        time_zone=buyer.time_zone,
        day=buyer.day,
        created_at=buyer.at,
        expires_at=buyer.at + policy.preview,
        catalogue_version=buyer.catalogue.version,
        profile_version=asked.profile_version,
        now=sums.now,
        later=sums.later,
        credit_applied=sums.credit_applied,
        due_now=sums.due_now,
        credit_given=Money(max(-sums.now.total_minor, 0), buyer.currency),
        request_hash=asked.request_hash,
        needs_shipping=needs_shipping(made, buyer),
    )


def _touched(planned: Planned) -> Touched:
    after, before = planned.after, planned.before
    version = before.version if before else 0
    return Touched(after.subscription_id, version, after.terms, after.period, after.billing_start)


@dataclass(frozen=True, slots=True)
class _Sums:
    now: Bill
    later: tuple[Bill, ...]
    credit_applied: Money
    due_now: Money


def _sums(  # noqa: PLR0917 - each is another thing
    made: Sequence[Planned],
    buyer: Buyer,
    credit: Money,
    taxes: Taxes,
    policy: BillingPolicy,
    earlier: Earlier,
) -> _Sums:
    """What is paid with the order, and what is on bills: those of a 1st, and too little to be paid.

    What nobody pays now is lent: more than could be paid online, by a representative's word alone.

    Raises:
        Conflict: `amount_too_large`.
    """
    paid_now = [line for each in made if not each.after.is_calendar for line in each.lines]
    billed = [line for each in made if each.after.is_calendar for line in each.lines]
    now = held_bill(_bill(buyer.day, paid_now, buyer, taxes, earlier), earlier.taxes_left)
    gross = Money(max(now.total_minor, 0), buyer.currency)
    applied = credit if credit.is_at_most(gross) else gross
    due_now = gross - applied
    if 0 < due_now.amount_minor < policy.minimum_minor[buyer.currency]:
        billed, now = [*paid_now, *billed], _bill(buyer.day, [], buyer, taxes, earlier)
        applied = due_now = due_now.zero()
    days = sorted({line.bill_on for line in billed})
    later = tuple(
        _bill(day, [line for line in billed if line.bill_on == day], buyer, taxes, earlier)
        for day in days
    )
    lent = 0 if buyer.by_representative else max((bill.total_minor for bill in later), default=0)
    if max(due_now.amount_minor, lent) > policy.maximum_minor:
        raise Conflict(
            "amount_too_large",
            "This is more than can be paid online; ask for a quote.",
            rule="SUB-5",
        )
    return _Sums(now, later, applied, due_now)


def _bill(
    day: date, lines: Sequence[BillableLine], buyer: Buyer, taxes: Taxes, earlier: Earlier
) -> Bill:
    entity = buyer.selling_entity
    tax = taxes.quote(entity, buyer.taxed, day, tuple(lines), earlier.taxes)
    return Bill(day, tuple(lines), tax)


def needs_shipping(made: Sequence[Planned], buyer: Buyer) -> bool:
    """Whether something physical is bought, or comes again with what begins anew (ACC-4)."""
    for each in made:
        product = buyer.catalogue.product(each.after.product_id)
        before = each.before
        had = before.terms.quantities if before and before.status in PAID else {}
        bought = {
            name for name, count in each.after.terms.quantities.items() if count > had.get(name, 0)
        }
        bought |= {line.item for line in each.lines if line.kind == "one_off"}
        if any(product.add_on(name).is_physical for name in bought if name in product.add_ons):
            return True
    return False
