"""Events as the HTTP API's gateway sends them (payload format 2.0), and what came back."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from guichet.access.membership import Member

type Handle = Callable[[dict[str, Any], Any], dict[str, Any]]

SOURCE = "203.0.113.7"
KEY = "k3yk3yk3yk3yk3yk3yk3yk3y"  # as long as 128 random bits


@dataclass(frozen=True)
class Came:
    """A function's answer as the gateway passes it on."""

    status: int
    headers: Mapping[str, str]
    text: str
    content: bytes = b""  # of a file

    @property
    def body(self) -> Any:  # noqa: ANN401 - any JSON
        return json.loads(self.text)

    @property
    def code(self) -> str:
        assert self.headers["content-type"] == "application/problem+json"
        return str(self.body["code"])


def http_event(
    method: str,
    path: str,
    *,
    body: object = None,
    raw: str | None = None,
    headers: Mapping[str, str] | None = None,
    query: str = "",
    member: Member | None = None,
    encoded: bool = False,
    source: str = SOURCE,
) -> dict[str, Any]:
    """One call. `raw` is a body that is not (only) JSON; `encoded` sends it in base 64."""
    text = raw if raw is not None else None if body is None else json.dumps(body)
    sent = {"host": "api.example", **(headers or {})}
    if text is not None:
        sent.setdefault("content-type", "application/json")
    context: dict[str, Any] = {
        "accountId": "000000000000",
        "apiId": "api",
        "domainName": "api.example",
        "http": {
            "method": method,
            "path": path,
            "protocol": "HTTP/1.1",
            "sourceIp": source,
            "userAgent": "test",
        },
        "requestId": "request-1",
        "routeKey": f"{method} {path}",
        "stage": "$default",
        "time": "22/Nov/2026:09:00:00 +0000",
        "timeEpoch": 1795338000000,
    }
    if member is not None:
        claims = {"iss": member.issuer, "sub": member.subject, "cognito:groups": "[owner]"}
        context["authorizer"] = {"jwt": {"claims": claims, "scopes": None}}
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": f"{method} {path}",
        "rawPath": path,
        "rawQueryString": query,
        "headers": sent,
        "requestContext": context,
        "isBase64Encoded": encoded,
    }
    if query:
        pairs = (part.split("=", 1) for part in query.split("&"))
        event["queryStringParameters"] = dict(pairs)
    if text is not None:
        event["body"] = base64.b64encode(text.encode()).decode() if encoded else text
    return event


def came(answer: Mapping[str, Any]) -> Came:
    """The answer with its headers in lower case."""
    headers = dict(answer.get("headers") or {})
    for name, values in (answer.get("multiValueHeaders") or {}).items():
        headers[name] = ",".join(values)
    text = answer.get("body") or ""
    content = base64.b64decode(text) if answer.get("isBase64Encoded") else text.encode()
    told = {k.lower(): str(v) for k, v in headers.items()}
    return Came(answer["statusCode"], told, content.decode(errors="surrogateescape"), content)


class LambdaContextForTests(LambdaContext):
    """What the runtime tells a handler of its call."""

    _function_name = "test"
    _function_version = "$LATEST"
    _invoked_function_arn = "arn:aws:lambda:eu-west-1:000000000000:function:test"
    _memory_limit_in_mb = 512
    _aws_request_id = "request-1"


CONTEXT = LambdaContextForTests()
