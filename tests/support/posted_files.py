"""A file posted into a bucket, as a page's form does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from urllib3 import PoolManager


def posted(
    ticket: Mapping[str, Any], content: bytes, fields: Mapping[str, str] | None = None
) -> int:
    """The status that S3 answers; `fields` take the place of some of the form's own."""
    own: dict[str, str] = {**ticket["fields"], **(fields or {})}
    parts: list[tuple[str, str | tuple[str, bytes, str]]] = list(own.items())
    parts.append(("file", ("certificate", content, own["Content-Type"])))
    answer = PoolManager().request(
        "POST", ticket["url"], fields=parts, retries=False, redirect=False
    )
    return answer.status
