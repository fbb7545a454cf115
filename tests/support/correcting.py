"""Invoices in the world of one process, an order's and a month's, and their correction by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from guichet.catalogue.catalogue import Frequency
from guichet.entry.invoicing import plan
from guichet.entry.invoicing import work as work_message
from guichet.events import Actor, ActorKind
from guichet.invoices.content import InvoiceContent
from guichet.invoices.invoice import Invoice
from guichet.invoices.invoicing import Invoicing
from guichet.invoices.remaining import Wanted
from guichet.invoices.use_cases.issue_credit_note import (
    Corrected,
    IssueCreditNote,
    VoidInvoice,
    issue_credit_note,
    void_invoice,
)
from guichet.replies import Reply
from guichet.subscriptions.cart import Cart, CartLine
from tests.support.billing import Billing
from tests.support.world import World

FIRST_OF_DECEMBER: Final = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
RITA: Final = Actor(ActorKind.REPRESENTATIVE, "mem_rita", "203.0.113.9")


def work(world: World, rounds: int = 10) -> None:
    """Stream, what is due, and the invoice run; mails stay in their queue."""
    for _ in range(rounds):
        world.relay()
        done = sum(world.upkeep().done.values())
        world.relay()
        if not done + world.invoice() + len(world.dynamo.stream):
            return


def work_queue(world: World) -> None:
    """What lies in the invoice queue, without the schedule's own run."""
    world.relay()
    while world.invoice_queue:
        body = world.invoice_queue.popleft()
        if body["do"] == "plan":
            plan(body["run"], world.parts, world.invoice_queue.extend, lambda: True)
        elif body["do"] == "vat":
            world.correct_vat(body, world.parts)
        else:
            work_message(body, world.parts)


def order_lines(billing: Billing, *seats: int) -> None:
    """Telephone lines that the bill of the next 1st has, so many with each order."""
    for each in seats:
        wish = billing.wish(
            "subscribe",
            product_id="telephony",
            plan_id="line",
            frequency=Frequency.MONTHLY,
            seats=each,
        )
        billing.place(billing.preview(wish), None)


def open_invoice(billing: Billing, *seats: int) -> Invoice:
    """The account's invoice of 1 December, which nothing was paid of."""
    order_lines(billing, *(seats or (3, 7)))
    billing.world.clock.at = FIRST_OF_DECEMBER
    work(billing.world)
    (found,) = invoices_of(billing)
    assert found.open_minor == found.total_minor > 0
    return found


def bought(billing: Billing, wish: CartLine) -> Cart:
    """Ordered, paid on the provider's page, and come back from."""
    placed = billing.place(billing.preview(wish)).value
    assert placed.payment is not None
    assert placed.payment.session_id is not None
    billing.world.stripe.pay(placed.payment.session_id)
    return billing.come_back(placed.cart)


def late(billing: Billing, days: int) -> None:
    billing.world.clock.at += timedelta(days=days)


def records(billing: Billing) -> Invoicing:
    return billing.parts().invoicing


def invoices_of(billing: Billing) -> list[Invoice]:
    """Every document of the account, the newest bill first."""
    return records(billing).records.invoices_of(billing.account_id, limit=100, after=None).items


def invoice(billing: Billing, invoice_id: str) -> Invoice:
    found = records(billing).records.invoice(billing.account_id, invoice_id)
    assert found is not None
    return found


def content(billing: Billing, invoice_id: str) -> InvoiceContent:
    found = records(billing).records.content(invoice(billing, invoice_id))
    assert found is not None
    return found


def credited(
    billing: Billing,
    invoice_id: str,
    *wanted: Wanted,
    key: str | None = None,
    invoicing: Invoicing | None = None,
) -> Reply[Corrected]:
    """A credit note by the representative."""
    command = IssueCreditNote(
        invoice_id, wanted, "Goodwill", billing.representative, key or billing.key(), RITA
    )
    return issue_credit_note(command, invoicing=invoicing or records(billing))


def voided(
    billing: Billing, invoice_id: str, *, key: str | None = None, invoicing: Invoicing | None = None
) -> Reply[Corrected]:
    command = VoidInvoice(
        invoice_id, "Never wanted", billing.representative, key or billing.key(), RITA
    )
    return void_invoice(command, invoicing=invoicing or records(billing))
