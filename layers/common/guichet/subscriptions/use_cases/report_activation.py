"""What was ordered works from this day on: its billing begins (SUB-17)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from guichet.access.membership import Permission
from guichet.errors import Conflict, invalid_field
from guichet.period import local_day
from guichet.replies import Reply
from guichet.subscriptions.billing import billing_begun
from guichet.subscriptions.carts import Carts
from guichet.subscriptions.crediting import put_on_bills
from guichet.subscriptions.moving import Sold
from guichet.subscriptions.ports import MarkBilled
from guichet.subscriptions.subscription import Subscription, SubscriptionStatus
from guichet.subscriptions.touching import Action, Written, act
from guichet.subscriptions.writing import subscription_change


@dataclass(frozen=True, slots=True)
class ReportActivation:
    """A representative, or the operator's system, reports the day of activation: today or before."""

    action: Action
    day: date | None = None


def report_activation(command: ReportActivation, *, carts: Carts) -> Reply[Subscription]:
    """Billing begins on that day: not before the service, and not after the contract.

    Raises:
        NotAllowed: only a representative may.
        NotFound: no such subscription of this account.
        Conflict: `billing_started`, `subscription_<status>`.
        Invalid: `activation_in_future`, `activation_before_service`, `activation_after_term`.
    """
    asked = command.day.isoformat() if command.day else ""

    def decide(found: Subscription) -> Written:
        return _activated(found, command.day, carts)

    return act(command.action, "report_activation", Permission.REPRESENT, carts, decide, asked)


def _activated(found: Subscription, reported: date | None, carts: Carts) -> Written:
    if found.status is not SubscriptionStatus.ACTIVE:
        raise found.refusal(f"This subscription is {found.status}; it can't be activated.")
    if not found.on_activation or found.billing_start is not None:
        raise Conflict("billing_started", "The billing start of this is known.", rule="SUB-17")
    today = local_day(carts.clock.now(), found.time_zone)
    day = reported or today
    if day > today:
        raise invalid_field("/day", "activation_in_future", "Report it once it has happened.")
    if day < (found.served_on or local_day(found.created_at, found.time_zone)):
        raise invalid_field("/day", "activation_before_service", "This was ordered later.")
    if found.term is not None and day >= found.term.end:
        raise invalid_field(
            "/day",
            "activation_after_term",
            "The contract had ended by then; cancel it, and order it anew.",
            rule="SUB-9",
        )
    profile = carts.records.profile(found.account_id)
    sold = Sold(carts.catalogues, carts.entities, profile, carts.policy)
    effect = billing_begun(replace(found, billing_start=day), sold.catalogue(found, day))
    after = effect.subscription
    balance = carts.records.balance(after.account_id, after.selling_entity, after.currency)
    on_bills = put_on_bills(balance, found, after, effect.lines)
    change = subscription_change(
        found,
        on_bills.subscription,
        "subscription.billing_started",
        {"billing_start": day.isoformat()},
        lines=effect.lines,
        postings=on_bills.postings,
    )
    # It was not known before this write; an earlier life of it may have had a period from that day.
    marked = MarkBilled(after.subscription_id, day, by_absence=False)
    return Written(change, on_bills.changes(balance), (marked,))
