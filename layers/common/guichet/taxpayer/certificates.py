"""What all that is done with a certificate needs, and how it is written (TAX-4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from guichet.access.membership import Member, Permission
from guichet.clock import Clock
from guichet.errors import not_found
from guichet.events import Actor, Event
from guichet.ids import digest, fingerprint
from guichet.ledger.journal import Cause, Change
from guichet.period import local_day
from guichet.registration.outbox import BillingMail
from guichet.replies import Reply, was_handled, with_handled
from guichet.retrying import with_fresh_state
from guichet.tax.certificate import ExemptionCertificate
from guichet.taxpayer.ports import CertificateFiles, CertificateRecords, CheckFile


@dataclass(frozen=True, slots=True)
class Certificates:
    """Where certificates and their files are."""

    records: CertificateRecords
    files: CertificateFiles
    check: CheckFile
    clock: Clock

    def today(self, account_id: str) -> date:
        """In the account's time zone (MON-6)."""
        return local_day(self.clock.now(), self.records.profile(account_id).time_zone)


@dataclass(frozen=True, slots=True)
class Judgement:
    """A representative judges one certificate."""

    certificate_id: str
    member: Member
    idempotency_key: str | None
    actor: Actor


def judged(
    judgement: Judgement,
    name: str,
    mail: BillingMail,
    certificates: Certificates,
    decide: Callable[[ExemptionCertificate], ExemptionCertificate],
    *asked: str,
) -> Reply[ExemptionCertificate]:
    """Read, decide, write with the mail that tells it; once for a key.

    Args:
        judgement: of which certificate, by whom.
        name: the use case, and in the past tense the event.
        mail: to the account.
        certificates: where they are.
        decide: on what is there now.
        asked: what else the request said.
    """
    member = judgement.member
    member.reach(Permission.JUDGE_EXEMPTIONS)
    cause = Cause(judgement.actor, name, certificates.clock.now())
    key = judgement.idempotency_key
    route = f"{name} {judgement.certificate_id}"
    mark = None if key is None else fingerprint(member.member_id, route, key)
    hashed = request_hash(name, *asked)

    def attempt() -> Reply[ExemptionCertificate]:
        found = require(certificates, member.account_id, judgement.certificate_id)
        if was_handled(found.handled_keys, mark, hashed):
            return Reply(found, replayed=True)
        after = replace(
            decide(found),
            version=found.version + 1,
            handled_keys=with_handled(found.handled_keys, mark, hashed),
        )
        certificates.records.save_certificate(cause, change(found, after, mail))
        return Reply.new(after)

    return with_fresh_state(attempt)


def require(
    certificates: Certificates, account_id: str, certificate_id: str
) -> ExemptionCertificate:
    """The account's certificate; another's is as absent (ACC-2)."""
    found = certificates.records.certificate(account_id, certificate_id)
    if found is None:
        raise not_found("certificate")
    return found


def change(
    before: ExemptionCertificate | None,
    after: ExemptionCertificate,
    mail: BillingMail | None = None,
) -> Change[ExemptionCertificate]:
    """One certificate's change, with the event that it is in its new status."""
    facts = {"country": after.country, "region": after.region}
    event = Event(f"tax_certificate.{after.status}", facts)
    return Change(before, after, (event,), mails=() if mail is None else (mail,))


def request_hash(*parts: str) -> str:
    """What a request asked, to tell a repeat from another request with the same key."""
    return digest(*parts).hex()[:32]
