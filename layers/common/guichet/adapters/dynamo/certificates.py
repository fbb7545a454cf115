"""Exemption certificates, and what is known of VAT numbers, on the two tables (TAX-3, TAX-4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Final, TypeIs

from guichet.access.membership import Account
from guichet.access.profile import BillingProfile, first_profile
from guichet.adapters.dynamo import items, keys
from guichet.adapters.dynamo.codec import decode, encode_stated
from guichet.adapters.dynamo.seam import Dynamo, Item, Key
from guichet.adapters.dynamo.writes import Guarded, kept, write
from guichet.errors import not_found
from guichet.ids import fingerprint
from guichet.ledger.journal import Cause, Change
from guichet.tax.certificate import TRANSITIONS, CertificateStatus, ExemptionCertificate
from guichet.tax.subject import Exemption
from guichet.tax.vat_check import VatRecord

type Kept = ExemptionCertificate | VatRecord

# A day has passed everywhere on Earth twelve hours after it has in UTC.
_LAST_ZONE: Final = timedelta(hours=12)


def is_kept_here(value: object) -> TypeIs[Kept]:
    return isinstance(value, ExemptionCertificate | VatRecord)


def aggregate_name(value: Kept) -> str:
    """The name under which the journal keeps an object's history; it holds no number."""
    if isinstance(value, VatRecord):
        return f"vat_number/{value.account_id}-{value.number_id}"
    return f"tax_certificate/{value.certificate_id}"


def key_of(value: Kept) -> Key:
    if isinstance(value, VatRecord):
        return keys.vat_number(value.account_id, value.number_id)
    return keys.certificate(value.account_id, value.certificate_id)


def item_of(value: Kept) -> Item:
    return {**items.stored(key_of(value), encode_stated(value)), **due_of(value)}


def due_of(value: Kept) -> Item:
    """When a certificate's last day has passed everywhere; when a number is looked at again."""
    if isinstance(value, VatRecord):
        look_at = _next_look_at(value)
        return items.due_entry("vat_number", look_at) if look_at else {}
    if CertificateStatus.EXPIRED not in TRANSITIONS[value.status]:
        return {}
    after = datetime.combine(value.valid_until + timedelta(days=1), time.min, UTC)
    return items.due_entry("certificate", after + _LAST_ZONE)


def _next_look_at(record: VatRecord) -> datetime | None:
    """When the register is asked, or what no message has corrected is; the earlier of the two."""
    confirmed_at = record.confirmed_at
    by_message = confirmed_at + items.MESSAGE_GRACE if confirmed_at else None
    correct_at = record.correct_at or by_message
    return min((each for each in (record.ask_at, correct_at) if each), default=None)


def written(cause: Cause, change: Change[VatRecord]) -> list[Guarded]:
    """What the write of a number's record is made of, for those who write something beside it."""
    return kept(
        cause,
        change,
        aggregate=aggregate_name(change.after),
        item=item_of(change.after),
        about=lambda after: {"account_id": after.account_id},
    )


def vat_record_of(dynamo: Dynamo, account_id: str, vat_number: str) -> VatRecord | None:
    """The record of a number, by one query over the few that the account ever had."""
    found = (decode(VatRecord, each) for each in _all(dynamo, account_id, "VAT#"))
    return next((each for each in found if each.vat_number == vat_number), None)


class CertificateStore:
    """`CertificateRecords` and `VatRecords` on `Dynamo`."""

    def __init__(self, dynamo: Dynamo) -> None:
        self._dynamo = dynamo

    def profile(self, account_id: str) -> BillingProfile:
        found = items.read(BillingProfile, self._dynamo.get("state", keys.profile(account_id)))
        if found is not None:
            return found
        account = items.read(Account, self._dynamo.get("state", keys.account(account_id)))
        if account is None:
            raise not_found("account")
        return first_profile(account)

    def certificate(self, account_id: str, certificate_id: str) -> ExemptionCertificate | None:
        found = self._dynamo.get("state", keys.certificate(account_id, certificate_id))
        return items.read(ExemptionCertificate, found)

    def certificates_of(self, account_id: str) -> list[ExemptionCertificate]:
        found = _all(self._dynamo, account_id, "CERTIFICATE#")
        return [decode(ExemptionCertificate, each) for each in found]

    def exemptions_of(self, account_id: str) -> tuple[Exemption, ...]:
        exemptions = (each.exemption for each in self.certificates_of(account_id))
        return tuple(each for each in exemptions if each is not None)

    def save_certificate(self, cause: Cause, change: Change[ExemptionCertificate]) -> None:
        operations = kept(
            cause,
            change,
            aggregate=aggregate_name(change.after),
            item=item_of(change.after),
            about=_about,
        )
        write(self._dynamo, operations)

    def vat_record(self, account_id: str, vat_number: str) -> VatRecord | None:
        return vat_record_of(self._dynamo, account_id, vat_number)

    def vat_record_named(self, account_id: str, number_id: str) -> VatRecord | None:
        found = self._dynamo.get("state", keys.vat_number(account_id, number_id))
        return items.read(VatRecord, found)

    def vat_record_marked(self, account_id: str, mark: str) -> VatRecord | None:
        found = (decode(VatRecord, each) for each in _all(self._dynamo, account_id, "VAT#"))
        return next((each for each in found if fingerprint(each.vat_number) == mark), None)

    def save_vat_record(self, cause: Cause, change: Change[VatRecord]) -> None:
        write(self._dynamo, written(cause, change))


def _about(certificate: ExemptionCertificate) -> Item:
    """What its mails are about."""
    return {
        "account_id": certificate.account_id,
        "certificate_id": certificate.certificate_id,
    }


def _all(dynamo: Dynamo, account_id: str, prefix: str) -> Iterator[Item]:
    partition = keys.account(account_id).pk
    start: Item | None = None
    while True:
        page = dynamo.query("state", partition, prefix=prefix, start=start)
        yield from page.items
        start = page.next_start
        if start is None:
            return
