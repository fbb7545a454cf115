"""One partial refund of a sale, event by event: the organizer's call and all that it sets in motion."""

from __future__ import annotations

import json
import secrets
import statistics
from dataclasses import dataclass
from typing import Final

from benchmarks.figures import Measured
from benchmarks.sale import Sale, Step, Stream, webhook_event
from benchmarks.workshop import OWNER, Worker, Workshop
from guichet.adapters.stripe.webhooks import ENDPOINT_EVENTS
from local.simulators.shapes import PendingWebhook
from tests.support.gateway import http_event

_WARMING: Final = 3
_NUMBERS: Final = {"stripe": 20_000, "paypal": 30_000}
_PAYPAL_EVENTS: Final = frozenset({"PAYMENT.CAPTURE.REFUNDED"})
_CALL: Final = "refund call"


@dataclass(frozen=True, slots=True)
class Refunded:
    """Refunds as they went: `timed` without, the last one with a meter on the store."""

    method: str
    timed: list[list[Step]]
    metered: list[Step]


def refund(place: Workshop, samples: int, method: str) -> Refunded:
    """Refund a part of so many sales, one after the other."""
    numbers = _NUMBERS[method]
    with Worker(place, metered=False) as worker:
        stream = Stream(place)
        timed = [
            _refunded(Sale(place, worker, stream, numbers + number, method))
            for number in range(_WARMING + samples)
        ][_WARMING:]
    with Worker(place, metered=True) as worker:
        stream = Stream(place)
        sales = (
            Sale(place, worker, stream, numbers + _WARMING + samples + number, method)
            for number in range(2)  # the first makes the clients
        )
        metered = [_refunded(sale) for sale in sales][-1]
    return Refunded(method, timed, metered)


def figures(refunded: Refunded) -> list[Measured]:
    """The call by itself, and with webhooks, stream and mail."""
    prefix = "refund" if refunded.method == "stripe" else "paypal_refund"
    timed, metered = refunded.timed, refunded.metered
    samples = len(timed)
    whole = [sum(step.report.cpu_ms for step in steps) for steps in timed]
    calls = [sum(step.report.cpu_ms for step in _own(steps)) for steps in timed]
    own = _own(metered)
    return [
        Measured(f"{prefix}_cpu", statistics.median(calls), "ms", samples),
        Measured(f"{prefix}_write_units", sum(step.write_units for step in own), "units"),
        Measured(f"{prefix}_read_units", sum(step.read_units for step in own), "units"),
        Measured(f"{prefix}_round_trips", sum(len(s.report.calls) for s in own), "calls"),
        Measured(f"{prefix}_provider_calls", sum(s.provider_calls for s in own), "calls"),
        Measured(f"{prefix}_cpu_with_news_and_mail", statistics.median(whole), "ms", samples),
        Measured(
            f"{prefix}_write_units_with_news_and_mail",
            sum(step.write_units for step in metered),
            "units",
        ),
    ]


def _own(steps: list[Step]) -> list[Step]:
    return [step for step in steps if step.name == _CALL]


def _refunded(sale: Sale) -> list[Step]:
    """The steps of the refund alone, of a sale that was made for it.

    Raises:
        RuntimeError: it was refused, or did not succeed.
    """
    sale.run()
    sale.webhooks()  # late news of the sale is no part of the refund
    payment_id = _payment_of(sale)
    begun = len(sale.steps)
    event = http_event(
        "POST",
        f"/v1/payments/{payment_id}/refunds",
        body={"amount": {"amount_minor": 2000, "currency": "USD"}, "reason": "Ill."},
        headers={"idempotency-key": secrets.token_urlsafe(24)},
        member=OWNER,
    )
    answer = sale.call(_CALL, "refund", event)
    if answer["statusCode"] >= 300 or json.loads(answer["body"])["status"] != "succeeded":
        raise RuntimeError(f"the refund was answered {answer['statusCode']}: {answer['body']}")
    sale.follow()
    for webhook in _news(sale):
        sale.call("webhook", "webhooks", webhook_event(webhook))
    sale.follow()
    return sale.steps[begun:]


def _payment_of(sale: Sale) -> str:
    event = http_event("GET", f"/v1/registrations/{sale.registration_id}", member=OWNER)
    answer = sale.worker.call("organizer", event).answer
    return str(json.loads(answer["body"])["payment"]["payment_id"])


def _news(sale: Sale) -> list[PendingWebhook]:
    wanted = frozenset(ENDPOINT_EVENTS) if sale.method == "stripe" else _PAYPAL_EVENTS
    return sale.webhooks(wanted)
