"""What moved an account's money: one movement for each entry of the journal that tells of some (INV-9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from guichet.events import Event
from guichet.ids import derived_id
from guichet.ledger.journal import JournalEntry
from guichet.ledger.postings import LedgerAccount, balances
from guichet.money import Money


class MovementKind(StrEnum):
    """What happened, in the words of who pays."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    CREDIT_USED = "credit_used"  # on an invoice that was open, or for an order
    CREDIT_RESERVED = "credit_reserved"  # for an order that waits for its payment
    CREDIT_RELEASED = "credit_released"  # the order was given up
    CREDIT_GIVEN = "credit_given"  # by an order that gives back more than it charges
    ORDER_PAID = "order_paid"
    PAYMENT_RECEIVED = "payment_received"  # a transfer or a cheque
    PAYMENT_COLLECTED = "payment_collected"  # by a stored method
    PAYMENT_NOT_TAKEN = "payment_not_taken"  # nothing takes it: it goes back (COL-8)
    PAYMENT_CREDITED = "payment_credited"  # it came otherwise than asked, or could not go back
    PAYMENT_RETURNED = "payment_returned"  # a debit or a card's charge, taken back by the bank
    PAYMENT_REFUNDED = "payment_refunded"  # what nothing took, or had become credit, went back
    ADJUSTED = "adjusted"  # by hand


K = MovementKind


@dataclass(frozen=True, slots=True)
class Moved:
    """What of a balance is more, or less where it is below 0, in minor units."""

    open_minor: int = 0  # on invoices
    credit_minor: int = 0
    reserved_minor: int = 0  # credit that orders waiting for their payment will use

    def __add__(self, other: Moved) -> Moved:
        return Moved(
            self.open_minor + other.open_minor,
            self.credit_minor + other.credit_minor,
            self.reserved_minor + other.reserved_minor,
        )

    def __sub__(self, other: Moved) -> Moved:
        return self + Moved(-other.open_minor, -other.credit_minor, -other.reserved_minor)

    def __bool__(self) -> bool:
        return bool(self.open_minor or self.credit_minor or self.reserved_minor)


NOTHING: Final = Moved()


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One line of an account's history.

    `amount` is what the document or the payment comes to; `moved` what that made of the balance:
    nothing, where an order is paid at once. `invoice_id` is the document itself, or what was paid.
    """

    movement_id: str
    at: datetime
    kind: MovementKind
    selling_entity: str  # empty where only the document knows it
    amount: Money
    moved: Moved = NOTHING
    invoice_id: str | None = None
    cart_id: str | None = None
    payment_id: str | None = None
    reference: str | None = None


def movement_of(entry: JournalEntry) -> Movement | None:
    """What an entry of the journal moved; None where it tells of no money, or another entry does."""
    read = _READERS.get(entry.aggregate.partition("/")[0], _otherwise)
    return read(_Told(entry))


class _Told:
    """An entry with its facts and its postings at hand."""

    def __init__(self, entry: JournalEntry) -> None:
        self.entry = entry
        self.object_id = entry.aggregate.partition("/")[2]
        self.events: Mapping[str, Event] = {each.name: each for each in entry.events}
        self._sums = balances(entry.postings)

    def facts(self, name: str) -> Mapping[str, str | int | None]:
        event = self.events.get(name)
        return {} if event is None else event.facts

    def came_to(self, account: LedgerAccount, currency: str) -> int:
        return self._sums.get((account, currency), 0)

    def credit(self, currency: str) -> Moved:
        """What its postings made of the account's credit; what is reserved is apart."""
        return Moved(
            credit_minor=-self.came_to(LedgerAccount.ACCOUNT_CREDIT, currency),
            reserved_minor=-self.came_to(LedgerAccount.CREDIT_RESERVED, currency),
        )

    def credit_currency(self) -> str | None:
        """In which currency it moved credit; an entry moves it in one."""
        of_credit = (LedgerAccount.ACCOUNT_CREDIT, LedgerAccount.CREDIT_RESERVED)
        return next((name for account, name in self._sums if account in of_credit), None)

    def movement(
        self, kind: MovementKind, amount: Money, moved: Moved, **named: str | None
    ) -> Movement:
        """With what it is about: `invoice_id`, `cart_id`, `payment_id`, `reference`."""
        entry = self.entry
        return Movement(
            movement_id=derived_id("mov", entry.aggregate, str(entry.sequence)),
            at=entry.at,
            kind=kind,
            selling_entity=entry.book or "",
            amount=amount,
            moved=moved,
            **named,
        )


def _document(told: _Told) -> Movement | None:
    """An invoice or a credit note as it was numbered; credit that pays an invoice later.

    A credit note lowers what is open of its invoice; what it did not is account credit. The books
    of an order know what its documents say: they move nothing more.
    """
    if facts := told.facts("invoice.finalized"):
        total = _money(facts, "total_minor")
        moved = Moved(_whole(facts, "open_minor")) + told.credit(total.currency)
        return told.movement(K.INVOICE, total, moved, invoice_id=told.object_id)
    if facts := told.facts("credit_note.issued"):
        total = _money(facts, "total_minor")
        given = told.credit(total.currency)
        offset = total.amount_minor - given.credit_minor if told.entry.postings else 0
        moved = Moved(-offset) + given
        return told.movement(K.CREDIT_NOTE, total, moved, invoice_id=told.object_id)
    if facts := told.facts("invoice.credit_applied"):
        used = _money(facts, "amount_minor")
        moved = Moved(-used.amount_minor) + told.credit(used.currency)
        return told.movement(K.CREDIT_USED, used, moved, invoice_id=told.object_id)
    return _otherwise(told)


def _charge(told: _Told) -> Movement | None:
    """An attempt to collect an invoice, once money moved."""
    captured, returned = "invoice_payment.captured", "invoice_payment.returned"
    if facts := told.facts(captured):
        kind = K.PAYMENT_COLLECTED
    elif facts := told.facts(returned):
        kind = K.PAYMENT_RETURNED
    elif facts := told.facts("invoice_payment.credited"):
        kind = K.PAYMENT_CREDITED
    elif facts := told.facts("invoice_payment.not_taken"):
        kind = K.PAYMENT_NOT_TAKEN
    else:
        return _otherwise(told)
    invoice_id = str(facts["invoice_id"])
    amount = _money(facts, "amount_minor")
    if kind is K.PAYMENT_CREDITED:  # what came may not be what was asked for
        currency = told.credit_currency() or amount.currency
        amount = Money(told.credit(currency).credit_minor, currency)
    owed = Moved(told.came_to(LedgerAccount.RECEIVABLE, amount.currency))
    moved = told.credit(amount.currency) + owed
    return told.movement(kind, amount, moved, invoice_id=invoice_id, payment_id=told.object_id)


def _order(told: _Told) -> Movement | None:
    """An order carried out, with what was paid for it; before, and if it is given up, its credit."""
    if "cart.done" in told.events:
        return _done(told)
    kind = K.CREDIT_RESERVED if "cart.placed" in told.events else K.CREDIT_RELEASED
    currency = told.credit_currency()
    if currency is None:
        return None
    moved = told.credit(currency)
    amount = Money(abs(moved.credit_minor), currency)
    return told.movement(kind, amount, moved, cart_id=told.object_id)


def _done(told: _Told) -> Movement | None:
    due = next((each.amount.currency for each in told.entry.postings), None)
    if due is None:
        return None  # it cost nothing, and gave nothing back
    moved = told.credit(due)
    paid = Money(max(told.came_to(LedgerAccount.RECEIVABLE, due), 0), due)
    payment_id = told.entry.after.get("paid_payment_id")
    if paid:
        kind, amount = K.ORDER_PAID, paid
    elif used := -(moved.credit_minor + moved.reserved_minor):
        kind = K.CREDIT_USED if used > 0 else K.CREDIT_GIVEN
        amount = Money(abs(used), due)
    else:
        return None
    return told.movement(
        kind,
        amount,
        moved,
        cart_id=told.object_id,
        payment_id=payment_id if isinstance(payment_id, str) else None,
    )


def _order_payment(told: _Told) -> Movement | None:
    """What no order took; what an order took is told with the order."""
    if facts := told.facts("cart_payment.not_taken"):
        kind, amount, moved = K.PAYMENT_NOT_TAKEN, _money(facts, "amount_minor"), NOTHING
    elif (facts := told.facts("cart_payment.credited")) and (currency := told.credit_currency()):
        moved = told.credit(currency)
        kind, amount = K.PAYMENT_CREDITED, Money(moved.credit_minor, currency)
    else:
        return None if "cart_payment.captured" in told.events else _otherwise(told)
    return told.movement(
        kind, amount, moved, cart_id=str(facts["cart_id"]), payment_id=told.object_id
    )


def _refund(told: _Told) -> Movement | None:
    """Money on its way back, once it is there, or became credit. What a bank took back is told there.

    What a provider finishes later left the entity's balance when it was sent: that entry is in no book.
    """
    if facts := told.facts("own_refund.succeeded"):
        kind, moved = K.PAYMENT_REFUNDED, NOTHING
    elif facts := told.facts("own_refund.credited"):
        kind, moved = K.PAYMENT_CREDITED, told.credit(str(facts["currency"]))
    else:
        return _otherwise(told)
    about = {
        name: None if facts[name] is None else str(facts[name])
        for name in ("invoice_id", "cart_id", "payment_id")
    }
    found = told.movement(kind, _money(facts, "amount_minor"), moved, **about)
    return replace(found, selling_entity=str(facts["selling_entity"]))


def _balance(told: _Told) -> Movement | None:
    """Money that came by hand. What else changes a balance is told by what changed it."""
    if facts := told.facts("payment.received"):
        currency = told.credit_currency()
        if currency is None:
            return None
        moved = told.credit(currency)
        payment_id, reference = facts.get("payment_id"), facts.get("reference")
        return told.movement(
            K.PAYMENT_RECEIVED,
            Money(moved.credit_minor, currency),
            moved,
            payment_id=None if payment_id is None else str(payment_id),
            reference=None if reference is None else str(reference),
        )
    return _otherwise(told)


def _otherwise(told: _Told) -> Movement | None:
    """Whatever else moves credit, so that no movement of a balance is ever left out."""
    currency = told.credit_currency()
    if currency is None:
        return None
    moved = told.credit(currency)
    out = {LedgerAccount.ENTITY_BALANCE, LedgerAccount.ENTITY_BANK}
    went_back = any(
        each.source in out and each.destination is LedgerAccount.ACCOUNT_CREDIT
        for each in told.entry.postings
    )
    amount = Money(abs(moved.credit_minor) or abs(moved.reserved_minor), currency)
    return told.movement(K.PAYMENT_REFUNDED if went_back else K.ADJUSTED, amount, moved)


def _money(facts: Mapping[str, str | int | None], name: str) -> Money:
    return Money(_whole(facts, name), str(facts["currency"]))


def _whole(facts: Mapping[str, str | int | None], name: str) -> int:
    value = facts[name]
    if not isinstance(value, int):
        raise TypeError(f"{name} is a whole number")
    return value


_READERS: Final[Mapping[str, Callable[[_Told], Movement | None]]] = MappingProxyType(
    {
        "invoice": _document,
        "invoice_payment": _charge,
        "cart": _order,
        "cart_payment": _order_payment,
        "own_refund": _refund,
        "balance": _balance,
    }
)
