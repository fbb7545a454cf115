"""One road for both providers: what a buyer does, what goes wrong on the way, what was taken."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urlsplit

from guichet.adapters.dynamo.expressions import to_wire
from guichet.adapters.http import Http, HttpRequest, HttpResponse
from guichet.bootstrap import Container
from guichet.entry.relaying import Alarm, relayed
from guichet.errors import Unavailable
from guichet.payments.payment import Payment
from guichet.payments.refund import Refund
from guichet.registration.naming import return_id
from guichet.registration.registration import Registration
from guichet.registration.training import Training
from local.simulators.paypal import PayPalSimulator
from local.simulators.stripe import StripeSimulator
from tests.support.world import World

# Where each provider is asked for what, as a pattern of `METHOD /path`.
CALLS = {
    "stripe": {
        "open": "POST /v1/checkout/sessions",
        "ask": "GET /v1/checkout/sessions/*",
        "refund": "POST /v1/refunds",
    },
    "paypal": {
        "open": "POST /v2/checkout/orders",
        "ask": "GET /v2/checkout/orders/*",
        "refund": "POST /v2/payments/captures/*/refund",
    },
}


@dataclass
class Road:
    """A sale through one provider, from its first click to its last answer."""

    world: World
    provider: str

    @property
    def simulator(self) -> StripeSimulator | PayPalSimulator:
        return self.world.stripe if self.provider == "stripe" else self.world.paypal

    def start(
        self, registration: Registration, key: str = "pay-1", parts: Container | None = None
    ) -> Payment:
        return self.world.start(registration, key, parts, method=self.provider)

    def insist(self, registration: Registration, key: str = "pay-1") -> Payment:
        """A browser that asks again, a little later, as long as it is told to."""
        for _ in range(6):
            try:
                return self.start(registration, key)
            except Unavailable as later:
                self.world.clock.advance(seconds=later.retry_after_seconds or 5)
        return self.start(registration, key)

    def pay(self, payment: Payment) -> None:
        """All that the buyer does: at PayPal they agree, and nothing has moved yet."""
        assert payment.session_id is not None
        if self.provider == "stripe":
            self.world.stripe.pay(payment.session_id)
        else:
            self.world.paypal.approve(payment.session_id)

    def pay_ended(self, payment: Payment) -> None:
        """The buyer pays a page, left open, that has ended: here, or at Stripe too (BAD-16)."""
        if self.provider == "stripe":
            self.world.stripe.configure_chaos({"pay_expired": 1})
        self.pay(payment)

    def come_back(self, registration: Registration) -> None:
        """The return page, which shows what is known where the provider does not answer."""
        with suppress(Unavailable):
            self.world.come_back(registration)

    def pending(self, registration: Registration, key: str = "pay-1") -> Payment:
        """A debit or an eCheck that its bank has not settled."""
        payment = self.start(registration, key)
        assert payment.session_id is not None
        if self.provider == "stripe":
            self.world.stripe.start_bank_debit(payment.session_id)
        else:
            self.world.paypal.approve(payment.session_id, "echeck")
        self.world.settle_down()
        return payment

    def bank_decides(self, payment: Payment, *, settles: bool) -> None:
        assert payment.session_id is not None
        if self.provider == "stripe":
            act: Callable[[str], object] = (
                self.world.stripe.settle_bank_debit
                if settles
                else self.world.stripe.deny_bank_debit
            )
            act(payment.session_id)
            return
        (capture,) = self.world.paypal.pending_captures()
        decide = self.world.paypal.settle_capture if settles else self.world.paypal.deny_capture
        decide(capture["id"])

    def taken(self) -> int:
        """How often this provider took money."""
        if self.provider == "stripe":
            charges = self.world.stripe.find_all("charge")
            return sum(each["status"] == "succeeded" for each in charges)
        unpaid = {"PENDING", "DECLINED"}
        return sum(each["status"] not in unpaid for each in self.world.paypal.captures())

    def returned(self) -> int:
        """How often this provider gave money back."""
        if self.provider == "stripe":
            return len(self.world.stripe.find_all("refund"))
        return len(self.world.paypal.refunds())

    def settle_refund(self, refund: Refund, *, fails: bool = False) -> None:
        """A return comes to its end at the provider."""
        assert refund.provider_refund_id is not None
        act: Callable[[str], object] = (
            self.simulator.fail_refund if fails else self.simulator.settle_refund
        )
        act(refund.provider_refund_id)

    def disturb(self, *faults: dict[str, Any], **knobs: object) -> None:
        """From now on these calls go wrong."""
        self.simulator.configure_chaos({"api": list(faults), **knobs})

    def calm(self) -> None:
        self.simulator.clear_chaos()

    def hear_nothing(self) -> None:
        """No webhook of this provider ever arrives."""
        self.simulator.configure_chaos({"webhooks": {"drop": -1}})


def lost(match: str, do: str = "lost_after", times: int = -1) -> dict[str, Any]:
    return {"do": do, "match": match, "times": times}


def others_take(world: World, training: Training) -> None:
    """Everybody else wants the seats that are left."""
    left = world.parts.records.seats(training.training_id).left
    assert left is not None
    for place in range(left):
        world.register(training, f"other{place}@example.org")


def time_passes(world: World, *, hours: int, minutes_each: int = 60) -> None:
    """The clock runs, and whatever is due is done on the way."""
    for _ in range(hours * 60 // minutes_each):
        world.clock.advance(minutes=minutes_each)
        world.settle_down()


def known(world: World, payment: Payment) -> Payment:
    """The payment as it is now."""
    found = world.parts.records.payment(payment.payment_id)
    assert found is not None
    return found


def return_of(world: World, payment: Payment) -> Refund:
    """The automatic return of this payment."""
    found = world.parts.records.refund(payment.payment_id, return_id(payment.payment_id))
    assert found is not None
    return found


def alarms(world: World) -> list[Alarm]:
    """Everything that a person was told since the world began, as `relay` reads it."""
    entries = world.dynamo.items("journal")
    return [alarm for each in entries for alarm in relayed(to_wire(each)).alarms]


def assert_alarm_names(alarm: Alarm, payment: Payment, *decisions: str) -> None:
    """An alarm says which registration and payment, and the commands that answer it."""
    assert alarm.facts["registration_id"] == payment.registration_id
    assert alarm.facts["payment_id"] == payment.payment_id
    story, *rest = alarm.commands
    assert story == f"guichet story {payment.registration_id}"
    assert rest == [f"guichet resolve {payment.payment_id} {'|'.join(decisions)}"][: len(decisions)]


@dataclass
class Altered:
    """An `Http` on which the answers to some calls say something else."""

    inner: Http
    match: str
    alter: Callable[[Any], object]
    times: int = -1
    seen: list[str] = field(default_factory=list)

    def send(self, request: HttpRequest) -> HttpResponse:
        answer = self.inner.send(request)
        called = f"{request.method} {urlsplit(request.url).path}"
        if self.times == 0 or answer.status >= 300 or not fnmatchcase(called, self.match):
            return answer
        self.times -= 1
        self.seen.append(called)
        found = json.loads(answer.body)
        self.alter(found)
        return replace(answer, body=json.dumps(found).encode())
