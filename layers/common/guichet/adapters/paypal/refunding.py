"""PayPal's refunds: ours with their share of the fee, and those that were made at PayPal itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from guichet.adapters.paypal import found, reading, requests
from guichet.adapters.paypal.client import Budget, Json, PayPalClient
from guichet.adapters.paypal.errors import MAYBE_OURS, PayPalRefusedError, refused_refund
from guichet.adapters.paypal.fields import money
from guichet.clock import Clock
from guichet.money import Money
from guichet.payments.payment import Capture, Payment
from guichet.payments.ports import (
    FoundRefund,
    ProviderRefusedError,
    ProviderUnavailableError,
    RefundReport,
)
from guichet.payments.refund import Refund, SentRefund

_KEY_LIVES: Final = timedelta(days=44)  # PayPal keeps a refund's for 45, by its API reference


class Refunding:
    """The part of `PayPalProvider` that returns money and asks what was returned."""

    client: PayPalClient
    _environment: str
    _clock: Clock

    def refund_body(
        self,
        *,
        refund_id: str,
        payment_id: str,
        capture: Capture,
        amount: Money,
        fee: Money,
        note: str | None = None,
    ) -> str:
        return requests.refund_body(
            environment=self._environment,
            refund_id=refund_id,
            payment_id=payment_id,
            capture=capture,
            amount=amount,
            fee=fee,
            note=note,
        )

    def fee_refund_body(self, *, refund_id: str, fee: Money) -> str | None:
        """Nothing: the fee goes back within the refund."""
        del refund_id, fee
        return None

    def refund(self, refund: SentRefund) -> RefundReport:
        """Send the refund; the same bytes under the same key return the money once.

        Raises:
            ProviderUnavailableError: also where the key is too old to be safe (BAD-11): a person
                looks at PayPal before anything is sent again.
        """
        sent_at = refund.first_sent_at
        if sent_at is not None and self._clock.now() >= sent_at + _KEY_LIVES:
            raise ProviderUnavailableError("PayPal may have forgotten the key of this refund")
        budget = self.client.budget()
        try:
            answer = self.client.send(requests.create_refund(refund), budget)
        except PayPalRefusedError as refused:
            if MAYBE_OURS.isdisjoint(refused.issues):
                raise refused_refund(refused) from refused
            sent_before = self._find_ours(refund, budget)
            if sent_before is not None:
                return sent_before
            if "DUPLICATE_INVOICE_ID" in refused.issues:
                raise ProviderUnavailableError(
                    f"a refund that is not found: {refused}"
                ) from refused
            raise refused_refund(refused) from refused
        return self._refund_report(refund, answer, budget)

    def ask_refund(self, refund: SentRefund) -> RefundReport | None:
        """What became of it; None where the order shows no refund with our reference."""
        budget = self.client.budget()
        if refund.provider_refund_id is not None:
            return self._ask_refund(refund, refund.provider_refund_id, budget)
        if not refund.is_ours:
            return None  # a lost dispute: it is asked about as such
        return self._find_ours(refund, budget)

    def ask_returned_fee(self, refund: Refund) -> str | None:
        report = self.ask_refund(refund)
        return None if report is None else report.provider_fee_refund_id

    def return_fee(self, refund: Refund) -> str:
        """The fee went back within the refund: ask whether it did.

        Raises:
            ProviderUnavailableError: the refund has not succeeded.
            ProviderRefusedError: the refund was sent without a fee.
        """
        if requests.asked_fee(refund) is None:
            raise ProviderRefusedError("platform_fee_unknown", "the refund asked for no fee")
        fee_refund_id = self.ask_returned_fee(refund)
        if fee_refund_id is None:
            raise ProviderUnavailableError("the refund, and the fee in it, has not gone back")
        return fee_refund_id

    def find_refund(self, provider_refund_id: str, *, payee: str) -> FoundRefund:
        """A refund by PayPal's id; its capture says which payment of ours it belongs to (RFD-4).

        Args:
            provider_refund_id: PayPal's.
            payee: whose refund it is; empty where the event did not say: then we ask for
                ourselves, who made the order.
        """
        budget = self.client.budget()
        refund = self.client.send(requests.get_refund(payee, provider_refund_id), budget)
        capture_id = found.capture_of(refund)
        capture = self.client.send(requests.get_capture(payee, capture_id), budget)
        return found.refund_found(refund, capture)

    def fee_returned_there(self, payment: Payment) -> Money:
        """Nothing: PayPal gives a fee back within a refund alone, and `find_refund` tells of it."""
        return payment.amount.zero()

    def _find_ours(self, refund: SentRefund, budget: Budget) -> RefundReport | None:
        """Among the refunds of its order: PayPal has no list of them, but an order shows its own."""
        capture = self.client.send(
            requests.get_capture(refund.on_behalf_of, requests.refunded_capture(refund)), budget
        )
        order_id = reading.order_of(capture)
        if order_id is None:
            return None
        order = self.client.send(requests.get_order(refund.on_behalf_of, order_id), budget)
        ours = requests.reference(refund.payment_id, refund.refund_id)
        known_as = reading.refund_known_as(order, ours)
        return None if known_as is None else self._ask_refund(refund, known_as, budget)

    def _ask_refund(self, refund: SentRefund, known_as: str, budget: Budget) -> RefundReport:
        answer = self.client.send(requests.get_refund(refund.on_behalf_of, known_as), budget)
        return _report_of(refund, answer)

    def _refund_report(self, refund: SentRefund, answer: Json, budget: Budget) -> RefundReport:
        if reading.has_amounts(answer):
            return _report_of(refund, answer)
        return self._ask_refund(refund, reading.object_id(answer), budget)


def _report_of(refund: SentRefund, answer: Json) -> RefundReport:
    """Of a refund that was made at PayPal, the fee in it is what it is: nobody asked for any."""
    if not refund.is_ours:
        within = found.fee_in(answer, refund.amount.currency)
        return reading.refund_report(answer, refund.amount, within or None)
    asked = requests.asked_fee(refund)
    fee = None if asked is None else money(asked)
    return reading.refund_report(answer, refund.amount, fee)
