"""Buying, changing and looking at subscriptions in the world of one process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import count
from typing import Any

from guichet.access.addresses import Address
from guichet.access.membership import OPERATOR, Member, Role
from guichet.access.profile import BillingProfile
from guichet.bootstrap import Container
from guichet.bootstrap_billing import BillingParts
from guichet.catalogue.catalogue import Frequency, TaxClass
from guichet.catalogue.ports import Catalogues
from guichet.events import Actor, ActorKind
from guichet.ledger.billable import BillableLine
from guichet.payments.cart_payment import CartPayment
from guichet.replies import Reply
from guichet.subscriptions.assessing import NOTHING_EARLIER, EarlierTaxes, assessed
from guichet.subscriptions.balance import AccountBalance
from guichet.subscriptions.cart import (
    Cart,
    CartLine,
    CartLineKind,
    Preview,
    TaxQuote,
)
from guichet.subscriptions.subscription import Subscription
from guichet.subscriptions.terms import AddOnQuantity
from guichet.subscriptions.touching import Action
from guichet.subscriptions.use_cases.check_cart import check_cart
from guichet.subscriptions.use_cases.place_cart import PlaceCart, PlacedCart, place_cart
from guichet.subscriptions.use_cases.preview_cart import PreviewCart, preview_cart
from guichet.subscriptions.use_cases.start_trial import StartTrial, start_trial
from guichet.tax.deciding import Bearing
from guichet.tax.places import Category
from guichet.tax.subject import TaxSubject
from tests.support.journal_bills import bills_in
from tests.support.taxing import LastingTaxes
from tests.support.world import ACCOUNT, World

NEW_YORK = Address(
    line1="350 Fifth Avenue", city="New York", country="US", region="NY", postal_code="10118"
)


FLAT = Bearing("flat", "20", Category.STANDARD, TaxClass.STANDARD, "US", "")


class FlatTaxes:
    """A fifth of every bill, rounded half-up once (TAX-1)."""

    def quote(
        self,
        selling_entity: str,
        subject: TaxSubject,
        day: date,
        lines: Sequence[BillableLine],
        earlier: EarlierTaxes = NOTHING_EARLIER,
    ) -> TaxQuote:
        del selling_entity, subject, day, earlier
        return assessed(lines, [(FLAT,)] * len(lines))


@dataclass
class Billing:
    """An account that buys, in a world."""

    world: World = field(default_factory=World)
    flat_tax: bool = False
    account_id: str = ACCOUNT
    catalogues: Catalogues | None = None  # of the test's own
    names: tuple[str, str] = ("olga", "rita")  # of its owner and its representative

    def __post_init__(self) -> None:
        self._keys = count(1)
        self.owner = self.world.member(self.names[0], Role.OWNER, account_id=self.account_id)
        rep = self.world.member(self.names[1], Role.REPRESENTATIVE, account_id=OPERATOR)
        self.representative = replace(rep, account_id=self.account_id)
        self.move_to(NEW_YORK)
        if self.flat_tax or self.catalogues:
            self.world.parts.billing = self.parts(self.world.parts)

    def parts(self, held: Container | None = None) -> BillingParts:
        if held is None:
            return self.world.parts.billing
        taxes = FlatTaxes() if self.flat_tax else LastingTaxes(held, self.catalogues)
        return BillingParts(held, given_catalogues=self.catalogues, given_taxes=taxes)

    def key(self) -> str:
        return f"key-{next(self._keys)}"

    def move_to(
        self, address: Address, *, time_zone: str = "UTC", shipping: Address | None = None
    ) -> BillingProfile:
        profiles = self.world.parts.profiles
        account = profiles.account(self.account_id)
        assert account is not None
        before = profiles.profile(account)
        after = replace(
            before,
            billing_address=address,
            shipping_address=shipping or before.shipping_address,
            time_zone=time_zone,
            version=before.version + 1,
        )
        profiles.save_profile(self.world.cause("update_profile"), before, after)
        return after

    def actor(self, member: Member | None = None) -> Actor:
        who = member or self.owner
        return Actor(ActorKind.MEMBER, who.member_id, "203.0.113.9")

    def action(
        self, subscription_id: str, *, member: Member | None = None, key: str | None = None
    ) -> Action:
        return Action(subscription_id, member or self.owner, key, self.actor(member))

    # -- buying ---------------------------------------------------------------------------

    def wish(self, kind: str, **wanted: Any) -> CartLine:  # noqa: ANN401 - fields of many types
        """One line of a cart; `add_ons` and `once` as dictionaries."""
        for name in ("add_ons", "once"):
            if name in wanted:
                wanted[name] = tuple(AddOnQuantity(*each) for each in wanted[name].items())
        return CartLine(CartLineKind(kind), **wanted)

    def webinar(self, plan: str = "starter", seats: int = 1, **wanted: Any) -> CartLine:  # noqa: ANN401 - same
        values = {"product_id": "webinar", "frequency": Frequency.MONTHLY} | wanted
        return self.wish("subscribe", plan_id=plan, seats=seats, **values)

    def preview(
        self,
        *wishes: CartLine,
        member: Member | None = None,
        currency: str | None = None,
        key: str | None = None,
        parts: Container | None = None,
    ) -> Preview:
        command = PreviewCart(wishes, currency, member or self.owner, key or self.key())
        return preview_cart(command, carts=self.parts(parts).carts).value

    def place(
        self,
        preview: Preview,
        method: str | None = "stripe",
        *,
        member: Member | None = None,
        key: str | None = None,
        parts: Container | None = None,
    ) -> Reply[PlacedCart]:
        who = member or self.owner
        command = PlaceCart(preview.preview_id, method, who, key or self.key(), self.actor(who))
        return place_cart(command, opening=self.parts(parts).opening)

    def pay(self, placed: PlacedCart) -> Cart:
        """Pay on the provider's page and let everything settle."""
        payment = placed.payment
        if payment is not None:
            assert payment.session_id is not None
            if payment.provider == "stripe":
                self.world.stripe.pay(payment.session_id)
            else:
                self.world.paypal.approve(payment.session_id)
            self.world.settle_down()
        return self.cart(placed.cart.cart_id)

    def buy(self, *wishes: CartLine, **how: Any) -> Cart:  # noqa: ANN401 - as `preview` takes
        """Preview, place, pay."""
        return self.pay(self.place(self.preview(*wishes, **how)).value)

    def come_back(self, cart: Cart, parts: Container | None = None) -> Cart:
        return check_cart(
            cart.cart_id,
            self.owner,
            self.actor(),
            ordering=self.parts(parts).ordering,
            limits=(parts or self.world.parts).limits,
        )

    def try_out(
        self, plan: str = "starter", seats: int = 1, product: str = "webinar"
    ) -> Subscription:
        command = StartTrial(product, plan, seats, self.owner, self.actor())
        return start_trial(command, carts=self.parts().carts).value

    # -- looking --------------------------------------------------------------------------

    def cart(self, cart_id: str) -> Cart:
        found = self.parts().records.cart(self.account_id, cart_id)
        assert found is not None
        return found

    def payment(self, payment_id: str) -> CartPayment:
        found = self.parts().records.cart_payment(payment_id)
        assert found is not None
        return found

    def subscription(self, subscription_id: str) -> Subscription:
        found = self.parts().records.subscription(self.account_id, subscription_id)
        assert found is not None
        return found

    def only(self) -> Subscription:
        """The account's one subscription."""
        (found,) = (
            self.parts().records.subscriptions_of(self.account_id, limit=10, after=None).items
        )
        return found

    def balance(self, currency: str = "USD", entity: str = "us") -> AccountBalance:
        return self.parts().records.balance(self.account_id, entity, currency)

    def billed(self) -> list[BillableLine]:
        """Every line that was ever billed, as the journal has them."""
        bills = bills_in(self.world.parts.history.entries_of(self.account_id))
        return [line for lines in bills.values() for line in lines]

    def until(self, moment: datetime | date) -> None:
        """Let time pass, a day at a time, doing what is due."""
        while self.world.clock.at.date() < (
            moment.date() if isinstance(moment, datetime) else moment
        ):
            self.world.clock.advance(days=1)
            self.world.settle_down()
