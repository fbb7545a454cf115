"""Make the invoices of some candidates of one selling entity: numbered, posted, once (INV-1, INV-3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from guichet.errors import ConcurrentUpdateError, Refusal, Unavailable
from guichet.events import Actor, Event
from guichet.invoices.assembling import SeriesByKind, Unit, assembled
from guichet.invoices.document import DocumentKind
from guichet.invoices.invoice import Invoice
from guichet.invoices.invoicing import Invoicing
from guichet.invoices.ports import Aggregate, Candidate, CountInvoiced, Step, TakeNumbers
from guichet.ledger.journal import Cause, Change
from guichet.period import local_day
from guichet.retrying import TRIES

# Of a transaction, beside counters of numbers and the run, and of mails.
_MOST_OPERATIONS: Final = 94
_MOST_INVOICES: Final = 24
_LONGEST_WHY: Final = 300  # characters: an entry of the journal stays small
_WHOLE_TRIES: Final = 4  # before a block that is refused again and again is halved

type ToPark = tuple[Candidate, str, str]  # the code, and of a defect what was raised


@dataclass
class Made:
    """What came of some candidates."""

    documents: list[Invoice] = field(default_factory=list)
    parked: list[tuple[Candidate, str]] = field(default_factory=list)
    waiting: int = 0  # nothing due of them now, or something else comes first

    def add(self, other: Made) -> None:
        self.documents += other.documents
        self.parked += other.parked
        self.waiting += other.waiting


def make_invoices(
    selling_entity: str,
    candidates: Sequence[Candidate],
    actor: Actor,
    *,
    invoicing: Invoicing,
    run_id: str | None = None,
) -> Made:
    """One write for as many candidates as fit; each is in one whole, or not at all.

    A candidate that does not add up is parked, and the others go on. Twice, at once, late or after
    a death: what an earlier write invoiced is due no more.

    Raises:
        ConcurrentUpdateError: others were faster each time; the message comes again.
    """
    made, left = Made(), list(dict.fromkeys(candidates))
    if selling_entity not in invoicing.entities.entities:
        cause = Cause(actor, "make_invoices", invoicing.clock.now())
        _park_all([(each, "selling_entity_missing", "") for each in left], cause, invoicing, made)
        return made
    while left:
        taken = _block(selling_entity, left, actor, invoicing, run_id, made)
        left = left[taken:]
    return made


def _block(  # noqa: PLR0917 - each is another thing
    selling_entity: str,
    candidates: Sequence[Candidate],
    actor: Actor,
    invoicing: Invoicing,
    run_id: str | None,
    made: Made,
) -> int:
    """One write. Answers how many of the candidates are done with."""
    most = len(candidates)
    for attempt in range(TRIES):
        cause = Cause(actor, "make_invoices", invoicing.clock.now())
        block = _Block(selling_entity, invoicing, cause)
        taken = block.fill(candidates[:most])
        if attempt >= _WHOLE_TRIES:  # one of them fails the others: halve, until it is alone
            most = max(taken // 2, 1)
        try:
            block.save(run_id)
        except ConcurrentUpdateError:
            continue
        made.documents += block.documents
        made.waiting += block.waiting
        _park_all(block.to_park, cause, invoicing, made)
        return taken
    raise ConcurrentUpdateError(f"invoices of {selling_entity} are being written all the time")


def _park_all(to_park: Sequence[ToPark], cause: Cause, invoicing: Invoicing, made: Made) -> None:
    for candidate, reason, why in to_park:
        if park(candidate, reason, cause, invoicing, why):
            made.parked.append((candidate, reason))


class _Block:
    """Units that follow each other in one write."""

    def __init__(self, selling_entity: str, invoicing: Invoicing, cause: Cause) -> None:
        self._entity = invoicing.entities.entity(selling_entity)
        self._invoicing = invoicing
        self._cause = cause
        self._before: SeriesByKind = {
            kind: invoicing.records.series(selling_entity, kind) for kind in DocumentKind
        }
        self._series: SeriesByKind = self._before
        today = local_day(cause.at, self._entity.time_zone)
        self._day = max(each.issue_day(today) for each in self._before.values())
        self._units: list[Unit] = []
        self._accounts: set[str] = set()  # that have documents in this write
        self.to_park: list[ToPark] = []
        self.waiting = 0

    @property
    def documents(self) -> list[Invoice]:
        return [each for unit in self._units for each in unit.documents]

    def fill(self, candidates: Sequence[Candidate]) -> int:
        """Take candidates while they fit."""
        for place, candidate in enumerate(candidates):
            if candidate.account_id in self._accounts:
                return place  # both may correct one invoice: the next write sees what this one did
            unit = self._unit(candidate)
            if unit is None:
                continue
            if self._units and not self._fits(unit):
                return place
            self._units.append(unit)
            self._accounts.add(candidate.account_id)
            self._series = unit.series
        return len(candidates)

    def _fits(self, unit: Unit) -> bool:
        operations = sum(each.operation_count for each in (*self._units, unit))
        count = len(self.documents) + len(unit.documents)
        return operations <= _MOST_OPERATIONS and count <= _MOST_INVOICES

    def _unit(self, candidate: Candidate) -> Unit | None:
        """None where nothing is due, or it is to be parked."""
        try:
            prepared = self._invoicing.prepared(candidate, self._day, self._cause.at)
            if prepared is None:
                self.waiting += 1
                return None
            return assembled(prepared, self._day, self._series, self._cause.at)
        except Refusal as refusal:
            # What the operator's own files lack is told with its name; of a customer nothing is.
            why = refusal.detail if isinstance(refusal, Unavailable) else ""
            self.to_park.append((candidate, refusal.code, why))
        except (ValueError, LookupError, TypeError) as error:
            why = f"{type(error).__name__}: {error}"
            self.to_park.append((candidate, "does_not_add_up", why))
        return None

    def save(self, run_id: str | None) -> None:
        if not self._units:
            return
        changes: list[Change[Aggregate]] = [each for unit in self._units for each in unit.changes]
        steps: list[Step] = [each for unit in self._units for each in unit.steps]
        for kind, after in self._series.items():
            if after != self._before[kind]:
                steps.append(TakeNumbers(self._before[kind], after))
        if run_id is not None:
            steps += _counted(run_id, self.documents)
        self._invoicing.records.save(self._cause, changes, steps)


def _counted(run_id: str, documents: Sequence[Invoice]) -> list[Step]:
    """What a run has come to: a counter for all currencies, so one operation."""
    totals: dict[str, list[int]] = {}
    for each in documents:
        held = totals.setdefault(each.currency, [0, 0, 0])
        held[1 if each.is_credit_note else 0] += 1
        held[2] += -each.total_minor if each.is_credit_note else each.total_minor
    return [
        CountInvoiced(run_id, tuple((name, a, b, c) for name, (a, b, c) in sorted(totals.items())))
    ]


def park(
    candidate: Candidate, reason: str, cause: Cause, invoicing: Invoicing, why: str = ""
) -> bool:
    """Make no invoice of this account with this entity until somebody has looked (INV-1).

    Answers whether it was parked by this call; it is due no more until it is released.
    """
    for _ in range(TRIES):
        balance = invoicing.billing.balance(
            candidate.account_id, candidate.selling_entity, candidate.currency
        )
        if balance.parked:
            return False
        parked = replace(balance, parked=reason, version=balance.version + 1)
        facts = {
            "account_id": candidate.account_id,
            "selling_entity": candidate.selling_entity,
            "currency": candidate.currency,
            "reason": reason,
            **({"why": why[:_LONGEST_WHY]} if why else {}),
        }
        change = Change[Aggregate](
            balance if balance.version else None,
            parked,
            (Event("invoice.parked", facts),),
            book=candidate.selling_entity,
        )
        try:
            invoicing.records.save(cause, [change])
        except ConcurrentUpdateError:
            continue
        return True
    raise ConcurrentUpdateError(f"{candidate.account_id} is being written all the time")
