"""Ids of this area: derived, so that a repeat creates nothing (REG-10)."""

from __future__ import annotations

from guichet.ids import derived_id


def setup_id(account_id: str, caller: str, key: str) -> str:
    """A provider repeats it in its events: by `set_` these are told from others."""
    return derived_id("set", account_id, "POST /v1/payment-methods", caller, key)


def method_id(setup_id: str) -> str:
    """A setup stores one method, whoever hears of it how often."""
    return derived_id("pmt", setup_id)
