"""Payments, and what goes back of them (RFD-1 to RFD-7)."""

from __future__ import annotations

from guichet.entry.calls.signed_in import SignedInCalls


class RefundCalls(SignedInCalls):
    """One method a call."""
