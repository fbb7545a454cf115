"""Store a verified provider event once and answer: this path must survive any burst (EXT-2)."""

from __future__ import annotations

from guichet.clock import Clock
from guichet.events import Actor, ActorKind
from guichet.ledger.journal import Cause
from guichet.registration.ports import Records
from guichet.registration.provider_event import ProviderEvent


def receive_provider_event(event: ProviderEvent, *, records: Records, clock: Clock) -> bool:
    """Answer whether the event was new. A repeat of one still unapplied wakes it again (BAD-3)."""
    actor = Actor(ActorKind.PROVIDER, event.provider, f"webhook:{event.event_id}")
    return records.receive(Cause(actor, "receive_provider_event", clock.now()), event)
