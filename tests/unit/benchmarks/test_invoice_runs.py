"""What runs of invoices are measured by is due, and is invoiced whole."""

from __future__ import annotations

from benchmarks.due_bills import DueBills
from benchmarks.growing_runs import measure, run_over
from benchmarks.workshop import resource_of
from guichet.bootstrap import Container
from guichet.invoices.invoice import InvoiceStatus
from tests.support.memory_dynamo import MemoryDynamo
from tests.support.world import TestClock, World


def _parts(due: DueBills, store: MemoryDynamo) -> Container:
    return World(clock=TestClock(due.now), dynamo=store).parts


def test_each_copy_is_another_account_that_waits_for_its_invoice() -> None:
    due, store = DueBills(), MemoryDynamo()

    last = due.store(store, 5, 30)

    records = _parts(due, store).billing.invoicing.records
    nominated = records.nominated(due.now, limit=100, after=None).items
    accounts = {each.account_id for each in nominated}
    assert len(accounts) == len(nominated) == 30
    assert last == max(accounts)
    assert {len(each) for each in accounts} == {len("acc_") + 20}


def test_a_run_numbers_an_invoice_for_each_copy() -> None:
    ended = run_over(30)

    assert len({each.account_id for each in ended.documents}) == 30
    assert [each.place for each in ended.documents] == list(range(1, 31))
    assert {each.status for each in ended.documents} == {InvoiceStatus.OPEN}
    assert ended.grown.calls > 1
    assert ended.grown.cpu_ms > 0


def test_runs_of_each_size_are_compared() -> None:
    found = {each.name: each for each in measure(2.0, (12, 24))}

    dear, cheap = sorted((found["invoice_cpu_of_12"].value, found["invoice_cpu_of_24"].value))
    assert found["invoice_growth"].value >= 0
    assert (1 + found["invoice_growth"].value / 100) * dear >= cheap
    assert found["invoice_cpu_with_pdf"].value > 2


def test_a_function_of_two_words_has_its_resource() -> None:
    assert resource_of("invoice_run") == "InvoiceRunFunction"
