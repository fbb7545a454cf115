"""What an operator configured: validated when it is compiled, loaded in a moment when it is used."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from guichet.access.profile import MOST_TERMS_DAYS
from guichet.collection.policy import CollectionPolicy
from guichet.payments.fee import FeeSchedule
from guichet.payments.stored_method import MethodKind
from guichet.registration.policy import ProviderTerms, RegistrationPolicy
from guichet.subscriptions.policy import BillingPolicy

COMPILED: Final = "registration.json"
COMPILED_BILLING: Final = "billing.json"

# The greatest that each number of billing may be; the least is 1.
_BILLING_LIMITS: Final = {
    "late_months": 24,
    "future_minutes": 60,
    "usage_batch": 500,  # a body of 256 KB holds no more
    "preview_minutes": 24 * 60,
    "abandon_days": 28,
    "session_minutes": 24 * 60,
    "cart_lines": 20,  # of which one write can carry out all
    "return_poll_seconds": 60,
    "cancel_attempt_days": 365,
    "suspended_days": 365,
    "payment_terms_days": MOST_TERMS_DAYS,
}
# And of collecting.
_COLLECTION_LIMITS: Final = {
    "setup_minutes": 24 * 60,
    "return_poll_seconds": 60,
    "decline_rest_minutes": 24 * 60,
    "most_declines": 20,
    "decline_window_hours": 7 * 24,
}
_MOST_METHODS: Final = 20  # of a kind: a list of all is read at once


class ConfigurationError(ValueError):
    """The configuration can't be used: says the place and why."""


def load_registration_policy() -> RegistrationPolicy:
    """The policy that was compiled into this package."""
    return _policy(json.loads((Path(__file__).parent / "data" / COMPILED).read_text()))


def load_billing_policy() -> BillingPolicy:
    """The policy of billing that was compiled into this package."""
    return _billing_policy(
        json.loads((Path(__file__).parent / "data" / COMPILED_BILLING).read_text())
    )


def load_collection_policy() -> CollectionPolicy:
    """The policy of collecting that was compiled into this package."""
    return _collection_policy(
        json.loads((Path(__file__).parent / "data" / COMPILED_BILLING).read_text())
    )


def compile_registration(source: Path) -> str:
    """The compiled text of `config/registration.toml`.

    Raises:
        ConfigurationError: with the place in the file.
    """
    return _compiled(source, lambda raw: _check(_policy(raw)))


def compile_billing(source: Path) -> str:
    """The compiled text of `config/billing.toml`.

    Raises:
        ConfigurationError: with the place in the file.
    """

    def check(raw: dict[str, Any]) -> None:
        _check_billing(_billing_policy(raw))
        _check_collection(_collection_policy(raw))

    return _compiled(source, check)


def _compiled(source: Path, check: Callable[[dict[str, Any]], None]) -> str:
    import tomllib  # noqa: PLC0415 - compiling only: functions load what was compiled

    try:
        raw = tomllib.loads(source.read_text())
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{source}: {error}") from error
    try:
        check(raw)
    except KeyError as error:
        raise ConfigurationError(f"{source}: {error} is missing") from error
    except (TypeError, ValueError) as error:
        raise ConfigurationError(f"{source}: {error}") from error
    return json.dumps(raw, indent=1, sort_keys=True) + "\n"


def _policy(raw: dict[str, Any]) -> RegistrationPolicy:
    holds, links, limits = raw["holds"], raw["links"], raw["limits"]
    return RegistrationPolicy(
        currencies=frozenset(raw["currencies"]),
        platform_fee=FeeSchedule(**raw["platform_fee"]),
        providers={name: ProviderTerms(**terms) for name, terms in raw["providers"].items()},
        hold=timedelta(minutes=holds["submitted_minutes"]),
        session=timedelta(minutes=holds["session_minutes"]),
        hold_limit=timedelta(minutes=holds["limit_minutes"]),
        approval_hold=timedelta(hours=holds["approval_hours"]),
        offline_deadline_days=raw["offline"]["deadline_days"],
        token_days_after_end=links["token_days_after_end"],
        return_poll_seconds=limits["return_poll_seconds"],
        link_resend_seconds=links["resend_after_seconds"],
        wrong_codes_per_hour=limits["wrong_codes"],
        new_holds_per_hour=limits["new_holds"],
    )


def _check(policy: RegistrationPolicy) -> None:
    """Refuse what would fail later, in front of a registrant."""
    for currency in policy.currencies:
        _whole(f"platform_fee.cap_minor.{currency}", policy.platform_fee.cap_minor[currency])
        for name, terms in policy.providers.items():
            _whole(f"providers.{name}.minimum_minor.{currency}", terms.minimum_minor[currency])
    if not 0 <= _whole("platform_fee.rate_bps", policy.platform_fee.rate_bps) < 10_000:
        raise ValueError("platform_fee.rate_bps is below 10000: a fee never exceeds the price")
    if policy.session < timedelta(minutes=31):
        raise ValueError("holds.session_minutes is 31 at least: Stripe allows none below 30")
    if policy.hold_limit < policy.session:
        raise ValueError("holds.limit_minutes is at least holds.session_minutes")


def _billing_policy(raw: dict[str, Any]) -> BillingPolicy:
    usage, orders, bills = raw["usage"], raw["orders"], raw["bills"]
    lives = raw["subscriptions"]
    return BillingPolicy(
        late_months=usage["late_months"],
        future_minutes=usage["future_minutes"],
        usage_batch=usage["batch"],
        preview_minutes=orders["preview_minutes"],
        abandon_days=orders["abandon_days"],
        session_minutes=orders["session_minutes"],
        cart_lines=orders["cart_lines"],
        return_poll_seconds=orders["return_poll_seconds"],
        minimum_minor=orders["minimum_minor"],
        maximum_minor=orders["maximum_minor"],
        cancel_attempt_days=lives["cancel_attempt_days"],
        suspended_days=lives["suspended_days"],
        deletion_notice_days=tuple(lives["deletion_notice_days"]),
        payment_terms_days=bills["payment_terms_days"],
    )


def _check_billing(policy: BillingPolicy) -> None:
    """Refuse what would fail later, in front of a customer."""
    for currency, least in policy.minimum_minor.items():
        _whole(f"orders.minimum_minor.{currency}", least)
    _whole("orders.maximum_minor", policy.maximum_minor)
    days = [
        _whole("subscriptions.deletion_notice_days", day) for day in policy.deletion_notice_days
    ]
    if 0 in days or days != sorted(set(days), reverse=True):
        raise ValueError("subscriptions.deletion_notice_days descend, each once, and none is 0")
    for name, most in _BILLING_LIMITS.items():
        if not 1 <= _whole(name, getattr(policy, name)) <= most:
            raise ValueError(f"{name} is from 1 to {most}")
    if policy.session_minutes < 31:
        raise ValueError("session_minutes is 31 at least: Stripe allows none below 30")


def _collection_policy(raw: dict[str, Any]) -> CollectionPolicy:
    methods, declines = raw["payment_methods"], raw["declines"]
    return CollectionPolicy(
        most_methods={
            MethodKind.CARD: methods["cards"],
            MethodKind.BANK_DEBIT: methods["bank_debits"],
            MethodKind.PAYPAL: methods["connected_accounts"],
        },
        setup_minutes=methods["setup_minutes"],
        return_poll_seconds=methods["return_poll_seconds"],
        decline_rest_minutes=declines["rest_minutes"],
        most_declines=declines["most"],
        decline_window_hours=declines["window_hours"],
    )


def _check_collection(policy: CollectionPolicy) -> None:
    """Refuse what would fail later, in front of a customer."""
    for kind, most in policy.most_methods.items():
        if not 1 <= _whole(f"payment_methods: {kind}", most) <= _MOST_METHODS:
            raise ValueError(f"payment_methods: of {kind} from 1 to {_MOST_METHODS} are stored")
    for name, most in _COLLECTION_LIMITS.items():
        if not 1 <= _whole(name, getattr(policy, name)) <= most:
            raise ValueError(f"{name} is from 1 to {most}")
    if policy.setup_minutes < 31:
        raise ValueError(
            "payment_methods.setup_minutes is 31 at least: Stripe allows none below 30"
        )


def _whole(place: str, value: object) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(f"{place} is a whole number of at least 0")
    return value
