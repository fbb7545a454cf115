"""The road of money that goes back to customers: intent, call, record; once, whoever moves it on (COL-8)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from guichet.clock import Clock
from guichet.collection import own_refund_outcome
from guichet.collection.charge_ports import Aggregate, ChargeRecords, Step
from guichet.collection.own_refund_outcome import RefundSituation
from guichet.errors import ConcurrentUpdateError, Conflict, Unavailable, not_found
from guichet.events import Event
from guichet.ledger.journal import Cause, Change
from guichet.payments.own_refund import OwnRefund, OwnRefundStatus
from guichet.payments.ports import (
    NOT_REACHABLE,
    PaymentProvider,
    ProviderRefusedError,
    ProviderUnavailableError,
    RefundReport,
)
from guichet.payments.refund_answers import answer_about, asked_about
from guichet.payments.schedule import ALARM_AFTER, asked_once_more
from guichet.payments.unavailable import provider_unavailable
from guichet.retrying import TRIES, with_fresh_state
from guichet.subscriptions.ports import ProviderEventApplied

type Applied = ProviderEventApplied | None

# A no that may pass: keys are given back, a balance is filled up, a bank decides about a dispute.
_LATER: Final = frozenset({NOT_REACHABLE, "balance_insufficient", "payment_disputed"})
_ASKED_IN_VAIN: Final = timedelta(hours=24)  # for a provider that is silent so long nobody waits


@dataclass(frozen=True, slots=True)
class OwnRefunding:
    """What refunds out of the selling entities' own accounts are sent and asked about with."""

    records: ChargeRecords
    provider: Callable[[str, str], PaymentProvider]  # of a selling entity, by its name
    clock: Clock

    def proceed(self, refund_id: str, cause: Cause) -> None:
        """Send it, or ask about it: whatever comes next. A repeat returns nothing twice.

        Raises:
            Unavailable: the provider does not answer; it is due again.
        """
        for _ in range(TRIES):
            refund = self.records.own_refund(refund_id)
            if refund is None or not refund.is_in_progress:
                return
            try:
                refund = self._called(refund, cause)
                self._step(refund, cause)
            except ConcurrentUpdateError:
                continue  # somebody moved it on: look again
            except (ProviderUnavailableError, Unavailable) as error:
                raise self._later(refund, cause) from error
            except ProviderRefusedError as error:
                if refund.status is not OwnRefundStatus.REQUESTED or error.code in _LATER:
                    raise self._later(refund, cause) from error
                with suppress(ConcurrentUpdateError):
                    self._save(own_refund_outcome.refused(self._found(refund), error.code), cause)
                    return
                continue
            return
        # Still moving after all these steps: the due entry brings it back.

    def ask(self, refund_id: str, cause: Cause, event: Applied = None) -> bool:
        """The provider hinted at a change: ask, even about one that had succeeded (BAD-13).

        Answers whether the event was noted as applied.

        Raises:
            Unavailable: the provider does not answer; the event stays received.
        """
        for _ in range(TRIES):
            refund = self.records.own_refund(refund_id)
            if refund is None:
                return False
            try:
                report = asked_about(refund, self._provider(refund))
            except ProviderUnavailableError as error:
                raise provider_unavailable(error.retry_after_seconds) from error
            if report is None:
                return False
            changes = own_refund_outcome.reported(self._found(refund), report)
            if not changes:
                return False
            try:
                self._save(changes, cause, event)
            except ConcurrentUpdateError:
                continue  # moved meanwhile; the event perhaps applied by another worker
            return event is not None
        raise ConcurrentUpdateError(f"{refund_id} is being written all the time")

    def resolve(self, refund_id: str, cause: Cause, *, went_back: bool) -> OwnRefund:
        """A person's word about one that nobody answers for: it went back, or becomes credit.

        What would become credit is asked about first, and what the provider says counts. Where it
        refuses the question no answer will come, and for one that is silent for a day nobody waits.

        Raises:
            NotFound: no such refund.
            Conflict: `refund_<status>`, it is over, or the provider has it; `refund_not_overdue`, it
                may yet be answered.
            Unavailable: it may be under way at this moment, or the provider does not answer.
        """

        def attempt() -> OwnRefund:
            refund = self.records.own_refund(refund_id)
            if refund is None:
                raise not_found("refund")
            refund.require_overdue(self.clock.now())
            found = self._found(refund)
            report = None if went_back else self._known(refund)
            if report is None:
                changes = own_refund_outcome.resolved(found, went_back=went_back)
            else:
                changes = own_refund_outcome.reported(found, report)
            if not changes:
                raise Conflict(
                    f"refund_{refund.status}", "The provider has this refund, and has not finished."
                )
            self._save(changes, cause)
            return next(each.after for each in changes if isinstance(each.after, OwnRefund))

        return with_fresh_state(attempt)

    def _known(self, refund: OwnRefund) -> RefundReport | None:
        """What the provider knows of it, before a person says that it never will be there."""
        try:
            return self._provider(refund).ask_refund(refund)
        except ProviderRefusedError:
            return None
        except (ProviderUnavailableError, Unavailable) as error:
            if self.clock.now() >= refund.requested_at + _ASKED_IN_VAIN:
                return None
            raise provider_unavailable(None) from error

    def _step(self, refund: OwnRefund, cause: Cause) -> None:
        found, provider = self._found(refund), self._provider(refund)
        if found.was_taken_back and refund.status is OwnRefundStatus.REQUESTED:
            report = asked_about(refund, provider)  # an earlier try may have arrived
            if report is None:
                self._save(own_refund_outcome.taken_back(found), cause)
                return
        else:
            report = self._answer(refund, provider)
        changes = own_refund_outcome.reported(found, report) or (self._asked(refund),)
        self._save(changes, cause)

    def _called(self, refund: OwnRefund, cause: Cause) -> OwnRefund:
        """Noted before the call, where a person could end it meanwhile: their word waits (BAD-11)."""
        if not refund.notes_calls(self.clock.now()):
            return refund
        noted = replace(refund, calling_since=self.clock.now(), version=refund.version + 1)
        self._save((Change[Aggregate](refund, noted),), cause)
        return noted

    def _answer(self, refund: OwnRefund, provider: PaymentProvider) -> RefundReport:
        is_submitted = refund.status is OwnRefundStatus.SUBMITTED
        return answer_about(refund, provider, self.clock.now(), is_submitted=is_submitted)

    def _provider(self, refund: OwnRefund) -> PaymentProvider:
        return self.provider(refund.selling_entity, refund.provider)

    def _found(self, refund: OwnRefund) -> RefundSituation:
        """The refund with everything that its outcome depends on."""
        payment = None
        if refund.invoice_id is not None:
            payment = self.records.invoice_payment(refund.payment_id)
        balance = self.records.balance(
            refund.account_id, refund.selling_entity, refund.amount.currency
        )
        return RefundSituation(refund, payment, balance, self.clock.now())

    def _later(self, refund: OwnRefund, cause: Cause) -> Unavailable:
        """One more question without an answer: the next one has its moment."""
        with suppress(ConcurrentUpdateError):  # somebody moved it on, and notes what comes next
            self._save((self._asked(refund),), cause)
        return provider_unavailable(None)

    def _asked(self, refund: OwnRefund) -> Change[Aggregate]:
        """After an hour of questions a person is told."""
        now = self.clock.now()
        count = asked_once_more(refund.requested_at, refund.asked_count, now)
        is_overdue = now >= refund.requested_at + ALARM_AFTER
        waits = refund.status is OwnRefundStatus.REQUESTED  # what the provider has may take days
        told = Event("own_refund.unknown_for_long", own_refund_outcome.facts_of(refund))
        after = replace(refund, asked_count=count, calling_since=None, version=refund.version + 1)
        return Change[Aggregate](refund, after, (told,) if is_overdue and waits else ())

    def _save(
        self, changes: tuple[Change[Aggregate], ...], cause: Cause, event: Applied = None
    ) -> None:
        applied: tuple[Step, ...] = () if event is None else (event,)
        self.records.save(cause, changes, applied)
