"""Every life cycle's table, and where a life may begin, as the journal writes them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from guichet.collection import setup, stored
from guichet.invoices import invoice, run
from guichet.payments import (
    account,
    attempt,
    dispute,
    invoice_payment,
    own_refund,
    payment,
    refund,
)
from guichet.payments.refund import RefundReason
from guichet.registration import cancellation, registration, training
from guichet.subscriptions import cart, seats, subscription
from guichet.tax import certificate

type Table = Mapping[str, frozenset[str]]


def _words[S: StrEnum](table: Mapping[S, frozenset[S]]) -> Table:
    return {str(each): frozenset(map(str, after)) for each, after in table.items()}


TABLES: Final[Mapping[str, Table]] = MappingProxyType(
    {
        "registration": _words(registration.TRANSITIONS),
        "training": _words(training.TRANSITIONS),
        "cancellation": _words(cancellation.TRANSITIONS),
        "payment": _words(payment.TRANSITIONS),
        "refund": _words(refund.TRANSITIONS),
        "dispute": _words(dispute.TRANSITIONS),
        "payment_account": _words(account.TRANSITIONS),
        "subscription": _words(subscription.TRANSITIONS),
        "cart": _words(cart.TRANSITIONS),
        "cart_payment": _words(attempt.TRANSITIONS),
        "invoice_payment": _words(invoice_payment.TRANSITIONS),
        "own_refund": _words(own_refund.TRANSITIONS),
        "seat": _words(seats.TRANSITIONS),
        "method_setup": _words(setup.TRANSITIONS),
        "stored_method": _words(stored.TRANSITIONS),
        "tax_certificate": _words(certificate.TRANSITIONS),
        "invoice": _words(invoice.TRANSITIONS),
        "invoice_run": _words(run.TRANSITIONS),
    }
)
_FIRST: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "registration": frozenset({"pending_approval", "awaiting_payment", "confirmed"}),
        "payment": frozenset({"created"}),
        "cancellation": frozenset({"running"}),
        "refund": frozenset({"requested"}),
        "payment_account": frozenset({"onboarding", "linked"}),
        "subscription": frozenset({"pending", "trialing", "free", "active"}),
        "cart": frozenset({"pending", "done"}),  # done at once where nothing is due
        "cart_payment": frozenset({"created"}),
        "invoice_payment": frozenset({"created"}),
        "own_refund": frozenset({"requested"}),
        "method_setup": frozenset({"created"}),
        "stored_method": frozenset({"active"}),
        "tax_certificate": frozenset({"submitted"}),
        "seat": frozenset({"invited", "active"}),  # of a member, who is there already
        "invoice": frozenset({"open", "paid"}),  # paid at once: an order's, by credit, or over 0
    }
)
# Two moves in one write: whoever owes nothing is confirmed as soon as they are approved (REG-6).
_THROUGH: Final = frozenset({("registration", "pending_approval", "confirmed")})
_MADE_ELSEWHERE: Final = frozenset({RefundReason.OUTSIDE, RefundReason.CHARGEBACK})


def may_begin(kind: str, status: str, reason: object) -> bool:
    """Whether a life may begin so. A refund made at the provider is first seen as it stands there."""
    if kind == "refund" and reason in _MADE_ELSEWHERE:
        return status in TABLES[kind]
    return status in _FIRST.get(kind, TABLES[kind])


def may_follow(kind: str, before: str, after: str) -> bool:
    return after in TABLES[kind].get(before, ()) or (kind, before, after) in _THROUGH
