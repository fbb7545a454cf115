"""INV-12: `guichet entities` tells mistakes, and whether what is deployed is what the file says."""

from __future__ import annotations

from pathlib import Path

import pytest

from guichet.cli import main

RIGHT = """\
# one company, for everybody
entities:
  ie:
    legal_name: Example Ireland Ltd
    address: [2 Example Quay]
    country: IE
    time_zone: Europe/Dublin
    currencies: [EUR]
    providers: [stripe]
    serves: others
    bank_details:
      - {currency: EUR, effective_from: 2026-01-01, beneficiary: Example Ireland Ltd}
"""


def test_the_command_says_that_it_is_current(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["entities", "check"]) == 0
    assert "is current" in capsys.readouterr().out


def test_the_command_tells_mistakes_and_writes_nothing_inv_12(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config").mkdir()
    broken = RIGHT.replace("country: IE", "country: UK")
    (tmp_path / "config" / "selling_entities.yaml").write_text(broken)
    monkeypatch.chdir(tmp_path)

    statuses = (main(["entities", "check"]), main(["entities", "compile"]))

    told = capsys.readouterr()
    assert statuses == (1, 1)
    assert told.err.count("config/selling_entities.yaml:6: country_unknown (INV-12)") == 2
    assert "wrote" not in told.out


def test_the_command_says_when_what_is_compiled_is_of_another_file_inv_12(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "selling_entities.yaml").write_text(RIGHT)
    monkeypatch.chdir(tmp_path)

    assert main(["entities", "check"]) == 1
    assert "is not current" in capsys.readouterr().out
