"""Money on its way back: intent, call, record; the fee follows the buyer's money (RFD-3, RFD-6)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from guichet.clock import Clock
from guichet.errors import ConcurrentUpdateError, Unavailable
from guichet.events import Event
from guichet.ledger.journal import Cause, Change
from guichet.payments.ports import (
    NOT_REACHABLE,
    PaymentProvider,
    ProviderRefusedError,
    ProviderUnavailableError,
    RefundReport,
)
from guichet.payments.refund import TRANSITIONS, Refund, RefundReason, RefundStatus
from guichet.payments.refund_answers import answer_about
from guichet.payments.schedule import ALARM_AFTER, WORKER_LIVES, asked_once_more
from guichet.registration.compensating import compensated, with_changed, with_fee_by_hand
from guichet.registration.mails import MailKind
from guichet.registration.outcome import bumped
from guichet.registration.ports import Aggregate, Records
from guichet.registration.refund_bookings import bookings, fee_bookings
from guichet.registration.settling import Providers
from guichet.retrying import TRIES

# What a person wished for; everything else went back by a rule, and is told with its reason.
_WISHED: Final = frozenset(
    {RefundReason.ORGANIZER, RefundReason.TRAINING_CANCELLED, RefundReason.OUTSIDE}
)


@dataclass(frozen=True, slots=True)
class Refunding:
    """The road of every refund, whoever asks for it to be moved on."""

    records: Records
    providers: Providers
    clock: Clock

    def proceed(self, payment_id: str, refund_id: str, cause: Cause) -> None:
        """Send it, ask about it, return the fee: whatever comes next. A repeat does nothing twice.

        Where the provider says that it has not finished, nothing more is done: it is due again.

        Raises:
            Unavailable: the provider does not answer; it is due again later.
        """
        for _ in range(TRIES):
            refund = self.records.refund(payment_id, refund_id)
            if refund is None or refund.is_finished:
                return
            try:
                if not self._step(refund, cause):
                    return
            except ConcurrentUpdateError:
                continue
            except ProviderUnavailableError as error:
                raise self._later(refund, cause) from error
            except ProviderRefusedError as error:
                if refund.owes_fee and self._fee_went_by_hand(refund, cause):
                    continue
                if refund.status is not RefundStatus.REQUESTED or error.code == NOT_REACHABLE:
                    raise self._later(refund, cause) from error  # nobody answers: never `failed`
                with suppress(ConcurrentUpdateError):  # somebody moved it on: look again
                    self._refused(refund, error, cause)
        # Still moving after all these steps: the due entry brings it back.

    def ask(self, payment_id: str, refund_id: str, cause: Cause) -> None:
        """The provider hinted at a change: ask, even about one that seemed finished (RFD-6)."""
        for _ in range(TRIES):
            refund = self.records.refund(payment_id, refund_id)
            if refund is None:
                return
            if refund.status not in {RefundStatus.SUBMITTED, RefundStatus.SUCCEEDED}:
                break
            if refund.reason is RefundReason.CHARGEBACK:
                break  # its dispute is what can be asked about
            try:
                is_news = self._ask_again(refund, cause)
            except ConcurrentUpdateError:
                continue
            except (ProviderUnavailableError, ProviderRefusedError) as error:
                raise self._later(refund, cause) from error
            if not is_news and not refund.owes_fee:
                return
            break
        self.proceed(payment_id, refund_id, cause)

    def _ask_again(self, refund: Refund, cause: Cause) -> bool:
        """Whether the provider says something new; what the table has no move for is none (BAD-4)."""
        report = self.providers[refund.provider].ask_refund(refund)
        if report is None or report.status not in TRANSITIONS[refund.status]:
            return False
        return self._record(refund, report, cause)

    def _step(self, refund: Refund, cause: Cause) -> bool:
        """Do the next thing; False where the rest is up to the provider."""
        provider = self.providers[refund.provider]
        if refund.fee_in_doubt_since is not None:
            return self._resolve_doubt(refund, refund.fee_in_doubt_since, cause)
        if refund.owes_fee:
            self._return_fee(refund, provider, cause)
        else:
            is_submitted = refund.status is RefundStatus.SUBMITTED
            report = answer_about(refund, provider, self.clock.now(), is_submitted=is_submitted)
            return self._record(refund, report, cause)
        return True

    def _record(self, refund: Refund, report: RefundReport, cause: Cause) -> bool:
        if report.status is refund.status:
            self.records.save(cause, [self._asked(refund)])
            return False
        after = refund.reported(
            report.status, report.provider_refund_id, report.failure, report.provider_fee_returned
        )
        if report.provider_fee_refund_id is not None:
            after = after.fee_returned(report.provider_fee_refund_id)
        if report.status is RefundStatus.FAILED:
            after = self.with_fee_settled(refund, after)
        self.records.save(cause, self._moves(refund, bumped(after)))
        return after.status is not RefundStatus.SUBMITTED

    def _moves(self, before: Refund, after: Refund) -> list[Change[Aggregate]]:
        """The refund's own, and what another one is owed if it has failed."""
        change = moved(before, after)
        if after.status is not RefundStatus.FAILED:
            return [change]
        payment = self.records.payment(after.payment_id)
        if payment is None or payment.capture is None:
            return [change]
        all_refunds = self.records.refunds_of(after.payment_id).refunds
        return [change, *compensated(payment.capture, with_changed(all_refunds, after))]

    def with_fee_settled(self, before: Refund, failed: Refund) -> Refund:
        """What is known of the fee of a refund that fails after it had succeeded.

        A worker may have died between the provider's yes to the fee's return and our record, or be
        just about to ask for it.
        """
        if not before.owes_fee:
            return failed
        fee_refund_id = self.providers[before.provider].ask_returned_fee(before)
        if fee_refund_id is None:
            return failed.fee_in_doubt(self.clock.now())
        return failed.fee_returned(fee_refund_id)

    def _resolve_doubt(self, refund: Refund, since: datetime, cause: Cause) -> bool:
        """The refund failed; whether its fee had gone back shows once no worker can be at it."""
        if self.clock.now() < since + WORKER_LIVES:
            return False
        fee_refund_id = self.providers[refund.provider].ask_returned_fee(refund)
        if fee_refund_id is None:
            self.records.save(cause, [Change(refund, bumped(refund.fee_kept()))])
        else:
            self.records.save(cause, [_fee_returned(refund, fee_refund_id)])
        return False

    def _return_fee(self, refund: Refund, provider: PaymentProvider, cause: Cause) -> None:
        fee_refund_id = provider.return_fee(refund)
        try:
            self.records.save(cause, [_fee_returned(refund, fee_refund_id)])
        except ConcurrentUpdateError:
            fresh = self.records.refund(refund.payment_id, refund.refund_id)
            if fresh is None or fresh.status is not RefundStatus.FAILED:
                raise
            # It failed while the fee was on its way: nobody would look at it again.
            if fresh.provider_fee_refund_id is None:
                self.records.save(cause, [_fee_returned(fresh, fee_refund_id)])

    def _fee_went_by_hand(self, refund: Refund, cause: Cause) -> bool:
        """Whether a return of the fee was refused because some of it had gone without us (RFD-4)."""
        payment = self.records.payment(refund.payment_id)
        if payment is None:
            return False
        try:
            there = self.providers[refund.provider].fee_returned_there(payment)
            others = self.records.refunds_of(refund.payment_id).refunds
            change = with_fee_by_hand(refund, there, others, self.providers[refund.provider])
            if change is not None:
                self.records.save(cause, [change])
        except ConcurrentUpdateError:
            return True  # somebody moved it on: look again
        except (ProviderUnavailableError, ProviderRefusedError):
            return False
        return change is not None

    def _refused(self, refund: Refund, error: ProviderRefusedError, cause: Cause) -> None:
        """The provider's final no to a refund that it never made: a person is told."""
        failed = replace(refund.transition_to(RefundStatus.FAILED), failure=error.code)
        self.records.save(cause, self._moves(refund, bumped(failed)))

    def _later(self, refund: Refund, cause: Cause) -> Unavailable:
        """Note one more question without an answer: the next one has its moment (never `failed`)."""
        with suppress(ConcurrentUpdateError):  # somebody moved it on, and notes what comes next
            self.records.save(cause, [self._asked(refund)])
        return _pending()

    def _asked(self, refund: Refund) -> Change[Aggregate]:
        """One more question; after an hour of them a person is told."""
        since = refund.requested_at
        if refund.fee_in_doubt_since is not None:
            since = refund.fee_in_doubt_since + WORKER_LIVES
        count = asked_once_more(since, refund.asked_count, self.clock.now())
        overdue = self.clock.now() >= refund.requested_at + ALARM_AFTER
        events = (_about(refund, "refund.unknown_for_long"),) if overdue else ()
        return Change(refund, bumped(replace(refund, asked_count=count)), events)


def _fee_returned(before: Refund, fee_refund_id: str) -> Change[Aggregate]:
    """The fee went back, whatever became of its refund meanwhile."""
    return Change(
        before,
        bumped(before.fee_returned(fee_refund_id)),
        (Event("refund.fee_returned"),),
        postings=fee_bookings(before),
    )


def _about(refund: Refund, name: str) -> Event:
    """An event that a person may have to act upon: it names what they will ask for."""
    ids = {"registration_id": refund.registration_id, "payment_id": refund.payment_id}
    return Event(name, {**ids, "failure": refund.failure})


def moved(before: Refund, after: Refund) -> Change[Refund]:
    """A refund's new state, with what it means to the books and who is told."""
    return Change(
        before,
        after,
        (_about(after, f"refund.{after.status}"),),
        postings=bookings(before, after),
        mails=mails_about(after),
    )


def mails_about(refund: Refund) -> tuple[MailKind, ...]:
    """The registrant is told of money that went, the organizer of money that did not (RFD-6)."""
    if refund.reason is RefundReason.CHARGEBACK:
        return ()  # the buyer's bank tells the buyer, the dispute's own mails tell the organizer
    match refund.status:
        case RefundStatus.SUCCEEDED:
            return (MailKind.REFUNDED if refund.reason in _WISHED else MailKind.MONEY_RETURNED,)
        case RefundStatus.FAILED:
            return (MailKind.ORGANIZER_REFUND_FAILED,)
        case _:
            return ()


def _pending() -> Unavailable:
    return Unavailable(
        "refund_pending", "The provider has not settled this refund yet.", retry_after_seconds=30
    )
