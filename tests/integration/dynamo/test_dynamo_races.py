"""Many threads at one item: what is conditional happens as often as its condition allows."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from guichet.adapters.dynamo.seam import (
    Absent,
    AtLeast,
    Below,
    ConditionFailedError,
    Dynamo,
    Item,
    Key,
    Put,
    Update,
)

THREADS = 32
ROUNDS = 5


def at_once(act: Callable[[int], object]) -> Counter[str]:
    """Run act(0) to act(31) in threads that start together; how many were done and refused."""
    gate = threading.Barrier(THREADS, timeout=30)

    def attempt(n: int) -> str:
        gate.wait()
        try:
            act(n)
        except ConditionFailedError:
            return "refused"
        return "done"

    with ThreadPoolExecutor(THREADS) as threads:
        return Counter(threads.map(attempt, range(THREADS)))


def read(store: Dynamo, pk: str, sk: str) -> Item:
    item = store.get("state", Key(pk, sk))
    assert item is not None
    return item


def test_a_conditional_counter_never_passes_its_limit(strict_store: Dynamo, pk: str) -> None:
    for n in range(ROUNDS):
        key = Key(pk, str(n))
        strict_store.put(Put("state", {"pk": pk, "sk": key.sk, "taken": 0, "limit": 10}))

        def take(_: int, key: Key = key) -> None:
            strict_store.update(
                Update("state", key, add={"taken": 1}, condition=Below("taken", "limit"))
            )

        counts = at_once(take)

        assert counts == {"done": 10, "refused": THREADS - 10}
        assert read(strict_store, pk, key.sk)["taken"] == 10


def test_an_absent_key_is_taken_by_exactly_one(strict_store: Dynamo, pk: str) -> None:
    for n in range(ROUNDS):

        def create(who: int, n: int = n) -> None:
            strict_store.put(Put("state", {"pk": pk, "sk": str(n), "who": who}, Absent()))

        counts = at_once(create)

        assert counts == {"done": 1, "refused": THREADS - 1}


def test_no_step_is_lost(strict_store: Dynamo, pk: str) -> None:
    for _ in range(ROUNDS):
        at_once(lambda n: strict_store.update(Update("state", Key(pk, "1"), add={"sum": n})))

    assert read(strict_store, pk, "1")["sum"] == ROUNDS * sum(range(THREADS))


def test_crossing_transactions_move_without_making_or_losing(strict_store: Dynamo, pk: str) -> None:
    for sk in ("a", "b"):
        strict_store.put(Put("state", {"pk": pk, "sk": sk, "balance": 10}))
    sums: list[int] = []

    def move(n: int) -> None:
        giver, taker = ("a", "b") if n % 2 else ("b", "a")
        pair = strict_store.transact_get([("state", Key(pk, "a")), ("state", Key(pk, "b"))])
        sums.append(sum(int(str(item["balance"])) for item in pair if item))
        strict_store.transact_write(
            [
                Update(
                    "state",
                    Key(pk, giver),
                    add={"balance": -7},
                    condition=AtLeast("balance", 7),
                ),
                Update("state", Key(pk, taker), add={"balance": 7}),
                Put("journal", {"pk": pk, "sk": f"{len(sums)}-{n}"}, Absent()),
            ]
        )

    counts: Counter[str] = Counter()
    for _ in range(ROUNDS):
        counts += at_once(move)

    balances = [read(strict_store, pk, sk)["balance"] for sk in ("a", "b")]
    assert set(sums) == {20}
    assert sum(int(str(balance)) for balance in balances) == 20
    assert min(int(str(balance)) for balance in balances) >= 0
    assert len(strict_store.query("journal", pk, limit=1000).items) == counts["done"]


def test_transactions_on_one_key_leave_the_items_of_one_winner(
    strict_store: Dynamo, pk: str
) -> None:
    for n in range(ROUNDS):

        def create(who: int, n: int = n) -> None:
            strict_store.transact_write(
                [
                    Put("state", {"pk": pk, "sk": f"{n}-head", "who": who}, Absent()),
                    Put("state", {"pk": pk, "sk": f"{n}-part-{who}"}),
                ]
            )

        counts = at_once(create)

        winner = read(strict_store, pk, f"{n}-head")["who"]
        parts = strict_store.query("state", pk, prefix=f"{n}-part-").items
        assert counts["done"] == 1
        assert [part["sk"] for part in parts] == [f"{n}-part-{winner}"]
