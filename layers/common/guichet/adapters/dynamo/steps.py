"""What a write may hold beside aggregates: each step's operation, and the refusal its condition means."""

from __future__ import annotations

from typing import Final

from guichet.adapters.dynamo import keys
from guichet.adapters.dynamo.seam import (
    Absent,
    AbsentOrBelow,
    AtLeast,
    Below,
    Delete,
    Equals,
    Item,
    Key,
    Operation,
    Put,
    Update,
)
from guichet.adapters.dynamo.writes import Guarded, counted_twice, lost_race
from guichet.errors import Conflict
from guichet.registration import ports
from guichet.registration.discount import used_up
from guichet.registration.provider_event import EventStatus

_NO_LIMIT: Final = 10**9  # an absent capacity, so that one arithmetic condition serves all


def operation_for(step: ports.Step) -> Guarded:
    """The operation, and what its failed condition means to the caller."""
    match step:
        case ports.NewSeats() | ports.ResizeSeats() | ports.TakeSeat() | ports.FreeSeat():
            return _seats(step)
        case ports.TakeEmail(training_id, email, registration_id):
            item = plain_item(keys.live_email(training_id, email), registration_id=registration_id)
            return Put("state", item, Absent()), _already_registered
        case ports.FreeEmail(training_id, email):
            return Delete("state", keys.live_email(training_id, email)), lost_race
        case ports.EventApplied(provider, event_id):
            return event_applied(provider, event_id), lost_race
        case ports.RefundCounted(payment_id, seen):
            return _refund_counted(payment_id, seen), lost_race
        case _:
            return _code_uses(step)


def _refund_counted(payment_id: str, seen: int) -> Operation:
    key = keys.refund_count(payment_id)
    if not seen:
        return Put("state", plain_item(key, count=1), Absent())
    return Update("state", key, {"count": seen + 1}, condition=Equals("count", seen))


def event_applied(provider: str, event_id: str) -> Update:
    """The event leaves the index of due work in the write of its effect."""
    return Update(
        "state",
        keys.provider_event(provider, event_id),
        values={"status": str(EventStatus.APPLIED)},
        remove=("due_key", "due_at"),
        condition=Equals("status", str(EventStatus.RECEIVED)),
    )


def _seats(
    step: ports.NewSeats | ports.ResizeSeats | ports.TakeSeat | ports.FreeSeat,
) -> Guarded:
    key = keys.seats(step.training_id)
    match step:
        case ports.NewSeats(_, capacity):
            item = plain_item(key, taken=0, capacity=_limit(capacity))
            return Put("state", item, Absent()), lost_race
        case ports.ResizeSeats(_, capacity):
            room = Below("taken", _limit(capacity) + 1)
            return Update(
                "state", key, {"capacity": _limit(capacity)}, condition=room
            ), _below_taken
        case ports.TakeSeat():
            return Update(
                "state", key, add={"taken": 1}, condition=Below("taken", "capacity")
            ), _full
        case ports.FreeSeat():
            return Update(
                "state", key, add={"taken": -1}, condition=AtLeast("taken", 1)
            ), counted_twice


def _code_uses(
    step: ports.NewCodeUses | ports.ResizeCodeUses | ports.TakeCodeUse | ports.GiveBackCodeUse,
) -> Guarded:
    uses = keys.code_uses(step.code_id)
    match step:
        case ports.NewCodeUses(_, _, _, total_uses):
            return Put(
                "state", plain_item(uses, used=0, total=_limit(total_uses)), Absent()
            ), _code_taken
        case ports.ResizeCodeUses(_, total_uses):
            return Update("state", uses, {"total": _limit(total_uses)}), used_up
        case ports.TakeCodeUse():
            return Update("state", uses, add={"used": 1}, condition=Below("used", "total")), used_up
        case ports.GiveBackCodeUse():
            return Update(
                "state", uses, add={"used": -1}, condition=AtLeast("used", 1)
            ), counted_twice


def second_operation(step: ports.Step) -> Guarded | None:
    """The other half of a step that touches two items."""
    match step:
        case ports.NewCodeUses(account_id, code_id, code, _):
            item = plain_item(keys.code_name(account_id, code), code_id=code_id)
            return Put("state", item, Absent()), _code_taken
        case ports.TakeCodeUse(code_id, email, limit):
            room = AbsentOrBelow("used", _limit(limit))
            key = keys.code_uses_of(code_id, email)
            return Update("state", key, add={"used": 1}, condition=room), used_up
        case ports.GiveBackCodeUse(code_id, email):
            key = keys.code_uses_of(code_id, email)
            return Update(
                "state", key, add={"used": -1}, condition=AtLeast("used", 1)
            ), counted_twice
        case _:
            return None


def capacity_of(item: Item) -> int | None:
    capacity = item["capacity"]
    return capacity if isinstance(capacity, int) and capacity < _NO_LIMIT else None


def _full() -> Conflict:
    return Conflict("training_full", "This training is fully booked.", rule="REG-4")


def plain_item(key: Key, **fields: str | int) -> Item:
    """What is no object of its own: a counter, or a mark."""
    return {"pk": key.pk, "sk": key.sk, **fields}


def _limit(value: int | None) -> int:
    return _NO_LIMIT if value is None else value


def _below_taken() -> Conflict:
    return Conflict(
        "capacity_below_taken",
        "More seats are taken or on hold than this capacity; cancel registrations first.",
        rule="REG-4",
    )


def _already_registered() -> Conflict:
    return Conflict(
        "already_registered",
        "This e-mail address is registered for this training; the link was sent to it again.",
        rule="REG-12",
    )


def _code_taken() -> Conflict:
    return Conflict("code_taken", "You already have a discount code with this name.", rule="REG-5")
