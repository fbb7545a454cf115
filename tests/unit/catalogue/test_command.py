"""`guichet catalogue`: what a person types, reads, and gets as exit status (SUB-1)."""

from pathlib import Path

import pytest

from guichet.cli import main
from tests.support.catalogue_text import SECOND, SMALL


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "catalogue.yaml"
    path.write_text(SMALL + SECOND, encoding="utf-8")
    return path


def test_check_says_nothing_of_a_catalogue_that_is_right(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["catalogue", "check", str(file)]) == 0
    assert not capsys.readouterr().out


def test_check_tells_file_line_and_rule_of_each_mistake(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = file.read_text().replace('"60.00"', "60.00").replace("rank: 2", "rank: 1")
    file.write_text(wrong)

    status = main(["catalogue", "check", str(file)])

    rank, price = capsys.readouterr().out.splitlines()
    assert status == 1
    assert rank.startswith(f"{file}:33: rank_twice (SUB-1): versions.0.products.webinar.plans.pro")
    assert price.startswith(f"{file}:37: amount_float (MON-1): versions.0.products.webinar.plans")


def test_check_of_a_file_that_is_not_there_or_no_text_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bytes_ = tmp_path / "picture.yaml"
    bytes_.write_bytes(b"\xff\xfe\x00")

    assert main(["catalogue", "check", str(tmp_path / "absent.yaml")]) == 1
    assert main(["catalogue", "check", str(bytes_)]) == 1
    absent, picture = capsys.readouterr().out.splitlines()
    assert "absent.yaml" in absent
    assert "picture.yaml" in picture


def test_compile_says_whether_the_package_is_current() -> None:
    assert main(["catalogue", "compile", "--check"]) == 0


def test_compile_of_another_catalogue_is_not_current(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["catalogue", "compile", "--check", str(file)]) == 1
    assert "guichet catalogue compile" in capsys.readouterr().out


def test_diff_tells_what_one_version_changes_of_another(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["catalogue", "diff", "one", "two", str(file)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "one -> two, 2027-06-01:"
    assert "phone plan line existence: absent -> sold" in lines
    assert "webinar existence: sold -> absent" in lines


def test_diff_of_an_unknown_version_is_refused(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["catalogue", "diff", "one", "three", str(file)]) == 1
    assert "catalogue_version_missing" in capsys.readouterr().err
