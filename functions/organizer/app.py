"""The organizer function before its routes exist: every path is unknown, and says so."""

import json
from typing import Any


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001  Lambda's signature
    """Answer a problem document with status 404."""
    problem = {
        "type": "about:blank",
        "title": "Not found",
        "status": 404,
        "detail": "There is nothing at this address.",
        "code": "not_found",
        "instance": event.get("rawPath", ""),
        "errors": [],
    }
    return {
        "statusCode": 404,
        "headers": {"content-type": "application/problem+json"},
        "body": json.dumps(problem),
    }
