"""What is judged comes from anywhere: exports, more rows than memory takes, tables that are in use."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from guichet.adapters.dynamo.codec import encode_time
from guichet.adapters.dynamo.expressions import to_wire
from guichet.adapters.dynamo.seam import Item
from guichet.cli import main
from guichet.verification.findings import Check
from guichet.verification.sorting import Groups
from guichet.verification.verifying import verify
from tests.support.kept import Kept


def _exported(
    folder: Path, table: str, items: Sequence[Item], taken_at: datetime, **changed: object
) -> Path:
    """As docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html shows."""
    export = folder / "AWSDynamoDB" / f"01693685827463-{table}"
    (export / "data").mkdir(parents=True)
    summary = {
        "version": "2020-06-30",
        "tableArn": f"arn:aws:dynamodb:us-east-1:123456789012:table/{table}",
        "exportTime": encode_time(taken_at),
        "itemCount": len(items),
        "outputFormat": "DYNAMODB_JSON",
        **changed,
    }
    (export / "manifest-summary.json").write_text(json.dumps(summary))
    for part in (0, 1):
        with gzip.open(export / "data" / f"part{part}.json.gz", "wt", encoding="utf-8") as file:
            file.writelines(f"{json.dumps({'Item': to_wire(item)})}\n" for item in items[part::2])
    return export


def _both(folder: Path, kept: Kept, journal_taken_at: datetime | None = None) -> Path:
    _exported(folder, "state", kept.state, kept.now)
    _exported(folder, "journal", kept.journal, journal_taken_at or kept.now)
    return folder


def test_an_export_without_a_fault_ends_with_0_and_says_what_was_checked(
    kept: Kept, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _both(tmp_path, kept)

    status = main(["verify", "--export", str(tmp_path)])

    told = capsys.readouterr().out
    assert status == 0
    assert f"{len(kept.state)} items, {len(kept.journal)} journal entries" in told
    assert [line.split()[1] for line in told.splitlines()[1:]] == list(Check)
    assert {line.split()[0] for line in told.splitlines()[1:]} == {"ok"}


def test_an_export_with_a_fault_ends_with_1_and_names_it_without_a_person(
    kept: Kept, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept.item("SEATS", taken=2)["taken"] = 3
    kept.item("REG#", status="confirmed")["email"] = "somebody.else@example.org"
    _both(tmp_path, kept)

    status = main(["verify", "--export", str(tmp_path)])

    told = capsys.readouterr().out
    assert status == 1
    assert "counts 3 seats taken, and 2 registrations have one" in told
    assert "FOUND 1  trainings.seats" in told
    assert "@" not in told


def test_two_exports_of_two_moments_are_not_judged_where_things_moved_between(
    kept: Kept, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept.item("SEATS", taken=2)["taken"] = 3
    _both(tmp_path, kept, kept.now + timedelta(seconds=40))

    status = main(["verify", "--export", str(tmp_path)])

    assert status == 0
    assert "were being changed and are not judged" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        pytest.param({"itemCount": 1_000}, "export_incomplete", id="items missing"),
        pytest.param({"outputFormat": "ION"}, "export_unreadable", id="another format"),
        pytest.param({"exportType": "INCREMENTAL_EXPORT"}, "export_unreadable", id="a part"),
        pytest.param(
            {"tableArn": "arn:aws:dynamodb:us-east-1:123456789012:table/journal"},
            "export_not_found",
            id="one table twice",
        ),
    ],
)
def test_an_export_that_can_not_be_judged_is_refused(
    kept: Kept,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    changed: dict[str, object],
    code: str,
) -> None:
    _exported(tmp_path, "state", kept.state, kept.now, **changed)
    _exported(tmp_path, "journal", kept.journal, kept.now)

    status = main(["verify", "--export", str(tmp_path)])

    assert status == 1
    assert capsys.readouterr().err.startswith(f"{code}: ")


def test_an_export_cut_off_in_the_middle_of_a_file_is_refused(
    kept: Kept, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _both(tmp_path, kept)
    part = next(tmp_path.rglob("part1.json.gz"))
    part.write_bytes(part.read_bytes()[:-100])

    status = main(["verify", "--export", str(tmp_path)])

    assert status == 1
    assert capsys.readouterr().err.startswith("export_incomplete: ")


def test_a_folder_without_exports_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(["verify", "--export", str(tmp_path)])

    assert status == 1
    assert capsys.readouterr().err.startswith("export_not_found: ")


def test_what_changed_while_it_was_read_is_counted_and_not_judged(kept: Kept) -> None:
    kept.item("SEATS", taken=2)["taken"] = 3

    moving = kept.judged(moving_since=kept.now)
    still = kept.judged(moving_since=kept.now + timedelta(seconds=1))

    assert moving.is_clean
    assert moving.moving > 0
    assert {each.check for each in still.findings} == {Check.SEATS}
    assert still.moving == 0


def test_the_order_in_which_items_are_read_changes_nothing(kept: Kept) -> None:
    kept.item("SEATS", taken=2)["taken"] = 3
    shuffled = list(kept.stored)
    random.Random(1).shuffle(shuffled)  # noqa: S311 - repeatable, not secret

    assert verify(shuffled, now=kept.now) == kept.judged()


@pytest.mark.parametrize("in_memory", [1, 2, 7, 1000])
def test_rows_come_back_by_group_and_rank_whatever_memory_takes(in_memory: int) -> None:
    rows: list[tuple[str, str, Item]] = [
        (f"g{n % 5}", f"{n:02}", {"n": n, "text": "é"}) for n in range(40)
    ]
    random.Random(2).shuffle(rows)  # noqa: S311 - repeatable, not secret

    with Groups(in_memory) as groups:
        for row in rows:
            groups.add(*row)
        found = list(groups)

    assert [group for group, _ in found] == [f"g{n}" for n in range(5)]
    assert [[item["n"] for item in items] for _, items in found] == [
        list(range(n, 40, 5)) for n in range(5)
    ]


def test_names_and_addresses_are_not_kept_beside_the_tables(kept: Kept) -> None:
    rows: list[object] = []

    class Watched(Groups):
        def add(self, group: str, rank: str, item: Item) -> None:
            rows.append((group, rank, item))
            super().add(group, rank, item)

    verify(kept.stored, now=kept.now, groups=Watched)

    assert len(rows) > len(kept.stored)
    assert "@example.org" not in json.dumps(rows)
    assert "Lovelace" not in json.dumps(rows)
