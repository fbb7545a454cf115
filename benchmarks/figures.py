"""What was measured, against its goal, and the file that keeps it."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

_FOLDER: Final = Path(__file__).resolve().parent
LATEST: Final = _FOLDER / "results" / "latest.json"


@dataclass(frozen=True, slots=True)
class Measured:
    """One number with its unit, and of how many samples it is the median (1: counted)."""

    name: str
    value: float
    unit: str
    samples: int = 1


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure is met when it is at most this much."""

    at_most: float
    unit: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured number beside its goal; without a goal, `met` says nothing."""

    name: str
    value: float
    unit: str
    goal: float | None
    met: bool | None
    samples: int


def read_goals(path: Path = _FOLDER / "goals.toml") -> dict[str, Goal]:
    """The goals by the name of their figure."""
    held = tomllib.loads(path.read_text())["goals"]
    return {name: Goal(float(each["at_most"]), str(each["unit"])) for name, each in held.items()}


def judged(measured: Sequence[Measured], goals: Mapping[str, Goal]) -> list[Figure]:
    """Each number against its goal.

    Raises:
        ValueError: a number in another unit than its goal's, or measured twice.
    """
    names = [each.name for each in measured]
    if len(set(names)) < len(names):
        raise ValueError(f"measured twice: {sorted({n for n in names if names.count(n) > 1})}")
    return [_judged(each, goals.get(each.name)) for each in measured]


def _judged(number: Measured, goal: Goal | None) -> Figure:
    value = round(number.value, 3)
    if goal is None:
        return Figure(number.name, value, number.unit, None, None, number.samples)
    if goal.unit != number.unit:
        raise ValueError(f"{number.name} is measured in {number.unit}, its goal in {goal.unit}")
    met = number.value <= goal.at_most
    return Figure(number.name, value, number.unit, goal.at_most, met, number.samples)


def unmeasured(figures: Sequence[Figure], goals: Mapping[str, Goal]) -> list[str]:
    """Goals that no figure answers to."""
    return sorted(set(goals) - {each.name for each in figures})


def write(path: Path, facts: Mapping[str, Any], figures: Sequence[Figure]) -> None:
    """Keep the figures with what they were measured on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    results = [asdict(each) for each in figures]
    path.write_text(json.dumps({**facts, "results": results}, indent=2) + "\n")


def table(figures: Sequence[Figure]) -> str:
    """The figures for a person, one a line."""
    lines = []
    for each in figures:
        verdict = "" if each.met is None else "met" if each.met else "MISSED"
        goal = "" if each.goal is None else f"goal {each.goal:g}"
        amount = f"{each.value:,.2f} {each.unit}"
        lines.append(f"{each.name:<44}{amount:>18}  {goal:<12}{verdict:<8}".rstrip())
    return "\n".join(lines)
