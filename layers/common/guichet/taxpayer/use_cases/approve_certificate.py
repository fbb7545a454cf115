"""A representative approves a certificate: from today on, its state's taxes are 0 (TAX-4)."""

from __future__ import annotations

from guichet.registration.outbox import BillingMail
from guichet.replies import Reply
from guichet.tax.certificate import ExemptionCertificate
from guichet.taxpayer.certificates import Certificates, Judgement, judged


def approve_certificate(
    judgement: Judgement, *, certificates: Certificates
) -> Reply[ExemptionCertificate]:
    """Approve it, and tell the account.

    Raises:
        NotAllowed: only a representative may.
        NotFound: absent, or another account's.
        Conflict: `certificate_approved`, `certificate_refused`, `certificate_expired`: it was judged;
            `certificate_over`, its days have passed.
    """

    def decide(found: ExemptionCertificate) -> ExemptionCertificate:
        today = certificates.today(found.account_id)
        return found.approve(judgement.member.member_id, today)

    mail = BillingMail.CERTIFICATE_APPROVED
    return judged(judgement, "approve_certificate", mail, certificates, decide)
