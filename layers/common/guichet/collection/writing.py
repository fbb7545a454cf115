"""What a write of this area is made of."""

from __future__ import annotations

from dataclasses import dataclass, replace

from guichet.clock import Clock
from guichet.collection.customer import ProviderCustomer
from guichet.collection.declines import Declines
from guichet.collection.payment_methods import PaymentMethods
from guichet.collection.ports import Aggregate, Step
from guichet.collection.setup import Setup
from guichet.collection.stored import StoredMethod
from guichet.events import Actor, Event
from guichet.ledger.journal import Cause, Change


@dataclass(frozen=True, slots=True)
class Decision:
    """What to write. Nothing at all where nothing changes."""

    changes: tuple[Change[Aggregate], ...] = ()
    steps: tuple[Step, ...] = ()


def bumped[T: (Setup, StoredMethod, PaymentMethods, ProviderCustomer, Declines)](aggregate: T) -> T:
    """The next version of what was read."""
    return replace(aggregate, version=aggregate.version + 1)


def cause_of(actor: Actor, use_case: str, clock: Clock) -> Cause:
    return Cause(actor, use_case, clock.now())


def methods_change(
    before: PaymentMethods, after: PaymentMethods, *events: Event, mails: tuple[str, ...] = ()
) -> Change[Aggregate]:
    """A change of an account's list; version 0 is one that was never stored. A new default is told."""
    if before.default_method_id != after.default_method_id:
        facts = {"selling_entity": after.selling_entity, "method_id": after.default_method_id}
        events = (*events, Event("payment_method.default_changed", facts))
    stored = before if before.version else None
    return Change[Aggregate](stored, bumped(after), events, mails=mails)
