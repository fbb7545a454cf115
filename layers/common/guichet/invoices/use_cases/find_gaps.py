"""Read every series from its first number to its last (INV-3)."""

from __future__ import annotations

from collections.abc import Iterator

from guichet.invoices.document import DocumentKind
from guichet.invoices.gaps import Issued, SeriesReport, report_of
from guichet.invoices.invoicing import Invoicing


def find_gaps(invoicing: Invoicing) -> Iterator[SeriesReport]:
    """A report for each series that has begun; invoices may be made meanwhile."""
    for entity in sorted(invoicing.entities.entities):
        for kind in DocumentKind:
            begun = invoicing.records.series(entity, kind)
            given = list(_issued(entity, kind, invoicing))
            ended = invoicing.records.series(entity, kind)
            if ended.last_place or given:
                yield report_of(begun, given, ended)


def _issued(entity: str, kind: DocumentKind, invoicing: Invoicing) -> Iterator[Issued]:
    for each in invoicing.records.given(entity, kind):
        found = invoicing.records.invoice(each.account_id, each.invoice_id)
        if found is not None and (found.kind, found.place) == (kind, each.place):
            yield Issued(each.place, found.issued_on)
        else:
            yield Issued(each.place, None)
