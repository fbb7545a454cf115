"""What a write of billing may hold beside aggregates, and the refusal that each condition means."""

from __future__ import annotations

from guichet.adapters.dynamo import keys
from guichet.adapters.dynamo.seam import Absent, AtLeast, Below, Delete, Put, Update
from guichet.adapters.dynamo.steps import event_applied, plain_item
from guichet.adapters.dynamo.writes import Guarded, counted_twice, lost_race
from guichet.errors import Conflict
from guichet.subscriptions import ports
from guichet.subscriptions.creditable import KeepGivenBack
from guichet.subscriptions.seats import seats_below_assigned


def operation_for(step: ports.Step) -> Guarded:
    """The operation, and what its failed condition means to the caller."""
    match step:
        case ports.NewPool() | ports.ResizePool() | ports.TakePoolSeat() | ports.FreePoolSeat():
            return _pool(step)
        case ports.TakeTrial(account_id, product_id, subscription_id):
            item = plain_item(keys.trial(account_id, product_id), subscription_id=subscription_id)
            return Put("state", item, Absent()), _trial_used
        case ports.TakeSeatEmail(subscription_id, email, seat_id):
            item = plain_item(keys.seat_email(subscription_id, email), seat_id=seat_id)
            return Put("state", item, Absent()), _seat_assigned_already
        case ports.FreeSeatEmail(subscription_id, email):
            return Delete("state", keys.seat_email(subscription_id, email)), lost_race
        case ports.MarkBilled() | ports.TakePaymentKey() | KeepGivenBack():
            return _marker(step), lost_race
        case ports.ProviderEventApplied(provider, event_id):
            return event_applied(provider, event_id), lost_race


def _marker(step: ports.MarkBilled | ports.TakePaymentKey | KeepGivenBack) -> Put:
    match step:
        case ports.MarkBilled(subscription_id, period_start, by_absence):
            item = plain_item(keys.billed(subscription_id, period_start))
            return Put("state", item, Absent() if by_absence else None)
        case ports.TakePaymentKey(account_id, mark, request_hash):
            item = plain_item(keys.payment_key(account_id, mark), request_hash=request_hash)
            return Put("state", item, Absent())
        case KeepGivenBack():
            from guichet.adapters.dynamo.given_back import keeping  # noqa: PLC0415 - where some is

            return keeping(step)


def _pool(
    step: ports.NewPool | ports.ResizePool | ports.TakePoolSeat | ports.FreePoolSeat,
) -> Guarded:
    key = keys.pool(step.subscription_id)
    match step:
        case ports.NewPool(_, capacity):
            return Put("state", plain_item(key, capacity=capacity, assigned=0), Absent()), lost_race
        case ports.ResizePool(_, capacity):
            room = Below("assigned", capacity + 1)
            return Update(
                "state", key, {"capacity": capacity}, condition=room
            ), seats_below_assigned
        case ports.TakePoolSeat():
            left = Below("assigned", "capacity")
            return Update("state", key, add={"assigned": 1}, condition=left), _all_assigned
        case ports.FreePoolSeat():
            taken = AtLeast("assigned", 1)
            return Update("state", key, add={"assigned": -1}, condition=taken), counted_twice


def _all_assigned() -> Conflict:
    return Conflict(
        "seats_all_assigned", "All seats are assigned; release one or buy more.", rule="SUB-14"
    )


def _trial_used() -> Conflict:
    return Conflict("trial_used", "This account has had a trial of this product.", rule="SUB-19")


def _seat_assigned_already() -> Conflict:
    return Conflict(
        "seat_assigned_already", "This person has a seat of this subscription.", rule="SUB-14"
    )
