"""The figures' table in `docs/benchmarks.md`, written anew by each run that counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.figures import Figure
from local.paths import ROOT

PAGE: Final = ROOT / "docs" / "benchmarks.md"
_BEGIN: Final = "<!-- figures: written by `make bench` -->"
_END: Final = "<!-- end of figures -->"


def with_figures(page: str, facts: Mapping[str, Any], figures: Sequence[Figure]) -> str:
    """The page with these figures in the place of earlier ones.

    Raises:
        ValueError: the page has no place for them.
    """
    head, begin, rest = page.partition(_BEGIN)
    _, end, tail = rest.partition(_END)
    if not begin or not end:
        raise ValueError("the page has no place for figures")
    return f"{head}{begin}\n\n{_taken_on(facts)}\n\n{_rows(figures)}\n\n{end}{tail}"


def write(facts: Mapping[str, Any], figures: Sequence[Figure], path: Path = PAGE) -> None:
    path.write_text(with_figures(path.read_text(), facts, figures))


def _taken_on(facts: Mapping[str, Any]) -> str:
    machine = facts["machine"]
    return (
        f"Commit `{facts['commit'][:12]}`, {facts['measured_at'][:10]}, {facts['architecture']}: "
        f"{machine['processors']} × {machine['processor']}, {machine['system']}, "
        f"Python {machine['python']}, load {machine['load_average_before']} before the run."
    )


def _rows(figures: Sequence[Figure]) -> str:
    rows = ["| figure | value | goal | | samples |", "| --- | ---: | ---: | --- | ---: |"]
    for each in figures:
        goal = "" if each.goal is None else f"{each.goal:g}"
        verdict = "" if each.met is None else "met" if each.met else "**missed**"
        value = f"{each.value:,.2f} {each.unit}"
        rows.append(f"| `{each.name}` | {value} | {goal} | {verdict} | {each.samples} |")
    return "\n".join(rows)
