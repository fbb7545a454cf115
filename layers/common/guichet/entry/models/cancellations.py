"""What organizers send to cancel a training, and are shown of how far that is."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from guichet.entry.fields import Amount, Answer, Line, Note, Request
from guichet.languages import Language
from guichet.registration.cancellation import Cancellation, Tally
from guichet.registration.refund_planning import RULES
from guichet.registration.refusals import failure_explained
from guichet.registration.use_cases.read_cancellation import CancellationView, NotRefunded


class CancellationRequest(Request):
    """Why, for the organizer's own records, and what every registrant is told."""

    reason: Line
    note: Note | None = None


class TallyAnswer(Answer):
    """Registrations that the cancellation ended, by what became of their money.

    `returned_on_arrival`: not settled yet; what arrives goes back by itself. `waiting`: not
    cancelled yet, since its open session could not be ended.
    """

    refunded: int
    refunding: int
    nothing_to_refund: int
    returned_on_arrival: int
    not_refunded: int
    failed: int
    waiting: int

    @classmethod
    def of(cls, tally: Tally) -> Self:
        return cls(
            refunded=tally.refunded,
            refunding=tally.refunding,
            nothing_to_refund=tally.nothing_to_refund,
            returned_on_arrival=tally.returned_on_arrival,
            not_refunded=tally.not_refunded,
            failed=tally.failed,
            waiting=tally.waiting,
        )


class NotRefundedAnswer(Answer):
    """Whose money did not go back in the run, why, and what to do about it.

    `left` is what has not gone back by now, null where nothing was captured; `payment_id` names
    what to refund.
    """

    registration_id: str
    payment_id: str | None
    name: str
    email: str
    charged: Amount
    left: Amount | None
    outcome: str
    code: str
    rule: str | None
    sentence: str
    what_to_do: str

    @classmethod
    def of(cls, row: NotRefunded, language: Language) -> Self:
        registration = row.registration
        code = registration.not_refunded or ""
        explanation = failure_explained(code, language)
        return cls(
            registration_id=registration.registration_id,
            payment_id=None if row.payment is None else row.payment.payment_id,
            name=registration.name,
            email=registration.email,
            charged=Amount.of(registration.quote.charged),
            left=None if row.left is None else Amount.of(row.left),
            outcome=str(registration.money_outcome),
            code=code,
            rule=RULES.get(code),
            sentence=explanation.sentence,
            what_to_do=explanation.what_to_do,
        )


class CancellationAnswer(Answer):
    """How far a cancelled training is: `running` until nobody is left and no money is awaited."""

    training_id: str
    status: str
    reason: str
    note: str | None
    requested_at: datetime
    finished_at: datetime | None
    registrations: TallyAnswer

    @classmethod
    def of(cls, run: Cancellation) -> Self:
        return cls(
            training_id=run.training_id,
            status=run.status,
            reason=run.explanation,
            note=run.note,
            requested_at=run.requested_at,
            finished_at=run.finished_at,
            registrations=TallyAnswer.of(run.tally),
        )


class CancellationReport(CancellationAnswer):
    """The same, with a part of those not refunded; `next_cursor` leads on, null at the end."""

    not_refunded: list[NotRefundedAnswer]
    next_cursor: str | None

    @classmethod
    def told(cls, view: CancellationView, language: Language, next_cursor: str | None) -> Self:
        answer = CancellationAnswer.of(view.run)
        return cls(
            **answer.model_dump(exclude={"registrations"}),
            registrations=answer.registrations,
            not_refunded=[NotRefundedAnswer.of(each, language) for each in view.not_refunded.items],
            next_cursor=next_cursor,
        )
