"""Stripe as a `MethodProvider`: stored methods of the operator's own customers, and their charges."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from guichet.adapters.http import Http
from guichet.adapters.stripe import finding, method_reading, method_requests, reading
from guichet.adapters.stripe.client import Budget, Json, StripeClient
from guichet.adapters.stripe.errors import StripeRefusedError
from guichet.adapters.stripe.listing import objects_of
from guichet.clock import Clock, SystemClock
from guichet.payments.dispute import DisputeStatus
from guichet.payments.ports import (
    HostedSession,
    ProviderRefusedError,
    ProviderUnavailableError,
    SessionTexts,
)
from guichet.payments.stored_method import (
    ChargeReport,
    ChargeState,
    MethodCharge,
    MethodSetup,
    MethodToken,
    SetupReport,
    SetupState,
)

# Stripe forgets a key no sooner than a day after it was first used. In the hour before that nothing
# is sent under it any more: what is not there a day later will never be.
_LAST_REPEAT: Final = timedelta(hours=23)
_CERTAIN: Final = timedelta(hours=24)
_GONE: Final = frozenset({"missing_at_provider", "account_not_reachable"})


class StripeMethods:
    """Implements `MethodProvider`: no account is named, no fee is taken (docs/decisions/0022).

    Args:
        http: the seam through which all calls go.
        api_url: the API's root, such as `https://api.stripe.com`.
        api_keys: the selling entity's secret keys; the second is used where Stripe refuses the first.
        pause: waits that many seconds between tries.
        elapsed: a clock that only runs forward, in seconds.
        budget_seconds: what one operation, with all its tries, may take.
        clock: tells when Stripe has forgotten a key; the machine's, unless told otherwise.
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
        clock: Clock | None = None,
    ) -> None:
        self._client = StripeClient(http, api_url, tuple(api_keys), pause, elapsed, budget_seconds)
        self._clock = clock or SystemClock()

    def customer_body(self, setup: MethodSetup, *, email: str, name: str) -> str:
        return method_requests.customer_form(setup, email=email, name=name)

    def make_customer(self, setup: MethodSetup) -> str:
        call = method_requests.make_customer(setup)
        return reading.object_id(self._client.send(call, self._client.budget()).json)

    def setup_body(self, setup: MethodSetup, texts: SessionTexts) -> str:
        return method_requests.setup_form(setup, texts)

    def open_setup(self, setup: MethodSetup) -> HostedSession:
        call = method_requests.open_setup(setup)
        return reading.hosted_session(self._client.send(call, self._client.budget()).json)

    def ask_setup(self, setup: MethodSetup) -> SetupReport:
        return self._ask_setup(setup, self._client.budget())

    def end_setup(self, setup: MethodSetup) -> SetupReport:
        """Expire the page; where Stripe says that it is no longer open, ask what it is.

        Raises:
            ProviderUnavailableError: the customer may still agree.
        """
        budget = self._client.budget()
        try:
            answer = self._client.send(method_requests.expire_setup(setup), budget)
        except ProviderRefusedError:
            report = self._ask_setup(setup, budget)
        else:
            report = method_reading.setup_report(answer.json)
        if report.state is SetupState.OPEN:
            raise ProviderUnavailableError("Stripe did not end the setup")
        return report

    def detach(self, token: MethodToken) -> None:
        """Forget it. Stripe refuses to detach what is attached to nobody: then it is looked at."""
        budget = self._client.budget()
        try:
            self._client.send(method_requests.detach(token), budget)
        except ProviderRefusedError as refused:
            if refused.code in _GONE:
                return
            method = self._client.send(method_requests.get_method(token), budget).json
            if not method_reading.is_detached(method):
                raise

    def find_method(self, token: MethodToken) -> SetupReport:
        return self._find_method(token, self._client.budget())

    def _find_method(self, token: MethodToken, budget: Budget) -> SetupReport:
        try:
            answer = self._client.send(method_requests.get_method(token), budget)
        except StripeRefusedError as refused:
            if refused.code == "missing_at_provider":
                return SetupReport(SetupState.ENDED)
            raise
        return method_reading.method_report(answer.json, token)

    def charge_body(self, charge: MethodCharge, *, description: str, return_url: str) -> str:
        return method_requests.charge_form(charge, description=description, return_url=return_url)

    def charge(self, charge: MethodCharge) -> ChargeReport:
        """Take the money. Where the bank asks for the customer, the page that asks is opened too.

        After its key's life nothing is sent any more, only asked.

        Raises:
            ProviderUnavailableError: whether money moved is not known.
            ProviderRefusedError: no money moved, and this charge will never move any.
        """
        budget = self._client.budget()
        if self._age(charge) >= _LAST_REPEAT:
            return self._certain(charge, self._find(charge, budget))
        report = self._take(charge, budget)
        return self._with_page(charge, report, budget)

    def open_action(self, charge: MethodCharge) -> ChargeReport:
        budget = self._client.budget()
        return self._with_page(charge, self._find(charge, budget), budget)

    def ask_charge(self, charge: MethodCharge) -> ChargeReport:
        """By its id, else in the customer's list, else by sending the same bytes once more.

        Raises:
            ProviderUnavailableError: also between the last repeat and the end of its key.
        """
        budget = self._client.budget()
        found = self._find(charge, budget)
        if found.state is not ChargeState.ABSENT or self._age(charge) >= _LAST_REPEAT:
            return self._certain(charge, found)
        return self._with_page(charge, self._take(charge, budget), budget)

    def cancel_charge(self, charge: MethodCharge) -> ChargeReport:
        """End what waits for the customer; what is paid, or on its way, stays as it is.

        Raises:
            ProviderUnavailableError: it may still be paid.
        """
        budget = self._client.budget()
        found = self._certain(charge, self._find(charge, budget))
        if found.state not in {ChargeState.REQUIRES_ACTION, ChargeState.DECLINED}:
            return found
        try:
            answer = self._client.send(method_requests.cancel_charge(found.charge_id), budget)
        except ProviderRefusedError:
            report = self._ask(found.charge_id, budget)
        else:
            report = method_reading.charge_report(answer)
        if report.state in {ChargeState.REQUIRES_ACTION, ChargeState.DECLINED}:
            raise ProviderUnavailableError("Stripe did not cancel the charge")
        return report

    def _age(self, charge: MethodCharge) -> timedelta:
        return self._clock.now() - charge.started_at

    def _certain(self, charge: MethodCharge, found: ChargeReport) -> ChargeReport:
        """What was found, once nothing that was sent can still arrive.

        Raises:
            ProviderUnavailableError: nothing was found, and it is too soon to say so.
        """
        if found.state is ChargeState.ABSENT and self._age(charge) < _CERTAIN:
            raise ProviderUnavailableError("it is too soon to tell that Stripe never received it")
        return found

    def _ask_setup(self, setup: MethodSetup, budget: Budget) -> SetupReport:
        answer = self._client.send(method_requests.get_setup(setup), budget)
        return method_reading.setup_report(answer.json)

    def _take(self, charge: MethodCharge, budget: Budget) -> ChargeReport:
        """Send the stored bytes. A refusal is a snapshot: the intent that it left says what is now."""
        try:
            answer = self._client.send(method_requests.take(charge), budget)
        except StripeRefusedError as refused:
            if refused.problem.intent_id:
                return self._ask_refused(refused, budget)
            declined = method_reading.refused_charge(refused.problem)
            if declined is not None:
                return declined
            # Of a method that was detached Stripe's refusal names neither a code nor a parameter.
            if self._find_method(charge.method, budget).state is SetupState.STORED:
                raise
            return method_reading.GONE
        # The answer to a repeat is that of the first time: what was not decided then is asked again.
        report = method_reading.charge_report(answer)
        return report if report.state is ChargeState.PAID else self._ask(report.charge_id, budget)

    def _ask_refused(self, refused: StripeRefusedError, budget: Budget) -> ChargeReport:
        """What the intent behind a refusal is, in the refusal's words where it was declined."""
        report = self._ask(refused.problem.intent_id, budget)
        if report.state is not ChargeState.DECLINED:
            return report
        said = method_reading.refused_charge(refused.problem)
        return replace(report, is_final=report.is_final or (said is not None and said.is_final))

    def _with_page(
        self, charge: MethodCharge, report: ChargeReport, budget: Budget
    ) -> ChargeReport:
        """The same charge with the page of the customer's bank, where that asks for them.

        Without one it stays as it is: whoever opens the link asks anew.
        """
        if report.state is not ChargeState.REQUIRES_ACTION or report.action_url is not None:
            return report
        call = method_requests.confirm_with_customer(charge, report.charge_id)
        try:
            answer = self._client.send(call, budget)
        except (ProviderRefusedError, ProviderUnavailableError):
            return self._ask(report.charge_id, budget)
        return method_reading.charge_report(answer)

    def _find(self, charge: MethodCharge, budget: Budget) -> ChargeReport:
        """By its id, else in the customer's list; `ABSENT` where it is not there, or not yet."""
        intent_id = charge.provider_charge_id
        if intent_id is None:
            listed = objects_of(
                self._client, lambda after: method_requests.list_charges(charge, after), budget
            )
            ours = next((each for each in listed if _is_of(each, charge)), None)
            if ours is None:
                return ChargeReport(state=ChargeState.ABSENT)
            intent_id = reading.object_id(ours)
        return self._ask(intent_id, budget)

    def _ask(self, intent_id: str | None, budget: Budget) -> ChargeReport:
        answer = self._client.send(method_requests.get_charge(intent_id), budget)
        report = method_reading.charge_report(answer)
        capture = report.capture
        if capture is None or not method_reading.is_disputed(answer.json):
            return report
        listed = objects_of(
            self._client,
            lambda after: method_requests.list_disputes(capture.capture_id, after),
            budget,
        )
        disputes = (finding.found_dispute(each) for each in listed)
        lost = next((each for each in disputes if each.status is DisputeStatus.LOST), None)
        if lost is None:
            return report
        return replace(report, state=ChargeState.RETURNED, return_fee=lost.fee)


def _is_of(intent: Json, charge: MethodCharge) -> bool:
    return (
        reading.metadata_of(intent, "payment_id") == charge.payment_id
        and reading.metadata_of(intent, "charge_key") == charge.charge_key
    )
