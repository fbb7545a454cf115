"""What a registrant would pay with this code: nothing is reserved, nothing is written (REG-5)."""

from __future__ import annotations

from dataclasses import dataclass

from guichet.clock import Clock
from guichet.errors import not_found
from guichet.registration.discount import Quote, require_payable, undiscounted, unknown_code
from guichet.registration.guarding import Guard
from guichet.registration.paying import least_payable
from guichet.registration.policy import RegistrationPolicy
from guichet.registration.ports import RateLimits, Records
from guichet.registration.training import Training, TrainingStatus


@dataclass(frozen=True, slots=True)
class QuotePrice:
    """Asked by anyone; `source` is where from."""

    training_id: str
    discount_code: str | None
    source: str


def quote_price(
    command: QuotePrice,
    *,
    records: Records,
    limits: RateLimits,
    clock: Clock,
    policy: RegistrationPolicy,
) -> Quote:
    """The price after the discount.

    Raises:
        Invalid: `discount_unknown`, which is counted per source and training.
        Conflict: the training takes no registration, or the code can't be used.
        TooMany: too many wrong codes from here.
    """
    training = records.training(command.training_id)
    if training is None or training.status in {TrainingStatus.DRAFT, TrainingStatus.DELETED}:
        raise not_found("training")
    training.require_registrable(clock.now())
    if not command.discount_code:
        return undiscounted(training.price)
    word = command.discount_code
    guard = Guard(limits, policy, training.training_id, command.source, clock.now())
    return guard.codes(lambda: _discounted(word, training, records, clock, policy))


def _discounted(
    word: str, training: Training, records: Records, clock: Clock, policy: RegistrationPolicy
) -> Quote:
    code = records.discount_code_named(training.account_id, word)
    if code is None:
        raise unknown_code()
    code.require_usable(training.training_id, clock.now())
    quote = code.quote(training.price)
    require_payable(quote, least_payable(training, records, policy))
    return quote
