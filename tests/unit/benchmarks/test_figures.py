"""Figures against their goals, and what is written of them."""

import json
from pathlib import Path

import pytest

from benchmarks.figures import Goal, Measured, judged, read_goals, table, unmeasured, write


def test_a_figure_meets_its_goal_up_to_the_goal_itself() -> None:
    goals = {"a": Goal(400, "ms"), "b": Goal(400, "ms")}

    met, missed, free = judged(
        [Measured("a", 400, "ms", 7), Measured("b", 400.0001, "ms"), Measured("c", 1, "USD")], goals
    )

    assert (met.met, met.goal, met.samples) == (True, 400, 7)
    assert (missed.met, missed.value) == (False, 400.0)
    assert (free.met, free.goal) == (None, None)


@pytest.mark.parametrize(
    ("measured", "reason"),
    [
        pytest.param([Measured("a", 1, "s")], "measured in s", id="another unit"),
        pytest.param([Measured("b", 1, "s"), Measured("b", 2, "s")], "twice", id="twice"),
    ],
)
def test_a_figure_that_can_not_be_compared_is_refused(
    measured: list[Measured], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        judged(measured, {"a": Goal(1, "ms")})


def test_the_file_holds_each_figure_with_its_goal_and_what_it_was_taken_on(tmp_path: Path) -> None:
    path = tmp_path / "results" / "latest.json"
    figures = judged([Measured("a", 1.23456, "ms", 7)], {"a": Goal(2, "ms")})

    write(path, {"commit": "c", "architecture": "arm64"}, figures)

    assert json.loads(path.read_text()) == {
        "commit": "c",
        "architecture": "arm64",
        "results": [
            {"name": "a", "value": 1.235, "unit": "ms", "goal": 2, "met": True, "samples": 7}
        ],
    }


def test_a_person_sees_which_goals_are_missed() -> None:
    figures = judged([Measured("a", 3, "ms"), Measured("b", 1, "ms")], {"a": Goal(2, "ms")})

    first, second = table(figures).splitlines()

    assert first.split() == ["a", "3.00", "ms", "goal", "2", "MISSED"]
    assert second.split() == ["b", "1.00", "ms"]


def test_a_goal_that_nothing_measures_is_found() -> None:
    goals = read_goals()
    figures = judged([Measured("idle_month", 2, "USD")], goals)

    missing = unmeasured(figures, goals)

    assert "idle_month" not in missing
    assert {"cold_start_webhooks", "sale_cpu", "million_sales"} <= set(missing)
