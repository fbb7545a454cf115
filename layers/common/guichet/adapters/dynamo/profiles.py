"""Billing profiles on the state table, beside their accounts (ACC-4)."""

from __future__ import annotations

from dataclasses import fields

from guichet.access.membership import Account
from guichet.access.profile import CHANGEABLE, BillingProfile, first_profile
from guichet.adapters.dynamo import certificates, items, journal_items, keys
from guichet.adapters.dynamo.seam import Absent, Dynamo, Equals, Put
from guichet.adapters.dynamo.writes import Guarded, lost_race, write
from guichet.events import Event
from guichet.ledger.journal import Cause, Change
from guichet.tax.vat_check import VatRecord


class Profiles:
    """`ProfileRecords` on `Dynamo`."""

    def __init__(self, dynamo: Dynamo) -> None:
        self._dynamo = dynamo

    def account(self, account_id: str) -> Account | None:
        return items.read(Account, self._dynamo.get("state", keys.account(account_id)))

    def profile(self, account: Account) -> BillingProfile:
        found = self._dynamo.get("state", keys.profile(account.account_id))
        return items.read(BillingProfile, found) or first_profile(account)

    def vat_record(self, account_id: str, vat_number: str) -> VatRecord | None:
        return certificates.vat_record_of(self._dynamo, account_id, vat_number)

    def save_profile(
        self,
        cause: Cause,
        before: BillingProfile,
        after: BillingProfile,
        number: Change[VatRecord] | None = None,
        told: Event | None = None,
    ) -> None:
        """Store it, with an entry that says which fields changed and not to what.

        Raises:
            ConcurrentUpdateError: somebody else wrote first.
        """
        is_first = not before.version
        change = Change(None if is_first else before, after, (told or _told(before, after),))
        guard = Absent() if is_first else Equals("version", before.version)
        name = items.aggregate_name(after)
        operations: list[Guarded] = [
            (Put("state", items.item_of(after), guard), lost_race),
            (Put("journal", journal_items.journal_item(cause, name, change), Absent()), lost_race),
        ]
        if number is not None:
            operations += certificates.written(cause, number)
        write(self._dynamo, operations)


def _told(before: BillingProfile, after: BillingProfile) -> Event:
    """Personal data stays out of the journal; the country, which decides about tax, does not."""
    names = [each.name for each in fields(BillingProfile) if each.name in CHANGEABLE]
    differ = [name for name in names if getattr(before, name) != getattr(after, name)]
    billing = after.billing_address
    return Event(
        "profile.updated",
        {
            "changed": " ".join(differ),
            "billing_country": billing.country if billing else None,
            "billing_region": billing.region if billing else None,
        },
    )
