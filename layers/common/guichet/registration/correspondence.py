"""The facts of each mail, gathered from the records (REG-13)."""

from __future__ import annotations

from dataclasses import dataclass

from guichet.access.membership import Account
from guichet.errors import not_found
from guichet.money import Money
from guichet.payments.account import payment_account_id
from guichet.payments.payment import Capture, CaptureMethod, Payment, PaymentStatus
from guichet.payments.refund import Refund, RefundReason
from guichet.registration.links import Links
from guichet.registration.mailer import Letter, Told
from guichet.registration.mails import MailFacts, MailKind, PaidBy, ReturnReason
from guichet.registration.outbox import AnyMail, Effect, FormerAccount
from guichet.registration.paying import OFFLINE_PREFIX
from guichet.registration.ports import Records
from guichet.registration.refunds_told import RefundsTold
from guichet.registration.registration import PaidBy as ConfirmedBy
from guichet.registration.registration import Registration, RegistrationStatus
from guichet.registration.training import OfflineMethod, Training, TrainingStatus

_PROVIDERS = {"stripe": "Stripe", "paypal": "PayPal"}  # as people write them

_REASONS = {
    RefundReason.LATE_WITHOUT_SEAT: ReturnReason.NO_SEAT_LEFT,
    RefundReason.PAID_TWICE: ReturnReason.PAID_TWICE,
    RefundReason.REGISTRATION_ENDED: ReturnReason.CANCELLED,
    RefundReason.MISMATCHED: ReturnReason.NOT_AS_ASKED,
}


_UNSETTLED = frozenset({PaymentStatus.CAPTURING, PaymentStatus.PROCESSING})
_OF_ONE_PAYMENT = frozenset({MailKind.MONEY_RETURNED, MailKind.REFUNDED})


@dataclass(frozen=True, slots=True)
class Letters:
    """Gathers what the mails of one effect have to tell."""

    records: Records
    links: Links

    def about(self, effect: Effect) -> Told[MailFacts]:
        """The records as they are now: read once for all mails of the effect."""
        if effect.former_account is not None:
            account = self.records.account(effect.former_account.account_id)
            return AccountMatter(effect, effect.former_account, account, self.links)
        registration = self.records.registration(effect.registration_id or "")
        if registration is None:
            raise not_found("registration")
        training = self.records.training(registration.training_id)
        if training is None:
            raise not_found("training")
        payment_id = effect.payment_id or registration.paid_payment_id
        if MailKind.CANCELLED in effect.mails:  # one may still be on its way
            payment_id = payment_id or registration.last_payment_id
        payment = self.records.payment(payment_id) if payment_id else None
        return Matter(
            effect=effect,
            registration=registration,
            training=training,
            account=self.records.account(registration.account_id),
            payment=payment,
            refunds=RefundsTold.read(effect, registration, payment, self.records),
            links=self.links,
        )


@dataclass(frozen=True, slots=True)
class AccountMatter:
    """An organizer's account at a provider is no longer linked (PAY-5)."""

    effect: Effect
    former: FormerAccount
    account: Account
    links: Links

    def letter(self, mail: AnyMail) -> Letter[MailFacts]:
        account, former = self.account, self.former
        public_id = payment_account_id(former.account_id, former.provider)
        facts = MailFacts(
            kind=MailKind(mail),
            language=account.language,
            recipient_name=account.legal_name,
            time_zone=account.time_zone,
            organizer_legal_name=account.legal_name,
            organizer_email=account.email,
            occurred_at=self.effect.happened_at,
            link=f"{self.links.base_url}/organizer/payment-accounts/{public_id}",
            provider=_PROVIDERS[former.provider],
            provider_account_id=former.provider_account_id,
        )
        return Letter(facts, account.email, None)


@dataclass(frozen=True, slots=True)
class Matter:
    """What happened, to whom, for how much."""

    effect: Effect
    registration: Registration
    training: Training
    account: Account
    payment: Payment | None
    refunds: RefundsTold
    links: Links

    def letter(self, mail: AnyMail) -> Letter[MailFacts] | None:
        """The mail as the records tell it now; None where what it asks for is no longer asked."""
        return self._letter(MailKind(mail))

    def _letter(self, mail: MailKind) -> Letter[MailFacts] | None:
        offline = _offline(self.registration, self.training)
        if mail is MailKind.OFFLINE_INSTRUCTIONS and offline is None:
            return None  # another way of paying was chosen, or this one is no longer offered
        if self.refunds.is_over(mail):
            return None
        facts = self._facts(mail, offline)
        if mail.is_for_organizer:
            return Letter(facts, self.account.email, self.registration.email)
        return Letter(facts, self.registration.email, self.account.email)

    def _facts(self, mail: MailKind, offline: OfflineMethod | None) -> MailFacts:
        registration, training, account = self.registration, self.training, self.account
        payment, refunds, effect = self.payment, self.refunds, self.effect
        refund, dispute = refunds.refund, refunds.dispute
        capture = payment.capture if payment else None
        organizers = mail.is_for_organizer
        return MailFacts(
            kind=mail,
            language=account.language if organizers else registration.language,
            recipient_name=account.legal_name if organizers else registration.name,
            training_title=training.title,
            starts_at=training.starts_at,
            ends_at=training.ends_at,
            time_zone=training.time_zone,
            organizer_legal_name=account.legal_name,
            organizer_email=account.email,
            organizer_tax_note=account.tax_note,
            registration_id=registration.registration_id,
            registrant_name=registration.name,
            registrant_email=registration.email,
            occurred_at=effect.happened_at,
            price=registration.quote.price,
            discount=registration.quote.discount or None,
            paid=self._paid(mail, capture),
            reported=capture.amount if capture else None,
            returned=refunds.returned(mail),
            refunded_so_far=refunds.refunded_so_far,
            return_reason=_REASONS.get(refund.reason) if refund else None,
            method=_method(mail, registration, offline, capture),
            method_label=offline.label if offline else "",
            payment_reference=payment.payment_id if payment else registration.registration_id,
            link=self._link(mail, registration),
            valid_until=effect.valid_until,
            instructions=offline.instructions if offline else "",
            note=_note(mail, registration, refund),
            needs_approval=registration.status is RegistrationStatus.PENDING_APPROVAL,
            provider=_PROVIDERS[payment.provider] if payment else "",
            failure=(refund.failure or "") if refund else "",
            disputed=dispute.amount if dispute else None,
            dispute_status=dispute.status if dispute else None,
            dispute_fee=(dispute.fee or None) if dispute else None,
            training_cancelled=_is_for_training(mail, self.training, refund),
            payment_awaited=payment is not None and payment.status in _UNSETTLED,
            stays_registered=refunds.leaves_the_seat(mail),
        )

    def _paid(self, mail: MailKind, capture: Capture | None) -> Money | None:
        """What paid for the seat, or what the mail says goes back."""
        by_provider = self.registration.paid_by is ConfirmedBy.PROVIDER
        tells = self.refunds.returned(mail) is not None or mail is not MailKind.CANCELLED
        if capture is None or not (by_provider or (self.refunds.payment and tells)):
            return None
        return capture.amount

    def _link(self, mail: MailKind, registration: Registration) -> str:
        if mail is MailKind.EXPIRED:
            return f"{self.links.base_url}/trainings/{registration.training_id}"
        if mail.is_for_organizer:
            return f"{self.links.base_url}/organizer/registrations/{registration.registration_id}"
        return self.links.with_token(registration)


def _offline(registration: Registration, training: Training) -> OfflineMethod | None:
    method = registration.method or ""
    if not method.startswith(OFFLINE_PREFIX):
        return None
    return training.offline_method(method.removeprefix(OFFLINE_PREFIX))


def _note(mail: MailKind, registration: Registration, refund: Refund | None) -> str:
    """The organizer's own words to the registrant."""
    if mail is MailKind.REFUNDED:
        return (refund.note or "") if refund else ""
    return registration.note or ""


def _is_for_training(mail: MailKind, training: Training, refund: Refund | None) -> bool:
    """Whether it happened because the whole training was cancelled."""
    if mail is MailKind.REFUNDED:
        return refund is not None and refund.reason is RefundReason.TRAINING_CANCELLED
    return training.status is TrainingStatus.CANCELLED


def _method(
    mail: MailKind,
    registration: Registration,
    offline: OfflineMethod | None,
    capture: Capture | None,
) -> PaidBy | None:
    """How it was, or will be, paid; None where nobody has chosen yet."""
    if mail in _OF_ONE_PAYMENT and capture is not None:
        return _provider_method(capture)  # of the money that goes back, whatever paid for the seat
    match registration.paid_by:
        case ConfirmedBy.PROVIDER:
            return _provider_method(capture)
        case ConfirmedBy.NOTHING_DUE:
            return "free"
        case ConfirmedBy.HAND:
            return "offline" if offline else "by_hand"
        case None if offline:
            return "offline"
        case None:  # a confirmation that is taken back meanwhile said who confirmed
            return "by_hand" if mail is MailKind.CONFIRMED else None


def _provider_method(capture: Capture | None) -> PaidBy:
    match capture.method if capture is not None else CaptureMethod.CARD:
        case CaptureMethod.CARD:
            return "card"
        case CaptureMethod.BANK_DEBIT:
            return "bank_debit"
        case CaptureMethod.PAYPAL:
            return "paypal"
