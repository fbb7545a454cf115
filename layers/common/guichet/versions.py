"""Which version of an object a change was meant for: `If-Match`, without its HTTP."""

from __future__ import annotations

from guichet.errors import Stale


def require_expected(version: int, expected: frozenset[int] | None) -> None:
    """Refuse a change meant for another version than the present one.

    Args:
        version: the present one.
        expected: those that will do; None where any will.

    Raises:
        Stale: `stale`.
    """
    if expected is not None and version not in expected:
        raise Stale("stale", "This was changed meanwhile; read it again and repeat the change.")
