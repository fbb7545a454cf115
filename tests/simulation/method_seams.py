"""A provider of payment methods with a watcher that stands around every call."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from guichet.payments.method_ports import MethodProvider
from guichet.payments.ports import HostedSession, SessionTexts
from guichet.payments.stored_method import (
    ChargeReport,
    MethodCharge,
    MethodSetup,
    MethodToken,
    SetupReport,
)
from tests.simulation.seams import Watch
from tests.support.method_provider import MemoryProvider, MethodHouse


class WatchedMethods:
    """`MethodProvider` whose every call passes the watcher; bytes are made without one."""

    def __init__(self, provider: MemoryProvider, watch: Watch) -> None:
        self._provider = provider
        self._watch = watch

    def customer_body(self, setup: MethodSetup, *, email: str, name: str) -> str:
        return self._provider.customer_body(setup, email=email, name=name)

    def setup_body(self, setup: MethodSetup, texts: SessionTexts) -> str:
        return self._provider.setup_body(setup, texts)

    def charge_body(self, charge: MethodCharge, *, description: str, return_url: str) -> str:
        return self._provider.charge_body(charge, description=description, return_url=return_url)

    def make_customer(self, setup: MethodSetup) -> str:
        return self._watch(
            "make_customer", setup.setup_id, lambda: self._provider.make_customer(setup)
        )

    def open_setup(self, setup: MethodSetup) -> HostedSession:
        return self._watch(
            "open_setup", setup.provider_key, lambda: self._provider.open_setup(setup)
        )

    def ask_setup(self, setup: MethodSetup) -> SetupReport:
        return self._watch("ask_setup", setup.setup_id, lambda: self._provider.ask_setup(setup))

    def end_setup(self, setup: MethodSetup) -> SetupReport:
        return self._watch("end_setup", setup.setup_id, lambda: self._provider.end_setup(setup))

    def detach(self, token: MethodToken) -> None:
        self._watch("detach", token.token_id, lambda: self._provider.detach(token))

    def find_method(self, token: MethodToken) -> SetupReport:
        return self._watch("find_method", token.token_id, lambda: self._provider.find_method(token))

    def charge(self, charge: MethodCharge) -> ChargeReport:
        return self._watch("charge", charge.charge_key, lambda: self._provider.charge(charge))

    def open_action(self, charge: MethodCharge) -> ChargeReport:
        return self._watch(
            "open_action", charge.charge_key, lambda: self._provider.open_action(charge)
        )

    def ask_charge(self, charge: MethodCharge) -> ChargeReport:
        return self._watch(
            "ask_charge", charge.charge_key, lambda: self._provider.ask_charge(charge)
        )

    def cancel_charge(self, charge: MethodCharge) -> ChargeReport:
        return self._watch(
            "cancel_charge", charge.charge_key, lambda: self._provider.cancel_charge(charge)
        )


def watched(house: MethodHouse, watch: Watch) -> Callable[[str], Mapping[str, MethodProvider]]:
    """The providers of a house, as a worker sees them."""
    return lambda entity: {
        name: WatchedMethods(house.provider(name, entity), watch) for name in ("stripe", "paypal")
    }
