"""Walking through a provider's lists and our own, page by page: what is killed goes on (EXT-3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from guichet.clock import Clock
from guichet.events import Event
from guichet.ids import derived_id
from guichet.ledger.journal import Cause
from guichet.payments.books import Listed, ListedKind, ProviderBooks
from guichet.payments.ports import NOT_REACHABLE, ProviderRefusedError, ProviderUnavailableError
from guichet.payments.reconciliation import (
    Counts,
    FindingCode,
    ReconciliationRun,
    RunKind,
    Step,
    Target,
    steps_of,
)
from guichet.registration.compared import About, Compared, may_be_ours
from guichet.registration.comparing_ours import Ours
from guichet.registration.comparing_theirs import Theirs
from guichet.registration.reconciliation_ports import ReconciliationRecords, Report, Reports

PAGE: Final = 100
# Journal entries of a page of ours: some hundred payments by one list, or a dozen by a question each.
_ENTRIES_LISTED: Final = 1000
_ENTRIES_ASKED: Final = 100
_LONGEST: Final = timedelta(days=30)  # as long as providers keep their events
_OVERLAP: Final = timedelta(hours=1)  # what became visible a little late
# A provider that is away is waited for; later, what it can't answer is a finding.
_PATIENCE: Final = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Reconciling:
    """The parts of a comparison; everything it repairs, it repairs by the ordinary roads."""

    runs: ReconciliationRecords
    books: Mapping[str, ProviderBooks]
    theirs: Theirs
    ours: Ours
    reports: Reports
    clock: Clock

    def targets(self) -> list[Target]:
        """All organizers' accounts, then the operator's own."""
        found: list[Target] = []
        after: str | None = None
        while True:
            part = self.runs.payment_accounts(limit=PAGE, after=after)
            found.extend(target for each in part.items if (target := Target.of(each)) is not None)
            after = part.after
            if after is None:
                break
        known = [each for each in found if each.provider in self.books]
        return [*known, *(Target.operator(provider) for provider in self.books)]

    def planned(
        self,
        target: Target,
        kind: RunKind,
        request: str,
        window: tuple[datetime, datetime] | None,
    ) -> ReconciliationRun | None:
        """The run to go on with, or a new one; None where what was asked for is done."""
        latest = self.runs.latest_run(target.account_id, target.provider, kind)
        if latest is not None and latest.request == request:
            return None if latest.is_finished else latest
        if latest is not None and kind is RunKind.DAILY and not latest.is_finished:
            return latest
        now = self.clock.now()
        since, until = window or (self._since(latest, now), now)
        return ReconciliationRun(
            run_id=derived_id("rcn", target.account_id, target.provider, kind, request),
            account_id=target.account_id,
            provider=target.provider,
            kind=kind,
            request=request,
            payees=target.payees,
            linked=target.linked,
            since=since,
            until=until,
            started_at=now,
        )

    def _since(self, latest: ReconciliationRun | None, now: datetime) -> datetime:
        """Where the last one ended: a day without a run is made up for by the next."""
        earliest = now - _LONGEST
        return earliest if latest is None else max(earliest, latest.until - _OVERLAP)

    def walk(
        self, run: ReconciliationRun, cause: Cause, has_time: Callable[[], bool]
    ) -> ReconciliationRun:
        """Go on until it is finished, or time runs out; every page that held something is kept.

        Raises:
            ProviderUnavailableError: what was read is kept, the next run goes on.
            ConcurrentUpdateError: somebody else goes on with it.
        """
        steps = steps_of(run, self.books[run.provider].kinds)
        stored = run if run.version else None
        try:
            while run.step < len(steps):
                if not has_time():
                    return self._kept(run, stored, cause)
                before, run = run, self._turned(run, steps, cause)
                if run.after is not None or (run.counts, run.found) != (
                    before.counts,
                    before.found,
                ):
                    run = stored = self._kept(run, stored, cause)
        except ProviderUnavailableError:
            self._kept(run, stored, cause)
            raise
        done = run.finished(self.clock.now())
        self.reports.put(f"{_folder(run)}/summary.json", _summary(done))
        return self._saved(stored, done, cause, _told(done))

    def _kept(
        self, run: ReconciliationRun, stored: ReconciliationRun | None, cause: Cause
    ) -> ReconciliationRun:
        if run == stored:
            return run
        return self._saved(stored, run, cause, (Event("reconciliation.went_on"),))

    def _saved(
        self,
        before: ReconciliationRun | None,
        run: ReconciliationRun,
        cause: Cause,
        events: Sequence[Event],
    ) -> ReconciliationRun:
        after = replace(run, version=1 if before is None else before.version + 1)
        self.runs.save_run(cause, before, after, events)
        return after

    def _turned(
        self, run: ReconciliationRun, steps: Sequence[Step], cause: Cause
    ) -> ReconciliationRun:
        """One page compared; its report is put before the run says that it was read."""
        step, goes_on_at = steps[run.step], None
        try:
            compared, after = self._compared(run, step, cause)
        except ProviderRefusedError as error:
            compared, after = _refused(run, step, error), None
            goes_on_at = _after_payee(run, steps) if error.code == NOT_REACHABLE else None
        if compared.unanswered and self.clock.now() < run.started_at + _PATIENCE:
            raise ProviderUnavailableError(f"{compared.unanswered} questions without an answer")
        if compared.findings or compared.notes:
            self.reports.put(
                f"{_folder(run)}/{run.pages:06d}.json", _page_report(run, step, compared)
            )
        turned = run.turned(Counts(**compared.counts), compared.findings, after)
        return turned if goes_on_at is None else turned.skipping_to(goes_on_at)

    def _compared(
        self, run: ReconciliationRun, step: Step, cause: Cause
    ) -> tuple[Compared, str | None]:
        if step.kind is None:
            listed = ListedKind.CAPTURE in self.books[run.provider].kinds
            touched = self.runs.touched(
                run.account_id,
                run.since,
                run.until,
                limit=_ENTRIES_LISTED if listed else _ENTRIES_ASKED,
                after=run.after,
            )
            payments = [
                payment
                for start in range(0, len(touched.payment_ids), PAGE)
                for payment in self.runs.payments(touched.payment_ids[start : start + PAGE])
            ]
            compared = self.ours.compare(run, payments, touched.refunds, touched.disputes, cause)
            return compared, touched.after
        page = self.books[run.provider].listed(
            step.kind, payee=step.payee, since=run.since, until=run.until, after=run.after
        )
        return self._listed(run, step.kind, page.items, cause), page.after

    def _listed(
        self, run: ReconciliationRun, kind: ListedKind, items: Sequence[Listed], cause: Cause
    ) -> Compared:
        named = (each.payment_id for each in items)
        ids = list(dict.fromkeys(each for each in named if each and may_be_ours(each)))
        payments = {each.payment_id: each for each in self.runs.payments(ids)} if ids else {}
        match kind:
            case ListedKind.EVENT:
                names = [each.object_id for each in items]
                known = self.runs.known_events(run.provider, names) if names else frozenset()
                return self.theirs.events(run, items, known, cause)
            case ListedKind.CAPTURE:
                return self.theirs.captures(run, items, payments, cause)
            case ListedKind.REFUND:
                return self.theirs.refunds(run, items, payments, cause)
            case ListedKind.DISPUTE:
                return self.theirs.disputes(run, items, payments, cause)
            case ListedKind.FEE:
                return self.theirs.fees(run, items)
            case ListedKind.PAYOUT:
                return self.theirs.payouts(run, items)


def _refused(run: ReconciliationRun, step: Step, error: ProviderRefusedError) -> Compared:
    """A list that is refused for good. Of a former account that is no surprise (PAY-4)."""
    compared = Compared(run)
    about = About(step.payee, step.payee)
    if error.code != NOT_REACHABLE:
        compared.find(FindingCode.LIST_REFUSED, about, ours=step.kind, theirs=error.code)
    elif step.payee == run.linked:
        compared.find(FindingCode.ACCOUNT_NOT_REACHABLE, about, ours="linked", theirs=error.code)
    return compared


def _after_payee(run: ReconciliationRun, steps: Sequence[Step]) -> int:
    """The first step of somebody else: who has cut us off answers none of them."""
    payee = steps[run.step].payee
    return next((n for n in range(run.step, len(steps)) if steps[n].payee != payee), len(steps))


def _folder(run: ReconciliationRun) -> str:
    return f"reconciliations/{run.account_id}/{run.run_id}"


def _told(run: ReconciliationRun) -> tuple[Event, ...]:
    facts: dict[str, str | int | None] = {
        "account_id": run.account_id,
        "provider": run.provider,
        "findings": run.found,
        "report": _folder(run),
    }
    finished = Event("reconciliation.finished", facts)
    return (finished, Event("reconciliation.found", facts)) if run.found else (finished,)


def _page_report(run: ReconciliationRun, step: Step, compared: Compared) -> Report:
    return {
        "provider": run.provider,
        "list": "ours" if step.kind is None else str(step.kind),
        "payee": step.payee,
        "findings": [each.as_plain() for each in compared.findings],
        "notes": compared.notes,
    }


def _summary(run: ReconciliationRun) -> Report:
    return {
        "run_id": run.run_id,
        "account_id": run.account_id,
        "provider": run.provider,
        "payees": list(run.payees),
        "since": run.since.isoformat(),
        "until": run.until.isoformat(),
        "started_at": run.started_at.isoformat(),
        "finished_at": None if run.finished_at is None else run.finished_at.isoformat(),
        "counts": run.counts.as_plain(),
        "found": run.found,
    }
