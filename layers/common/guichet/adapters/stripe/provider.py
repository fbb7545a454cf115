"""Stripe as a `PaymentProvider`: hosted sessions, refunds, fees given back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

from guichet.adapters.http import Http
from guichet.adapters.stripe import finding, reading, requests
from guichet.adapters.stripe.client import Budget, Json, StripeClient
from guichet.adapters.stripe.errors import StripeRefusedError, refund_refusal
from guichet.adapters.stripe.listing import objects_of
from guichet.money import Money
from guichet.payments.attempt import Attempt, Capture
from guichet.payments.payment import Payment
from guichet.payments.ports import (
    FoundDispute,
    FoundRefund,
    HostedSession,
    ProviderRefusedError,
    ProviderUnavailableError,
    RefundReport,
    SessionReport,
    SessionState,
    SessionTexts,
)
from guichet.payments.refund import Refund, SentRefund


class StripeProvider:
    """Implements `PaymentProvider`: direct charges on Stripe Connect, or the operator's own.

    Args:
        http: the seam through which all calls go.
        api_url: the API's root, such as `https://api.stripe.com`.
        api_keys: the operator's secret keys; the second is used where Stripe refuses the first.
        pause: waits that many seconds between tries.
        elapsed: a clock that only runs forward, in seconds.
        budget_seconds: what one operation, with all its tries, may take.
    """

    def __init__(
        self,
        http: Http,
        *,
        api_url: str,
        api_keys: Sequence[str],
        pause: Callable[[float], None],
        elapsed: Callable[[], float] = time.monotonic,
        budget_seconds: float = 10.0,
    ) -> None:
        self._client = StripeClient(http, api_url, tuple(api_keys), pause, elapsed, budget_seconds)

    captures_itself = True

    def session_body(self, payment: Attempt, texts: SessionTexts) -> str:
        """The exact bytes that will open the session.

        Raises:
            Invalid: a currency or an amount that Stripe does not take.
        """
        return requests.session_form(payment, texts)

    def open_session(self, payment: Attempt) -> HostedSession:
        answer = self._client.send(requests.open_session(payment), self._client.budget())
        return reading.hosted_session(answer.json)

    def ask(self, payment: Attempt) -> SessionReport:
        return self._ask(payment, self._client.budget())

    def capture(self, payment: Attempt) -> SessionReport:
        """Stripe captures by itself: what came of it is all there is to know."""
        return self.ask(payment)

    def end_session(self, payment: Attempt) -> SessionReport:
        """Expire the session; where Stripe says that it is no longer open, ask what it is (BAD-16).

        Raises:
            ProviderUnavailableError: the session may still be open.
        """
        budget = self._client.budget()
        try:
            answer = self._client.send(requests.expire_session(payment), budget)
        except ProviderRefusedError:
            report = self._ask(payment, budget)
        else:
            report = reading.session_report(answer)
        if report.state is SessionState.UNPAID:
            raise ProviderUnavailableError("Stripe did not end the session")
        return report

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
        del fee, note  # the fee goes back by a call of its own; Stripe tells the buyer nothing
        return requests.refund_form(
            refund_id=refund_id, payment_id=payment_id, capture=capture, amount=amount
        )

    def fee_refund_body(self, *, refund_id: str, fee: Money) -> str:
        return requests.fee_refund_form(refund_id=refund_id, fee=fee)

    def refund(self, refund: SentRefund) -> RefundReport:
        """Send it, by its stored bytes and key.

        Raises:
            ProviderUnavailableError: what it did is unknown.
            ProviderRefusedError: a final no, in the words of `Refund.failure`.
        """
        try:
            answer = self._client.send(requests.create_refund(refund), self._client.budget())
        except StripeRefusedError as refused:
            raise refund_refusal(refused) from refused
        return _report_of(refund, answer.json)

    def ask_refund(self, refund: SentRefund) -> RefundReport | None:
        """What became of it; None where Stripe never received it."""
        budget = self._client.budget()
        if refund.provider_refund_id is not None:
            answer = self._client.send(requests.get_refund(refund), budget)
            return _report_of(refund, answer.json)
        listed = objects_of(
            self._client, lambda after: requests.list_refunds(refund, after), budget
        )
        found = _ours(listed, refund.refund_id)
        return None if found is None else _report_of(refund, found)

    def ask_returned_fee(self, refund: Refund) -> str | None:
        return self._returned_fee(refund, self._client.budget())

    def return_fee(self, refund: Refund) -> str:
        """Give the fee back once: Stripe is asked first, as its key is forgotten after a day (BAD-11)."""
        if refund.platform_fee_id is None or refund.fee_request_body is None:
            raise ProviderRefusedError("platform_fee_unknown", "there is no fee to return")
        budget = self._client.budget()
        earlier = self._returned_fee(refund, budget)
        if earlier is not None:
            return earlier
        made = self._client.send(requests.refund_fee(refund), budget).json
        return reading.object_id(reading.require_amount(made, refund.fee))

    def find_refund(self, provider_refund_id: str, *, payee: str) -> FoundRefund:
        call = requests.find_refund(provider_refund_id, payee)
        return finding.found_refund(self._client.send(call, self._client.budget()).json)

    def find_dispute(self, provider_dispute_id: str, *, payee: str) -> FoundDispute:
        call = requests.find_dispute(provider_dispute_id, payee)
        return finding.found_dispute(self._client.send(call, self._client.budget()).json)

    def disputes_of(self, capture_id: str, *, payee: str) -> list[FoundDispute]:
        """All disputes of one charge, the newest first."""
        listed = objects_of(
            self._client,
            lambda after: requests.list_disputes(capture_id, payee, after),
            self._client.budget(),
        )
        return [finding.found_dispute(each) for each in listed]

    def fee_returned_there(self, payment: Payment) -> Money:
        """The refunds of the application fee that carry no refund of ours (RFD-4)."""
        nothing = Money(0, payment.amount.currency)
        fee_id = None if payment.capture is None else payment.capture.platform_fee_id
        if fee_id is None:
            return nothing
        listed = self._fee_refunds(fee_id, self._client.budget())
        theirs = (each for each in listed if reading.metadata_of(each, "refund_id") is None)
        return sum((finding.fee_given_back(each) for each in theirs), nothing)

    def _fee_refunds(self, fee_id: str, budget: Budget) -> Iterator[Json]:
        return objects_of(
            self._client, lambda after: requests.list_fee_refunds(fee_id, after), budget
        )

    def _returned_fee(self, refund: Refund, budget: Budget) -> str | None:
        if refund.platform_fee_id is None:
            return None
        listed = self._fee_refunds(refund.platform_fee_id, budget)
        found = _ours(listed, refund.refund_id)
        return (
            None if found is None else reading.object_id(reading.require_amount(found, refund.fee))
        )

    def _ask(self, payment: Attempt, budget: Budget) -> SessionReport:
        return reading.session_report(self._client.send(requests.get_session(payment), budget))


def _report_of(refund: SentRefund, found: Json) -> RefundReport:
    return reading.refund_report(reading.require_amount(found, refund.amount))


def _ours(listed: Iterator[Json], refund_id: str) -> Json | None:
    """The object that carries our refund's id."""
    return next(
        (each for each in listed if reading.metadata_of(each, "refund_id") == refund_id), None
    )
