"""The operator's staff records an organizer's account at a provider (PAY-1, PAY-2)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final, Protocol

from guichet.clock import Clock
from guichet.errors import invalid_field
from guichet.events import Actor
from guichet.ledger.journal import Cause
from guichet.payments.account import PaymentAccount

_FORMS: Final = {"stripe": re.compile(r"acct_[A-Za-z0-9_]{1,64}")}


class PaymentAccountRecords(Protocol):
    """Payment accounts by organizer and provider."""

    def payment_account(self, account_id: str, provider: str) -> PaymentAccount | None: ...

    def save_payment_account(
        self, cause: Cause, before: PaymentAccount | None, after: PaymentAccount
    ) -> None:
        """Store it.

        Raises:
            NotFound: no such account.
            Conflict: `payment_account_changed`, somebody else was faster.
        """
        ...


@dataclass(frozen=True, slots=True)
class RecordPaymentAccount:
    """What the provider's own pages say of the account."""

    account_id: str
    provider: str
    provider_account_id: str
    confirmed: bool
    verified: bool
    takes_cards: bool
    actor: Actor


def record_payment_account(
    command: RecordPaymentAccount, *, people: PaymentAccountRecords, clock: Clock
) -> PaymentAccount:
    """Link it, or replace what was linked: at most one per organizer and provider.

    Raises:
        NotFound: no such account.
        Invalid: a provider or an id that can't be.
        Conflict: `payment_account_changed`.
    """
    form = _FORMS.get(command.provider)
    if form is None:
        raise invalid_field("/provider", "provider_unknown", f"One of {', '.join(_FORMS)}.")
    if not form.fullmatch(command.provider_account_id):
        raise invalid_field("/provider_account_id", "malformed", "As the provider writes it.")
    before = people.payment_account(command.account_id, command.provider)
    after = PaymentAccount(
        account_id=command.account_id,
        provider=command.provider,
        provider_account_id=command.provider_account_id,
        confirmed=command.confirmed,
        verified=command.verified,
        takes_cards=command.takes_cards,
    )
    if before is not None:
        after = replace(after, version=before.version + 1)
    cause = Cause(command.actor, "record_payment_account", clock.now())
    people.save_payment_account(cause, before, after)
    return after
