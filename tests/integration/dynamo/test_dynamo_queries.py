"""What every `Dynamo` answers about a partition: order, bounds, pages, indexes."""

from __future__ import annotations

import pytest

from guichet.adapters.dynamo.seam import (
    Dynamo,
    IndexName,
    Item,
    Key,
    Plain,
    Put,
    TableName,
    Update,
)

# Upper case before lower, ASCII before umlauts: by bytes, as keys are ordered.
SORT_KEYS = ["A", "A#1", "A#2", "B", "a", "é", "😀"]


def fill(store: Dynamo, pk: str) -> None:
    for sk in reversed(SORT_KEYS):
        store.put(Put("state", {"pk": pk, "sk": sk}))


def sort_keys(items: list[Item], name: str = "sk") -> list[Plain]:
    return [item[name] for item in items]


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        pytest.param({}, SORT_KEYS, id="all"),
        pytest.param({"prefix": "A#"}, ["A#1", "A#2"], id="prefix"),
        pytest.param({"at_most": "A#2"}, ["A", "A#1", "A#2"], id="up to one, itself included"),
        pytest.param({"at_most": "A#1~"}, ["A", "A#1"], id="up to what is not there"),
        pytest.param({"forward": False}, SORT_KEYS[::-1], id="descending"),
        pytest.param({"forward": False, "limit": 2}, ["😀", "é"], id="the last two"),
        pytest.param({"limit": 3}, ["A", "A#1", "A#2"], id="the first three"),
        pytest.param({"prefix": "C"}, [], id="none"),
    ],
)
def test_a_partition_is_answered_in_the_order_of_its_sort_keys(
    store: Dynamo, pk: str, bounds: dict[str, object], expected: list[str]
) -> None:
    fill(store, pk)

    page = store.query("state", pk, **bounds)  # type: ignore[arg-type]  # a table of arguments

    assert sort_keys(page.items) == expected


@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
def test_pages_lead_through_everything_once(
    store: Dynamo, pk: str, limit: int, *, forward: bool
) -> None:
    fill(store, pk)

    found: list[Plain] = []
    start: Item | None = None
    for _ in range(len(SORT_KEYS) + 2):
        page = store.query("state", pk, limit=limit, start=start, forward=forward)
        found += sort_keys(page.items)
        assert len(page.items) <= limit
        start = page.next_start
        if start is None:
            break

    assert start is None
    assert found == (SORT_KEYS if forward else SORT_KEYS[::-1])


def test_a_page_goes_on_behind_an_item_that_was_deleted_or_put_between(
    store: Dynamo, pk: str
) -> None:
    fill(store, pk)
    first = store.query("state", pk, limit=2)

    store.update(Update("state", Key(pk, "A#1"), values={"changed": True}))
    store.put(Put("state", {"pk": pk, "sk": "A#0"}))
    store.put(Put("state", {"pk": pk, "sk": "A#3"}))
    rest = store.query("state", pk, start=first.next_start)

    assert sort_keys(first.items) == ["A", "A#1"]
    assert sort_keys(rest.items) == ["A#2", "A#3", "B", "a", "é", "😀"]


INDEXES = [
    pytest.param("state", "due", "due_key", "due_at", id="due"),
    pytest.param("state", "listing", "list_key", "list_sort", id="listing"),
    pytest.param("journal", "account", "account_id", "at_id", id="account"),
]


@pytest.mark.parametrize(("table", "index", "partition", "sort"), INDEXES)
def test_an_index_holds_only_items_with_both_its_keys(
    store: Dynamo, pk: str, *, table: TableName, index: IndexName, partition: str, sort: str
) -> None:
    store.put(Put(table, {"pk": pk, "sk": "both", partition: pk, sort: "1"}))
    store.put(Put(table, {"pk": pk, "sk": "no sort", partition: pk}))
    store.put(Put(table, {"pk": pk, "sk": "no partition", sort: "1"}))

    found = store.query(table, pk, index=index).items

    assert sort_keys(found) == ["both"]


@pytest.mark.parametrize(("table", "index", "partition", "sort"), INDEXES)
def test_an_index_follows_the_items_and_orders_by_its_own_key(
    store: Dynamo, pk: str, *, table: TableName, index: IndexName, partition: str, sort: str
) -> None:
    for sk, place in (("1", "c"), ("2", "a"), ("3", "b"), ("4", "d")):
        store.put(Put(table, {"pk": pk, "sk": sk, partition: pk, sort: place}))

    store.update(Update(table, Key(pk, "1"), values={sort: "aa"}))
    store.update(Update(table, Key(pk, "3"), remove=(partition, sort)))
    store.update(Update(table, Key(pk, "4"), values={partition: f"{pk}-other"}))

    assert sort_keys(store.query(table, pk, index=index).items) == ["2", "1"]
    assert sort_keys(store.query(table, pk, index=index, at_most="a").items) == ["2"]
    assert sort_keys(store.query(table, pk, index=index, prefix="aa").items) == ["1"]


@pytest.mark.parametrize(
    ("table", "index", "partition", "sort", "answers_all"),
    [
        pytest.param("state", "due", "due_key", "due_at", False, id="due: keys only"),
        pytest.param("state", "listing", "list_key", "list_sort", True, id="listing: whole items"),
        pytest.param("journal", "account", "account_id", "at_id", False, id="account: keys only"),
    ],
)
def test_an_index_answers_what_the_template_projects(
    store: Dynamo,
    pk: str,
    *,
    table: TableName,
    index: IndexName,
    partition: str,
    sort: str,
    answers_all: bool,
) -> None:
    keys: Item = {"pk": pk, "sk": "1", partition: pk, sort: "x"}
    store.put(Put(table, {**keys, "more": 1}))

    found = store.query(table, pk, index=index).items

    assert found == [{**keys, "more": 1} if answers_all else keys]


@pytest.mark.parametrize("forward", [True, False])
def test_an_indexs_pages_lead_through_items_with_one_sort_key(
    store: Dynamo, pk: str, *, forward: bool
) -> None:
    for n in range(5):
        for part in ("x", "y"):
            store.put(
                Put("state", {"pk": f"{pk}{part}", "sk": str(n), "due_key": pk, "due_at": "now"})
            )

    found: list[tuple[Plain, Plain]] = []
    start: Item | None = None
    for _ in range(12):
        page = store.query("state", pk, index="due", limit=3, start=start, forward=forward)
        found += [(item["pk"], item["sk"]) for item in page.items]
        start = page.next_start
        if start is None:
            break

    assert start is None
    assert len(found) == len(set(found)) == 10
