"""Start a trial: at once, without a payment method, one per product and account (SUB-4, SUB-19)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from guichet.access.membership import Member, Permission
from guichet.catalogue.catalogue import Plan, Product
from guichet.catalogue.selling import currency_for
from guichet.errors import Conflict, invalid_field
from guichet.events import Actor
from guichet.period import local_day
from guichet.replies import Reply
from guichet.retrying import with_fresh_state
from guichet.subscriptions.carts import Carts
from guichet.subscriptions.naming import request_hash, trial_id
from guichet.subscriptions.ports import NewPool, TakeTrial
from guichet.subscriptions.subscription import Subscription, SubscriptionStatus
from guichet.subscriptions.terms import Terms, require_sold
from guichet.subscriptions.writing import cause_of, subscription_change


@dataclass(frozen=True, slots=True)
class StartTrial:
    """A member tries a plan."""

    product_id: str
    plan_id: str
    seats: int
    member: Member
    actor: Actor


def start_trial(command: StartTrial, *, carts: Carts) -> Reply[Subscription]:
    """It never bills, and ends by itself; a repeat answers the one that was started.

    Raises:
        NotAllowed: the member may not buy.
        Invalid: unknown product or plan, seats that are not sold.
        Conflict: `trial_absent`, `trial_used`, `billing_address_missing`.
    """
    member = command.member
    member.reach(Permission.MANAGE_SUBSCRIPTIONS)
    cause = cause_of(command.actor, "start_trial", carts.clock)
    wanted_id = trial_id(member.account_id, command.product_id)
    asked = request_hash(command.plan_id, str(command.seats))

    def attempt() -> Reply[Subscription]:
        earlier = carts.records.subscription(member.account_id, wanted_id)
        if earlier is not None:
            if earlier.request_hash != asked:
                raise Conflict("trial_used", "This product was tried already.", rule="SUB-19")
            return Reply(earlier, replayed=True)
        started = _started(command, carts, wanted_id, asked)
        steps = (
            TakeTrial(member.account_id, command.product_id, wanted_id),
            NewPool(wanted_id, started.seats_assignable),
        )
        change = subscription_change(None, started, "subscription.trial_started")
        carts.records.save(cause, [change], steps)
        return Reply.new(started)

    return with_fresh_state(attempt)


def _started(command: StartTrial, carts: Carts, wanted_id: str, asked: str) -> Subscription:
    now, account_id = carts.clock.now(), command.member.account_id
    profile = carts.records.profile(account_id)
    day = local_day(now, profile.time_zone)
    catalogue = carts.catalogues.at(day)
    product = catalogue.product(command.product_id)
    plan = product.plan(command.plan_id)
    country = profile.require_billing_address().country
    entity = carts.entities.for_country(country, product)
    currency = currency_for(entity, None)
    if currency not in product.currencies:
        currency = next(
            (each for each in product.currencies if each in entity.currencies), currency
        )
    terms = Terms(plan.plan_id, command.seats, product.frequencies[0])
    require_sold(terms, product, currency, by_quote=command.member.may(Permission.REPRESENT))
    _require_trial(product, plan, command.seats)
    trial = Subscription(
        subscription_id=wanted_id,
        account_id=account_id,
        product_id=product.product_id,
        terms=terms,
        currency=currency,
        selling_entity=entity.entity_id,
        mode=product.mode,
        basis=product.basis,
        time_zone=profile.time_zone,
        catalogue_version=catalogue.version,
        status=SubscriptionStatus.TRIALING,
        created_at=now,
        request_hash=asked,
    )
    return replace(trial, trial_ends_on=day + timedelta(days=plan.trial_days))


def _require_trial(product: Product, plan: Plan, seats: int) -> None:
    """What is tried must fit into the free plan in which it ends."""
    if not plan.trial_days:
        raise Conflict("trial_absent", "This plan has no trial.", rule="SUB-4")
    if product.free_plan_id is None:
        return
    most = product.plan(product.free_plan_id).maximum_seats
    if seats > most:
        raise invalid_field(
            "/seats",
            "seats_out_of_range",
            f"A trial has at most {most} seats.",
            rule="SUB-14",
            facts={"least": "1", "most": str(most)},
        )
