"""Trainings: draft, read, change, delete, open, close (REG-1)."""

from __future__ import annotations

from typing import Final

from guichet.entry.callers import known_form
from guichet.entry.calls.signed_in import SIGN_IN, Sender, SignedInCalls
from guichet.entry.http import (
    Cursor,
    IfMatch,
    Limit,
    MemberKey,
    MemberKeyOrNone,
    Text,
    answered,
    route,
)
from guichet.entry.models.trainings import (
    TrainingAnswer,
    TrainingPatch,
    TrainingRequest,
    TrainingsAnswer,
)
from guichet.registration.training import Training
from guichet.registration.use_cases.close_training import CloseTraining, close_training
from guichet.registration.use_cases.create_training import CreateTraining, create_training
from guichet.registration.use_cases.delete_training import DeleteTraining, delete_training
from guichet.registration.use_cases.list_trainings import list_trainings
from guichet.registration.use_cases.open_training import OpenTraining, open_training
from guichet.registration.use_cases.read_training import read_training
from guichet.registration.use_cases.update_training import UpdateTraining, update_training
from guichet.replies import Reply

TRAININGS: Final = "/v1/trainings"
TRAINING: Final = f"{TRAININGS}/<training_id>"


class TrainingCalls(SignedInCalls):
    """One method a call."""

    @route(
        "POST",
        TRAININGS,
        "Draft a training",
        who=SIGN_IN,
        answers=TrainingAnswer,
        status=201,
    )
    def create_training(self, body: TrainingRequest, idempotency_key: MemberKey) -> Text:
        sender = self._sender()
        held = sender.held
        command = CreateTraining(
            body.offer(held.policy), sender.member, idempotency_key, sender.actor
        )
        reply = create_training(command, records=held.records, clock=held.clock, policy=held.policy)
        return _shown(sender, reply, created=True)

    @route("GET", TRAININGS, "List trainings", who=SIGN_IN, answers=TrainingsAnswer)
    def list_trainings(self, limit: Limit = 25, cursor: Cursor = None) -> Text:
        sender = self._sender()
        part = list_trainings(
            sender.member,
            records=sender.held.records,
            limit=limit,
            after=sender.place(cursor, TRAININGS),
        )
        policy = sender.held.policy
        return answered(
            TrainingsAnswer(
                items=[TrainingAnswer.of(each, policy) for each in part.items],
                next_cursor=sender.cursor(part.after, TRAININGS),
            )
        )

    @route("GET", TRAINING, "Read a training", who=SIGN_IN, answers=TrainingAnswer)
    def read_training(self, training_id: str) -> Text:
        sender = self._sender()
        training, seats = read_training(
            known_form(training_id, "training"), sender.member, records=sender.held.records
        )
        answer = TrainingAnswer.of(training, sender.held.policy, seats)
        return answered(answer, version=training.version)

    @route("PATCH", TRAINING, "Change a training", who=SIGN_IN, answers=TrainingAnswer)
    def update_training(
        self,
        training_id: str,
        body: TrainingPatch,
        idempotency_key: MemberKeyOrNone = None,
        if_match: IfMatch = None,
    ) -> Text:
        del if_match  # read by the caller; here for the OpenAPI document
        sender = self._sender()
        held = sender.held
        command = UpdateTraining(
            training_id=known_form(training_id, "training"),
            changed=body.changed(),
            expected=sender.caller.versions_expected(),
            member=sender.member,
            idempotency_key=idempotency_key,
            actor=sender.actor,
        )
        reply = update_training(command, records=held.records, clock=held.clock, policy=held.policy)
        return _shown(sender, reply)

    @route("DELETE", TRAINING, "Delete a draft", who=SIGN_IN, status=204)
    def delete_training(self, training_id: str, idempotency_key: MemberKeyOrNone = None) -> Text:
        sender = self._sender()
        command = DeleteTraining(
            known_form(training_id, "training"), sender.member, idempotency_key, sender.actor
        )
        reply = delete_training(command, records=sender.held.records, clock=sender.held.clock)
        return answered(None, status=204, replayed=reply.replayed)

    @route("POST", f"{TRAINING}/open", "Open for registration", who=SIGN_IN, answers=TrainingAnswer)
    def open_training(self, training_id: str, idempotency_key: MemberKeyOrNone = None) -> Text:
        sender = self._sender()
        held = sender.held
        command = OpenTraining(
            known_form(training_id, "training"), sender.member, idempotency_key, sender.actor
        )
        reply = open_training(command, records=held.records, clock=held.clock, policy=held.policy)
        return _shown(sender, reply)

    @route(
        "POST",
        f"{TRAINING}/close",
        "Close registration, and end open payment sessions",
        who=SIGN_IN,
        answers=TrainingAnswer,
    )
    def close_training(self, training_id: str, idempotency_key: MemberKeyOrNone = None) -> Text:
        sender = self._sender()
        command = CloseTraining(
            known_form(training_id, "training"), sender.member, idempotency_key, sender.actor
        )
        reply = close_training(command, records=sender.held.records, clock=sender.held.clock)
        return _shown(sender, reply)


def _shown(sender: Sender, reply: Reply[Training], *, created: bool = False) -> Text:
    training = reply.value
    return answered(
        TrainingAnswer.of(training, sender.held.policy),
        status=201 if created else 200,
        location=f"{TRAININGS}/{training.training_id}" if created else None,
        version=training.version,
        replayed=reply.replayed,
    )
