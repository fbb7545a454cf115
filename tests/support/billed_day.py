"""An account with a little of everything that billing stores, all of it right."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from guichet.money import Money
from guichet.subscriptions.cart import Cart
from guichet.subscriptions.seats import SeatAssignment, SeatStatus
from guichet.subscriptions.use_cases.abandon_cart import AbandonCart, abandon_cart
from guichet.subscriptions.use_cases.assign_seat import AssignSeat, assign_seat
from guichet.subscriptions.use_cases.move_seat import MoveSeat, move_seat
from guichet.subscriptions.use_cases.record_payment import RecordPayment, record_payment
from guichet.verification.findings import Check
from tests.support.billing import Billing
from tests.support.world import World

BILLING_CHECKS: Final = frozenset(
    {
        Check.ORDER_BOOKS,
        Check.OWED,
        Check.ORDERS,
        Check.PREVIEWED,
        Check.PERIODS,
        Check.POOLS,
        Check.TRIALS,
        Check.DOCUMENTS,
        Check.NUMBERS,
        Check.INVOICED,
        Check.LINES,
        Check.CREDITED,
        Check.INVOICE_BOOKS,
    }
)


class BilledDay:
    """What its owner does, one thing after the other."""

    def __init__(self, world: World | None = None) -> None:
        self.billing = Billing(world or World(), flat_tax=True)
        self.carts = self.billing.parts().carts

    def everything(self) -> None:
        """A renewed subscription with seats, orders in each state, credit, and a trial."""
        billing = self.billing
        first = billing.buy(billing.webinar(seats=3)).preview.touched[0].subscription_id
        ada, _ = self.assign(first, "ada@example.org"), self.assign(first, "bob@example.org")
        self.move(ada, SeatStatus.RELEASED)
        billing.until(self.billing.world.clock.now() + timedelta(days=31))
        self.receive(10_000)  # pays what was renewed, the rest is credit
        billing.buy(billing.webinar())  # uses it
        self.receive(300)
        self.abandon(self.order())
        self.pay_another_amount()
        billing.buy(billing.webinar())
        dear = billing.buy(billing.webinar("plus")).preview.touched[0].subscription_id
        cheap = billing.wish("change", subscription_id=dear, plan_id="starter")
        billing.buy(cheap)  # gives back more than it costs: a credit note
        billing.world.settle_down()
        billing.buy(billing.webinar())  # uses that, and waits for its invoice
        billing.try_out("plus")
        self.receive(300)
        self.order()

    def order(self) -> Cart:
        """An order that waits for its payment, with all the credit that there is."""
        return self.billing.place(self.billing.preview(self.billing.webinar(seats=2))).value.cart

    def receive(self, amount_minor: int) -> None:
        billing = self.billing
        command = RecordPayment(
            "us",
            Money(amount_minor, "USD"),
            "transfer",
            billing.representative,
            billing.key(),
            billing.actor(billing.representative),
        )
        record_payment(command, carts=self.carts)

    def abandon(self, cart: Cart) -> None:
        command = AbandonCart(cart.cart_id, self.billing.owner, self.billing.actor())
        abandon_cart(command, ordering=self.billing.parts().ordering)

    def pay_another_amount(self) -> None:
        """The provider says another amount than was asked: it is credit, and nobody gets anything."""
        stripe = self.billing.world.stripe
        placed = self.billing.place(self.billing.preview(self.billing.webinar())).value
        stripe.configure_chaos({"capture": {"amount_minor": 701}})
        self.billing.pay(placed)
        stripe.clear_chaos()

    def assign(self, subscription_id: str, email: str) -> SeatAssignment:
        billing = self.billing
        command = AssignSeat(
            subscription_id=subscription_id,
            email=email,
            name="Somebody",
            notify=True,
            is_member=False,
            member=billing.owner,
            idempotency_key=billing.key(),
            actor=billing.actor(),
        )
        return assign_seat(command, carts=self.carts).value

    def move(self, seat: SeatAssignment, status: SeatStatus) -> None:
        billing = self.billing
        command = MoveSeat(
            seat.subscription_id, seat.seat_id, status, billing.owner, billing.actor()
        )
        move_seat(command, carts=self.carts)
