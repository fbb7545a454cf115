"""Correct an invoice: a credit note of some lines, or void by one for the whole (INV-3, INV-5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from guichet.access.membership import Member, Permission
from guichet.errors import invalid_field, not_found
from guichet.events import Actor
from guichet.invoices.building import Draft
from guichet.invoices.content import InvoiceContent
from guichet.invoices.correcting import note_of, whole_note_of
from guichet.invoices.document import DocumentKind
from guichet.invoices.invoice import Invoice, partly_credited
from guichet.invoices.invoicing import Invoicing
from guichet.invoices.noting import note_write
from guichet.invoices.remaining import (
    Wanted,
    all_parts,
    all_that_is_left,
    given_elsewhere,
    parts_of,
    require_left,
)
from guichet.ledger.journal import Cause
from guichet.period import local_day
from guichet.replies import Reply, was_handled, with_handled
from guichet.retrying import with_fresh_state
from guichet.subscriptions.balance import dated_invoice_id
from guichet.subscriptions.creditable import GivenBack
from guichet.subscriptions.naming import key_mark, request_hash


@dataclass(frozen=True, slots=True)
class IssueCreditNote:
    """Which lines of an invoice go back; none named: all that is left of it."""

    invoice_id: str
    lines: tuple[Wanted, ...]
    reason: str
    member: Member
    idempotency_key: str
    actor: Actor


@dataclass(frozen=True, slots=True)
class VoidInvoice:
    """An invoice that nobody has to pay; its number, lines and PDF stay."""

    invoice_id: str
    reason: str
    member: Member
    idempotency_key: str
    actor: Actor


@dataclass(frozen=True, slots=True)
class Corrected:
    """The credit note, and its invoice as it is now."""

    note: Invoice
    invoice: Invoice


def issue_credit_note(command: IssueCreditNote, *, invoicing: Invoicing) -> Reply[Corrected]:
    """What is open of the invoice is less by it; the rest becomes account credit (COL-7).

    Raises:
        NotAllowed: only a representative may.
        NotFound: no such invoice of this account.
        Invalid: `required` of the reason; `line_unknown`, `credit_exceeds_line`, …
        Conflict: `credit_exceeds_invoice`, `invoice_void`, `not_an_invoice`, `payment_in_flight`.
    """
    asked = ",".join(f"{each.place}:{each.net_minor}" for each in command.lines)

    def decide(
        invoice: Invoice, content: InvoiceContent, note_id: str, day: date, given_back: GivenBack
    ) -> tuple[Draft, Invoice]:
        invoice.require_creditable()
        require_left(invoice)
        if command.lines:
            parts = parts_of(invoice, content, command.lines, given_back)
            draft = note_of(invoice, content, parts, note_id, day, given_back)
        elif invoice.noted_parts or given_elsewhere(content, given_back):
            parts = all_that_is_left(invoice, content, given_back)
            draft = note_of(invoice, content, parts, note_id, day, given_back)
        else:  # with what credits took off it, so exactly its total
            parts = all_parts(content)
            draft = whole_note_of(invoice, content, note_id, day, given_back)
        total = draft.invoice.total_minor
        offset = min(total, invoice.open_minor)
        noted = invoice.noted(total, offset).with_note(note_id)
        return draft, replace(noted, noted_parts=(*invoice.noted_parts, *parts))

    return _corrected(command, "issue_credit_note", asked, decide, invoicing)


def void_invoice(command: VoidInvoice, *, invoicing: Invoicing) -> Reply[Corrected]:
    """By a credit note for the whole; refused where anything was paid or credited (INV-5, BAD-5).

    Raises:
        NotAllowed: only a representative may.
        NotFound: no such invoice of this account.
        Conflict: `invoice_<status>`, `invoice_partly_paid`, `invoice_credited`, `payment_in_flight`.
    """

    def decide(
        invoice: Invoice, content: InvoiceContent, note_id: str, day: date, given_back: GivenBack
    ) -> tuple[Draft, Invoice]:
        invoice.require_creditable()
        if given_elsewhere(content, given_back):
            raise partly_credited()
        voided = invoice.voided(invoice.total_minor).with_note(note_id)
        draft = whole_note_of(invoice, content, note_id, day, given_back)
        return draft, replace(voided, noted_parts=all_parts(content))

    return _corrected(command, "void_invoice", "", decide, invoicing)


type Decide = Callable[[Invoice, InvoiceContent, str, date, GivenBack], tuple[Draft, Invoice]]


def _corrected(
    command: IssueCreditNote | VoidInvoice,
    name: str,
    asked: str,
    decide: Decide,
    invoicing: Invoicing,
) -> Reply[Corrected]:
    member, records = command.member, invoicing.records
    member.reach(Permission.MANAGE_INVOICES)
    if not command.reason.strip():
        raise invalid_field("/reason", "required", "Say why; it is kept with the credit note.")
    cause = Cause(command.actor, name, invoicing.clock.now())
    mark = key_mark(member.member_id, f"{name} {command.invoice_id}", command.idempotency_key)
    hashed = request_hash(name, asked, command.reason)

    def attempt() -> Reply[Corrected]:
        given_back = records.given_back(member.account_id, command.invoice_id)  # guards the write
        invoice = records.invoice(member.account_id, command.invoice_id)
        if invoice is None:
            raise not_found("invoice")
        note_id = dated_invoice_id(invoice.bill_on, invoice.invoice_id, name, mark or "")
        earlier = records.invoice(member.account_id, note_id)
        if earlier is not None and was_handled(earlier.handled_keys, mark, hashed):
            now = records.invoice(member.account_id, command.invoice_id)
            return Reply(Corrected(earlier, now or invoice), replayed=True)
        content = records.content(invoice)
        if content is None:
            raise ValueError("an invoice without its content")
        series = records.series(invoice.selling_entity, DocumentKind.CREDIT_NOTE)
        zone = invoicing.entities.entity(invoice.selling_entity).time_zone
        day = series.issue_day(local_day(cause.at, zone))
        draft, after = decide(invoice, content, note_id, day, given_back)
        balance = invoicing.billing.balance(
            invoice.account_id, invoice.selling_entity, invoice.currency
        )
        written = note_write(
            draft,
            invoice,
            after,
            balance,
            series,
            given_back,
            cause.at,
            reason=command.reason,
            handled_keys=with_handled((), mark, hashed),  # it is what the key made
        )
        records.save(cause, written.changes, written.steps)
        return Reply.new(Corrected(written.note, written.invoice))

    return with_fresh_state(attempt)
