"""EXT-1: whoever meets a refusal of invoices, or a reason to park, finds its code in the documents."""

from __future__ import annotations

import re
from pathlib import Path

import guichet
from guichet.invoices.invoice import TRANSITIONS, InvoiceStatus
from local.paths import ROOT

PAGES = ("billing.md", "invoices.md", "documents.md")
REFUSED = re.compile(
    r"(?:Conflict|Invalid|Unavailable|invalid_field|refusal)\(\s*"
    r'(?:(?:f?"[^"]*/[^"]*"|pointer|where),\s*)?"([a-z_]+)"'
)
# A run's own states are no caller's: nobody moves it but its worker.
OF_NO_CALLER = frozenset({"invoice_draft", "invoice_open"})


def codes() -> set[str]:
    package = Path(guichet.__file__).parent / "invoices"
    found = {code for file in package.rglob("*.py") for code in REFUSED.findall(file.read_text())}
    found |= {f"invoice_{status}" for status in InvoiceStatus if status in TRANSITIONS}
    return found - OF_NO_CALLER


def test_every_code_of_invoices_is_in_the_documents_ext_1() -> None:
    told = "".join((ROOT / "docs" / page).read_text() for page in PAGES)

    untold = sorted(code for code in codes() if f"`{code}`" not in told)

    assert untold == []


def test_the_codes_are_found_in_the_code() -> None:
    found = codes()

    assert {"line_unknown", "not_parked", "invoice_run_in_progress", "payment_in_flight"} <= found
    assert {"credit_exceeds_invoice", "invoice_paid", "bank_details_missing"} <= found
