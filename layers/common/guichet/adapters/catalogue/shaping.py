"""Fits a tree to the shape, and cuts off what doesn't fit so that the rest can be judged too."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from guichet.adapters.catalogue.mistakes import Finding, Path, is_within
from guichet.adapters.catalogue.shape import FileShape
from guichet.adapters.catalogue.yaml_tree import Plain

# What is wrong, in our stable words, for the library's own.
_RANGE: Final = "number_out_of_range"
_CODES: Final = {
    "extra_forbidden": ("key_unknown", "There is no such key here."),
    "missing": ("key_missing", "Write this key."),
    "too_short": ("empty", "Write at least one."),
    "greater_than_equal": (_RANGE, ""),
    "less_than_equal": (_RANGE, ""),
}
# What stands for a key that is wrong or forgotten, so that what it belongs to can be judged all the
# same. What is judged of such a key itself is a consequence, and not told.
_STAND_INS: Final[dict[str, Plain]] = {
    "names": {"en": "-"},
    "version": "-",
    "effective_from": "2026-01-01",
    "mode": "anniversary_month",
    "currencies": ["USD"],
    "frequencies": ["monthly"],
    "self_service": [],
    "rank": 0,
    "unit": "unit",
    "per_unit": {},
    "term_months": 12,
}
_MOST_ROUNDS: Final = (
    12  # a cut may empty what holds it, and so on outwards; the shape is not deeper
)


@dataclass(slots=True)
class Fitted:
    """What of a file has the right shape, and what was cut off. Paths are those of the file."""

    file: FileShape | None = None
    findings: list[Finding] = field(default_factory=list)
    cuts: set[Path] = field(default_factory=set)
    _unknown: set[Path] = field(default_factory=set)
    _originals: dict[Path, Path] = field(default_factory=dict)

    def original(self, path: Path) -> Path:
        """The place in the file of what now has this path: cutting moves what follows in a list."""
        known = path
        while known not in self._originals:
            known = known[:-1]
        return self._originals[known] + path[len(known) :]

    def is_consequence(self, finding: Finding) -> bool:
        """Whether something that the finding rests on was cut off."""
        return any(is_within(cut, place) for place in finding.about for cut in self.cuts)

    def fit(self, value: Plain, currencies: Collection[str]) -> None:
        """Validate, tell, cut and try again; only the first round's errors are mistakes of the file."""
        for round_ in range(_MOST_ROUNDS):
            self._originals = {}
            rest = self._pruned(value, (), ())
            try:
                self.file = FileShape.model_validate(rest, context={"currencies": currencies})
            except ValidationError as error:
                for each in error.errors(include_url=False, include_input=False):
                    path = self.original(_path_of(each))
                    if not round_:
                        self.findings.append(_finding(path, each))
                    self._cut(path, each["type"])
            else:
                return
            if () in self.cuts:
                return

    def _cut(self, path: Path, kind: str) -> None:
        if kind == "extra_forbidden":
            self._unknown.add(path)
        elif kind == "missing" and path[-1] not in _STAND_INS:
            self.cuts.add(path[:-1])
        else:
            self.cuts.add(path)

    def _pruned(self, value: Plain, new: Path, old: Path) -> Plain:
        self._originals[new] = old
        if isinstance(value, dict):
            standing_in = {
                key: held for key, held in _STAND_INS.items() if (*old, key) in self.cuts
            }
            return standing_in | {
                key: self._pruned(held, (*new, key), (*old, key))
                for key, held in value.items()
                if (*old, key) not in self.cuts and (*old, key) not in self._unknown
            }
        if isinstance(value, list):
            kept = (at for at in range(len(value)) if (*old, at) not in self.cuts)
            return [self._pruned(value[at], (*new, now), (*old, at)) for now, at in enumerate(kept)]
        return value


def _path_of(error: ErrorDetails) -> Path:
    return tuple(part for part in error["loc"] if part != "[key]")


def _finding(path: Path, error: ErrorDetails) -> Finding:
    kind = error["type"]
    if path[-1:] == ("interstate_share_bps",) and _CODES.get(kind, ("",))[0] == _RANGE:
        return Finding(path, "interstate_share", "From 0 to 10000 (100 %).")
    if kind in _CODES:
        code, detail = _CODES[kind]
        return Finding(path, code, detail or f"{error['msg']}.")
    if kind.endswith("_type") or kind in {"int_from_float", "is_instance_of"}:
        return Finding(path, "type_wrong", f"{error['msg']}.")
    return Finding(path, kind, error["msg"])


def findings_of(fitted: Fitted, judged: Iterator[Finding]) -> Iterator[Finding]:
    """What was judged of the fitted file, by the paths of the file, without mere consequences."""
    for finding in judged:
        told = Finding(
            fitted.original(finding.path),
            finding.code,
            finding.detail,
            tuple(fitted.original(place) for place in finding.about),
        )
        if not fitted.is_consequence(told):
            yield told
