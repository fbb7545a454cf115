"""INV-3: what the gap report finds in a series, and that it finds nothing in one that is right."""

from __future__ import annotations

from datetime import date

import pytest

from guichet.adapters.dynamo import keys
from guichet.adapters.dynamo.seam import Delete
from guichet.cli.invoicing import told
from guichet.invoices.document import DocumentKind
from guichet.invoices.gaps import Backwards, Issued, report_of
from guichet.invoices.remaining import Wanted
from guichet.invoices.series import Series
from guichet.invoices.use_cases.find_gaps import find_gaps
from tests.support.billing import Billing
from tests.support.correcting import credited, open_invoice, records

DAY, NEXT = date(2026, 12, 1), date(2026, 12, 2)


def series(last: int) -> Series:
    return Series("us", DocumentKind.INVOICE, last, NEXT)


def test_a_series_without_gaps_is_good() -> None:
    given = [Issued(1, DAY), Issued(2, DAY), Issued(3, NEXT)]

    assert report_of(series(3), given, series(3)).is_good


def test_a_missing_number_is_named_wherever_it_is() -> None:
    report = report_of(series(5), [Issued(2, DAY), Issued(4, DAY)], series(5))

    assert report.missing == [1, 3, 5]
    assert not report.is_good


def test_a_day_that_runs_back_is_named_with_the_one_before_it() -> None:
    given = [Issued(1, NEXT), Issued(2, DAY), Issued(3, DAY)]

    report = report_of(series(3), given, series(3))

    assert report.backwards == [Backwards(2, DAY, NEXT), Backwards(3, DAY, NEXT)]
    assert not report.is_good


def test_a_number_with_nothing_behind_it_or_above_the_counter_is_named() -> None:
    report = report_of(series(1), [Issued(1, None), Issued(2, DAY)], series(1))

    assert (report.without_document, report.beyond) == ([1], [2])
    assert not report.is_good


def test_what_is_numbered_while_it_reads_is_no_gap() -> None:
    seen_in_part = [Issued(1, DAY), Issued(3, DAY)]  # 2 and 3 were given at once, meanwhile

    assert report_of(series(1), seen_in_part, series(3)).is_good


def test_series_that_runs_made_have_no_gaps(capsys: pytest.CaptureFixture[str]) -> None:
    billing = Billing(flat_tax=True)
    found = open_invoice(billing)
    credited(billing, found.invoice_id, Wanted(0, 100))
    credited(billing, found.invoice_id, Wanted(0, 100))

    status = told(find_gaps(records(billing)))

    assert status == 0
    assert capsys.readouterr().out.splitlines() == [
        "US-I: last number US-I-000001, 2026-12-01",
        "US-C: last number US-C-000002, 2026-12-01",
    ]


def test_a_number_that_is_gone_is_said_and_the_command_fails(
    capsys: pytest.CaptureFixture[str],
) -> None:
    billing = Billing(flat_tax=True)
    found = open_invoice(billing)
    for _ in range(2):
        credited(billing, found.invoice_id, Wanted(0, 100))
    store = billing.world.dynamo
    gone = keys.series_number("us", DocumentKind.CREDIT_NOTE, 1)
    store.delete(Delete("state", gone))

    status = told(find_gaps(records(billing)))

    assert status == 1
    assert "  missing: US-C-000001" in capsys.readouterr().out.splitlines()
