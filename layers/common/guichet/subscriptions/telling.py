"""What every mail of billing needs: whose it is, who sends it, and where the rest is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from guichet.access.membership import Account
from guichet.access.profile import BillingProfile
from guichet.catalogue.ports import Catalogues
from guichet.catalogue.selling import SellingEntities
from guichet.ledger.journal import JournalEntry
from guichet.registration.mailer import Letter
from guichet.registration.outbox import BillingMail, Effect
from guichet.subscriptions.line_names import LineNames
from guichet.subscriptions.mails import BillingFacts, Frame
from guichet.subscriptions.pages import Pages
from guichet.subscriptions.ports import BillingRecords
from guichet.taxpayer.ports import CertificateRecords

# Every recipient gets these (INV-6); the rest is for the main billing contact alone (ACC-1).
_RECEIPTS: Final = frozenset(
    {
        *(BillingMail.ORDER_CONFIRMED, BillingMail.RENEWED),
        *(BillingMail.INVOICE, BillingMail.CREDIT_NOTE, BillingMail.PAYMENT_RECEIVED),
        BillingMail.PAYMENT_RECORDED,
    }
)


class Happenings(Protocol):
    """The journal's entries behind effects."""

    def behind(self, effect_id: str) -> JournalEntry:
        """The entry of the change that made an effect's mails necessary."""
        ...


@dataclass(frozen=True, slots=True)
class Sources:
    """Where facts of mails are read."""

    records: BillingRecords
    catalogues: Catalogues
    entities: SellingEntities
    happenings: Happenings
    pages: Pages
    certificates: CertificateRecords


@dataclass(frozen=True, slots=True)
class Telling:
    """One effect, and the account that it is about."""

    effect: Effect
    account: Account
    profile: BillingProfile
    sources: Sources

    @property
    def names(self) -> LineNames:
        return LineNames(self.sources.catalogues, self.profile.language)

    def frame(self, entity: str, time_zone: str, link: str = "", name: str | None = None) -> Frame:
        """As the main billing contact is written to, or somebody of another name."""
        profile = self.profile
        return Frame(
            language=profile.language_tag,
            recipient_name=profile.contact_name if name is None else name,
            company=profile.company,
            contact_email=profile.contact_email,
            seller=self.sources.entities.entity(entity).legal_name,
            time_zone=time_zone,
            occurred_at=self.effect.happened_at,
            link=link,
            representative=self.account.representative,
        )

    def letter(self, facts: BillingFacts) -> Letter[BillingFacts]:
        """To the main billing contact; a receipt also to the account's other recipients."""
        profile, representative = self.profile, self.account.representative
        answers_to = representative.email if representative else None
        copies = profile.recipients[1:] if facts.kind in _RECEIPTS else ()
        return Letter(facts, profile.contact_email, answers_to, copies)
