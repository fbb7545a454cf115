"""The catalogue that was compiled into this package."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from guichet.catalogue.loading import CompiledCatalogues

COMPILED: Final = Path(__file__).parents[2] / "data" / "catalogue.json"


def packaged_catalogues() -> CompiledCatalogues:
    """All versions, read when one is first asked for."""
    return CompiledCatalogues(lambda: COMPILED.read_text(encoding="utf-8"))
