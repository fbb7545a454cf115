"""A member is told where to post a certificate's file (TAX-4)."""

from __future__ import annotations

from dataclasses import dataclass

from guichet.access.membership import Member, Permission
from guichet.clock import Clock
from guichet.errors import invalid_field
from guichet.ids import derived_id
from guichet.taxpayer.ports import MEDIA_TYPES, MOST_BYTES, CertificateFiles, UploadTicket


@dataclass(frozen=True, slots=True)
class BeginCertificateUpload:
    """Of which type the file is, and how large, where the member's program knows."""

    media_type: str
    size_bytes: int | None
    member: Member
    idempotency_key: str


def begin_certificate_upload(
    command: BeginCertificateUpload, *, files: CertificateFiles, clock: Clock
) -> tuple[str, UploadTicket]:
    """The upload's id, and where to post. Nothing is stored: a repeat names the same place.

    Raises:
        NotAllowed: no role or grant includes it.
        Invalid: `file_type_not_taken`, `file_too_large`.
    """
    member = command.member
    member.reach(Permission.MANAGE_EXEMPTIONS)
    if command.media_type not in MEDIA_TYPES:
        raise invalid_field(
            "/media_type", "file_type_not_taken", "Send a PDF, a PNG or a JPEG.", rule="TAX-4"
        )
    if command.size_bytes is not None and command.size_bytes > MOST_BYTES:
        raise invalid_field("/size_bytes", "file_too_large", "5 MB at most.", rule="TAX-4")
    upload_id = derived_id(
        "upl",
        *(member.account_id, member.member_id, command.idempotency_key, command.media_type),
    )
    return upload_id, files.ticket(member.account_id, upload_id, command.media_type, clock.now())
