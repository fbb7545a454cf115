"""A method that is not charged any more: taken off the list in one write (COL-1)."""

from __future__ import annotations

from datetime import datetime

from guichet.collection.payment_methods import PaymentMethods
from guichet.collection.ports import Aggregate
from guichet.collection.setup import LOOK_AFTER
from guichet.collection.stored import StoredMethod
from guichet.collection.writing import Decision, bumped, methods_change
from guichet.errors import ConcurrentUpdateError
from guichet.events import Event
from guichet.ledger.journal import Change


def removed(method: StoredMethod, methods: PaymentMethods, at: datetime) -> Decision:
    """By its customer: the provider has still to forget it.

    Raises:
        Conflict: `last_default_payment_method`.
        ConcurrentUpdateError: somebody else has detached it between two reads.
    """
    _require_whole(method, methods)
    after = methods.removing(method.method_id)
    gone = method.detached(at, forget_from=at + LOOK_AFTER)
    told = _told(method, "customer")
    change = Change[Aggregate](method, bumped(gone), told, mails=("billing_method_removed",))
    return Decision((change, methods_change(methods, after)))


def found_gone(method: StoredMethod, methods: PaymentMethods, at: datetime) -> Decision:
    """By the provider's word, whatever that leaves autopay with: the customer is told.

    Raises:
        ConcurrentUpdateError: somebody else has detached it between two reads.
    """
    _require_whole(method, methods)
    after = methods.without(method.method_id)
    gone = method.detached(at, forget_from=None)
    told = _told(method, "gone_at_provider")
    change = Change[Aggregate](method, bumped(gone), told, mails=("billing_method_gone",))
    return Decision((change, methods_change(methods, after)))


def _require_whole(method: StoredMethod, methods: PaymentMethods) -> None:
    if not methods.holds(method.method_id):
        raise ConcurrentUpdateError("a method and its list were read apart")


def _told(method: StoredMethod, reason: str) -> tuple[Event, ...]:
    facts = {
        "method_id": method.method_id,
        "selling_entity": method.selling_entity,
        "reason": reason,
    }
    return (Event("payment_method.removed", facts),)
