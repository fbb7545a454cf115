"""Whether a series is what the law asks for: numbers without gaps, dates that never run back (INV-3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from guichet.invoices.series import Series


@dataclass(frozen=True, slots=True)
class Issued:
    """A number that was given, with the day of issue; None where its document is missing."""

    place: int
    issued_on: date | None


@dataclass(frozen=True, slots=True)
class Backwards:
    """A document that bears an earlier day than one before it."""

    place: int
    issued_on: date
    after: date


@dataclass
class SeriesReport:
    """One series: how far it has come, and what is wrong with it."""

    series: Series
    missing: list[int] = field(default_factory=list)  # places whose number nothing has
    without_document: list[int] = field(default_factory=list)  # a number, and nothing behind it
    beyond: list[int] = field(default_factory=list)  # above what the counter has given
    backwards: list[Backwards] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return not (self.missing or self.without_document or self.beyond or self.backwards)


def report_of(begun: Series, given: Iterable[Issued], ended: Series) -> SeriesReport:
    """What is found in one series.

    Args:
        begun: its counter before the numbers were read: up to there none may be missing.
        given: the numbers, ascending.
        ended: its counter afterwards: beyond it none may be.
    """
    report, places = SeriesReport(ended), set[int]()
    last: date | None = None
    for each in given:
        places.add(each.place)
        if each.place > ended.last_place:
            report.beyond.append(each.place)
        if each.issued_on is None:
            report.without_document.append(each.place)
            continue
        if last is not None and each.issued_on < last:
            report.backwards.append(Backwards(each.place, each.issued_on, last))
        last = each.issued_on if last is None else max(last, each.issued_on)
    report.missing += [at for at in range(1, begun.last_place + 1) if at not in places]
    return report
