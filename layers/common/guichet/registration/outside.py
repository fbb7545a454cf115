"""Refunds made at the provider, and disputes: whoever tells of them, recorded once (RFD-4, BAD-13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from guichet.ledger.journal import Cause
from guichet.money import Money
from guichet.payments.payment import Capture, Payment
from guichet.payments.ports import FoundDispute, FoundRefund
from guichet.payments.refund import Refund, RefundReason, RefundStatus
from guichet.payments.refunds_so_far import RefundsSoFar
from guichet.payments.unavailable import provider_unavailable
from guichet.registration.disputing import Disputed, Outcome, outcome_of
from guichet.registration.made_there import less, made_there, owing, recorded, with_fee_inside
from guichet.registration.naming import outside_refund_id
from guichet.registration.ports import Records, RefundCounted
from guichet.registration.refunding import Refunding
from guichet.registration.registration import RegistrationStatus
from guichet.registration.settling import Settling
from guichet.retrying import with_fresh_state


@dataclass(frozen=True, slots=True)
class Outside:
    """What happened to a payment without us, asked about at its provider and written down.

    Every call may raise:
        ProviderUnavailableError: the provider does not answer.
        ProviderRefusedError: it knows no such thing, or the account is closed to us.
        Unavailable: the payment's own capture, or a fee, can't be settled now; ask again later.
    """

    settling: Settling
    refunding: Refunding

    @property
    def records(self) -> Records:
        return self.settling.records

    def refund(self, provider: str, provider_refund_id: str, payee: str, cause: Cause) -> None:
        """Record a refund that may be ours or not; a repeat, or one of nobody's, changes nothing."""
        found = self.settling.providers[provider].find_refund(provider_refund_id, payee=payee)
        payment, capture = self._captured(found.payment_id, payee, found.capture_id, cause)
        if payment is None or capture is None:
            return
        if found.refund_id and self._is_ours(payment, found.refund_id, provider_refund_id, cause):
            return
        refund_id = outside_refund_id(provider, provider_refund_id)
        is_new = with_fresh_state(lambda: self._record(payment, capture, refund_id, found, cause))
        if is_new:
            self.refunding.proceed(payment.payment_id, refund_id, cause)
        else:
            self.refunding.ask(payment.payment_id, refund_id, cause)

    def _is_ours(
        self, payment: Payment, refund_id: str, provider_refund_id: str, cause: Cause
    ) -> bool:
        """Whether it is the one of ours that it claims to be, which is then asked about."""
        claimed = self.records.refund(payment.payment_id, refund_id)
        if claimed is None or claimed.provider_refund_id not in {None, provider_refund_id}:
            return False
        self.refunding.ask(payment.payment_id, refund_id, cause)
        asked = self.records.refund(payment.payment_id, refund_id) or claimed
        if asked.provider_refund_id is None and asked.is_in_progress:
            raise provider_unavailable(None)  # it may still turn out to be
        return asked.provider_refund_id == provider_refund_id

    def dispute(self, provider: str, provider_dispute_id: str, payee: str, cause: Cause) -> None:
        """Record a dispute as it stands now; a lost one has returned the money (RFD-4)."""
        found = self.settling.providers[provider].find_dispute(provider_dispute_id, payee=payee)
        self._disputed(found, payee, cause)

    def reversal(self, provider: str, capture_id: str, payee: str, cause: Cause) -> bool:
        """Record the disputes that took a capture back; answers whether there is one."""
        disputes = self.settling.providers[provider].disputes_of(capture_id, payee=payee)
        for found in disputes:
            self._disputed(found, payee, cause)
        return bool(disputes)

    def _captured(
        self, payment_id: str | None, payee: str, capture_id: str, cause: Cause
    ) -> tuple[Payment | None, Capture | None]:
        """The payment of ours that the provider's object belongs to.

        What it says of its payment an organizer can edit: the payee, where one was asked, and the
        capture must agree.
        """
        payment = None if payment_id is None else self.records.payment(payment_id)
        if payment is None or payee not in {"", payment.payee}:
            return None, None
        if payment.capture is None:
            self.settling.ask(payment.payment_id, cause)  # its own news may have been lost
            payment = self.records.payment(payment.payment_id)
        capture = None if payment is None else payment.capture
        if capture is None or capture.capture_id != capture_id:
            return None, None
        return payment, capture

    def _record(
        self, payment: Payment, capture: Capture, refund_id: str, found: FoundRefund, cause: Cause
    ) -> bool:
        """Store it; False where it is known, or failed before we heard of it and moved nothing."""
        file = self.records.refunds_of(payment.payment_id)
        if any(each.refund_id == refund_id for each in file.refunds):
            return False
        if found.status is RefundStatus.FAILED:
            return False
        so_far = RefundsSoFar(capture, file.refunds, file.disputes)
        refund = replace(
            made_there(
                payment,
                capture,
                refund_id=refund_id,
                amount=found.amount,
                reason=RefundReason.OUTSIDE,
                now=cause.at,
            ),
            made_at=found.made_at,
            status=found.status,
            provider_refund_id=found.provider_refund_id,
            provider_fee_returned=found.provider_fee_returned,
        )
        if found.fee_returned:
            refund = with_fee_inside(refund, so_far, found.fee_returned)
        else:
            provider = self.settling.providers[payment.provider]
            there = self._returned_there(payment, file.refunds)
            refund = owing(refund, so_far, provider, returned_there=there)
        after = RefundsSoFar(capture, (*file.refunds, refund), file.disputes)
        change = recorded(refund, after, pays_the_seat=self._pays_the_seat(payment))
        self.records.save(cause, [change], [RefundCounted(payment.payment_id, file.count)])
        return True

    def _returned_there(self, payment: Payment, others: Sequence[Refund]) -> Money:
        """What the provider gave back of the fee by itself, as far as no other refund says so."""
        there = self.settling.providers[payment.provider].fee_returned_there(payment)
        for each in others:
            there = less(there, each.fee_returned_there or there.zero())
        return there

    def _pays_the_seat(self, payment: Payment) -> bool:
        registration = self.records.registration(payment.registration_id)
        return (
            registration is not None
            and registration.status is RegistrationStatus.CONFIRMED
            and registration.paid_payment_id == payment.payment_id
        )

    def _disputed(self, found: FoundDispute, payee: str, cause: Cause) -> None:
        payment, capture = self._captured(found.payment_id, payee, found.capture_id, cause)
        if payment is None or capture is None:
            return

        def record() -> Outcome:
            file = self.records.refunds_of(payment.payment_id)
            provider = self.settling.providers[payment.provider]
            # Asked after reading: an answer older than what is written must not overwrite it.
            fresh = provider.find_dispute(found.provider_dispute_id, payee=payee)
            pays = self._pays_the_seat(payment)
            disputed = Disputed(payment, capture, file, fresh, pays)
            outcome = outcome_of(disputed, provider=provider, refunding=self.refunding)
            if outcome.changes:
                self.records.save(cause, outcome.changes, outcome.steps)
            return outcome

        chargeback = with_fresh_state(record).chargeback
        if chargeback is not None:
            self.refunding.proceed(payment.payment_id, chargeback.refund_id, cause)
