"""How the catalogue is reached: all versions, the newest in force, one by its name; and papers."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from guichet.catalogue.catalogue import Catalogue


class FormFiles(Protocol):
    """The entities' papers (TAX-6)."""

    def content(self, form_id: str) -> bytes:
        """A whole PDF."""
        ...


class Catalogues(Protocol):
    """Every version that was ever deployed; versions never change once they are in force."""

    def at(self, day: date) -> Catalogue:
        """The version in force on a day.

        Raises:
            Unavailable: `catalogue_missing`, none is in force yet.
        """
        ...

    def version(self, version: str) -> Catalogue:
        """The version of this name.

        Raises:
            Unavailable: `catalogue_version_missing`, it was taken out of the file.
        """
        ...
