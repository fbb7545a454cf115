"""Two versions of the catalogue: the packaged first one, and a test's own from 2027 on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from guichet.adapters.catalogue.packaged import packaged_catalogues
from guichet.catalogue.catalogue import Catalogue, Product


class Versions:
    """`Catalogues` whose second version has other products, or some of the first one's changed."""

    def __init__(self, products: Mapping[str, Product]) -> None:
        self._first = packaged_catalogues().version("2026-01")
        both = {**self._first.products, **products}
        self._second = Catalogue("2027-01", date(2027, 1, 1), both)

    def at(self, day: date) -> Catalogue:
        return self._second if day >= self._second.effective_from else self._first

    def version(self, version: str) -> Catalogue:
        return {"2026-01": self._first, "2027-01": self._second}[version]
