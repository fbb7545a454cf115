"""The shape of every item: fields, key, due entry, list entry. No I/O."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from guichet.access.membership import Account, Member
from guichet.adapters.dynamo import keys
from guichet.adapters.dynamo.codec import decode, encode_fields, encode_time
from guichet.adapters.dynamo.seam import Item, Key, Plain
from guichet.events import Actor, Event
from guichet.ledger.journal import Cause, Change, JournalEntry
from guichet.ledger.postings import Posting
from guichet.payments.account import PaymentAccount
from guichet.payments.payment import Payment, PaymentStatus
from guichet.payments.refund import Refund
from guichet.payments.schedule import WORKER_LIVES, next_question_at
from guichet.registration.discount import DiscountCode
from guichet.registration.ports import Aggregate
from guichet.registration.provider_event import EventStatus, ProviderEvent
from guichet.registration.registration import Registration
from guichet.registration.training import Training, TrainingStatus

SCHEMA_VERSION: Final = 1
PLATFORM: Final = "platform"  # the book of what belongs to no organizer
MESSAGE_GRACE: Final = timedelta(minutes=10)  # what a message should serve is due this much later

# Personal data and provider pages stay out of the journal, which nobody can ever erase.
PRIVATE: Final = frozenset({
    "name", "email", "body", "request_body", "fee_request_body", "redirect_url", "note", "subject",
    "handled_keys",
})  # fmt: skip


_NAMES: Final[Mapping[type, str]] = MappingProxyType(
    {
        Account: "account",
        Member: "member",
        PaymentAccount: "payment_account",
        DiscountCode: "discount_code",
        Training: "training",
        Registration: "registration",
        Payment: "payment",
        Refund: "refund",
        ProviderEvent: "provider_event",
    }
)


def aggregate_name(value: Aggregate | Member) -> str:
    """The name under which the journal keeps an object's history."""
    return named(type(value), _identity(value))


def named(kind: type, identity: str) -> str:
    return f"{_NAMES[kind]}/{identity}"


def event_aggregate(event: ProviderEvent) -> str:
    return named(ProviderEvent, f"{event.provider}-{event.event_id}")


def _identity(value: Aggregate | Member) -> str:  # noqa: PLR0911 - one line a kind
    match value:
        case Account():
            return value.account_id
        case Member():
            return value.member_id
        case PaymentAccount():
            return f"{value.account_id}-{value.provider}"
        case DiscountCode():
            return value.code_id
        case Training():
            return value.training_id
        case Registration():
            return value.registration_id
        case Payment():
            return value.payment_id
        case Refund():
            return value.refund_id


def key_of(value: Aggregate | Member) -> Key:  # noqa: PLR0911 - one line a kind
    match value:
        case Account():
            return keys.account(value.account_id)
        case Member():
            return keys.member(value.account_id, value.member_id)
        case PaymentAccount():
            return keys.payment_account(value.account_id, value.provider)
        case DiscountCode():
            return keys.discount_code(value.account_id, value.code_id)
        case Training():
            return keys.training(value.training_id)
        case Registration():
            return keys.registration(value.training_id, value.registration_id)
        case Payment():
            return keys.payment(value.payment_id)
        case Refund():
            return keys.refund(value.payment_id, value.refund_id)


def item_of(value: Aggregate | Member) -> Item:
    """The whole item, with the entries by which indexes find it."""
    return {
        **_stored(key_of(value), encode_fields(value)),
        **_due_entry(value),
        **_list_entry(value),
    }


def _stored(key: Key, fields: Mapping[str, Plain]) -> Item:
    return {"pk": key.pk, "sk": key.sk, "schema_version": SCHEMA_VERSION, **fields}


def due_entry(kind: str, at: datetime) -> Item:
    """What puts an item into the index of due work."""
    return {"due_key": keys.due(kind), "due_at": encode_time(at)}


def _due_entry(value: Aggregate | Member) -> Item:  # noqa: PLR0911 - one line a kind
    match value:
        case Registration():
            look_at = value.next_look_at()
            return due_entry("hold", look_at) if look_at else {}
        case Training(status=TrainingStatus.CLOSED, ending_sessions_since=since) if since:
            return due_entry("training", since + MESSAGE_GRACE)
        case PaymentAccount(look_again_at=look_at) if look_at:
            return due_entry("payment_account", look_at)
        case Payment(status=PaymentStatus.PROCESSING | PaymentStatus.CAPTURING):
            return due_entry("payment", next_question_at(value.started_at, value.asked_count))
        case Refund(fee_in_doubt_since=datetime() as since):
            return due_entry("refund", next_question_at(since + WORKER_LIVES, value.asked_count))
        case Refund() if not value.is_finished:
            return due_entry("refund", next_question_at(value.requested_at, value.asked_count))
        case _:
            return {}


def _list_entry(value: Aggregate | Member) -> Item:
    if isinstance(value, Training) and value.status is not TrainingStatus.DELETED:
        return {
            "list_key": f"ACCOUNT#{value.account_id}#TRAININGS",
            "list_sort": f"{encode_time(value.created_at)}#{value.training_id}",
        }
    return {}


def read[T](kind: type[T], item: Item | None) -> T | None:
    return None if item is None else decode(kind, item)


def event_item(event: ProviderEvent) -> Item:
    """The inbox item: due until it is applied, should its message be lost (BAD-3)."""
    key = keys.provider_event(event.provider, event.event_id)
    due = due_entry("event", event.received_at + MESSAGE_GRACE)
    return {
        **_stored(key, encode_fields(event)),
        "body": _packed(event.body),
        **(due if event.status is EventStatus.RECEIVED else {}),
    }


def read_event(item: Item | None) -> ProviderEvent | None:
    """A stored event with its exact body."""
    if item is None:
        return None
    return decode(ProviderEvent, item | {"body": _unpacked(str(item["body"]))})


def _packed(body: str) -> str:
    """Half of its size: a write unit is a kilobyte, and each event is written twice."""
    return base64.b64encode(zlib.compress(body.encode())).decode()


def _unpacked(packed: str) -> str:
    return zlib.decompress(base64.b64decode(packed)).decode()


def effect_item(
    aggregate: str, sequence: int, about: Item, mails: Sequence[str], at: datetime
) -> Item:
    """Mails that a change made necessary, until each was handed over."""
    return {
        **_stored(keys.effect(aggregate, sequence), {}),
        **about,
        "mails": list(mails),
        "happened_at": encode_time(at),
        "claimed_until": "",
        **due_entry("effect", at + MESSAGE_GRACE),
    }


def journal_item(cause: Cause, change: Change[Aggregate | Member]) -> Item:
    """The one immutable fact of a change: who, when, from where, why, before, after, postings, events."""
    before, after = _difference(change)
    return journal_entry_item(
        aggregate=aggregate_name(change.after),
        sequence=change.after.version,
        account_id=change.after.account_id,
        cause=cause,
        rest={
            "before": before,
            "after": after,
            "events": [_event(each) for each in change.events],
            "postings": [_posting(each) for each in change.postings],
            **({"mails": list(change.mails)} if change.mails else {}),
        },
    )


def journal_entry_item(
    *, aggregate: str, sequence: int, account_id: str, cause: Cause, rest: Item
) -> Item:
    key = keys.journal(aggregate, sequence)
    return {
        **_stored(key, {}),
        "sequence": sequence,
        "account_id": account_id,
        "at": encode_time(cause.at),
        # Nobody lists what belongs to no organizer: without this the index holds no entry of it.
        **({"at_id": keys.at_id(cause.at, aggregate, sequence)} if account_id != PLATFORM else {}),
        "actor": encode_fields(cause.actor),
        "use_case": cause.use_case,
        **rest,
    }


def _difference(change: Change[Aggregate | Member]) -> tuple[Item, Item]:
    after = _public(change.after)
    if change.before is None:
        return {}, {name: value for name, value in after.items() if value not in (None, [])}
    before = _public(change.before)
    changed = [name for name in after if before[name] != after[name]]
    return {name: before[name] for name in changed}, {name: after[name] for name in changed}


def _public(value: Aggregate | Member) -> Item:
    return {name: each for name, each in encode_fields(value).items() if name not in PRIVATE}


def _event(event: Event) -> Plain:
    return {"name": event.name, **({"facts": dict(event.facts)} if event.facts else {})}


def _posting(posting: Posting) -> Plain:
    return {
        "source": str(posting.source),
        "destination": str(posting.destination),
        "amount_minor": posting.amount.amount_minor,
        "currency": posting.amount.currency,
    }


def journal_entry(item: Item) -> JournalEntry:
    """A journal item read back."""
    return JournalEntry(
        aggregate=keys.aggregate_of(str(item["pk"])),
        sequence=_int(item["sequence"]),
        account_id=str(item["account_id"]),
        at=datetime.fromisoformat(str(item["at"])),
        actor=decode(Actor, item["actor"]),
        use_case=str(item["use_case"]),
        before=_mapping(item.get("before")),
        after=_mapping(item.get("after")),
        events=tuple(
            Event(str(each["name"]), _facts(each.get("facts")))
            for each in _maps(item.get("events"))
        ),
        postings=tuple(_read_posting(each) for each in _maps(item.get("postings"))),
        mails=_texts(item.get("mails")),
    )


def _read_posting(item: Item) -> Posting:
    return decode(
        Posting,
        {
            "source": item["source"],
            "destination": item["destination"],
            "amount": {"amount_minor": item["amount_minor"], "currency": item["currency"]},
        },
    )


def _int(value: Plain) -> int:
    if type(value) is not int:
        raise TypeError(f"expected a number, found {type(value).__name__}")
    return value


def _mapping(value: Plain) -> Item:
    return value if isinstance(value, dict) else {}


def _maps(value: Plain) -> list[Item]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _texts(value: Plain) -> tuple[str, ...]:
    return tuple(str(each) for each in value) if isinstance(value, list) else ()


def _facts(value: Plain) -> dict[str, str | int | None]:
    return {
        name: each
        for name, each in _mapping(value).items()
        if each is None or isinstance(each, str | int)
    }
