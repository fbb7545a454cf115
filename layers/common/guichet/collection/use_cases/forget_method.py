"""A removed method that the provider has still to forget (upkeep)."""

from __future__ import annotations

from guichet.collection.collecting import Collecting
from guichet.collection.writing import cause_of
from guichet.events import Actor


def forget_method(account_id: str, method_id: str, actor: Actor, *, collecting: Collecting) -> None:
    """Tell the provider what the worker that removed it could not.

    Raises:
        Unavailable: the provider does not answer; it is due again.
    """
    method = collecting.records.stored_method(account_id, method_id)
    if method is not None:
        collecting.forget(method, cause_of(actor, "forget_method", collecting.clock))
