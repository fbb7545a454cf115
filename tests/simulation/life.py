"""A world in which processes die or lose answers, and life goes on: people, messages, time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from guichet.adapters.dynamo.expressions import to_wire
from guichet.adapters.paypal.webhooks import LONGEST_AGO
from guichet.bootstrap import Container
from guichet.entry.relaying import relayed
from guichet.entry.work import doers, settle_message
from guichet.registration.mailer import RenderedMail
from guichet.registration.outbox import DueKind, DueWork
from guichet.registration.use_cases.do_due_work import do_due_work
from guichet.registration.use_cases.send_mails import send_mails
from local.simulators.paypal import PayPalSimulator
from local.simulators.shapes import PendingWebhook
from local.simulators.stripe import StripeSimulator
from tests.simulation.outside import Body, Queue, plain
from tests.simulation.processes import FellError, Processes

_MINUTE: Final = timedelta(minutes=1)
_ALL_IS_OVER: Final = timedelta(days=8)  # the longest hold, and a day
_ROUNDS: Final = 2_000
_FAR: Final = datetime(2099, 1, 1, tzinfo=UTC)


@dataclass
class Life(Processes):
    """What runs by itself in the world of those processes."""

    alarms: set[str] = field(default_factory=set)  # that reached a person
    banks: dict[str, bool] = field(default_factory=dict)  # by PayPal's order: whether money arrives

    @property
    def providers(self) -> Iterator[tuple[str, StripeSimulator | PayPalSimulator]]:
        yield from (("stripe", self.world.stripe), ("paypal", self.world.paypal))

    # -- what runs by itself ------------------------------------------------------------------

    def background(self) -> None:
        """Webhooks, stream and queues, until nothing more is to be done now."""
        for _ in range(_ROUNDS):
            moved = [
                self.webhooks(),
                self.relay(),
                self.settle(),
                self.deliver(),
                self.invoices(),
            ]
            if not any(moved):
                return
        raise AssertionError("messages without end")

    def webhooks(self) -> bool:
        """One after the other, as each is signed at the moment it is sent."""
        moved = False
        self._let_banks_decide()
        for name, provider in self.providers:
            while due := provider.take_webhooks(1):
                moved = True
                if self._post(due[0], name):
                    provider.webhook_delivered(due[0].event_id)
                else:
                    provider.webhook_failed(due[0].event_id)
        return moved

    def _let_banks_decide(self) -> None:
        paypal = self.world.paypal
        for capture in paypal.pending_captures():
            arrives = self.banks.get(capture["order"])
            if arrives is not None:
                (paypal.settle_capture if arrives else paypal.deny_capture)(capture["id"])

    def _post(self, webhook: PendingWebhook, provider: str) -> bool:
        """Whether it was taken; one that is lost looks to its sender as if it were."""
        if self.has_struck and self.lost.webhooks:
            return True
        try:
            answer = self.process(
                lambda parts: self.world.post_webhook(
                    webhook.headers, webhook.body, parts, provider
                )
            )
        except FellError:
            return False
        if answer["statusCode"] == 503:  # the signer's certificate did not come
            is_away = dict(self.providers)[provider].chaos()["down"]
            assert self.has_struck or is_away, answer
            return False
        if self._is_too_old(webhook):  # its sender would have given up while everybody slept
            assert "signature_old" in answer["body"], answer
            return True
        assert answer["statusCode"] == 200, answer
        return True

    def _is_too_old(self, webhook: PendingWebhook) -> bool:
        """PayPal's repeats say when the first one was sent; Stripe signs each anew."""
        said = {name.lower(): value for name, value in webhook.headers.items()}
        sent = said.get("paypal-transmission-time")
        now = self.world.clock.now()
        return sent is not None and now - datetime.fromisoformat(sent) > LONGEST_AGO

    def relay(self) -> bool:
        """One batch of the journal's stream; one that fell comes again."""
        batch = list(self.world.dynamo.stream)
        if not batch or self.loses_messages:
            self.world.dynamo.stream.clear()
            return False
        entries = [relayed(to_wire(entry)) for entry in batch]

        def pass_on(_: Container) -> None:
            self.alarms.update(alarm.reason for each in entries for alarm in each.alarms)
            self._send(self.settle_queue, [body for each in entries for body in each.settle])
            self._send(self.deliver_queue, [body for each in entries for body in each.deliver])
            self._send(self.invoice_queue, [body for each in entries for body in each.invoice])

        try:
            self.process(pass_on)
        except FellError:
            return not self.loses_messages
        del self.world.dynamo.stream[: len(batch)]
        return True

    def _send(self, queue: Queue, bodies: list[Body]) -> None:
        now = self.world.clock.now()
        if bodies:
            self.calls.watch(
                "queue",
                "; ".join(str(dict(body)) for body in bodies),
                lambda: queue.waiting.extend((now, body) for body in bodies),
            )

    def settle(self) -> bool:
        return self._work(self.settle_queue, settle_message)

    def deliver(self) -> bool:
        return self._work(self.deliver_queue, lambda body, parts: self.mails(body["effect"], parts))

    def invoices(self) -> bool:
        """The queue of invoices: of registrations there are none."""
        return False

    def _work(self, queue: Queue, do: Callable[[Body, Container], object]) -> bool:
        """All visible messages; that of a fallen worker comes again after its time."""
        moved = False
        while (body := queue.take(self.world.clock.now())) is not None:
            moved = True
            try:
                self.process(partial(do, body))
            except FellError:
                if not self.loses_messages:
                    queue.again(self.world.clock.now(), body)
        return moved

    def mails(self, effect_id: str, parts: Container) -> None:
        send_mails(
            effect_id,
            outbox=parts.outbox,
            letters=parts.letters,
            render=plain,
            mailer=self,
            clock=parts.clock,
        )

    def send(
        self,
        mail: RenderedMail,
        to: str,
        reply_to: str | None,
        message_key: str,
        *,
        copies: tuple[str, ...] = (),
    ) -> str:
        """The `Mailer` of this life: the log behind the seam that counts."""
        return self.calls.watch(
            "mail",
            message_key,
            lambda: self.mail.send(mail, to, reply_to, message_key, copies=copies),
        )

    def upkeep(self) -> None:
        """One run of the minute."""

        def run(parts: Container) -> None:
            def pass_on(work: DueWork) -> None:
                self._send(self.deliver_queue, [{"effect": work.ids[0]}])

            result = do_due_work(
                index=parts.outbox,
                doers=doers(parts, pass_on),
                clock=parts.clock,
                has_time=lambda: True,
            )
            for failure in result.failures:
                raise failure

        try:
            self.process(run)
        except FellError:
            return

    def meanwhile(self) -> None:
        self.background()
        self.upkeep()

    # -- time -----------------------------------------------------------------------------------

    def wait(self, **parts: float) -> None:
        """The clock runs on; everything happens at its minute."""
        self._run_until(self.world.clock.now() + timedelta(**parts))

    def run_on(self) -> None:
        """The clock runs until nothing is left to happen by itself, which must come in time."""
        start = self.world.clock.now()
        self._run_until(None)
        assert self.world.clock.now() <= start + _ALL_IS_OVER, "it took too long"

    def _run_until(self, end: datetime | None) -> None:
        for _ in range(_ROUNDS):
            self.background()
            moment = self._next_moment()
            if moment is None or (end is not None and moment > end):
                self.world.clock.at = max(self.world.clock.at, end or self.world.clock.at)
                return
            self.world.clock.at = moment
            self.upkeep()
        raise AssertionError("something is due without end")

    def _next_moment(self) -> datetime | None:
        """The next minute in which something happens."""
        moments = [
            at
            for queue in (self.settle_queue, self.deliver_queue, self.invoice_queue)
            for at, _ in queue.waiting
        ]
        for kind in DueKind:
            moments.extend(
                self.looked_at(work)
                for work in self.world.parts.outbox.due(kind, now=_FAR, limit=1)
            )
        theirs = (provider.next_due_at() for _, provider in self.providers)
        moments.extend(each for each in theirs if each is not None)
        if not moments:
            return None
        now = self.world.clock.now()
        start = self._minute(now)
        return max(
            start + _MINUTE, self._minute(min(moments) - timedelta(microseconds=1)) + _MINUTE
        )

    def looked_at(self, work: DueWork) -> datetime:
        """When whoever does such work comes next, once it is due."""
        return work.due_at

    @staticmethod
    def _minute(moment: datetime) -> datetime:
        return moment.replace(second=0, microsecond=0)
