"""What mails tell of an order: its preview is what was charged (SUB-5)."""

from __future__ import annotations

from dataclasses import dataclass

from guichet.money import Money
from guichet.payments.attempt import Capture
from guichet.registration.mailer import Letter
from guichet.registration.outbox import AnyMail, BillingMail
from guichet.subscriptions.cart import Cart, CartStatus, TaxQuote
from guichet.subscriptions.mails import BillingFacts, LaterBill, Standing, ToldTax
from guichet.subscriptions.subscription import PAID, Subscription
from guichet.subscriptions.telling import Telling

K = BillingMail


@dataclass(frozen=True, slots=True)
class OrderMatter:
    """An order that was paid, that could not be paid, or that nobody paid."""

    telling: Telling
    cart: Cart

    def letter(self, mail: AnyMail) -> Letter[BillingFacts] | None:
        """None about a payment where the order was paid, or given up, since."""
        kind = BillingMail(mail)
        if kind is K.PAYMENT_FAILED and self.cart.status is not CartStatus.PENDING:
            return None
        return self.telling.letter(self._facts(kind))

    def _facts(self, kind: BillingMail) -> BillingFacts:
        cart, preview, names = self.cart, self.cart.preview, self.telling.names
        link = self.telling.sources.pages.order(cart.cart_id)
        capture = self._capture()
        return BillingFacts(
            kind=kind,
            frame=self.telling.frame(preview.selling_entity, preview.time_zone, link),
            order_id=cart.cart_id,
            lines=tuple(names.line(line) for line in preview.now.lines),
            later=tuple(
                LaterBill(bill.bill_on, tuple(names.line(line) for line in bill.lines))
                for bill in preview.later
            ),
            net_minor=preview.now.net_minor,
            taxes=_taxes(preview.now.tax),
            total=Money(max(preview.now.total_minor, 0), preview.currency),
            credit_used=preview.credit_applied or None,
            credit_given=preview.credit_given or None,
            paid=preview.due_now,
            method=capture.method if capture else None,
            reference=cart.paid_payment_id or "",
            paid_at=capture.captured_at if capture else None,
            standings=self._standings() if kind is K.ORDER_CONFIRMED else (),
            valid_until=cart.abandon_at if cart.is_open else None,
        )

    def _capture(self) -> Capture | None:
        if self.cart.paid_payment_id is None:
            return None
        payment = self.telling.sources.records.cart_payment(self.cart.paid_payment_id)
        return payment.capture if payment else None

    def _standings(self) -> tuple[Standing, ...]:
        records, cart = self.telling.sources.records, self.cart
        found = (
            records.subscription(cart.account_id, each.subscription_id)
            for each in cart.preview.touched
        )
        return tuple(self._standing(each) for each in found if each is not None)

    def _standing(self, now: Subscription) -> Standing:
        """As it is now: perhaps something else has moved it since."""
        names = self.telling.names
        renews = now.status in PAID and now.cancellation is None and now.period is not None
        return Standing(
            names.product(now),
            names.plan(now),
            renews_on=now.period.end if renews and now.period else None,
            billing_start=now.billing_start if now.period is None else None,
            on_activation=now.on_activation and now.billing_start is None,
        )


def _taxes(quote: TaxQuote) -> tuple[ToldTax, ...]:
    return tuple(ToldTax(each.name, each.percent, each.amount_minor) for each in quote.taxes)
