"""Subscriptions: see, try, change at renewal, cancel, withdraw (SUB-4, SUB-8, SUB-19)."""

from __future__ import annotations

from typing import Annotated, Final

from aws_lambda_powertools.event_handler.openapi.params import Body

from guichet.entry.callers import known_form
from guichet.entry.calls.billing import BillingCalls
from guichet.entry.calls.signed_in import SIGN_IN
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
from guichet.entry.models.subscriptions import (
    CancelSubscriptionRequest,
    NextBillAnswer,
    SubscriptionAnswer,
    SubscriptionPatch,
    SubscriptionsAnswer,
    TrialRequest,
)
from guichet.subscriptions.use_cases.cancel_subscription import (
    CancelSubscription,
    cancel_subscription,
)
from guichet.subscriptions.use_cases.change_at_renewal import ChangeAtRenewal, change_at_renewal
from guichet.subscriptions.use_cases.read_subscriptions import (
    list_subscriptions,
    read_next_bill,
    read_subscription,
)
from guichet.subscriptions.use_cases.start_trial import StartTrial, start_trial
from guichet.subscriptions.use_cases.withdraw_cancellation import withdraw_cancellation

SUBSCRIPTIONS: Final = "/v1/subscriptions"
SUBSCRIPTION: Final = f"{SUBSCRIPTIONS}/<subscription_id>"

Cancelling = Annotated[CancelSubscriptionRequest | None, Body()]


class SubscriptionCalls(BillingCalls):
    """One method a call."""

    @route(
        "GET",
        SUBSCRIPTIONS,
        "List the account's subscriptions, those that have ended among them",
        who=SIGN_IN,
        answers=SubscriptionsAnswer,
    )
    def list_subscriptions(self, limit: Limit = 25, cursor: Cursor = None) -> Text:
        sender = self._sender()
        carts, naming = sender.held.billing.carts, self._naming(sender)
        part = list_subscriptions(
            sender.member, limit=limit, after=sender.place(cursor, SUBSCRIPTIONS), carts=carts
        )
        account = carts.records.account(sender.account_id)
        return answered(
            SubscriptionsAnswer(
                items=[SubscriptionAnswer.of(each, account, naming) for each in part.items],
                next_cursor=sender.cursor(part.after, SUBSCRIPTIONS),
            ),
            language=sender.language,
        )

    @route("GET", SUBSCRIPTION, "Read a subscription", who=SIGN_IN, answers=SubscriptionAnswer)
    def read_subscription(self, subscription_id: str) -> Text:
        sender = self._sender()
        carts = sender.held.billing.carts
        view = read_subscription(
            sender.member, known_form(subscription_id, "subscription"), carts=carts
        )
        return answered(
            SubscriptionAnswer.of(
                view, carts.records.account(sender.account_id), self._naming(sender)
            ),
            version=view.subscription.version,
            language=sender.language,
        )

    @route(
        "GET",
        f"{SUBSCRIPTION}/next-bill",
        "Read what the next period will be billed, by what is known today",
        who=SIGN_IN,
        answers=NextBillAnswer,
    )
    def read_next_bill(self, subscription_id: str) -> Text:
        sender = self._sender()
        found = read_next_bill(
            sender.member,
            known_form(subscription_id, "subscription"),
            carts=sender.held.billing.carts,
        )
        return answered(NextBillAnswer.of(found, self._naming(sender)), language=sender.language)

    @route(
        "PATCH",
        SUBSCRIPTION,
        "Change what the next period is for: fewer seats or add-ons, another frequency",
        who=SIGN_IN,
        answers=SubscriptionAnswer,
    )
    def change_at_renewal(
        self,
        subscription_id: str,
        body: SubscriptionPatch,
        idempotency_key: MemberKeyOrNone = None,
        if_match: IfMatch = None,
    ) -> Text:
        del if_match  # read by the caller; here for the OpenAPI document
        sender = self._sender()
        command = ChangeAtRenewal(
            self._action(sender, subscription_id, idempotency_key),
            seats=body.wanted_seats(),
            add_ons=body.quantities(),
            frequency=body.wanted_frequency(),
        )
        return self._shown(sender, change_at_renewal(command, carts=sender.held.billing.carts))

    @route(
        "POST",
        f"{SUBSCRIPTION}/cancel",
        "Cancel: it does not renew, and lasts to the end of what is billed",
        who=SIGN_IN,
        answers=SubscriptionAnswer,
    )
    def cancel_subscription(
        self,
        subscription_id: str,
        body: Cancelling = None,
        idempotency_key: MemberKeyOrNone = None,
    ) -> Text:
        sender = self._sender()
        command = CancelSubscription(
            self._action(sender, subscription_id, idempotency_key),
            ends_on=None if body is None else body.ends_on,
        )
        return self._shown(sender, cancel_subscription(command, carts=sender.held.billing.carts))

    @route(
        "POST",
        f"{SUBSCRIPTION}/withdraw",
        "Withdraw a cancellation, until it takes effect",
        who=SIGN_IN,
        answers=SubscriptionAnswer,
    )
    def withdraw_cancellation(
        self, subscription_id: str, idempotency_key: MemberKeyOrNone = None
    ) -> Text:
        sender = self._sender()
        action = self._action(sender, subscription_id, idempotency_key)
        return self._shown(sender, withdraw_cancellation(action, carts=sender.held.billing.carts))

    @route(
        "POST",
        "/v1/trials",
        "Start a trial: at once, without a payment method, one for each product",
        who=SIGN_IN,
        answers=SubscriptionAnswer,
        status=201,
    )
    def start_trial(self, body: TrialRequest, idempotency_key: MemberKey) -> Text:
        del idempotency_key  # an account has one trial of a product, whatever the key
        sender = self._sender()
        command = StartTrial(body.product, body.plan, body.seats, sender.member, sender.actor)
        reply = start_trial(command, carts=sender.held.billing.carts)
        made = f"{SUBSCRIPTIONS}/{reply.value.subscription_id}"
        return self._shown(sender, reply, status=201, location=made)
