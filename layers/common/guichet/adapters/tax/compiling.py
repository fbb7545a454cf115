"""From the tax files to their compiled forms, or to their mistakes with file, line and rule."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from guichet.adapters.catalogue.mistakes import Finding, Mistake
from guichet.adapters.catalogue.yaml_tree import Tree, read_tree
from guichet.adapters.tax.checking import fees_findings, rates_findings, sellers_findings
from guichet.adapters.tax.shape import FeesShape, RatesShape, SellersShape

RATES, FEES, SELLERS = "rates", "fees", "sellers"
FILES: Final = (RATES, FEES, SELLERS)

# The rule that each code stands on; a code that is not here is about the file.
RULES: Final = MappingProxyType(
    {
        "fee_twice": "TAX-5",
        "tax_not_listed": "TAX-5",
        "asks_too_late": "TAX-3",
        **dict.fromkeys(
            (
                *("percent_not_text", "percent_malformed", "source_missing", "tax_malformed"),
                *("country_unknown", "region_unknown", "region_missing", "tax_twice"),
                *("rows_not_ascending", "member_state_missing", "table_missing", "seller_twice"),
            ),
            "TAX-2",
        ),
    }
)
# What is wrong, in our stable words, for the library's own.
_CODES: Final = MappingProxyType(
    {
        "extra_forbidden": ("key_unknown", "There is no such key here."),
        "missing": ("key_missing", "Write this key."),
        "too_short": ("empty", "Write at least one."),
        "string_too_long": ("line_too_long", "400 characters at most."),
        "literal_error": ("word_unknown", ""),
    }
)


class TaxMistake(Mistake):
    """One mistake of a file; `code` is stable."""

    __slots__ = ()

    @property
    def rule(self) -> str | None:
        return RULES.get(self.code)


class TaxMistakesError(ValueError):
    """The tables can't be used; `mistakes` has every one that could be told, in the files' order."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = mistakes


def compile_taxes(texts: Mapping[str, str], folder: str) -> dict[str, str]:
    """The compiled text of each of `FILES`.

    Args:
        texts: what each file says, by its name without `.yaml`.
        folder: where they stand, to tell mistakes by.

    Raises:
        TaxMistakesError: with the mistakes.
    """
    told: list[Mistake] = []

    def read[M: BaseModel](
        name: str, shape: type[M], judge: Callable[[M], Iterable[Finding]]
    ) -> M | None:
        found, mistakes = _read(texts[name], f"{folder}/{name}.yaml", shape, judge)
        told.extend(mistakes)
        return found

    rates = read(RATES, RatesShape, rates_findings)
    fees = read(FEES, FeesShape, lambda file: fees_findings(file, rates))
    sellers = read(SELLERS, SellersShape, lambda file: sellers_findings(file, rates))
    if told or rates is None or fees is None or sellers is None:
        raise TaxMistakesError(tuple(told))
    compiled = {RATES: _rates(rates), FEES: _fees(fees), SELLERS: _sellers(sellers)}
    return {
        name: json.dumps(raw, indent=1, ensure_ascii=False) + "\n" for name, raw in compiled.items()
    }


def _read[M: BaseModel](
    text: str, file: str, shape: type[M], judge: Callable[[M], Iterable[Finding]]
) -> tuple[M | None, list[Mistake]]:
    """Places are compared once each is right by itself."""
    tree = read_tree(text)
    findings = [finding for _, finding in tree.findings]
    found = None
    if not findings:
        try:
            found = shape.model_validate(tree.value)
        except ValidationError as error:
            findings = list(_shape_findings(error))
        else:
            findings = list(judge(found))
    return found, _told(tree, file, findings)


def _shape_findings(error: ValidationError) -> Iterator[Finding]:
    """One for each place: a value that may be of two kinds fails at both."""
    seen = set()
    for each in error.errors(include_url=False, include_input=False):
        finding = _finding(each)
        if finding.path not in seen:
            seen.add(finding.path)
            yield finding


def _finding(error: ErrorDetails) -> Finding:
    kind, path = error["type"], error["loc"]
    if kind in _CODES:
        code, detail = _CODES[kind]
        return Finding(path, code, detail or f"{error['msg']}.")
    if kind.endswith("_type"):
        return Finding(path, "type_wrong", f"{error['msg']}.")
    return Finding(path, kind, error["msg"])


def _told(tree: Tree, file: str, findings: list[Finding]) -> list[Mistake]:
    places = {finding: place for place, finding in tree.findings}
    told = [(places.get(each) or tree.shown_at(each.path), each.code, each) for each in findings]
    return [
        TaxMistake(file, place.line, code, each.path, each.detail)
        for place, code, each in sorted(told, key=lambda one: one[:2])
    ]


def _rates(file: RatesShape) -> dict[str, list[dict[str, object]]]:
    by_country: dict[str, list[dict[str, object]]] = {}
    for tax in file.taxes:
        raw = tax.model_dump(mode="json", exclude={"country", "rates"})
        raw["regions"] = tax.regions or []
        raw["rates"] = [_row(each) for each in tax.rates]
        by_country.setdefault(tax.country, []).append(raw)
    return by_country


def _fees(file: FeesShape) -> dict[str, list[dict[str, object]]]:
    return {fee.fee: [_row(each) for each in fee.rates] for fee in file.fees}


def _row(row: BaseModel) -> dict[str, object]:
    raw = row.model_dump(mode="json")
    return {**raw, "note": raw["note"] or ""}


def _sellers(file: SellersShape) -> dict[str, object]:
    return {
        "sellers": {
            seller.country: [
                {**each.model_dump(mode="json", by_alias=True), "region": each.region or ""}
                for each in seller.collects
            ]
            for seller in file.sellers
        },
        "vat_checks": file.vat_checks.model_dump(),
    }
