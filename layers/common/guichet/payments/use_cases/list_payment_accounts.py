"""An administrator lists the organizer's accounts at providers (PAY-1, PAY-3)."""

from __future__ import annotations

from guichet.access.membership import Member, Permission
from guichet.payments.account import PaymentAccount
from guichet.payments.linking import Linking


def list_payment_accounts(member: Member, *, linking: Linking) -> list[PaymentAccount]:
    """All of them, those not linked any more too: there is at most one per provider."""
    member.reach(Permission.LINK_PAYMENT_ACCOUNTS)
    return linking.records.payment_accounts(member.account_id)
