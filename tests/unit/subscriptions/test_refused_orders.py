"""Orders that are refused, and payments of orders: each with its code, and nothing written (SUB-5, COL-8)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from guichet.adapters.http import Http, HttpRequest, HttpResponse
from guichet.errors import NotFound
from guichet.replies import Reply
from guichet.subscriptions.cart import Cart, CartStatus
from guichet.subscriptions.subscription import SubscriptionStatus
from guichet.subscriptions.use_cases.abandon_cart import AbandonCart, abandon_cart
from guichet.subscriptions.use_cases.pay_cart import PayCart, pay_cart
from tests.support.billing import NEW_YORK, Billing
from tests.support.billing_days import changed, on
from tests.support.odd_catalogue import OddCatalogues, odd_catalogues
from tests.support.refusing import (
    BEGIN,
    active,
    at_renewal,
    refused,
)
from tests.support.unchanged import nothing_written
from tests.support.world import ACCOUNT


def test_a_preview_that_something_overtook_is_not_ordered_bad_14() -> None:
    billing = active()
    wish = billing.wish("add", subscription_id=billing.only().subscription_id, seats=1)
    preview = billing.preview(wish)
    at_renewal(seats=2)(billing)

    assert refused(billing, lambda b: b.place(preview)) == "preview_stale"


def test_a_preview_for_another_address_is_not_ordered_bad_14() -> None:
    billing = active()
    wish = billing.wish("add", subscription_id=billing.only().subscription_id, seats=1)
    preview = billing.preview(wish)
    billing.move_to(NEW_YORK, time_zone="Europe/Paris")

    assert refused(billing, lambda b: b.place(preview)) == "preview_stale"


def test_a_preview_of_other_prices_is_not_ordered_sub_5() -> None:
    billing = on(BEGIN, odd=True)
    preview = billing.preview(billing.webinar("small", product_id="thirty"))
    sold = odd_catalogues()
    newest = replace(sold.versions[1], version="newest", effective_from=BEGIN)
    billing.catalogues = OddCatalogues((*sold.versions, newest))

    code = refused(billing, lambda b: b.place(preview, parts=b.world.parts))

    assert code == "preview_catalogue_changed"


def test_a_preview_is_not_ordered_when_its_half_hour_is_over_sub_5() -> None:
    billing = on(BEGIN)
    preview = billing.preview(billing.webinar())
    billing.world.clock.advance(minutes=30)

    assert refused(billing, lambda b: b.place(preview)) == "preview_expired"


def test_credit_that_is_gone_is_not_promised_twice_bad_5() -> None:
    billing = active(plan="plus")
    changed(billing, plan_id="starter")
    assert billing.balance().credit_minor > 3000
    one, other = (billing.preview(billing.webinar("pro")) for _ in "ab")
    billing.place(one)

    assert refused(billing, lambda b: b.place(other)) == "preview_stale"


def test_a_preview_of_another_account_is_absent_acc_2() -> None:
    billing = on(BEGIN)
    preview = billing.preview(billing.webinar())
    stranger = replace(billing.owner, account_id="acc_other")

    with nothing_written(billing.world.dynamo), pytest.raises(NotFound):
        billing.place(preview, member=stranger)
    assert billing.owner.account_id == ACCOUNT


@pytest.mark.parametrize(
    ("method", "code"),
    [
        pytest.param(None, "required", id="none"),
        pytest.param("cheque", "method_not_offered", id="not one of them"),
    ],
)
def test_what_is_due_is_paid_by_a_method_that_is_offered_sub_5(
    method: str | None, code: str
) -> None:
    billing = on(BEGIN)
    preview = billing.preview(billing.webinar())

    assert refused(billing, lambda b: b.place(preview, method)) == code


def test_an_order_that_is_carried_out_is_not_paid_again_col_8() -> None:
    billing = active()
    cart = billing.parts().records.carts_of(ACCOUNT, limit=10, after=None).items[0]
    command = PayCart(cart.cart_id, "stripe", billing.owner, billing.key(), billing.actor())

    code = refused(billing, lambda b: pay_cart(command, opening=b.parts().opening))

    assert code == "cart_done"


def pending(billing: Billing) -> Cart:
    """An order whose page is open."""
    return billing.place(billing.preview(billing.webinar())).value.cart


def processing(billing: Billing) -> Cart:
    """An order whose debit is being settled."""
    placed = billing.place(billing.preview(billing.webinar())).value
    assert placed.payment is not None
    assert placed.payment.session_id is not None
    billing.world.stripe.start_bank_debit(placed.payment.session_id)
    billing.world.settle_down()
    return placed.cart


def done(billing: Billing) -> Cart:
    return billing.buy(billing.webinar())


def abandoned(billing: Billing) -> Cart:
    return give_up(billing, pending(billing)).value


def pay(billing: Billing, cart: Cart, method: str = "stripe") -> object:
    command = PayCart(cart.cart_id, method, billing.owner, billing.key(), billing.actor())
    return pay_cart(command, opening=billing.parts().opening)


def give_up(billing: Billing, cart: Cart) -> Reply[Cart]:
    command = AbandonCart(cart.cart_id, billing.owner, billing.actor())
    return abandon_cart(command, ordering=billing.parts().ordering)


@pytest.mark.parametrize(
    ("made", "doing", "code"),
    [
        pytest.param(processing, pay, "cart_processing", id="pay what is being settled"),
        pytest.param(processing, give_up, "cart_processing", id="give up what is being settled"),
        pytest.param(done, pay, "cart_done", id="pay what is done"),
        pytest.param(done, give_up, "cart_done", id="give up what is done"),
        pytest.param(abandoned, pay, "cart_abandoned", id="pay what was given up"),
        pytest.param(
            *(pending, lambda b, cart: pay(b, cart, "cheque"), "method_not_offered"), id="by cheque"
        ),
    ],
)
def test_an_order_that_has_nothing_to_pay_is_left_alone_sub_5(
    made: Callable[[Billing], Cart], doing: Callable[[Billing, Cart], object], code: str
) -> None:
    billing = on(BEGIN)
    cart = made(billing)

    assert refused(billing, lambda b: doing(b, cart)) == code


@dataclass
class During:
    """An `Http` on which the buyer asks once more while a page is being opened."""

    inner: Http
    billing: Billing
    met: str | None = None

    def send(self, request: HttpRequest) -> HttpResponse:
        if request.url.endswith("/checkout/sessions") and self.met is None:
            (cart,) = self.billing.parts().records.carts_of(ACCOUNT, limit=2, after=None).items
            self.met = refused(self.billing, lambda b: pay(b, cart))
        return self.inner.send(request)


def test_who_asks_for_a_page_that_is_being_opened_writes_nothing_col_8() -> None:
    billing = on(BEGIN)
    meeting = During(billing.world.http, billing)
    preview = billing.preview(billing.webinar())

    placed = billing.place(preview, parts=billing.world.container(http=meeting)).value

    assert meeting.met == "payment_in_flight"
    assert placed.payment is not None
    assert placed.payment.session_id is not None


def test_a_paid_order_that_would_bill_something_else_bills_nothing_bad_14() -> None:
    """Its version of the catalogue was written anew, at other prices, while it waited."""
    billing = on(BEGIN, odd=True)
    placed = billing.place(billing.preview(billing.webinar("small", product_id="thirty"))).value
    billing.catalogues = _dearer(odd_catalogues())
    billing.world.parts.billing = billing.parts(billing.world.parts)

    cart = billing.pay(placed)

    assert (cart.status, cart.note) == (CartStatus.ABANDONED, "paid_otherwise")
    assert billing.only().status is SubscriptionStatus.ABANDONED
    assert billing.billed() == []
    assert not billing.balance().credit
    own = billing.world.stripe.books()["own"]["USD"]
    assert own["refunded"] == own["customer_paid"] == cart.preview.due_now.amount_minor
    (reason,) = (
        event.facts["reason"]
        for entry in billing.world.journal()
        for event in entry.events
        if event.name == "cart_payment.not_taken"
    )
    assert reason == "order_not_applicable"


def _dearer(sold: OddCatalogues) -> OddCatalogues:
    """The same versions, by name, at the prices of the one after."""
    later = (*sold.versions[1:], sold.versions[-1])
    return OddCatalogues(
        tuple(
            replace(each, products=dearer.products)
            for each, dearer in zip(sold.versions, later, strict=True)
        )
    )
