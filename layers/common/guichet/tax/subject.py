"""Who is taxed: where a customer is, what is known of its VAT number, what it is exempt from (TAX-1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from guichet.countries import EU_MEMBERS

# What numbers begin with that the official register answers for: the member states, Greece as EL.
_ANSWERED_FOR: Final = (EU_MEMBERS - {"GR"}) | {"EL"}


class VatStanding(StrEnum):
    """What a customer's VAT number counts as on a day (TAX-3)."""

    NONE = "none"  # no number
    VALID = "valid"  # answered positively, not too long ago
    INVALID = "invalid"  # the register's last word is no
    NEVER_ANSWERED = "never_answered"  # no answer yet, or a positive one that is too old
    STATED = "stated"  # of a country whose numbers no register here answers for


def is_answered_for(vat_number: str) -> bool:
    """Whether the official register knows numbers of this kind."""
    return vat_number[:2] in _ANSWERED_FOR


def standing_unasked(vat_number: str) -> VatStanding:
    """What a number counts as that nobody has asked about."""
    return VatStanding.NEVER_ANSWERED if is_answered_for(vat_number) else VatStanding.STATED


@dataclass(frozen=True, slots=True)
class Exemption:
    """An approved certificate: which taxes it takes away, and from which day to which."""

    country: str
    region: str  # whose taxes are 0; empty: the country's own
    valid_from: date
    valid_until: date  # the last day on which it counts
    reason: str  # as the invoice says it

    def covers(self, country: str, region: str, day: date) -> bool:
        """Only for its state and its days (TAX-4)."""
        is_there = (self.country, self.region) == (country, region)
        return is_there and self.valid_from <= day <= self.valid_until


@dataclass(frozen=True, slots=True)
class TaxSubject:
    """A customer as the tax tables see it. Tax follows the billing address (ACC-4)."""

    country: str  # a territory by its own code where it is taxed apart, as IC, the Canary Islands
    region: str = ""
    is_business: bool = False
    vat_standing: VatStanding = VatStanding.NONE
    exemptions: tuple[Exemption, ...] = ()

    @property
    def is_known_business(self) -> bool:
        """Whether it accounts for tax itself where that is asked of businesses.

        In the EU only a number that the register confirmed says so; elsewhere its being stated does.
        """
        if not self.is_business:
            return False
        if self.vat_standing is VatStanding.VALID:
            return True
        return self.vat_standing is VatStanding.STATED and self.country not in EU_MEMBERS

    def exemption_from(self, country: str, region: str, day: date) -> Exemption | None:
        """What takes away the taxes of a country or a region of it on a day (TAX-4)."""
        for each in self.exemptions:
            if each.covers(country, region, day):
                return each
        return None
