"""The operator's staff records an organizer's account at a provider (PAY-1, PAY-2)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from guichet.clock import Clock
from guichet.errors import invalid_field
from guichet.events import Actor, Event
from guichet.ledger.journal import Cause
from guichet.payments.account import PaymentAccount
from guichet.payments.linking import facts_of
from guichet.payments.onboarding import PaymentAccountRecords
from guichet.retrying import with_fresh_state

_FORMS: Final = {
    "stripe": re.compile(r"acct_[A-Za-z0-9_]{1,64}"),
    "paypal": re.compile(r"[A-Z0-9]{1,20}"),
}


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

    Pages that would pay what was linked before are ended, as after unlinking (REG-8).

    Raises:
        NotFound: no such account.
        Invalid: a provider or an id that can't be.
        Conflict: `payment_account_taken`, another organizer has linked it.
    """
    form = _FORMS.get(command.provider)
    if form is None:
        raise invalid_field("/provider", "provider_unknown", f"One of {', '.join(_FORMS)}.")
    if not form.fullmatch(command.provider_account_id):
        raise invalid_field("/provider_account_id", "malformed", "As the provider writes it.")
    cause = Cause(command.actor, "record_payment_account", clock.now())

    def attempt() -> PaymentAccount:
        before = people.payment_account(command.account_id, command.provider)
        after = _account(command)
        if before is not None:
            replacing = before.replaced_by(after, now=clock.now())
            after = replace(replacing, version=before.version + 1)
        event = Event("payment_account.recorded", facts_of(after))
        people.save_payment_account(cause, before, after, events=(event,))
        return after

    return with_fresh_state(attempt)


def _account(command: RecordPaymentAccount) -> PaymentAccount:
    return PaymentAccount(
        account_id=command.account_id,
        provider=command.provider,
        provider_account_id=command.provider_account_id,
        confirmed=command.confirmed,
        verified=command.verified,
        takes_cards=command.takes_cards,
    )
