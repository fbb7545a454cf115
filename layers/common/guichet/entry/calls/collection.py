"""What the operator's representatives do: activation, pinned prices, overdue, payments received by hand."""

from __future__ import annotations

from typing import Annotated, Final

from aws_lambda_powertools.event_handler.openapi.params import Body

from guichet.entry.calls.billing import BillingCalls
from guichet.entry.calls.signed_in import SIGN_IN
from guichet.entry.calls.subscriptions import SUBSCRIPTION
from guichet.entry.http import MemberKey, MemberKeyOrNone, Text, answered, route
from guichet.entry.models.balances import BalanceAnswer, ReceivedPayment
from guichet.entry.models.subscriptions import (
    ActivationRequest,
    CollectionStateRequest,
    PinRequest,
    SubscriptionAnswer,
)
from guichet.period import local_day
from guichet.subscriptions.use_cases.pin_subscription import PinSubscription, pin_subscription
from guichet.subscriptions.use_cases.record_payment import RecordPayment, record_payment
from guichet.subscriptions.use_cases.report_activation import ReportActivation, report_activation
from guichet.subscriptions.use_cases.set_collection_state import (
    CollectionState,
    SetCollectionState,
    set_collection_state,
)

RECEIVED: Final = "/v1/payments-received"

Activating = Annotated[ActivationRequest | None, Body()]


class CollectionCalls(BillingCalls):
    """One method a call."""

    @route(
        "POST",
        f"{SUBSCRIPTION}/activation",
        "Report that what was ordered works: its billing begins",
        who=SIGN_IN,
        answers=SubscriptionAnswer,
    )
    def report_activation(
        self,
        subscription_id: str,
        body: Activating = None,
        idempotency_key: MemberKeyOrNone = None,
    ) -> Text:
        sender = self._sender()
        command = ReportActivation(
            self._action(sender, subscription_id, idempotency_key),
            day=None if body is None else body.day,
        )
        return self._shown(sender, report_activation(command, carts=sender.held.billing.carts))

    @route(
        "POST",
        f"{SUBSCRIPTION}/pin",
        "Keep the prices of a version of the catalogue, or let go of them",
        who=SIGN_IN,
        answers=SubscriptionAnswer,
    )
    def pin_subscription(
        self, subscription_id: str, body: PinRequest, idempotency_key: MemberKeyOrNone = None
    ) -> Text:
        sender = self._sender()
        action = self._action(sender, subscription_id, idempotency_key)
        reply = pin_subscription(
            PinSubscription(action, body.version), carts=sender.held.billing.carts
        )
        return self._shown(sender, reply)

    @route(
        "POST",
        f"{SUBSCRIPTION}/collection-state",
        "Set overdue, suspended, or working again",
        who=SIGN_IN,
        answers=SubscriptionAnswer,
    )
    def set_collection_state(
        self,
        subscription_id: str,
        body: CollectionStateRequest,
        idempotency_key: MemberKeyOrNone = None,
    ) -> Text:
        sender = self._sender()
        action = self._action(sender, subscription_id, idempotency_key)
        reply = set_collection_state(
            SetCollectionState(action, CollectionState(body.state)),
            carts=sender.held.billing.carts,
        )
        return self._shown(sender, reply)

    @route(
        "POST",
        RECEIVED,
        "Record money that came outside the providers: it pays the oldest invoices, the rest is credit",
        who=SIGN_IN,
        answers=BalanceAnswer,
        status=201,
    )
    def record_payment(self, body: ReceivedPayment, idempotency_key: MemberKey) -> Text:
        sender = self._sender()
        carts = sender.held.billing.carts
        command = RecordPayment(
            selling_entity=body.selling_entity,
            amount=body.money(),
            reference=body.reference,
            member=sender.member,
            idempotency_key=idempotency_key,
            actor=sender.actor,
        )
        reply = record_payment(command, carts=carts)
        zone = carts.records.profile(sender.account_id).time_zone
        return answered(
            BalanceAnswer.of(reply.value, local_day(carts.clock.now(), zone), sender.member),
            status=201,
            replayed=reply.replayed,
        )
