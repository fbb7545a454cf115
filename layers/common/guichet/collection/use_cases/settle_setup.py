"""What a webhook, or the clock, knows of a setup: ask the provider, and write its answer once."""

from __future__ import annotations

from guichet.collection.collecting import Applied, Collecting
from guichet.collection.setup import SetupStatus
from guichet.collection.writing import cause_of
from guichet.events import Actor


def settle_setup(
    setup_id: str, actor: Actor, *, collecting: Collecting, event: Applied = None
) -> bool:
    """Ask; end the page whose time is over; let the provider forget what was not taken.

    Answers whether the event was noted as applied.

    Raises:
        Unavailable: the provider does not answer; it is due again.
    """
    cause = cause_of(actor, "settle_setup", collecting.clock)
    setup = collecting.records.setup(setup_id)
    if setup is None:
        return False
    if setup.is_live and cause.at >= setup.ends_at:
        collecting.end(setup, cause)
        return False
    if setup.status is SetupStatus.CREATED:
        return False
    return collecting.ask(setup_id, cause, event)
