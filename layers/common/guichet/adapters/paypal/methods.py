"""PayPal as a `MethodProvider`: accounts in its vault, and orders that are paid from there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from http import HTTPStatus
from typing import Final

from guichet.adapters.paypal import method_reading, method_requests, reading, requests
from guichet.adapters.paypal.books import PayPalBooks
from guichet.adapters.paypal.client import Budget, Json, PayPalClient
from guichet.adapters.paypal.errors import PayPalRefusedError
from guichet.adapters.paypal.fields import object_of
from guichet.clock import Clock, SystemClock
from guichet.payments.books import ListedKind
from guichet.payments.ports import (
    HostedSession,
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

# PayPal forgets the key of an order six hours after it was first used: a repeat would be another
# charge. What was sent before that has had its time once the key is certainly gone.
_LAST_REPEAT: Final = timedelta(hours=5)
_CERTAIN: Final = timedelta(hours=7)
_BEFORE: Final = timedelta(minutes=5)  # by which PayPal's clock may be behind ours
_PAGES: Final = 20
_CAPTURES: Final = "PAYMENT.CAPTURE."


class PayPalMethods:
    """Implements `MethodProvider` for the account whose credentials call: no assertion, no fee.

    Args:
        client: by the selling entity's credentials.
        environment: ours; it parts the invoice ids of deployments that share an account.
        clock: tells when PayPal has forgotten a key; the machine's, unless told otherwise.
    """

    def __init__(
        self, client: PayPalClient, *, environment: str, clock: Clock | None = None
    ) -> None:
        self._client = client
        self._environment = environment
        self._clock = clock or SystemClock()

    def customer_body(self, setup: MethodSetup, *, email: str, name: str) -> str:
        """PayPal makes a customer by itself, with the first method."""
        del setup, email, name
        return ""

    def make_customer(self, setup: MethodSetup) -> str:
        return setup.customer_id or ""

    def setup_body(self, setup: MethodSetup, texts: SessionTexts) -> str:
        return method_requests.setup_body(setup, texts)

    def open_setup(self, setup: MethodSetup) -> HostedSession:
        call = method_requests.open_setup(setup)
        return method_reading.hosted_setup(self._client.send(call, self._client.budget()))

    def ask_setup(self, setup: MethodSetup) -> SetupReport:
        """What it has come to; an approved one is stored now, and found again by whoever repeats."""
        budget = self._client.budget()
        found = self._get_setup(setup, budget)
        if found is None:
            return SetupReport(SetupState.ENDED)
        state = method_reading.setup_state(found)
        if state is SetupState.APPROVED:
            return self._store(setup, found, budget)
        if state is SetupState.STORED:
            return self._stored_before(found, budget)
        return SetupReport(state)

    def end_setup(self, setup: MethodSetup) -> SetupReport:
        """PayPal ends it by itself, after three days; until then an agreement stores nothing."""
        budget = self._client.budget()
        found = self._get_setup(setup, budget)
        if found is None or method_reading.setup_state(found) is not SetupState.STORED:
            return SetupReport(SetupState.ENDED)
        return self._stored_before(found, budget)

    def detach(self, token: MethodToken) -> None:
        try:
            self._client.send(method_requests.delete_token(token), self._client.budget())
        except PayPalRefusedError as refused:
            if refused.status != HTTPStatus.NOT_FOUND:
                raise

    def find_method(self, token: MethodToken) -> SetupReport:
        try:
            found = self._client.send(method_requests.get_token(token), self._client.budget())
        except PayPalRefusedError as refused:
            if refused.status == HTTPStatus.NOT_FOUND:
                return SetupReport(SetupState.ENDED)
            raise
        return method_reading.stored(found)

    def charge_body(self, charge: MethodCharge, *, description: str, return_url: str) -> str:
        del return_url  # nobody comes back: PayPal asks for no customer
        return method_requests.charge_body(
            charge, description=description, environment=self._environment
        )

    def charge(self, charge: MethodCharge) -> ChargeReport:
        """Take the money, once: after its key's life nothing is sent, only asked.

        Raises:
            ProviderUnavailableError: whether money moved is not known.
            ProviderRefusedError: no money moved, and this charge will never move any.
        """
        budget = self._client.budget()
        if not self._may_repeat(charge):
            return self._ask(charge, budget)
        return self._take(charge, budget)

    def open_action(self, charge: MethodCharge) -> ChargeReport:
        """PayPal asks for no customer: there is never a page."""
        return self.ask_charge(charge)

    def ask_charge(self, charge: MethodCharge) -> ChargeReport:
        """By its order, else by the same bytes under their key, else by what webhooks brought.

        Raises:
            ProviderUnavailableError: also while its absence can't be told for certain.
            ProviderRefusedError: `NOT_REACHABLE`, also where the order is forgotten.
        """
        budget = self._client.budget()
        if charge.provider_charge_id is None and self._may_repeat(charge):
            return self._take(charge, budget)
        return self._ask(charge, budget)

    def cancel_charge(self, charge: MethodCharge) -> ChargeReport:
        """Ask: an order can't be ended at PayPal, only left uncaptured by us.

        Raises:
            ProviderUnavailableError: it may still be on its way.
        """
        found = self._ask(charge, self._client.budget())
        if found.state is ChargeState.DECLINED:
            return ChargeReport(state=ChargeState.CANCELED, charge_id=found.charge_id)
        return found

    def _get_setup(self, setup: MethodSetup, budget: Budget) -> Json | None:
        """The setup token; None where PayPal has forgotten it."""
        try:
            return self._client.send(method_requests.get_setup(setup), budget)
        except PayPalRefusedError as refused:
            if refused.status == HTTPStatus.NOT_FOUND:
                return None
            raise

    def _store(self, setup: MethodSetup, found: Json, budget: Budget) -> SetupReport:
        """Exchange it; a refusal may mean that an earlier exchange, of a lost answer, was done."""
        try:
            token = self._client.send(method_requests.store(setup), budget)
        except PayPalRefusedError as refused:
            earlier = self._token_of(found, budget)
            if earlier is None:
                raise refused from None
            return method_reading.stored(earlier)
        return method_reading.stored(token)

    def _stored_before(self, found: Json, budget: Budget) -> SetupReport:
        """The method that this setup stored; one that was deleted since is gone."""
        token = self._token_of(found, budget)
        if token is None:
            return SetupReport(SetupState.ENDED)
        return method_reading.stored(token)

    def _token_of(self, setup: Json, budget: Budget) -> Json | None:
        customer_id = method_reading.customer_of(setup)
        if customer_id is None:
            return None
        try:
            listed = self._client.send(method_requests.list_tokens(customer_id), budget)
        except PayPalRefusedError as refused:
            if refused.status == HTTPStatus.NOT_FOUND:
                return None
            raise
        return method_reading.token_of_payer(setup, listed)

    def _may_repeat(self, charge: MethodCharge) -> bool:
        return self._clock.now() - charge.started_at < _LAST_REPEAT

    def _take(self, charge: MethodCharge, budget: Budget) -> ChargeReport:
        try:
            order = self._client.send(method_requests.take(charge), budget)
        except PayPalRefusedError as refused:
            return self._after_refusal(charge, refused, budget)
        if not reading.is_whole(order):
            return self._ask_order(reading.object_id(order), budget)
        return method_reading.charge_report(order)

    def _after_refusal(
        self, charge: MethodCharge, refused: PayPalRefusedError, budget: Budget
    ) -> ChargeReport:
        """A decline, or what was paid already under our invoice id.

        Raises:
            ProviderUnavailableError: it was paid, and PayPal does not show yet by which order.
            PayPalRefusedError: a refusal of something else than the customer's account.
        """
        if method_reading.PAID_BEFORE in refused.issues:
            order_id = self._order_told_of(charge, budget)
            if order_id is None:
                raise ProviderUnavailableError(f"paid under an order unknown: {refused}")
            return self._ask_order(order_id, budget)
        declined = method_reading.refused_charge(refused)
        if declined is None:
            raise refused
        return declined

    def _ask(self, charge: MethodCharge, budget: Budget) -> ChargeReport:
        """Without sending the charge again."""
        if charge.provider_charge_id is not None:
            return self._ask_order(charge.provider_charge_id, budget)
        if self._clock.now() - charge.started_at < _CERTAIN:
            raise ProviderUnavailableError("it is too soon to tell that PayPal never received it")
        order_id = self._order_told_of(charge, budget)
        if order_id is not None:
            return self._ask_order(order_id, budget)
        try:
            self._client.send(method_requests.try_invoice_id(charge), budget)
        except PayPalRefusedError as refused:
            raise ProviderUnavailableError(f"its absence is not certain: {refused}") from refused
        return ChargeReport(state=ChargeState.ABSENT)

    def _ask_order(self, order_id: str, budget: Budget) -> ChargeReport:
        order = self._client.send(requests.get_order(None, order_id), budget)
        return method_reading.charge_report(order)

    def _order_told_of(self, charge: MethodCharge, budget: Budget) -> str | None:
        """The order of the capture that our webhooks have, or should have, been told of."""
        for resource in self._captures_told_of(charge, budget):
            if resource.get("invoice_id") == method_requests.invoice_id_of(charge):
                order_id = reading.order_of(resource)
                if order_id is not None:
                    return order_id
        return None

    def _captures_told_of(self, charge: MethodCharge, budget: Budget) -> Iterator[Json]:
        """What events of captures are about, from when the charge was intended on.

        Raises:
            ProviderUnavailableError: more pages than are read; absence was not shown.
        """
        books, after = PayPalBooks(self._client), None
        since, until = charge.started_at - _BEFORE, charge.started_at + _CERTAIN
        for _ in range(_PAGES):
            page = books.listed(
                ListedKind.EVENT, payee="", since=since, until=until, after=after, budget=budget
            )
            for each in page.items:
                if each.event_kind.startswith(_CAPTURES) and each.event is not None:
                    yield object_of(json.loads(each.event), "resource")
            after = page.after
            if after is None:
                return
        raise ProviderUnavailableError("PayPal's list of events has no end")
