"""One road for every call: check the body, find the route, answer or refuse, write one line of log."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Final

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.event_handler.openapi.params import Header, Query

from guichet.adapters.dynamo.seam import StoreUnavailableError
from guichet.entry.bodies import check_body
from guichet.entry.fields import refusal_of_fields
from guichet.entry.problems import Problem, problem_of, refusal_of
from guichet.errors import ConcurrentUpdateError, NotFound, Refusal, Unavailable
from guichet.languages import Language, preferred_language

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext
    from pydantic import BaseModel

type Log = Any  # Powertools' logger
Text = Response[str]

_ROUTE: Final = "__guichet_route__"
_KEY: Final = r"^[A-Za-z0-9_\-:.]+$"

# 22 characters of this alphabet can hold 128 random bits; who guesses a key reads its answer.
PublicKey = Annotated[
    str, Header(alias="Idempotency-Key", min_length=22, max_length=255, pattern=_KEY)
]
PublicKeyOrNone = Annotated[
    str | None, Header(alias="Idempotency-Key", min_length=22, max_length=255, pattern=_KEY)
]
MemberKey = Annotated[
    str, Header(alias="Idempotency-Key", min_length=1, max_length=255, pattern=_KEY)
]
MemberKeyOrNone = Annotated[
    str | None, Header(alias="Idempotency-Key", min_length=1, max_length=255, pattern=_KEY)
]
IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", description="The ETag that the change is meant for; optional."),
]
Limit = Annotated[int, Query(ge=1, le=100)]
Cursor = Annotated[str | None, Query(max_length=2000)]


@dataclass(frozen=True, slots=True)
class Route:
    """What the table of a function and the OpenAPI document say of one call."""

    method: str
    path: str
    summary: str
    answers: type[BaseModel] | None
    status: int
    who: str
    media_type: str
    also: Mapping[int, type[BaseModel]]


def route(
    method: str,
    path: str,
    summary: str,
    *,
    who: str,
    answers: type[BaseModel] | None = None,
    status: int = 200,
    media_type: str = "application/json",
    also: Mapping[int, type[BaseModel]] = MappingProxyType({}),
) -> Callable[[Callable[..., Text]], Callable[..., Text]]:
    """Mark a method as the answer to a call. `who` is the security scheme, empty for anyone.

    `media_type` is of an answer that is a file; `also` has what it answers with another status.
    """

    def mark(function: Callable[..., Text]) -> Callable[..., Text]:
        marked = Route(method, path, summary, answers, status, who, media_type, also)
        setattr(function, _ROUTE, marked)
        return function

    return mark


def resolver(log: Log) -> APIGatewayHttpResolver:
    """A resolver whose refusals are problem documents; what is no refusal is not caught."""
    app = APIGatewayHttpResolver(enable_validation=True)

    def refused(error: Exception) -> Response[str]:
        event = app.current_event.raw_event
        path = str(event.get("rawPath", ""))
        refusal = _refusal(error)
        problem = problem_of(refusal, path, language_asked_for(event))
        _note(log, problem, path, refusal)
        return Response(problem.status, body=problem.body, headers=problem.headers)

    app.exception_handler(
        [
            Refusal,
            RequestValidationError,
            NotFoundError,
            StoreUnavailableError,
            ConcurrentUpdateError,
        ]
    )(refused)
    return app


def language_asked_for(event: Mapping[str, Any]) -> Language:
    """The language of ours that the caller prefers; the gateway writes names of headers small."""
    return preferred_language(str((event.get("headers") or {}).get("accept-language", "")))


def _refusal(error: Exception) -> Refusal:
    match error:
        case RequestValidationError():
            return refusal_of_fields(error.errors())
        case NotFoundError():
            return NotFound("no_such_address", "There is nothing at this address.")
        case Refusal() | StoreUnavailableError() | ConcurrentUpdateError():
            return refusal_of(error)
        case _:
            raise error


def mount(app: APIGatewayHttpResolver, calls: object) -> APIGatewayHttpResolver:
    """Register every marked method of an object."""
    for name in vars(type(calls)):
        method = getattr(calls, name)
        marked = getattr(method, _ROUTE, None)
        if isinstance(marked, Route):
            app.route(
                marked.path,
                method=marked.method,
                summary=marked.summary,
                operation_id=name,
                responses=_responses(marked),
                security=[{marked.who: []}] if marked.who else None,
            )(method)
    return app


def _responses(marked: Route) -> Any:  # noqa: ANN401 - Powertools' own typed dictionaries
    good: dict[str, Any] = {"description": HTTPStatus(marked.status).phrase}
    if marked.answers is not None:
        good["content"] = {"application/json": {"model": marked.answers}}
    elif marked.media_type != "application/json":
        good["content"] = {
            marked.media_type.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}}
        }
    others = {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {"application/json": {"model": model}},
        }
        for status, model in marked.also.items()
    }
    return {marked.status: good, **others}


def serve(
    app: APIGatewayHttpResolver, event: Mapping[str, Any], context: LambdaContext, log: Log
) -> dict[str, Any]:
    """Answer one event of the gateway."""
    path = str(event.get("rawPath", ""))
    try:
        check_body(event)
    except Refusal as refusal:
        problem = problem_of(refusal, path)
        _note(log, problem, path, refusal)
        return {
            "statusCode": problem.status,
            "headers": dict(problem.headers),
            "body": problem.body,
            "isBase64Encoded": False,
        }
    answer = app.resolve(dict(event), context)
    if answer["statusCode"] < 400:
        headers = answer.get("headers") or {}
        made = headers.get("Location")
        log.info(
            "answered", method=_method(event), path=path, status=answer["statusCode"], made=made
        )
    return answer


def _method(event: Mapping[str, Any]) -> str:
    return str(event["requestContext"]["http"]["method"])


def _note(log: Log, problem: Problem, path: str, refusal: Refusal) -> None:
    """What is missing or down is told in English, too: the caller may have read another sentence."""
    why = {"why": refusal.detail} if isinstance(refusal, Unavailable) else {}
    log.info("refused", code=problem.code, path=path, status=problem.status, **why)


def answered(
    body: BaseModel | None,
    *,
    status: int = 200,
    location: str | None = None,
    version: int | None = None,
    replayed: bool = False,
    language: Language | None = None,
) -> Text:
    """An answer with the headers that every one of them has: nothing here may be kept by a cache."""
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    if body is not None:
        headers["Content-Type"] = "application/json"
    if location is not None:
        headers["Location"] = location
    if version is not None:
        headers["ETag"] = f'"{version}"'
    if language is not None:
        headers["Content-Language"] = language
    if replayed:
        headers["Idempotency-Replayed"] = "true"
    text = "" if body is None else body.model_dump_json()
    return Response(status, body=text, headers=headers)


def table_answered(text: str, next_cursor: str | None) -> Text:
    """A table in CSV; where it is cut off, a header says where it goes on."""
    headers = {
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Type": "text/csv; charset=utf-8; header=present",
        "Content-Disposition": 'attachment; filename="registrations.csv"',
    }
    if next_cursor is not None:
        headers["Next-Cursor"] = next_cursor
    return Response(200, body=text, headers=headers)


def file_answered(content: bytes, media_type: str, name: str) -> Text:
    """A file of ours, under a name of ours, that no browser opens as anything else.

    It travels to the gateway in base 64, which gives out the bytes.
    """
    headers = {
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Type": media_type,
        "Content-Disposition": f'attachment; filename="{name}"',
        "ETag": f'"{hashlib.sha256(content).hexdigest()[:32]}"',
    }
    answer = Response(200, body=b64encode(content).decode(), headers=headers)
    answer.base64_encoded = True
    return answer
