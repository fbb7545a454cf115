"""A seeded day of many sales, with all that can happen to them, in several currencies."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from guichet.access.membership import Member, Role
from guichet.errors import Refusal
from guichet.money import Money
from guichet.registration.registration import Registration
from guichet.registration.training import Training
from local.simulators.stripe.errors import BuyerRefusedError
from tests.support import organizing
from tests.support.world import START, World

CURRENCIES = ("USD", "EUR", "GBP", "AUD")


@dataclass
class BusyDay:
    """Plays one act after the other on a world; the same seed plays the same day."""

    world: World
    seed: int
    acts: int = 80
    played: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)  # noqa: S311 - a repeatable day, no secret
        self.guests = 0

    def play(self) -> None:
        """Everything that was begun has come to rest at the end, months later."""
        world = self.world
        maria = world.member("maria", Role.EVENT_MANAGER)
        trainings = self._trainings()
        acts: dict[Callable[[Training, Member], None], int] = {
            self.card: 8,
            self.discounted: 3,
            self.declined_then_paid: 2,
            self.debit_settled: 3,
            self.debit_denied: 2,
            self.debit_of_a_cancelled: 3,
            self.late: 4,
            self.late_refund_fails: 1,
            self.late_refund_pends: 1,
            self.mismatched: 1,
            self.by_hand: 1,
            self.left_alone: 2,
        }
        for act in self.chance.choices(list(acts), weights=list(acts.values()), k=self.acts):
            self._play(act, self.chance.choice(trainings), maria)
        world.clock.advance(days=20)
        world.settle_down(200)
        for event in trainings:
            world.assert_seats_match(event)

    def _play(
        self, act: Callable[[Training, Member], None], training: Training, maria: Member
    ) -> None:
        name = act.__name__
        try:
            act(training, maria)
        except (Refusal, BuyerRefusedError):
            name += " refused"
        self.played[name] = self.played.get(name, 0) + 1
        self.world.stripe.clear_chaos()
        self.world.clock.advance(minutes=self.chance.randrange(20))
        self.world.settle_down(200)

    def _trainings(self) -> list[Training]:
        """Each currency with few seats and with many; one code takes 15 % off any."""
        organizing.code(self.world, percentage_bps=1500)
        return [
            self.world.training(
                price=Money(self.chance.randrange(60, 90_000), currency),
                capacity=capacity,
                starts_at=START + timedelta(days=90),
                ends_at=START + timedelta(days=90, hours=7),
            )
            for currency in CURRENCIES
            for capacity in (3, 40)
        ]

    def _register(self, training: Training, discount: str | None = None) -> Registration:
        self.guests += 1
        return self.world.register(
            training, f"guest{self.guests}@example.org", discount_code=discount
        )

    def _session(self, registration: Registration) -> str:
        payment = self.world.start(registration)
        assert payment.session_id is not None
        return payment.session_id

    def card(self, training: Training, _: Member) -> None:
        self.world.stripe.pay(self._session(self._register(training)))

    def discounted(self, training: Training, _: Member) -> None:
        self.world.stripe.pay(self._session(self._register(training, "EARLY")))

    def declined_then_paid(self, training: Training, _: Member) -> None:
        session_id = self._session(self._register(training))
        self.world.stripe.decline(session_id)
        self.world.stripe.pay(session_id)

    def debit_settled(self, training: Training, _: Member) -> None:
        session_id = organizing.start_debit(self.world, self._register(training))
        self.world.stripe.settle_bank_debit(session_id)

    def debit_denied(self, training: Training, _: Member) -> None:
        session_id = organizing.start_debit(self.world, self._register(training))
        self.world.stripe.deny_bank_debit(session_id)

    def debit_of_a_cancelled(self, training: Training, maria: Member) -> None:
        registration = self._register(training)
        session_id = organizing.start_debit(self.world, registration)
        organizing.cancel(self.world, registration, maria)
        self.world.stripe.settle_bank_debit(session_id)

    def late(self, training: Training, _: Member) -> None:
        self.guests += 1
        email = f"guest{self.guests}@example.org"
        registration = organizing.late_payment(self.world, training, email)
        seats = self.world.parts.records.seats(registration.training_id).left or 0
        for _again in range(seats if seats < 3 else 0):  # somebody else takes the last seats
            self._register(training)

    def late_refund_fails(self, training: Training, maria: Member) -> None:
        self.world.stripe.configure_chaos({"refunds": {"fail_later": 1, "after_seconds": 3600}})
        self.debit_of_a_cancelled(training, maria)
        self.world.settle_down(200)

    def late_refund_pends(self, training: Training, maria: Member) -> None:
        self.world.stripe.configure_chaos({"refunds": {"pending": 1, "after_seconds": 7200}})
        self.debit_of_a_cancelled(training, maria)
        self.world.settle_down(200)

    def mismatched(self, training: Training, _: Member) -> None:
        session_id = self._session(self._register(training))
        self.world.stripe.configure_chaos(
            {"capture": {"amount_minor": training.price.amount_minor + 1}}
        )
        self.world.stripe.pay(session_id)

    def by_hand(self, training: Training, maria: Member) -> None:
        organizing.mark(self.world, maria, self._register(training))

    def left_alone(self, training: Training, _: Member) -> None:
        self._register(training)
