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
from local.calls import Answer, Posted
from tests.support.gateway import CONTEXT, came, http_event
from tests.support.world import World

URL = "http://stack.example"
SECOND_ACT = timedelta(days=420)  # so long the demo's second act lasts: the third begins then


class OverHttp:
    """`call` of `local.calls`, served in process; a token is the name of a member."""

    def __init__(self, world: World, members: Mapping[str, Member]) -> None:
        self._world = world
        self._app = billing_app.build(lambda: world.parts, world.log)
        representative = world.member("ria", Role.REPRESENTATIVE, account_id=OPERATOR)
        self._members = {**members, "representative": representative}

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: Any = None,  # noqa: ANN401 - any JSON
        *,
        form: Mapping[str, str] | None = None,
        file: Posted | None = None,
        headers: Mapping[str, str] | None = None,
        timeout_seconds: float = 30,
    ) -> Answer:
        del timeout_seconds
        parts = urlsplit(url)
        if parts.path == "/_local/clock":
            return self._moved(0 if body is None else int(body["advance_seconds"]))
        if file is not None:
            posted = self._world.files.post(dict(form or {}), file.content)
            return Answer(204 if posted else 400, {}, None)
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
        world = self._world
        token = headers.get("authorization", "").removeprefix("Bearer ")
        event = http_event(
            method, path, body=body, headers=headers, query=query, member=self._members[token]
        )
        answer = came(serve(self._app, event, CONTEXT, world.log))
        world.settle_down()
        is_json = "json" in answer.headers.get("content-type", "")
        told = json.loads(answer.text) if is_json and answer.text else None
        return Answer(answer.status, answer.headers, told, answer.content)

    def _moved(self, seconds: int) -> Answer:
        """A day at a time, as upkeep runs every minute."""
        left = timedelta(seconds=seconds)
        while left:
            step = min(left, timedelta(days=1))
            self._world.clock.at += step
            self._world.settle_down()
            left -= step
        return Answer(200, {}, {"now": self._world.clock.now().isoformat(timespec="seconds")})

    def _on_the_page(self, path: str, query: str, form: Mapping[str, str]) -> Answer:
        """The buyer's yes, at the provider whose page it is."""
        world, session_id = self._world, path.rsplit("/", 1)[-1]
        if "/setup/" in path:
            world.stripe.agree(session_id, form["act"])
        elif form["act"] == "ok":
            world.stripe.pay(session_id)
        else:
            world.paypal.approve(parse_qs(query)["token"][0])
        world.settle_down()
        return Answer(303, {}, None)
