"""Which ways of paying a training offers, and what the least is that one of them takes (REG-5, PAY-6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from guichet.errors import Conflict
from guichet.money import Money
from guichet.payments.account import PaymentAccount
from guichet.registration.policy import RegistrationPolicy
from guichet.registration.ports import Records
from guichet.registration.training import Training

OFFLINE_PREFIX: Final = "offline:"

# What a registrant may choose, and which provider serves it: PayPal also takes cards of guests.
PROVIDER_OF: Final[Mapping[str, str]] = MappingProxyType(
    {"stripe": "stripe", "paypal": "paypal", "paypal_card": "paypal"}
)
_ORDER: Final = tuple(dict.fromkeys(PROVIDER_OF.values()))  # as it is offered
_NEEDS_CARDS: Final = frozenset({"stripe", "paypal_card"})


@dataclass(frozen=True, slots=True)
class Method:
    """One way of paying, as the registrant chooses it: of `PROVIDER_OF`, or `offline:<id>`."""

    name: str
    label: str | None = None  # the organizer's own word for an offline method


def accepted_methods(
    training: Training, accounts: list[PaymentAccount], charged: Money, policy: RegistrationPolicy
) -> list[Method]:
    """What can be chosen for this amount, by what the linked accounts can do (PAY-6).

    A provider whose minimum exceeds the amount isn't offered (REG-5).
    """
    methods: list[Method] = []
    if not charged:
        return methods
    if training.provider_payment:
        for account in sorted(accounts, key=lambda each: _ORDER.index(each.provider)):
            terms = policy.providers[account.provider]
            enough = terms.minimum_minor[charged.currency] <= charged.amount_minor
            if account.is_usable and enough and charged.amount_minor <= terms.maximum_minor:
                methods.extend(methods_of(account))
    methods.extend(Method(OFFLINE_PREFIX + m.method_id, m.label) for m in training.offline_methods)
    return methods


def methods_of(account: PaymentAccount) -> list[Method]:
    """What a linked account lets registrants choose (PAY-6)."""
    return [
        Method(name)
        for name, provider in PROVIDER_OF.items()
        if provider == account.provider and (account.takes_cards or name not in _NEEDS_CARDS)
    ]


def nobody_can_pay() -> Conflict:
    """The only account was unlinked, or consent to it withdrawn (PAY-5)."""
    return Conflict(
        "payment_not_possible",
        "The organizer can't be paid for this training at the moment; try again later.",
        rule="PAY-5",
    )


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
