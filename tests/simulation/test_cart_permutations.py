"""An order's return page, webhooks, their duplicates, its page's end and its buyer, in every order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from itertools import islice, permutations
from typing import Final

import pytest

from guichet.errors import Refusal
from guichet.subscriptions.cart import CartStatus
from guichet.subscriptions.use_cases.abandon_cart import AbandonCart, abandon_cart
from local.simulators.errors import BuyerRefusedError
from tests.simulation.billing_outcome import captured_minor, refunded_minor
from tests.simulation.enumeration import IS_WIDE, SHARES, shared
from tests.simulation.rivals import NOT_TAKEN, Rivals

S = CartStatus

_NAMES: Final = ("return", "told", "duplicate", "page_ends", "abandon")
_LATE_NAMES: Final = ("pay", "return", "told", "duplicate", "seven_days")
_EVERY: Final = 1 if IS_WIDE else 4
_SEEDS: Final = range(600 if IS_WIDE else 24)
_PRICE: Final = 3000
_TOLD_BY: Final = {  # by provider and whether the buyer paid
    ("stripe", True): "checkout.session.completed",
    ("stripe", False): "payment_intent.payment_failed",
    ("paypal", True): "CHECKOUT.ORDER.APPROVED",
    ("paypal", False): "CHECKOUT.ORDER.APPROVED",  # with an instrument that will be declined
}

at_either = pytest.mark.parametrize("provider", ["stripe", "paypal"])
paid_or_not = pytest.mark.parametrize("is_paid", [True, False], ids=["paid", "unpaid"])


class OneOrder(Rivals):
    """An open page that was paid already, or on which the buyer's card was declined."""

    def __init__(self, provider: str, *, is_paid: bool) -> None:
        super().__init__()
        self.provider = provider
        self.simulator = dict(self.life.providers)[provider]
        self.story.order("first", self.billing.webinar(), method=provider)
        self.life.background()
        _, page = self.story.pages["first"]
        if is_paid:
            self.story.pay("first")
        elif provider == "stripe":
            self.life.world.stripe.decline(page)
        else:
            self.life.world.paypal.approve(page, instrument="declined")
        self.event_id = self._event(_TOLD_BY[provider, is_paid])
        for webhook in self.simulator.take_webhooks():  # the other events are still on their way
            self.simulator.webhook_failed(webhook.event_id)

    def _event(self, kind: str) -> str:
        world = self.life.world
        found = {
            "stripe": [(each["type"], each["id"]) for each in world.stripe.find_all("event")],
            "paypal": [(each["event_type"], each["id"]) for each in world.paypal.events()],
        }[self.provider]
        return next(str(event_id) for name, event_id in found if name == kind)

    @property
    def acts(self) -> dict[str, Callable[[], object]]:
        return {
            "return": partial(self.come_back, self.story.placed["first"]),
            "told": self._told,
            "duplicate": self._told,
            "page_ends": partial(self.upkeep_late, minutes=32),
            "abandon": self._abandon,
        }

    def _told(self) -> None:
        """A delivery of the same event, and its message."""
        self.simulator.resend_webhook(self.event_id)
        self.webhook(self.provider, self.event_id)

    def _abandon(self) -> None:
        cart = self.story.placed["first"]
        command = AbandonCart(cart.cart_id, self.billing.owner, self.billing.actor())
        abandon_cart(command, ordering=self.parts().billing.ordering)

    def status(self) -> CartStatus:
        (order,) = self.orders
        return order.status


def ends_of(provider: str, *, is_paid: bool) -> set[CartStatus]:
    """What was paid is carried out; what PayPal's buyer only agreed to may be turned from."""
    if not is_paid:
        return {S.ABANDONED}
    return {S.DONE} if provider == "stripe" else {S.DONE, S.ABANDONED}


@paid_or_not
@at_either
def test_every_order_of_the_five_ends_the_same_bad_2_bad_3_bad_4(
    provider: str, *, is_paid: bool
) -> None:
    for order in islice(permutations(_NAMES), 0, None, _EVERY):
        one = OneOrder(provider, is_paid=is_paid)

        for name in order:
            with suppress(Refusal):
                one.acts[name]()
        one.end(16)

        was_turned_from = provider == "paypal" and order[0] == "abandon"
        ended = S.DONE if is_paid and not was_turned_from else S.ABANDONED
        assert one.status() is ended, order
        assert captured_minor(one.life.world) == (_PRICE if ended is S.DONE else 0), order


@paid_or_not
@at_either
@pytest.mark.parametrize("share", range(SHARES))
def test_calls_of_the_five_may_interleave_in_any_way_bad_2(
    provider: str, *, is_paid: bool, share: int
) -> None:
    for seed in shared(_SEEDS, share):
        one = OneOrder(provider, is_paid=is_paid)
        with one.turns as turns:
            one.add(**one.acts)
            schedule = turns.run_seeded(seed)
        one.end(16)

        assert one.status() in ends_of(provider, is_paid=is_paid), (seed, schedule)
        taken = _PRICE if one.status() is S.DONE else 0
        assert captured_minor(one.life.world) == taken, (seed, schedule)


class LateOrder(Rivals):
    """A page that its buyer may pay whenever, even if it should not be open any more (COL-8)."""

    def __init__(self, provider: str) -> None:
        super().__init__()
        self.provider = provider
        self.simulator = dict(self.life.providers)[provider]
        self.story.order("first", self.billing.webinar(), method=provider)
        self.life.background()

    @property
    def acts(self) -> dict[str, Callable[[], object]]:
        return {
            "pay": self._pay,
            "return": partial(self.come_back, self.story.placed["first"]),
            "told": partial(self.webhook, self.provider),
            "duplicate": self._duplicates,
            "seven_days": partial(self.life.wait, days=7, hours=1),
        }

    def _pay(self) -> None:
        world, (_, page) = self.life.world, self.story.pages["first"]
        world.stripe.configure_chaos({"pay_expired": 1})
        with suppress(BuyerRefusedError):
            (world.stripe.pay if self.provider == "stripe" else world.paypal.approve)(page)

    def _duplicates(self) -> None:
        """All that was ever told, once more."""
        world = self.life.world
        events = (
            world.stripe.find_all("event") if self.provider == "stripe" else world.paypal.events()
        )
        for event in list(events):
            self.simulator.resend_webhook(str(event["id"]))
        self.webhook(self.provider)


@at_either
def test_money_at_any_place_among_them_pays_the_order_or_goes_back_once_col_8(
    provider: str,
) -> None:
    for order in islice(permutations(_LATE_NAMES), 0, None, _EVERY):
        late = LateOrder(provider)

        for name in order:
            with suppress(Refusal):
                late.acts[name]()
        late.end(16, alarms=NOT_TAKEN)

        (cart,) = late.orders
        assert _place_of_money(late) == _expected(order, provider), order
        assert (cart.status is S.DONE) is (order.index("pay") < order.index("seven_days")), order


def _place_of_money(late: LateOrder) -> tuple[int, int]:
    """What was taken, and what of it went back."""
    assert not late.billing.balance().credit_minor
    return captured_minor(late.life.world), refunded_minor(late.life.world)


def _expected(order: Sequence[str], provider: str) -> tuple[int, int]:
    if order.index("pay") < order.index("seven_days"):
        return _PRICE, 0
    return (_PRICE, _PRICE) if provider == "stripe" else (0, 0)  # nobody captures an old approval
