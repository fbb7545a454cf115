"""What anyone may see of a training: price, seats, ways of paying, organizer (REG-2)."""

from __future__ import annotations

from dataclasses import dataclass

from guichet.access.membership import Account
from guichet.clock import Clock
from guichet.errors import not_found
from guichet.registration.paying import Method, accepted_methods
from guichet.registration.policy import RegistrationPolicy
from guichet.registration.ports import Records, Seats
from guichet.registration.training import Training, TrainingStatus


@dataclass(frozen=True, slots=True)
class PublicTraining:
    """A training as a stranger sees it."""

    training: Training
    seats: Seats
    organizer: Account
    methods: tuple[Method, ...]
    has_started: bool

    @property
    def takes_registrations(self) -> bool:
        is_open = self.training.status is TrainingStatus.OPEN and not self.has_started
        can_be_paid = bool(self.methods) or not self.training.price
        return is_open and self.seats.left != 0 and can_be_paid


def show_training(
    training_id: str, *, records: Records, clock: Clock, policy: RegistrationPolicy
) -> PublicTraining:
    """The training. A draft is as absent.

    Raises:
        NotFound: there is none that anyone may see.
    """
    training = records.training(training_id)
    if training is None or training.status in {TrainingStatus.DRAFT, TrainingStatus.DELETED}:
        raise not_found("training")
    accounts = records.payment_accounts(training.account_id)
    return PublicTraining(
        training=training,
        seats=records.seats(training_id),
        organizer=records.account(training.account_id),
        methods=tuple(accepted_methods(training, accounts, training.price, policy)),
        has_started=training.has_started(clock.now()),
    )
