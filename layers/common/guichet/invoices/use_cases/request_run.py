"""Ask for a run now, or for what a run would bill (INV-1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from guichet.access.membership import Member, Permission
from guichet.errors import Conflict, Refusal
from guichet.events import Actor, Event
from guichet.ids import derived_id
from guichet.invoices.assembling import SeriesByKind, assembled
from guichet.invoices.document import DocumentKind
from guichet.invoices.invoice import Invoice
from guichet.invoices.invoicing import Invoicing
from guichet.invoices.ports import Aggregate, Candidate
from guichet.invoices.run import PLATFORM, InvoiceRun, RunStatus
from guichet.ledger.journal import Cause, Change
from guichet.period import local_day
from guichet.replies import Reply
from guichet.retrying import with_fresh_state

_LATEST: Final = 20
_WORKS_AT_MOST: Final = timedelta(hours=1)  # a run that never finished does not bar others for good


@dataclass(frozen=True, slots=True)
class RequestRun:
    """A representative wants everything due to be invoiced now."""

    member: Member | None  # None: the operator, at the command line
    idempotency_key: str
    actor: Actor


def request_run(command: RequestRun, *, invoicing: Invoicing) -> Reply[InvoiceRun]:
    """It is planned at once and worked on in the background; once for a key.

    Raises:
        NotAllowed: only a representative may.
        Conflict: `invoice_run_in_progress`.
    """
    if command.member is not None:
        command.member.reach(Permission.MANAGE_INVOICES)
    now = invoicing.clock.now()
    cause = Cause(command.actor, "request_run", now)
    who = command.actor.id
    name = derived_id("run", who, command.idempotency_key)

    def attempt() -> Reply[InvoiceRun]:
        earlier = invoicing.records.run(name)
        if earlier is not None:
            return Reply.replay(earlier, same_request=True)
        require_no_run(invoicing)
        run = InvoiceRun(name, PLATFORM, now, who)
        change = Change[Aggregate](None, run, (Event("invoice_run.requested"),))
        invoicing.records.save(cause, [change])
        return Reply.new(run)

    return with_fresh_state(attempt)


def require_no_run(invoicing: Invoicing) -> None:
    """Refuse while a run works.

    Raises:
        Conflict: `invoice_run_in_progress`.
    """
    now = invoicing.clock.now()
    for each in invoicing.records.runs(limit=_LATEST, after=None).items:
        if each.status is not RunStatus.FINISHED and now < each.started_at + _WORKS_AT_MOST:
            raise Conflict(
                "invoice_run_in_progress",
                "An invoice run is at work; ask again when it has finished.",
                rule="INV-1",
            )


@dataclass(frozen=True, slots=True)
class WouldBill:
    """What a run would make of one candidate now, or why it would park it, or that it waits."""

    candidate: Candidate
    documents: tuple[Invoice, ...] = ()
    parks: str = ""
    why: str = ""
    is_parked: bool = False


@dataclass(frozen=True, slots=True)
class DryRun:
    """A page of what a run would bill; `after` leads on."""

    items: tuple[WouldBill, ...]
    after: str | None


def dry_run(
    member: Member | None, *, limit: int, after: str | None, invoicing: Invoicing
) -> DryRun:
    """Nothing is written and no number is taken: a page's documents bear the numbers that come next.

    Raises:
        NotAllowed: only a representative may.
        Conflict: `invoice_run_in_progress`.
    """
    if member is not None:
        member.reach(Permission.MANAGE_INVOICES)
    require_no_run(invoicing)
    page = invoicing.records.nominated(invoicing.clock.now(), limit=limit, after=after)
    numbers: dict[str, SeriesByKind] = {}
    return DryRun(tuple(_would_bill(each, numbers, invoicing) for each in page.items), page.after)


def _would_bill(
    candidate: Candidate, numbers: dict[str, SeriesByKind], invoicing: Invoicing
) -> WouldBill:
    now, name = invoicing.clock.now(), candidate.selling_entity
    if name not in invoicing.entities.entities:
        return WouldBill(candidate, parks="selling_entity_missing")
    if name not in numbers:
        numbers[name] = {kind: invoicing.records.series(name, kind) for kind in DocumentKind}
    today = local_day(now, invoicing.entities.entity(name).time_zone)
    day = max(each.issue_day(today) for each in numbers[name].values())
    try:
        prepared = invoicing.prepared(candidate, day, now)
        if prepared is None:
            return WouldBill(candidate, is_parked=invoicing.is_parked(candidate))
        unit = assembled(prepared, day, numbers[name], now)
    except Refusal as refusal:
        return WouldBill(candidate, parks=refusal.code, why=refusal.detail)
    except (ValueError, LookupError, TypeError) as error:
        return WouldBill(candidate, parks="does_not_add_up", why=str(error))
    numbers[name] = unit.series
    return WouldBill(candidate, unit.documents)
