"""What a mutating use case answers: the aggregate, and whether this was said before (REG-10)."""

from __future__ import annotations

from dataclasses import dataclass

from guichet.errors import Conflict


@dataclass(frozen=True, slots=True)
class Reply[T]:
    """The aggregate as it is now; `replayed` where the same request had been carried out before."""

    value: T
    replayed: bool

    @classmethod
    def new(cls, value: T) -> Reply[T]:
        return cls(value, replayed=False)

    @classmethod
    def replay(cls, value: T, *, same_request: bool) -> Reply[T]:
        """The first answer again, or a refusal where the key was used for something else."""
        if not same_request:
            raise key_reused()
        return cls(value, replayed=True)


def key_reused() -> Conflict:
    return Conflict(
        "idempotency_key_reused",
        "This Idempotency-Key was used for another request; take a new one.",
        rule="REG-10",
    )


HANDLED_KEYS_KEPT = 20  # of one object's own actions; what is created remembers its key for ever


def with_handled(handled: tuple[str, ...], mark: str | None, request_hash: str) -> tuple[str, ...]:
    """Remember that an action with this key was carried out."""
    if mark is None:
        return handled
    return (*handled, f"{mark}:{request_hash}")[-HANDLED_KEYS_KEPT:]


def was_handled(handled: tuple[str, ...], mark: str | None, request_hash: str) -> bool:
    """Whether an action with this key was carried out before.

    Raises:
        Conflict: `idempotency_key_reused`, it was, with another body.
    """
    if mark is None:
        return False
    for entry in handled:
        earlier, _, earlier_hash = entry.partition(":")
        if earlier == mark:
            if earlier_hash != request_hash:
                raise key_reused()
            return True
    return False
