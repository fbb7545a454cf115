"""An order is placed, carried out or given up: each in one write, with its money (SUB-5, MON-4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from guichet.events import Event
from guichet.ledger.billable import BillableLine
from guichet.ledger.journal import Change
from guichet.ledger.postings import (
    Posting,
    billed_postings,
    credit_given_postings,
    credit_reserved_postings,
    credit_used_postings,
    reservation_returned_postings,
    reservation_used_postings,
)
from guichet.money import Money
from guichet.subscriptions.balance import AccountBalance, bills_note_id
from guichet.subscriptions.cart import Cart, Preview
from guichet.subscriptions.creditable import OrderBack, given_parts
from guichet.subscriptions.crediting import OnBills, borne_by, put_on_bills
from guichet.subscriptions.held_taxes import notes_of
from guichet.subscriptions.ports import Aggregate, NewPool, ResizePool, Step
from guichet.subscriptions.previewing import Plan
from guichet.subscriptions.subscription import PAID, Subscription
from guichet.subscriptions.wishing import Planned
from guichet.subscriptions.writing import (
    Decision,
    balance_change,
    bumped,
    subscription_change,
)


def placed(cart: Cart, made: Sequence[Planned], balance: AccountBalance) -> Decision:
    """An order that waits for its payment: its subscriptions are leased, its credit is reserved."""
    reserved = balance.reserved(cart.preview.credit_applied)
    leased = tuple(_leased(cart, each) for each in made)
    pools = tuple(step for each in made if (step := _held_pool(each)) is not None)
    opened = Change[Aggregate](
        None,
        cart,
        (Event("cart.placed", {"due_minor": cart.preview.due_now.amount_minor}),),
        credit_reserved_postings(cart.preview.credit_applied),
        book=cart.preview.selling_entity,
    )
    return Decision((opened, *leased, *balance_change(balance, reserved)), pools)


def _held_pool(planned: Planned) -> Step | None:
    """Until it is paid, seats that are to be taken off can't be assigned any more."""
    name = planned.after.subscription_id
    if planned.before is None:
        return None
    fewer = planned.after.seats_assignable < planned.before.seats_assignable
    return ResizePool(name, planned.after.seats_assignable) if fewer else None


def _leased(cart: Cart, planned: Planned) -> Change[Aggregate]:
    """Of something new, the order's `pending`: no access before the payment (BAD-9)."""
    if planned.before is not None:
        held = replace(planned.before, open_cart_id=cart.cart_id)
        return subscription_change(
            planned.before, held, "subscription.ordered", {"cart_id": cart.cart_id}
        )
    if planned.pending is None:
        raise ValueError("something new begins as pending")
    held = replace(planned.pending, open_cart_id=cart.cart_id)
    return subscription_change(None, held, "subscription.ordered", {"cart_id": cart.cart_id})


def carried_out(
    before: Cart | None,
    done: Cart,
    plan: Plan,
    balance: AccountBalance,
) -> Decision:
    """Everything that the preview said, at once.

    Args:
        before: the order as it waited; None where nothing was due, and it is placed with this.
        done: the order, carried out.
        plan: its subscriptions, as they are and as they will be.
        balance: the account's, in the order's currency with its selling entity.
    """
    preview, made = done.preview, plan.subscriptions
    used = balance if before is not None else balance.reserved(preview.credit_applied)
    billed = used.reservation_used(preview.credit_applied).credited(preview.credit_given)
    changes = []
    for each in made:
        on_bills = _on_bills(each, done, billed)
        billed = on_bills.balance
        changes.append(_changed(each, done, on_bills))
    order = Change[Aggregate](
        before,
        done if before is None else bumped(done),
        (Event("cart.done", {"cart_id": done.cart_id}),),
        _postings(preview, was_reserved=before is not None),
        ("billing_order_confirmed",),
        lines=preview.now.all_lines,
        book=preview.selling_entity,
    )
    given_back = plan.earlier.kept(
        (
            *given_parts(preview.now.lines),
            *given_parts(line for bill in preview.later for line in bill.lines),
        ),
        _orders_back(done),
    )
    steps = (*_pools(made), *given_back)
    return Decision((order, *changes, *balance_change(balance, billed)), steps)


def _orders_back(cart: Cart) -> tuple[OrderBack, ...]:
    """What its credit notes will give back, until they are made."""
    notes = notes_of(cart.preview.now)
    named = dict.fromkeys(part.invoice_id for part in given_parts(cart.preview.now.lines))
    return tuple(
        OrderBack(
            cart.cart_id,
            of,
            bills_note_id(cart.preview.day, cart.invoice_id, of),
            notes.get(of, ()),
        )
        for of in named
    )


def _postings(preview: Preview, *, was_reserved: bool) -> tuple[Posting, ...]:
    use = reservation_used_postings if was_reserved else credit_used_postings
    return (
        *billed_postings(preview.now.all_lines, preview.now.tax.total_minor, preview.currency),
        *use(preview.credit_applied),
        *credit_given_postings(preview.credit_given),
    )


def _later(planned: Planned, cart: Cart) -> list[BillableLine]:
    """What comes with bills, and not with the order."""
    return [
        line
        for bill in cart.preview.later
        for line in bill.lines
        if line.subscription_id == planned.after.subscription_id
    ]


def _on_bills(planned: Planned, cart: Cart, balance: AccountBalance) -> OnBills:
    after = planned.after.unleased()
    if cart.preview.now.lines and not after.is_calendar:
        after = borne_by(after, cart.invoice_id)
    return put_on_bills(balance, planned.before, after, _later(planned, cart))


def _changed(planned: Planned, cart: Cart, on_bills: OnBills) -> Change[Aggregate]:
    existed = planned.before is not None and not planned.is_pending
    return subscription_change(
        planned.before,
        on_bills.subscription,
        "subscription.changed" if existed else "subscription.activated",
        {"cart_id": cart.cart_id},
        lines=_later(planned, cart),
        postings=on_bills.postings,
    )


def _pools(made: Sequence[Planned]) -> tuple[Step, ...]:
    """The seats of what is new come with its payment; what begins anew has its number again."""
    steps: list[Step] = []
    for each in made:
        name, seats = each.after.subscription_id, each.after.seats_assignable
        if each.before is None or each.is_pending:
            steps.append(NewPool(name, seats))
        elif each.before.status not in PAID or each.before.seats_assignable != seats:
            steps.append(ResizePool(name, seats))
    return tuple(steps)


def given_up(
    cart: Cart,
    subscriptions: Sequence[Subscription],
    balance: AccountBalance,
    *,
    at: datetime,
    note: str,
    credited: Money | None = None,
) -> Decision:
    """An order that is not paid leaves no effect: leases end, credit is free again (SUB-5).

    Args:
        cart: the open order.
        subscriptions: those that it is about.
        balance: the account's.
        at: the present instant.
        note: why.
        credited: money that came for it and could not be used for it.
    """
    applied = cart.preview.credit_applied
    over = Change[Aggregate](
        cart,
        bumped(cart.abandoned(at, note)),
        (Event("cart.abandoned", {"cart_id": cart.cart_id, "note": note}),),
        reservation_returned_postings(applied),
        ("billing_order_abandoned",) if note == "unpaid" else (),
        book=cart.preview.selling_entity,
    )
    freed = tuple(_freed(each) for each in subscriptions if each.open_cart_id == cart.cart_id)
    returned = balance.reservation_returned(applied)
    if credited is not None:
        returned = returned.credited(credited)
    balances = balance_change(balance, returned)
    named = {wish.subscription_id for wish in cart.preview.wishes if wish.seats is not None}
    pools = tuple(
        ResizePool(each.subscription_id, each.seats_assignable)
        for each in subscriptions
        if each.subscription_id in named and not each.is_pending
    )
    return Decision((over, *freed, *balances), pools)


def _freed(subscription: Subscription) -> Change[Aggregate]:
    free = subscription.unleased()
    if subscription.is_pending:
        return subscription_change(subscription, free.given_up(), "subscription.abandoned")
    return subscription_change(subscription, free, "subscription.order_abandoned")
