"""Those who may touch one account's orders and subscriptions at the same moment, each an act of its own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from guichet.bootstrap import Container
from guichet.entry.work import doers, settle_message
from guichet.errors import Refusal
from guichet.registration.use_cases.do_due_work import do_due_work
from guichet.replies import Reply
from guichet.subscriptions.cart import Cart, CartLine, Preview
from guichet.subscriptions.subscription import Subscription
from guichet.subscriptions.use_cases.assign_seat import AssignSeat, assign_seat
from guichet.subscriptions.use_cases.cancel_subscription import (
    CancelSubscription,
    cancel_subscription,
)
from guichet.subscriptions.use_cases.change_at_renewal import ChangeAtRenewal, change_at_renewal
from guichet.subscriptions.use_cases.pay_cart import PayCart, pay_cart
from local.simulators.errors import BuyerRefusedError
from tests.simulation.billing_aftermath import assert_billing_is_well
from tests.simulation.billing_life import BillingLife
from tests.simulation.billing_outcome import Found
from tests.simulation.customers import Customers
from tests.simulation.turns import TurningDynamo, TurningHttp, Turns

NOT_TAKEN = frozenset({"cart_payment.not_taken"})


class Rivals:
    """One account, and actors that take turns at it in the same life. What each was answered is kept."""

    def __init__(self) -> None:
        self.turns = Turns()
        self.life = BillingLife()
        self.story = Customers(self.life)
        self.billing = self.story.billing
        self.answers: list[str] = []

    def parts(self) -> Container:
        """A new worker's, that takes turns."""
        world = self.life.world
        return self.life.with_catalogues(
            world.container(
                TurningDynamo(world.dynamo, self.turns), TurningHttp(world.http, self.turns)
            )
        )

    def add(self, **acts: Callable[[], object]) -> Turns:
        for name, act in acts.items():
            self.turns.actor(name, partial(self._answered, act))
        return self.turns

    def _answered(self, act: Callable[[], object]) -> None:
        """A person may be refused, and what is due may have to wait."""
        try:
            act()
            self.answers.append("ok")
        except Refusal as refusal:
            self.answers.append(refusal.code)

    # -- acts ---------------------------------------------------------------------------------

    def place(self, preview: Preview, method: str, key: str) -> None:
        self.billing.place(preview, method, key=key, parts=self.parts())

    def pay_order(self, cart: Cart, method: str, key: str) -> None:
        command = PayCart(cart.cart_id, method, self.billing.owner, key, self.billing.actor())
        pay_cart(command, opening=self.parts().billing.opening)

    def come_back(self, cart: Cart) -> None:
        self.billing.come_back(cart, parts=self.parts())

    def webhook(self, provider: str, event_id: str | None = None) -> None:
        """What is to be delivered by now, or one event of it, with its message at once."""
        simulator = dict(self.life.providers)[provider]
        parts = self.parts()
        while due := simulator.take_webhooks(1):  # each is signed at its moment
            webhook = due[0]
            if event_id not in {None, webhook.event_id}:
                simulator.webhook_failed(webhook.event_id)
                continue
            answer = self.life.world.post_webhook(webhook.headers, webhook.body, parts, provider)
            assert answer["statusCode"] == 200
            simulator.webhook_delivered(webhook.event_id)
            message = {"do": "event", "provider": provider, "event_id": webhook.event_id}
            settle_message(message, parts)

    def upkeep(self) -> None:
        """One run of the minute."""
        parts = self.parts()
        result = do_due_work(
            index=parts.outbox,
            doers=doers(parts, lambda _: None),
            clock=parts.clock,
            has_time=lambda: True,
        )
        for failure in result.failures:
            raise failure

    def upkeep_late(self, **parts: float) -> None:
        """The clock has moved on, and only then the minute's run comes."""
        self.life.world.clock.advance(**parts)
        self.upkeep()

    def cancel(self, subscription_id: str) -> Reply[Subscription]:
        command = CancelSubscription(self.billing.action(subscription_id, key="cancel"))
        return cancel_subscription(command, carts=self.parts().billing.carts)

    def at_renewal(self, subscription_id: str, **to: Any) -> Reply[Subscription]:  # noqa: ANN401 - fields of many types
        command = ChangeAtRenewal(self.billing.action(subscription_id, key="at-renewal"), **to)
        return change_at_renewal(command, carts=self.parts().billing.carts)

    def assign(self, subscription_id: str, who: str) -> None:
        command = AssignSeat(
            subscription_id,
            f"{who}@example.org",
            who.title(),
            notify=False,
            is_member=False,
            member=self.billing.owner,
            idempotency_key=f"seat-{who}",
            actor=self.billing.actor(),
        )
        assign_seat(command, carts=self.parts().billing.carts)

    def buyer_pays(self, name: str) -> None:
        """At the provider's, of which nobody hears but by asking."""
        provider, session_id = self.story.pages[name]
        world = self.life.world
        pay = {"stripe": world.stripe.pay, "paypal": world.paypal.approve}[provider]
        with suppress(BuyerRefusedError):
            self.turns.watch("buyer", "pays", lambda: pay(session_id))

    # -- before and after ---------------------------------------------------------------------

    def preview(self, *wishes: CartLine) -> Preview:
        return self.billing.preview(*wishes)

    @property
    def orders(self) -> list[Cart]:
        return Found(self.life.world).carts

    def pay_what_waits(self) -> None:
        """Somebody goes on: opens a page of each order that waits, and pays it."""
        for n, cart in enumerate(each for each in self.orders if each.is_open):
            self.story.placed[f"left-{n}"] = cart
            self.story.open_page(f"left-{n}")
            self.story.pay(f"left-{n}")
        self.life.background()

    def end(self, day: int = 9, *, alarms: frozenset[str] = frozenset()) -> None:
        """Let everything come to rest, and check it."""
        self.life.run_to(day)
        assert_billing_is_well(self.story, alarms=alarms)
