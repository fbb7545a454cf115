"""Runs that plan at once, and workers that meet at one series, as if no queue kept order (INV-1, INV-3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Final

import pytest

from guichet.access.membership import Account
from guichet.entry.invoicing import plan, work
from guichet.errors import ConcurrentUpdateError
from guichet.events import Actor, ActorKind
from guichet.invoices.document import DocumentKind
from guichet.invoices.invoice import Invoice
from guichet.subscriptions.use_cases.move_subscription import move_subscription
from tests.races.conftest import ROUNDS, at_once
from tests.simulation.outside import Body
from tests.support.billing import Billing
from tests.support.world import World

_ACCOUNTS: Final = 15  # more than a message holds
_PLANNERS: Final = 2
_WORKERS: Final = 4
_PERIOD_DAYS: Final = 30
_SYSTEM: Final = Actor(ActorKind.SYSTEM, "upkeep", "upkeep")


@pytest.fixture
def accounts(world: World) -> list[Billing]:
    """Each with a subscription of its own, all with one selling entity."""
    return [_account(world, f"a{n}") for n in range(_ACCOUNTS)]


def _account(world: World, name: str) -> Billing:
    account = Account(f"acc_{name}", f"{name} Ltd", f"{name}@example.org", "", "UTC", "en")
    world.parts.people.add_account(world.cause("seed"), account)
    billing = Billing(
        world, flat_tax=True, account_id=account.account_id, names=(name, f"rita-{name}")
    )
    placed = billing.place(billing.preview(billing.webinar())).value
    assert placed.payment is not None
    assert placed.payment.session_id is not None
    world.stripe.pay(placed.payment.session_id)
    billing.come_back(placed.cart)
    return billing


def test_planners_and_workers_that_meet_number_each_invoice_once_inv_3(
    world: World, accounts: list[Billing]
) -> None:
    for n in range(ROUNDS):
        world.clock.advance(days=_PERIOD_DAYS)
        for billing in accounts:
            _renew(billing)
        sent: list[Body] = []
        at_once([partial(_plan, world, f"run_{n}", sent)] * _PLANNERS)
        assert sent

        shares = [sent[worker::_WORKERS] for worker in range(_WORKERS)]
        at_once([partial(_work_all, world, share) for share in shares])

        _in_turn(world, sent)  # what the others were too fast for comes again
        _assert_numbered(world, accounts, renewals=n + 1)


def _plan(world: World, run_id: str, sent: list[Body]) -> int:
    return plan(run_id, world.parts, sent.extend, lambda: True)


def _work_all(world: World, bodies: list[Body]) -> int:
    """Answers how many messages have to come again."""
    return sum(_overtaken(partial(work, body, world.parts)) for body in bodies)


def _overtaken(act: Callable[[], object]) -> bool:
    try:
        act()
    except ConcurrentUpdateError:
        return True
    return False


def _in_turn(world: World, bodies: list[Body]) -> None:
    for body in bodies:
        work(body, world.parts)


def _renew(billing: Billing) -> None:
    parts = billing.parts()
    move_subscription(
        billing.account_id,
        billing.only().subscription_id,
        _SYSTEM,
        ordering=parts.ordering,
        usage=parts.usage,
    )


def _assert_numbered(world: World, accounts: list[Billing], renewals: int) -> None:
    records = world.parts.billing.invoices
    found: list[Invoice] = []
    for billing in accounts:
        page = records.invoices_of(billing.account_id, limit=1000, after=None)
        found += page.items
    places = sorted(each.place for each in found)
    assert places == list(range(1, len(found) + 1))
    assert list(records.places("us", DocumentKind.INVOICE)) == places
    assert records.series("us", DocumentKind.INVOICE).last_place == len(found)
    days = [each.issued_on for each in sorted(found, key=lambda each: each.place)]
    assert days == sorted(day for day in days if day is not None)
    made = Counter(each.account_id for each in found if each.cart_id is None)
    assert made == {billing.account_id: renewals for billing in accounts}
    assert max(Counter(each.invoice_id for each in found).values()) == 1
