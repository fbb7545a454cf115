"""Deciding again on what is there now, whenever somebody else wrote first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from guichet.errors import ConcurrentUpdateError, Unavailable

TRIES: Final = 8  # writers of one object are few: who looks at it, a webhook, the clock


def with_fresh_state[T](decide_and_save: Callable[[], T]) -> T:
    """Decide and save until nobody else was faster.

    Raises:
        Refusal: what the decision refuses, or `busy` after all tries.
    """
    for _ in range(TRIES):
        try:
            return decide_and_save()
        except ConcurrentUpdateError:
            continue
    raise Unavailable("busy", "This is being changed by others; try again.", retry_after_seconds=1)
