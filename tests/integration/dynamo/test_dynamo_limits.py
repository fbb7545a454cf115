"""What no `Dynamo` takes: each refusal leaves the store as it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pytest
from botocore.exceptions import ParamValidationError

from guichet.adapters.aws.service import ServiceError
from guichet.adapters.dynamo.seam import (
    Check,
    Delete,
    Dynamo,
    Item,
    Key,
    Plain,
    Present,
    Put,
    Update,
)

# A caller's mistake, as memory, boto3 and DynamoDB say it; never taken for an outage.
REFUSED = (ValueError, TypeError, ServiceError, ParamValidationError)

FLOAT = cast("Plain", 1.5)  # types alone do not keep it out

type Write = Callable[[Dynamo, str], object]


def _put(**attributes: Plain) -> Write:
    return lambda store, pk: store.put(Put("state", {"pk": pk, "sk": "1", **attributes}))


def _update(**changes: object) -> Write:
    return lambda store, pk: store.update(
        Update("state", Key(pk, "1"), **changes)  # type: ignore[arg-type]  # a table of arguments
    )


REFUSALS = [
    pytest.param(lambda s, pk: s.put(Put("state", {"pk": "", "sk": pk})), id="empty partition"),
    pytest.param(lambda s, pk: s.put(Put("state", {"pk": pk, "sk": ""})), id="empty sort key"),
    pytest.param(lambda s, pk: s.get("state", Key(pk, "")), id="get with an empty key"),
    pytest.param(
        lambda s, pk: s.put(Put("state", {"pk": pk, "sk": "x" * 1025})), id="sort key too long"
    ),
    pytest.param(
        lambda s, pk: s.put(Put("state", {"pk": pk + "x" * 2048, "sk": "1"})),
        id="partition too long",
    ),
    pytest.param(_put(price=FLOAT), id="float"),
    pytest.param(_put(deep=[{"price": FLOAT}]), id="float deep inside"),
    pytest.param(_put(n=10**38), id="39 digits"),
    pytest.param(_put(text="x" * 400 * 1024), id="item over 400 KB"),
    pytest.param(_put(due_key="D", due_at=5), id="index key that is no text"),
    pytest.param(_put(due_key="", due_at="1"), id="empty index key"),
    pytest.param(_update(values={"due_at": None}), id="index key set to null"),
    pytest.param(_update(), id="update without a change"),
    pytest.param(_update(values={"sk": "2"}), id="update of the key"),
    pytest.param(_update(add={"word": 1}), id="step on text"),
    pytest.param(_update(values={"text": "x" * 400 * 1024}), id="update to over 400 KB"),
    pytest.param(lambda s, _: s.transact_write([]), id="empty transaction"),
    pytest.param(
        lambda s, pk: s.transact_write(
            [Update("state", Key(pk, "1"), add={"n": 1}), Check("state", Key(pk, "1"), Present())]
        ),
        id="two operations on one item",
    ),
    pytest.param(
        lambda s, pk: s.transact_write(
            [Delete("state", Key(pk, "1")), Update("state", Key(pk, "1"), add={"word": 1})]
        ),
        id="the same, one of them invalid",
    ),
    pytest.param(
        lambda s, pk: s.transact_write(
            [Put("state", {"pk": pk, "sk": str(n), "text": "x" * 390 * 1024}) for n in range(11)]
        ),
        id="transaction over 4 MB",
    ),
    pytest.param(
        lambda s, pk: s.transact_write(
            [Put("state", {"pk": pk, "sk": "2"}), Update("state", Key(pk, "1"), add={"word": 1})]
        ),
        id="transaction with a step on text",
    ),
    pytest.param(lambda s, pk: s.transact_get([("state", Key(pk, "1"))] * 101), id="101 reads"),
    pytest.param(lambda s, _: s.query("state", ""), id="query of an empty partition"),
    pytest.param(lambda s, pk: s.query("state", pk, limit=0), id="query of nothing"),
    pytest.param(lambda s, pk: s.query("state", pk, at_most=""), id="query up to nothing"),
    pytest.param(lambda s, pk: s.query("journal", pk, index="due"), id="the other table's index"),
    pytest.param(
        lambda s, pk: s.query("state", pk, start={"pk": pk, "due_key": "x"}),
        id="a start that is no key",
    ),
]


@pytest.mark.parametrize("mistake", REFUSALS)
def test_a_callers_mistake_is_refused_and_nothing_is_written(
    strict_store: Dynamo, pk: str, mistake: Write
) -> None:
    before: Item = {"pk": pk, "sk": "1", "word": "m", "n": 1}
    strict_store.put(Put("state", before))

    with pytest.raises(REFUSED):
        mistake(strict_store, pk)

    assert strict_store.query("state", pk).items == [before]


def test_an_item_of_exactly_400_kilobytes_is_taken(strict_store: Dynamo, pk: str) -> None:
    names_and_keys = len("pk") + len(pk) + len("sk") + len("1") + len("text")
    item: Item = {"pk": pk, "sk": "1", "text": "x" * (400 * 1024 - names_and_keys)}

    strict_store.put(Put("state", item))

    assert strict_store.get("state", Key(pk, "1")) == item
