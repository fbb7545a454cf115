"""Which message each journal entry becomes. Content alone decides; nothing here can fail on it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from guichet.adapters.dynamo.keys import aggregate_of, document_effect_id, effect

type Body = Mapping[str, str]

# Events that no rule decides: a person is told by an alarm, with what decides it (docs/operations.md).
ALARMS: Final = MappingProxyType(
    {
        "payment.mismatched": "guichet resolve {payment_id} accept|return",
        "payment.parked": "guichet resolve {payment_id} taken|nothing-taken",
        "payment.unknown_for_long": None,
        "refund.failed": None,
        "refund.exceeds_captured": None,
        "dispute.opened": None,
        "refund.unknown_for_long": None,
        "reconciliation.found": "guichet reconciliations {account_id}",
        "cart_payment.parked": "guichet resolve {payment_id} taken|nothing-taken",
        "cart_payment.unknown_for_long": None,
        "cart_payment.stuck": None,
        "cart_payment.credited": None,
        "cart_payment.not_taken": None,
        "subscription.not_sold": None,
        "invoice.parked": "guichet invoices release {account_id} {selling_entity} {currency}",
        "invoice.vat_not_reversed": None,
        "usage.unpriced": None,
        "payment_method.not_forgotten": None,
        "invoice_payment.credited": None,
        "invoice_payment.not_taken": None,
        "invoice_payment.unknown_for_long": None,
        "invoice_payment.parked": None,
        "invoice_payment.returned": None,
        "own_refund.credited": None,
        "own_refund.went_after_all": None,
        "own_refund.came_back_after_all": None,
        "own_refund.unknown_for_long": "guichet resolve {refund_id} went-back|credit",
    }
)

_BILLING_NAMES: Final = (
    *("cart_payment.", "subscription.", "usage."),
    *("invoice.", "invoice_payment.", "payment_method.", "own_refund."),
)
_ABOUT_BOOKS: Final = frozenset({"reconciliation.found"})  # not about one registration
_ABOUT_BILLING: Final = frozenset(name for name in ALARMS if name.startswith(_BILLING_NAMES))
_UNNAMED: Final = MappingProxyType(
    {
        "registration_id": "reg_…",
        "payment_id": "pay_…",
        "refund_id": "orf_…",
        "account_id": "acc_…",
        "selling_entity": "…",
        "currency": "…",
    }
)

# Events that somebody must act upon at once, with the field of the entry that names the object.
_WORK: Final = MappingProxyType(
    {
        "provider_event.received": "event",
        "refund.requested": "refund",
        "training.closed": "training",
        "training.cancelled": "training",
        "cancellation.continued": "training",
        "payment_account.unlinked": "payment_account",
        "payment_account.revoked": "payment_account",
        "payment_account.recorded": "payment_account",  # perhaps in the place of another
        "invoice.to_collect": "collection",
        "own_refund.requested": "own_refund",
    }
)

# After these, VAT that was charged on an account's number may go back, whatever entity charged it.
_VAT: Final = frozenset({"vat_number.confirmed", "invoice.vat_in_doubt"})


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something no rule decides: what it is about, what is known, and the commands for it."""

    reason: str
    facts: Mapping[str, str]

    @property
    def commands(self) -> tuple[str, ...]:
        names = {**_UNNAMED, **self.facts}
        decision = ALARMS[self.reason]
        decided = () if decision is None else (decision.format_map(names),)
        if self.reason in _ABOUT_BOOKS:
            return decided
        if self.reason in _ABOUT_BILLING:
            return (f"guichet audit {names['account_id']}", *decided)
        return (f"guichet story {names['registration_id']}", *decided)


@dataclass(frozen=True, slots=True)
class Relayed:
    """The messages of one entry, and the alarms that it raises."""

    settle: tuple[Body, ...]
    deliver: tuple[Body, ...]
    invoice: tuple[Body, ...]
    alarms: tuple[Alarm, ...]


def relayed(image: Mapping[str, Any]) -> Relayed:
    """What follows from one journal entry, as the stream brings it (DynamoDB's own JSON)."""
    events = [_event(each["M"]) for each in _list(image, "events")]
    aggregate = aggregate_of(image["pk"]["S"])
    settle = tuple(
        {"do": _WORK[name], **_subject(_WORK[name], aggregate, facts)}
        for name, facts in events
        if name in _WORK and facts.get("sent_by") != "caller"
    )
    deliver = ({"effect": _effect_id(image)},) if _list(image, "mails") else ()
    alarms = tuple(Alarm(name, facts) for name, facts in events if name in ALARMS)
    return Relayed(settle, deliver, _invoice(image, aggregate, events), alarms)


def _effect_id(image: Mapping[str, Any]) -> str:
    """Where the mails of an entry lie: those of a document with its number."""
    aggregate, after = aggregate_of(image["pk"]["S"]), image.get("after", {}).get("M", {})
    if aggregate.startswith("invoice/") and "place" in after:
        entity, kind = after["selling_entity"]["S"], after["kind"]["S"]
        return document_effect_id(entity, kind, int(after["place"]["N"]))
    return effect(aggregate, image["sequence"]["N"]).pk


def _invoice(
    image: Mapping[str, Any], aggregate: str, events: list[tuple[str, Mapping[str, str]]]
) -> tuple[Body, ...]:
    """A run that somebody asked for is planned, a paid order gets its invoice at once.

    Once a VAT number is confirmed, what was charged before goes back (TAX-3).
    """
    names = {name for name, _ in events}
    _, _, identity = aggregate.partition("/")
    if "invoice_run.requested" in names:
        return ({"do": "plan", "run": identity},)
    for name, facts in events:
        if name in _VAT and "account_id" in facts:
            number, at = facts.get("number_id", ""), image["at"]["S"]
            return ({"do": "vat", "account": facts["account_id"], "number": number, "at": at},)
    lines = _list(image, "lines")
    if "cart.done" not in names or not lines:
        return ()
    currency = lines[0]["M"]["amount"]["M"]["currency"]["S"]
    of = json.dumps([["order", image["account_id"]["S"], currency, identity]])
    return ({"do": "invoices", "entity": image["book"]["S"], "run": "", "of": of},)


def in_groups(bodies: Iterable[Body]) -> list[tuple[str, Body]]:
    """Invoice messages by the series whose numbers they take; what is to be spread is beside them."""
    return [(each.get("entity", "planning"), each) for each in bodies]


def _subject(work: str, aggregate: str, facts: Mapping[str, str]) -> Body:
    _, _, identity = aggregate.partition("/")
    match work:
        case "event":
            return {"provider": facts["provider"], "event_id": facts["event_id"]}
        case "refund":
            return {"payment_id": facts["payment_id"], "refund_id": identity}
        case "own_refund":
            return {"refund_id": identity}
        case "payment_account":
            return {"account_id": facts["account_id"], "provider": facts["provider"]}
        case "collection":
            return {"account_id": facts["account_id"], "invoice_id": identity}
        case _:
            return {"training_id": identity}


def _event(wire: Mapping[str, Any]) -> tuple[str, Mapping[str, str]]:
    facts = wire.get("facts", {}).get("M", {})
    return wire["name"]["S"], {name: value["S"] for name, value in facts.items() if "S" in value}


def _list(image: Mapping[str, Any], name: str) -> list[Any]:
    held: list[Any] = image.get(name, {}).get("L", [])
    return held
