"""What storing methods and charging them off-session need from a provider (COL-1, COL-4, COL-10)."""

from __future__ import annotations

from typing import Protocol

from guichet.payments.ports import HostedSession, SessionTexts
from guichet.payments.stored_method import (
    ChargeReport,
    MethodCharge,
    MethodSetup,
    MethodToken,
    SetupReport,
)


class MethodProvider(Protocol):
    """One provider, by the credentials of one selling entity. Money goes into its own account.

    Raises:
        ProviderUnavailableError: no answer: the outcome is unknown.
        ProviderRefusedError: a final no.
    """

    def customer_body(self, setup: MethodSetup, *, email: str, name: str) -> str:
        """The exact bytes that make a customer; empty where the provider makes it by itself."""
        ...

    def make_customer(self, setup: MethodSetup) -> str:
        """The provider's id of the customer; a repeat answers the same one, while its key lives.

        Empty where the provider makes it by itself: then the method's token names it.
        """
        ...

    def setup_body(self, setup: MethodSetup, texts: SessionTexts) -> str:
        """The exact bytes that will open the page on which the customer agrees.

        The customer must be known by then, where `make_customer` makes one.

        Raises:
            Invalid: no bank account is debited in this currency (COL-10).
        """
        ...

    def open_setup(self, setup: MethodSetup) -> HostedSession: ...

    def ask_setup(self, setup: MethodSetup) -> SetupReport:
        """What it has come to; where the provider waits for us to store it, this stores it, once."""
        ...

    def end_setup(self, setup: MethodSetup) -> SetupReport:
        """End it so that nobody can agree any more; answers what it had come to.

        Where it can't be ended at the provider, nothing is stored unless we ask for it.
        """
        ...

    def detach(self, token: MethodToken) -> None:
        """Forget the method at the provider. One that is gone already is no error."""
        ...

    def find_method(self, token: MethodToken) -> SetupReport:
        """As the provider has it now; `ENDED` where it is gone (detached, withdrawn)."""
        ...

    def charge_body(self, charge: MethodCharge, *, description: str, return_url: str) -> str:
        """The exact bytes of the charge; made once and stored before they are sent.

        Raises:
            Invalid: a currency or an amount that the provider or this kind of method does not take.
        """
        ...

    def charge(self, charge: MethodCharge) -> ChargeReport:
        """Take the money, off-session. A repeat of the same bytes takes it once."""
        ...

    def open_action(self, charge: MethodCharge) -> ChargeReport:
        """A page on which the customer authenticates this charge, opened anew where it has closed.

        A page lives shorter than a link in an e-mail (COL-4). Nothing is charged beside what waits;
        a bank that asks no more lets it be paid at once.
        """
        ...

    def ask_charge(self, charge: MethodCharge) -> ChargeReport:
        """What became of it: by its id, else by our key while that lives, else by the provider's list.

        Under a living key a charge that was never received is made now.

        Raises:
            ProviderUnavailableError: also where its absence can't be told for certain.
        """
        ...

    def cancel_charge(self, charge: MethodCharge) -> ChargeReport:
        """End what waits for the customer, so that nobody can pay it any more (BAD-1)."""
        ...
