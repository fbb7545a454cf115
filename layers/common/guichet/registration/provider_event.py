"""A provider's event as it was received: a trigger to ask, never a truth (EXT-2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EventStatus(StrEnum):
    """Received is stored; applied had its effect, or has none."""

    RECEIVED = "received"
    APPLIED = "applied"


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """One event, stored once under the provider's own id with its exact body."""

    provider: str
    event_id: str
    kind: str
    provider_account_id: str  # empty for the operator's own account
    body: str
    received_at: datetime
    status: EventStatus = EventStatus.RECEIVED
    deliveries: int = 1
