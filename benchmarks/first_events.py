"""The event with which each function is woken for the first time: the most usual one."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from benchmarks.due_bills import DueBills
from benchmarks.sale import Sale, Stream, ordered_event, queue_event, webhook_event
from benchmarks.workshop import OWNER, TRAINING, Worker, Workshop
from guichet.entry.invoicing import invoices_message
from guichet.invoices.ports import Candidate, CandidateKind
from tests.support.gateway import http_event

type Event = Mapping[str, Any]

_FIRST_NUMBER: Final = 100_000  # registrants apart from those of other sales


@contextmanager
def first_events(place: Workshop) -> Iterator[dict[str, Callable[[], Event]]]:
    """For each function what makes a new event; each is answered with real work."""
    numbers = itertools.count(_FIRST_NUMBER)
    due = DueBills()
    with Worker(place, metered=False) as worker:

        def sale() -> Sale:
            return Sale(place, worker, Stream(place), next(numbers))

        yield {
            "webhooks": lambda: _webhook(sale()),
            "checkout": lambda: http_event("GET", f"/v1/public/trainings/{TRAINING}"),
            "organizer": lambda: http_event("GET", "/v1/trainings", member=OWNER),
            "billing": lambda: http_event("GET", "/v1/products", member=OWNER),
            "refund": lambda: http_event("GET", f"/v1/trainings/{TRAINING}/payments", member=OWNER),
            "relay": lambda: _entry(sale()),
            "settle": lambda: _stored_event(sale()),
            "deliver": lambda: queue_event(_effect(sale().register())),
            "upkeep": dict,
            "invoice_run": lambda: _due_bill(place, due, next(numbers)),
            "reconcile": dict,
        }


def _webhook(sale: Sale) -> Event:
    sale.register()
    sale.start_payment()
    sale.agree()
    (webhook,) = sale.webhooks()
    return webhook_event(webhook)


def _stored_event(sale: Sale) -> Event:
    """A message about an event that was taken in, of a payment that Stripe knows to be paid."""
    event = _webhook(sale)
    sale.worker.call("webhooks", event)
    message = {"do": "event", "provider": "stripe", "event_id": json.loads(event["body"])["id"]}
    return queue_event(json.dumps(message))


def _entry(sale: Sale) -> Event:
    """A journal entry that makes a mail necessary."""
    sale.register()
    return {"Records": sale.stream.new_records()}


def _due_bill(place: Workshop, due: DueBills, number: int) -> Event:
    """A message about an account whose period was renewed: its invoice is made."""
    account_id = due.store(place.dynamo, number, 1)
    candidate = Candidate(CandidateKind.BALANCE, account_id, "us", "USD")
    return ordered_event([json.dumps(dict(invoices_message("us", [candidate])))])


def _effect(registration_id: str) -> str:
    return json.dumps({"effect": f"EFFECT#registration/{registration_id}#1"})
