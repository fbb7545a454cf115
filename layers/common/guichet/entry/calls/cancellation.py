"""Cancel a training, and see how far that is (REG-8, RFD-5)."""

from __future__ import annotations

from typing import Final

from guichet.entry.callers import known_form
from guichet.entry.calls.signed_in import SIGN_IN, SignedInCalls
from guichet.entry.http import (
    Cursor,
    Limit,
    MemberKey,
    Text,
    answered,
    language_asked_for,
    route,
)
from guichet.entry.models.cancellations import (
    CancellationAnswer,
    CancellationReport,
    CancellationRequest,
)
from guichet.registration.use_cases.cancel_training import CancelTraining, cancel_training
from guichet.registration.use_cases.read_cancellation import read_cancellation

_TRAINING: Final = "/v1/trainings/<training_id>"
_CANCELLATION: Final = f"{_TRAINING}/cancellation"


class CancellationCalls(SignedInCalls):
    """One method a call."""

    @route(
        "POST",
        f"{_TRAINING}/cancel",
        "Cancel a training: everyone is told, and refunded where that can be",
        who=SIGN_IN,
        answers=CancellationAnswer,
        status=202,
    )
    def cancel_training(
        self, training_id: str, body: CancellationRequest, idempotency_key: MemberKey
    ) -> Text:
        sender = self._sender()
        command = CancelTraining(
            training_id=known_form(training_id, "training"),
            explanation=body.reason,
            note=body.note,
            member=sender.member,
            idempotency_key=idempotency_key,
            actor=sender.actor,
        )
        reply = cancel_training(command, records=sender.held.records, clock=sender.held.clock)
        return answered(
            CancellationAnswer.of(reply.value),
            status=202,
            location=f"/v1/trainings/{training_id}/cancellation",
            replayed=reply.replayed,
        )

    @route(
        "GET",
        _CANCELLATION,
        "How far a cancelled training is, and who could not be refunded and why",
        who=SIGN_IN,
        answers=CancellationReport,
    )
    def read_cancellation(self, training_id: str, limit: Limit = 25, cursor: Cursor = None) -> Text:
        sender = self._sender()
        language = language_asked_for(self._app.current_event.raw_event)
        scope = (_CANCELLATION, training_id)
        view = read_cancellation(
            known_form(training_id, "training"),
            sender.member,
            records=sender.held.records,
            limit=limit,
            after=sender.place(cursor, *scope),
        )
        next_cursor = sender.cursor(view.not_refunded.after, *scope)
        return answered(CancellationReport.told(view, language, next_cursor), language=language)
