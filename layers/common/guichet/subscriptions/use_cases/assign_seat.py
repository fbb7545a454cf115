"""Give a bought seat to a person: a member has it at once, others are invited (SUB-14)."""

from __future__ import annotations

from dataclasses import dataclass

from guichet.access.membership import Member, Permission
from guichet.errors import not_found
from guichet.events import Actor, Event
from guichet.ledger.journal import Change
from guichet.replies import Reply
from guichet.retrying import with_fresh_state
from guichet.subscriptions.carts import Carts
from guichet.subscriptions.naming import request_hash, seat_id
from guichet.subscriptions.ports import Aggregate, TakePoolSeat, TakeSeatEmail
from guichet.subscriptions.seats import SeatAssignment, SeatStatus
from guichet.subscriptions.writing import cause_of


@dataclass(frozen=True, slots=True)
class AssignSeat:
    """Who gets a seat. `notify`: an e-mail tells them."""

    subscription_id: str
    email: str
    name: str
    notify: bool
    is_member: bool  # of the account: nothing has to be accepted
    member: Member
    idempotency_key: str
    actor: Actor


def assign_seat(command: AssignSeat, *, carts: Carts) -> Reply[SeatAssignment]:
    """Take a seat of the pool; never more are assigned than were bought.

    Raises:
        NotAllowed: the member may not assign seats.
        NotFound: no such subscription of this account.
        Conflict: `seats_all_assigned`, `seat_assigned_already`, `subscription_<status>`.
    """
    member = command.member
    member.reach(Permission.ASSIGN_SEATS)
    cause = cause_of(command.actor, "assign_seat", carts.clock)
    caller = f"{member.account_id} {member.member_id}"
    wanted_id = seat_id(command.subscription_id, caller, command.idempotency_key)
    asked = request_hash(command.email, command.name, str(command.notify))

    def attempt() -> Reply[SeatAssignment]:
        subscription = carts.records.subscription(member.account_id, command.subscription_id)
        if subscription is None:
            raise not_found("subscription")
        earlier = carts.records.seat(command.subscription_id, wanted_id)
        if earlier is not None:
            return Reply.replay(earlier, same_request=earlier.request_hash == asked)
        if not subscription.has_access:
            raise subscription.refusal(
                f"This subscription is {subscription.status}; its seats can't be assigned."
            )
        now = carts.clock.now()
        assigned = SeatAssignment(
            seat_id=wanted_id,
            subscription_id=command.subscription_id,
            account_id=member.account_id,
            email=command.email,
            name=command.name,
            status=SeatStatus.ACTIVE if command.is_member else SeatStatus.INVITED,
            assigned_at=now,
            request_hash=asked,
            activated_at=now if command.is_member else None,
        )
        steps = (
            TakeSeatEmail(command.subscription_id, command.email, wanted_id),
            TakePoolSeat(command.subscription_id),
        )
        change = Change[Aggregate](
            None,
            assigned,
            (Event("seat.assigned", {"status": str(assigned.status)}),),
            mails=("billing_seat_assigned",) if command.notify else (),
        )
        carts.records.save(cause, [change], steps)
        return Reply.new(assigned)

    return with_fresh_state(attempt)
