"""Request units are counted as DynamoDB's guide says."""

import pytest

from benchmarks.capacity import Index, index_units, indexes_of, read_units, write_units
from guichet.adapters.dynamo.seam import Item
from tests.support.memory_items import item_size_bytes
from tests.support.tables import table_requests

DUE = Index("due", "state", ("due_key", "due_at"))
WHOLE = Index("listing", "state", ("list_key", "list_sort"), None)


def item(size_bytes: int = 0, **fields: str) -> Item:
    """An item of exactly this size, or as small as its fields are."""
    made: Item = {"pk": "A", "sk": "B", **fields}
    missing = size_bytes - item_size_bytes(made) - len("pad")
    return {**made, "pad": "x" * missing} if missing > 0 else made


@pytest.mark.parametrize(
    ("before", "after", "transactional", "expected"),
    [
        pytest.param(0, 1024, False, 1, id="a whole KB"),
        pytest.param(0, 1025, False, 2, id="a byte more"),
        pytest.param(0, 1025, True, 4, id="twice in a transaction, after rounding"),
        pytest.param(3000, 100, False, 3, id="the larger one, before"),
        pytest.param(100, 3000, False, 3, id="the larger one, after"),
        pytest.param(2048, 0, False, 2, id="a deletion"),
        pytest.param(0, 0, True, 2, id="nothing there"),
    ],
)
def test_a_write_costs_a_unit_for_each_kilobyte_begun(
    *, before: int, after: int, transactional: bool, expected: int
) -> None:
    old, new = (item(size) if size else None for size in (before, after))

    units = write_units(old, new, transactional=transactional)

    assert units == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(None, item(), 0, id="never in the index"),
        pytest.param(None, item(due_key="D", due_at="1"), 1, id="comes in"),
        pytest.param(item(due_key="D", due_at="1"), item(), 1, id="goes out"),
        pytest.param(item(due_key="D", due_at="1"), None, 1, id="deleted"),
        pytest.param(
            item(due_key="D", due_at="1"), item(due_key="D", due_at="2"), 2, id="another key"
        ),
        pytest.param(
            item(due_key="D", due_at="1"),
            item(due_key="D", due_at="1", status="paid"),
            0,
            id="what it does not carry",
        ),
        pytest.param(
            None, item(3000, due_key="D", due_at="1"), 1, id="its entry is small, its item large"
        ),
        pytest.param(None, item(due_key="D"), 0, id="half a key"),
    ],
)
def test_an_index_costs_what_changes_in_it(
    before: Item | None, after: Item | None, expected: int
) -> None:
    units = index_units(DUE, before, after)

    assert units == expected


def test_an_index_that_carries_everything_costs_as_much_as_the_item() -> None:
    before = item(1000, list_key="L", list_sort="1")
    after = item(1500, list_key="L", list_sort="1")

    assert index_units(WHOLE, before, after) == 2
    assert index_units(WHOLE, None, after) == 2


@pytest.mark.parametrize(
    ("size", "consistent", "transactional", "expected"),
    [
        pytest.param(0, True, False, 1.0, id="nothing found"),
        pytest.param(4096, True, False, 1.0, id="a whole block"),
        pytest.param(4097, True, False, 2.0, id="a byte more"),
        pytest.param(4097, False, False, 1.0, id="half, eventually consistent"),
        pytest.param(4097, True, True, 4.0, id="twice in a transaction"),
    ],
)
def test_a_read_costs_a_unit_for_each_four_kilobytes_begun(
    *, size: int, consistent: bool, transactional: bool, expected: float
) -> None:
    units = read_units(size, consistent=consistent, transactional=transactional)

    assert units == expected


def test_the_templates_own_indexes_are_counted() -> None:
    found = indexes_of(table_requests("any"))

    assert {(each.name, each.table, each.key) for each in found} >= {
        ("due", "state", ("due_key", "due_at")),
        ("account", "journal", ("account_id", "at_id")),
    }


def test_an_index_of_another_kind_is_refused() -> None:
    requests = table_requests("any")
    requests["state"]["GlobalSecondaryIndexes"][0]["Projection"] = {"ProjectionType": "INCLUDE"}

    with pytest.raises(ValueError, match="of another kind"):
        indexes_of(requests)
