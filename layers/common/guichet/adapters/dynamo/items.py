"""The shape of every item: fields, key, due entry, list entry. No I/O."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from guichet.access.membership import Account, Member
from guichet.access.profile import BillingProfile
from guichet.adapters.dynamo import keys
from guichet.adapters.dynamo.codec import decode, encode_fields, encode_time
from guichet.adapters.dynamo.seam import Item, Key, Plain
from guichet.payments.account import PaymentAccount
from guichet.payments.dispute import Dispute
from guichet.payments.payment import Payment, PaymentStatus
from guichet.payments.refund import Refund
from guichet.payments.schedule import WORKER_LIVES, next_question_at
from guichet.registration.cancellation import Cancellation
from guichet.registration.discount import DiscountCode
from guichet.registration.ports import Aggregate
from guichet.registration.provider_event import EventStatus, ProviderEvent
from guichet.registration.registration import Registration
from guichet.registration.training import Training, TrainingStatus

SCHEMA_VERSION: Final = 1
PLATFORM: Final = "platform"  # the book of what belongs to no organizer
# What an item has of mails until they are sent.
UNSENT: Final = ("mails", "happened_at", "claimed_until", "due_key", "due_at", "due_since")
MESSAGE_GRACE: Final = timedelta(minutes=10)  # what a message should serve is due this much later


type Kept = Aggregate | Member | BillingProfile

_NAMES: Final[Mapping[type, str]] = MappingProxyType(
    {
        Account: "account",
        Member: "member",
        BillingProfile: "billing_profile",
        PaymentAccount: "payment_account",
        DiscountCode: "discount_code",
        Training: "training",
        Registration: "registration",
        Payment: "payment",
        Refund: "refund",
        Dispute: "dispute",
        Cancellation: "cancellation",
        ProviderEvent: "provider_event",
    }
)


def aggregate_name(value: Kept) -> str:
    """The name under which the journal keeps an object's history."""
    return named(type(value), _identity(value))


def named(kind: type, identity: str) -> str:
    return f"{_NAMES[kind]}/{identity}"


def event_aggregate(event: ProviderEvent) -> str:
    return named(ProviderEvent, f"{event.provider}-{event.event_id}")


def _identity(value: Kept) -> str:  # noqa: C901, PLR0911 - one line a kind
    match value:
        case Account() | BillingProfile():
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
        case Dispute():
            return value.dispute_id
        case Cancellation():
            return value.training_id


def key_of(value: Kept) -> Key:  # noqa: C901, PLR0911 - one line a kind
    match value:
        case Account():
            return keys.account(value.account_id)
        case Member():
            return keys.member(value.account_id, value.member_id)
        case BillingProfile():
            return keys.profile(value.account_id)
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
        case Dispute():
            return keys.dispute(value.payment_id, value.dispute_id)
        case Cancellation():
            return keys.cancellation(value.training_id)


def item_of(value: Kept) -> Item:
    """The whole item, with the entries by which indexes find it."""
    return {
        **stored(key_of(value), encode_fields(value)),
        **due_of(value),
        **_list_entry(value),
    }


def stored(key: Key, fields: Mapping[str, Plain]) -> Item:
    """An item of this schema."""
    return {"pk": key.pk, "sk": key.sk, "schema_version": SCHEMA_VERSION, **fields}


def due_entry(kind: str, at: datetime) -> Item:
    """What puts an item into the index of due work."""
    return {"due_key": keys.due(kind), "due_at": encode_time(at)}


def due_of(value: Kept | ProviderEvent) -> Item:  # noqa: PLR0911 - one line a kind
    """When somebody has to look at it again; nothing where nobody has to."""
    match value:
        case Registration():
            look_at = value.next_look_at()
            return due_entry("hold", look_at) if look_at else {}
        case Training(status=TrainingStatus.CLOSED, ending_sessions_since=since) if since:
            return due_entry("training", since + MESSAGE_GRACE)
        case Cancellation(look_again_at=look_at) if look_at:
            # Its message comes at once; a pass that is put off has none.
            begins = value.pass_count == 0 and value.pass_began_at is None
            return due_entry("training", look_at + MESSAGE_GRACE if begins else look_at)
        case PaymentAccount(look_again_at=look_at) if look_at:
            return due_entry("payment_account", look_at)
        case Payment(status=PaymentStatus.PROCESSING | PaymentStatus.CAPTURING):
            return due_entry("payment", next_question_at(value.started_at, value.asked_count))
        case Refund(fee_in_doubt_since=datetime() as since):
            return due_entry("refund", next_question_at(since + WORKER_LIVES, value.asked_count))
        case Refund() if not value.is_finished:
            return due_entry("refund", next_question_at(value.requested_at, value.asked_count))
        case ProviderEvent(status=EventStatus.RECEIVED):
            return due_entry("event", value.received_at + MESSAGE_GRACE)
        case _:
            return {}


def _list_entry(value: Kept) -> Item:
    if isinstance(value, Training) and value.status is not TrainingStatus.DELETED:
        return {
            "list_key": f"ACCOUNT#{value.account_id}#TRAININGS",
            "list_sort": f"{encode_time(value.created_at)}#{value.training_id}",
        }
    if isinstance(value, PaymentAccount):
        return {
            "list_key": keys.PAYMENT_ACCOUNTS,
            "list_sort": f"{value.account_id}#{value.provider}",
        }
    if isinstance(value, Payment) and value.capture is not None:
        return {
            "list_key": f"TRAINING#{value.training_id}#PAYMENTS",
            "list_sort": f"{encode_time(value.capture.captured_at)}#{value.payment_id}",
        }
    return {}


def read[T](kind: type[T], item: Item | None) -> T | None:
    return None if item is None else decode(kind, item)


def event_item(event: ProviderEvent) -> Item:
    """The inbox item: due until it is applied, should its message be lost (BAD-3)."""
    key = keys.provider_event(event.provider, event.event_id)
    return {
        **stored(key, encode_fields(event)),
        "body": packed(event.body),
        **due_of(event),
    }


def read_event(item: Item | None) -> ProviderEvent | None:
    """A stored event with its exact body."""
    if item is None:
        return None
    return decode(ProviderEvent, item | {"body": unpacked(str(item["body"]))})


def packed(text: str) -> str:
    """Half of its size or less: a write unit is a kilobyte, and most items are written twice."""
    return base64.b64encode(zlib.compress(text.encode())).decode()


def unpacked(stored_text: str) -> str:
    return zlib.decompress(base64.b64decode(stored_text)).decode()


def effect_item(
    aggregate: str, sequence: int, about: Item, mails: Sequence[str], at: datetime
) -> Item:
    """Mails that a change made necessary, until each was handed over."""
    return {**stored(keys.effect(aggregate, sequence), {}), **about, **unsent(mails, at)}


def unsent(mails: Sequence[str], at: datetime) -> Item:
    """Mails, who is at them, and when somebody has to be."""
    return {**mails_left(mails, at), **due_if_lost(at)}


def mails_left(mails: Sequence[str], at: datetime) -> Item:
    """The same without an entry of their own in the index of due work."""
    return {"mails": list(mails), "happened_at": encode_time(at), "claimed_until": ""}


def due_if_lost(at: datetime) -> Item:
    """When somebody has to look whether the message about mails was lost."""
    return due_entry("effect", at + MESSAGE_GRACE)
