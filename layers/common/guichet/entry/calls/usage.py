"""Usage: the operator's systems tell it, customers see it (INV-8)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Final

from aws_lambda_powertools.event_handler.openapi.params import Query

from guichet.bootstrap import Container
from guichet.entry.callers import known_form
from guichet.entry.calls.signed_in import SIGN_IN, SignedInCalls
from guichet.entry.http import MemberKeyOrNone, Text, answered, language_asked_for, route
from guichet.entry.models.usage import (
    UsageAnswer,
    UsageBatch,
    UsageResultAnswer,
    UsageResultsAnswer,
    month_given,
)
from guichet.languages import Language
from guichet.subscriptions.metering import Metering
from guichet.subscriptions.use_cases.read_usage import ReadUsage, read_usage
from guichet.subscriptions.use_cases.record_usage import RecordUsage, record_usage

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

USAGE: Final = "/v1/usage"
OF_SUBSCRIPTION: Final = "/v1/subscriptions/<subscription_id>/usage"

Month = Annotated[
    str | None,
    Query(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", description="As 2026-11; else the running one."),
]


class UsageCalls(SignedInCalls):
    """One method a call.

    Args:
        app: where they are mounted.
        container: the worker's parts.
        metering: what usage is recorded and read with.
    """

    def __init__(
        self,
        app: APIGatewayHttpResolver,
        container: Callable[[], Container],
        metering: Callable[[], Metering],
    ) -> None:
        super().__init__(app, container)
        self._metering = metering

    @route(
        "POST",
        USAGE,
        "Tell what was used, in batches; each record has a result and none suffers from another",
        who=SIGN_IN,
        answers=UsageResultsAnswer,
    )
    def record_usage(self, body: UsageBatch, idempotency_key: MemberKeyOrNone = None) -> Text:
        del idempotency_key  # the records' own keys make a repeat harmless
        sender = self._sender()
        results = record_usage(RecordUsage(body.given(), sender.member), metering=self._metering())
        language = self._language()
        return answered(
            UsageResultsAnswer(results=[UsageResultAnswer.of(each, language) for each in results]),
            language=language,
        )

    @route(
        "GET",
        OF_SUBSCRIPTION,
        "Read what was used in a month, what is included, and what it comes to so far",
        who=SIGN_IN,
        answers=UsageAnswer,
    )
    def read_usage(self, subscription_id: str, month: Month = None) -> Text:
        sender = self._sender()
        query = ReadUsage(
            subscription_id=known_form(subscription_id, "subscription"),
            month=None if month is None else month_given(month),
            member=sender.member,
        )
        view = read_usage(query, metering=self._metering())
        language = self._language()
        return answered(UsageAnswer.of(view, language), language=language)

    def _language(self) -> Language:
        return language_asked_for(self._app.current_event.raw_event)
