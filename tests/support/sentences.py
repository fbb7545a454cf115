"""What sentences are filled with, whatever language they are in."""

from __future__ import annotations

from collections import Counter
from string import Formatter


def placeholders(sentence: str) -> Counter[str]:
    """Each name as often as it stands there."""
    return Counter(name for _, name, _, _ in Formatter().parse(sentence) if name is not None)
