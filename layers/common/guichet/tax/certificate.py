"""An exemption certificate: submitted, judged by a representative, in force for its days (TAX-4)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from guichet.countries import COUNTRIES, REGIONS
from guichet.errors import Conflict, invalid_field
from guichet.tax.subject import Exemption


class CertificateStatus(StrEnum):
    """Where it stands, as the account sees it."""

    SUBMITTED = "submitted"
    APPROVED = "approved"
    REFUSED = "refused"
    EXPIRED = "expired"


S = CertificateStatus

TRANSITIONS = MappingProxyType(
    {  # a pair absent from this table does not happen
        S.SUBMITTED: frozenset({S.APPROVED, S.REFUSED, S.EXPIRED}),
        S.APPROVED: frozenset({S.REFUSED, S.EXPIRED}),  # found to be wrong: from that day on
        S.REFUSED: frozenset(),
        S.EXPIRED: frozenset(),
    }
)


@dataclass(frozen=True, slots=True)
class CertificateFile:
    """The uploaded file, as it was checked. It is kept under `file_id`, never by its own name."""

    file_id: str
    media_type: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ExemptionCertificate:
    """One certificate of one account, for one state and its days."""

    certificate_id: str
    account_id: str
    country: str
    region: str  # empty: the country's own tax
    valid_from: date
    valid_until: date  # the last day on which it counts
    reason: str  # as the invoice says it
    file: CertificateFile
    submitted_at: datetime
    status: CertificateStatus = S.SUBMITTED
    approved_on: date | None = None
    judged_by: str | None = None
    explanation: str = ""  # of a refusal, in the words that the account reads
    version: int = 1
    request_hash: str = ""
    handled_keys: tuple[str, ...] = ()

    def approve(self, by: str, on: date) -> ExemptionCertificate:
        """From this day on the state's taxes are 0, within the certificate's own days.

        Raises:
            Conflict: `certificate_<status>`; `certificate_over`, its days have passed.
        """
        if on > self.valid_until:
            raise Conflict("certificate_over", "This certificate has run out.", rule="TAX-4")
        return replace(self._to(S.APPROVED), approved_on=on, judged_by=by)

    def refuse(self, by: str, why: str) -> ExemptionCertificate:
        """No tax is taken away by it any more. What was billed before stays as it is.

        Raises:
            Conflict: `certificate_<status>`.
            Invalid: `required`, no word to the account of why.
        """
        if not why.strip():
            raise invalid_field("/reason", "required", "Say why, the account reads it.")
        return replace(self._to(S.REFUSED), judged_by=by, explanation=why.strip())

    def expire(self, today: date) -> ExemptionCertificate:
        """Its days have passed.

        Raises:
            Conflict: `certificate_<status>`; `certificate_in_force`, they haven't.
        """
        if today <= self.valid_until:
            raise Conflict("certificate_in_force", "It is valid still.", rule="TAX-4")
        return self._to(S.EXPIRED)

    @property
    def exemption(self) -> Exemption | None:
        """What the tax tables see of it: nothing before it was approved."""
        if self.status not in {S.APPROVED, S.EXPIRED} or self.approved_on is None:
            return None
        first = max(self.valid_from, self.approved_on)
        return Exemption(self.country, self.region, first, self.valid_until, self.reason)

    def _to(self, status: CertificateStatus) -> ExemptionCertificate:
        if status not in TRANSITIONS[self.status]:
            raise Conflict(
                f"certificate_{self.status}", f"This certificate is {self.status}.", rule="TAX-4"
            )
        return replace(self, status=status)


def sound_certificate(certificate: ExemptionCertificate, today: date) -> ExemptionCertificate:
    """The certificate as it may be submitted.

    Raises:
        Invalid: `country_unknown`; `region_required`, `region_unknown` where taxes are a state's;
            `dates_reversed`, `certificate_over`; `required`, no reason.
    """
    if certificate.country not in COUNTRIES:
        raise invalid_field("/country", "country_unknown", "ISO 3166's two letters, such as US.")
    regions = REGIONS.get(certificate.country)
    if certificate.country == "US" and not certificate.region:
        raise invalid_field("/region", "region_required", "Name the state.", rule="TAX-4")
    if certificate.region and certificate.region not in (regions or frozenset()):
        raise invalid_field("/region", "region_unknown", "There is no such state.", rule="TAX-4")
    if certificate.valid_until < certificate.valid_from:
        raise invalid_field("/valid_until", "dates_reversed", "It ends before it begins.")
    if certificate.valid_until < today:
        raise invalid_field("/valid_until", "certificate_over", "It has run out.", rule="TAX-4")
    if not certificate.reason.strip():
        raise invalid_field("/reason", "required", "Say what it exempts for.")
    return replace(certificate, reason=certificate.reason.strip())
