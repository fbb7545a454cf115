"""The attempts to collect an invoice, as its account sees them (INV-9)."""

from __future__ import annotations

from typing import Final

from guichet.access.membership import Member, Permission
from guichet.collection.charging import Charging
from guichet.collection.payment_views import PaymentView, refund_of
from guichet.errors import not_found

MOST_SHOWN: Final = 50  # the newest


def list_invoice_payments(
    member: Member, invoice_id: str, *, charging: Charging
) -> list[PaymentView]:
    """The newest first.

    Raises:
        NotAllowed: the member may not see invoices.
        NotFound: absent, or another account's.
    """
    member.reach(Permission.READ_BILLS)
    records = charging.records
    invoice = records.invoice(member.account_id, invoice_id)
    if invoice is None:
        raise not_found("invoice")
    newest = tuple(reversed(invoice.payment_ids))[:MOST_SHOWN]
    payments = records.invoice_payments(newest)
    used = tuple(dict.fromkeys(each.method_id for each in payments))
    methods = {each.method_id: each for each in records.stored_methods(member.account_id, used)}
    return [
        PaymentView(each, invoice, methods.get(each.method_id), refund_of(each, records))
        for each in payments
    ]
