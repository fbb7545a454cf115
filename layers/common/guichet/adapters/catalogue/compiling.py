"""From the catalogue's text to its compiled form, or to all of its mistakes at once."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from datetime import date
from typing import Any, Final

from guichet.adapters.catalogue.checking import file_findings
from guichet.adapters.catalogue.mistakes import Finding, Mistake, Place
from guichet.adapters.catalogue.shape import FileShape
from guichet.adapters.catalogue.shaping import Fitted, findings_of
from guichet.adapters.catalogue.writing import raw_file
from guichet.adapters.catalogue.yaml_tree import Tree, read_tree

# The default of MON-2: those in which the selling entities have bank details.
BILLING_CURRENCIES: Final = frozenset({"AUD", "CAD", "CHF", "EUR", "GBP", "JPY", "USD"})


class CatalogueMistakesError(ValueError):
    """The catalogue can't be used; `mistakes` has every one, in the order of the file."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = mistakes


def compile_catalogue(
    text: str, file: str, *, currencies: Collection[str] = BILLING_CURRENCIES
) -> str:
    """The compiled text.

    Args:
        text: what `config/catalogue.yaml` says.
        file: the name to tell mistakes by.
        currencies: those that the operator bills in (MON-2).

    Raises:
        CatalogueMistakesError: with all mistakes.
    """
    tree = read_tree(text)
    fitted = Fitted()
    if tree.value is not None:
        fitted.fit(tree.value, currencies)
    found = [*tree.findings, *((_place(tree, each), each) for each in _findings(fitted))]
    if found or fitted.file is None:
        raise CatalogueMistakesError(_told(tree, file, found))
    return json.dumps(raw_file(fitted.file), indent=1, ensure_ascii=False) + "\n"


def require_unchanged_in_force(new: str, old: str, file: str, today: date) -> None:
    """Refuse to change or drop a version that is in force: what was bought refers to it (SUB-1).

    Raises:
        CatalogueMistakesError: `version_changed_in_force`, `version_removed_in_force`.
    """
    kept = _by_version(new)
    mistakes = []
    for name, version in _by_version(old).items():
        if date.fromisoformat(version["effective_from"]) > today or kept.get(name) == version:
            continue
        code = "version_changed_in_force" if name in kept else "version_removed_in_force"
        detail = f"{name} is in force and stays as it was: write another version."
        mistakes.append(Mistake(file, 1, code, ("versions",), detail))
    if mistakes:
        raise CatalogueMistakesError(tuple(mistakes))


def json_schema() -> str:
    """The JSON Schema of the file, for editors: `docs/catalogue.schema.json`."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Guichet's catalogue",
        **_untitled(FileShape.model_json_schema()),
    }
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def _untitled(schema: dict[str, Any]) -> dict[str, Any]:
    """Without the names of our classes: they say nothing to an editor's user."""
    return {
        key: _untitled(value) if isinstance(value, dict) else value
        for key, value in schema.items()
        if key != "title"
    }


def _by_version(text: str) -> dict[str, dict[str, Any]]:
    return {version["version"]: version for version in json.loads(text)["versions"]}


def _findings(fitted: Fitted) -> Iterator[Finding]:
    yield from fitted.findings
    if fitted.file is not None:
        yield from findings_of(fitted, file_findings(fitted.file))


def _place(tree: Tree, finding: Finding) -> Place:
    return tree.shown_at(finding.path)


def _told(tree: Tree, file: str, found: list[tuple[Place, Finding]]) -> tuple[Mistake, ...]:
    """By line; what an alias repeats is told once, where it is written."""
    told: dict[tuple[object, ...], Mistake] = {}
    for place, finding in sorted(found, key=lambda each: (each[0], each[1].code)):
        last = finding.path[-1] if finding.path else None
        same = (finding.code, finding.detail, last, tree.written_at(finding.path))
        told.setdefault(same, Mistake(file, place.line, finding.code, finding.path, finding.detail))
    return tuple(told.values())
