"""Exemption certificates as accounts upload, submit and see them (TAX-4)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints

from guichet.entry.fields import Answer, Day, Line, Note, Request, one_line
from guichet.tax.certificate import ExemptionCertificate
from guichet.taxpayer.ports import MOST_BYTES, Download, UploadTicket

# What the domain judges, with codes of its own; here only so much that nothing endless comes in.
Judged = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=64), BeforeValidator(one_line)
]


class UploadRequest(Request):
    """What is to be uploaded."""

    media_type: Judged = Field(description="`application/pdf`, `image/png` or `image/jpeg`.")
    size_bytes: int | None = Field(
        default=None, ge=1, description=f"Where it is known: {MOST_BYTES} at most."
    )


class UploadAnswer(Answer):
    """Where to post the file: as `multipart/form-data`, these fields first and `file` last."""

    upload_id: str
    url: str
    fields: dict[str, str]
    expires_at: datetime

    @classmethod
    def of(cls, upload_id: str, ticket: UploadTicket) -> UploadAnswer:
        return cls(
            upload_id=upload_id,
            url=ticket.url,
            fields=dict(ticket.fields),
            expires_at=ticket.expires_at,
        )


class CertificateRequest(Request):
    """A certificate whose file was uploaded."""

    upload_id: Judged
    country: Judged = Field(description="ISO 3166-1, two letters: whose tax it exempts from.")
    region: Judged = Field(
        default="", description="The state's code, in US always; empty: the country's own tax."
    )
    valid_from: Day
    valid_until: Day = Field(description="The last day on which it counts.")
    reason: Line = Field(description="As invoices say it, in 200 characters.")


class RefusalRequest(Request):
    """Why it is refused: the account reads it."""

    reason: Note


class FileAnswer(Answer):
    """The file, as it was read."""

    media_type: str
    size_bytes: int
    sha256: str


class CertificateAnswer(Answer):
    """A certificate; `counts_from` is the first day without the tax, once it is approved."""

    certificate_id: str
    status: str
    version: int
    country: str
    region: str
    valid_from: date
    valid_until: date
    counts_from: date | None
    reason: str
    refusal: str
    file: FileAnswer
    submitted_at: datetime

    @classmethod
    def of(cls, found: ExemptionCertificate) -> CertificateAnswer:
        exemption = found.exemption
        return cls(
            certificate_id=found.certificate_id,
            status=found.status,
            version=found.version,
            country=found.country,
            region=found.region,
            valid_from=found.valid_from,
            valid_until=found.valid_until,
            counts_from=exemption.valid_from if exemption else None,
            reason=found.reason,
            refusal=found.explanation,
            file=FileAnswer(
                media_type=found.file.media_type,
                size_bytes=found.file.size_bytes,
                sha256=found.file.sha256,
            ),
            submitted_at=found.submitted_at,
        )


class CertificatesAnswer(Answer):
    """All of the account, newest first."""

    items: list[CertificateAnswer]


class DownloadAnswer(Answer):
    """Where the file is fetched, until then; it comes as an attachment."""

    url: str
    expires_at: datetime

    @classmethod
    def of(cls, download: Download) -> DownloadAnswer:
        return cls(url=download.url, expires_at=download.expires_at)
