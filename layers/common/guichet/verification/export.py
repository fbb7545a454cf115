"""DynamoDB's exports of both tables to S3, as they lie in a folder of this machine.

Their format: docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from guichet.adapters.dynamo.expressions import from_wire
from guichet.adapters.dynamo.seam import Item
from guichet.errors import Refusal

_SUMMARY: Final = "manifest-summary.json"
_TABLES: Final = 2


@dataclass(frozen=True, slots=True)
class Export:
    """One table as it was at one moment."""

    folder: Path
    table: str
    taken_at: datetime
    item_count: int

    def items(self) -> Iterator[Item]:
        """Each of its items.

        Raises:
            Refusal: `export_incomplete`, files are missing or broken.
        """
        count = 0
        for path in sorted((self.folder / "data").glob("*.json.gz")):
            try:
                with gzip.open(path, "rt", encoding="utf-8") as lines:
                    for line in lines:
                        yield from_wire(json.loads(line)["Item"])
                        count += 1
            except (OSError, EOFError, zlib.error, ValueError, KeyError) as error:
                raise _incomplete(self.folder, f"{path.name} can't be read: {error}") from error
        if count != self.item_count:
            raise _incomplete(self.folder, f"{count} of {self.item_count} items are there")


def exports_in(folders: Sequence[Path]) -> list[Export]:
    """The exports of both tables that lie anywhere in these folders.

    Raises:
        Refusal: `export_not_found`, not one export of each of two tables; or `export_unreadable`,
            one of another kind than a full one in DynamoDB's JSON.
    """
    summaries = sorted({path for folder in folders for path in folder.rglob(_SUMMARY)})
    found = [_export(path) for path in summaries]
    if not len(found) == len({each.table for each in found}) == _TABLES:
        raise Refusal(
            "export_not_found",
            f"{len(found)} exports lie there; one of each of two tables is wanted.",
        )
    return found


def _export(path: Path) -> Export:
    summary: dict[str, Any] = json.loads(path.read_text())
    kind = summary.get("outputFormat"), summary.get("exportType", "FULL_EXPORT")
    if kind != ("DYNAMODB_JSON", "FULL_EXPORT"):
        raise Refusal("export_unreadable", f"{path.parent}: only full exports in DynamoDB's JSON.")
    return Export(
        path.parent,
        str(summary["tableArn"]),
        datetime.fromisoformat(summary["exportTime"]),
        int(summary["itemCount"]),
    )


def _incomplete(folder: Path, detail: str) -> Refusal:
    return Refusal("export_incomplete", f"{folder}: {detail}.")
