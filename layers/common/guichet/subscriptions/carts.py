"""Gathering what a cart is about: buyer, subscriptions, credit; and computing an order anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from guichet.access.profile import BillingProfile
from guichet.catalogue.catalogue import Catalogue
from guichet.catalogue.ports import Catalogues
from guichet.catalogue.selling import SellingEntities, SellingEntity, currency_for
from guichet.clock import Clock
from guichet.errors import ConcurrentUpdateError, Conflict, not_found
from guichet.period import local_day
from guichet.subscriptions.allowing import Buyer
from guichet.subscriptions.balance import AccountBalance
from guichet.subscriptions.cart import Cart, CartLine, CartLineKind, Preview
from guichet.subscriptions.policy import BillingPolicy
from guichet.subscriptions.ports import BillingRecords, Holding, Taxes, TaxSubjects
from guichet.subscriptions.previewing import (
    Asked,
    Plan,
    at_line,
    plan_cart,
    planned_order,
    require_lines,
)
from guichet.subscriptions.seats import seats_below_assigned
from guichet.subscriptions.subscription import OVERDUE, PAID, Subscription
from guichet.subscriptions.taxed import NOWHERE
from guichet.subscriptions.taxing import AccountTaxes


@dataclass(frozen=True, slots=True)
class Computed:
    """What a cart does and costs, with what was read for it."""

    plan: Plan
    profile: BillingProfile
    balance: AccountBalance  # in the cart's currency, with its selling entity


@dataclass(frozen=True, slots=True)
class Carts:
    """What previews and orders are computed from."""

    records: BillingRecords
    catalogues: Catalogues
    entities: SellingEntities
    taxes: Taxes
    subjects: TaxSubjects
    policy: BillingPolicy
    clock: Clock

    def planned(
        self,
        account_id: str,
        wishes: Sequence[CartLine],
        preview_id: str,
        *,
        currency: str | None,
        by_representative: bool,
        request_hash: str,
        as_of: Preview | None = None,
        held: Holding | None = None,
    ) -> Computed:
        """What a cart does and costs, for today, or for the day of an earlier preview.

        Args:
            account_id: whose.
            wishes: the cart's lines.
            preview_id: of the preview that comes of it.
            currency: wanted; None for the subscriptions', or the entity's.
            by_representative: whether a representative asks.
            request_hash: of what was asked.
            as_of: an earlier preview, whose day it is for.
            held: what the wishes are about, where it was read.

        Raises:
            NotFound: a subscription that is not this account's.
            Conflict: `overdue`, `balance_due`, `billing_address_missing`, and what `plan_cart` refuses.
        """
        names = _named(wishes)
        held = held or self.records.holding(account_id, names)
        profile, found = held.profile, _found(names, held.subscriptions)
        buyer = self._buyer(
            held, found, wishes, currency, as_of, by_representative=by_representative
        )
        balances = self.records.balances_of(account_id)
        _require_nothing_overdue(balances, found.values(), wishes, buyer.day)
        balance = _balance(balances, buyer)
        asked = Asked(preview_id, request_hash, profile.version, balance.to_spend(buyer.day))
        past = partial(self.records.earlier, account_id)
        plan = plan_cart(
            wishes, found, buyer, asked, taxes=self.taxes, policy=self.policy, past=past
        )
        if plan.preview.needs_shipping:
            profile.require_shipping_address()
        for each in plan.subscriptions:
            if each.may_lack_seats:
                self._require_unassigned(each.after)
        return Computed(plan, profile, balance)

    def _buyer(
        self,
        held: Holding,
        found: Mapping[str, Subscription],
        wishes: Sequence[CartLine],
        currency: str | None,
        as_of: Preview | None,
        *,
        by_representative: bool,
    ) -> Buyer:
        profile = held.profile
        country = profile.require_billing_address().country
        time_zone = profile.time_zone if as_of is None else as_of.time_zone
        at = self.clock.now() if as_of is None else as_of.created_at
        day = local_day(at, time_zone)
        catalogue = self.catalogues.at(day)
        entity = self._entity(country, found, wishes, catalogue)
        wanted = currency or (next(iter(found.values())).currency if found else None)
        return Buyer(
            account=held.account,
            by_representative=by_representative,
            day=day,
            at=at,
            catalogue=catalogue,
            catalogues=self.catalogues,
            currency=currency_for(entity, wanted),
            selling_entity=entity.entity_id,
            time_zone=time_zone,
            taxed=self.subjects.subject(profile, day),
        )

    def held(self, account_id: str, wishes: Sequence[CartLine], preview_id: str) -> Holding:
        """What the wishes are about, and the preview of this id, if it was made, in one reading.

        Raises:
            Invalid: `cart_empty`, `cart_too_long`: one reading has a limit.
        """
        require_lines(wishes, self.policy)
        return self.records.holding(account_id, _named(wishes), preview_id)

    def taxes_of(self, account_id: str) -> AccountTaxes:
        return AccountTaxes(self.taxes, self.records, account_id)

    def _require_unassigned(self, after: Subscription) -> None:
        pool = self.records.pool(after.subscription_id)
        if pool is not None and pool.assigned > after.seats_assignable:
            raise seats_below_assigned()

    def _entity(
        self,
        country: str,
        found: Mapping[str, Subscription],
        wishes: Sequence[CartLine],
        catalogue: Catalogue,
    ) -> SellingEntity:
        """The one that bills all of it: what runs stays with its own until its next period (INV-12)."""
        named = set()
        for place, wish in enumerate(wishes):
            held = found.get(wish.subscription_id or "")
            if held is not None and held.status in PAID:
                named.add(held.selling_entity)
            else:
                product_id = held.product_id if held is not None else wish.product_id or ""
                with at_line(place):
                    product = catalogue.product(product_id)
                named.add(self.entities.for_country(country, product).entity_id)
        if len(named) > 1:
            raise Conflict("cart_mixed", "Order from one selling entity at a time.", rule="INV-12")
        return (
            self.entities.entity(named.pop()) if named else self.entities.for_country(country, None)
        )

    def of_order(self, cart: Cart) -> Plan:
        """What a placed order does to its subscriptions as they are now.

        Raises:
            Refusal: it can't be carried out any more.
        """
        preview = cart.preview
        account = self.records.account(cart.account_id)
        buyer = Buyer(
            account=account,
            by_representative=True,
            day=preview.day,
            at=preview.created_at,
            catalogue=self.catalogues.version(preview.catalogue_version),
            catalogues=self.catalogues,
            currency=preview.currency,
            selling_entity=preview.selling_entity,
            time_zone=preview.time_zone,
            taxed=NOWHERE,
            carries_out=True,
        )
        past = partial(self.records.earlier, cart.account_id)
        return planned_order(preview, self.subscriptions_of(cart), buyer, past)

    def subscriptions_of(self, cart: Cart) -> tuple[Subscription, ...]:
        """Those that the order is about, as they are now."""
        names = [each.subscription_id for each in cart.preview.touched]
        found = self.records.subscriptions(cart.account_id, names)
        there = tuple(each for each in found if each is not None)
        if len(there) < len(names):
            raise ConcurrentUpdateError("an order without its subscription")
        return there


def _named(wishes: Sequence[CartLine]) -> list[str]:
    """The subscriptions that the wishes are about, each once."""
    names = (each.subscription_id for each in wishes)
    return list(dict.fromkeys(each for each in names if each is not None))


def _found(names: Sequence[str], held: Sequence[Subscription | None]) -> Mapping[str, Subscription]:
    found = {}
    for name, subscription in zip(names, held, strict=True):
        if subscription is None:
            raise not_found("subscription")
        found[name] = subscription
    return found


def _balance(balances: Iterable[AccountBalance], buyer: Buyer) -> AccountBalance:
    """The buyer's with the selling entity; an empty one where nothing was ever billed."""
    place = buyer.account.account_id, buyer.selling_entity, buyer.currency
    for each in balances:
        if (each.account_id, each.selling_entity, each.currency) == place:
            return each
    return AccountBalance(*place)


def _require_nothing_overdue(
    balances: Sequence[AccountBalance],
    found: Iterable[Subscription],
    wishes: Sequence[CartLine],
    day: date,
) -> None:
    """SUB-12: while something is overdue, nothing more is bought; SUB-10 asks for nothing due."""
    overdue = [each.overdue(day) for each in balances if each.overdue(day)]
    if not overdue and any(each.status in OVERDUE for each in found):
        overdue = [due for each in balances if (due := each.due(day))]
    if overdue:
        sums = ", ".join(str(each) for each in overdue)
        raise Conflict(
            "overdue",
            f"Pay what is overdue first: {sums}.",
            rule="SUB-12",
            facts={"sums": sums},
        )
    if any(wish.kind is CartLineKind.REACTIVATE for wish in wishes):
        require_nothing_due(balances, day, rule="SUB-10")


def require_nothing_due(balances: Iterable[AccountBalance], day: date, *, rule: str) -> None:
    """Refuse while something is due today or earlier, in whatever currency (COL-5).

    Raises:
        Conflict: `balance_due`.
    """
    sums = ", ".join(str(each.due(day)) for each in balances if each.due(day))
    if sums:
        raise Conflict(
            "balance_due",
            f"Pay the balance due first: {sums}.",
            rule=rule,
            facts={"sums": sums},
        )
