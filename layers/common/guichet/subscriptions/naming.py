"""Ids of this area: derived from caller and key, so that a repeat creates nothing (REG-10)."""

from __future__ import annotations

from guichet.ids import derived_id, digest, fingerprint


def preview_id(account_id: str, caller: str, key: str) -> str:
    return derived_id("prv", account_id, "POST /v1/carts/preview", caller, key)


def cart_id(account_id: str, preview_id: str) -> str:
    """A preview is placed once, whoever places it how often."""
    return derived_id("crt", account_id, "POST /v1/carts", preview_id)


def cart_payment_id(cart_id: str, key: str) -> str:
    return derived_id("cpy", cart_id, "POST /v1/carts/payments", key)


def received_payment_id(account_id: str, mark: str) -> str:
    """Of a transfer or a cheque, made of the mark that its key left."""
    return derived_id("rcv", account_id, mark)


def trial_id(account_id: str, product_id: str) -> str:
    """One trial per product and account (SUB-19)."""
    return derived_id("sub", account_id, "trial", product_id)


def seat_id(subscription_id: str, caller: str, key: str) -> str:
    return derived_id("sea", subscription_id, "POST /v1/subscriptions/seats", caller, key)


def request_hash(*parts: str) -> str:
    """What a request asked, to tell a repeat from another request with the same key."""
    return digest(*parts).hex()[:32]


def key_mark(caller: str, route: str, key: str | None) -> str | None:
    """The mark that an object keeps of an action's key; None without a key."""
    return None if key is None else fingerprint(caller, route, key)
