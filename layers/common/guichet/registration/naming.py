"""Ids of this area: derived from caller, route and key, so that a repeat creates nothing (REG-10)."""

from __future__ import annotations

from guichet.ids import derived_id, digest, fingerprint


def training_id(account_id: str, key: str) -> str:
    return derived_id("trn", account_id, "POST /v1/trainings", key)


def discount_code_id(account_id: str, key: str) -> str:
    return derived_id("dsc", account_id, "POST /v1/discount-codes", key)


def registration_id(training_id: str, key: str) -> str:
    """A registration's id names its training, so that it is found without an index."""
    unique = derived_id("", training_id, "POST /v1/public/registrations", key)
    return f"reg_{training_id.partition('_')[2]}{unique}"


def training_of(registration_id: str) -> str | None:
    """The training a registration's id names; None where the text is no such id."""
    prefix, _, rest = registration_id.partition("_")
    training, _, unique = rest.partition("_")
    return f"trn_{training}" if prefix == "reg" and training and unique else None


def payment_id(registration_id: str, key: str) -> str:
    return derived_id("pay", registration_id, "POST /v1/public/registrations/payments", key)


def refund_id(payment_id: str, caller: str, key: str) -> str:
    return derived_id("ref", payment_id, "POST /v1/payments/refunds", caller, key)


def refund_with_cancel_id(payment_id: str, caller: str, key: str) -> str:
    return derived_id("ref", payment_id, "POST /v1/registrations/cancel", caller, key)


def outside_refund_id(provider: str, provider_refund_id: str) -> str:
    """Of a refund that was made at the provider: one, whoever tells of it (BAD-13)."""
    return derived_id("ref", "outside", provider, provider_refund_id)


def dispute_id(provider: str, provider_dispute_id: str) -> str:
    return derived_id("dsp", provider, provider_dispute_id)


def chargeback_id(dispute_id: str) -> str:
    """The money that a lost dispute returned."""
    return derived_id("ref", "chargeback", dispute_id)


def cancellation_refund_id(payment_id: str) -> str:
    """What a cancelled training returns of a payment."""
    return derived_id("ref", payment_id, "cancel_training")


def return_id(payment_id: str) -> str:
    """The one automatic return of a whole payment."""
    return derived_id("ref", payment_id, "return_payment")


def request_hash(*parts: str) -> str:
    """What a request asked, to tell a repeat from another request with the same key."""
    return digest(*parts).hex()[:32]


def key_mark(caller: str, route: str, key: str) -> str:
    return fingerprint(caller, route, key)
