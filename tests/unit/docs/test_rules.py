"""Every rule id that code or tests name has its sentence in docs/rules.md."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]
RULES = ROOT / "docs" / "rules.md"
AREAS = "MON|PAY|REG|FEE|RFD|SUB|QUO|TAX|INV|COL|ACC|EXT|BAD"
WRITTEN = re.compile(rf"\b({AREAS})-(\d+)\b")
IN_A_NAME = re.compile(rf"_({AREAS.lower()})_(\d+)(?=_|\b)")
ROW = re.compile(rf"^- \*\*((?:{AREAS})-\d+)\*\* (.+)$", re.MULTILINE)
TEXT = {".py", ".toml", ".md", ".json", ".yaml", ".html"}


def named() -> Iterator[tuple[str, Path]]:
    """The ids in code, tests and pages, and where each is named."""
    files = [
        file
        for folder in ("layers", "functions", "tests", "local", "benchmarks", "config", "docs")
        for file in (ROOT / folder).rglob("*")
        if file.suffix in TEXT and file != RULES
    ]
    for file in [*files, ROOT / "template.yaml"]:
        text = file.read_text(encoding="utf-8")
        for area, number in WRITTEN.findall(text):
            yield f"{area}-{number}", file
        if file.suffix == ".py":
            for area, number in IN_A_NAME.findall(text):
                yield f"{area.upper()}-{number}", file


def test_every_rule_that_is_named_has_its_sentence() -> None:
    told = {rule for rule, _ in ROW.findall(RULES.read_text(encoding="utf-8"))}

    untold = {f"{rule} in {file.relative_to(ROOT)}" for rule, file in named() if rule not in told}

    assert not untold


def test_each_rule_has_one_sentence_of_its_own() -> None:
    rows = ROW.findall(RULES.read_text(encoding="utf-8"))

    assert Counter(rule for rule, _ in rows).most_common(1)[0][1] == 1
    for rule, sentence in rows:
        assert sentence[0].isupper(), rule
        assert sentence.endswith("."), rule
        assert not re.search(r"\. [A-Z]", sentence), f"{rule} has one sentence"


def test_the_list_finds_ids_in_docstrings_and_in_names_of_tests() -> None:
    here = {rule for rule, file in named() if file == Path(__file__)}

    assert here == {"REG-4", "MON-1"}, "REG-4 here, and _mon_1 in this sentence"
