"""Lists of what a member may see, filled page by page: what is left out is as absent (ACC-2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from guichet.registration.ports import Slice

_PAGES: Final = 20  # one answer reads at most so many pages


def visible[T](
    read: Callable[[int, str | None], Slice[T]],
    may_see: Callable[[T], bool],
    *,
    limit: int,
    after: str | None,
) -> Slice[T]:
    """Up to `limit` items that may be seen; fewer, with a place to go on, where few are."""
    found: list[T] = []
    for _ in range(_PAGES):
        part = read(limit - len(found), after)
        found.extend(each for each in part.items if may_see(each))
        after = part.after
        if after is None or len(found) == limit:
            break
    return Slice(found, after)
