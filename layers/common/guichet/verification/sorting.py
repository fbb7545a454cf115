"""Rows brought together by their group, whatever their number: what memory can't hold lies in files."""

from __future__ import annotations

import heapq
import json
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import groupby
from operator import itemgetter
from typing import IO, Final, Self

from guichet.adapters.dynamo.seam import Item

_IN_MEMORY: Final = 50_000  # rows, of a kilobyte or two each

type Row = tuple[str, str, Item]  # group, rank in it, what is known


class Groups:
    """Takes rows in any order, gives them back group by group, each in the order of its ranks.

    Files have no name, and end with this process. The memory used is that of `in_memory` rows, or
    of the largest group.
    """

    def __init__(self, in_memory: int = _IN_MEMORY) -> None:
        self._rows: list[Row] = []
        self._runs: list[IO[str]] = []
        self._in_memory = in_memory
        self._files = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._files.close()

    def add(self, group: str, rank: str, item: Item) -> None:
        self._rows.append((group, rank, item))
        if len(self._rows) >= self._in_memory:
            self._spill()

    def __iter__(self) -> Iterator[tuple[str, list[Item]]]:
        """Each group once."""
        self._rows.sort(key=itemgetter(0, 1))
        runs = [_read(run) for run in self._runs]
        rows = heapq.merge(*runs, self._rows, key=itemgetter(0, 1))
        for group, members in groupby(rows, key=itemgetter(0)):
            yield group, [item for _, _, item in members]

    def _spill(self) -> None:
        self._rows.sort(key=itemgetter(0, 1))
        run = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - closed with all others
        self._files.enter_context(run)
        run.writelines(f"{json.dumps(row)}\n" for row in self._rows)
        self._runs.append(run)
        self._rows = []


def _read(run: IO[str]) -> Iterator[Row]:
    run.seek(0)
    for line in run:
        group, rank, item = json.loads(line)
        yield group, rank, item
