"""What objects of billing have to know of one another: by account, and by subscription."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from guichet.adapters.dynamo.seam import Item
from guichet.collection.payment_methods import PaymentMethods
from guichet.collection.setup import Setup
from guichet.collection.stored import StoredMethod
from guichet.payments.cart_payment import CartPayment
from guichet.subscriptions.balance import AccountBalance
from guichet.subscriptions.cart import Cart
from guichet.subscriptions.seats import SeatAssignment
from guichet.subscriptions.subscription import Subscription
from guichet.verification.billing import BillingFound, MovedByAccount
from guichet.verification.gathering import Gathered, PassedOn, told
from guichet.verification.history import History, mapping, maps
from guichet.verification.methods import MethodsFound
from guichet.verification.subscribed import Begun, SubscriptionFound

_STORED: Final = "stored"
_TOLD: Final = "told"
_BY_ACCOUNT: Final = "billing/"
_BY_SUBSCRIPTION: Final = "subscription/"
_OF_METHODS: Final = "methods/"
_ORDERS: Final = ("cart/", "cart_payment/")  # whose entries move the money of orders


def passed_on(history: History) -> Iterator[PassedOn]:
    """Where an object is judged together with others."""
    yield from _moved(history)
    match history.value:
        case Subscription() as found:
            known = told(history)
            yield f"{_BY_ACCOUNT}{found.account_id}", _STORED, known
            yield f"{_BY_SUBSCRIPTION}{found.subscription_id}", _STORED, known
            yield from _begun(history, found.subscription_id)
        case Cart() | AccountBalance() as found:
            yield f"{_BY_ACCOUNT}{found.account_id}", _STORED, told(history)
        case CartPayment() as found:
            yield f"{_BY_ACCOUNT}{found.account_id}", _STORED, told(history)
            if "cart_payment.credited" in history.events:
                credited: Item = {"what": "credited", "payment_id": found.payment_id}
                yield f"{_BY_ACCOUNT}{found.account_id}", _TOLD, credited
        case PaymentMethods() | StoredMethod() | Setup() as found:
            yield f"{_OF_METHODS}{found.account_id}", _STORED, told(history)
        case SeatAssignment() as found:
            yield f"{_BY_SUBSCRIPTION}{found.subscription_id}", _STORED, told(history)
        case _:
            return


def _moved(history: History) -> Iterator[PassedOn]:
    """What it moved for selling entities, to the account whose it is."""
    for (entity, currency, account), amount in history.moved_for_entities().items():
        row: Item = {
            "what": "moved",
            "entity": entity,
            "currency": currency,
            "account": account,
            "amount": amount,
            "by_order": history.name.startswith(_ORDERS),
            "at": history.last_at,
        }
        yield f"{_BY_ACCOUNT}{history.entries[0].get('account_id')}", _TOLD, row


def _begun(history: History, subscription_id: str) -> Iterator[PassedOn]:
    """Periods that no order began."""
    for entry in history.entries:
        before, after = (
            mapping(mapping(entry.get(each)).get("period")) for each in ("before", "after")
        )
        facts = [mapping(each.get("facts")) for each in maps(entry.get("events"))]
        by_order = any("cart_id" in each for each in facts)
        if not after or by_order or after.get("start") == before.get("start"):
            continue
        row: Item = {
            "what": "begun",
            "start": after.get("start"),
            "end": after.get("end"),
            "follows": before.get("end", ""),
        }
        yield f"{_BY_SUBSCRIPTION}{subscription_id}", _TOLD, row


def group_beside(item: Item) -> str | None:
    """The group of what is no object of its own; None where it is not of billing."""
    pk, sk = str(item["pk"]), str(item["sk"])
    kind, _, identity = pk.partition("#")
    if kind == "BILLED":
        return _BY_SUBSCRIPTION + identity.partition("#")[0]
    if kind == "SUBSCRIPTION" and (sk == "POOL" or sk.startswith("EMAIL#")):
        return _BY_SUBSCRIPTION + identity
    if kind == "ACCOUNT" and sk.startswith("TRIAL#"):
        return _BY_ACCOUNT + identity
    if kind == "METHOD_TOKEN":
        return _OF_METHODS + str(item.get("account_id"))
    return None


def is_of_billing(group: str) -> bool:
    return group.startswith((_BY_ACCOUNT, _BY_SUBSCRIPTION, _OF_METHODS))


def put_together(found: Gathered) -> BillingFound | SubscriptionFound | MethodsFound | None:
    """What is judged as one; None where the subscription that all belongs to is not there."""
    if found.group.startswith(_BY_ACCOUNT):
        return _account_found(found)
    if found.group.startswith(_OF_METHODS):
        return MethodsFound(
            lists=found.of(PaymentMethods),
            stored={each.method_id: each for each in found.of(StoredMethod)},
            setups=found.of(Setup),
            names={str(each["pk"]): str(each.get("method_id")) for each in found.beside},
        )
    return _subscription_found(found)


def _account_found(found: Gathered) -> BillingFound:
    return BillingFound(
        subscriptions={each.subscription_id: each for each in found.of(Subscription)},
        carts={each.cart_id: each for each in found.of(Cart)},
        payments={each.payment_id: each for each in found.of(CartPayment)},
        balances={(each.selling_entity, each.currency): each for each in found.of(AccountBalance)},
        tried={
            str(each["sk"]).partition("#")[2]: str(each.get("subscription_id"))
            for each in found.lying("TRIAL#")
        },
        credited=frozenset(str(each["payment_id"]) for each in _told(found, "credited")),
        moved_by_orders=_sums(found, by_order=True),
        moved_by_bills=_sums(found, by_order=False),
    )


def _sums(found: Gathered, *, by_order: bool) -> MovedByAccount:
    sums: MovedByAccount = Counter()
    for each in _told(found, "moved"):
        amount = each["amount"]
        if each["by_order"] is by_order and isinstance(amount, int):
            sums[(str(each["entity"]), str(each["currency"])), str(each["account"])] += amount
    return sums


def _subscription_found(found: Gathered) -> SubscriptionFound | None:
    subscription = next(iter(found.of(Subscription)), None)
    if subscription is None:
        return None
    marks = (each for each in found.beside if each["sk"] == "BILLED")
    return SubscriptionFound(
        subscription=subscription,
        pool=next(iter(found.lying("POOL")), None),
        seats=found.of(SeatAssignment),
        locks={
            str(each["sk"]).partition("#")[2]: str(each.get("seat_id"))
            for each in found.lying("EMAIL#")
        },
        marked=Counter(str(each["pk"]).rpartition("#")[2] for each in marks),
        begun=[
            Begun(str(each["start"]), str(each["end"]), str(each["follows"]))
            for each in _told(found, "begun")
        ],
    )


def _told(found: Gathered, what: str) -> Iterator[Item]:
    return (each for each in found.told if each["what"] == what)
