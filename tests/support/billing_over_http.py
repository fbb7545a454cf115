"""The billing function, hosted pages and clock of a world, answering as a running stack does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from functions.billing import app as billing_app
from guichet.access.membership import OPERATOR, Member, Role
from guichet.entry.http import serve
from local.calls import Answer
from tests.support.billing import Billing
from tests.support.gateway import CONTEXT, came, http_event

URL = "http://stack.example"


class OverHttp:
    """`call` of `local.calls`, served in process; a token is the name of a member."""

    def __init__(self, billing: Billing) -> None:
        self._billing = billing
        world = billing.world
        self._app = billing_app.build(lambda: world.parts, world.log)
        self._members: Mapping[str, Member] = {
            "owner": billing.owner,
            "representative": world.member("ria", Role.REPRESENTATIVE, account_id=OPERATOR),
        }

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: Any = None,  # noqa: ANN401 - any JSON
        *,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout_seconds: float = 30,
    ) -> Answer:
        del timeout_seconds
        parts = urlsplit(url)
        if parts.path == "/_local/clock":
            return self._moved(int(body["advance_seconds"]))
        if parts.path.startswith("/v1/"):
            return self._asked(method, parts.path, parts.query, body, headers or {})
        return self._on_the_page(parts.path, parts.query, form or {})

    def _asked(
        self,
        method: str,
        path: str,
        query: str,
        body: Any,  # noqa: ANN401 - same
        headers: Mapping[str, str],
    ) -> Answer:
        world = self._billing.world
        token = headers.get("authorization", "").removeprefix("Bearer ")
        event = http_event(
            method, path, body=body, headers=headers, query=query, member=self._members[token]
        )
        answer = came(serve(self._app, event, CONTEXT, world.log))
        world.settle_down()
        return Answer(
            answer.status, answer.headers, json.loads(answer.text) if answer.text else None
        )

    def _moved(self, seconds: int) -> Answer:
        """A day at a time, as upkeep runs every minute."""
        left = timedelta(seconds=seconds)
        while left:
            step = min(left, timedelta(days=1))
            self._billing.world.clock.at += step
            self._billing.world.settle_down()
            left -= step
        return Answer(200, {}, {})

    def _on_the_page(self, path: str, query: str, form: Mapping[str, str]) -> Answer:
        """The buyer's yes, at the provider whose page it is."""
        world = self._billing.world
        if form["act"] == "ok":
            world.stripe.pay(path.rsplit("/", 1)[-1])
        else:
            world.paypal.approve(parse_qs(query)["token"][0])
        world.settle_down()
        return Answer(303, {}, None)
