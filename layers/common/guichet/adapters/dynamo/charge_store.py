"""The records of collecting invoices on the two tables: what one attempt touches, in one write."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from guichet.adapters.dynamo import invoice_items, items, keys, method_items, own_refund_items
from guichet.adapters.dynamo.billing_store import BillingStore
from guichet.adapters.dynamo.codec import decode, encode_stated
from guichet.adapters.dynamo.invoice_store import InvoiceStore
from guichet.adapters.dynamo.method_store import MethodStore
from guichet.adapters.dynamo.seam import Dynamo, Item, Put
from guichet.adapters.dynamo.steps import event_applied, plain_item
from guichet.adapters.dynamo.writes import Guarded, kept, lost_race, write
from guichet.collection.charge_ports import Aggregate, PointToCharge, Step
from guichet.collection.declines import Declines
from guichet.collection.payment_methods import PaymentMethods
from guichet.collection.stored import StoredMethod
from guichet.invoices.invoice import Invoice
from guichet.ledger.journal import Cause, Change
from guichet.payments.invoice_payment import InvoicePayment
from guichet.payments.own_refund import OwnRefund
from guichet.subscriptions.balance import AccountBalance
from guichet.subscriptions.ports import ProviderEventApplied


class ChargeStore:
    """`ChargeRecords` on `Dynamo`."""

    def __init__(self, dynamo: Dynamo) -> None:
        self._dynamo = dynamo
        self._billing = BillingStore(dynamo)
        self._invoices = InvoiceStore(dynamo)
        self._methods = MethodStore(dynamo)

    def invoice(self, account_id: str, invoice_id: str) -> Invoice | None:
        return self._invoices.invoice(account_id, invoice_id)

    def invoice_payment(self, payment_id: str) -> InvoicePayment | None:
        return read_invoice_payment(self._dynamo.get("state", keys.invoice_payment(payment_id)))

    def invoice_payments(self, payment_ids: Sequence[str]) -> list[InvoicePayment]:
        if not payment_ids:
            return []
        wanted = [keys.invoice_payment(each) for each in payment_ids]
        found = self._dynamo.transact_get([("state", key) for key in wanted])
        return [payment for item in found if (payment := read_invoice_payment(item))]

    def own_refund(self, refund_id: str) -> OwnRefund | None:
        return own_refund_items.read(self._dynamo.get("state", keys.own_refund(refund_id)))

    def payment_charged_as(self, provider: str, provider_charge_id: str) -> InvoicePayment | None:
        item = self._dynamo.get("state", keys.charge(provider, provider_charge_id))
        return None if item is None else self.invoice_payment(str(item["payment_id"]))

    def balance(self, account_id: str, selling_entity: str, currency: str) -> AccountBalance:
        return self._billing.balance(account_id, selling_entity, currency)

    def methods(self, account_id: str, selling_entity: str) -> PaymentMethods:
        return self._methods.methods(account_id, selling_entity)

    def stored_method(self, account_id: str, method_id: str) -> StoredMethod | None:
        return self._methods.stored_method(account_id, method_id)

    def stored_methods(self, account_id: str, method_ids: Sequence[str]) -> list[StoredMethod]:
        return self._methods.stored_methods(account_id, method_ids)

    def declines(self, account_id: str) -> Declines:
        return self._methods.declines(account_id)

    def save(
        self, cause: Cause, changes: Sequence[Change[Aggregate]], steps: Sequence[Step] = ()
    ) -> None:
        operations: list[Guarded] = []
        for change in changes:
            operations += kept(
                cause,
                change,
                aggregate=aggregate_name(change.after),
                item=item_of(change.after, cause.at),
                about=effect_about,
            )
        operations += [_operation_for(step) for step in steps]
        write(self._dynamo, operations)


def aggregate_name(value: Aggregate) -> str:
    """The name under which the journal keeps an object's history."""
    match value:
        case InvoicePayment():
            return f"invoice_payment/{value.payment_id}"
        case Invoice() | AccountBalance():
            return invoice_items.aggregate_name(value)
        case Declines() | StoredMethod():
            return method_items.aggregate_name(value)
        case OwnRefund():
            return own_refund_items.aggregate_name(value)


def item_of(value: Aggregate, at: datetime) -> Item:
    """The whole item, with the entry by which the index of due work finds it."""
    match value:
        case InvoicePayment():
            return payment_item(value)
        case Invoice() | AccountBalance():
            return invoice_items.item_of(value, at)
        case Declines() | StoredMethod():
            return method_items.item_of(value)
        case OwnRefund():
            return own_refund_items.item_of(value)


def payment_item(payment: InvoicePayment) -> Item:
    fields = encode_stated(payment)
    fields["request_body"] = items.packed(payment.request_body)
    key = keys.invoice_payment(payment.payment_id)
    return {**items.stored(key, fields), **payment_due(payment)}


def payment_due(payment: InvoicePayment) -> Item:
    look_at = payment.next_look_at()
    return items.due_entry("invoice_payment", look_at) if look_at else {}


def read_invoice_payment(item: Item | None) -> InvoicePayment | None:
    """A stored attempt with the exact bytes that were sent."""
    if item is None:
        return None
    body = items.unpacked(str(item["request_body"]))
    return decode(InvoicePayment, {**item, "request_body": body})


def effect_about(value: Aggregate) -> Item:
    """What the mails of a change are about."""
    match value:
        case InvoicePayment():
            return {
                "account_id": value.account_id,
                "invoice_id": value.invoice_id,
                "payment_id": value.payment_id,
            }
        case Invoice() | AccountBalance():
            return invoice_items.effect_about(value)
        case Declines() | StoredMethod():
            return method_items.effect_about(value)
        case OwnRefund():
            return own_refund_items.effect_about(value)


def _operation_for(step: Step) -> Guarded:
    match step:
        case PointToCharge(provider, provider_charge_id, payment_id):
            key = keys.charge(provider, provider_charge_id)
            return Put("state", plain_item(key, payment_id=payment_id)), lost_race
        case ProviderEventApplied(provider, event_id):
            return event_applied(provider, event_id), lost_race
