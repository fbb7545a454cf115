"""What is needed from outside to know a customer's exemptions and the standing of its VAT number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from guichet.access.profile import BillingProfile
from guichet.ledger.journal import Cause, Change
from guichet.tax.certificate import CertificateFile, ExemptionCertificate
from guichet.tax.subject import Exemption
from guichet.tax.vat_check import VatRecord

MOST_BYTES: Final = 5 * 1024 * 1024  # of an uploaded file
MEDIA_TYPES: Final = ("application/pdf", "image/png", "image/jpeg")

# The media type that a file's own bytes have.
# Raises Invalid where it is none of ours, is damaged, or may do something to who opens it.
type CheckFile = Callable[[bytes], str]


@dataclass(frozen=True, slots=True)
class UploadTicket:
    """Where, and with which fields before it, one file may be posted, once or again, until then."""

    url: str
    fields: Mapping[str, str]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What was posted: the type that it was posted as, and its bytes."""

    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Download:
    """A link that ends soon; the file comes as an attachment, under a name of ours."""

    url: str
    expires_at: datetime


class CertificateFiles(Protocol):
    """Uploaded files: for a day where they are posted, for good once their certificate is submitted."""

    def ticket(
        self, account_id: str, upload_id: str, media_type: str, now: datetime
    ) -> UploadTicket:
        """Lets one file of this type, and of at most `MOST_BYTES`, be posted."""
        ...

    def uploaded(self, account_id: str, upload_id: str) -> Uploaded | None:
        """What was posted there; None: nothing, or it has vanished.

        Raises:
            Invalid: `file_too_large`, really read.
            Unavailable: `files_unavailable`.
        """
        ...

    def keep(self, account_id: str, file: CertificateFile, content: bytes) -> None:
        """Keep exactly these bytes for good; a repeat keeps the same.

        Raises:
            Unavailable: `files_unavailable`.
        """
        ...

    def download(self, account_id: str, file: CertificateFile, now: datetime) -> Download: ...


class CertificateRecords(Protocol):
    """Certificates. Reads by key and of an account's own are strongly consistent."""

    def profile(self, account_id: str) -> BillingProfile: ...

    def certificate(self, account_id: str, certificate_id: str) -> ExemptionCertificate | None: ...

    def certificates_of(self, account_id: str) -> list[ExemptionCertificate]:
        """All, in the order of their ids."""
        ...

    def exemptions_of(self, account_id: str) -> tuple[Exemption, ...]:
        """Of those that were approved, whether or not their days have passed."""
        ...

    def save_certificate(self, cause: Cause, change: Change[ExemptionCertificate]) -> None:
        """Store it, with its journal entry and mails.

        Raises:
            ConcurrentUpdateError: somebody else wrote first.
        """
        ...


class VatRecords(Protocol):
    """What is known of accounts' VAT numbers."""

    def profile(self, account_id: str) -> BillingProfile: ...

    def vat_record(self, account_id: str, vat_number: str) -> VatRecord | None: ...

    def vat_record_named(self, account_id: str, number_id: str) -> VatRecord | None: ...

    def vat_record_marked(self, account_id: str, mark: str) -> VatRecord | None:
        """Of the number whose one-way mark an invoice bears, whatever number there is now."""
        ...

    def save_vat_record(self, cause: Cause, change: Change[VatRecord]) -> None:
        """Store it, with its journal entry, which does not hold the number.

        Raises:
            ConcurrentUpdateError: somebody else wrote first.
        """
        ...
