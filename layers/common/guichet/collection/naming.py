"""Ids of this area: derived, so that a repeat creates nothing (REG-10)."""

from __future__ import annotations

from guichet.ids import derived_id


def setup_id(account_id: str, caller: str, key: str) -> str:
    return derived_id("mst", account_id, "POST /v1/payment-methods", caller, key)


def method_id(setup_id: str) -> str:
    """A setup stores one method, whoever hears of it how often."""
    return derived_id("pmt", setup_id)
