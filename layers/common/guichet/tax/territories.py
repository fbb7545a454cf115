"""Places that are taxed otherwise than their country's code says (Directive 2006/112/EC, Articles 5 to 7)."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

# Taxed as another country's.
_TAXED_AS: Final = MappingProxyType({"IM": "GB", "MC": "FR"})
# Postal codes, by how they begin, of places outside the VAT territory of their member state.
_OUTSIDE: Final = MappingProxyType(
    {
        "DE": ("27498", "78266"),  # Heligoland, Büsingen
        "ES": ("35", "38", "51", "52"),  # Canary Islands, Ceuta, Melilla
        "FI": ("22",),  # Åland
        "GR": ("63086",),  # Mount Athos
        "IT": ("22061", "23041"),  # Campione, Livigno
    }
)
# Postal codes of regions with rates of their own, and the region's code in ISO 3166-2.
_REGIONS: Final = MappingProxyType(
    {"PT": (("9000", "9399", "30"), ("9500", "9999", "20"))}  # Madeira, the Azores
)


def territory(country: str, region: str, postal_code: str) -> tuple[str, str]:
    """The country and region whose tables are looked at; `ES*` is a part of Spain without its VAT."""
    code = "".join(postal_code.split())
    if code.startswith(_OUTSIDE.get(country, ("-",))):
        return f"{country}*", ""
    for first, last, found in _REGIONS.get(country, ()):
        if first <= code[:4] <= last:
            return country, found
    return _TAXED_AS.get(country, country), region
