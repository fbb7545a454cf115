"""EXT-3 over HTTP: owners see what comparisons with the providers' books came to, and only theirs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.gateway import Came
from tests.support.money_back import sold
from tests.support.reconciling import compare
from tests.support.road import Road
from tests.support.unchanged import nothing_written
from tests.support.world import STRIPE_ACCOUNT, World

type Call = Callable[..., Came]

PATH = "/v1/reconciliations"


def test_an_owner_sees_each_comparison_newest_first_ext_3(world: World, call: Call) -> None:
    sold(Road(world, "stripe"))
    compare(world)
    world.clock.advance(days=1)
    compare(world)

    answer = call("GET", PATH, by="olivia")

    newest, first = answer.body["items"]
    assert answer.status == 200
    assert (newest["provider"], newest["status"], newest["finding_count"]) == (
        "stripe",
        "finished",
        0,
    )
    assert newest["since"] < first["until"] < newest["until"]
    assert newest["counts"]["captures"] == 1
    assert answer.body["next_cursor"] is None


def test_a_list_of_comparisons_is_paged_ext_1(world: World, call: Call) -> None:
    compare(world)
    world.clock.advance(days=1)
    compare(world)

    first = call("GET", PATH, by="olivia", query="limit=1")
    cursor = first.body["next_cursor"]
    second = call("GET", PATH, by="olivia", query=f"limit=1&cursor={cursor}")

    ids = [each["reconciliation_id"] for page in (first, second) for each in page.body["items"]]
    assert len(set(ids)) == 2


def test_a_finding_is_shown_with_both_sides_ext_3(world: World, call: Call) -> None:
    sold(Road(world, "stripe"))
    world.stripe.configure_chaos({"webhooks": {"drop": -1}})
    world.stripe.deauthorize(STRIPE_ACCOUNT)
    compare(world)

    (run,) = call("GET", PATH, by="olivia").body["items"]

    assert run["finding_count"] == len(run["findings"]) > 0
    found = run["findings"][0]
    assert (found["code"], found["ours"]) == ("account_not_reachable", "linked")


@pytest.mark.parametrize("by", ["maria", "adrian"])
def test_only_owners_see_comparisons_acc_1(by: str, world: World, call: Call) -> None:
    compare(world)

    with nothing_written(world.dynamo):
        answer = call("GET", PATH, by=by)

    assert (answer.status, answer.code) == (403, "not_allowed")


def test_another_organizers_comparisons_are_absent_acc_2(world: World, call: Call) -> None:
    compare(world)

    assert call("GET", PATH, by="eve").body["items"] == []
