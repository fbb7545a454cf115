"""The figures' place in the documentation."""

import pytest

from benchmarks.figures import Figure
from benchmarks.page import PAGE, with_figures

FACTS = {
    "commit": "0123456789abcdef",
    "measured_at": "2026-11-22T09:00:00+00:00",
    "architecture": "arm64",
    "machine": {
        "processors": 2,
        "processor": "Some",
        "system": "Linux 6",
        "python": "3.13.0",
        "load_average_before": 0.1,
    },
}
FIGURES = [Figure("sale_cpu", 14.5, "ms", 15, met=True, samples=30)]


def test_new_figures_take_the_place_of_earlier_ones() -> None:
    once = with_figures(PAGE.read_text(), FACTS, FIGURES)

    twice = with_figures(once, FACTS, FIGURES)

    assert twice == once
    assert once.count("| `sale_cpu` | 14.50 ms | 15 | met | 30 |") == 1
    assert "Commit `0123456789ab`, 2026-11-22, arm64: 2 × Some" in once


def test_a_page_without_a_place_for_figures_is_refused() -> None:
    with pytest.raises(ValueError, match="no place"):
        with_figures("# Speed", FACTS, FIGURES)
