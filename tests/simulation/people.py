"""What the people of a story do: registrants, their buyers' clicks, their banks, the organizer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from guichet.bootstrap import Container
from guichet.events import Actor, ActorKind, Event
from guichet.ledger.journal import Change
from guichet.registration.discount import DiscountCode
from guichet.registration.outcome import bumped
from guichet.registration.ports import NewCodeUses
from guichet.registration.registration import Registration, RegistrationStatus
from guichet.registration.training import Training
from guichet.registration.use_cases.cancel_registration import (
    CancelRegistration,
    cancel_registration,
)
from guichet.registration.use_cases.check_payment import check_payment
from guichet.registration.use_cases.choose_offline import ChooseOffline, choose_offline
from guichet.registration.use_cases.decide_approval import DecideApproval, decide_approval
from guichet.registration.use_cases.mark_paid import MarkPaid, mark_paid
from guichet.registration.use_cases.register import Register, register
from guichet.registration.use_cases.start_payment import StartPayment, start_payment
from local.simulators.stripe.errors import BuyerRefusedError
from tests.simulation.life import Life
from tests.support.world import ACCOUNT, REGISTRANT

S = RegistrationStatus
ORGANIZER: Final = "organizer"
_MEMBER: Final = Actor(ActorKind.MEMBER, "mem_maria", "203.0.113.9")


@dataclass
class Story:
    """The people of one story in one life. Who never got an answer does nothing more."""

    life: Life
    trainings: list[Training] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.maria = self.life.world.member("maria")

    def training(self, **changed: Any) -> Training:  # noqa: ANN401 - fields of many types
        training = self.life.world.training(**changed)
        self.trainings.append(training)
        return training

    def code(self, **changed: Any) -> None:  # noqa: ANN401 - same
        """A quarter off, twice in all and once a person."""
        values: dict[str, Any] = {
            "code_id": "dsc_quarter",
            "account_id": ACCOUNT,
            "created_by": "mem_maria",
            "code": "QUARTER",
            "percentage_bps": 2500,
            "amount_off": None,
            "valid_from": None,
            "valid_until": None,
            "total_uses": 2,
            "uses_per_email": 1,
            "training_ids": (),
            "active": True,
            "created_at": self.life.world.clock.now(),
            "request_hash": "h",
        }
        code = DiscountCode(**(values | changed))
        world = self.life.world
        uses = NewCodeUses(ACCOUNT, code.code_id, code.code, code.total_uses)
        world.parts.records.save(world.cause("create_discount_code"), [Change(None, code)], [uses])

    # -- the registrant -----------------------------------------------------------------------

    def register(self, who: str, training: Training, *, discount_code: str | None = None) -> None:
        command = Register(
            training_id=training.training_id,
            name=who.title(),
            email=f"{who}@example.org",
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

    def start(self, who: str, key: str = "pay-1") -> None:
        """Ask for the hosted page; the same click keeps its key."""
        self._registered(who, lambda parts: self._start(who, key, parts))

    def _start(self, who: str, key: str, parts: Container) -> None:
        command = StartPayment(self.ids[who], "stripe", key, REGISTRANT)
        payment = start_payment(command, settling=parts.settling, links=parts.links).value
        if payment.session_id is not None:
            self.pages[who] = payment.session_id

    def pay(self, who: str, *, on_expired_page: bool = False) -> None:
        """Pay on the page that was received, at the provider's."""
        if on_expired_page:
            self.life.world.stripe.configure_chaos({"pay_expired": 1})
        self._at_provider(who, self.life.world.stripe.pay)

    def debit(self, who: str) -> None:
        self._at_provider(who, self.life.world.stripe.start_bank_debit)

    def bank_settles(self, who: str) -> None:
        self._at_bank(who, self.life.world.stripe.settle_bank_debit)

    def bank_denies(self, who: str) -> None:
        self._at_bank(who, self.life.world.stripe.deny_bank_debit)

    def _at_provider(self, who: str, act: Callable[[str], object]) -> None:
        if who not in self.life.gone:
            self._at_bank(who, act)

    def _at_bank(self, who: str, act: Callable[[str], object]) -> None:
        """The bank goes on whether somebody waits for it or not."""
        try:
            if who in self.pages:
                act(self.pages[who])
        except BuyerRefusedError:
            self.life.refusals.append("page_refused")

    def come_back(self, who: str) -> None:
        """The return page, which asks."""
        self._registered(
            who,
            lambda parts: check_payment(
                self.ids[who], REGISTRANT, settling=parts.settling, limits=parts.limits
            ),
        )

    def cancel(self, who: str) -> None:
        command = lambda: CancelRegistration(self.ids[who], None, None, f"cancel-{who}", REGISTRANT)  # noqa: E731 - the id is known later
        self._registered(who, lambda parts: cancel_registration(command(), settling=parts.settling))

    def choose_invoice(self, who: str) -> None:
        command = lambda: ChooseOffline(self.ids[who], "invoice", f"offline-{who}", REGISTRANT)  # noqa: E731 - same
        self._registered(who, lambda parts: choose_offline(command(), settling=parts.settling))

    def _registered(self, who: str, act: Callable[[Container], object]) -> None:
        if who in self.ids:
            self.life.person(who, act)

    # -- the organizer ------------------------------------------------------------------------

    def mark_paid(self, who: str) -> None:
        self._organize(
            who,
            lambda parts: mark_paid(
                MarkPaid(self.ids[who], True, self.maria, f"mark-{who}", _MEMBER),
                settling=parts.settling,
            ),
        )

    def approve(self, who: str) -> None:
        self._organize(
            who,
            lambda parts: decide_approval(
                DecideApproval(self.ids[who], True, None, self.maria, f"ok-{who}", _MEMBER),
                records=parts.records,
                clock=parts.clock,
                policy=parts.policy,
            ),
        )

    def cancel_for(self, who: str) -> None:
        """The organizer cancels."""
        self._organize(
            who,
            lambda parts: cancel_registration(
                CancelRegistration(self.ids[who], self.maria, None, f"end-{who}", _MEMBER),
                settling=parts.settling,
            ),
        )

    def close(self, training: Training) -> None:
        def act(parts: Container) -> None:
            fresh = parts.records.training(training.training_id)
            assert fresh is not None
            if fresh.ending_sessions_since is None and fresh.version == training.version:
                closed = bumped(fresh.closed(now=parts.clock.now()))
                change = Change(fresh, closed, (Event("training.closed"),))
                parts.records.save(self.life.world.cause("close_training"), [change])

        self.life.person(ORGANIZER, act)

    def _organize(self, who: str, act: Callable[[Container], object]) -> None:
        if who in self.ids:
            self.life.person(ORGANIZER, act)

    def registration(self, who: str) -> Registration | None:
        found = self.ids.get(who)
        return None if found is None else self.life.world.parts.records.registration(found)
