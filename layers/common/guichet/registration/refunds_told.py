"""What mails tell of money that goes back: which refund or dispute, how much, how much so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from guichet.money import Money
from guichet.payments.dispute import Dispute
from guichet.payments.payment import Payment
from guichet.payments.refund import Refund, RefundReason, RefundStatus
from guichet.payments.refunds_so_far import RefundsSoFar
from guichet.registration.mails import MailKind
from guichet.registration.naming import return_id
from guichet.registration.outbox import Effect
from guichet.registration.ports import Records, RefundsFound
from guichet.registration.registration import Registration, RegistrationStatus
from guichet.retrying import with_fresh_state

# They need the payment's refunds; a cancelled registration may have one on its way.
_TELLS_OF_REFUNDS: Final = frozenset(
    {
        MailKind.MONEY_RETURNED,
        MailKind.REFUNDED,
        MailKind.CANCELLED,
        MailKind.ORGANIZER_REFUND_FAILED,
        MailKind.ORGANIZER_REFUNDED_OUTSIDE,
        MailKind.ORGANIZER_DISPUTE_OPENED,
        MailKind.ORGANIZER_DISPUTE_CLOSED,
    }
)


@dataclass(frozen=True, slots=True)
class RefundsTold:
    """What one effect has to tell of a payment's refunds and disputes, as they are now."""

    effect: Effect
    registration: Registration
    payment: Payment | None = None
    found: RefundsFound = field(default_factory=RefundsFound)

    @classmethod
    def read(
        cls, effect: Effect, registration: Registration, payment: Payment | None, records: Records
    ) -> RefundsTold:
        """Nothing is read where no mail of the effect needs it."""
        captured = payment is not None and payment.capture is not None
        if payment is None or not captured or _TELLS_OF_REFUNDS.isdisjoint(effect.mails):
            return cls(effect, registration)
        found = with_fresh_state(lambda: records.refunds_of(payment.payment_id))
        return cls(effect, registration, payment, found)

    @property
    def refund(self) -> Refund | None:
        """The very refund that the effect is about."""
        wanted = self.effect.refund_id or (self.payment and return_id(self.payment.payment_id))
        return next((each for each in self.found.refunds if each.refund_id == wanted), None)

    @property
    def dispute(self) -> Dispute | None:
        wanted = self.effect.dispute_id
        return next((each for each in self.found.disputes if each.dispute_id == wanted), None)

    @property
    def so_far(self) -> RefundsSoFar | None:
        if self.payment is None or self.payment.capture is None:
            return None
        return RefundsSoFar(self.payment.capture, self.found.refunds, self.found.disputes)

    @property
    def refunded_so_far(self) -> Money | None:
        return self.so_far.refunded if self.so_far else None

    def returned(self, mail: MailKind) -> Money | None:
        """The amount of the refund; to somebody whose registration ended, what goes back for that."""
        if mail is not MailKind.CANCELLED:
            return self.refund.amount if self.refund else None
        parts = [
            each.amount
            for each in self.found.refunds
            if each.status is not RefundStatus.FAILED
            and each.requested_at >= self.effect.happened_at
        ]
        return sum(parts[1:], start=parts[0]) if parts else None

    def leaves_the_seat(self, mail: MailKind) -> bool:
        """Whether the registrant still has a seat; the organizer is asked where nothing paid for it."""
        if mail is MailKind.REFUNDED:
            return self.registration.status is RegistrationStatus.CONFIRMED
        return self.asks_to_cancel

    def is_over(self, mail: MailKind) -> bool:
        """Whether the mail has nothing to tell any more, or another one tells it."""
        refund, dispute = self.refund, self.dispute
        match mail:
            case MailKind.REFUNDED:  # it has failed meanwhile: the organizer is told
                return refund is None or refund.status is RefundStatus.FAILED
            case MailKind.ORGANIZER_REFUNDED_OUTSIDE:  # a lost dispute's own mail asks the same
                by_bank = refund is None or refund.reason is RefundReason.CHARGEBACK
                return by_bank or not self.asks_to_cancel
            case MailKind.ORGANIZER_DISPUTE_OPENED:
                return dispute is None or not dispute.is_open
            case MailKind.ORGANIZER_DISPUTE_CLOSED:
                return dispute is None or dispute.is_open
            case MailKind.ORGANIZER_REFUND_FAILED:
                return refund is None
            case _:
                return False

    @property
    def asks_to_cancel(self) -> bool:
        """Whether the payment that holds the seat went back whole from outside (RFD-7, BAD-6)."""
        so_far, payment = self.so_far, self.payment
        if so_far is None or payment is None or so_far.left:
            return False
        is_confirmed = self.registration.status is RegistrationStatus.CONFIRMED
        return is_confirmed and self.registration.paid_payment_id == payment.payment_id
