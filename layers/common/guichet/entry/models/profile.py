"""What an account is billed as, as members change and see it (ACC-4)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, StringConstraints

from guichet.access.addresses import Address
from guichet.access.membership import Account, Member, Representative
from guichet.access.profile import MOST_TERMS_DAYS, BillingProfile
from guichet.entry.fields import UNSENT, Answer, Email, Line, Note, Request, distinct, one_line
from guichet.languages import LANGUAGES
from guichet.tax.subject import standing_unasked
from guichet.tax.tables import VatCheckPolicy
from guichet.tax.vat_check import VatRecord

Optional = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=200),
    BeforeValidator(one_line),
]
# What the domain judges, with codes of its own; here only so much that nothing endless comes in.
Judged = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=64), BeforeValidator(one_line)
]
Recipients = Annotated[list[Email], Field(max_length=50), distinct]


class AddressGiven(Request):
    """An address; it replaces the former one as a whole."""

    line1: Line
    line2: Optional = ""
    city: Line
    region: Judged = Field(
        default="", description="The state's code in US, CA and AU, where it is required."
    )
    postal_code: Judged = ""
    country: Judged = Field(description="ISO 3166-1, two letters.")

    def address(self) -> Address:
        return Address(**self.model_dump())


class AccountPatch(Request):
    """The fields to change; null takes away a VAT number or a shipping address, nothing else."""

    company: Line = UNSENT
    vat_number: Judged | None = UNSENT
    billing_address: AddressGiven = UNSENT
    shipping_address: AddressGiven | None = UNSENT
    contact_name: Optional = UNSENT
    phone: Judged = UNSENT
    contact_email: Email = UNSENT
    cc_emails: Recipients = UNSENT
    time_zone: Judged = UNSENT
    language: Annotated[Judged, Field(description=f"One of {', '.join(LANGUAGES)}.")] = UNSENT

    def changed(self) -> dict[str, object]:
        """What was sent, as the profile holds it."""
        return {name: self._held(name) for name in self.model_fields_set}

    def _held(self, name: str) -> object:
        value = getattr(self, name)
        if isinstance(value, AddressGiven):
            return value.address()
        return tuple(value) if isinstance(value, list) else value


# Judged by the domain, with a code of its own; here the limits are only told.
TermsDays = Annotated[int, Field(json_schema_extra={"minimum": 0, "maximum": MOST_TERMS_DAYS})]


class PaymentTermsPatch(Request):
    """From an invoice's day to the one on which it is due, for invoices issued from now on.

    Sent by representatives, and by nobody of the account.
    """

    days: TermsDays | None = Field(description="null: as the operator has them for all.")
    reason: Note = Field(description="Shown to the operator's people alone.")


class PaymentTermsAnswer(Answer):
    """How many days after its issue an invoice is due that nothing collects by itself (INV-10)."""

    days: int
    is_default: bool
    reason: str | None

    @classmethod
    def of(cls, profile: BillingProfile, default_days: int, reader: Member) -> Self:
        reason = profile.payment_terms_note if reader.is_operators else ""
        return cls(
            days=profile.payment_terms(default_days),
            is_default=profile.payment_terms_days is None,
            reason=reason or None,
        )


class AddressAnswer(Answer):
    """An address."""

    line1: str
    line2: str
    city: str
    region: str
    postal_code: str
    country: str

    @classmethod
    def of(cls, address: Address | None) -> Self | None:
        if address is None:
            return None
        return cls(**{name: getattr(address, name) for name in cls.model_fields})


class RepresentativeAnswer(Answer):
    """Whom the account's members turn to at the operator's."""

    name: str
    email: str

    @classmethod
    def of(cls, named: Representative | None) -> Self | None:
        return None if named is None else cls(name=named.name, email=named.email)


class VatCheckAnswer(Answer):
    """What the VAT number counts as today, and when the official register was asked (TAX-3)."""

    standing: str
    answered_at: datetime | None
    asked_at: datetime | None

    @classmethod
    def of(
        cls, vat_number: str, record: VatRecord | None, day: date, policy: VatCheckPolicy
    ) -> VatCheckAnswer:
        if record is None:
            standing = standing_unasked(vat_number)
            return cls(standing=standing, answered_at=None, asked_at=None)
        answers = [each for each in (record.last_valid_at, record.last_invalid_at) if each]
        asked = [*answers, *([record.last_unavailable_at] if record.last_unavailable_at else [])]
        return cls(
            standing=record.standing_on(day, policy),
            answered_at=max(answers, default=None),
            asked_at=max(asked, default=None),
        )


class AccountAnswer(Answer):
    """An account as it is billed. A new time zone counts from each subscription's next period."""

    account_id: str
    kind: str
    representative: RepresentativeAnswer | None
    version: int
    company: str
    vat_number: str | None
    vat_check: VatCheckAnswer | None
    billing_address: AddressAnswer | None
    shipping_address: AddressAnswer | None
    contact_name: str
    phone: str
    contact_email: str
    cc_emails: list[str]
    time_zone: str
    language: str
    payment_terms: PaymentTermsAnswer

    @classmethod
    def of(
        cls,
        account: Account,
        profile: BillingProfile,
        vat_check: VatCheckAnswer | None,
        payment_terms: PaymentTermsAnswer,
    ) -> AccountAnswer:
        return cls(
            account_id=account.account_id,
            kind=account.kind,
            representative=RepresentativeAnswer.of(account.representative),
            version=profile.version,
            company=profile.company,
            vat_number=profile.vat_number,
            vat_check=vat_check,
            billing_address=AddressAnswer.of(profile.billing_address),
            shipping_address=AddressAnswer.of(profile.shipping_address),
            contact_name=profile.contact_name,
            phone=profile.phone,
            contact_email=profile.contact_email,
            cc_emails=list(profile.cc_emails),
            time_zone=profile.time_zone,
            language=profile.language,
            payment_terms=payment_terms,
        )
