"""Whether a preview still holds when its order is placed (SUB-5, BAD-14)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from guichet.errors import Conflict
from guichet.money import Money
from guichet.subscriptions.cart import Preview


def require_fresh(preview: Preview, again: Preview, now: datetime) -> None:
    """Refuse to place what would not be charged as it was previewed (BAD-14).

    Args:
        preview: as it was shown.
        again: computed anew for the same day, on what is there now.
        now: the present instant.

    Raises:
        Conflict: `preview_expired`, `preview_catalogue_changed`, `preview_stale`.
    """
    if now >= preview.expires_at:
        raise Conflict(
            "preview_expired", "This preview has expired; ask for a new one.", rule="SUB-5"
        )
    if again.catalogue_version != preview.catalogue_version:
        raise Conflict(
            "preview_catalogue_changed", "Prices have changed; ask for a new preview.", rule="SUB-5"
        )
    same = replace(
        again,  # more credit than was told of changes nothing
        request_hash=preview.request_hash,
        credit_applied=preview.credit_applied,
        due_now=preview.due_now,
    )
    if same != preview:
        raise preview_stale()


def preview_stale() -> Conflict:
    return Conflict(
        "preview_stale",
        "Something has changed since this preview; ask for a new one.",
        rule="SUB-5",
    )


def require_credit(preview: Preview, credit: Money) -> None:
    """The credit that the preview used is still there.

    Raises:
        Conflict: `preview_stale`.
    """
    if not preview.credit_applied.is_at_most(credit):
        raise preview_stale()
