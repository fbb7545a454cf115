"""The selling entities that were compiled into this package."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from guichet.catalogue.selling import SellingEntities
from guichet.catalogue.selling_loading import read_selling_entities

COMPILED: Final = Path(__file__).parents[2] / "data" / "selling_entities.json"


FORMS: Final = COMPILED.parent / "forms"


class PackagedForms:
    """`FormFiles`, as they were compiled into this package."""

    def content(self, form_id: str) -> bytes:
        return (FORMS / f"{form_id}.pdf").read_bytes()


def packaged_selling_entities() -> SellingEntities:
    return read_selling_entities(COMPILED.read_text(encoding="utf-8"))
