"""Which ways of paying a training offers, and what the least is that one of them takes (REG-5, PAY-6)."""

from __future__ import annotations

from dataclasses import dataclass

from guichet.money import Money
from guichet.payments.account import PaymentAccount
from guichet.registration.policy import RegistrationPolicy
from guichet.registration.ports import Records
from guichet.registration.training import Training

OFFLINE_PREFIX = "offline:"


@dataclass(frozen=True, slots=True)
class Method:
    """One way of paying, as the registrant chooses it: `stripe`, or `offline:<id>`."""

    name: str
    label: str | None = None  # the organizer's own word for an offline method


def accepted_methods(
    training: Training, accounts: list[PaymentAccount], charged: Money, policy: RegistrationPolicy
) -> list[Method]:
    """What can be chosen for this amount: a provider whose minimum exceeds it isn't offered (REG-5)."""
    methods: list[Method] = []
    if not charged:
        return methods
    if training.provider_payment:
        for account in accounts:
            terms = policy.providers[account.provider]
            enough = terms.minimum_minor[charged.currency] <= charged.amount_minor
            if account.is_usable and enough and charged.amount_minor <= terms.maximum_minor:
                methods.append(Method(account.provider))
    methods.extend(Method(OFFLINE_PREFIX + m.method_id, m.label) for m in training.offline_methods)
    return methods


def least_payable(training: Training, records: Records, policy: RegistrationPolicy) -> int | None:
    """The least amount any accepted way takes, in minor units; None where one takes all."""
    if training.offline_methods:
        return None
    currency = training.price.currency
    minimums = [
        policy.providers[account.provider].minimum_minor[currency]
        for account in records.payment_accounts(training.account_id)
        if account.is_usable
    ]
    return min(minimums, default=None)
