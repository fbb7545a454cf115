"""An administrator has the provider asked what an account can do by now (PAY-2, PAY-6)."""

from __future__ import annotations

from dataclasses import dataclass

from guichet.access.membership import Member
from guichet.events import Actor
from guichet.payments.account import PaymentAccount
from guichet.payments.linking import Linking


@dataclass(frozen=True, slots=True)
class RefreshPaymentAccount:
    """A member is back from the provider's page, or wonders; what the address says is not looked at."""

    payment_account_id: str
    member: Member
    actor: Actor


def refresh_payment_account(command: RefreshPaymentAccount, *, linking: Linking) -> PaymentAccount:
    """The account as the provider describes it now; one that isn't linked is left as it is.

    Raises:
        Unavailable: the provider does not answer.
        Conflict: `payment_account_taken`.
    """
    account = linking.permitted(command.member, command.payment_account_id)
    return linking.ask(account, linking.cause(command.actor, "refresh_payment_account"))
