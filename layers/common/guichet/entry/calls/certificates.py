"""Exemption certificates: upload, submit, see, judge (TAX-4)."""

from __future__ import annotations

from typing import Final

from guichet.entry.callers import known_form
from guichet.entry.calls.signed_in import SIGN_IN, Sender, SignedInCalls
from guichet.entry.http import MemberKey, MemberKeyOrNone, Text, answered, route
from guichet.entry.models.certificates import (
    CertificateAnswer,
    CertificateRequest,
    CertificatesAnswer,
    DownloadAnswer,
    RefusalRequest,
    UploadAnswer,
    UploadRequest,
)
from guichet.replies import Reply
from guichet.tax.certificate import ExemptionCertificate
from guichet.taxpayer.certificates import Judgement
from guichet.taxpayer.use_cases.approve_certificate import approve_certificate
from guichet.taxpayer.use_cases.begin_certificate_upload import (
    BeginCertificateUpload,
    begin_certificate_upload,
)
from guichet.taxpayer.use_cases.read_certificates import (
    download_certificate,
    list_certificates,
    read_certificate,
)
from guichet.taxpayer.use_cases.refuse_certificate import refuse_certificate
from guichet.taxpayer.use_cases.submit_certificate import SubmitCertificate, submit_certificate

CERTIFICATES: Final = "/v1/tax-certificates"
CERTIFICATE: Final = f"{CERTIFICATES}/<certificate_id>"


class CertificateCalls(SignedInCalls):
    """One method a call."""

    @route(
        "POST",
        f"{CERTIFICATES}/uploads",
        "Ask where to post a certificate's file: a PDF, PNG or JPEG of at most 5 MB",
        who=SIGN_IN,
        answers=UploadAnswer,
        status=201,
    )
    def begin_certificate_upload(self, body: UploadRequest, idempotency_key: MemberKey) -> Text:
        sender = self._sender()
        held = sender.held
        command = BeginCertificateUpload(
            body.media_type, body.size_bytes, sender.member, idempotency_key
        )
        upload_id, ticket = begin_certificate_upload(
            command, files=held.certificate_files, clock=held.clock
        )
        return answered(UploadAnswer.of(upload_id, ticket), status=201)

    @route(
        "POST",
        CERTIFICATES,
        "Submit an exemption certificate whose file was uploaded",
        who=SIGN_IN,
        answers=CertificateAnswer,
        status=201,
    )
    def submit_certificate(self, body: CertificateRequest, idempotency_key: MemberKey) -> Text:
        sender = self._sender()
        command = SubmitCertificate(
            upload_id=body.upload_id,
            country=body.country,
            region=body.region,
            valid_from=body.valid_from,
            valid_until=body.valid_until,
            reason=body.reason,
            member=sender.member,
            idempotency_key=idempotency_key,
            actor=sender.actor,
        )
        reply = submit_certificate(command, certificates=sender.held.billing.certificates)
        return _shown(reply, status=201, location=f"{CERTIFICATES}/{reply.value.certificate_id}")

    @route(
        "GET",
        CERTIFICATES,
        "List the account's exemption certificates",
        who=SIGN_IN,
        answers=CertificatesAnswer,
    )
    def list_certificates(self) -> Text:
        sender = self._sender()
        found = list_certificates(sender.member, certificates=sender.held.billing.certificates)
        return answered(CertificatesAnswer(items=[CertificateAnswer.of(each) for each in found]))

    @route(
        "GET",
        CERTIFICATE,
        "Read an exemption certificate's state",
        who=SIGN_IN,
        answers=CertificateAnswer,
    )
    def read_certificate(self, certificate_id: str) -> Text:
        sender = self._sender()
        found = read_certificate(
            sender.member,
            known_form(certificate_id, "certificate"),
            certificates=sender.held.billing.certificates,
        )
        return _shown(Reply.new(found))

    @route(
        "GET",
        f"{CERTIFICATE}/file",
        "Get a link to a certificate's file, which ends soon",
        who=SIGN_IN,
        answers=DownloadAnswer,
    )
    def download_certificate(self, certificate_id: str) -> Text:
        sender = self._sender()
        download = download_certificate(
            sender.member,
            known_form(certificate_id, "certificate"),
            certificates=sender.held.billing.certificates,
        )
        return answered(DownloadAnswer.of(download))

    @route(
        "POST",
        f"{CERTIFICATE}/approve",
        "Approve a certificate: its state's taxes are 0 from today on, on its days",
        who=SIGN_IN,
        answers=CertificateAnswer,
    )
    def approve_certificate(
        self, certificate_id: str, idempotency_key: MemberKeyOrNone = None
    ) -> Text:
        sender = self._sender()
        judgement = _judgement(sender, certificate_id, idempotency_key)
        certificates = sender.held.billing.certificates
        return _shown(approve_certificate(judgement, certificates=certificates))

    @route(
        "POST",
        f"{CERTIFICATE}/refuse",
        "Refuse a certificate, also one that was approved, and tell the account why",
        who=SIGN_IN,
        answers=CertificateAnswer,
    )
    def refuse_certificate(
        self,
        certificate_id: str,
        body: RefusalRequest,
        idempotency_key: MemberKeyOrNone = None,
    ) -> Text:
        sender = self._sender()
        judgement = _judgement(sender, certificate_id, idempotency_key)
        certificates = sender.held.billing.certificates
        return _shown(refuse_certificate(judgement, body.reason, certificates=certificates))


def _judgement(sender: Sender, certificate_id: str, key: str | None) -> Judgement:
    return Judgement(known_form(certificate_id, "certificate"), sender.member, key, sender.actor)


def _shown(
    reply: Reply[ExemptionCertificate], *, status: int = 200, location: str | None = None
) -> Text:
    return answered(
        CertificateAnswer.of(reply.value),
        status=status,
        location=location,
        version=reply.value.version,
        replayed=reply.replayed,
    )
