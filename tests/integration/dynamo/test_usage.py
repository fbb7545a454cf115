"""Records of usage on every store that keeps the contract of `Dynamo` (INV-8)."""

from __future__ import annotations

import threading
import uuid
from dataclasses import replace
from datetime import date, timedelta

import pytest

from guichet.adapters.dynamo.seam import Dynamo
from guichet.adapters.dynamo.usage import UsageStore
from guichet.catalogue.catalogue import Direction
from guichet.subscriptions.usage import UsageRecord
from guichet.subscriptions.usage_ports import Kept
from tests.support.metering import NOON, NOVEMBER, record


@pytest.fixture
def subscription_id() -> str:
    return f"sub_{uuid.uuid4().hex[:12]}"


def use(subscription_id: str, key: str, **changed: object) -> UsageRecord:
    return replace(record(key, subscription_id=subscription_id), **changed)  # type: ignore[arg-type]  # fields of many types


def test_a_record_is_read_back_as_it_was_put_inv_8(store: Dynamo, subscription_id: str) -> None:
    kept = UsageStore(store, at_once=1)
    plain = use(subscription_id, "a:1.x_Y-z", is_counted=False)
    told = use(
        subscription_id, "b", country="CA", number="1416", direction=Direction.SENT, quantity=10**9
    )

    assert kept.put_many([told, plain]) == [Kept.STORED, Kept.STORED]

    assert kept.of_month(subscription_id, NOVEMBER) == [plain, told]
    assert kept.of_month(subscription_id, date(2026, 10, 1)) == []


def test_a_key_is_put_once_whatever_comes_after_it_inv_8(
    store: Dynamo, subscription_id: str
) -> None:
    kept = UsageStore(store, at_once=1)
    first = use(subscription_id, "a")
    kept.put(first)

    later = replace(first, received_at=NOON + timedelta(days=1))
    other = replace(first, quantity=2)

    assert kept.put(later) is Kept.SAME
    assert kept.put(other) is Kept.OTHER
    assert kept.of_month(subscription_id, NOVEMBER) == [first]


def test_a_key_has_each_month_for_itself_inv_8(store: Dynamo, subscription_id: str) -> None:
    kept = UsageStore(store, at_once=1)
    october = use(subscription_id, "a", used_on=date(2026, 10, 31))

    assert kept.put_many([use(subscription_id, "a"), october]) == [Kept.STORED, Kept.STORED]

    assert kept.of_month(subscription_id, date(2026, 10, 1)) == [october]


def test_a_month_of_many_pages_is_read_to_its_end_inv_8(
    strict_store: Dynamo, subscription_id: str
) -> None:
    kept = UsageStore(strict_store)
    records = [use(subscription_id, f"k{number:04}") for number in range(1100)]

    assert set(kept.put_many(records)) == {Kept.STORED}

    assert kept.of_month(subscription_id, NOVEMBER) == records


def test_of_many_who_put_a_key_at_once_one_stores_it_inv_8(
    strict_store: Dynamo, subscription_id: str
) -> None:
    kept = UsageStore(strict_store)
    same = [use(subscription_id, f"k{number}") for number in range(10)]
    answers: list[Kept] = []
    start = threading.Barrier(4)

    def put_all() -> None:
        start.wait()
        answers.extend(kept.put_many(same))

    threads = [threading.Thread(target=put_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == sorted([Kept.STORED] * 10 + [Kept.SAME] * 30)
    assert kept.of_month(subscription_id, NOVEMBER) == same
