"""A changed profile, judged as a whole: what could not be billed or reached later is refused (ACC-4)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Final
from zoneinfo import ZoneInfo

from guichet.access.addresses import Address, sound_address
from guichet.access.profile import CHANGEABLE, BillingProfile
from guichet.access.vat_numbers import sound_vat_number
from guichet.errors import invalid_field
from guichet.languages import LANGUAGES
from guichet.printable import unprintable

_EMAIL: Final = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+")
_MOST_CC: Final = 5


def changed_profile(profile: BillingProfile, changed: Mapping[str, object]) -> BillingProfile:
    """The profile with these fields, judged as a whole; its version is the caller's matter.

    Raises:
        Invalid: `required`, `email_malformed`, `too_many_recipients`, `time_zone_unknown`,
            `language_unknown`, `billing_address_required`, `company_not_printable`,
            `contact_name_not_printable`, `address_not_printable`, and what `sound_address` and
            `sound_vat_number` refuse. A number of the former country is refused too: change both.
    """
    unknown = set(changed) - CHANGEABLE
    if unknown:
        raise ValueError(f"no fields of a profile: {sorted(unknown)}")
    after = replace(profile, **changed)  # type: ignore[arg-type]  # the edge gave each field its type
    _require_contact(after)
    _require_place(after)
    _require_printable(profile, after)
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


def _require_printable(before: BillingProfile, after: BillingProfile) -> None:
    """What invoices print is in letters that their fonts have (INV-4).

    What was there before is let be: who changes a phone number isn't asked for a name.
    """
    for name in ("company", "contact_name"):
        text = getattr(after, name)
        if text != getattr(before, name):
            _require_letters(text, f"/{name}", f"{name}_not_printable")
    if after.billing_address is None or after.billing_address == before.billing_address:
        return
    for each in fields(after.billing_address):
        text = getattr(after.billing_address, each.name)
        _require_letters(text, f"/billing_address/{each.name}", "address_not_printable")


def _require_letters(text: str, pointer: str, code: str) -> None:
    missing = unprintable(text)
    if missing:
        raise invalid_field(
            pointer,
            code,
            f"Invoices are printed in Latin, Greek or Cyrillic letters, without {missing}",
            rule="INV-4",
            facts={"characters": missing},
        )


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
