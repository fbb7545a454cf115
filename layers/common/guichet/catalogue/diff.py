"""What one version of the catalogue changes of another, and whom it concerns from when (SUB-1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from guichet.catalogue.catalogue import Catalogue, Frequency, Product
from guichet.catalogue.traits import Part, PartKey, Traits, traits_of

EXISTENCE: Final = "existence"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs. `before` is None where it is new, `after` where it is gone.

    `what` is `price`, `price_once`, `unit_price …` with its row, `existence` (of the part itself), or
    the name of a term. All prices have `currency`, recurring ones `frequency` too.
    """

    product_id: str
    part: Part
    part_id: str  # the product's own for the product
    what: str
    before: str | None
    after: str | None
    currency: str | None = None
    frequency: Frequency | None = None

    def __str__(self) -> str:
        part = () if self.part is Part.PRODUCT else (self.part, self.part_id)
        subject = (self.product_id, *part, self.what, self.currency, self.frequency)
        before, after = self.before or "absent", self.after or "absent"
        return f"{' '.join(filter(None, subject))}: {before} -> {after}"


@dataclass(frozen=True, slots=True)
class Difference:
    """All changes from one version to another, in the order of the newer one's products."""

    old_version: str
    new_version: str
    effective_from: date  # the newer version's
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Subscribed:
    """What of a subscription decides whether a change concerns it.

    `renewal_from` answers its first renewal on or after a day; None: it ends before, or is over.
    """

    product_id: str
    plan_id: str
    currency: str
    frequency: Frequency
    add_on_ids: frozenset[str]
    renewal_from: Callable[[date], date | None]
    is_pinned: bool = False


@dataclass(frozen=True, slots=True)
class Affected:
    """What will change for a subscription, and from which day: that of a renewal."""

    from_day: date
    changes: tuple[Change, ...]


def difference(old: Catalogue, new: Catalogue) -> Difference:
    """Everything that differs between two versions."""
    changes: list[Change] = []
    for product_id in _either(old.products, new.products):
        before = _parts(old.products.get(product_id))
        after = _parts(new.products.get(product_id))
        for key in _either(before, after):
            changes += _changes(product_id, key, before.get(key), after.get(key))
    return Difference(old.version, new.version, new.effective_from, tuple(changes))


def affected(difference: Difference, subscribed: Subscribed) -> Affected | None:
    """What the newer version changes for a subscription; None: nothing, ever.

    It applies from the first renewal on or after the version's day, never to a running period, and
    never to a pinned subscription (SUB-1). What is sold once, or only to others, is no change.
    """
    if subscribed.is_pinned:
        return None
    changes = tuple(each for each in difference.changes if _concerns(each, subscribed))
    from_day = subscribed.renewal_from(difference.effective_from) if changes else None
    return Affected(from_day, changes) if from_day is not None else None


def told(difference: Difference) -> Iterator[str]:
    """A line for each change, for a person."""
    yield f"{difference.old_version} -> {difference.new_version}, {difference.effective_from}:"
    if not difference.changes:
        yield "nothing changes"
    yield from map(str, difference.changes)


def _concerns(change: Change, subscribed: Subscribed) -> bool:
    is_new = change.what == EXISTENCE and change.before is None  # nobody has it yet
    is_theirs = {
        Part.PLAN: change.part_id == subscribed.plan_id,
        Part.ADD_ON: change.part_id in subscribed.add_on_ids and change.what != "price_once",
    }
    return (
        change.product_id == subscribed.product_id
        and not is_new
        and change.currency in {None, subscribed.currency}
        and change.frequency in {None, subscribed.frequency}
        and is_theirs.get(change.part, True)
    )


def _parts(product: Product | None) -> Mapping[PartKey, Traits]:
    return traits_of(product) if product is not None else {}


def _changes(
    product_id: str, key: PartKey, old: Traits | None, new: Traits | None
) -> Iterator[Change]:
    part, part_id = key
    if old is None or new is None:
        before = "sold" if old is not None else None
        after = "sold" if new is not None else None
        yield Change(product_id, part, part_id, EXISTENCE, before, after)
        return
    for trait in _either(old, new):
        before, after = old.get(trait), new.get(trait)
        if before != after:
            what, currency, frequency = trait
            yield Change(product_id, part, part_id, what, before, after, currency, frequency)


def _either[K](old: Iterable[K], new: Iterable[K]) -> Iterator[K]:
    """The newer one's in its order, then what is gone."""
    return iter(dict.fromkeys((*new, *old)))
