"""A comparison goes on where it was left, for everybody, and makes up for days without one (EXT-3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from guichet.access.membership import Account
from guichet.errors import Invalid
from guichet.payments.account import PaymentAccount
from guichet.payments.reconciliation import ReconciliationRun, RunKind, RunStatus
from tests.support.linking import Desk
from tests.support.money_back import sold
from tests.support.reconciling import compare, findings, run_of
from tests.support.road import Road, lost
from tests.support.samples import usd
from tests.support.world import ACCOUNT, START, STRIPE_ACCOUNT, World


def turns(number: int) -> Callable[[], bool]:
    """Time for so many looks at the clock."""
    left = [number]

    def has_time() -> bool:
        left[0] -= 1
        return left[0] >= 0

    return has_time


def told(run: ReconciliationRun) -> tuple[object, ...]:
    return (run.status, run.since, run.until, run.counts, run.found, run.pages)


def test_a_run_that_time_cuts_short_goes_on_and_counts_the_same_ext_3() -> None:
    def ended(*cuts: int) -> tuple[object, ...]:
        world = World()
        sale = sold(Road(world, "stripe"))
        world.stripe.configure_chaos({"webhooks": {"drop": -1}})
        sale.refund_there(1000)
        world.clock.advance(hours=3)
        for cut in cuts:
            compare(world, has_time=turns(cut))
        compare(world)
        return told(run_of(world, "stripe"))

    whole = ended()

    assert whole[0] is RunStatus.FINISHED
    assert [ended(*cuts) for cuts in [(1,), (3,), (4, 2), (2, 2, 2, 2)]] == [whole] * 4


def test_the_next_day_begins_an_hour_before_the_last_one_ended_ext_3(world: World) -> None:
    compare(world)
    first = run_of(world, "stripe")
    world.clock.advance(days=4)

    compare(world)

    second = run_of(world, "stripe")
    assert (first.since, first.until) == (START - timedelta(days=30), START)
    assert second.since == first.until - timedelta(hours=1)
    assert second.until == START + timedelta(days=4)


def test_a_day_that_was_never_finished_is_finished_before_the_next_ext_3(world: World) -> None:
    sold(Road(world, "stripe"))
    world.clock.advance(hours=1)
    compare(world, has_time=turns(5))
    begun = run_of(world, "stripe")
    world.clock.advance(days=1)

    outcome = compare(world)

    kept = world.parts.reconciliations
    runs = kept.runs_of(ACCOUNT, limit=9, after=None).items
    stripes = [each for each in runs if each.provider == "stripe"]
    assert begun.status is RunStatus.RUNNING
    assert [each.is_finished for each in stripes] == [True, True]
    assert [each.request for each in stripes] == ["2026-11-23", "2026-11-22"]
    assert outcome.late == 1


def test_a_provider_that_is_away_is_waited_for_and_nothing_is_found_ext_3(road: Road) -> None:
    world = road.world
    sale = sold(road)
    road.hear_nothing()
    sale.refund_there(1000)
    world.clock.advance(hours=1)
    road.disturb(lost("GET *", "server_error"))

    away = compare(world)
    road.calm()
    world.clock.advance(minutes=15)
    back = compare(world)
    world.settle_down()

    assert away.waiting
    assert back.waiting == 0
    assert [each.amount for each in sale.refunds] == [usd(1000)]
    assert findings(world) == []


def test_an_account_that_cut_us_off_is_found_while_it_counts_as_linked_ext_3_pay_5(
    world: World,
) -> None:
    sold(Road(world, "stripe"))
    world.stripe.configure_chaos({"webhooks": {"drop": -1}})
    world.stripe.deauthorize(STRIPE_ACCOUNT)

    compare(world)

    assert "account_not_reachable" in findings(world)
    assert run_of(world, "stripe").is_finished


def test_a_former_account_is_compared_as_long_as_it_answers_ext_3_pay_4(world: World) -> None:
    sale = sold(Road(world, "stripe"))
    desk = Desk.of(world)
    desk.unlink("stripe")
    world.settle_down()
    sale.refund_there(2500)
    world.stripe.configure_chaos({"webhooks": {"drop": -1}})
    world.clock.advance(hours=1)

    compare(world)
    world.settle_down()

    assert [each.amount for each in sale.refunds] == [usd(2500)]


def test_by_hand_a_range_is_compared_once_under_its_name_ext_3(world: World) -> None:
    sold(Road(world, "stripe"))
    world.clock.advance(hours=1)
    since = START - timedelta(days=2)

    first = compare(world, by_hand="r1", since=since)
    again = compare(world, by_hand="r1", since=since)
    other = compare(world, by_hand="r2", since=since)

    assert (len(first.finished), len(again.finished), len(other.finished)) == (4, 0, 4)
    newest = world.parts.reconciliations.latest_run(ACCOUNT, "stripe", RunKind.BY_HAND)
    assert newest is not None
    assert (newest.request, newest.since, newest.counts.captures) == ("r2", since, 1)


@pytest.mark.parametrize(
    ("hours", "code"),
    [
        pytest.param(1, "window_empty", id="begins after now"),
        pytest.param(-24 * 400, "window_too_long", id="more than a year"),
    ],
)
def test_a_range_that_cannot_be_meant_is_refused_ext_3(world: World, hours: int, code: str) -> None:
    before = world.state()

    with pytest.raises(Invalid) as refused:
        compare(world, by_hand="r1", since=START + timedelta(hours=hours))

    assert refused.value.errors[0].code == code
    assert world.state() == before


def test_two_workers_that_meet_leave_one_run_ext_3(world: World) -> None:
    """The second finds that somebody else goes on, and lets them."""
    slow = world.parts.reconciling
    (target, *_) = slow.targets()
    mine = slow.planned(target, RunKind.DAILY, "2026-11-22", None)
    compare(world)
    assert mine is not None

    outcome = compare(world)

    runs = world.parts.reconciliations.runs_of(ACCOUNT, limit=9, after=None).items
    assert outcome.finished == []
    assert len({each.run_id for each in runs}) == len(runs) == 2


def test_another_organizers_sales_by_the_same_account_are_theirs_acc_2(world: World) -> None:
    sale = sold(Road(world, "stripe"))
    desk = Desk.of(world)
    desk.unlink("stripe")
    world.settle_down()
    world.parts.people.add_account(
        world.cause("seed"),
        Account("acc_studio", "Studio Sud", "s@studio.example", "", "Europe/Paris", "fr"),
    )
    linked = PaymentAccount(
        account_id="acc_studio",
        provider="stripe",
        provider_account_id=STRIPE_ACCOUNT,
        confirmed=True,
        verified=True,
        takes_cards=True,
    )
    world.parts.people.save_payment_account(world.cause("seed"), None, linked)
    sale.refund_there(2500)
    world.settle_down()
    world.clock.advance(hours=1)

    compare(world)

    assert run_of(world, "stripe", "acc_studio").counts.captures == 1
    assert run_of(world, "stripe", "acc_studio").counts.refunds == 0
    assert run_of(world, "stripe").counts.refunds == 1
    assert findings(world) == []
