"""Both tables as the service gives them, page by page, judged as what they hold (MON-4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

from guichet.adapters.aws.sdk import SdkService
from guichet.adapters.dynamo.client import DynamoClient
from guichet.adapters.dynamo.seam import Item, Put
from guichet.verification.findings import Check
from guichet.verification.live import scanned
from guichet.verification.verifying import verify
from tests.support.tables import create_tables, dynamodb_client
from tests.support.world import World

_PAGE_BYTES = 1024 * 1024


@pytest.fixture
def client() -> Iterator[Any]:
    with mock_aws():
        yield dynamodb_client()


def test_a_sale_in_real_tables_is_read_whole_over_many_pages_and_right_mon_4(client: Any) -> None:  # noqa: ANN401 - boto3 makes it
    tables = create_tables(client, "verified")
    store = DynamoClient(SdkService(client), tables)
    world = World(store=store)
    training = world.training()
    registration = world.register(training)
    world.start(registration)
    for n in range(30):
        filler: Item = {"pk": f"RATE#filler#{n}", "sk": "0", "text": "x" * (_PAGE_BYTES // 10)}
        store.put(Put("state", filler))

    report = verify(scanned(client, *tables.values()), now=world.clock.now())

    assert report.findings == []
    assert report.read["state"] > 30
    assert report.judged[Check.SEATS] == report.judged[Check.PAYMENT_BOOKS] == 1
    assert report.read["journal"] == report.judged[Check.GAPLESS] + 2  # two have a second entry
