"""What mails tell of an exemption certificate (TAX-4)."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from guichet.registration.mailer import Letter
from guichet.registration.outbox import AnyMail, BillingMail
from guichet.subscriptions.mails import BillingFacts
from guichet.subscriptions.telling import Telling
from guichet.tax.certificate import CertificateStatus, ExemptionCertificate

_TELLS: Final = MappingProxyType(
    {
        BillingMail.CERTIFICATE_APPROVED: CertificateStatus.APPROVED,
        BillingMail.CERTIFICATE_REFUSED: CertificateStatus.REFUSED,
        BillingMail.CERTIFICATE_EXPIRED: CertificateStatus.EXPIRED,
    }
)


@dataclass(frozen=True, slots=True)
class CertificateMatter:
    """A certificate that was judged, or has run out."""

    telling: Telling
    now: ExemptionCertificate

    def letter(self, mail: AnyMail) -> Letter[BillingFacts] | None:
        """To the main billing contact; None where another mail tells of what it became since."""
        kind, now = BillingMail(mail), self.now
        if now.status is not _TELLS[kind]:
            return None
        telling, sources = self.telling, self.telling.sources
        address, exemption = telling.profile.billing_address, now.exemption
        entity = sources.entities.for_country(address.country if address else now.country)
        link = sources.pages.certificate(now.certificate_id)
        facts = BillingFacts(
            kind=kind,
            frame=telling.frame(entity.entity_id, telling.profile.time_zone, link),
            country=now.country,
            region=now.region,
            counts_from=exemption.valid_from if exemption else now.valid_from,
            counts_until=now.valid_until,
            exempt_as=now.reason,
            refusal=now.explanation,
        )
        return telling.letter(facts)
