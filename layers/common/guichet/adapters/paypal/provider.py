"""PayPal as a `PaymentProvider`: orders that the buyer approves and we capture, refunds with our fee."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final

from guichet.adapters.http import Http
from guichet.adapters.paypal import reading, requests
from guichet.adapters.paypal.client import Budget, PayPalClient
from guichet.adapters.paypal.disputing import Disputing
from guichet.adapters.paypal.errors import PayPalRefusedError, refused_capture
from guichet.adapters.paypal.refunding import Refunding
from guichet.clock import Clock, SystemClock
from guichet.payments.attempt import Attempt
from guichet.payments.ports import (
    NOT_REACHABLE,
    HostedSession,
    ProviderRefusedError,
    ProviderUnavailableError,
    SessionReport,
    SessionState,
    SessionTexts,
)

_OPEN: Final = frozenset({SessionState.UNPAID, SessionState.APPROVED})


class PayPalProvider(Refunding, Disputing):
    """Implements `PaymentProvider` on PayPal's orders, captured for the account that they are paid to.

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

    def session_body(self, payment: Attempt, texts: SessionTexts) -> str:
        """The exact bytes that will open the order.

        Raises:
            Invalid: a currency or an amount that PayPal does not take.
        """
        # An order can't be told when to end: our own record refuses to capture it.
        return requests.order_body(payment, texts, environment=self._environment)

    def open_session(self, payment: Attempt) -> HostedSession:
        answer = self.client.send(requests.open_order(payment), self.client.budget())
        return reading.hosted_session(answer)

    def ask(self, payment: Attempt) -> SessionReport:
        """What became of it: the pending capture if there is one, else the order.

        Raises:
            PayPalRefusedError: `NOT_REACHABLE`, also where an order that we began to capture is gone.
        """
        budget = self.client.budget()
        if payment.pending_capture_id is not None:
            return self._ask_capture(payment, payment.pending_capture_id, budget)
        return self._ask_order(payment, budget)

    def end_session(self, payment: Attempt) -> SessionReport:
        """Ask: an order can't be ended at PayPal, only left uncaptured by us (REG-4)."""
        return self.ask(payment)

    def capture(self, payment: Attempt) -> SessionReport:
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

    def _ask_order(self, payment: Attempt, budget: Budget) -> SessionReport:
        try:
            order = self.client.send(
                requests.get_order(payment.on_behalf_of, payment.session_id), budget
            )
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

    def _ask_what_came(self, payment: Attempt, budget: Budget) -> SessionReport:
        """Of a capture that PayPal received: a question that is refused says nothing about it."""
        try:
            return self._ask_order(payment, budget)
        except ProviderRefusedError as error:
            raise ProviderUnavailableError(f"the question was refused: {error}") from error

    def _ask_capture(self, payment: Attempt, capture_id: str, budget: Budget) -> SessionReport:
        """By its own id, as an order may be forgotten before a bank's answer; else by the order."""
        capture = self.client.send(requests.get_capture(payment.on_behalf_of, capture_id), budget)
        if not reading.names_payee(capture):
            return self._ask_order(payment, budget)
        return reading.capture_report(capture, payment.session_id or "")

    def _after_refused_capture(
        self, payment: Attempt, refused: PayPalRefusedError, budget: Budget
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
