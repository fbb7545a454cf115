"""An administrator reads one of the organizer's accounts at providers (PAY-3)."""

from __future__ import annotations

from guichet.access.membership import Member
from guichet.payments.account import PaymentAccount
from guichet.payments.linking import Linking


def read_payment_account(
    payment_account_id: str, member: Member, *, linking: Linking
) -> PaymentAccount:
    return linking.permitted(member, payment_account_id)
