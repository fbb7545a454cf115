"""INV-9: an account's history of money on every store that keeps the contract of `Dynamo`."""

from __future__ import annotations

import uuid

import pytest

from guichet.access.membership import Member, Role
from guichet.adapters.dynamo.account_history import AccountHistoryStore
from guichet.adapters.dynamo.seam import Dynamo
from guichet.invoices.movement import Moved
from guichet.invoices.use_cases.list_movements import MovementView, list_movements, standing_of
from tests.support.invoicing import FIRST, Invoiced
from tests.support.worlds_in_stores import world_in


class House:
    """An account in a store that others use too."""

    def __init__(self, dynamo: Dynamo) -> None:
        self.here = Invoiced(world_in(dynamo))
        self.history = AccountHistoryStore(dynamo)
        self.account = self.here.account(uuid.uuid4().hex[:10])

    def pass_time(self) -> None:
        self.here.world.clock.advance(minutes=1)

    def owe(self, *nets: int) -> None:
        """An open invoice for each, at a moment of its own."""
        for place, net in enumerate(nets):
            self.pass_time()
            self.here.bill(self.account, self.here.usd(net, FIRST.replace(day=1 + place)))
        self.here.world.clock.at = self.here.world.clock.at.replace(day=20)
        while self.here.make(self.account).documents:
            self.pass_time()

    def pages(self, limit: int) -> list[list[MovementView]]:
        reader = Member("mem_r", self.account, "https://i.example", "r", "", "", (Role.OWNER,))
        found: list[list[MovementView]] = []
        after: str | None = None
        while True:
            page = list_movements(
                reader,
                limit=limit,
                after=after,
                history=self.history,
                invoicing=self.here.invoicing(),
            )
            found.append(page.items)
            after = page.after
            if after is None:
                return found


@pytest.fixture
def house(strict_store: Dynamo) -> House:
    return House(strict_store)


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_pages_tell_all_of_it_and_lead_back_to_nothing_inv_9(house: House, limit: int) -> None:
    house.owe(1_000, 2_000, 3_000)
    house.pass_time()
    house.here.give_credit(house.account, 4_000)
    house.pass_time()
    house.here.apply(house.account)

    pages = house.pages(limit)

    views = [each for page in pages for each in page]
    assert max(len(page) for page in pages) <= limit
    assert len({each.movement.movement_id for each in views}) == len(views) == 7
    assert views[0].standing == standing_of(house.here.balance(house.account))
    total = Moved()
    for each in reversed(views):
        total += each.movement.moved
    assert total == views[0].standing == Moved(open_minor=2_480)


def test_the_bills_of_a_balance_are_found_at_any_version_inv_6(house: House) -> None:
    house.owe(1_000)
    for _ in range(25):  # more than are read at once, and none says what bills there are
        house.here.give_credit(house.account, 10)
    balance = house.here.balance(house.account)

    at_last = house.history.bills_at(house.account, "us", "USD", version=balance.version)
    at_first = house.history.bills_at(house.account, "us", "USD", version=1)
    nowhere = house.history.bills_at(house.account, "us", "EUR", version=9)

    assert at_last == balance.bills
    assert [bill.is_invoiced for bill in at_last] == [True]
    assert [(bill.open_minor, bill.is_invoiced) for bill in at_first] == [(1_000, False)]
    assert nowhere == ()


def test_versions_of_a_balance_are_told_backwards_and_come_to_it_mon_4(house: House) -> None:
    house.owe(1_000)
    house.here.give_credit(house.account, 10)
    balance = house.here.balance(house.account)
    place = (house.account, "us", "USD")

    steps = house.history.balance_steps(*place, below=balance.version + 1, limit=100)
    first = house.history.balance_steps(*place, below=2, limit=100)

    assert [each.version for each in steps] == list(range(balance.version, 0, -1))
    assert [each.version for each in first] == [1]
    total = Moved()
    for each in steps:
        total += each.moved
    assert total == standing_of(balance) == Moved(1_080, 10)
