"""Numbers without gaps for each entity and kind of document, dates that never run backwards (INV-3)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Final

from guichet.invoices.document import DocumentKind

_LETTERS: Final = MappingProxyType({DocumentKind.INVOICE: "I", DocumentKind.CREDIT_NOTE: "C"})


@dataclass(frozen=True, slots=True)
class Series:
    """How far one series has come. The write that takes numbers is guarded by `last_place`."""

    selling_entity: str
    kind: DocumentKind
    last_place: int = 0
    last_issued_on: date | None = None

    @property
    def name(self) -> str:
        return series_name(self.selling_entity, self.kind)

    def issue_day(self, today: date) -> date:
        """Today in the entity's time zone, or the last date given, if that is later."""
        return today if self.last_issued_on is None else max(today, self.last_issued_on)

    def next(self, day: date) -> Series:
        """With one number more, given on a day."""
        if self.last_issued_on is not None and day < self.last_issued_on:
            raise ValueError("dates of a series never run backwards")
        return replace(self, last_place=self.last_place + 1, last_issued_on=day)

    @property
    def number(self) -> str:
        """The number given last: with the entity and the series, so that each is unique."""
        return self.number_at(self.last_place)

    def number_at(self, place: int) -> str:
        return f"{self.name}-{place:06d}"


def series_name(selling_entity: str, kind: DocumentKind) -> str:
    """`US-I`, `US-C`."""
    return f"{selling_entity.upper()}-{_LETTERS[kind]}"


def place_of(number: str) -> tuple[str, int] | None:
    """The series and the place of a number; None where it is no number of ours."""
    name, _, place = number.rpartition("-")
    return (name, int(place)) if name and place.isdecimal() else None
