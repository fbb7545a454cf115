"""A comparison that dies at any call goes on and reports the same (EXT-3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from guichet.payments.books import Listed, ListedKind
from guichet.payments.reconciliation import ReconciliationRun
from guichet.registration.reconciling import Reconciling
from tests.simulation.kills import (
    Calls,
    KillingDynamo,
    KillingHttp,
    kill_points,
    killed,
)
from tests.simulation.reconciled_flows import WatchedReports
from tests.support.money_back import Sale, sold
from tests.support.reconciling import KeptBooks, compare, run_of
from tests.support.road import Road
from tests.support.samples import usd
from tests.support.verified import assert_verified
from tests.support.world import START, STRIPE_ACCOUNT, World


def entries(sale: Sale) -> tuple[Listed, ...]:
    """The sale with another fee, a stranger's, and a payout: two findings and a note."""
    own = Listed(
        kind=ListedKind.CAPTURE,
        object_id=sale.capture_id,
        at=START,
        payee=STRIPE_ACCOUNT,
        amount=usd(12000),
        status="succeeded",
        settled=True,
        payment_id=sale.payment_id,
        fee=usd(229),
    )
    stranger = replace(
        own, object_id="ch_0", payment_id="pay_nobodys", at=START + timedelta(1 / 96)
    )
    payout = replace(own, kind=ListedKind.PAYOUT, object_id="po_1", payment_id=None)
    return own, stranger, payout


def night(calls: Calls) -> tuple[World, Reconciling]:
    """A sale made in peace; what follows passes the seams of `calls`."""
    world = World()
    sale = sold(Road(world, "stripe"))
    world.clock.advance(hours=1)
    parts = world.container(KillingDynamo(world.dynamo, calls), KillingHttp(world.http, calls))
    real = parts.reconciling
    books = {"stripe": KeptBooks(tuple(ListedKind), *entries(sale), page=1)}
    return world, replace(
        real,
        books=books,
        theirs=replace(real.theirs, books=books),
        ours=replace(real.ours, books=books),
        reports=WatchedReports(world.reports, calls),
    )


def told(world: World) -> tuple[object, ...]:
    run = run_of(world, "stripe")
    return replace(run, version=0), world.reports.kept


def test_a_comparison_killed_at_any_call_reports_the_same_ext_3() -> None:
    calls = Calls()
    world, parts = night(calls)
    compare(world, reconciling=parts)
    whole = told(world)
    assert run_of(world, "stripe").found == 2

    for point in kill_points(calls.made):
        dying = Calls(point)
        world, parts = night(dying)
        assert killed(dying, lambda w=world, p=parts: compare(w, reconciling=p))  # type: ignore[misc]  # bound at once

        compare(world, reconciling=_alive(world, parts))

        assert told(world) == whole, point
        assert_verified(world.dynamo, world.clock.now())


def test_a_finished_run_is_never_finished_again_ext_3() -> None:
    world, parts = night(Calls())
    compare(world, reconciling=parts)
    run: ReconciliationRun = run_of(world, "stripe")

    assert run.is_finished
    with pytest.raises(ValueError, match="finished"):
        run.finished(world.clock.now())


def _alive(world: World, dead: Reconciling) -> Reconciling:
    """The parts of the next process, with the same lists."""
    real = world.parts.reconciling
    return replace(
        real,
        books=dead.books,
        theirs=replace(real.theirs, books=dead.books),
        ours=replace(real.ours, books=dead.books),
    )
