"""Addresses as each country's post writes them, in Latin letters.

The forms are those of the Universal Postal Union's S42, as the address data of Chromium has them; a
test compares with that data. A country that is not named writes its postal code before the city.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from guichet.access.addresses import Address

_CODE_FIRST: Final = "{lines}\n{code} {city}\n{region}"
_FORMS: Final = {
    "{lines}\n{city}, {region} {code}": "US AS FM GU MH MP PR PW UM VI TW BB",
    "{lines}\n{city} {region} {code}": "AU CA",
    "{lines}\n{city}\n{region}\n{code}": "GB IE GG JE IM GI FK RU UA EG ZA CO KR AF KE LK SZ TC VG",
    "{lines}\n{city} {code}": "NZ SG MT IL SA JO BN BH KH LB LS MV NP BM",
    "{lines}\n{city} {code}\n{region}": "IN PE NG",
    "{lines}\n{city}\n{region} {code}": "ID VN MN",
    "{lines}\n{city}, {region}\n{code}": "JP HN",
    "{lines}\n{city}-{region}\n{code}": "BR",
    "{lines}\n{code} {city} {region}": "ES IT EE PF UY",
    "{lines}\n{code} {city}, {region}": "MX",
    "{city}\n{lines}\n{region}\n{code}": "HU",
    "{lines}\n{city}\n{region}, {code}": "CN",
    "{lines}\n{city}\n{region}": "AE HK BS PA JM BO QA",
    "{lines}\n{city} {region}\n{code}": "CU TH",
    "{lines}\n{code} {city}/{region}": "TR",
    "{lines}\n{code}\n{city}\n{region}": "EC MU AM OM AL",
    "{lines}\n{region}\n{city}, {code}": "LV",
}
_FORM_OF: Final = MappingProxyType(
    {country: form for form, countries in _FORMS.items() for country in countries.split()}
)
_SEPARATORS: Final = " ,-/"


def postal_lines(address: Address) -> tuple[str, ...]:
    """The lines of an address, from the street to the city; the country is the caller's to add."""
    form = _FORM_OF.get(address.country, _CODE_FIRST)
    said = form.format(
        lines=f"{address.line1}\n{address.line2}",
        city=address.city,
        region=address.region,
        code=address.postal_code,
    )
    lines = (each.strip(_SEPARATORS) for each in said.split("\n"))
    return tuple(each for each in lines if each)
