"""That an account's history adds up to its balances, whatever happened to it (INV-9, MON-4)."""

from __future__ import annotations

from collections import defaultdict

from guichet.access.membership import Member, Role
from guichet.adapters.dynamo.account_history import AccountHistoryStore
from guichet.adapters.dynamo.codec import decode
from guichet.invoices.invoicing import Invoicing
from guichet.invoices.movement import NOTHING, Moved
from guichet.invoices.use_cases.list_movements import MovementView, list_movements, standing_of
from guichet.subscriptions.balance import AccountBalance
from tests.support.memory_dynamo import MemoryDynamo

type Place = tuple[str, str]  # selling entity and currency


def history_of(
    account_id: str, dynamo: MemoryDynamo, invoicing: Invoicing, *, page: int = 7
) -> list[MovementView]:
    """All of it, in pages so small that moments are cut between them."""
    reader = Member("mem_r", account_id, "https://i.example", "r", "", "", (Role.OWNER,))
    found: list[MovementView] = []
    after: str | None = None
    while True:
        part = list_movements(
            reader,
            limit=page,
            after=after,
            history=AccountHistoryStore(dynamo),
            invoicing=invoicing,
        )
        assert len(part.items) <= page
        found += part.items
        after = part.after
        if after is None:
            return found


def assert_movements_are_the_balances(
    dynamo: MemoryDynamo, invoicing: Invoicing, *, page: int = 7
) -> None:
    """All movements come to the balance, and each stands between what was before and after it."""
    balances = [
        decode(AccountBalance, each)
        for each in dynamo.items("state")
        if str(each["sk"]).startswith("BALANCE#")
    ]
    accounts = {str(each["account_id"]) for each in dynamo.items("journal") if "at_id" in each}
    for account_id in sorted(accounts):
        views = history_of(account_id, dynamo, invoicing, page=page)
        stored = {
            (each.selling_entity, each.currency): standing_of(each)
            for each in balances
            if each.account_id == account_id
        }
        _assert_they_come_to(stored, views, account_id)
        _assert_each_leads_to_the_next(stored, views)


def _assert_they_come_to(
    stored: dict[Place, Moved], views: list[MovementView], account_id: str
) -> None:
    sums: defaultdict[Place, Moved] = defaultdict(Moved)
    for each in views:
        assert each.movement.selling_entity, each
        sums[_place(each)] += each.movement.moved
    told = {place: total for place, total in sums.items() if total}
    assert told == {place: total for place, total in stored.items() if total}, account_id


def _assert_each_leads_to_the_next(stored: dict[Place, Moved], views: list[MovementView]) -> None:
    """Backwards: what a moment moved, taken from how it stood after it, is how it stood before."""
    standing = dict(stored)
    moment: dict[Place, tuple[object, Moved]] = {}
    for each in views:
        place, at = _place(each), each.movement.at
        last_at, moved = moment.get(place, (None, NOTHING))
        if at != last_at:
            standing[place] = standing.get(place, NOTHING) - moved
            moved = NOTHING
        assert each.standing == standing[place], each
        moment[place] = (at, moved + each.movement.moved)
    for place, (_, moved) in moment.items():
        assert not standing[place] - moved, place


def _place(view: MovementView) -> Place:
    return view.movement.selling_entity, view.movement.amount.currency
