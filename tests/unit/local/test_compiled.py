"""A build refuses files of `config/` that were edited and not compiled (SUB-1, INV-12, TAX-2)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from local.compiled import CHECKS, complaint, require_current
from local.paths import ROOT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of `config/`, to be edited."""
    shutil.copytree(ROOT / "config", tmp_path / "config")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "file", "edit", "command"),
    [
        pytest.param(
            *("config", "billing.toml", ("abandon_days = 7", "abandon_days = 8")),
            "guichet config",
            id="a number of billing",
        ),
        pytest.param(
            *("config", "registration.toml", ("rate_bps = 190", "rate_bps = 191")),
            "guichet config",
            id="a number of registration",
        ),
        pytest.param(
            *("entities", "selling_entities.yaml", ("Example Inc.", "Sample Inc.")),
            "guichet entities compile",
            id="a seller's name",
        ),
        pytest.param(
            *("catalogue", "catalogue.yaml", ('"30.00"', '"31.00"')),
            "guichet catalogue compile",
            id="a price",
        ),
        pytest.param(
            *("tax", "tax/rates.yaml", ('percent: "21"', 'percent: "22"')),
            "guichet tax compile",
            id="a rate",
        ),
    ],
)
def test_an_edited_file_is_told_with_the_command_to_run(
    folder: Path, name: str, file: str, edit: tuple[str, str], command: str
) -> None:
    _edited(folder / "config" / file, *edit)

    assert complaint(name, folder).endswith(f"is not current: run `{command}`")


@pytest.mark.parametrize("name", CHECKS)
def test_what_the_package_holds_is_compiled_from_what_the_files_say(name: str) -> None:
    assert not complaint(name)


def test_nothing_is_built_with_older_prices_sub_1(folder: Path) -> None:
    _edited(folder / "config" / "catalogue.yaml", '"30.00"', '"31.00"')

    with pytest.raises(SystemExit, match=r"is not current: run `guichet catalogue compile`"):
        require_current(folder)


def test_nothing_is_built_from_a_file_with_a_mistake_inv_12(folder: Path) -> None:
    _edited(folder / "config" / "selling_entities.yaml", "country: US", "country: UK")

    with pytest.raises(SystemExit, match=r"selling_entities\.yaml:\d+: country_unknown"):
        require_current(folder)


def _edited(path: Path, before: str, after: str) -> None:
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after, 1))
