"""Seats: assign, take into use, take back (SUB-14)."""

from __future__ import annotations

from typing import Final

from guichet.entry.callers import known_form
from guichet.entry.calls.signed_in import SIGN_IN, Sender, SignedInCalls
from guichet.entry.http import Cursor, Limit, MemberKey, MemberKeyOrNone, Text, answered, route
from guichet.entry.models.seats import SeatAnswer, SeatAssignmentsAnswer, SeatRequest
from guichet.replies import Reply
from guichet.subscriptions.seats import SeatAssignment, SeatStatus
from guichet.subscriptions.use_cases.assign_seat import AssignSeat, assign_seat
from guichet.subscriptions.use_cases.move_seat import MoveSeat, move_seat
from guichet.subscriptions.use_cases.read_subscriptions import list_seats

SEATS: Final = "/v1/subscriptions/<subscription_id>/seats"
SEAT: Final = f"{SEATS}/<seat_id>"


class SeatCalls(SignedInCalls):
    """One method a call."""

    @route(
        "GET", SEATS, "List who has a seat, and who had", who=SIGN_IN, answers=SeatAssignmentsAnswer
    )
    def list_seats(self, subscription_id: str, limit: Limit = 25, cursor: Cursor = None) -> Text:
        sender = self._sender()
        part = list_seats(
            sender.member,
            known_form(subscription_id, "subscription"),
            limit=limit,
            after=sender.place(cursor, SEATS, subscription_id),
            carts=sender.held.billing.carts,
        )
        return answered(
            SeatAssignmentsAnswer(
                items=[SeatAnswer.of(each) for each in part.items],
                next_cursor=sender.cursor(part.after, SEATS, subscription_id),
            )
        )

    @route(
        "POST",
        SEATS,
        "Give one of the bought seats to a person; never more than were bought",
        who=SIGN_IN,
        answers=SeatAnswer,
        status=201,
    )
    def assign_seat(
        self, subscription_id: str, body: SeatRequest, idempotency_key: MemberKey
    ) -> Text:
        sender = self._sender()
        command = AssignSeat(
            subscription_id=known_form(subscription_id, "subscription"),
            email=body.email,
            name=body.name,
            notify=body.notify,
            is_member=_is_own(sender, body.email),
            member=sender.member,
            idempotency_key=idempotency_key,
            actor=sender.actor,
        )
        reply = assign_seat(command, carts=sender.held.billing.carts)
        seat = reply.value
        return answered(
            SeatAnswer.of(seat),
            status=201,
            location=f"/v1/subscriptions/{seat.subscription_id}/seats/{seat.seat_id}",
            version=seat.version,
            replayed=reply.replayed,
        )

    @route(
        "POST",
        f"{SEAT}/activate",
        "Take a seat into use: whoever assigns seats, or whose it is",
        who=SIGN_IN,
        answers=SeatAnswer,
    )
    def activate_seat(
        self, subscription_id: str, seat_id: str, idempotency_key: MemberKeyOrNone = None
    ) -> Text:
        del idempotency_key  # a repeat changes nothing
        reply = self._moved(subscription_id, seat_id, SeatStatus.ACTIVE)
        seat = reply.value
        return answered(SeatAnswer.of(seat), version=seat.version, replayed=reply.replayed)

    @route("DELETE", SEAT, "Take a seat back; it can be assigned anew", who=SIGN_IN, status=204)
    def release_seat(
        self, subscription_id: str, seat_id: str, idempotency_key: MemberKeyOrNone = None
    ) -> Text:
        del idempotency_key  # a repeat changes nothing
        reply = self._moved(subscription_id, seat_id, SeatStatus.RELEASED)
        return answered(None, status=204, replayed=reply.replayed)

    def _moved(
        self, subscription_id: str, seat_id: str, status: SeatStatus
    ) -> Reply[SeatAssignment]:
        sender = self._sender()
        command = MoveSeat(
            subscription_id=known_form(subscription_id, "seat"),
            seat_id=known_form(seat_id, "seat"),
            status=status,
            member=sender.member,
            actor=sender.actor,
        )
        return move_seat(command, carts=sender.held.billing.carts)


def _is_own(sender: Sender, email: str) -> bool:
    """Whether the seat is for who assigns it: nothing has to be accepted then."""
    return sender.member.may_hold_seat and email.casefold() == sender.member.email.casefold()
