"""An account in France that was charged VAT, and changes its plan meanwhile (TAX-3, SUB-6)."""

from __future__ import annotations

from dataclasses import dataclass

from guichet.invoices.invoice import Invoice
from guichet.subscriptions.cart import Cart
from guichet.subscriptions.use_cases.place_cart import PlacedCart
from tests.support.billing import Billing
from tests.support.bills_drafted import PARIS
from tests.support.confirming import Unconfirmed
from tests.support.verified import assert_verified


@dataclass
class Buying:
    """An account in Paris that paid 20 per cent, and changes its plan five days later."""

    plan: str = "plus"

    def __post_init__(self) -> None:
        self.ann = Unconfirmed()
        self.world = self.ann.world
        self.billing = Billing(self.world, account_id=self.ann.account, names=("anna", "rob"))
        self.billing.move_to(PARIS)
        self.billing.buy(self.billing.webinar(self.plan, 2))
        self.world.settle_down()
        self.world.clock.advance(days=5)
        (self.first,) = self.ann.invoices()
        assert self.first.tax_minor == self.first.subtotal_minor // 5

    def ordered(self, plan: str = "pro") -> PlacedCart:
        wish = self.billing.wish(
            "change", subscription_id=self.billing.only().subscription_id, plan_id=plan
        )
        return self.billing.place(self.billing.preview(wish)).value

    def paid(self, placed: PlacedCart) -> Cart:
        """Paid, and come back from the page: no invoice of it is made yet."""
        if placed.payment is not None:
            assert placed.payment.session_id is not None
            self.world.stripe.pay(placed.payment.session_id)
            self.billing.come_back(placed.cart)
        return self.billing.cart(placed.cart.cart_id)

    def again(self) -> Invoice:
        return self.ann.again(self.first)

    def assert_right(self) -> None:
        """All VAT went back, once; and nothing is to be found."""
        assert_verified(self.world.dynamo, self.world.clock.now())
        charged = sum(each.tax_minor for each in self.ann.invoices())
        assert self.ann.vat_in_books() == charged - sum(e.tax_minor for e in self.ann.notes())
