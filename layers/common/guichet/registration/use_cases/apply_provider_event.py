"""A stored provider event has its effect: once, whatever is repeated, late or out of order (EXT-2)."""

from __future__ import annotations

from collections.abc import Callable

from guichet.events import Actor, ActorKind
from guichet.payments.ports import Hint
from guichet.registration.provider_event import EventStatus, ProviderEvent
from guichet.registration.refunding import Refunding
from guichet.registration.settling import Settling, cause_of


def apply_provider_event(
    provider: str,
    event_id: str,
    *,
    settling: Settling,
    refunding: Refunding,
    read_hint: Callable[[ProviderEvent], Hint],
) -> None:
    """Take the event as a hint: ask the provider about what it names, and write the answer.

    Raises:
        Unavailable: the provider does not answer; the event stays received.
    """
    event = settling.records.provider_event(provider, event_id)
    if event is None or event.status is EventStatus.APPLIED:
        return
    hint = read_hint(event)
    cause = cause_of(
        Actor(ActorKind.PROVIDER, provider, f"webhook:{event_id}"),
        "apply_provider_event",
        settling.clock,
    )
    if hint.payment_id is not None and hint.refund_id is not None:
        refunding.ask(hint.payment_id, hint.refund_id, cause)
        settling.records.event_ignored(cause, event)
    elif hint.payment_id is not None:
        settling.ask(hint.payment_id, cause, event)
    else:
        settling.records.event_ignored(cause, event)
