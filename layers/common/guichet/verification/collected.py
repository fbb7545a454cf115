"""Invoices that stored methods collect: leases, attempts, their money, their names at providers (COL-8).

An invoice is judged with its attempts, its place in the balance, and what counts against COL-3's
limits; a payment with what leads to it from its provider.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from guichet.adapters.dynamo import keys
from guichet.adapters.dynamo.seam import Item
from guichet.collection.declines import Declines
from guichet.invoices.invoice import InvoiceStatus
from guichet.ledger.postings import (
    Posting,
    balances,
    payment_postings,
    payment_returned_postings,
    payment_to_credit_postings,
    return_fee_postings,
)
from guichet.ledger.refund_postings import payment_claimed_postings, payment_to_refund_postings
from guichet.payments.cart_payment import CartPayment
from guichet.payments.invoice_payment import ChargeStatus, InvoicePayment
from guichet.payments.own_refund import OwnRefund
from guichet.subscriptions.balance import AccountBalance
from guichet.verification import own_refunds
from guichet.verification.findings import Check
from guichet.verification.gathering import Gathered, PassedOn, told
from guichet.verification.history import History, Moved

S = ChargeStatus

_BY_INVOICE: Final = "collected/"
_BY_PAYMENT: Final = "charged/"
_CREDITED: Final = "invoice_payment.credited"
_MONEY_CAME: Final = frozenset({S.CAPTURED, S.MISMATCHED, S.RETURNED})


@dataclass(frozen=True, slots=True)
class Collected:
    """One invoice as it is stored, None where it is not there, with all that collects it."""

    invoice: Item | None
    payments: Mapping[str, InvoicePayment]
    bills: Sequence[bool]  # of each of its places in balances, whether it is leased there
    on_their_way: frozenset[str]  # attempts that have a place in COL-3's count, not declined


@dataclass(frozen=True, slots=True)
class Charged:
    """One payment, None where it is not there, what leads to it from its provider, and what returns it."""

    payment: own_refunds.Paid | None
    names: frozenset[str]
    refunds: Sequence[OwnRefund]


def passed_on(history: History) -> Iterator[PassedOn]:
    """Where an object is judged together with others."""
    at = history.last_at
    kind, _, identity = history.name.partition("/")
    if kind == "invoice":  # its item is read as it lies; here is when it was changed last
        yield f"{_BY_INVOICE}{identity}", "told", {"what": "changed", "at": at}
    match history.value:
        case InvoicePayment() as payment:
            group = f"{_BY_INVOICE}{payment.invoice_id}"
            yield group, "stored", told(history)
            yield f"{_BY_PAYMENT}{payment.payment_id}", "stored", told(history)
        case CartPayment() | OwnRefund() as found:
            yield f"{_BY_PAYMENT}{found.payment_id}", "stored", told(history)
        case AccountBalance() as balance:
            for bill in balance.bills:
                if bill.is_invoiced:
                    row: Item = {"what": "bill", "is_leased": bill.is_leased, "at": at}
                    yield f"{_BY_INVOICE}{bill.invoice_id}", "told", row
        case Declines() as declines:
            for tried in (each for each in declines.tried if each.declined_at is None):
                for invoice_id in tried.invoice_ids:
                    row = {"what": "on_its_way", "id": tried.attempt_id, "at": at}
                    yield f"{_BY_INVOICE}{invoice_id}", "told", row
        case _:
            return


def group_beside(item: Item) -> str | None:
    """The group of an invoice's own item, or of a provider's name of a charge."""
    pk, sk = str(item["pk"]), str(item["sk"])
    if pk.startswith("ACCOUNT#") and sk.startswith("INVOICE#"):
        return f"{_BY_INVOICE}{sk.partition('#')[2]}"
    if pk.startswith("CHARGE#"):
        return f"{_BY_PAYMENT}{item.get('payment_id')}"
    return None


def is_collected(group: str) -> bool:
    return group.startswith((_BY_INVOICE, _BY_PAYMENT))


def put_together(found: Gathered) -> Collected | Charged:
    """What is judged as one."""
    payments = {each.payment_id: each for each in found.of(InvoicePayment)}
    if found.group.startswith(_BY_PAYMENT):
        names = frozenset(str(each["pk"]) for each in found.beside)
        paid: list[own_refunds.Paid] = [*payments.values(), *found.of(CartPayment)]
        return Charged(next(iter(paid), None), names, found.of(OwnRefund))
    return Collected(
        invoice=next(iter(found.lying("INVOICE#")), None),
        payments=payments,
        bills=[bool(each["is_leased"]) for each in found.told if each["what"] == "bill"],
        on_their_way=_ids(found, "on_its_way"),
    )


def _ids(found: Gathered, what: str) -> frozenset[str]:
    return frozenset(str(each["id"]) for each in found.told if each["what"] == what)


def books(history: History) -> Iterator[str]:
    """A payment moved what became of it: once what came, once what went back (MON-4, COL-8)."""
    payment = history.value
    if not isinstance(payment, InvoicePayment):
        return
    wanted: Moved = Counter()
    for (account, currency), amount in balances(_postings(payment, history)).items():
        wanted[payment.selling_entity, currency, str(account)] += amount
    moved = history.moved_for_entities()
    for place in sorted({*wanted, *moved}):
        if moved[place] != wanted[place]:
            entity, currency, name = place
            yield (
                f"moved {moved[place]} {currency} on {name} of {entity}, "
                f"and should have {wanted[place]}"
            )
    if history.moved():
        yield "moved money in an organizer's book"


def _postings(payment: InvoicePayment, history: History) -> tuple[Posting, ...]:
    capture = payment.capture
    if capture is None:
        return ()
    is_credit, goes_back = _CREDITED in history.events, payment.refund_id is not None
    came = payment_to_credit_postings if is_credit else payment_postings
    if goes_back:
        came = payment_to_refund_postings
    taken = payment_claimed_postings if is_credit or goes_back else payment_returned_postings
    back = taken(capture.amount) if payment.status is S.RETURNED else ()
    fee = () if payment.return_fee is None else return_fee_postings(payment.return_fee)
    return (*came(capture.amount, capture.provider_fee), *back, *fee)


def leases(found: Collected) -> Iterator[str]:
    """A leased invoice has one open attempt and a leased place in the balance, and no other has (COL-8)."""
    leased_by = None if found.invoice is None else found.invoice.get("open_payment_id")
    if leased_by is not None:
        payment = found.payments.get(str(leased_by))
        if payment is None:
            yield f"is leased by {leased_by}, which is not there"
        elif not payment.holds:
            yield f"is leased by {leased_by}, which is {payment.status}"
    for payment in found.payments.values():
        if payment.holds and payment.payment_id != leased_by:
            yield f"{payment.payment_id} is {payment.status}, and has no lease of it"
    for is_leased in found.bills:
        if is_leased is not (leased_by is not None):
            yield f"is {'leased' if is_leased else 'free'} in its balance, and not by itself"
    is_paid = found.invoice is not None and found.invoice.get("status") == InvoiceStatus.PAID
    if leased_by is not None and not found.bills and not is_paid:  # else by other money, meanwhile
        yield f"is leased by {leased_by}, and owed in no balance"


def counted(found: Collected) -> Iterator[str]:
    """What counts against COL-3's limits as being tried is: else its place is never given back."""
    for attempt_id in sorted(found.on_their_way):
        on_its_way = found.payments.get(attempt_id)
        if on_its_way is None or on_its_way.status is not S.CREATED:
            state = "not there" if on_its_way is None else on_its_way.status
            yield f"{attempt_id} counts as being tried, and is {state}"


def attempts(found: Collected) -> Iterator[str]:
    """An invoice names its attempts, and was paid by what they captured: once, and no more (COL-8)."""
    invoice = found.invoice
    if invoice is None:
        if found.payments or found.bills:
            yield "is collected or owed, and is not there"
        return
    named = invoice.get("payment_ids", [])
    ids = [str(each) for each in named] if isinstance(named, list) else []
    if sorted(ids) != sorted(found.payments):
        yield f"names the attempts {', '.join(ids)}, and has {', '.join(sorted(found.payments))}"
    count = invoice.get("payment_count", 0)
    if count != len(ids):
        yield f"counts {count} attempts, and names {len(ids)}"
    if invoice.get("last_payment_id") != (ids[-1] if ids else None):
        yield f"says that {invoice.get('last_payment_id')} was its last attempt"
    for payment in found.payments.values():
        has_capture = payment.capture is not None
        if has_capture is not (payment.status in _MONEY_CAME):
            yield f"{payment.payment_id} is {payment.status} {'with' if has_capture else 'without'} a capture"
    if invoice.get("cart_id") is None:  # an order's invoice is paid by the order's payment
        came = sum(each.amount.amount_minor for each in found.payments.values() if each.has_paid)
        paid = invoice.get("paid_minor", 0)
        if paid != came:
            yield f"was paid {paid}, and its attempts brought {came}"


def names(found: Charged) -> Iterator[str]:
    """A payment is found by its provider's name of it, and each such name leads to a payment."""
    payment = found.payment
    if isinstance(payment, CartPayment):  # an order's is found by its own id
        return
    if payment is None and not found.names:
        return
    if payment is None:
        yield f"{', '.join(sorted(found.names))} leads to a payment that is not there"
        return
    charge_id = payment.provider_charge_id
    if charge_id is not None:
        key = keys.charge(payment.token.provider, charge_id)
        if key.pk not in found.names:
            yield "is not found by its provider's name"
    elif found.names:
        yield "is found by a provider's name, and knows none"


type Problems = Iterator[tuple[Check, Iterator[str]]]


def judged(found: Collected | Charged) -> Problems:
    """Each check of one invoice, or of one payment, with what it finds."""
    if isinstance(found, Charged):
        if not isinstance(found.payment, CartPayment):
            yield Check.CHARGES, names(found)
        yield Check.RETURNS, own_refunds.returns(found.payment, found.refunds)
        return
    yield Check.LEASES, leases(found)
    yield Check.ATTEMPTS, attempts(found)
    yield Check.COUNTED, counted(found)
