"""What a write of this area is made of: changes, steps, the next version of what was read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from guichet.clock import Clock
from guichet.events import Actor, Event
from guichet.ledger.billable import BillableLine
from guichet.ledger.journal import Cause, Change
from guichet.ledger.postings import Posting
from guichet.payments.cart_payment import CartPayment
from guichet.subscriptions.balance import AccountBalance
from guichet.subscriptions.cart import Cart
from guichet.subscriptions.ports import Aggregate, Step
from guichet.subscriptions.seats import SeatAssignment
from guichet.subscriptions.subscription import Subscription


@dataclass(frozen=True, slots=True)
class Decision:
    """What to write. Nothing at all where nothing changes."""

    changes: tuple[Change[Aggregate], ...] = ()
    steps: tuple[Step, ...] = ()


def bumped[T: (Subscription, Cart, CartPayment, AccountBalance, SeatAssignment)](aggregate: T) -> T:
    """The next version of what was read."""
    return replace(aggregate, version=aggregate.version + 1)


def cause_of(actor: Actor, use_case: str, clock: Clock) -> Cause:
    return Cause(actor, use_case, clock.now())


def balance_change(
    before: AccountBalance, after: AccountBalance, postings: tuple[Posting, ...] = ()
) -> tuple[Change[Aggregate], ...]:
    """The change of a balance, where there is one; version 0 is one that was never stored."""
    if before == after:
        return ()
    stored = before if before.version else None
    book = after.selling_entity
    return (Change[Aggregate](stored, bumped(after), postings=postings, book=book),)


def subscription_change(
    before: Subscription | None,
    after: Subscription,
    event: str,
    facts: Mapping[str, str | int | None] | None = None,
    *,
    lines: Iterable[BillableLine] = (),
    postings: tuple[Posting, ...] = (),
    mails: tuple[str, ...] = (),
    alarms: tuple[Event, ...] = (),
) -> Change[Aggregate]:
    """One subscription's change, with what it adds to the bills of its selling entity."""
    return Change[Aggregate](
        before,
        after if before is None else bumped(after),
        (Event(event, facts or {}), *alarms),
        postings,
        mails,
        lines=tuple(lines),
        book=after.selling_entity,
    )
