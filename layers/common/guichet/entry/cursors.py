"""Where a list goes on: a cursor nobody can make, for the account, route and filters it was given to."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from guichet.access.tokens import Purpose
from guichet.entry.problems import Malformed
from guichet.errors import BadToken

if TYPE_CHECKING:
    from guichet.access.tokens import Tokens

_LIVES: Final = timedelta(days=1)


def cursor_of(
    after: str | None, tokens: Tokens, scope: tuple[str, ...], now: datetime
) -> str | None:
    """The cursor of a place in a list; None at its end.

    Args:
        after: the place, as the records name it.
        tokens: whose keys authenticate it.
        scope: account, route and filters, in a fixed order.
        now: it is good for a day from here.
    """
    if after is None:
        return None
    place = base64.urlsafe_b64encode(after.encode()).rstrip(b"=").decode()
    return f"{place}.{tokens.mint(Purpose.CURSOR, _subject(after, scope), now + _LIVES)}"


def place_of(
    cursor: str | None, tokens: Tokens, scope: tuple[str, ...], now: datetime
) -> str | None:
    """The place that a cursor of this very list names; None without one.

    Raises:
        Malformed: `cursor_invalid`.
    """
    if cursor is None:
        return None
    place, _, token = cursor.partition(".")
    try:
        after = base64.b64decode(place + "=" * (-len(place) % 4), b"-_", validate=True).decode()
        tokens.verify(token, Purpose.CURSOR, _subject(after, scope), now)
    except (BadToken, ValueError) as error:
        raise Malformed(
            "cursor_invalid", "This cursor is not one of this list, or is too old; start anew."
        ) from error
    return after


def _subject(after: str, scope: tuple[str, ...]) -> str:
    return "|".join(f"{len(part)}:{part}" for part in (*scope, after))
