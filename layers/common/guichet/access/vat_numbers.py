"""VAT numbers, checked by format and checksum, and that they are of the billing country (TAX-3)."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Final

from guichet.access.addresses import Address
from guichet.countries import EU_MEMBERS
from guichet.errors import Invalid, invalid_field

_SEPARATORS: Final = re.compile(r"[\s.\-/]")
_FORM: Final = re.compile(r"[A-Z0-9+*]{4,20}", re.ASCII)  # Ireland's oldest have a + or a *
_GREECE: Final = "EL"  # its code for VAT; ISO 3166 has GR
_NORTHERN_IRELAND: Final = "XI"
_CHECKED: Final = (EU_MEMBERS - {"GR"}) | {_GREECE, _NORTHERN_IRELAND, "GB"}
# Countries without numbers of their own, which use another's.
_NUMBERS_OF: Final = MappingProxyType({"GR": _GREECE, "MC": "FR", "IM": "GB"})


def sound_vat_number(typed: str, billing: Address) -> str:
    """The number as it is stored: capitals, its country's two letters first, no separators.

    In the EU and the United Kingdom format and checksum are checked; a number of another country is
    taken as it is, as no rule here depends on it.

    Raises:
        Invalid: `vat_number_malformed`; `vat_number_other_country`, right, but not of the country
            of the billing address, which decides about tax (ACC-4).
    """
    written = _SEPARATORS.sub("", typed).upper()
    if not _FORM.fullmatch(written):
        raise _malformed()
    prefix = _GREECE if written[:2] == "GR" else written[:2]
    checked = _checked(prefix, written[2:]) if prefix in _CHECKED else None
    own = _prefixes(billing)
    if checked is not None and prefix not in own:
        raise invalid_field(
            "/vat_number",
            "vat_number_other_country",
            "This VAT number is of another country than the billing address.",
            rule="TAX-3",
        )
    if checked is None and own:
        raise _malformed()
    return checked or written


def _prefixes(billing: Address) -> frozenset[str]:
    """What a number of this address may begin with; nothing where numbers aren't checked."""
    prefix = _NUMBERS_OF.get(billing.country, billing.country)
    if prefix not in _CHECKED:
        return frozenset()
    return frozenset({prefix} | ({_NORTHERN_IRELAND} if billing.is_in_northern_ireland else set()))


def _checked(prefix: str, rest: str) -> str | None:
    """The number where its checksum is right."""
    from stdnum.eu import vat as eu  # noqa: PLC0415 - 40 ms, where a number is changed only
    from stdnum.exceptions import ValidationError  # noqa: PLC0415 - same
    from stdnum.gb import vat as gb  # noqa: PLC0415 - same

    try:
        if prefix == "GB":
            return f"GB{gb.validate(rest)}"
        return eu.validate(prefix + rest)
    except ValidationError:
        return None


def _malformed() -> Invalid:
    return invalid_field(
        "/vat_number",
        "vat_number_malformed",
        "A VAT number begins with its country's two letters, as in FR61954506077; check its digits.",
        rule="TAX-3",
    )
