"""What starts a comparison: the schedule, or a person who names a range (EXT-3)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from guichet.cli import main
from guichet.entry.reconciliation import command_of
from guichet.errors import Invalid
from guichet.events import ActorKind
from guichet.payments.reconciliation import RunKind

NOW = datetime(2026, 11, 22, 3, 10, tzinfo=UTC)


def test_the_schedule_asks_for_the_run_of_its_day_ext_3() -> None:
    asked = command_of({"id": "whatever the scheduler says"}, NOW)

    assert (asked.kind, asked.request, asked.window) == (RunKind.DAILY, "2026-11-22", None)
    assert asked.actor.kind is ActorKind.SYSTEM


@pytest.mark.parametrize(
    ("event", "since", "until"),
    [
        pytest.param({"since": "2026-11-20"}, datetime(2026, 11, 20, tzinfo=UTC), NOW, id="a day"),
        pytest.param(
            {"since": "2026-11-20T10:00:00+02:00", "until": "2026-11-21T00:00:00Z"},
            datetime(2026, 11, 20, 8, tzinfo=UTC),
            datetime(2026, 11, 21, tzinfo=UTC),
            id="two instants",
        ),
    ],
)
def test_a_person_names_a_range_ext_3(
    event: dict[str, str], since: datetime, until: datetime
) -> None:
    asked = command_of({**event, "request": "r-1", "operator": "maria"}, NOW)

    assert asked.window == (since, until)
    assert (asked.kind, asked.request) == (RunKind.BY_HAND, "r-1")
    assert (asked.actor.kind, asked.actor.id) == (ActorKind.OPERATOR, "maria")


def test_a_range_without_a_name_is_asked_for_anew_each_time_ext_3() -> None:
    later = NOW.replace(minute=11)

    first, second = (command_of({"since": "2026-11-20"}, at) for at in (NOW, later))

    assert first.request < second.request


@pytest.mark.parametrize(
    ("event", "code"),
    [
        pytest.param({"since": "yesterday"}, "time_malformed", id="no time"),
        pytest.param({"since": 7}, "time_malformed", id="a number"),
        pytest.param({"since": None}, "time_malformed", id="nothing"),
        pytest.param({"since": "2026-11-20", "until": ""}, "time_malformed", id="no end"),
        pytest.param({"since": "2026-11-20", "request": "a#b"}, "request_malformed", id="a mark"),
        pytest.param({"since": "2026-11-20", "request": "x" * 65}, "request_malformed", id="long"),
        pytest.param({"since": "2026-11-20", "request": 1}, "request_malformed", id="no text"),
    ],
)
def test_what_cannot_be_read_is_refused_ext_3(event: dict[str, object], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        command_of(event, NOW)

    assert refused.value.errors[0].code == code


def test_a_range_that_only_ends_is_refused_before_anything_is_asked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    status = main(["reconcile", "--until", "2026-11-20"])

    assert status == 1
    assert capsys.readouterr().err.startswith("since_missing: ")
