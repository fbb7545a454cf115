"""Stored methods of the operator's own customers, and what is charged to them, at either provider."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from guichet.adapters.http import Http
from guichet.adapters.stripe.methods import StripeMethods
from guichet.money import Money
from guichet.payments.attempt import Capture
from guichet.payments.method_ports import MethodProvider
from guichet.payments.ports import SessionTexts
from guichet.payments.stored_method import (
    ChargeReport,
    ChargeState,
    FoundMethod,
    MethodCharge,
    MethodKind,
    MethodSetup,
    MethodToken,
    SetupReport,
    SetupState,
)
from local.simulators.stripe import StripeSimulator
from local.simulators.stripe.in_process import SimulatorHttp
from tests.support.stripe import API_KEY, STARTED_AT, Pauses, RecordedHttp
from tests.support.stripe_calls import MovableClock

DUE: Final = Money(11_850, "EUR")
RETURN_URL: Final = "https://pay.example/billing/payments/ipy_1/return"

SETUP_TEXTS: Final = SessionTexts(
    title="Guichet Ireland Ltd, account 1042",
    language="de",
    email="billing@atelier.example",
    success_url="https://pay.example/billing/methods/return",
    cancel_url="https://pay.example/billing/methods",
    seller="Guichet Ireland Ltd",
)


@dataclass(frozen=True)
class ClockOf:
    """The port `Clock` on a clock that moves when told."""

    at: MovableClock

    def now(self) -> datetime:
        return self.at()


@dataclass
class MethodShop:
    """Our Stripe on a simulated one, whose clock runs on while we pause."""

    simulator: StripeSimulator
    clock: MovableClock
    http: RecordedHttp
    provider: StripeMethods

    def calls(self) -> list[str]:
        """What was sent, as `POST /v1/payment_intents`."""
        return [
            f"{each.method} {each.url[each.url.index('/v1') :].partition('?')[0]}"
            for each in self.http.sent
        ]


def method_shop(
    simulator: StripeSimulator | None = None,
    clock: MovableClock | None = None,
    http: Http | None = None,
    url: str = "https://stripe.invalid",
) -> MethodShop:
    clock = clock or MovableClock()
    simulator = simulator or StripeSimulator(clock)
    recorded = RecordedHttp(http or SimulatorHttp(simulator))
    provider = StripeMethods(
        recorded,
        api_url=url,
        api_keys=(API_KEY,),
        pause=Pauses(lambda seconds: clock.advance(seconds=seconds)),
        clock=ClockOf(clock),
    )
    return MethodShop(simulator, clock, recorded, provider)


def a_setup(
    provider: MethodProvider,
    *,
    kind: MethodKind = MethodKind.CARD,
    currency: str = "EUR",
    now: datetime = STARTED_AT,
    texts: SessionTexts = SETUP_TEXTS,
    **changes: Any,  # noqa: ANN401 - any field
) -> MethodSetup:
    """A stored attempt to store a method, its customer made, its page open for a while."""
    setup = MethodSetup(
        setup_id=changes.pop("setup_id", "set_1"),
        account_id="acc_1",
        selling_entity="ie",
        provider="paypal" if kind is MethodKind.PAYPAL else "stripe",
        kind=kind,
        currency=currency,
        attempt=1,
        request_body="",
        ends_at=(now + timedelta(minutes=31)).replace(microsecond=0),
    )
    setup = replace(setup, **changes)
    if setup.customer_id is None:
        body = provider.customer_body(setup, email=texts.email, name="Atelier Nord SARL")
        setup = replace(setup, customer_body=body)
        setup = replace(setup, customer_id=provider.make_customer(setup) or None)
    return replace(setup, request_body=provider.setup_body(setup, texts))


def with_setup_page(provider: MethodProvider, setup: MethodSetup) -> tuple[MethodSetup, str]:
    """The same setup with its page, and the page's id."""
    session = provider.open_setup(setup)
    return replace(setup, session_id=session.session_id), session.session_id


def stored(shop: MethodShop, chosen: str = "visa", **changes: Any) -> FoundMethod:  # noqa: ANN401 - any field
    """A method that a customer has stored on Stripe's page."""
    changes.setdefault("kind", MethodKind.BANK_DEBIT if "bank" in chosen else MethodKind.CARD)
    asked = a_setup(shop.provider, now=shop.clock(), **changes)
    setup, session_id = with_setup_page(shop.provider, asked)
    shop.simulator.agree(session_id, chosen)
    return found(shop.provider.ask_setup(setup))


def found(report: SetupReport) -> FoundMethod:
    assert report.state is SetupState.STORED
    assert report.method is not None
    return report.method


def a_charge(
    provider: MethodProvider,
    method: MethodToken,
    *,
    amount: Money = DUE,
    now: datetime = STARTED_AT,
    description: str = "Invoice IE-2026-000042",
    **changes: Any,  # noqa: ANN401 - any field
) -> MethodCharge:
    """A stored charge of EUR 118.50, with its bytes."""
    payment_id = changes.pop("payment_id", "ipy_1")
    charge = MethodCharge(
        charge_key=changes.pop("charge_key", f"{payment_id}-1"),
        payment_id=payment_id,
        account_id="acc_1",
        invoice_id="inv_1",
        selling_entity="ie",
        method=method,
        amount=amount,
        payee="",
        request_body="",
        started_at=now,
    )
    charge = replace(charge, **changes)
    body = provider.charge_body(charge, description=description, return_url=RETURN_URL)
    return replace(charge, request_body=body)


def known_as(charge: MethodCharge, report: ChargeReport) -> MethodCharge:
    """The same charge once the provider told its name."""
    assert report.charge_id is not None
    return replace(charge, provider_charge_id=report.charge_id)


def paid(report: ChargeReport) -> Capture:
    assert report.state is ChargeState.PAID
    assert report.capture is not None
    return report.capture
