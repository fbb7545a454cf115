"""Refusals: what a caller did or met, with a stable public code. The edge turns them into HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field at fault: a JSON pointer into the request, a code and a sentence."""

    pointer: str
    code: str
    detail: str


class Refusal(Exception):  # noqa: N818 - a refusal is an expected answer, not an error of ours
    """A clear no that left nothing behind. `code` is public and never changes its meaning.

    Args:
        code: stable snake_case code.
        detail: one English sentence that says what to do instead.
        rule: the rule that asks for the refusal, where one does.
        errors: the fields at fault.
        retry_after_seconds: when trying again makes sense.
        facts: what the sentence names, for its translations.
    """

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        rule: str | None = None,
        errors: tuple[FieldError, ...] = (),
        retry_after_seconds: int | None = None,
        retry_at: datetime | None = None,
        facts: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.rule = rule
        self.errors = errors
        self.retry_after_seconds = retry_after_seconds
        self.retry_at = retry_at
        self.facts: Mapping[str, str] = facts or {}


class NotFound(Refusal):
    """Absent, or somebody else's: the two are never told apart (ACC-2)."""


class NotAllowed(Refusal):
    """Known caller without the permission."""


class BadToken(Refusal):
    """A registrant's token that is wrong, expired, or for something else (ACC-5)."""


class Invalid(Refusal):
    """The request itself is wrong and would be wrong at any time."""


class Conflict(Refusal):
    """Right in form, but not in the present state."""


class Stale(Refusal):
    """The caller's `If-Match` names a version that is no more."""


class TooMany(Refusal):
    """A limit per source was reached."""


class Unavailable(Refusal):
    """Something outside does not answer; nothing was lost, try again."""


class ConcurrentUpdateError(Exception):
    """Somebody else wrote first: load again and decide again. Never shown to a caller."""


def invalid_field(
    pointer: str,
    code: str,
    detail: str,
    *,
    rule: str | None = None,
    facts: Mapping[str, str] | None = None,
) -> Invalid:
    """An `Invalid` that names the one field at fault."""
    errors = (FieldError(pointer, code, detail),)
    return Invalid(code, detail, rule=rule, errors=errors, facts=facts)


def not_found(what: str) -> NotFound:
    return NotFound("not_found", f"There is no such {what}.")
