"""TAX-6: papers of an entity are dated files that are there, each once, and are packaged as they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from guichet.adapters.selling.compiling import EntityMistakesError, compile_selling_entities
from guichet.catalogue.selling_loading import read_selling_entities
from guichet.cli import main
from local.sample_forms import sample
from tests.unit.selling.test_entities_command import RIGHT

FILES = {"a.pdf": b"%PDF-1.7\n", "b.pdf": b"%PDF-1.7\n", "page.pdf": b"<html>", "big.pdf": b""}
FILES["big.pdf"] = b"%PDF-" + bytes(300_000)
PAPERS = """\
    forms:
      - {form: debit_authorization, effective_from: 2026-01-01, file: a.pdf}
      - {form: debit_authorization, effective_from: 2027-01-01, file: b.pdf}
"""


def compiled(text: str) -> str:
    return compile_selling_entities(text, "entities.yaml", FILES.get)


def test_forms_are_compiled_with_their_days_tax_6() -> None:
    entities = read_selling_entities(compiled(RIGHT + PAPERS))

    ids = [
        (each.form_id, each.kind, str(each.effective_from)) for each in entities.entity("ie").forms
    ]
    assert ids == [
        ("a", "debit_authorization", "2026-01-01"),
        ("b", "debit_authorization", "2027-01-01"),
    ]
    assert json.loads(compiled(RIGHT))["entities"]["ie"]["forms"] == []


@pytest.mark.parametrize(
    ("was", "becomes", "code"),
    [
        pytest.param("b.pdf", "c.pdf", "form_file_missing", id="no such file"),
        pytest.param("b.pdf", "page.pdf", "form_file_unfit", id="no PDF"),
        pytest.param("b.pdf", "big.pdf", "form_file_unfit", id="too large"),
        pytest.param("b.pdf", "a.pdf", "form_file_twice", id="one file for two"),
        pytest.param("b.pdf", "../b.pdf", "form_file_malformed", id="elsewhere"),
        pytest.param("2027-01-01", "2026-01-01", "forms_not_ascending", id="of one day"),
        pytest.param(
            "debit_authorization, effective_from: 2027",
            "w9, effective_from: 2027",
            "form_of_other_country",
            id="a W-9 of Ireland",
        ),
        pytest.param(
            "debit_authorization, effective_from: 2027",
            "w8, effective_from: 2027",
            "word_unknown",
            id="no such form",
        ),
    ],
)
def test_a_mistake_about_a_form_is_told_with_its_line_tax_6(
    was: str, becomes: str, code: str
) -> None:
    text = RIGHT + PAPERS.replace(was, becomes)

    with pytest.raises(EntityMistakesError) as refused:
        compiled(text)

    (mistake,) = refused.value.mistakes
    assert (mistake.code, mistake.line) == (code, text.count("\n"))
    assert mistake.rule == (None if code == "word_unknown" else "TAX-6")


def test_the_command_says_when_a_form_was_changed_and_not_compiled_tax_6(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = Path(__file__).parents[3]
    folder = tmp_path / "config" / "forms"
    folder.mkdir(parents=True)
    source = (root / "config" / "selling_entities.yaml").read_bytes()
    (tmp_path / "config" / "selling_entities.yaml").write_bytes(source)
    for each in (root / "config" / "forms").iterdir():
        (folder / each.name).write_bytes(each.read_bytes())
    monkeypatch.chdir(tmp_path)
    current = main(["entities", "check"])

    with (folder / "us-w9-2026.pdf").open("ab") as form:
        form.write(b"\n")
    changed = main(["entities", "check"])

    assert (current, changed) == (0, 1)
    assert "is not current" in capsys.readouterr().out


def test_the_samples_are_what_the_script_writes_tax_6() -> None:
    root = Path(__file__).parents[3]
    entity: dict[str, object] = {"country": "US", "legal_name": "Guichet Example Inc."}

    assert sample("w9", entity) == (root / "config/forms/us-w9-2026.pdf").read_bytes()
