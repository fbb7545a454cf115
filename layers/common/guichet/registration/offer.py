"""What an organizer decides about a training, and whether it can be sold at all (REG-1)."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from guichet.errors import Conflict, FieldError, Invalid
from guichet.money import Money
from guichet.registration.policy import RegistrationPolicy
from guichet.registration.training import Approval, OfflineMethod, Training

_REG_1: Final = "REG-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The fields of a training that its organizer sets."""

    title: str
    description: str
    terms: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    price: Money
    capacity: int | None
    provider_payment: bool
    offline_methods: tuple[OfflineMethod, ...]
    offline_deadline_days: int
    approval: Approval
    languages: tuple[str, ...]


OFFERED: Final = tuple(each.name for each in fields(Offer))


def offer_of(training: Training) -> Offer:
    return Offer(**{name: getattr(training, name) for name in OFFERED})


def with_offer(training: Training, offer: Offer) -> Training:
    return replace(training, **{name: getattr(offer, name) for name in OFFERED})


def require_sound(offer: Offer, policy: RegistrationPolicy) -> None:
    """Refuse an offer that could never be sold.

    Raises:
        Invalid: currency not configured (MON-2), price beyond what a provider takes (REG-5), no
            such time zone, an end before the start, one offline method twice.
    """
    errors = (
        *_price_errors(offer, policy),
        *_time_errors(offer),
        *_method_errors(offer.offline_methods),
    )
    if len(errors) == 1:
        raise Invalid(errors[0].code, errors[0].detail, rule=_REG_1, errors=errors)
    if errors:
        raise Invalid(
            "invalid_request", "Several fields can't be accepted.", rule=_REG_1, errors=errors
        )


def _price_errors(offer: Offer, policy: RegistrationPolicy) -> tuple[FieldError, ...]:
    price = offer.price
    if price.currency not in policy.currencies:
        allowed = ", ".join(sorted(policy.currencies))
        detail = f"The currency of a training is one of {allowed}."
        return (FieldError("/price/currency", "currency_not_allowed", detail),)
    most = min(terms.maximum_minor for terms in policy.providers.values())
    if price.amount_minor > most:
        detail = f"A price is at most {Money(most, price.currency)}."
        return (FieldError("/price/amount_minor", "amount_beyond_limits", detail),)
    least = min(terms.minimum_minor[price.currency] for terms in policy.providers.values())
    only_providers = offer.provider_payment and not offer.offline_methods
    if only_providers and 0 < price.amount_minor < least:
        detail = f"A price that is paid at a provider is at least {Money(least, price.currency)}."
        return (FieldError("/price/amount_minor", "amount_beyond_limits", detail),)
    return ()


def _time_errors(offer: Offer) -> tuple[FieldError, ...]:
    errors: list[FieldError] = []
    try:
        ZoneInfo(offer.time_zone)
    except (ValueError, OSError, KeyError):
        detail = "A time zone is a name such as Europe/Paris."
        errors.append(FieldError("/time_zone", "time_zone_unknown", detail))
    if offer.ends_at <= offer.starts_at:
        errors.append(FieldError("/ends_at", "ends_before_start", "The end is after the start."))
    return tuple(errors)


def _method_errors(methods: tuple[OfflineMethod, ...]) -> tuple[FieldError, ...]:
    ids = [method.method_id for method in methods]
    return tuple(
        FieldError(f"/offline_methods/{place}/id", "duplicate", "Each method has an id of its own.")
        for place, identity in enumerate(ids)
        if identity in ids[:place]
    )


def require_same_currency(before: Training, offer: Offer, *, has_been_paid: bool) -> None:
    """A training's currency cannot change once anyone has paid (REG-5)."""
    if has_been_paid and offer.price.currency != before.price.currency:
        raise Conflict(
            "currency_fixed",
            "Somebody has paid for this training: its currency can't change any more.",
            rule="REG-5",
            errors=(
                FieldError("/price/currency", "currency_fixed", "This can't change any more."),
            ),
        )
