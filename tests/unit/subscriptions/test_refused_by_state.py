"""What a state forbids: each action in each state but the active one, and nothing written (SUB-3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

import pytest

from guichet.catalogue.catalogue import Frequency
from guichet.subscriptions.subscription import SubscriptionStatus
from tests.support.billing import Billing
from tests.support.billing_days import cancel, collect, on
from tests.support.refusing import (
    BEGIN,
    Doing,
    about,
    activate,
    active,
    at_renewal,
    refused,
    seat,
    withdraw,
)

S = SubscriptionStatus

ACTIONS: Final[Mapping[str, Doing]] = {
    "add": about("add", seats=1),
    "change": about("change", plan_id="plus"),
    "subscribe": about("subscribe", plan_id="plus", frequency=Frequency.MONTHLY),
    "reactivate": about("reactivate"),
    "at_renewal": at_renewal(seats=1),
    "cancel": cancel,
    "withdraw": withdraw,
    "seat": seat,
    "activate": activate,
    "collect": lambda billing: collect(billing, "past_due"),
}
ONLY_WHERE_CANCELLED = {"withdraw": "cancellation_absent"}
# What is not named is refused by the state's own code; None: it is done there.
OTHERWISE: Final[Mapping[SubscriptionStatus, Mapping[str, str | None]]] = {
    S.PENDING: dict.fromkeys(
        ("add", "change", "subscribe", "reactivate", "at_renewal", "cancel", "withdraw"),
        "order_pending",
    ),
    S.TRIALING: ONLY_WHERE_CANCELLED | dict.fromkeys(("subscribe", "cancel", "seat")),
    S.FREE: ONLY_WHERE_CANCELLED | dict.fromkeys(("subscribe", "cancel", "seat")),
    S.EXPIRED: ONLY_WHERE_CANCELLED | {"reactivate": None},
    S.ABANDONED: ONLY_WHERE_CANCELLED,
}


def _pending() -> Billing:
    billing = on(BEGIN)
    billing.place(billing.preview(billing.webinar()))
    return billing


def _trialing() -> Billing:
    billing = on(BEGIN)
    billing.try_out()
    return billing


def _free() -> Billing:
    billing = _trialing()
    billing.until(BEGIN + timedelta(days=15))
    return billing


def _expired() -> Billing:
    billing = active()
    cancel(billing)
    billing.until(BEGIN + timedelta(days=31))
    return billing


def _abandoned() -> Billing:
    billing = _pending()
    billing.until(BEGIN + timedelta(days=8))
    return billing


MADE: Final[Mapping[SubscriptionStatus, Callable[[], Billing]]] = {
    S.PENDING: _pending,
    S.TRIALING: _trialing,
    S.FREE: _free,
    S.EXPIRED: _expired,
    S.ABANDONED: _abandoned,
}


@pytest.mark.parametrize("status", MADE)
def test_a_state_refuses_what_is_not_done_in_it_sub_3(status: SubscriptionStatus) -> None:
    billing, otherwise = MADE[status](), OTHERWISE[status]
    assert billing.only().status is status

    codes = {
        name: refused(billing, doing)
        for name, doing in ACTIONS.items()
        if otherwise.get(name, "") is not None
    }

    assert codes == {name: otherwise.get(name, f"subscription_{status}") for name in codes}


@pytest.mark.parametrize(
    ("status", "name"),
    [
        pytest.param(status, name, id=f"{name} while {status}")
        for status, codes in OTHERWISE.items()
        for name, code in codes.items()
        if code is None
    ],
)
def test_the_rest_is_done_sub_3(status: SubscriptionStatus, name: str) -> None:
    billing = MADE[status]()
    before = billing.world.state()

    ACTIONS[name](billing)

    assert billing.world.state() != before
