"""What moved an account's money, and how its balances stood after it (INV-9)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Final, Self

from pydantic import Field

from guichet.entry.fields import Amount, Answer
from guichet.entry.models.billing_lines import SumAnswer
from guichet.invoices.movement import Moved, MovementKind
from guichet.invoices.use_cases.list_movements import MovementsPage, MovementView

K = MovementKind

_MEANS: Final[Mapping[MovementKind, str]] = MappingProxyType(
    {
        K.INVOICE: "a bill was issued",
        K.CREDIT_NOTE: "something of an invoice was given back",
        K.CREDIT_USED: "credit paid an open invoice, or an order",
        K.CREDIT_RESERVED: "credit was set aside for an order that waits for its payment",
        K.CREDIT_RELEASED: "that order was given up: the credit is free again",
        K.CREDIT_GIVEN: "an order gave back more than it charged",
        K.ORDER_PAID: "an order was paid at once",
        K.PAYMENT_RECEIVED: "a transfer or a cheque was recorded, as credit",
        K.PAYMENT_COLLECTED: "a stored payment method paid an invoice",
        K.PAYMENT_NOT_TAKEN: "money came that no invoice and no order takes: it goes back",
        K.PAYMENT_CREDITED: "money came otherwise than asked, or could not go back: it is credit",
        K.PAYMENT_RETURNED: "the bank took a debit or a card's charge back",
        K.PAYMENT_REFUNDED: "what nothing took, or had become credit, was refunded",
        K.ADJUSTED: "any other movement of credit",
    }
)

Kind = Annotated[
    str, Field(description="; ".join(f"`{kind}`: {_MEANS[kind]}" for kind in MovementKind) + ".")
]


class BalanceChangeAnswer(Answer):
    """By how much a balance is more, or less where it is below 0.

    `open` of invoices, `credit` that is free, `reserved` credit that orders waiting for their
    payment will use. All are 0 where something was billed and paid at once.
    """

    open: SumAnswer
    credit: SumAnswer
    reserved: SumAnswer

    @classmethod
    def of(cls, moved: Moved, currency: str) -> Self:
        return cls(
            open=SumAnswer(amount_minor=moved.open_minor, currency=currency),
            credit=SumAnswer(amount_minor=moved.credit_minor, currency=currency),
            reserved=SumAnswer(amount_minor=moved.reserved_minor, currency=currency),
        )


class BalanceStandingAnswer(Answer):
    """What was open, free credit and reserved once everything of a moment was written."""

    open: Amount
    credit: Amount
    reserved: Amount

    @classmethod
    def of(cls, standing: Moved, currency: str) -> Self:
        return cls(
            open=Amount(amount_minor=standing.open_minor, currency=currency),
            credit=Amount(amount_minor=standing.credit_minor, currency=currency),
            reserved=Amount(amount_minor=standing.reserved_minor, currency=currency),
        )


class MovementAnswer(Answer):
    """One movement. `amount` is what the document or the payment comes to.

    `invoice_id` and `number` are of the document itself, or of the invoice that was paid; of a credit
    note, `refers_to` is its invoice. `order` is what was ordered, `payment_id` what paid or
    was to; `reference` is that of a transfer or a cheque. `change` is what it made of the balance with this
    selling entity in this currency, `after` how that stood.
    """

    movement_id: str
    at: datetime
    kind: Kind
    selling_entity: str
    currency: str
    amount: Amount
    invoice_id: str | None
    number: str | None
    refers_to: str | None
    refers_to_number: str | None
    order: str | None
    payment_id: str | None
    reference: str | None
    change: BalanceChangeAnswer
    after: BalanceStandingAnswer | None

    @classmethod
    def of(cls, view: MovementView) -> Self:
        movement, document, original = view.movement, view.document, view.refers_to
        currency = movement.amount.currency
        order = movement.cart_id or (document.cart_id if document else None)
        return cls(
            movement_id=movement.movement_id,
            at=movement.at,
            kind=movement.kind.value,
            selling_entity=movement.selling_entity,
            currency=currency,
            amount=Amount.of(movement.amount),
            invoice_id=movement.invoice_id,
            number=document.number if document else None,
            refers_to=document.refers_to if document else None,
            refers_to_number=original.number if original else None,
            order=order,
            payment_id=movement.payment_id,
            reference=movement.reference,
            change=BalanceChangeAnswer.of(movement.moved, currency),
            after=None
            if view.standing is None
            else BalanceStandingAnswer.of(view.standing, currency),
        )


class MovementsAnswer(Answer):
    """Part of the history, the newest first; `next_cursor` leads on, null at the end.

    What was written in the last moments may be missing; `after` counts it all the same. It is null
    where more was written to that balance since, charges on bills too, than is read for one answer.
    """

    items: list[MovementAnswer]
    next_cursor: str | None

    @classmethod
    def of(cls, page: MovementsPage, cursor: str | None) -> Self:
        return cls(items=[MovementAnswer.of(each) for each in page.items], next_cursor=cursor)
