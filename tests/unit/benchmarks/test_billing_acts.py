"""What billing is measured by does what it says, and is counted."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.capacity import indexes_of
from benchmarks.metered import MeteredDynamo
from benchmarks.subscribing import LINES, Customer
from tests.support.memory_dynamo import MemoryDynamo
from tests.support.tables import table_requests


@pytest.fixture(scope="module")
def customer() -> Customer:
    in_memory: Any = MemoryDynamo()
    store = MeteredDynamo(lambda _: in_memory, indexes_of(table_requests("bench")))
    return Customer(store, store)


def test_the_large_cart_has_all_its_lines_and_changes_half_of_them(customer: Customer) -> None:
    preview, spent = customer.spent_on(customer.preview_many)

    assert len(preview.wishes) == LINES
    assert sum(each.version > 0 for each in preview.touched) == LINES // 2
    assert preview.due_now
    assert [part.what for call in spent.calls for part in call.parts if part.write] == ["preview"]


def test_an_order_waits_for_its_page_and_is_carried_out_on_the_way_back(customer: Customer) -> None:
    placed, placing = customer.spent_on(customer.place, customer.preview_one())
    customer.pay(placed)
    cart, paying = customer.spent_on(customer.come_back, placed)

    assert placed.cart.status == "pending"
    assert cart.status == "done"
    assert (placing.provider_calls, paying.provider_calls) == (1, 1)
    assert placing.write_units > 0 < paying.write_units


def test_a_renewal_bills_one_period_and_the_next_one_too(customer: Customer) -> None:
    billed = []
    for _ in range(2):
        customer.a_month_passes()
        _, spent = customer.spent_on(customer.renew)
        billed += [part.what for call in spent.calls for part in call.parts if part.write]

    assert billed.count("billed") == 2
    assert len(customer.billing.balance().bills) == 1  # the first of them was paid


def test_a_batch_of_usage_writes_each_record_once(customer: Customer) -> None:
    _, spent = customer.spent_on(customer.use, customer.records(7))

    assert spent.write_units == 7
