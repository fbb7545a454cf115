"""The people of a story: registrants, the organizer, and the operator who is called by an alarm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

from guichet.adapters.dynamo import items
from guichet.bootstrap import Container
from guichet.events import Actor, ActorKind
from guichet.ledger.journal import Change
from guichet.payments.payment import Payment, PaymentStatus
from guichet.registration.discount import DiscountCode
from guichet.registration.ports import NewCodeUses
from guichet.registration.training import Training
from guichet.registration.use_cases.cancel_registration import (
    CancelRegistration,
    cancel_registration,
)
from guichet.registration.use_cases.cancel_training import CancelTraining, cancel_training
from guichet.registration.use_cases.close_training import CloseTraining, close_training
from guichet.registration.use_cases.decide_approval import DecideApproval, decide_approval
from guichet.registration.use_cases.mark_paid import MarkPaid, mark_paid
from guichet.registration.use_cases.resolve_payment import (
    Found,
    Resolution,
    ResolvePayment,
    resolve_payment,
)
from tests.simulation.processes import OPERATOR
from tests.simulation.registrants import Registrants
from tests.support.world import ACCOUNT

ORGANIZER: Final = "organizer"
_MEMBER: Final = Actor(ActorKind.MEMBER, "mem_maria", "203.0.113.9")
_OPERATOR: Final = Actor(ActorKind.SYSTEM, "operator", "command line")


@dataclass
class Story(Registrants):
    """The people of one story in one life, and what the organizer sells."""

    trainings: list[Training] = field(default_factory=list)
    mismatches: Resolution = Resolution.RETURN  # what the operator decides about them

    def __post_init__(self) -> None:
        self.maria = self.life.world.member("maria")
        self.life.world.link_paypal()

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

    def take_no_fee(self) -> None:
        """The operator's own part is 0 from now on."""
        policy = self.life.world.parts.policy
        free = replace(policy.platform_fee, rate_bps=0)
        self.life.policy = replace(policy, platform_fee=free)

    # -- the organizer ------------------------------------------------------------------------

    def mark_paid(self, who: str, *, paid: bool = True) -> None:
        self._organize(
            who,
            lambda parts: mark_paid(
                MarkPaid(self.ids[who], paid, self.maria, f"mark-{who}-{paid}", _MEMBER),
                settling=parts.settling,
            ),
        )

    def decide(self, who: str, *, approve: bool) -> None:
        self._organize(
            who,
            lambda parts: decide_approval(
                DecideApproval(self.ids[who], approve, None, self.maria, f"ok-{who}", _MEMBER),
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
        command = CloseTraining(training.training_id, self.maria, "close", _MEMBER)
        self.life.person(
            ORGANIZER,
            lambda parts: close_training(command, records=parts.records, clock=parts.clock),
        )

    def cancel_training(self, training: Training) -> None:
        command = CancelTraining(
            training.training_id, "Ill.", "Sorry.", self.maria, "cancel", _MEMBER
        )
        self.life.person(
            ORGANIZER,
            lambda parts: cancel_training(command, records=parts.records, clock=parts.clock),
        )

    def _organize(self, who: str, act: Callable[[Container], object]) -> None:
        if who in self.ids:
            self.life.person(ORGANIZER, act)

    # -- the operator -------------------------------------------------------------------------

    def resolve(self) -> bool:
        """What waits for a person is decided, with what the provider's own pages show."""
        waiting = [each for each in self._payments() if _waits(each)]
        for payment in waiting:
            self.life.person(OPERATOR, partial(_resolved, self._resolution(payment)))
        return bool(waiting)

    def _resolution(self, payment: Payment) -> ResolvePayment:
        if payment.status is PaymentStatus.MISMATCHED:
            return ResolvePayment(payment.payment_id, self.mismatches, None, _OPERATOR)
        taken = [
            Found(each["id"], each["paypal_fee_minor"])
            for each in self.life.world.paypal.captures()
            if each["order"] == payment.session_id and each["paypal_fee_minor"] is not None
        ]
        found = taken[0] if taken else None
        decision = Resolution.NOTHING_TAKEN if found is None else Resolution.TAKEN
        return ResolvePayment(payment.payment_id, decision, found, _OPERATOR)

    def _payments(self) -> list[Payment]:
        stored = (item for item in self.life.world.state() if item["sk"] == "PAYMENT")
        return [payment for item in stored if (payment := items.read(Payment, item))]


def _resolved(command: ResolvePayment, parts: Container) -> None:
    resolve_payment(command, settling=parts.settling)


def _waits(payment: Payment) -> bool:
    is_mismatched = payment.status is PaymentStatus.MISMATCHED and payment.refund_id is None
    return is_mismatched or payment.status is PaymentStatus.PARKED
