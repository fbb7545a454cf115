"""What registrants of a story do: here, at their provider's page, and what their banks decide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from guichet.bootstrap import Container
from guichet.registration.registration import Registration
from guichet.registration.training import Training
from guichet.registration.use_cases.cancel_registration import (
    CancelRegistration,
    cancel_registration,
)
from guichet.registration.use_cases.check_payment import check_payment
from guichet.registration.use_cases.choose_offline import ChooseOffline, choose_offline
from guichet.registration.use_cases.register import Register, register
from guichet.registration.use_cases.resend_link import ResendLink, resend_link
from guichet.registration.use_cases.start_payment import StartPayment, start_payment
from local.simulators.errors import BuyerRefusedError
from tests.simulation.life import Life
from tests.support.world import REGISTRANT


@dataclass
class Registrants:
    """The people who want a seat. Who never got an answer does nothing more."""

    life: Life
    ids: dict[str, str] = field(default_factory=dict)
    pages: dict[tuple[str, str], str] = field(default_factory=dict)  # by who and provider

    def register(self, who: str, training: Training, *, discount_code: str | None = None) -> None:
        command = Register(
            training_id=training.training_id,
            name=who.title(),
            email=_address(who),
            language="en",
            discount_code=discount_code,
            idempotency_key=f"register-{who}",
            actor=REGISTRANT,
        )
        registered = self.life.person(
            who,
            lambda parts: register(
                command, records=parts.records, clock=parts.clock, policy=parts.policy
            ),
        )
        if registered is not None:
            self.ids[who] = registered.value.registration_id

    def start(self, who: str, key: str = "pay-1", *, method: str = "stripe") -> None:
        """Ask for the hosted page; the same click keeps its key."""
        self._registered(who, lambda parts: self._start(who, key, method, parts))

    def _start(self, who: str, key: str, method: str, parts: Container) -> None:
        command = StartPayment(self.ids[who], method, key, REGISTRANT)
        payment = start_payment(command, settling=parts.settling, links=parts.links).value
        if payment.session_id is not None:
            self.pages[who, payment.provider] = payment.session_id

    # -- at the providers ---------------------------------------------------------------------

    def pay(self, who: str, *, on_expired_page: bool = False) -> None:
        """Pay by card on the page that was received, at Stripe's."""
        if on_expired_page:
            self.life.world.stripe.configure_chaos({"pay_expired": 1})
        self._buyer(who, "stripe", self.life.world.stripe.pay)

    def debit(self, who: str) -> None:
        self._buyer(who, "stripe", self.life.world.stripe.start_bank_debit)

    def agree(self, who: str, instrument: str = "balance") -> None:
        """Approve the order at PayPal's: nothing moves until we capture."""
        approve = partial(self.life.world.paypal.approve, instrument=instrument)
        self._buyer(who, "paypal", approve)

    def debit_settles(self, who: str) -> None:
        self._at_provider(who, "stripe", self.life.world.stripe.settle_bank_debit)

    def debit_is_denied(self, who: str) -> None:
        self._at_provider(who, "stripe", self.life.world.stripe.deny_bank_debit)

    def pending_settles(self, who: str) -> None:
        """From now on PayPal lets arrive what it holds back of this order."""
        self._at_provider(who, "paypal", partial(self._decide, arrives=True))

    def pending_is_denied(self, who: str) -> None:
        self._at_provider(who, "paypal", partial(self._decide, arrives=False))

    def _decide(self, order_id: str, *, arrives: bool) -> None:
        self.life.banks[order_id] = arrives

    def _buyer(self, who: str, provider: str, act: Callable[[str], object]) -> None:
        if who not in self.life.gone:
            self._at_provider(who, provider, act)

    def _at_provider(self, who: str, provider: str, act: Callable[[str], object]) -> None:
        """The bank goes on whether somebody waits for it or not."""
        try:
            if (who, provider) in self.pages:
                act(self.pages[who, provider])
        except BuyerRefusedError:
            self.life.refusals.append("page_refused")

    # -- here again ---------------------------------------------------------------------------

    def come_back(self, who: str, *, gives_up: bool = False) -> None:
        """The return page, which asks."""
        self._registered(
            who,
            lambda parts: check_payment(
                self.ids[who], REGISTRANT, settling=parts.settling, limits=parts.limits
            ),
            gives_up=gives_up,
        )

    def cancel(self, who: str) -> None:
        command = lambda: CancelRegistration(self.ids[who], None, None, f"cancel-{who}", REGISTRANT)  # noqa: E731 - the id is known later
        self._registered(who, lambda parts: cancel_registration(command(), settling=parts.settling))

    def choose_invoice(self, who: str) -> None:
        command = lambda: ChooseOffline(self.ids[who], "invoice", f"offline-{who}", REGISTRANT)  # noqa: E731 - same
        self._registered(who, lambda parts: choose_offline(command(), settling=parts.settling))

    def ask_for_link(self, who: str, training: Training) -> None:
        """The link once more, by whoever knows the address."""
        command = ResendLink(training.training_id, _address(who), REGISTRANT)
        self.life.person(
            who,
            lambda parts: resend_link(
                command, records=parts.records, clock=parts.clock, policy=parts.policy
            ),
        )

    def _registered(
        self, who: str, act: Callable[[Container], object], *, gives_up: bool = False
    ) -> None:
        if who in self.ids:
            self.life.person(who, act, gives_up=gives_up)

    def registration(self, who: str) -> Registration | None:
        found = self.ids.get(who)
        return None if found is None else self.life.world.parts.records.registration(found)


def _address(who: str) -> str:
    return f"{who}@example.org"
