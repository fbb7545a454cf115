"""A certificate's last day has passed everywhere: it is expired, and the account told (TAX-4)."""

from __future__ import annotations

from dataclasses import replace

from guichet.clock import Clock
from guichet.events import Actor
from guichet.ledger.journal import Cause
from guichet.period import local_day
from guichet.registration.outbox import BillingMail
from guichet.retrying import with_fresh_state
from guichet.tax.certificate import TRANSITIONS, CertificateStatus, ExemptionCertificate
from guichet.taxpayer.certificates import change
from guichet.taxpayer.ports import CertificateRecords


def expire_certificate(
    account_id: str,
    certificate_id: str,
    actor: Actor,
    *,
    records: CertificateRecords,
    clock: Clock,
) -> ExemptionCertificate | None:
    """Expire it where it is time; its days alone decide about taxes, so nothing hangs on the minute."""
    cause = Cause(actor, "expire_certificate", clock.now())

    def attempt() -> ExemptionCertificate | None:
        found = records.certificate(account_id, certificate_id)
        if found is None or CertificateStatus.EXPIRED not in TRANSITIONS[found.status]:
            return found
        today = local_day(cause.at, records.profile(account_id).time_zone)
        if today <= found.valid_until:
            return found
        after = replace(found.expire(today), version=found.version + 1)
        mail = BillingMail.CERTIFICATE_EXPIRED
        records.save_certificate(cause, change(found, after, mail))
        return after

    return with_fresh_state(attempt)
