"""How large the layers are, unpacked, as Lambda counts them."""

from __future__ import annotations

from pathlib import Path

from benchmarks.figures import Measured
from local.paths import BUILD_DIR

_MEGABYTE = 1_000_000


def measure() -> list[Measured]:
    return [
        Measured("common_layer_size", _megabytes(BUILD_DIR / "CommonLayer"), "MB"),
        Measured("documents_layer_size", _megabytes(BUILD_DIR / "DocumentsLayer"), "MB"),
    ]


def _megabytes(folder: Path) -> float:
    """The sum of the files' lengths; a file that is there twice by link counts once."""
    found = {
        (stat.st_dev, stat.st_ino): stat.st_size
        for path in folder.rglob("*")
        if path.is_file() and (stat := path.stat())
    }
    return sum(found.values()) / _MEGABYTE
