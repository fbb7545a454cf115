"""One thing spoiled of what is known of payment methods: found by the check (COL-1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from guichet.verification.findings import Check
from tests.support.kept import Kept
from tests.support.stored_methods import Methods

type Spoil = Callable[[Kept], Any]


@pytest.fixture(scope="module")
def storing() -> Methods:
    """Two cards, of which one was removed; a PayPal account; a card that is not taken."""
    methods = Methods()
    first = methods.store()
    methods.store(last4="1111")
    methods.store("paypal")
    methods.tried("card", {"brand": "diners"})
    methods.remove(first.method_id)
    methods.world.settle_down()
    return methods


@pytest.fixture
def kept(storing: Methods) -> Kept:
    return Kept.of(storing.world.dynamo, storing.world.clock.now())


def test_where_nothing_is_wrong_nothing_is_found(kept: Kept) -> None:
    report = kept.judged()

    assert report.findings == []
    assert report.judged[Check.METHODS] == 1


def _without(sk: str, **where: object) -> Spoil:
    return lambda kept: kept.state.remove(kept.item(sk, **where))


def _in_list(change: Callable[[Any], object]) -> Spoil:
    return lambda kept: change(kept.item("METHODS#"))


@pytest.mark.parametrize(
    ("check", "spoil"),
    [
        pytest.param(Check.METHODS, _in_list(lambda i: i["held"].pop()), id="one left out"),
        pytest.param(
            Check.METHODS, _in_list(lambda i: i["held"].append(i["held"][0])), id="one twice"
        ),
        pytest.param(
            Check.METHODS, _in_list(lambda i: i.pop("default_method_id")), id="no default"
        ),
        pytest.param(
            Check.METHODS,
            _in_list(lambda i: i.update(default_method_id="pmt_gone")),
            id="a default that is not there",
        ),
        pytest.param(Check.METHODS, _without("METHODS#"), id="no list"),
        pytest.param(Check.METHODS, _without("STORED_METHOD#", status="active"), id="no method"),
        pytest.param(Check.METHODS, _without("METHOD_TOKEN"), id="a name that leads nowhere"),
        pytest.param(
            Check.STATES,
            lambda kept: kept.entry("stored_method")["after"].update(status="detached"),
            id="a life that begins at its end",
        ),
        pytest.param(
            Check.DUE,
            lambda kept: kept.item("STORED_METHOD#", status="detached").update(
                forget_from="2026-11-22T09:00:00.000Z"
            ),
            id="what has to be forgotten and is not due",
        ),
    ],
)
def test_what_is_spoiled_is_found_col_1(kept: Kept, check: Check, spoil: Spoil) -> None:
    spoil(kept)

    assert check in {each.check for each in kept.judged().findings}
