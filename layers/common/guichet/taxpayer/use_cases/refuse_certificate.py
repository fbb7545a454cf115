"""A representative refuses a certificate, also one that was approved and is found to be wrong (TAX-4)."""

from __future__ import annotations

from guichet.registration.outbox import BillingMail
from guichet.replies import Reply
from guichet.tax.certificate import ExemptionCertificate
from guichet.taxpayer.certificates import Certificates, Judgement, judged


def refuse_certificate(
    judgement: Judgement, reason: str, *, certificates: Certificates
) -> Reply[ExemptionCertificate]:
    """Refuse it, and tell the account why. What was billed before stays as it is.

    Raises:
        NotAllowed: only a representative may.
        NotFound: absent, or another account's.
        Conflict: `certificate_refused`, `certificate_expired`: it was judged.
        Invalid: `required`, no word of why.
    """

    def decide(found: ExemptionCertificate) -> ExemptionCertificate:
        return found.refuse(judgement.member.member_id, reason)

    mail = BillingMail.CERTIFICATE_REFUSED
    return judged(judgement, "refuse_certificate", mail, certificates, decide, reason)
