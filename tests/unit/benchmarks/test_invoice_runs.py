"""What runs of invoices are measured by is due, and is invoiced whole."""

from __future__ import annotations

import pytest

from benchmarks.due_bills import DueBills
from benchmarks.growing_runs import growth_percent, measure, run_over
from guichet.adapters.dynamo.journal_items import journal_entry
from guichet.bootstrap import Container
from guichet.invoices.invoice import InvoiceStatus
from local.build import logical_id
from tests.support.memory_dynamo import MemoryDynamo
from tests.support.memory_items import item_size_bytes
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


def test_each_item_of_an_invoice_of_one_line_is_one_write_unit() -> None:
    ended = run_over(1)

    (invoice,) = ended.documents
    store = ended.kept.model
    named = [each for each in store.items("state") if invoice.invoice_id in str(each)]
    written = [
        *(each for each in named if not str(each["sk"]).startswith("SUBSCRIPTION#")),
        *(each for each in store.items("journal") if each["use_case"] == "make_invoices"),
    ]
    assert len(written) == 5  # decision 38
    assert all(item_size_bytes(each) <= 1024 for each in written)


def test_the_journal_does_not_repeat_what_stands_in_an_invoice_for_good() -> None:
    ended = run_over(1)

    (invoice,) = ended.documents
    (item,) = (each for each in ended.kept.model.items("state") if "own_taxes" in each)
    name = f"JOURNAL#invoice/{invoice.invoice_id}"
    (entry,) = (each for each in ended.kept.model.items("journal") if each["pk"] == name)
    after = journal_entry(entry).after
    assert item["invoice_id"] == invoice.invoice_id
    assert after["total_minor"] == invoice.total_minor
    assert not {"own_taxes", "vat_mark"} & set(after)


def test_runs_of_each_size_are_compared_with_the_smallest() -> None:
    found = {each.name: each.value for each in measure(2.0, (12, 24), warming=3)}

    taken = [found["invoice_cpu_of_12"], found["invoice_cpu_of_24"]]
    assert found["invoice_growth"] == pytest.approx(growth_percent(taken))
    assert found["invoice_calls_of_24"] <= found["invoice_calls_of_12"]
    assert found["invoice_cpu_with_pdf"] > 2


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        pytest.param([1.0, 1.05, 1.2], 20, id="the largest is the dearest"),
        pytest.param([1.0, 1.1, 0.9], 10, id="the one between is"),
        pytest.param([1.0, 0.8, 0.9], -10, id="none is dearer"),
    ],
)
def test_growth_is_over_the_smallest_run(taken: list[float], expected: float) -> None:
    assert growth_percent(taken) == pytest.approx(expected)


def test_a_function_of_two_words_has_its_resource() -> None:
    assert logical_id("invoice_run") == "InvoiceRunFunction"
