"""PayPal as a `PaymentProvider`: orders that the buyer approves and we capture, refunds with our fee."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from guichet.adapters.http import Http
from guichet.adapters.paypal import reading, requests
from guichet.adapters.paypal.client import Budget, Json, PayPalClient
from guichet.adapters.paypal.errors import MAYBE_OURS, PayPalRefusedError, refused_capture
from guichet.adapters.paypal.fields import money
from guichet.clock import Clock, SystemClock
from guichet.money import Money
from guichet.payments.payment import Capture, Payment
from guichet.payments.ports import (
    NOT_REACHABLE,
    HostedSession,
    ProviderRefusedError,
    ProviderUnavailableError,
    RefundReport,
    SessionReport,
    SessionState,
    SessionTexts,
)
from guichet.payments.refund import Refund

_KEY_LIVES: Final = timedelta(days=44)  # PayPal keeps a refund's for 45, by its API reference
_OPEN: Final = frozenset({SessionState.UNPAID, SessionState.APPROVED})


class PayPalProvider:
    """Implements `PaymentProvider` on PayPal's orders, captured for the organizer's own account.

    Args:
        http: the seam through which all calls go.
        api_url: the API's root, such as `https://api-m.paypal.com`.
        client_id: the operator's.
        client_secrets: the next is used where PayPal refuses the first.
        environment: ours; it parts the invoice ids of deployments that share a seller.
        pause: waits that many seconds between tries.
        bn_code: the operator's partner attribution id, if there is one.
        elapsed: a clock that only runs forward, in seconds.
        budget_seconds: what one operation, with all its tries, may take.
        clock: tells when PayPal has forgotten a key; the machine's, unless told otherwise.
    """

    captures_itself = False  # a buyer's yes moves nothing: we capture

    def __init__(
        self,
        http: Http,
        *,
        api_url: str,
        client_id: str,
        client_secrets: Sequence[str],
        environment: str,
        pause: Callable[[float], None],
        bn_code: str | None = None,
        elapsed: Callable[[], float] = time.monotonic,
        budget_seconds: float = 10.0,
        clock: Clock | None = None,
    ) -> None:
        self.client = PayPalClient(
            http,
            api_url=api_url,
            client_id=client_id,
            client_secrets=client_secrets,
            pause=pause,
            bn_code=bn_code,
            elapsed=elapsed,
            budget_seconds=budget_seconds,
        )
        self._environment = environment
        self._clock = clock or SystemClock()

    def forget_token(self) -> None:
        """After a seller's consent: a token that was given before does not cover that seller."""
        self.client.forget_token()

    def session_body(
        self,
        *,
        payment_id: str,
        registration_id: str,
        attempt: int,
        method: str,
        payee: str,
        amount: Money,
        platform_fee: Money,
        ends_at: datetime,
        texts: SessionTexts,
    ) -> str:
        """The exact bytes that will open the order.

        Raises:
            Invalid: a currency or an amount that PayPal does not take.
        """
        del ends_at  # an order can't be told when to end: our own record refuses to capture it
        return requests.order_body(
            environment=self._environment,
            payment_id=payment_id,
            registration_id=registration_id,
            attempt=attempt,
            method=method,
            payee=payee,
            amount=amount,
            platform_fee=platform_fee,
            texts=texts,
        )

    def open_session(self, payment: Payment) -> HostedSession:
        answer = self.client.send(requests.open_order(payment), self.client.budget())
        return reading.hosted_session(answer)

    def ask(self, payment: Payment) -> SessionReport:
        """What became of it: the pending capture if there is one, else the order.

        Raises:
            PayPalRefusedError: `NOT_REACHABLE`, also where an order that we began to capture is gone.
        """
        budget = self.client.budget()
        if payment.pending_capture_id is not None:
            return self._ask_capture(payment, payment.pending_capture_id, budget)
        return self._ask_order(payment, budget)

    def end_session(self, payment: Payment) -> SessionReport:
        """Ask: an order can't be ended at PayPal, only left uncaptured by us (REG-4)."""
        return self.ask(payment)

    def capture(self, payment: Payment) -> SessionReport:
        """Take the money of an approved order, once: PayPal captures an order only once.

        Raises:
            ProviderUnavailableError: whether money moved is not known.
        """
        budget = self.client.budget()
        try:
            answer = self.client.send(requests.capture_order(payment), budget)
        except PayPalRefusedError as refused:
            if refused.code == NOT_REACHABLE:
                raise
            return self._after_refused_capture(payment, refused, budget)
        if not reading.is_whole(answer):
            return self._ask_what_came(payment, budget)
        report = reading.order_report(answer)
        if report.state in _OPEN:
            raise ProviderUnavailableError("PayPal accepted a capture and shows none")
        return report

    def refund_body(
        self, *, refund_id: str, payment_id: str, capture: Capture, amount: Money, fee: Money
    ) -> str:
        return requests.refund_body(
            environment=self._environment,
            refund_id=refund_id,
            payment_id=payment_id,
            capture=capture,
            amount=amount,
            fee=fee,
        )

    def fee_refund_body(self, *, refund_id: str, fee: Money) -> str | None:
        """Nothing: the fee goes back within the refund."""
        del refund_id, fee
        return None

    def refund(self, refund: Refund) -> RefundReport:
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
                raise
            found = self._find_refund(refund, budget)
            if found is not None:
                return found
            if "DUPLICATE_INVOICE_ID" in refused.issues:
                raise ProviderUnavailableError(
                    f"a refund that is not found: {refused}"
                ) from refused
            raise
        return self._refund_report(refund, answer, budget)

    def ask_refund(self, refund: Refund) -> RefundReport | None:
        """What became of it; None where the order shows no refund with our reference."""
        budget = self.client.budget()
        if refund.provider_refund_id is not None:
            return self._ask_refund(refund, refund.provider_refund_id, budget)
        return self._find_refund(refund, budget)

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

    def _ask_order(self, payment: Payment, budget: Budget) -> SessionReport:
        try:
            order = self.client.send(requests.get_order(payment.payee, payment.session_id), budget)
        except PayPalRefusedError as refused:
            # PayPal forgets an order whose time has passed. Money moves by our capture alone, so
            # an order that we never began to capture took none; of another that is not known.
            if refused.status == 404 and not payment.capture_count:
                return SessionReport(SessionState.ENDED)
            raise
        report = reading.order_report(order)
        if report.state is SessionState.APPROVED:
            other = reading.differences(order, payment)
            if other:
                raise ProviderRefusedError(
                    "order_differs", f"never to be captured: other {', '.join(other)}"
                )
        return report

    def _ask_what_came(self, payment: Payment, budget: Budget) -> SessionReport:
        """Of a capture that PayPal received: a question that is refused says nothing about it."""
        try:
            return self._ask_order(payment, budget)
        except ProviderRefusedError as error:
            raise ProviderUnavailableError(f"the question was refused: {error}") from error

    def _ask_capture(self, payment: Payment, capture_id: str, budget: Budget) -> SessionReport:
        """By its own id, as an order may be forgotten before a bank's answer; else by the order."""
        capture = self.client.send(requests.get_capture(payment.payee, capture_id), budget)
        if not reading.names_payee(capture):
            return self._ask_order(payment, budget)
        return reading.capture_report(capture, payment.session_id or "")

    def _after_refused_capture(
        self, payment: Payment, refused: PayPalRefusedError, budget: Budget
    ) -> SessionReport:
        """Money decides: the order itself is asked before a refusal is believed.

        Raises:
            ProviderUnavailableError: an issue that we don't know, of an order that is still open.
        """
        report = self._ask_what_came(payment, budget)
        if report.state not in _OPEN:
            return report
        meaning = refused_capture(refused.issues)
        if meaning is None:
            raise ProviderUnavailableError(f"a refusal that we don't know: {refused}") from refused
        return SessionReport(meaning)

    def _find_refund(self, refund: Refund, budget: Budget) -> RefundReport | None:
        """Among the refunds of its order: PayPal has no list of them, but an order shows its own."""
        capture = self.client.send(
            requests.get_capture(refund.payee, requests.refunded_capture(refund)), budget
        )
        order_id = reading.order_of(capture)
        if order_id is None:
            return None
        order = self.client.send(requests.get_order(refund.payee, order_id), budget)
        ours = requests.reference(refund.payment_id, refund.refund_id)
        found = reading.refund_known_as(order, ours)
        return None if found is None else self._ask_refund(refund, found, budget)

    def _ask_refund(self, refund: Refund, found: str, budget: Budget) -> RefundReport:
        answer = self.client.send(requests.get_refund(refund.payee, found), budget)
        return _report_of(refund, answer)

    def _refund_report(self, refund: Refund, answer: Json, budget: Budget) -> RefundReport:
        if reading.has_amounts(answer):
            return _report_of(refund, answer)
        return self._ask_refund(refund, reading.object_id(answer), budget)


def _report_of(refund: Refund, answer: Json) -> RefundReport:
    asked = requests.asked_fee(refund)
    fee = None if asked is None else money(asked)
    return reading.refund_report(answer, refund.amount, fee)
