"""A seat is taken into use, or taken back (SUB-14)."""

from __future__ import annotations

from dataclasses import dataclass

from guichet.access.membership import Member, Permission
from guichet.errors import not_found
from guichet.events import Actor, Event
from guichet.ledger.journal import Change
from guichet.replies import Reply
from guichet.retrying import with_fresh_state
from guichet.subscriptions.carts import Carts
from guichet.subscriptions.ports import Aggregate, FreePoolSeat, FreeSeatEmail, Step
from guichet.subscriptions.seats import SeatAssignment, SeatStatus
from guichet.subscriptions.writing import bumped, cause_of


@dataclass(frozen=True, slots=True)
class MoveSeat:
    """What becomes of an assignment: `active` or `released`."""

    subscription_id: str
    seat_id: str
    status: SeatStatus
    member: Member
    actor: Actor


def move_seat(command: MoveSeat, *, carts: Carts) -> Reply[SeatAssignment]:
    """Move it by its table; a repeat changes nothing.

    Raises:
        NotAllowed: the member may not assign seats; whose seat it is may take it into use.
        NotFound: no such seat of this account.
        Conflict: `seat_<status>`.
    """
    member = command.member
    cause = cause_of(command.actor, "move_seat", carts.clock)

    def attempt() -> Reply[SeatAssignment]:
        found = carts.records.seat(command.subscription_id, command.seat_id)
        is_own = (
            found is not None
            and found.email.casefold() == member.email.casefold()
            and command.status is SeatStatus.ACTIVE
        )
        if not is_own:
            member.reach(Permission.ASSIGN_SEATS)
        if found is None or found.account_id != member.account_id:
            raise not_found("seat")
        if found.status is command.status:
            return Reply(found, replayed=True)
        steps: tuple[Step, ...] = ()
        if command.status is SeatStatus.ACTIVE:
            after = bumped(found.activated(cause.at))
        else:
            after = bumped(found.released(cause.at))
            steps = (
                FreePoolSeat(found.subscription_id),
                FreeSeatEmail(found.subscription_id, found.email),
            )
        change = Change[Aggregate](found, after, (Event(f"seat.{after.status}"),))
        carts.records.save(cause, [change], steps)
        return Reply.new(after)

    return with_fresh_state(attempt)
