"""One organizer's accounts at providers, and who may be found by them (PAY-1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from guichet.adapters.dynamo import keys
from guichet.payments.account import PaymentAccount


@dataclass(frozen=True, slots=True)
class AccountFound:
    """An organizer's accounts at providers, and the partition keys that lead to them."""

    payment_accounts: Sequence[PaymentAccount]
    payees: frozenset[str]
    pointers: frozenset[str]


def payees(found: AccountFound) -> Iterator[str]:
    """A live account is found by its provider's name of it, and one given up by none."""
    wanted = {
        keys.payee(each.provider, each.provider_account_id).pk
        for each in found.payment_accounts
        if each.is_live and each.provider_account_id
    }
    for pk in sorted(wanted - found.payees):
        yield f"{pk} does not lead to it"
    for pk in sorted(found.payees - wanted):
        yield f"{pk} leads to it, and is not linked"
    pointers = {
        keys.payment_account_pointer(each.payment_account_id).pk for each in found.payment_accounts
    }
    for pk in sorted(pointers ^ found.pointers):
        yield f"{pk} and its payment account don't belong together"
