"""What every `Dynamo` promises, asked of each store: in memory, on moto, on the emulator."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from guichet.adapters.aws.service import ServiceError
from guichet.adapters.dynamo.seam import (
    Absent,
    AbsentOrBefore,
    AbsentOrBelow,
    AtLeast,
    Before,
    Below,
    Check,
    Condition,
    ConditionFailedError,
    Delete,
    Dynamo,
    Equals,
    Item,
    Key,
    Operation,
    Plain,
    Present,
    Put,
    Update,
)


def put(store: Dynamo, pk: str, sk: str = "1", /, **attributes: Plain) -> Item:
    item: Item = {"pk": pk, "sk": sk, **attributes}
    store.put(Put("state", item))
    return item


def everything(store: Dynamo, pk: str) -> list[Item]:
    return store.query("state", pk).items


def test_an_item_comes_back_as_it_went_in(store: Dynamo, pk: str) -> None:
    item = put(
        store,
        pk,
        text="né à “Zürich”",
        empty="",
        amount_minor=-12_000,
        large=10**37,
        yes=True,
        nothing=None,
        parts=[1, "two", [False, None], {"deep": {"er": []}}],
    )

    found = store.get("state", Key(pk, "1"))

    assert found == item
    assert found is not None
    assert type(found["yes"]) is bool
    assert type(found["amount_minor"]) is int


def test_what_is_not_there_is_none(store: Dynamo, pk: str) -> None:
    assert store.get("state", Key(pk, "1")) is None
    assert store.get("journal", Key(pk, "1")) is None


def test_nothing_stored_changes_with_what_was_put_or_got(store: Dynamo, pk: str) -> None:
    lines: list[Plain] = [1]
    put(store, pk, lines=lines)
    lines.append(2)
    got = store.get("state", Key(pk, "1"))
    assert got is not None
    assert isinstance(got["lines"], list)

    got["lines"].append(3)

    assert everything(store, pk) == [{"pk": pk, "sk": "1", "lines": [1]}]


def test_a_put_replaces_the_whole_item_and_a_delete_takes_it_away(store: Dynamo, pk: str) -> None:
    put(store, pk, old=1)
    put(store, pk, new=2)
    replaced = everything(store, pk)

    store.delete(Delete("state", Key(pk, "1")))
    store.delete(Delete("state", Key(pk, "1")))

    assert replaced == [{"pk": pk, "sk": "1", "new": 2}]
    assert everything(store, pk) == []


def test_an_update_sets_adds_and_removes_and_answers_the_item(store: Dynamo, pk: str) -> None:
    put(store, pk, name="a", taken=3, gone=True)

    answer = store.update(
        Update(
            "state",
            Key(pk, "1"),
            values={"name": "b", "tags": ["x"]},
            add={"taken": -1, "fresh": 5},
            remove=("gone", "never there"),
        )
    )

    expected = {"pk": pk, "sk": "1", "name": "b", "tags": ["x"], "taken": 2, "fresh": 5}
    assert answer == expected
    assert store.get("state", Key(pk, "1")) == expected


def test_an_update_makes_the_item_that_is_not_there(store: Dynamo, pk: str) -> None:
    answer = store.update(Update("state", Key(pk, "1"), add={"count": 1}))

    assert answer == {"pk": pk, "sk": "1", "count": 1}


HERE: Item = {"n": 5, "limit": 6, "full": 5, "word": "m", "flag": True, "nothing": None}


@pytest.mark.parametrize(
    ("condition", "is_met"),
    [
        pytest.param(Absent(), False, id="absent, but it is there"),
        pytest.param(Present(), True, id="present"),
        pytest.param(Equals("n", 5), True, id="equal numbers"),
        pytest.param(Equals("n", 4), False, id="other numbers"),
        pytest.param(Equals("word", "m"), True, id="equal text"),
        pytest.param(Equals("n", "5"), False, id="text is no number"),
        pytest.param(Equals("flag", 1), False, id="true is not one"),
        pytest.param(Equals("missing", 5), False, id="equal to nothing"),
        pytest.param(Below("n", "limit"), True, id="below its own limit"),
        pytest.param(Below("n", "full"), False, id="at its own limit"),
        pytest.param(Below("n", "missing"), False, id="limit missing"),
        pytest.param(Below("n", "word"), False, id="limit is text"),
        pytest.param(Below("n", 6), True, id="below a given limit"),
        pytest.param(Below("n", 5), False, id="at a given limit"),
        pytest.param(Below("missing", 5), False, id="nothing is below nothing"),
        pytest.param(AtLeast("n", 5), True, id="at least exactly"),
        pytest.param(AtLeast("n", 6), False, id="one too few"),
        pytest.param(AtLeast("missing", 0), False, id="nothing is not zero"),
        pytest.param(Before("word", "n"), True, id="its moment has passed"),
        pytest.param(Before("word", "m"), False, id="its moment is now"),
        pytest.param(Before("n", "z"), False, id="a number is no moment"),
        pytest.param(Before("missing", "z"), False, id="nothing has no moment"),
        pytest.param(AbsentOrBelow("missing", 1), True, id="no attribute is below"),
        pytest.param(AbsentOrBelow("n", 6), True, id="attribute below"),
        pytest.param(AbsentOrBelow("n", 5), False, id="attribute at the limit"),
        pytest.param(AbsentOrBelow("nothing", 5), False, id="null is there and no number"),
        pytest.param(AbsentOrBefore("missing", "a"), True, id="no claim"),
        pytest.param(AbsentOrBefore("word", "n"), True, id="claim ran out"),
        pytest.param(AbsentOrBefore("word", "m"), False, id="claim ends now"),
    ],
)
@pytest.mark.parametrize("way", ["put", "update", "delete", "check"])
def test_a_write_happens_exactly_if_its_condition_is_met(
    strict_store: Dynamo, pk: str, condition: Condition, way: str, *, is_met: bool
) -> None:
    store = strict_store
    before = put(store, pk, "1", **HERE)
    key = Key(pk, "1")
    calls: dict[str, Callable[[], object]] = {
        "put": lambda: store.put(Put("state", {**before, "new": 1}, condition)),
        "update": lambda: store.update(
            Update("state", key, values={"new": 1}, condition=condition)
        ),
        "delete": lambda: store.delete(Delete("state", key, condition)),
        "check": lambda: store.transact_write([Check("state", key, condition)]),
    }
    after = {
        "put": [{**before, "new": 1}],
        "update": [{**before, "new": 1}],
        "delete": [],
        "check": [before],
    }

    if is_met:
        calls[way]()
    else:
        with pytest.raises(ConditionFailedError) as refusal:
            calls[way]()
        assert refusal.value.failed == (0,)

    assert everything(store, pk) == (after[way] if is_met else [before])


@pytest.mark.parametrize(
    ("condition", "is_met"),
    [
        pytest.param(Absent(), True, id="absent"),
        pytest.param(Present(), False, id="present"),
        pytest.param(Equals("n", 5), False, id="equal"),
        pytest.param(Below("n", 5), False, id="below"),
        pytest.param(AtLeast("n", 0), False, id="at least"),
        pytest.param(Before("n", "x"), False, id="before"),
        pytest.param(AbsentOrBelow("n", 5), True, id="absent or below"),
        pytest.param(AbsentOrBefore("n", "x"), True, id="absent or before"),
    ],
)
def test_conditions_on_an_item_that_is_not_there(
    store: Dynamo, pk: str, condition: Condition, *, is_met: bool
) -> None:
    operation = Update("state", Key(pk, "1"), values={"new": 1}, condition=condition)

    if is_met:
        store.update(operation)
    else:
        with pytest.raises(ConditionFailedError):
            store.update(operation)

    assert everything(store, pk) == ([{"pk": pk, "sk": "1", "new": 1}] if is_met else [])


def test_a_transaction_writes_all_its_operations_over_both_tables(store: Dynamo, pk: str) -> None:
    put(store, pk, "gone")
    put(store, pk, "seats", taken=1, limit=2)
    put(store, pk, "guard")

    store.transact_write(
        [
            Put("state", {"pk": pk, "sk": "new"}, Absent()),
            Put("journal", {"pk": pk, "sk": "new"}, Absent()),
            Update("state", Key(pk, "seats"), add={"taken": 1}, condition=Below("taken", "limit")),
            Delete("state", Key(pk, "gone"), Present()),
            Check("state", Key(pk, "guard"), Present()),
        ]
    )

    assert everything(store, pk) == [
        {"pk": pk, "sk": "guard"},
        {"pk": pk, "sk": "new"},
        {"pk": pk, "sk": "seats", "taken": 2, "limit": 2},
    ]
    assert store.get("journal", Key(pk, "new")) == {"pk": pk, "sk": "new"}


def test_a_transaction_with_failed_conditions_names_them_all_and_writes_nothing(
    store: Dynamo, pk: str
) -> None:
    before = put(store, pk, "1", n=1)

    with pytest.raises(ConditionFailedError) as refusal:
        store.transact_write(
            [
                Put("state", {"pk": pk, "sk": "2"}),
                Put("state", {"pk": pk, "sk": "1"}, Absent()),
                Put("journal", {"pk": pk, "sk": "1"}, Absent()),
                Check("state", Key(pk, "3"), Present()),
            ]
        )

    assert refusal.value.failed == (1, 3)
    assert everything(store, pk) == [before]
    assert store.get("journal", Key(pk, "1")) is None


def test_a_transaction_holds_a_hundred_items_and_not_one_more(store: Dynamo, pk: str) -> None:
    hundred: list[Operation] = [
        Put("state", {"pk": pk, "sk": f"{n:03}"}, Absent()) for n in range(100)
    ]
    one_more = [*hundred, Put("state", {"pk": pk, "sk": "100"})]

    with pytest.raises((ValueError, ServiceError)):
        store.transact_write(one_more)
    refused = everything(store, pk)
    store.transact_write(hundred)

    assert refused == []
    assert len(everything(store, pk)) == 100


def test_a_transaction_reads_in_the_order_asked(store: Dynamo, pk: str) -> None:
    one = put(store, pk, "1")
    two = put(store, pk, "2")

    found = store.transact_get(
        [("state", Key(pk, "2")), ("journal", Key(pk, "2")), ("state", Key(pk, "1"))]
    )

    assert found == [two, None, one]
