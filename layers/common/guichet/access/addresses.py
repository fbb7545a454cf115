"""Postal addresses: which country, and which state where taxes are a state's (ACC-4)."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from guichet.countries import COUNTRIES, REGIONS
from guichet.errors import invalid_field


@dataclass(frozen=True, slots=True)
class Address:
    """An address as it stands on a letter; `country` is ISO 3166's two letters."""

    line1: str
    city: str
    country: str
    line2: str = ""
    region: str = ""  # a code of `REGIONS` in the countries that have one there, elsewhere any text
    postal_code: str = ""

    @property
    def is_in_northern_ireland(self) -> bool:
        """Where goods are taxed as in the EU: known by its postal codes, which begin with BT."""
        return self.country == "GB" and self.postal_code.upper().startswith("BT")


def sound_address(address: Address, pointer: str) -> Address:
    """The address with its codes in capitals and nothing around its texts.

    Args:
        address: as somebody typed it.
        pointer: where it stands in the request.

    Raises:
        Invalid: `required`, a first line or a city; `country_unknown`; `region_required`,
            `region_unknown` in the United States, Canada and Australia.
    """
    typed = {each.name: getattr(address, each.name).strip() for each in fields(Address)}
    found = replace(Address(**typed), country=typed["country"].upper())
    for name in ("line1", "city"):
        if not typed[name]:
            raise invalid_field(f"{pointer}/{name}", "required", "An address has this.")
    if found.country not in COUNTRIES:
        raise invalid_field(
            f"{pointer}/country", "country_unknown", "A country is ISO 3166's two letters, as FR."
        )
    return _with_region(found, pointer)


def _with_region(address: Address, pointer: str) -> Address:
    regions = REGIONS.get(address.country)
    if regions is None:
        return address
    if not address.region:
        raise invalid_field(
            f"{pointer}/region",
            "region_required",
            "Name the state, province or territory: taxes depend on it.",
            rule="ACC-4",
        )
    if address.region.upper() not in regions:
        raise invalid_field(
            f"{pointer}/region", "region_unknown", f"One of {', '.join(sorted(regions))}."
        )
    return replace(address, region=address.region.upper())
