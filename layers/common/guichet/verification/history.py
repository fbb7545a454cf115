"""One object's history: whole, joined, along its table, and ending in the object as it is (MON-4)."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from guichet.adapters.dynamo import keys
from guichet.adapters.dynamo.codec import encode, field_names
from guichet.adapters.dynamo.items import PLATFORM
from guichet.adapters.dynamo.journal_items import UNTOLD
from guichet.adapters.dynamo.seam import Item, Plain
from guichet.ledger.postings import ENTITY_ACCOUNTS, LedgerAccount
from guichet.registration.provider_event import ProviderEvent
from guichet.verification.lifecycles import TABLES, may_begin, may_follow
from guichet.verification.shapes import Kind, Value, place_of

_ENTITY_CHART: Final = frozenset(map(str, ENTITY_ACCOUNTS))
_CHART: Final = frozenset(map(str, LedgerAccount)) - _ENTITY_CHART | {"provider_fee"}
_EMPTY: Final[tuple[Plain, ...]] = (None, [])

# Minor units by organizer or selling entity, currency and account of the chart.
type Moved = Counter[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class History:
    """What the journal has about one object, in order, and the object as it is stored."""

    name: str
    entries: Sequence[Item]
    kind: Kind | None = None
    item: Item | None = None
    value: Value | None = None

    @property
    def last_at(self) -> str:
        """When it was changed last."""
        return max((str(entry["at"]) for entry in self.entries), default="")

    @property
    def events(self) -> frozenset[str]:
        """What has happened to it, ever."""
        return frozenset(
            str(each["name"]) for entry in self.entries for each in maps(entry.get("events"))
        )

    @property
    def first(self) -> Item:
        """How it came into the world."""
        return mapping(self.entries[0].get("after")) if self.entries else {}

    @property
    def became(self) -> Item:
        """The fields that all entries together leave."""
        fields: Item = {}
        for entry in self.entries:
            fields |= mapping(entry.get("after"))
        return fields

    def moved(self) -> Moved:
        """What it has moved in the books of which organizer."""
        return self._moved("account_id", [e for e in self.entries if e.get("book") is None])

    def moved_for_entities(self) -> Moved:
        """What it has moved in the books of which selling entity."""
        return self._moved("book", [e for e in self.entries if e.get("book") is not None])

    def _moved(self, owned_by: str, entries: Sequence[Item]) -> Moved:
        moved: Moved = Counter()
        for entry in entries:
            owner = str(entry.get(owned_by))
            for posting in maps(entry.get("postings")):
                amount, currency = posting.get("amount_minor"), str(posting.get("currency"))
                if isinstance(amount, int):
                    moved[owner, currency, str(posting.get("source"))] -= amount
                    moved[owner, currency, str(posting.get("destination"))] += amount
        return moved


def gapless(history: History) -> Iterator[str]:
    """One entry for each version, from the first to the one that is stored."""
    found = [entry.get("sequence") for entry in history.entries]
    for place, sequence in enumerate(found, start=1):
        if sequence != place:
            yield f"entry {place} is number {sequence}"
            return
    for place, entry in enumerate(history.entries, start=1):
        if keys.journal(history.name, place).sk != entry["sk"]:
            yield f"entry {place} lies at {entry['sk']}"


def joined(history: History) -> Iterator[str]:
    """What each entry found is what the earlier ones had left."""
    known: Item = {}
    for entry in history.entries:
        for name, before in mapping(entry.get("before")).items():
            if not _same(history.kind, name, known, before):
                yield f"entry {entry['sequence']} found {name} {before!r}, not {known.get(name)!r}"
        known |= mapping(entry.get("after"))


def current(history: History) -> Iterator[str]:
    """The object is there, in its place, and is what the journal says of it."""
    value, item = history.value, history.item
    if value is None or item is None:
        if history.kind is not None:
            yield "has a history, and is not there"
        return
    if isinstance(value, ProviderEvent):
        if value.deliveries != len(history.entries):
            yield f"says {value.deliveries} deliveries, its history {len(history.entries)}"
        return
    place = place_of(value)
    if (place.pk, place.sk) != (item["pk"], item["sk"]):
        yield f"lies at {item['pk']} {item['sk']}"
    if value.version != len(history.entries):
        yield f"is version {value.version}, its history ends with {len(history.entries)}"
    became = history.became
    for name, default in _public_fields(type(value)):  # type: ignore[arg-type]  # a class is hashable
        found = item.get(name, default)
        if not _same(history.kind, name, became, found):
            yield f"{name} is {found!r}, its history says {became.get(name)!r}"


def states(history: History) -> Iterator[str]:
    """Each status follows from the one before (REG-8, RFD-6)."""
    kind = history.name.partition("/")[0]
    if kind not in TABLES:
        return
    before: str | None = None
    for entry in history.entries:
        after = mapping(entry.get("after"))
        status = after.get("status")
        if not isinstance(status, str):
            continue
        if before is None or _is_begun_anew(entry):
            if not may_begin(kind, status, after.get("reason")):
                yield f"began as {status}"
        elif not may_follow(kind, before, status):
            yield f"entry {entry['sequence']} moved it from {before} to {status}"
        before = status


def _is_begun_anew(entry: Item) -> bool:
    """The operator's staff may record another account in the place of one that was linked."""
    return "payment_account.recorded" in {each.get("name") for each in maps(entry.get("events"))}


def owned(history: History) -> Iterator[str]:
    """All entries stand in one organizer's book: that of the object."""
    owners = {str(entry.get("account_id")) for entry in history.entries}
    if not isinstance(history.value, ProviderEvent) and history.value is not None:
        owners.add(history.value.account_id)
    if isinstance(history.value, ProviderEvent):
        owners.add(PLATFORM)
    if len(owners) > 1:
        yield f"stands in the books of {', '.join(sorted(owners))}"


def postings(history: History) -> Iterator[str]:
    """Each moves an amount above 0 from one account of the chart to another (MON-4)."""
    for entry in history.entries:
        chart = _CHART if entry.get("book") is None else _ENTITY_CHART
        for posting in maps(entry.get("postings")):
            source, destination = posting.get("source"), posting.get("destination")
            amount, currency = posting.get("amount_minor"), posting.get("currency")
            if (
                source not in chart
                or destination not in chart
                or source == destination
                or type(amount) is not int
                or amount <= 0
                or not isinstance(currency, str)
            ):
                moves = f"{amount!r} {currency!r} from {source!r} to {destination!r}"
                yield f"entry {entry['sequence']} moves {moves}"


def mapping(value: Plain) -> Item:
    return value if isinstance(value, dict) else {}


def maps(value: Plain) -> list[Item]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _same(kind: Kind | None, name: str, known: Mapping[str, Plain], found: Plain) -> bool:
    """A first entry leaves out what is empty, an older one what came into the world later."""
    if name in known:
        return known[name] == found
    return found in _EMPTY or (kind is not None and found == _defaults(kind).get(name))  # type: ignore[arg-type]  # a class is hashable


@cache
def _public_fields(kind: Any) -> tuple[tuple[str, Plain], ...]:  # noqa: ANN401 - same as below
    """Names with what an item that lacks them means."""
    defaults = _defaults(kind)
    return tuple((name, defaults.get(name)) for name in field_names(kind) if name not in UNTOLD)


@cache
def _defaults(kind: Any) -> Mapping[str, Plain]:  # noqa: ANN401 - a class, but hashable to the checker
    return {
        field.name: encode(field.default)
        for field in dataclasses.fields(kind)
        if field.default is not dataclasses.MISSING
    }
