"""What moved an account's money, and how its balances stood after it (INV-9)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field

from guichet.entry.fields import Amount, Answer
from guichet.entry.models.billing_lines import SumAnswer
from guichet.invoices.movement import Moved, MovementKind
from guichet.invoices.use_cases.list_movements import MovementsPage, MovementView

Kind = Annotated[
    str, Field(description=f"{', '.join(list(MovementKind)[:-1])} or {list(MovementKind)[-1]}.")
]


class ChangeAnswer(Answer):
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


class StandingAnswer(Answer):
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
    note, `refers_to` is its invoice. `order` is what was ordered, `payment` what paid or was to;
    `reference` is that of a transfer or a cheque. `change` is what it made of the balance with this
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
    payment: str | None
    reference: str | None
    change: ChangeAnswer
    after: StandingAnswer | None

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
            payment=movement.payment_id,
            reference=movement.reference,
            change=ChangeAnswer.of(movement.moved, currency),
            after=None if view.standing is None else StandingAnswer.of(view.standing, currency),
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
