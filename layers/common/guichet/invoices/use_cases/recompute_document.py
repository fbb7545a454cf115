"""Compute a document again from what is kept of it, and compare it with its files (INV-4)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from guichet.errors import Conflict, Refusal, not_found
from guichet.invoices.document import DocumentKind
from guichet.invoices.forms import DocumentForm, RenderDocument, file_key
from guichet.invoices.invoice import Invoice
from guichet.invoices.ports import DocumentFiles, InvoiceRecords
from guichet.invoices.series import place_of, series_name
from guichet.invoices.uncompressed import uncompressed


class Verdict(StrEnum):
    """How a file that was computed again compares with the one that is kept."""

    SAME = "same"
    SAME_UNPACKED = "same, but compressed by another zlib"
    DIFFERENT = "different"
    NOT_KEPT = "not kept"
    NOT_MADE = "kept, but no longer made"


_AGREES: Final = frozenset({Verdict.SAME, Verdict.SAME_UNPACKED})


@dataclass(frozen=True, slots=True)
class Recomputed:
    """One document, and what was found of each of its files."""

    invoice: Invoice
    verdicts: tuple[tuple[DocumentForm, Verdict], ...]

    @property
    def is_same(self) -> bool:
        return all(verdict in _AGREES for _, verdict in self.verdicts)


def recompute_document(
    named: str,
    account_id: str | None,
    *,
    entities: frozenset[str],
    records: InvoiceRecords,
    files: DocumentFiles,
    render: RenderDocument,
) -> Recomputed:
    """Nothing but what is kept with the document goes into it: no catalogue, table or profile.

    Args:
        named: its number, or its id.
        account_id: whose it is, where it is named by its id.
        entities: the selling entities, whose series numbers are of.
        records: of invoices.
        files: as they are kept.
        render: draws a document by the template that it names.

    Raises:
        NotFound: nothing is named so.
        Conflict: `does_not_add_up`, the kept lines don't come to the kept sums.
        Refusal: `account_missing`; what drawing it refuses.
        KeepingError: the kept files can't be read now.
    """
    account_id, invoice_id = _named(named, account_id, entities, records)
    invoice = records.invoice(account_id, invoice_id)
    content = records.content(invoice) if invoice is not None else None
    if invoice is None or content is None:
        raise not_found("invoice")
    try:
        document = content.computed_again()
    except ValueError as error:
        raise Conflict("does_not_add_up", f"{invoice.number}: {error}.", rule="INV-4") from error
    drawn = render(document)
    verdicts = [
        (form, _compared(form, drawn.get(form), files.get(file_key(invoice, form))))
        for form in DocumentForm
    ]
    return Recomputed(
        invoice, tuple((form, found) for form, found in verdicts if found is not None)
    )


def _named(
    named: str, account_id: str | None, entities: frozenset[str], records: InvoiceRecords
) -> tuple[str, str]:
    """The account and the id of what is named."""
    series, place = place_of(named) or ("", 0)
    of_number = {
        series_name(entity, kind): (entity, kind) for entity in entities for kind in DocumentKind
    }
    if series in of_number:
        found = records.numbered(*of_number[series], place)
        if found is None:
            raise not_found("invoice")
        return found
    if account_id is None:
        raise Refusal("account_missing", "Say --account with an id; a number needs none.")
    return account_id, named


def _compared(form: DocumentForm, made: bytes | None, kept: bytes | None) -> Verdict | None:
    """None where there is no such file, and should be none."""
    if made is None:
        return None if kept is None else Verdict.NOT_MADE
    if kept is None:
        return Verdict.NOT_KEPT
    if made == kept:
        return Verdict.SAME
    if form is DocumentForm.PDF and uncompressed(made) == uncompressed(kept):
        return Verdict.SAME_UNPACKED
    return Verdict.DIFFERENT
