"""Stripe's own books, read list by list: what reconciliation compares ours with (EXT-3)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from guichet.adapters.http import Http
from guichet.adapters.stripe import reading, requests
from guichet.adapters.stripe.amounts import from_stripe
from guichet.adapters.stripe.client import Json, StripeClient
from guichet.adapters.stripe.webhooks import ENDPOINT_EVENTS, OWN_ENDPOINT_EVENTS
from guichet.money import Money
from guichet.payments.books import Listed, ListedKind, ListPage

K = ListedKind

# `/v1/payouts` is not among the published types that our contract tests hold calls against
# (docs/provider-calls.md); the others are.
_PATHS: Final = MappingProxyType(
    {
        K.CAPTURE: "/v1/charges",
        K.REFUND: "/v1/refunds",
        K.DISPUTE: "/v1/disputes",
        K.FEE: "/v1/application_fees",
        K.PAYOUT: "/v1/payouts",
        K.EVENT: "/v1/events",
    }
)
_WITH_INTENT: Final = frozenset({K.CAPTURE, K.REFUND, K.DISPUTE})  # it has our reference
_DECIDED: Final = frozenset({"won", "lost", "warning_closed", "prevented"})


class StripeBooks:
    """Implements `ProviderBooks`; arguments are as for `StripeProvider`.

    Whose lists are read may hold what was never made through us, in whatever currency and state:
    what of it can't be told in our words is left out of the entry, and no entry stops the list.
    """

    def __init__(
        self,
        http: Http,
        *,
        api_url: str,
        api_keys: Sequence[str],
        pause: Callable[[float], None],
        elapsed: Callable[[], float] = time.monotonic,
        budget_seconds: float = 10.0,
    ) -> None:
        self._client = StripeClient(http, api_url, tuple(api_keys), pause, elapsed, budget_seconds)

    kinds: tuple[ListedKind, ...] = tuple(ListedKind)

    def listed(
        self,
        kind: ListedKind,
        *,
        payee: str,
        since: datetime,
        until: datetime,
        after: str | None = None,
    ) -> ListPage:
        """One page, the newest first; of events only those that our endpoint is subscribed to.

        Stripe keeps events for 30 days. A charge counts from when the buyer paid, also where its
        debit settled later.

        Raises:
            ProviderUnavailableError: no answer, or one that can't be read.
            ProviderRefusedError: a final no.
        """
        subscribed = ENDPOINT_EVENTS if payee else OWN_ENDPOINT_EVENTS
        call = requests.list_created(
            _PATHS[kind],
            payee or None,
            since=since,
            until=until,
            after=after,
            types=subscribed if kind is K.EVENT else (),
            expand=("data.payment_intent",) if kind in _WITH_INTENT else (),
        )
        answer = self._client.send(call, self._client.budget()).json
        found = reading.items(answer)
        more = answer.get("has_more") is True and bool(found)
        return ListPage(
            items=tuple(_READERS[kind](each, payee) for each in found),
            after=reading.object_id(found[-1]) if more else None,
        )


def _capture(charge: Json, payee: str) -> Listed:
    status = reading.text(charge, "status")
    settled = status == "succeeded" and charge.get("captured") is True
    return Listed(
        kind=K.CAPTURE,
        object_id=reading.object_id(charge),
        at=_created(charge),
        payee=payee,
        amount=_amount(charge, "amount_captured" if settled else "amount"),
        status=status,
        settled=settled,
        payment_id=_payment_id(charge),
        capture_id=reading.object_id(charge),
        fee=_amount(charge, "application_fee_amount"),
    )


def _refund(refund: Json, payee: str) -> Listed:
    status = reading.text(refund, "status")
    return Listed(
        kind=K.REFUND,
        object_id=reading.object_id(refund),
        at=_created(refund),
        payee=payee,
        amount=_amount(refund, "amount"),
        status=status,
        settled=status == "succeeded",
        payment_id=_payment_id(refund),
        refund_id=reading.metadata_of(refund, "refund_id"),
        capture_id=reading.reference(refund, "charge"),
    )


def _dispute(dispute: Json, payee: str) -> Listed:
    status = reading.text(dispute, "status")
    return Listed(
        kind=K.DISPUTE,
        object_id=reading.object_id(dispute),
        at=_created(dispute),
        payee=payee,
        amount=_amount(dispute, "amount"),
        status=status,
        settled=status in _DECIDED,
        payment_id=_payment_id(dispute),
        capture_id=reading.reference(dispute, "charge"),
    )


def _fee(fee: Json, payee: str) -> Listed:
    """A platform fee; `refunded` is Stripe's own word for one that went back whole."""
    return Listed(
        kind=K.FEE,
        object_id=reading.object_id(fee),
        at=_created(fee),
        payee=reading.reference(fee, "account") or payee,
        amount=_amount(fee, "amount"),
        status="refunded" if fee.get("refunded") is True else "taken",
        settled=True,
        capture_id=reading.reference(fee, "charge"),
        fee=_amount(fee, "amount_refunded"),
    )


def _payout(payout: Json, payee: str) -> Listed:
    """A payout to the organizer's bank; without an amount where the bank was debited instead."""
    status = reading.text(payout, "status")
    return Listed(
        kind=K.PAYOUT,
        object_id=reading.object_id(payout),
        at=_created(payout),
        payee=payee,
        amount=_amount(payout, "amount"),
        status=status,
        settled=status == "paid",
    )


def _event(event: Json, payee: str) -> Listed:
    """An event as a webhook brings it, where its envelope names the account."""
    kind = reading.text(event, "type")
    brought = event if not payee else {**event, "account": payee}
    return Listed(
        kind=K.EVENT,
        object_id=reading.object_id(event),
        at=_created(event),
        payee=payee,
        amount=None,
        status=kind,
        settled=True,
        event=json.dumps(brought, separators=(",", ":")).encode(),
        event_kind=kind,
    )


_READERS: Final = MappingProxyType(
    {
        K.CAPTURE: _capture,
        K.REFUND: _refund,
        K.DISPUTE: _dispute,
        K.FEE: _fee,
        K.PAYOUT: _payout,
        K.EVENT: _event,
    }
)


def _payment_id(found: Json) -> str | None:
    intent = reading.embedded(found, "payment_intent")
    return None if intent is None else reading.metadata_of(intent, "payment_id")


def _amount(found: Json, name: str) -> Money | None:
    """None where there is none, and where our books could not hold it."""
    value, currency = found.get(name), found.get("currency")
    if type(value) is not int or not isinstance(currency, str):
        return None
    try:
        return from_stripe(value, currency)
    except ValueError:
        return None


def _created(found: Json) -> datetime:
    return datetime.fromtimestamp(reading.whole(found, "created"), UTC)
