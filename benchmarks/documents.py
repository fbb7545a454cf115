"""What the files of an invoice cost: processor time of one page, of all files, of 500 lines."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Final

from benchmarks.figures import Measured
from guichet.adapters.documents.files import files_of
from guichet.adapters.documents.pdf import render_pdf
from guichet.invoices.document import InvoiceDocument
from tests.support.document_samples import samples
from tests.support.invoice_documents import PARIS, REVERSE_CHARGE, invoice, many_lines

_SAMPLES: Final = 60
_FEW: Final = 7
_WARMING: Final = 5
# A page of five lines in French, reverse-charged, with the electronic invoice inside.
_PAGE: Final = "fr-reverse-charge"
_FIRST: Final = f"""
import time
started_at = time.process_time()
from guichet.adapters.documents.pdf import render_pdf
imported_at = time.process_time()
from tests.support.document_samples import samples
document = samples()[{_PAGE!r}]
asked_at = time.process_time()
render_pdf(document)
print((imported_at - started_at + time.process_time() - asked_at) * 1000)
"""


def measure() -> list[Measured]:
    page = samples()[_PAGE]
    xml = files_of(page).cii
    long = invoice("ie", "fr", "EUR", PARIS, (REVERSE_CHARGE,), many_lines(500))
    return [
        Measured("pdf_cpu", _cpu_ms(lambda: render_pdf(page, xml), _SAMPLES), "ms", _SAMPLES),
        Measured("document_files_cpu", _cpu_ms(lambda: files_of(page), _SAMPLES), "ms", _SAMPLES),
        Measured("pdf_cpu_500_lines", _cpu_ms(lambda: render_pdf(long), _FEW), "ms", _FEW),
        Measured("pdf_cpu_first", statistics.median(_first() for _ in range(_FEW)), "ms", _FEW),
        Measured("pdf_size", _kilobytes(page, xml), "kB"),
    ]


def _cpu_ms(act: Callable[[], object], samples: int) -> float:
    """The median of so many, after a few that are not counted."""
    for _ in range(_WARMING):
        act()
    taken = []
    for _ in range(samples):
        before = time.process_time_ns()
        act()
        taken.append((time.process_time_ns() - before) / 1e6)
    return statistics.median(taken)


def _first() -> float:
    """The first page of a fresh process, with the imports that it needs."""
    done = subprocess.run(  # noqa: S603 - ours alone
        [sys.executable, "-c", _FIRST], capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def _kilobytes(document: InvoiceDocument, xml: bytes | None) -> float:
    return len(render_pdf(document, xml)) / 1000
