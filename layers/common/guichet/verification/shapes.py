"""Which object an item of the state table is, without what is personal in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final, TypeIs

from guichet.access.membership import Account, Member
from guichet.access.profile import BillingProfile
from guichet.adapters.dynamo import (
    billing_items,
    certificates,
    charge_store,
    invoice_items,
    items,
    keys,
    method_items,
)
from guichet.adapters.dynamo.codec import decode
from guichet.adapters.dynamo.journal_items import PRIVATE
from guichet.adapters.dynamo.seam import Item, Key, Plain
from guichet.collection.customer import ProviderCustomer
from guichet.collection.declines import Declines
from guichet.collection.payment_methods import PaymentMethods
from guichet.collection.setup import Setup
from guichet.collection.stored import StoredMethod
from guichet.invoices.invoice import Invoice
from guichet.invoices.run import InvoiceRun
from guichet.payments.account import PaymentAccount
from guichet.payments.cart_payment import CartPayment
from guichet.payments.dispute import Dispute
from guichet.payments.invoice_payment import InvoicePayment
from guichet.payments.own_refund import OwnRefund
from guichet.payments.payment import Payment
from guichet.payments.refund import Refund
from guichet.registration.cancellation import Cancellation
from guichet.registration.discount import DiscountCode
from guichet.registration.provider_event import ProviderEvent
from guichet.registration.registration import Registration
from guichet.registration.training import Training
from guichet.subscriptions.balance import AccountBalance
from guichet.subscriptions.cart import Cart
from guichet.subscriptions.seats import SeatAssignment
from guichet.subscriptions.subscription import Subscription
from guichet.subscriptions.usage import UsageMonth
from guichet.tax.certificate import ExemptionCertificate
from guichet.tax.vat_check import VatRecord

type Billed = (
    Subscription | Cart | CartPayment | OwnRefund | AccountBalance | SeatAssignment | UsageMonth
)
type OfMethods = Setup | StoredMethod | PaymentMethods | ProviderCustomer | Declines
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
    | Billed
    | OfMethods
    | InvoicePayment
    | ExemptionCertificate
    | VatRecord
    | Invoice
    | InvoiceRun
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
        "SUBSCRIPTION#": Subscription,
        "CART#": Cart,
        "CART_PAYMENT": CartPayment,
        "OWN_REFUND": OwnRefund,
        "BALANCE#": AccountBalance,
        "SEAT#": SeatAssignment,
        "USAGE#": UsageMonth,
        "METHOD_SETUP": Setup,
        "STORED_METHOD#": StoredMethod,
        "METHODS#": PaymentMethods,
        "CUSTOMER#": ProviderCustomer,
        "DECLINES": Declines,
        "INVOICE_PAYMENT": InvoicePayment,
        "CERTIFICATE#": ExemptionCertificate,
        "VAT#": VatRecord,
        "INVOICE#": Invoice,
        "RUN": InvoiceRun,
    }
)
_OF_BILLING: Final[Mapping[type, str]] = MappingProxyType(
    {
        Subscription: "subscription",
        Cart: "cart",
        CartPayment: "cart_payment",
        OwnRefund: "own_refund",
        AccountBalance: "balance",
        SeatAssignment: "seat",
        UsageMonth: "usage_month",
        ExemptionCertificate: "tax_certificate",
        VatRecord: "vat_number",
    }
)
_OF_METHODS: Final[Mapping[type, str]] = MappingProxyType(
    {
        Setup: "method_setup",
        StoredMethod: "stored_method",
        PaymentMethods: "payment_methods",
        ProviderCustomer: "provider_customer",
        Declines: "declines",
        InvoicePayment: "invoice_payment",
    }
)
_OF_INVOICES: Final[Mapping[type, str]] = MappingProxyType(
    {Invoice: "invoice", InvoiceRun: "invoice_run"}
)
_EMPTY: Final[Mapping[type, Plain]] = MappingProxyType({list: [], dict: None})
_PASSING: Final = ("RATE#", "LOCAL#")  # may be forgotten, and decide nothing
_OF_BOTH_KEYS: Final = frozenset(
    {PaymentAccount, AccountBalance, UsageMonth, PaymentMethods, ProviderCustomer, VatRecord}
)
_PASSING_BESIDE: Final = "PREVIEW#"  # the same, beside an account


def _named(kind: Kind, identity: str) -> str:
    own = _OF_BILLING.get(kind) or _OF_METHODS.get(kind) or _OF_INVOICES.get(kind)
    return items.named(kind, identity) if own is None else f"{own}/{identity}"


_BY_NAME: Final = MappingProxyType({_named(kind, ""): kind for kind in _KINDS.values()})


def kind_of(item: Item) -> Kind | None:
    """The class of a stored object; None for what lies beside objects."""
    name, mark, _ = str(item["sk"]).partition("#")
    return _KINDS.get(name + mark)


def kind_named(history: str) -> Kind | None:
    """The class of the object whose history this is; None for kinds that are only journalled."""
    name, mark, _ = history.partition("/")
    return _BY_NAME.get(name + mark)


def is_passing(item: Item) -> bool:
    return str(item["pk"]).startswith(_PASSING) or str(item["sk"]).startswith(_PASSING_BESIDE)


def history_of(item: Item, kind: Kind) -> str:
    """The name of the object's history, by its key alone."""
    pk, sk = (str(item[name]).partition("#")[2] for name in ("pk", "sk"))
    if kind in _OF_BOTH_KEYS:
        return _named(kind, f"{pk}-{sk.replace('#', '-')}")
    if kind is ProviderEvent:
        provider, _, event_id = pk.partition("#")
        return items.named(kind, f"{provider}-{event_id}")
    return _named(kind, sk or pk)


def place_of(value: Value) -> Key:
    """Where an object belongs."""
    if isinstance(value, ProviderEvent):
        return keys.provider_event(value.provider, value.event_id)
    if _is_of_methods(value):
        return method_items.key_of(value)
    if certificates.is_kept_here(value):
        return certificates.key_of(value)
    if isinstance(value, Invoice | InvoiceRun | InvoicePayment):
        return _of_invoices(value)
    return billing_items.key_of(value) if _is_billed(value) else items.key_of(value)


def _of_invoices(value: Invoice | InvoiceRun | InvoicePayment) -> Key:
    match value:
        case Invoice():
            return keys.invoice(value.account_id, value.invoice_id)
        case InvoiceRun():
            return keys.invoice_run(value.run_id)
        case InvoicePayment():
            return keys.invoice_payment(value.payment_id)


def due_of(value: Value, written_at: datetime) -> Item:
    """When somebody has to look at it again."""
    if _is_of_methods(value):
        return method_items.due_of(value)
    if certificates.is_kept_here(value):
        return certificates.due_of(value)
    if _is_billed(value):
        return billing_items.due_of(value, written_at)
    if isinstance(value, Invoice | InvoiceRun | InvoicePayment):
        return _due_of_invoices(value)
    return items.due_of(value)


def _due_of_invoices(value: Invoice | InvoiceRun | InvoicePayment) -> Item:
    match value:
        case Invoice():
            return invoice_items.due_of(value)
        case InvoiceRun():
            return {}
        case InvoicePayment():
            return charge_store.payment_due(value)


def _is_of_methods(value: Value) -> TypeIs[OfMethods]:
    return type(value) in _OF_METHODS and not isinstance(value, InvoicePayment)


def _is_billed(value: Value) -> TypeIs[Billed]:
    return type(value) in _OF_BILLING


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
