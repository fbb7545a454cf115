"""What PayPal lists by time: the events that its webhooks brought, or should have (EXT-3)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import quote, urlsplit

from guichet.adapters.paypal.client import Budget, Call, Json, PayPalClient
from guichet.adapters.paypal.fields import instant, objects_of, text_of
from guichet.adapters.paypal.webhooks import ENDPOINT_EVENTS
from guichet.payments.books import Listed, ListedKind, ListPage

_EVENTS: Final = "/v1/notifications/webhooks-events"
_PAGE: Final = 100


class PayPalBooks:
    """Implements `ProviderBooks` on the list of webhook events, which is the operator's own.

    PayPal lists nothing else by time that a partner may read for a seller without a permission
    of its own: orders, captures, refunds and disputes are asked about one by one.
    """

    kinds = (ListedKind.EVENT,)

    def __init__(self, client: PayPalClient) -> None:
        self._client = client

    def listed(
        self,
        kind: ListedKind,
        *,
        payee: str,
        since: datetime,
        until: datetime,
        after: str | None = None,
        budget: Budget | None = None,
    ) -> ListPage:
        """A page of what was made in [since, until); nothing of a seller, or of another kind.

        Raises:
            ProviderUnavailableError: no answer, or one that can't be read.
            ProviderRefusedError: the operator has no client there (any more).
        """
        if kind is not ListedKind.EVENT or payee:
            return ListPage((), None)
        query = after or _window(since, until)
        answer = self._client.send(
            Call("GET", f"{_EVENTS}?{query}"), budget or self._client.budget()
        )
        events = [_listed(each) for each in objects_of(answer, "events")]
        known = (each for each in events if each.event_kind in ENDPOINT_EVENTS)
        return ListPage(tuple(each for each in known if since <= each.at < until), _next(answer))


def _window(since: datetime, until: datetime) -> str:
    """PayPal counts in seconds and takes both ends: what lies outside is left out here."""
    last = until.astimezone(UTC) + timedelta(microseconds=999_999)
    return f"page_size={_PAGE}&start_time={_text(since.astimezone(UTC))}&end_time={_text(last)}"


def _text(at: datetime) -> str:
    return quote(at.strftime("%Y-%m-%dT%H:%M:%SZ"), safe="")


def _next(answer: Json) -> str | None:
    """The query of the next page; where it leads is not for the answer to say."""
    for each in objects_of(answer, "links"):
        if each.get("rel") == "next" and objects_of(answer, "events"):
            return urlsplit(text_of(each, "href")).query or None
    return None


def _listed(event: Json) -> Listed:
    """An event as its webhook would bring it: the same object, whatever its bytes were."""
    return Listed(
        kind=ListedKind.EVENT,
        object_id=text_of(event, "id"),
        at=instant(text_of(event, "create_time")),
        payee="",
        amount=None,
        status="",
        settled=False,
        event=json.dumps(event, separators=(",", ":")).encode(),
        event_kind=text_of(event, "event_type"),
    )
