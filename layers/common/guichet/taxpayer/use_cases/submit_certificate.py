"""An account submits a certificate whose file was uploaded; what the file is, is read here (TAX-4)."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from guichet.access.membership import Member, Permission
from guichet.errors import Conflict, invalid_field
from guichet.events import Actor
from guichet.ids import derived_id
from guichet.ledger.journal import Cause
from guichet.replies import Reply
from guichet.retrying import with_fresh_state
from guichet.tax.certificate import (
    CertificateFile,
    CertificateStatus,
    ExemptionCertificate,
    sound_certificate,
)
from guichet.taxpayer.certificates import Certificates, change, request_hash

_MOST_WAITING: Final = 60  # of one account: one for each state that has a sales tax
_UPLOAD_ID: Final = re.compile(r"upl_[0-9a-z]{1,80}", re.ASCII)
_NO_FILE: Final = CertificateFile("", "", 0, "")


@dataclass(frozen=True, slots=True)
class SubmitCertificate:
    """A certificate of an account, for one state and its days."""

    upload_id: str
    country: str
    region: str
    valid_from: date
    valid_until: date
    reason: str
    member: Member
    idempotency_key: str
    actor: Actor

    @property
    def certificate_id(self) -> str:
        who = (self.member.account_id, self.member.member_id)
        return derived_id("cer", *who, "POST /v1/tax-certificates", self.idempotency_key)

    @property
    def request_hash(self) -> str:
        days = (self.valid_from.isoformat(), self.valid_until.isoformat())
        return request_hash(self.upload_id, self.country, self.region, *days, self.reason)


def submit_certificate(
    command: SubmitCertificate, *, certificates: Certificates
) -> Reply[ExemptionCertificate]:
    """Check the file, keep exactly the bytes that were checked, and store the certificate.

    Raises:
        NotAllowed: no role or grant includes it.
        Invalid: what `sound_certificate` refuses; `file_too_large`, `file_type_not_taken`,
            `file_type_differs`, `file_damaged`, `file_mixed`, `file_encrypted`, `file_active`.
        Conflict: `upload_missing`, nothing was posted there, it has vanished, or it is another
            account's; `certificates_waiting`.
    """
    member = command.member
    member.reach(Permission.MANAGE_EXEMPTIONS)
    cause = Cause(command.actor, "submit_certificate", certificates.clock.now())

    def attempt() -> Reply[ExemptionCertificate]:
        records = certificates.records
        found = records.certificate(member.account_id, command.certificate_id)
        if found is not None:
            return Reply.replay(found, same_request=found.request_hash == command.request_hash)
        drafted = _drafted(command, cause, certificates.today(member.account_id))
        waiting = Counter(each.status for each in records.certificates_of(member.account_id))
        if waiting[CertificateStatus.SUBMITTED] >= _MOST_WAITING:
            raise Conflict(
                "certificates_waiting", "So many certificates wait for judgement.", rule="TAX-4"
            )
        file, content = _checked(command, certificates)
        certificates.files.keep(member.account_id, file, content)
        submitted = replace(drafted, file=file)
        records.save_certificate(cause, change(None, submitted))
        return Reply.new(submitted)

    return with_fresh_state(attempt)


def _drafted(command: SubmitCertificate, cause: Cause, today: date) -> ExemptionCertificate:
    certificate = ExemptionCertificate(
        certificate_id=command.certificate_id,
        account_id=command.member.account_id,
        country=command.country,
        region=command.region,
        valid_from=command.valid_from,
        valid_until=command.valid_until,
        reason=command.reason,
        file=_NO_FILE,
        submitted_at=cause.at,
        request_hash=command.request_hash,
    )
    return sound_certificate(certificate, today)


def _checked(
    command: SubmitCertificate, certificates: Certificates
) -> tuple[CertificateFile, bytes]:
    uploaded = None
    if _UPLOAD_ID.fullmatch(command.upload_id):  # no other text is ever part of a file's name
        uploaded = certificates.files.uploaded(command.member.account_id, command.upload_id)
    if uploaded is None:
        raise Conflict(
            "upload_missing",
            "Nothing is uploaded there, or it has vanished: upload the file again.",
            rule="TAX-4",
        )
    content = uploaded.content
    media_type = certificates.check(content)
    if media_type != uploaded.media_type:
        raise invalid_field(
            "/upload_id", "file_type_differs", "The file is not what it was uploaded as."
        )
    sha256 = hashlib.sha256(content).hexdigest()
    file_id = derived_id("fil", command.certificate_id, sha256)
    return CertificateFile(file_id, media_type, len(content), sha256), content
