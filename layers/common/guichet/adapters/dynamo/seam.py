"""The one seam to the store: plain items, named conditions, seven calls. Simulations replace just this."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

type Plain = str | int | bool | list[Plain] | dict[str, Plain] | None
type Item = dict[str, Plain]
type TableName = Literal["state", "journal"]
type IndexName = Literal["due", "listing", "account"]

TRANSACTION_LIMIT: Final = 100


@dataclass(frozen=True, slots=True)
class Key:
    """Where an item lies."""

    pk: str
    sk: str


@dataclass(frozen=True, slots=True)
class Absent:
    """No item is there: a thing is created once, whoever tries."""


@dataclass(frozen=True, slots=True)
class Present:
    """An item is there."""


@dataclass(frozen=True, slots=True)
class Equals:
    """The attribute is still what was read."""

    attribute: str
    value: str | int


@dataclass(frozen=True, slots=True)
class Below:
    """A counter has room: below its limit, which lies in the same item, or is given."""

    attribute: str
    limit: str | int


@dataclass(frozen=True, slots=True)
class AtLeast:
    """A counter has what is taken from it."""

    attribute: str
    value: int


@dataclass(frozen=True, slots=True)
class AbsentOrBelow:
    """As `Below` with a given limit, where no attribute means 0."""

    attribute: str
    limit: int


@dataclass(frozen=True, slots=True)
class Before:
    """The item is there and its moment has passed (times compare as their text does)."""

    attribute: str
    moment: str


@dataclass(frozen=True, slots=True)
class AbsentOrBefore:
    """Nobody has a claim, or it has run out (times compare as their text does)."""

    attribute: str
    moment: str


type Condition = (
    Absent | Present | Equals | Below | AtLeast | Before | AbsentOrBelow | AbsentOrBefore
)


@dataclass(frozen=True, slots=True)
class Put:
    """Write a whole item."""

    table: TableName
    item: Item
    condition: Condition | None = None

    @property
    def key(self) -> Key:
        return Key(str(self.item["pk"]), str(self.item["sk"]))


@dataclass(frozen=True, slots=True)
class Update:
    """Change some attributes; an absent item is made unless the condition asks for one."""

    table: TableName
    key: Key
    values: Mapping[str, Plain] = field(default_factory=dict)
    add: Mapping[str, int] = field(default_factory=dict)
    remove: tuple[str, ...] = ()
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    """Take an item away."""

    table: TableName
    key: Key
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """Change nothing, but let the whole write depend on this."""

    table: TableName
    key: Key
    condition: Condition


type Operation = Put | Update | Delete | Check


@dataclass(frozen=True, slots=True)
class Page:
    """Part of an answer; `next_start` leads on, None at the end."""

    items: list[Item]
    next_start: Item | None


class ConditionFailedError(Exception):
    """Nothing was written. `failed` are the places of the operations whose condition was not met."""

    def __init__(self, failed: tuple[int, ...]) -> None:
        super().__init__(f"conditions not met: {failed}")
        self.failed = failed


class StoreUnavailableError(Exception):
    """Throttled, in conflict, or without an answer after all tries; a write may have happened."""


class Dynamo(Protocol):
    """The store as the package sees it.

    Raises:
        ConditionFailedError: a condition was not met and nothing was written.
        StoreUnavailableError: no answer after a bounded number of tries.
    """

    def get(self, table: TableName, key: Key) -> Item | None:
        """The item, strongly consistent."""
        ...

    def query(
        self,
        table: TableName,
        pk: str,
        *,
        prefix: str = "",
        at_most: str | None = None,
        index: IndexName | None = None,
        limit: int = 100,
        start: Item | None = None,
        forward: bool = True,
    ) -> Page:
        """Items of one partition in the order of their sort key.

        Args:
            table: which table.
            pk: the partition, of the table or of the index.
            prefix: sort keys that begin with it.
            at_most: sort keys up to this one, itself included; not together with `prefix`.
            index: an index only nominates: what it answers may be late.
            limit: at most so many items.
            start: where an earlier page ended.
            forward: ascending, or descending.
        """
        ...

    def put(self, operation: Put) -> None: ...

    def update(self, operation: Update) -> Item:
        """Answers the item as it is after the change."""
        ...

    def delete(self, operation: Delete) -> None: ...

    def transact_get(self, keys: Sequence[tuple[TableName, Key]]) -> list[Item | None]:
        """The items as they were at one moment."""
        ...

    def transact_write(self, operations: Sequence[Operation]) -> None:
        """All or nothing; at most 100 operations, each on another item."""
        ...
