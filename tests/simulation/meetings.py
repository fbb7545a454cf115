"""Those who may touch one account's invoices at the same moment, in a world that is told once and kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from guichet.bootstrap import Container
from guichet.collection.use_cases.collect_invoice import collect_invoice
from guichet.collection.use_cases.settle_invoice_payment import settle_invoice_payment
from guichet.entry.invoicing import plan, work
from guichet.entry.work import doers, settle_message
from guichet.errors import ConcurrentUpdateError, Refusal
from guichet.events import Actor, ActorKind
from guichet.invoices.invoice import Invoice
from guichet.invoices.use_cases.apply_credit import apply_credit
from guichet.registration.outbox import DueKind
from guichet.registration.use_cases.do_due_work import do_due_work
from tests.simulation.billing_aftermath import assert_billing_is_well
from tests.simulation.billing_life import BillingLife
from tests.simulation.enumeration import EVERY_PLACE, IS_WIDE
from tests.simulation.outside import Body
from tests.simulation.payers import Payers
from tests.simulation.turns import TurningDynamo, TurningHttp, Turns, explore

SYSTEM = Actor(ActorKind.SYSTEM, "test", "test")
_PREEMPTIONS = 2 if IS_WIDE else 1
_EVERY = 2 if IS_WIDE else EVERY_PLACE  # with two interruptions, half of the places are thousands


class Meeting:
    """A life at the moment before they meet. What each was answered is kept."""

    def __init__(self, prepare: Callable[[Payers], None]) -> None:
        self.life = BillingLife()
        self.story = Payers(self.life)
        prepare(self.story)
        world = self.life.world
        self._kept = (
            world.dynamo.snapshot(),
            world.stripe.snapshot(),
            world.paypal.snapshot(),
            world.clock.at,
            tuple(self.life.mail.taken),
        )
        self._open()

    def _open(self) -> None:
        self.turns = Turns()
        self.answers: list[str] = []

    def again(self) -> None:
        """Everything as it was before they met."""
        world = self.life.world
        store, stripe, paypal, world.clock.at, mails = self._kept
        world.dynamo.restore(store)
        world.stripe.restore(stripe)
        world.paypal.restore(paypal)
        self.life.mail.taken[:] = mails
        self.life.alarms.clear()
        for queue in (self.life.settle_queue, self.life.deliver_queue, self.life.invoice_queue):
            queue.waiting.clear()
        self._open()

    def schedules(self, begin: Callable[[Meeting], None], every: int = 1) -> Iterator[list[str]]:
        """Each way in which the actors have taken their turns, in a world of its own."""

        def start() -> Turns:
            self.again()
            begin(self)
            return self.turns

        for turns in explore(start, preemptions=_PREEMPTIONS, every=_EVERY * every):
            yield turns.schedule

    def parts(self) -> Container:
        """A new worker's, that takes turns."""
        world, turns = self.life.world, self.turns
        return self.life.with_catalogues(
            world.container(TurningDynamo(world.dynamo, turns), TurningHttp(world.http, turns))
        )

    def add(self, **acts: Callable[[Container], object]) -> None:
        for name, act in acts.items():
            self.turns.actor(name, partial(self._answered, act))

    def _answered(self, act: Callable[[Container], object]) -> None:
        """A person may be refused; a message whose worker others overtook comes again."""
        try:
            act(self.parts())
            self.answers.append("ok")
        except Refusal as refusal:
            self.answers.append(refusal.code)
        except ConcurrentUpdateError:
            self.answers.append("again")

    # -- acts -------------------------------------------------------------------------------------

    def credit(self, invoice: Invoice, *lines: object, key: str) -> Callable[[Container], object]:
        return lambda parts: self.story.credit_by(invoice.invoice_id, *lines, key=key, parts=parts)  # type: ignore[arg-type]  # wanted lines

    def void(self, invoice: Invoice, key: str) -> Callable[[Container], object]:
        return lambda parts: self.story.void_by(invoice.invoice_id, key=key, parts=parts)

    @staticmethod
    def collect(invoice: Invoice) -> Callable[[Container], object]:
        return lambda parts: collect_invoice(
            invoice.account_id, invoice.invoice_id, SYSTEM, charging=parts.billing.charging
        )

    @staticmethod
    def ask(payment_id: str) -> Callable[[Container], object]:
        return lambda parts: settle_invoice_payment(
            payment_id, SYSTEM, charging=parts.billing.charging
        )

    @staticmethod
    def apply_credit(account_id: str) -> Callable[[Container], object]:
        return lambda parts: apply_credit(
            account_id, "us", "USD", SYSTEM, invoicing=parts.billing.invoicing
        )

    def webhooks(self, parts: Container) -> None:
        """All that are due, each with its message at once."""
        for name, simulator in self.life.providers:
            while due := simulator.take_webhooks(1):
                world, webhook = self.life.world, due[0]
                world.post_webhook(webhook.headers, webhook.body, parts, name)
                simulator.webhook_delivered(webhook.event_id)
                settle_message(
                    {"do": "event", "provider": name, "event_id": webhook.event_id}, parts
                )

    @staticmethod
    def upkeep(parts: Container) -> None:
        """One run of the minute, without mails."""
        do = doers(parts, lambda _: None)
        result = do_due_work(
            index=parts.outbox,
            doers={kind: act for kind, act in do.items() if kind is not DueKind.EFFECT},
            clock=parts.clock,
            has_time=lambda: True,
        )
        for failure in result.failures:
            raise failure

    @staticmethod
    def plan(run_id: str, sent: list[Body]) -> Callable[[Container], object]:
        return lambda parts: plan(run_id, parts, sent.extend, lambda: True)

    @staticmethod
    def work(*bodies: Body) -> Callable[[Container], object]:
        def act(parts: Container) -> None:
            for body in bodies:
                work(body, parts)

        return act

    # -- afterwards -------------------------------------------------------------------------------

    def end(self, *, alarms: Sequence[str] = (), **time: float) -> None:
        """Let everything come to rest, and check it."""
        self.life.wait(**(time or {"hours": 6}))
        assert_billing_is_well(self.story, alarms=frozenset(alarms))

    def latest(self) -> Invoice:
        found = self.story.latest()
        assert found is not None
        return found
