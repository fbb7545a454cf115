"""Addresses as each country's post writes them, in Latin letters.

The forms are those of the Universal Postal Union's S42, as the address data of Chromium has them; a
test compares with that data. A country that is not named writes its postal code before the city.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Final

from guichet.access.addresses import Address

_CODE_FIRST: Final = "{lines}\n{code} {city}\n{region}"
_FORMS: Final = {
    "{lines}\n{city}, {region} {code}": "US BB TW SO",
    "{lines}\n{city} {region} {code}": "AU CA AS CC CX FM HM MH MP NF PR PW UM VI",
    "{lines}\n{city}\n{region}\n{code}": (
        "GB IE AF AI EG FK GG GI GS IM IO JE KE KR LK NA PN RU SD SH SZ TC UA VG ZA"
    ),
    "{lines}\n{city} {code}": "NZ BH BM BN BT GU IL JO KH LB LS MT MV NP SA SG VC",
    "{lines}\n{city} {code}\n{region}": "IN NG PE",
    "{lines}\n{city} {code} {region}": "PG",
    "{lines}\n{city} {code}, {region}": "VE",
    "{lines}\n{city}, {code}": "MM",
    "{lines}\n{city}-{code}": "PK",
    "{lines}\n{city} - {code}": "BD",
    "{lines}\n{city}\n{region} {code}": "ID MN TH VN",
    "{lines}\n{city}\n{code} {region}": "PH",
    "{lines}\n{city}, {region}\n{code}": "HN IQ JP",
    "{lines}\n{city}, {region}, {code}": "CO",
    "{lines}\n{city}, {region}": "BS KN",
    "{lines}\n{city}-{region}\n{code}": "BR",
    "{lines}\n{city} {region}\n{code}": "CU",
    "{lines}\n{city}\n{region}, {code}": "CN KP",
    "{lines}\n{city}\n{region}": "AE BO HK JM NR PA QA",
    "{lines}\n{region}\n{city}": "KI",
    "{lines}\n{region}\n{city}, {code}": "LV",
    "{lines}\n{region}, {city}\n{code}": "CR",
    "{lines}\n{code} {city} {region}": "EE ES IT LT MZ PF UY",
    "{lines}\n{code} {region} {city}": "RO",
    "{lines}\n{code} {city}, {region}": "MX",
    "{lines}\n{code}, {city}\n{region}": "BY",
    "{lines}\n{code} {city}/{region}": "TR",
    "{lines}\n{code}-{city}\n{region}": "SV",
    "{lines}\n{code}- {city}": "GT",
    "{lines}\n{code}\n{city}\n{region}": "AL AM EC MU OM",
    "{lines}\n{code}\n{city}, {region}": "NI",
    "{city}\n{lines}\n{region}\n{code}": "HU",
}
_FORM_OF: Final = MappingProxyType(
    {country: form for form, countries in _FORMS.items() for country in countries.split()}
)
_GAPS: Final = re.compile(r",? {2,}|, (?=,)")  # where a part is missing
_SEPARATORS: Final = " ,-/"


def postal_lines(address: Address) -> tuple[str, ...]:
    """The lines of an address, from the street to the city; the country is the caller's to add."""
    form = _FORM_OF.get(address.country, _CODE_FIRST)
    is_named_by_it = address.region.casefold() == address.city.casefold()  # as Madrid's province
    said = form.format(
        lines=f"{address.line1}\n{address.line2}",
        city=address.city,
        region="" if is_named_by_it else address.region,
        code=address.postal_code,
    )
    lines = (_GAPS.sub(" ", each).strip(_SEPARATORS) for each in said.split("\n"))
    return tuple(each for each in lines if each)
