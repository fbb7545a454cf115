"""A world in which processes die or lose answers, and life goes on: people, messages, time.

One process runs at a time. All calls through the seams are counted over the whole story, so
that a fault can strike at any of them; whatever runs after it is a new process.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from guichet.adapters.dynamo.expressions import to_wire
from guichet.adapters.dynamo.seam import StoreUnavailableError
from guichet.bootstrap import Container
from guichet.entry.relaying import relayed
from guichet.entry.work import doers, settle_message
from guichet.errors import Conflict, Refusal, Unavailable
from guichet.registration.mailer import MailNotTakenError, RenderedMail
from guichet.registration.outbox import DueKind, DueWork
from guichet.registration.use_cases.do_due_work import do_due_work
from guichet.registration.use_cases.send_mails import send_mails
from local.simulators.stripe.in_process import SimulatorHttp
from local.simulators.stripe.shapes import PendingWebhook
from tests.simulation.kills import Call, Calls, Killed, KillingDynamo, KillingHttp
from tests.simulation.losses import LossyCalls, QueueAwayError
from tests.simulation.outside import Body, Lost, MailLog, Queue, plain
from tests.support.world import World

_VISIBILITY: Final = timedelta(seconds=360)  # of both queues in template.yaml
_MINUTE: Final = timedelta(minutes=1)
_PATIENCE: Final = 30  # how often a person tries again
_ALL_IS_OVER: Final = timedelta(days=8)  # the longest hold, and a day
_DARK: Final = timedelta(hours=25)
_PAUSE: Final = timedelta(seconds=10)
_ROUNDS: Final = 2_000
_WRITE, _SEAT = "transact_write", "put state TRAINING#"
_FAR: Final = datetime(2099, 1, 1, tzinfo=UTC)


class FellError(Exception):
    """A process ended without an answer, as the fault of this story wanted it."""


@dataclass
class Life:
    """Runs processes in a world. After the fault of `calls` has struck, `lost` holds."""

    calls: Calls = field(default_factory=Calls)
    lost: Lost = field(default_factory=Lost)
    world: World = field(default_factory=World)
    settle_queue: Queue = field(default_factory=Queue)
    deliver_queue: Queue = field(default_factory=Queue)
    mail: MailLog = field(default_factory=MailLog)
    refusals: list[str] = field(default_factory=list)
    alarms: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    struck_at: list[Call] = field(default_factory=list)  # the calls until the fault, its own last
    after_write: Callable[[Life], None] = lambda _: None  # of a registration

    # -- processes ------------------------------------------------------------------------

    def process[T](self, run: Callable[[Container], T]) -> T:
        """Run one process to its end.

        Raises:
            FellError: the fault struck, and nobody got an answer.
        """
        calls, before = self.calls, len(self.calls.made)
        parts = self.world.container(
            KillingDynamo(self.world.dynamo, calls),
            KillingHttp(SimulatorHttp(self.world.stripe), calls),
        )
        try:
            result = run(parts)
        except Killed as death:
            self._struck(calls)
            self.calls = Calls()
            raise FellError(str(death)) from death
        except (StoreUnavailableError, MailNotTakenError, QueueAwayError) as outage:
            self._struck(calls)
            raise FellError(str(outage)) from outage
        finally:
            if isinstance(calls, LossyCalls) and calls.has_struck:
                self._struck(calls)
            if any(_SEAT in call.detail for call in calls.made[before:] if call.name == _WRITE):
                self.after_write(self)
        if calls.is_dead:
            raise AssertionError(f"somebody caught the kill at {calls.kill}")
        return result

    def _struck(self, calls: Calls) -> None:
        if self.struck_at:
            return
        self.struck_at = list(calls.made)
        if self.lost.day:
            self.world.clock.at += _DARK
        if self.lost.messages:
            self.world.dynamo.stream.clear()
            self.settle_queue.waiting.clear()
            self.deliver_queue.waiting.clear()

    @property
    def _loses_messages(self) -> bool:
        return self.lost.messages and bool(self.struck_at)

    # -- people -----------------------------------------------------------------------------

    def person[T](self, who: str, act: Callable[[Container], T]) -> T | None:
        """Somebody acts, and tries again as long as there is hope; None where it was refused."""
        for _ in range(_PATIENCE):
            if who in self.gone:
                return None
            try:
                return self.process(act)
            except FellError:
                if self.lost.people:
                    self.gone.add(who)
            except Refusal as refusal:
                in_flight = isinstance(refusal, Conflict) and refusal.retry_after_seconds
                if not isinstance(refusal, Unavailable) and not in_flight:
                    self.refusals.append(refusal.code)
                    return None
                if self.lost.people:
                    self.gone.add(who)
            self.world.clock.at += _PAUSE
        raise AssertionError(f"{who} tried {_PATIENCE} times in vain")

    # -- what runs by itself ------------------------------------------------------------------

    def background(self) -> None:
        """Webhooks, stream and queues, until nothing more is to be done now."""
        for _ in range(_ROUNDS):
            moved = [self.webhooks(), self.relay(), self.settle(), self.deliver()]
            if not any(moved):
                return
        raise AssertionError("messages without end")

    def webhooks(self) -> bool:
        """One after the other, as each is signed at the moment it is sent."""
        moved = False
        while due := self.world.stripe.take_webhooks(1):
            moved = True
            self._post(due[0])
        return moved

    def _post(self, webhook: PendingWebhook) -> None:
        if self.struck_at and self.lost.webhooks:
            self.world.stripe.webhook_delivered(webhook.event_id)
            return
        try:
            answer = self.process(partial(self.world.post_webhook, webhook.headers, webhook.body))
        except FellError:
            self.world.stripe.webhook_failed(webhook.event_id)
        else:
            assert answer["statusCode"] == 200, answer
            self.world.stripe.webhook_delivered(webhook.event_id)

    def relay(self) -> bool:
        """One batch of the journal's stream; one that fell comes again."""
        batch = list(self.world.dynamo.stream)
        if not batch or self._loses_messages:
            self.world.dynamo.stream.clear()
            return False
        entries = [relayed(to_wire(entry)) for entry in batch]

        def pass_on(_: Container) -> None:
            self.alarms.update(alarm.reason for each in entries for alarm in each.alarms)
            self._send(self.settle_queue, [body for each in entries for body in each.settle])
            self._send(self.deliver_queue, [body for each in entries for body in each.deliver])

        try:
            self.process(pass_on)
        except FellError:
            return not self._loses_messages
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

    def _work(self, queue: Queue, do: Callable[[Body, Container], object]) -> bool:
        """All visible messages; that of a fallen worker comes again after its time."""
        moved = False
        while (body := queue.take(self.world.clock.now())) is not None:
            moved = True
            try:
                self.process(partial(do, body))
            except FellError:
                if not self._loses_messages:
                    queue.waiting.append((self.world.clock.now() + _VISIBILITY, body))
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

    def send(self, mail: RenderedMail, to: str, reply_to: str | None, message_key: str) -> str:
        """The `Mailer` of this life: the log behind the seam that counts."""
        return self.calls.watch(
            "mail", message_key, lambda: self.mail.send(mail, to, reply_to, message_key)
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
                self.world.clock.at = end or self.world.clock.at
                return
            self.world.clock.at = moment
            self.upkeep()
        raise AssertionError("something is due without end")

    def _next_moment(self) -> datetime | None:
        """The next minute in which something happens."""
        moments = [
            at for queue in (self.settle_queue, self.deliver_queue) for at, _ in queue.waiting
        ]
        for kind in DueKind:
            moments.extend(
                work.due_at for work in self.world.parts.outbox.due(kind, now=_FAR, limit=1)
            )
        theirs = self.world.stripe.next_due_at()
        if theirs is not None:
            moments.append(theirs)
        if not moments:
            return None
        now = self.world.clock.now()
        start = self._minute(now)
        return max(
            start + _MINUTE, self._minute(min(moments) - timedelta(microseconds=1)) + _MINUTE
        )

    @staticmethod
    def _minute(moment: datetime) -> datetime:
        return moment.replace(second=0, microsecond=0)
