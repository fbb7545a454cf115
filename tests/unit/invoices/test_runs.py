"""INV-1, BAD-12: a run finds everything due, passes it on, and says what came of it."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from datetime import timedelta

import pytest

from guichet.entry.invoicing import plan, scheduled_run, work
from guichet.entry.relaying import ALARMS
from guichet.invoices.run import RunStatus
from tests.support.invoicing import NOON, Invoiced
from tests.support.unchanged import nothing_written

type Body = dict[str, str]
RUN = scheduled_run(NOON)


@pytest.fixture
def here() -> Invoiced:
    return Invoiced()


def planned(
    here: Invoiced, run_id: str = RUN, has_time: Callable[[], bool] = lambda: True
) -> list[Body]:
    sent: list[Body] = []
    plan(run_id, here.world.parts, lambda some: sent.extend(map(dict, some)), has_time)
    return sent


def owing(here: Invoiced, count: int) -> list[str]:
    accounts = [here.account() for _ in range(count)]
    for account in accounts:
        here.bill(account, here.usd(1_000))
    return accounts


def test_all_that_is_due_is_passed_on_in_messages_of_its_series_inv_1(here: Invoiced) -> None:
    accounts = owing(here, 30)

    sent = planned(here)

    named = [one[1] for body in sent for one in json.loads(body["of"])]
    assert sorted(named) == sorted(accounts)
    assert {body["entity"] for body in sent} == {"us"}
    assert max(len(json.loads(body["of"])) for body in sent) <= 15
    run = here.parts.invoices.run(RUN)
    assert run is not None
    assert (run.status, run.planned) == (RunStatus.WORKING, 30)


def test_the_last_message_finishes_the_run_with_what_it_came_to_inv_1(here: Invoiced) -> None:
    owing(here, 14)
    bad = here.account()
    here.bill(bad, here.usd(-1_000))

    for body in planned(here):
        work(body, here.world.parts)

    run = here.parts.invoices.run(RUN)
    assert run is not None
    assert (run.status, run.looked_at, run.parked) == (RunStatus.FINISHED, 15, 1)
    (finished,) = [
        event
        for entry in here.world.journal()
        for event in entry.events
        if event.name == "invoice_run.finished"
    ]
    assert (finished.facts["invoices"], finished.facts["credit_notes"]) == (14, 0)
    assert finished.facts["total_minor_USD"] == 14 * 1_080


def test_planned_and_worked_twice_everything_is_invoiced_once_inv_1_bad_12(here: Invoiced) -> None:
    accounts = owing(here, 5)

    bodies = [*planned(here), *planned(here), *planned(here, f"{RUN}x")]
    for body in [*bodies, *reversed(bodies)]:
        work(body, here.world.parts)

    assert [len(here.invoices(each)) for each in accounts] == [1] * 5
    assert here.places() == [1, 2, 3, 4, 5]


def test_a_schedule_that_fires_twice_within_a_quarter_is_one_run_bad_12() -> None:
    assert scheduled_run(NOON) == scheduled_run(NOON + timedelta(minutes=14))
    assert scheduled_run(NOON) != scheduled_run(NOON + timedelta(minutes=15))


def test_a_run_that_finds_nothing_leaves_nothing_behind(here: Invoiced) -> None:
    with nothing_written(here.world.dynamo):
        assert planned(here) == []


def test_what_time_does_not_allow_comes_with_the_next_run_inv_1(here: Invoiced) -> None:
    owing(here, 3)
    none_left = deque([False])

    assert planned(here, has_time=lambda: none_left[0]) == []
    assert len(planned(here, f"{RUN}x")) == 1


def test_what_waits_for_its_day_or_is_parked_is_not_passed_on_inv_1(here: Invoiced) -> None:
    later, parked = here.account(), here.account()
    here.bill(later, here.usd(1_000, NOON.date() + timedelta(days=1)))
    here.bill(parked, here.usd(-1_000))
    here.make(parked)

    assert planned(here) == []


def test_the_alarm_of_what_is_parked_names_the_command_that_releases_it_inv_1() -> None:
    facts = {"account_id": "acc_1", "selling_entity": "us", "currency": "USD"}

    command = ALARMS["invoice.parked"]

    assert command is not None
    assert command.format_map(facts) == "guichet invoices release acc_1 us USD"
