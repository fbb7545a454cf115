"""Which object an item of the state table is, without what is personal in it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from guichet.access.membership import Account, Member
from guichet.access.profile import BillingProfile
from guichet.adapters.dynamo import items, keys
from guichet.adapters.dynamo.codec import decode
from guichet.adapters.dynamo.journal_items import PRIVATE
from guichet.adapters.dynamo.seam import Item, Plain
from guichet.payments.account import PaymentAccount
from guichet.payments.dispute import Dispute
from guichet.payments.payment import Payment
from guichet.payments.refund import Refund
from guichet.registration.cancellation import Cancellation
from guichet.registration.discount import DiscountCode
from guichet.registration.provider_event import ProviderEvent
from guichet.registration.registration import Registration
from guichet.registration.training import Training

type Value = (
    Account
    | Member
    | BillingProfile
    | PaymentAccount
    | DiscountCode
    | Training
    | Registration
    | Payment
    | Refund
    | Dispute
    | Cancellation
    | ProviderEvent
)
type Kind = type[Value]

# By the sort key, up to and with its first `#`.
_KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "ACCOUNT": Account,
        "MEMBER#": Member,
        "PROFILE": BillingProfile,
        "PAYMENT_ACCOUNT#": PaymentAccount,
        "CODE#": DiscountCode,
        "TRAINING": Training,
        "REG#": Registration,
        "PAYMENT": Payment,
        "REFUND#": Refund,
        "DISPUTE#": Dispute,
        "CANCELLATION": Cancellation,
        "INBOX": ProviderEvent,
    }
)
_BY_NAME: Final = MappingProxyType({items.named(kind, ""): kind for kind in _KINDS.values()})
_EMPTY: Final[Mapping[type, Plain]] = MappingProxyType({list: [], dict: None})
_PASSING: Final = ("RATE#", "LOCAL#")  # may be forgotten, and decide nothing


def kind_of(item: Item) -> Kind | None:
    """The class of a stored object; None for what lies beside objects."""
    name, mark, _ = str(item["sk"]).partition("#")
    return _KINDS.get(name + mark)


def kind_named(history: str) -> Kind | None:
    """The class of the object whose history this is; None for kinds that are only journalled."""
    name, mark, _ = history.partition("/")
    return _BY_NAME.get(name + mark)


def is_passing(item: Item) -> bool:
    return str(item["pk"]).startswith(_PASSING)


def history_of(item: Item, kind: Kind) -> str:
    """The name of the object's history, by its key alone."""
    pk, sk = (str(item[name]).partition("#")[2] for name in ("pk", "sk"))
    if kind is PaymentAccount:
        return items.named(kind, f"{pk}-{sk}")
    if kind is ProviderEvent:
        provider, _, event_id = pk.partition("#")
        return items.named(kind, f"{provider}-{event_id}")
    return items.named(kind, sk or pk)


def without_persons(item: Item) -> Item:
    """The item with no name, address, note or body; an e-mail as the key that it is found by."""
    hidden: Item = {
        name: _EMPTY.get(type(item[name]), "") for name in PRIVATE if item.get(name) is not None
    }
    email = item.get("email")
    return {
        **item,
        **hidden,
        **({"email": keys.email_key(email)} if isinstance(email, str) else {}),
    }


def read(kind: Kind, item: Item) -> Value:
    """The object.

    Raises:
        TypeError: the item is not of this shape.
        ValueError: a word or a moment that means nothing.
        KeyError: something is missing.
    """
    return decode(kind, item)
