"""The one write that changes anything: aggregates with their journal and mails, and what stands beside."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from guichet.adapters.dynamo import items, journal_items
from guichet.adapters.dynamo.journal_items import Owned
from guichet.adapters.dynamo.seam import (
    Absent,
    ConditionFailedError,
    Dynamo,
    Equals,
    Item,
    Operation,
    Put,
)
from guichet.errors import ConcurrentUpdateError
from guichet.ledger.journal import Cause, Change

type Refuse = Callable[[], Exception]
type Guarded = tuple[Operation, Refuse]  # what its failed condition means to the caller


def lost_race() -> ConcurrentUpdateError:
    return ConcurrentUpdateError("somebody else wrote first")


def counted_twice() -> Exception:
    return RuntimeError("a counter would fall below 0: it was given back twice")


def kept[T: Owned](
    cause: Cause,
    change: Change[T],
    *,
    aggregate: str,
    item: Item,
    about: Callable[[T], Item] | None,
) -> list[Guarded]:
    """One aggregate as it becomes, its journal entry, and its mails where it has some.

    Args:
        cause: of the whole write.
        change: before and after.
        aggregate: the name under which the journal keeps its history.
        item: `after` as it is stored.
        about: what its mails are about; None where they lie elsewhere.
    """
    before, after = change.before, change.after
    guard = Absent() if before is None else Equals("version", before.version)
    operations: list[Operation] = [
        Put("state", item, guard),
        Put("journal", journal_items.journal_item(cause, aggregate, change), Absent()),
    ]
    if change.mails and about is not None:
        effect = items.effect_item(aggregate, after.version, about(after), change.mails, cause.at)
        operations.append(Put("state", effect, Absent()))
    return [(each, lost_race) for each in operations]


def write(dynamo: Dynamo, operations: Sequence[Guarded]) -> None:
    """All or nothing; where a condition is not met, what it means is raised."""
    try:
        dynamo.transact_write([operation for operation, _ in operations])
    except ConditionFailedError as error:
        raise _meaning([operations[place][1]() for place in error.failed]) from error


def _meaning(refusals: Sequence[Exception]) -> Exception:
    """A lost race first: after reading again there may be no refusal at all."""
    lost = next((each for each in refusals if isinstance(each, ConcurrentUpdateError)), None)
    return lost or refusals[0]
