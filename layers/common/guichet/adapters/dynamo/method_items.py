"""The shape of every item of payment methods: name, key, due entry, what its mails are about. No I/O."""

from __future__ import annotations

from guichet.adapters.dynamo import items, keys
from guichet.adapters.dynamo.codec import decode, encode_stated
from guichet.adapters.dynamo.seam import Item, Key
from guichet.collection.customer import ProviderCustomer
from guichet.collection.declines import Declines
from guichet.collection.payment_methods import PaymentMethods
from guichet.collection.ports import Aggregate
from guichet.collection.setup import Setup
from guichet.collection.stored import StoredMethod


def aggregate_name(value: Aggregate) -> str:
    """The name under which the journal keeps an object's history."""
    match value:
        case Setup():
            return f"method_setup/{value.setup_id}"
        case StoredMethod():
            return f"stored_method/{value.method_id}"
        case PaymentMethods():
            return f"payment_methods/{value.account_id}-{value.selling_entity}"
        case ProviderCustomer():
            return f"provider_customer/{value.account_id}-{value.selling_entity}-{value.provider}"
        case Declines():
            return f"declines/{value.account_id}"


def key_of(value: Aggregate) -> Key:
    match value:
        case Setup():
            return keys.method_setup(value.setup_id)
        case StoredMethod():
            return keys.stored_method(value.account_id, value.method_id)
        case PaymentMethods():
            return keys.payment_methods(value.account_id, value.selling_entity)
        case ProviderCustomer():
            return keys.provider_customer(value.account_id, value.selling_entity, value.provider)
        case Declines():
            return keys.declines(value.account_id)


def item_of(value: Aggregate) -> Item:
    """The whole item, with the entry by which the index of due work finds it."""
    fields = encode_stated(value)
    if isinstance(value, Setup | ProviderCustomer) and value.request_body:
        fields["request_body"] = items.packed(value.request_body)
    return {**items.stored(key_of(value), fields), **due_of(value)}


def read_asking[T: (Setup, ProviderCustomer)](kind: type[T], item: Item | None) -> T | None:
    """What is stored with the exact bytes that ask the provider."""
    if item is None:
        return None
    body = item.get("request_body")
    unpacked = items.unpacked(str(body)) if body else ""
    return decode(kind, {**item, "request_body": unpacked})


def due_of(value: Aggregate) -> Item:
    """When somebody has to look at it again; nothing where nobody has to."""
    match value:
        case Setup():
            look_at = value.next_look_at()
            return items.due_entry("method_setup", look_at) if look_at else {}
        case StoredMethod(forget_from=look_at) if look_at:
            return items.due_entry("stored_method", look_at)
        case _:
            return {}


def effect_about(value: Aggregate) -> Item:
    """What the mails of a change are about: ids, by which the newest state is read."""
    about: Item = {"account_id": value.account_id}
    match value:
        case StoredMethod():
            entity = value.selling_entity
            return {**about, "method_id": value.method_id, "selling_entity": entity}
        case PaymentMethods() | Setup() | ProviderCustomer():
            return {**about, "selling_entity": value.selling_entity}
        case Declines():
            return about
