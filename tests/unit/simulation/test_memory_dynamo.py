"""What the store in memory has beyond its contract: the stream, hooks, states to return to."""

from __future__ import annotations

import pytest

from guichet.adapters.dynamo.seam import (
    Absent,
    ConditionFailedError,
    Item,
    Key,
    Put,
    Update,
)
from tests.support.memory_dynamo import MemoryDynamo


def entry(sk: str) -> Put:
    return Put("journal", {"pk": "JOURNAL#t", "sk": sk, "events": ["x"]}, Absent())


def test_the_stream_has_every_new_journal_item_once_in_the_order_of_commits() -> None:
    dynamo = MemoryDynamo()
    dynamo.transact_write([Put("state", {"pk": "A", "sk": "1"}), entry("2"), entry("1")])
    dynamo.put(entry("3"))

    with pytest.raises(ConditionFailedError):
        dynamo.transact_write([entry("4"), entry("3")])
    dynamo.update(Update("journal", Key("JOURNAL#t", "1"), values={"changed": True}))

    assert [item["sk"] for item in dynamo.stream] == ["2", "1", "3"]


def test_the_stream_shares_nothing_with_the_table() -> None:
    dynamo = MemoryDynamo()
    dynamo.put(entry("1"))

    dynamo.stream[0]["events"] = []

    assert dynamo.items("journal")[0]["events"] == ["x"]


def test_a_snapshot_can_be_returned_to_again_and_again() -> None:
    dynamo = MemoryDynamo()
    stream = dynamo.stream
    dynamo.transact_write(
        [entry("1"), Put("state", {"pk": "A", "sk": "1", "due_key": "D", "due_at": "1"})]
    )
    snapshot = dynamo.snapshot()
    state = dynamo.items("state")

    for _ in range(2):
        dynamo.update(Update("state", Key("A", "1"), values={"due_at": "2"}))
        dynamo.transact_write([entry("2"), Put("state", {"pk": "A", "sk": "2"})])
        dynamo.stream.clear()
        dynamo.restore(snapshot)

        assert dynamo.items("state") == state
        assert [item["sk"] for item in dynamo.items("journal")] == ["1"]
        assert [item["sk"] for item in stream] == ["1"]
        assert [i["due_at"] for i in dynamo.query("state", "D", index="due").items] == ["1"]


def test_one_stores_snapshot_can_start_another_store() -> None:
    first, second = MemoryDynamo(), MemoryDynamo()
    first.put(entry("1"))

    second.restore(first.snapshot())
    second.put(entry("2"))

    assert len(first.items("journal")) == 1
    assert [item["sk"] for item in second.stream] == ["1", "2"]


def test_hooks_stand_before_and_after_every_call_outside_the_lock() -> None:
    told: list[str] = []
    seen: list[int] = []

    def before(name: str, detail: str) -> None:
        told.append(f"before {name} {detail}")
        seen.append(len(dynamo.items("state")))  # takes the lock

    def after(name: str, detail: str) -> None:
        told.append(f"after {name} {detail}")
        seen.append(len(dynamo.items("state")))

    dynamo = MemoryDynamo(before, after)
    dynamo.put(Put("state", {"pk": "A", "sk": "1"}, Absent()))
    with pytest.raises(ConditionFailedError):
        dynamo.put(Put("state", {"pk": "A", "sk": "1"}, Absent()))
    dynamo.query("state", "A", prefix="x")

    assert told == [
        "before put state A/1",
        "after put state A/1",
        "before put state A/1",
        "after put state A/1",
        "before query state A/x*",
        "after query state A/x*",
    ]
    assert seen == [0, 1, 1, 1, 1, 1]


def test_what_a_hook_raises_before_a_call_keeps_it_from_acting() -> None:
    def refuse(name: str, _: str) -> None:
        raise ConnectionError(name)

    dynamo = MemoryDynamo(before_call=refuse)

    with pytest.raises(ConnectionError, match="put"):
        dynamo.put(Put("state", {"pk": "A", "sk": "1"}))

    assert dynamo.items("state") == []


def test_an_update_that_names_an_attribute_twice_is_refused_as_on_aws() -> None:
    # "Two document paths overlap with each other", which the emulator lets pass.
    dynamo = MemoryDynamo()

    with pytest.raises(ValueError, match="once"):
        dynamo.update(Update("state", Key("A", "1"), values={"n": 1}, add={"n": 1}))

    assert dynamo.items("state") == []


def test_a_full_page_leads_on_even_where_nothing_follows_as_on_aws() -> None:
    dynamo = MemoryDynamo()
    dynamo.put(Put("state", {"pk": "A", "sk": "1"}))

    page = dynamo.query("state", "A", limit=1)

    assert page.next_start == {"pk": "A", "sk": "1"}
    assert dynamo.query("state", "A", limit=1, start=page.next_start).next_start is None


def test_a_page_ends_at_a_megabyte() -> None:
    dynamo = MemoryDynamo()
    for n in range(5):
        dynamo.put(Put("state", {"pk": "A", "sk": str(n), "text": "x" * 300 * 1024}))

    page = dynamo.query("state", "A")

    assert [item["sk"] for item in page.items] == ["0", "1", "2", "3"]
    assert page.next_start == {"pk": "A", "sk": "3"}


def test_late_indexes_nominate_from_the_past_while_reads_by_key_are_current() -> None:
    dynamo = MemoryDynamo()
    due: Item = {"due_key": "D", "due_at": "1"}
    dynamo.put(Put("state", {"pk": "A", "sk": "1", **due}))

    with dynamo.late_indexes():
        dynamo.update(Update("state", Key("A", "1"), remove=("due_key", "due_at")))
        dynamo.put(Put("state", {"pk": "A", "sk": "2", **due}))
        late = dynamo.query("state", "D", index="due").items
        current = dynamo.query("state", "A").items
    in_time = dynamo.query("state", "D", index="due").items

    assert [item["sk"] for item in late] == ["1"]
    assert current == [{"pk": "A", "sk": "1"}, {"pk": "A", "sk": "2", **due}]
    assert [item["sk"] for item in in_time] == ["2"]
