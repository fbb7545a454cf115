"""A changed profile, judged as a whole: what could not be billed or reached later is refused (ACC-4)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final
from zoneinfo import ZoneInfo

from guichet.access.addresses import Address, sound_address
from guichet.access.profile import CHANGEABLE, BillingProfile
from guichet.access.vat_numbers import sound_vat_number
from guichet.errors import invalid_field
from guichet.languages import LANGUAGES

_EMAIL: Final = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+")
_MOST_CC: Final = 5


def changed_profile(profile: BillingProfile, changed: Mapping[str, object]) -> BillingProfile:
    """The profile with these fields, judged as a whole; its version is the caller's matter.

    Raises:
        Invalid: `required`, `email_malformed`, `too_many_recipients`, `time_zone_unknown`,
            `language_unknown`, `billing_address_required`, and what `sound_address` and
            `sound_vat_number` refuse. A number of the former country is refused too: change both.
    """
    unknown = set(changed) - CHANGEABLE
    if unknown:
        raise ValueError(f"no fields of a profile: {sorted(unknown)}")
    after = replace(profile, **changed)  # type: ignore[arg-type]  # the edge gave each field its type
    _require_contact(after)
    _require_place(after)
    billing = _sound(after.billing_address, "/billing_address")
    return replace(
        after,
        company=after.company.strip(),
        billing_address=billing,
        shipping_address=_sound(after.shipping_address, "/shipping_address"),
        vat_number=_vat_number(after.vat_number, billing),
    )


def _require_contact(profile: BillingProfile) -> None:
    if not profile.company.strip():
        raise invalid_field("/company", "required", "A bill names somebody.")
    _require_email(profile.contact_email, "/contact_email")
    for place, email in enumerate(profile.cc_emails):
        _require_email(email, f"/cc_emails/{place}")
    if len(profile.cc_emails) > _MOST_CC:
        raise invalid_field(
            "/cc_emails",
            "too_many_recipients",
            f"At most {_MOST_CC} addresses beside the main one.",
            rule="INV-6",
            facts={"most": str(_MOST_CC)},
        )


def _require_email(email: str, pointer: str) -> None:
    if not _EMAIL.fullmatch(email):
        raise invalid_field(pointer, "email_malformed", "This is no e-mail address.")


def _require_place(profile: BillingProfile) -> None:
    if profile.language not in LANGUAGES:
        known = ", ".join(LANGUAGES)
        raise invalid_field(
            "/language", "language_unknown", f"One of {known}.", facts={"languages": known}
        )
    try:
        ZoneInfo(profile.time_zone)
    except (ValueError, OSError, KeyError) as error:
        raise invalid_field(
            "/time_zone", "time_zone_unknown", "A time zone is a name such as Europe/Paris."
        ) from error


def _sound(address: Address | None, pointer: str) -> Address | None:
    return None if address is None else sound_address(address, pointer)


def _vat_number(typed: str | None, billing: Address | None) -> str | None:
    if typed is None:
        return None
    if billing is None:
        raise invalid_field(
            "/billing_address",
            "billing_address_required",
            "A VAT number is checked against the billing address: send that too.",
            rule="ACC-4",
        )
    return sound_vat_number(typed, billing)
