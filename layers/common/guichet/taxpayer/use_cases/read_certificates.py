"""An account sees its exemption certificates, and fetches a file (TAX-4)."""

from __future__ import annotations

from guichet.access.membership import Member, Permission
from guichet.tax.certificate import ExemptionCertificate
from guichet.taxpayer.certificates import Certificates, require
from guichet.taxpayer.ports import Download


def list_certificates(member: Member, *, certificates: Certificates) -> list[ExemptionCertificate]:
    """All of the account, newest first.

    Raises:
        NotAllowed: no role or grant includes it.
    """
    member.reach(Permission.READ_EXEMPTIONS)
    found = certificates.records.certificates_of(member.account_id)
    return sorted(found, key=lambda each: (each.submitted_at, each.certificate_id), reverse=True)


def read_certificate(
    member: Member, certificate_id: str, *, certificates: Certificates
) -> ExemptionCertificate:
    """One of the account's.

    Raises:
        NotAllowed: no role or grant includes it.
        NotFound: absent, or another account's.
    """
    member.reach(Permission.READ_EXEMPTIONS)
    return require(certificates, member.account_id, certificate_id)


def download_certificate(
    member: Member, certificate_id: str, *, certificates: Certificates
) -> Download:
    """A link to its file that ends soon; refusals are those of `read_certificate`."""
    found = read_certificate(member, certificate_id, certificates=certificates)
    return certificates.files.download(member.account_id, found.file, certificates.clock.now())
