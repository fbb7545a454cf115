"""The shape of a refund out of a selling entity's own account, whichever area stores it. No I/O."""

from __future__ import annotations

from guichet.adapters.dynamo import items, keys
from guichet.adapters.dynamo.codec import decode, encode_stated
from guichet.adapters.dynamo.seam import Item
from guichet.payments.own_refund import OwnRefund


def aggregate_name(refund: OwnRefund) -> str:
    return f"own_refund/{refund.refund_id}"


def item_of(refund: OwnRefund) -> Item:
    fields = encode_stated(refund)
    fields["request_body"] = items.packed(refund.request_body)
    return {**items.stored(keys.own_refund(refund.refund_id), fields), **due_of(refund)}


def due_of(refund: OwnRefund) -> Item:
    look_at = refund.next_look_at()
    return items.due_entry("own_refund", look_at) if look_at else {}


def read(item: Item | None) -> OwnRefund | None:
    """A stored refund with the exact bytes that are sent."""
    if item is None:
        return None
    body = items.unpacked(str(item["request_body"]))
    return decode(OwnRefund, {**item, "request_body": body})


def effect_about(refund: OwnRefund) -> Item:
    """What the mails of a change are about."""
    about: Item = {
        "account_id": refund.account_id,
        "payment_id": refund.payment_id,
        "refund_id": refund.refund_id,
    }
    return about
