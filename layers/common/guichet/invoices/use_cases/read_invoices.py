"""What an account sees of its invoices, balances and payments due (INV-9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from guichet.access.membership import Member, Permission
from guichet.errors import not_found
from guichet.invoices.content import InvoiceContent
from guichet.invoices.invoice import Invoice, InvoiceStatus
from guichet.invoices.invoicing import Invoicing
from guichet.invoices.run import InvoiceRun, RunTotal
from guichet.period import local_day
from guichet.subscriptions.balance import AccountBalance
from guichet.subscriptions.ports import Slice

_AT_ONCE: Final = 100
_PAGES: Final = 10  # that are looked through for a status


@dataclass(frozen=True, slots=True)
class InvoiceView:
    """One document, whole, with the credit notes of it."""

    invoice: Invoice
    content: InvoiceContent
    notes: tuple[Invoice, ...]
    today: date


@dataclass(frozen=True, slots=True)
class InvoicesPage:
    """Part of an account's documents, the newest bill first."""

    items: list[Invoice]
    after: str | None
    today: date


@dataclass(frozen=True, slots=True)
class Balances:
    """What the account owes and has, by selling entity and currency."""

    items: list[AccountBalance]
    today: date


@dataclass(frozen=True, slots=True)
class PaymentsDue:
    """Invoices that are open, the earliest due first."""

    items: list[Invoice]
    today: date


@dataclass(frozen=True, slots=True)
class RunView:
    """A run with what it has come to."""

    run: InvoiceRun
    invoices: int
    notes: int
    totals: tuple[RunTotal, ...]


def read_invoice(member: Member, invoice_id: str, *, invoicing: Invoicing) -> InvoiceView:
    """One of the account's.

    Raises:
        NotAllowed: the member may not see invoices.
        NotFound: absent, or another account's.
    """
    member.reach(Permission.READ_BILLS)
    found = invoicing.records.invoice(member.account_id, invoice_id)
    content = invoicing.records.content(found) if found is not None else None
    if found is None or content is None:
        raise not_found("invoice")
    notes = _found(member, found.note_ids, invoicing)
    return InvoiceView(found, content, tuple(notes), today_of(member, invoicing))


def list_invoices(
    member: Member,
    *,
    limit: int,
    after: str | None,
    status: InvoiceStatus | None = None,
    invoicing: Invoicing,
) -> InvoicesPage:
    """The account's documents; with a status, those that have it: a page may then be short.

    Raises:
        NotAllowed: the member may not see invoices.
    """
    member.reach(Permission.READ_BILLS)
    found: list[Invoice] = []
    for _ in range(_PAGES):
        part = invoicing.records.invoices_of(
            member.account_id, limit=limit - len(found), after=after
        )
        found += [each for each in part.items if status is None or each.status is status]
        after = part.after
        if after is None or len(found) == limit:
            break
    return InvoicesPage(found, after, today_of(member, invoicing))


def read_balances(member: Member, *, invoicing: Invoicing) -> Balances:
    """Every balance of the account.

    Raises:
        NotAllowed: the member may not see invoices.
    """
    member.reach(Permission.READ_BILLS)
    found = invoicing.billing.balances_of(member.account_id)
    return Balances(found, today_of(member, invoicing))


def list_payments_due(member: Member, *, invoicing: Invoicing) -> PaymentsDue:
    """Open invoices, due or not yet, the earliest first (INV-9).

    Raises:
        NotAllowed: the member may not see invoices.
    """
    member.reach(Permission.READ_BILLS)
    balances = invoicing.billing.balances_of(member.account_id)
    names = [bill.invoice_id for each in balances for bill in each.invoiced]
    found = [each for each in _found(member, names, invoicing) if each.open_minor]
    ordered = sorted(found, key=lambda each: (each.due_on or date.max, each.invoice_id))
    return PaymentsDue(ordered, today_of(member, invoicing))


def read_run(member: Member, run_id: str, *, invoicing: Invoicing) -> RunView:
    """How far a run is, and what it has come to.

    Raises:
        NotAllowed: only the operator's people may.
        NotFound: there is none.
    """
    member.reach(Permission.READ_INVOICE_RUNS)
    run = invoicing.records.run(run_id)
    if run is None:
        raise not_found("invoice run")
    return RunView(run, *invoicing.records.totals(run_id))


def list_runs(
    member: Member, *, limit: int, after: str | None, invoicing: Invoicing
) -> Slice[RunView]:
    """All runs that found something, or that somebody asked for.

    Raises:
        NotAllowed: only the operator's people may.
    """
    member.reach(Permission.READ_INVOICE_RUNS)
    part = invoicing.records.runs(limit=limit, after=after)
    counts = invoicing.records.totals_of([each.run_id for each in part.items])
    views = [RunView(run, *count) for run, count in zip(part.items, counts, strict=True)]
    return Slice(views, part.after)


def _found(member: Member, invoice_ids: Sequence[str], invoicing: Invoicing) -> list[Invoice]:
    found: list[Invoice] = []
    for start in range(0, len(invoice_ids), _AT_ONCE):
        part = invoicing.records.invoices(member.account_id, invoice_ids[start : start + _AT_ONCE])
        found += [each for each in part if each is not None]
    return found


def today_of(member: Member, invoicing: Invoicing) -> date:
    """The day in the account's time zone (MON-6)."""
    zone = invoicing.billing.profile(member.account_id).time_zone
    return local_day(invoicing.clock.now(), zone)
