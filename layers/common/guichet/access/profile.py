"""What an account is billed as: company, addresses, VAT number, recipients, time zone (ACC-4, INV-6)."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Final

from guichet.access.addresses import Address
from guichet.access.membership import Account
from guichet.errors import Conflict, invalid_field

MOST_TERMS_DAYS: Final = 365  # from an invoice's day to the one on which it is due (INV-10)

# The operator's people decide them.
_PAYMENT_TERMS: Final = frozenset({"payment_terms_days", "payment_terms_note"})
_NOT_SET_BY_MEMBERS: Final = frozenset({"account_id", "version", "handled_keys"}) | _PAYMENT_TERMS


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingProfile:
    """One account's profile. What was billed keeps its own copy; tax follows `billing_address`.

    `time_zone` is the one of now: a subscription takes it over when its next period begins (MON-6),
    so a change here moves no day of a period that has begun.
    """

    account_id: str
    company: str
    contact_email: str  # of the main billing contact, who receives every confirmation (ACC-1)
    time_zone: str
    language: str
    billing_address: Address | None = None  # nothing is sold before there is one
    shipping_address: Address | None = None  # needed only where something physical is bought
    vat_number: str | None = None  # as `sound_vat_number` writes it
    contact_name: str = ""
    phone: str = ""
    cc_emails: tuple[str, ...] = ()
    payment_terms_days: int | None = None  # payment terms of its own (INV-10); None: those of all
    payment_terms_note: str = ""  # why it has them, for the operator's people
    version: int = 0  # 0: nobody has changed it since the account was made
    handled_keys: tuple[str, ...] = ()

    @property
    def language_tag(self) -> str:
        """Its language as its country writes numbers and days: `fr-CA` (BCP 47)."""
        address = self.billing_address
        return self.language if address is None else f"{self.language}-{address.country}"

    @property
    def recipients(self) -> tuple[str, ...]:
        """Who gets invoices and receipts, each address once (INV-6)."""
        return tuple(dict.fromkeys((self.contact_email, *self.cc_emails)))

    def payment_terms(self, default_days: int) -> int:
        """From the day of an invoice to the day on which it is due, where nothing collects it (INV-10)."""
        return default_days if self.payment_terms_days is None else self.payment_terms_days

    def with_payment_terms(self, days: int | None, note: str) -> BillingProfile:
        """With payment terms of its own for what is invoiced from now on; None: those of all.

        Raises:
            Invalid: `payment_terms_beyond_limits`; `required`, no reason.
        """
        if days is not None and not 0 <= days <= MOST_TERMS_DAYS:
            raise invalid_field(
                "/days",
                "payment_terms_beyond_limits",
                f"Payment terms are from 0 to {MOST_TERMS_DAYS} days.",
                rule="INV-10",
                facts={"most": str(MOST_TERMS_DAYS)},
            )
        if not note.strip():
            raise invalid_field("/reason", "required", "Say why it has these payment terms.")
        return replace(self, payment_terms_days=days, payment_terms_note=note.strip())

    def require_billing_address(self) -> Address:
        """Where tax and selling entity are decided.

        Raises:
            Conflict: `billing_address_missing`.
        """
        if self.billing_address is None:
            raise Conflict(
                "billing_address_missing", "Enter a billing address first.", rule="ACC-4"
            )
        return self.billing_address

    def require_shipping_address(self) -> Address:
        """Where something physical goes.

        Raises:
            Conflict: `shipping_address_missing`.
        """
        if self.shipping_address is None:
            raise Conflict(
                "shipping_address_missing",
                "Enter a shipping address first: part of this is sent by post.",
                rule="ACC-4",
            )
        return self.shipping_address


CHANGEABLE: Final = frozenset(each.name for each in fields(BillingProfile)) - _NOT_SET_BY_MEMBERS


def first_profile(account: Account) -> BillingProfile:
    """The profile of an account that nobody has filled in: what the operator knew at its creation."""
    return BillingProfile(
        account_id=account.account_id,
        company=account.legal_name,
        contact_email=account.email,
        time_zone=account.time_zone,
        language=account.language,
    )
