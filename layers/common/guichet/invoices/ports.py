"""What invoices need from outside: their records, and what a write of them may hold (INV-1, INV-3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from guichet.access.profile import BillingProfile
from guichet.invoices.content import InvoiceContent
from guichet.invoices.document import DocumentKind
from guichet.invoices.invoice import Invoice
from guichet.invoices.run import InvoiceRun, RunTotal
from guichet.invoices.series import Series
from guichet.ledger.billable import BillableLine
from guichet.ledger.journal import Cause, Change
from guichet.subscriptions.balance import AccountBalance
from guichet.subscriptions.cart import Cart
from guichet.subscriptions.creditable import GivenBack, KeepGivenBack
from guichet.subscriptions.ports import Slice
from guichet.tax.vat_check import VatRecord

type Aggregate = Invoice | AccountBalance | InvoiceRun
type RunCount = tuple[int, int, tuple[RunTotal, ...]]  # invoices, credit notes, sums


class CandidateKind(StrEnum):
    """What an invoice may be made of."""

    BALANCE = "balance"  # bills whose day has come
    ORDER = "order"  # paid at once


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the index says may be due; it is read again before anything is decided."""

    kind: CandidateKind
    account_id: str
    selling_entity: str
    currency: str
    cart_id: str = ""  # of an order


@dataclass(frozen=True, slots=True)
class Given:
    """A number that was given: its place in the series, and the document that has it."""

    place: int
    account_id: str
    invoice_id: str


@dataclass(frozen=True, slots=True)
class TakeNumbers:
    """The numbers from `before` to `after`, if nobody else has taken one (INV-3)."""

    before: Series
    after: Series


@dataclass(frozen=True, slots=True)
class PutContent:
    """The content of a document, put by absence with the number that it bears."""

    content: InvoiceContent
    invoice: Invoice


@dataclass(frozen=True, slots=True)
class OrderInvoiced:
    """The order waits for no invoice any more."""

    account_id: str
    cart_id: str


@dataclass(frozen=True, slots=True)
class CountInvoiced:
    """What this write adds to the progress of a run: by currency, invoices, credit notes, and sum."""

    run_id: str
    sums: tuple[tuple[str, int, int, int], ...]


type Step = TakeNumbers | PutContent | OrderInvoiced | CountInvoiced | KeepGivenBack


class KeepingError(Exception):
    """The place where documents are kept does not answer, or refuses: nothing was lost."""


class DocumentFiles(Protocol):
    """Files of documents by their keys; what was put never changes."""

    def put(self, key: str, content: bytes, media_type: str) -> bool:
        """Keep a file where there is none; answers False where there was one, which stays.

        Raises:
            KeepingError: not now.
        """
        ...

    def get(self, key: str) -> bytes | None:
        """The file, or None where none is kept.

        Raises:
            KeepingError: not now.
        """
        ...


class VatNumbers(Protocol):
    """What is known of accounts' VAT numbers, and as whom they are billed."""

    def profile(self, account_id: str) -> BillingProfile: ...

    def vat_record(self, account_id: str, vat_number: str) -> VatRecord | None: ...

    def vat_record_named(self, account_id: str, number_id: str) -> VatRecord | None: ...


class InvoiceRecords(Protocol):
    """The records of invoices. Reads by key are strongly consistent."""

    def nominated(self, now: datetime, *, limit: int, after: str | None) -> Slice[Candidate]:
        """What may be due by now, the longest waiting first; an index only nominates."""
        ...

    def waiting_order(self, account_id: str, cart_id: str) -> Cart | None:
        """A paid order that no invoice was made of; None where there is none to be made."""
        ...

    def lines_behind(self, sources: Sequence[str]) -> Mapping[str, tuple[BillableLine, ...]]:
        """The lines of these entries of the journal."""
        ...

    def series(self, selling_entity: str, kind: DocumentKind) -> Series: ...

    def invoice(self, account_id: str, invoice_id: str) -> Invoice | None: ...

    def invoices(self, account_id: str, invoice_ids: Sequence[str]) -> list[Invoice | None]:
        """Several as they are at one moment, in the order asked for."""
        ...

    def content(self, invoice: Invoice) -> InvoiceContent | None: ...

    def given_back(self, account_id: str, invoice_id: str) -> GivenBack:
        """What bills and orders gave back of the invoices of that one's month, to be kept anew."""
        ...

    def invoices_of(self, account_id: str, *, limit: int, after: str | None) -> Slice[Invoice]:
        """The newest first, by the day of their bill."""
        ...

    def numbered(
        self, selling_entity: str, kind: DocumentKind, place: int
    ) -> tuple[str, str] | None:
        """The account and the invoice that have a number."""
        ...

    def places(self, selling_entity: str, kind: DocumentKind) -> Iterable[int]:
        """All numbers of a series that documents have, ascending."""
        ...

    def given(self, selling_entity: str, kind: DocumentKind) -> Iterable[Given]:
        """The same, with who has them."""
        ...

    def run(self, run_id: str) -> InvoiceRun | None: ...

    def runs(self, *, limit: int, after: str | None) -> Slice[InvoiceRun]:
        """The newest first."""
        ...

    def totals(self, run_id: str) -> RunCount:
        """Invoices and credit notes that a run made, and what they come to by currency."""
        ...

    def totals_of(self, run_ids: Sequence[str]) -> list[RunCount]:
        """Those of several runs, in the order asked for."""
        ...

    def save(
        self, cause: Cause, changes: Sequence[Change[Aggregate]], steps: Sequence[Step] = ()
    ) -> None:
        """All of it in one write, with one journal entry for each change, or nothing.

        Raises:
            ConcurrentUpdateError: something is no longer what was read.
        """
        ...
