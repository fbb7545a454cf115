"""The people of an account that buys: who orders and pays, and the operator's representative."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from guichet.access.membership import Member
from guichet.bootstrap import Container
from guichet.events import Actor, ActorKind
from guichet.money import Money
from guichet.payments.attempt import PaymentStatus
from guichet.payments.cart_payment import CartPayment
from guichet.subscriptions.cart import Cart, CartLine, Preview
from guichet.subscriptions.seats import SeatStatus
from guichet.subscriptions.subscription import Subscription
from guichet.subscriptions.touching import Action
from guichet.subscriptions.usage_judging import UsageGiven
from guichet.subscriptions.use_cases.assign_seat import AssignSeat, assign_seat
from guichet.subscriptions.use_cases.cancel_subscription import (
    CancelSubscription,
    cancel_subscription,
)
from guichet.subscriptions.use_cases.change_at_renewal import ChangeAtRenewal, change_at_renewal
from guichet.subscriptions.use_cases.check_cart import check_cart
from guichet.subscriptions.use_cases.move_seat import MoveSeat, move_seat
from guichet.subscriptions.use_cases.pay_cart import PayCart, pay_cart
from guichet.subscriptions.use_cases.place_cart import PlaceCart, place_cart
from guichet.subscriptions.use_cases.preview_cart import PreviewCart, preview_cart
from guichet.subscriptions.use_cases.record_payment import RecordPayment, record_payment
from guichet.subscriptions.use_cases.record_usage import RecordUsage, record_usage
from guichet.subscriptions.use_cases.resolve_cart_payment import (
    ResolveCartPayment,
    Taken,
    resolve_cart_payment,
)
from guichet.subscriptions.use_cases.set_collection_state import (
    CollectionState,
    SetCollectionState,
    set_collection_state,
)
from guichet.subscriptions.use_cases.start_trial import StartTrial, start_trial
from guichet.subscriptions.use_cases.withdraw_cancellation import withdraw_cancellation
from local.simulators.errors import BuyerRefusedError
from tests.simulation.billing_life import BillingLife
from tests.simulation.billing_outcome import Found
from tests.simulation.processes import OPERATOR
from tests.support.billing import Billing
from tests.support.world import ACCOUNT

OLGA, RITA = "olga", "rita"
_OPERATOR: Final = Actor(ActorKind.SYSTEM, "operator", "command line")


@dataclass
class Customers:
    """Olga owns the account, and persists until she has an answer. Orders are known by their name."""

    life: BillingLife
    placed: dict[str, Cart] = field(default_factory=dict)
    pages: dict[str, tuple[str, str]] = field(default_factory=dict)  # provider and session
    trial: Subscription | None = None
    names: tuple[str, str] = (OLGA, RITA)
    account_id: str = ACCOUNT

    def __post_init__(self) -> None:
        self.billing = Billing(self.life.world, account_id=self.account_id, names=self.names)
        self._members = {OLGA: self.billing.owner, RITA: self.billing.representative}

    # -- ordering -----------------------------------------------------------------------------

    def order(self, name: str, *wishes: CartLine, method: str = "stripe") -> None:
        """Preview it, order just that, and go to the page; each click keeps its key.

        A preview that is too old by then is made again.
        """
        for key in (name, f"{name}-again"):
            preview = self.preview(key, *wishes)
            if preview is None:
                return
            self.place(name, preview, method)
            if name in self.placed or self.life.refusals[-1:] != ["preview_expired"]:
                break
        order = self.placed.get(name)
        if order is not None and order.is_open and name not in self.pages:
            self.open_page(name, method)

    def preview(self, name: str, *wishes: CartLine) -> Preview | None:
        command = PreviewCart(wishes, None, self.billing.owner, f"preview-{name}")
        reply = self._olga(lambda parts: preview_cart(command, carts=parts.billing.carts))
        return None if reply is None else reply.value

    def place(self, name: str, preview: Preview, method: str = "stripe") -> None:
        command = PlaceCart(
            preview.preview_id,
            method,
            self.billing.owner,
            f"place-{name}",
            self.billing.actor(),
        )

        def place(parts: Container) -> None:
            done = place_cart(command, opening=parts.billing.opening).value
            self.placed[name] = done.cart
            self._keep_page(name, done.payment)

        self._olga(place)

    def open_page(self, name: str, method: str = "stripe", *, key: str = "pay") -> None:
        """Pay what waits: the page that is open, or another one. Who finds it over clicks anew."""
        if name not in self.placed:
            return
        self.pages.pop(name, None)
        for click in (key, f"{key}-anew"):
            command = PayCart(
                self.placed[name].cart_id,
                method,
                self.billing.owner,
                f"{click}-{name}",
                self.billing.actor(),
            )
            payment = self._olga(partial(_page_of, command))
            self._keep_page(name, payment)
            if payment is None or name in self.pages:
                break

    def _keep_page(self, name: str, payment: CartPayment | None) -> None:
        """A page that is over by the time of the answer is none."""
        if payment is None or payment.session_id is None:
            return
        if self.life.world.clock.at < payment.session_ends_at:
            self.pages[name] = (payment.provider, payment.session_id)

    def come_back(self, name: str) -> None:
        """The return page, which asks."""
        if name in self.placed:
            cart_id = self.placed[name].cart_id
            self._olga(
                lambda parts: check_cart(
                    cart_id,
                    self.billing.owner,
                    self.billing.actor(),
                    ordering=parts.billing.ordering,
                    limits=parts.limits,
                )
            )

    # -- at the providers ---------------------------------------------------------------------

    def pay(self, name: str, *, on_expired_page: bool = False) -> None:
        """By card, or by agreeing at PayPal's."""
        world = self.life.world
        if on_expired_page:
            world.stripe.configure_chaos({"pay_expired": 1})
        self._buyer(name, {"stripe": world.stripe.pay, "paypal": world.paypal.approve})

    def debit(self, name: str) -> None:
        self._buyer(name, {"stripe": self.life.world.stripe.start_bank_debit})

    def debit_settles(self, name: str) -> None:
        self._at_provider(name, {"stripe": self.life.world.stripe.settle_bank_debit})

    def debit_is_denied(self, name: str) -> None:
        self._at_provider(name, {"stripe": self.life.world.stripe.deny_bank_debit})

    def _buyer(self, name: str, acts: dict[str, Callable[[str], object]]) -> None:
        if self.names[0] not in self.life.gone:
            self._at_provider(name, acts)

    def _at_provider(self, name: str, acts: dict[str, Callable[[str], object]]) -> None:
        """The bank goes on whether somebody waits for it or not."""
        if name not in self.pages:
            return
        provider, session_id = self.pages[name]
        try:
            acts[provider](session_id)
        except BuyerRefusedError:
            self.life.refusals.append("page_refused")

    # -- what was bought ----------------------------------------------------------------------

    def subscription_of(self, name: str) -> str | None:
        order = self.placed.get(name)
        return None if order is None else order.preview.touched[0].subscription_id

    def subscribed(self, *wishes: CartLine) -> str:
        """Bought, paid, settled: only now the story begins."""
        self.order("first", *wishes or (self.billing.webinar(),))
        self.pay("first")
        self.life.wait(minutes=40)  # whatever was lost has been made up for
        self.life.calls.mark()
        return self.subscription_of("first") or "sub_never"

    def change(self, name: str, subscription_id: str, method: str = "stripe", **to: Any) -> None:  # noqa: ANN401 - fields of many types
        """Order a change of plan or frequency."""
        wish = self.billing.wish("change", subscription_id=subscription_id, **to)
        self.order(name, wish, method=method)

    def add(self, name: str, subscription_id: str, method: str = "stripe", **what: Any) -> None:  # noqa: ANN401 - same
        wish = self.billing.wish("add", subscription_id=subscription_id, **what)
        self.order(name, wish, method=method)

    def at_renewal(self, subscription_id: str, **to: Any) -> None:  # noqa: ANN401 - same
        command = ChangeAtRenewal(self._action(subscription_id, OLGA, "at-renewal"), **to)
        self._olga(lambda parts: change_at_renewal(command, carts=parts.billing.carts))

    def try_out(self) -> None:
        command = StartTrial("webinar", "starter", 1, self.billing.owner, self.billing.actor())
        reply = self._olga(lambda parts: start_trial(command, carts=parts.billing.carts))
        self.trial = None if reply is None else reply.value

    def cancel(self, subscription_id: str, key: str = "cancel") -> None:
        command = CancelSubscription(self._action(subscription_id, OLGA, key))
        self._olga(lambda parts: cancel_subscription(command, carts=parts.billing.carts))

    def withdraw(self, subscription_id: str) -> None:
        action = self._action(subscription_id, OLGA, "withdraw")
        self._olga(lambda parts: withdraw_cancellation(action, carts=parts.billing.carts))

    def assign(self, subscription_id: str, who: str) -> str | None:
        command = AssignSeat(
            subscription_id,
            f"{who}@example.org",
            who.title(),
            notify=True,
            is_member=False,
            member=self.billing.owner,
            idempotency_key=f"seat-{who}",
            actor=self.billing.actor(),
        )
        reply = self._olga(lambda parts: assign_seat(command, carts=parts.billing.carts))
        return None if reply is None else reply.value.seat_id

    def move_seat(self, subscription_id: str, seat_id: str | None, to: SeatStatus) -> None:
        if seat_id is None:
            return
        command = MoveSeat(subscription_id, seat_id, to, self.billing.owner, self.billing.actor())
        self._olga(lambda parts: move_seat(command, carts=parts.billing.carts))

    # -- the operator's side ------------------------------------------------------------------

    def use(self, *given: UsageGiven) -> None:
        """The switchboard tells what was used."""
        command = RecordUsage(given, self.billing.representative)
        self.life.person(RITA, lambda parts: record_usage(command, metering=parts.billing.metering))

    def money_came(self, minor: int, key: str = "transfer") -> None:
        """A transfer, recorded by the representative."""
        rita = self.billing.representative
        command = RecordPayment(
            "us", Money(minor, "USD"), "wire 17", rita, key, self.billing.actor(rita)
        )
        self.life.person(RITA, lambda parts: record_payment(command, carts=parts.billing.carts))

    def set_state(self, subscription_id: str, state: str) -> None:
        """As dunning will."""
        action = self._action(subscription_id, RITA, f"set-{state}")
        command = SetCollectionState(action, CollectionState(state))
        self.life.person(
            RITA, lambda parts: set_collection_state(command, carts=parts.billing.carts)
        )

    def resolve(self) -> bool:
        """The operator decides what waits for a person, with what the provider's own pages show."""
        waiting = [
            each for each in Found(self.life.world).payments if each.status is PaymentStatus.PARKED
        ]
        for payment in waiting:
            shown = [
                Taken(each["id"], each["paypal_fee_minor"])
                for each in self.life.world.paypal.captures()
                if each["order"] == payment.session_id and each["paypal_fee_minor"] is not None
            ]
            taken = shown[0] if shown else None
            command = ResolveCartPayment(payment.payment_id, taken, _OPERATOR)
            self.life.person(OPERATOR, partial(_resolved, command))
        return bool(waiting)

    def _action(self, subscription_id: str, who: str, key: str) -> Action:
        member: Member = self._members[who]
        return self.billing.action(subscription_id, member=member, key=key)

    def _olga[T](self, act: Callable[[Container], T]) -> T | None:
        return self.life.person(self.names[0], act)


def _page_of(command: PayCart, parts: Container) -> CartPayment:
    return pay_cart(command, opening=parts.billing.opening).value


def _resolved(command: ResolveCartPayment, parts: Container) -> None:
    resolve_cart_payment(command, ordering=parts.billing.ordering)
