"""A customer as the tax tables see it, from what its account is billed as (ACC-4, TAX-3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from guichet.access.profile import BillingProfile
from guichet.tax.subject import Exemption, TaxSubject, VatStanding, standing_unasked
from guichet.tax.territories import territory

NOWHERE: Final = TaxSubject("")  # of an account that has no billing address yet


def tax_subject(
    profile: BillingProfile,
    standing: VatStanding | None = None,
    exemptions: Sequence[Exemption] = (),
) -> TaxSubject:
    """Tax follows the billing address, and of a business what is known of its VAT number.

    Args:
        profile: the account's.
        standing: of its VAT number, where it was looked up; else nobody ever answered for it.
        exemptions: of its approved certificates.
    """
    address = profile.billing_address
    if address is None:
        return NOWHERE
    country, region = territory(address.country, address.region, address.postal_code)
    number = profile.vat_number
    return TaxSubject(
        country=country,
        region=region,
        is_business=number is not None,
        vat_standing=VatStanding.NONE if number is None else standing or standing_unasked(number),
        exemptions=tuple(exemptions),
    )
