"""From our records to the provider: what we believe and it doesn't know is found (EXT-3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from guichet.errors import ConcurrentUpdateError, Unavailable
from guichet.ledger.journal import Cause
from guichet.payments.books import ListedKind, ProviderBooks
from guichet.payments.payment import Capture, Payment, PaymentStatus
from guichet.payments.ports import PaymentProvider, SessionState
from guichet.payments.reconciliation import FindingCode, ReconciliationRun
from guichet.payments.refund import Refund, RefundReason, RefundStatus
from guichet.registration.compared import About, Compared
from guichet.registration.outside import Outside
from guichet.registration.ports import Records

_PAGES: Final = 50
_MOMENT: Final = timedelta(minutes=1)  # between the provider's two times of one capture
_MAY_BE_PAID: Final = frozenset(
    {PaymentStatus.OPEN, PaymentStatus.CAPTURING, PaymentStatus.PROCESSING}
)


@dataclass(frozen=True, slots=True)
class Ours:
    """What changed here in a while, payment by payment."""

    outside: Outside
    books: Mapping[str, ProviderBooks]

    @property
    def records(self) -> Records:
        return self.outside.records

    def provider_of(self, run: ReconciliationRun) -> PaymentProvider:
        return self.outside.settling.providers[run.provider]

    def compare(
        self,
        run: ReconciliationRun,
        payments: Sequence[Payment],
        refunds: Sequence[tuple[str, str]],
        disputes: Sequence[tuple[str, str]],
        cause: Cause,
    ) -> Compared:
        """Captures by the provider's list where it has one, all else by a question each."""
        compared = Compared(run)
        ours = [p for p in payments if p.provider == run.provider and p.payee in run.payees]
        compared.counts["payments"] = len(ours)
        if ListedKind.CAPTURE in self.books[run.provider].kinds:
            self._captures_listed(compared, ours)
        else:
            self._captures_asked(compared, ours, cause)
        for payment_id, refund_id in refunds:
            refund = self.records.refund(payment_id, refund_id)
            if refund is not None and refund.provider == run.provider:
                self._refund(compared, refund, cause)
        for payment_id, dispute_id in disputes:
            self._dispute(compared, payment_id, dispute_id, cause)
        return compared

    def _captures_listed(self, compared: Compared, ours: Sequence[Payment]) -> None:
        """One list over the time of all these captures; what isn't in it is asked about."""
        run = compared.run
        by_payee: dict[str, list[tuple[Payment, Capture]]] = defaultdict(list)
        for payment in ours:
            # What was captured before was compared when it was.
            if payment.capture is not None and payment.capture.captured_at >= run.since:
                by_payee[payment.payee].append((payment, payment.capture))
        for payee, pairs in by_payee.items():
            about = About(payee, "")
            listed = compared.answered(
                about,
                lambda payee=payee, pairs=pairs: self._listed(run, payee, pairs),  # type: ignore[misc]  # bound at once
            )
            if listed is None:
                continue
            for payment, capture in pairs:
                if capture.capture_id not in listed:
                    self._captured(compared, payment, capture)

    def _listed(
        self, run: ReconciliationRun, payee: str, pairs: Sequence[tuple[Payment, Capture]]
    ) -> frozenset[str]:
        """The captures around these; those of a list too long for it are asked about one by one."""
        moments = [capture.captured_at for _, capture in pairs]
        found: set[str] = set()
        after: str | None = None
        for _ in range(_PAGES):
            page = self.books[run.provider].listed(
                ListedKind.CAPTURE,
                payee=payee,
                since=min(moments) - _MOMENT,
                until=max(moments) + _MOMENT,
                after=after,
            )
            found |= {each.object_id for each in page.items if each.settled}
            after = page.after
            if after is None:
                break
        return frozenset(found)

    def _captures_asked(self, compared: Compared, ours: Sequence[Payment], cause: Cause) -> None:
        for payment in ours:
            if payment.capture is not None:
                self._captured(compared, payment, payment.capture)
            elif payment.status in _MAY_BE_PAID:
                # Its own schedule asks again: no answer is no difference.
                with suppress(Unavailable, ConcurrentUpdateError):
                    self.outside.settling.ask(payment.payment_id, cause)
                fresh = self.records.payment(payment.payment_id)
                compared.counts["repaired"] += fresh is not None and fresh.capture is not None

    def _captured(self, compared: Compared, payment: Payment, capture: Capture) -> None:
        about = About(payment.payee, capture.capture_id, payment.payment_id)
        provider = self.provider_of(compared.run)
        # By its capture, where that can be asked about: an order is forgotten long before it.
        asked = replace(payment, pending_capture_id=capture.capture_id)
        report = compared.answered(about, lambda: provider.ask(asked))
        if report is None:
            return
        theirs = report.capture
        if report.state is not SessionState.PAID or theirs is None:
            compared.find(
                FindingCode.CAPTURE_MISSING_THERE, about, ours=capture.amount, theirs=report.state
            )
            return
        if (theirs.capture_id, theirs.amount) != (capture.capture_id, capture.amount):
            compared.find(
                FindingCode.CAPTURE_DIFFERS,
                about,
                ours=f"{capture.capture_id} {capture.amount}",
                theirs=f"{theirs.capture_id} {theirs.amount}",
            )
        elif theirs.platform_fee != capture.platform_fee:
            compared.find(
                FindingCode.FEE_DIFFERS,
                about,
                ours=capture.platform_fee,
                theirs=theirs.platform_fee,
            )

    def _refund(self, compared: Compared, refund: Refund, cause: Cause) -> None:
        """What the provider knows of a refund that we believe it has; others are being sent."""
        has_it = refund.status in {RefundStatus.SUBMITTED, RefundStatus.SUCCEEDED}
        if refund.payee not in compared.run.payees or not has_it:
            return
        if refund.reason is RefundReason.CHARGEBACK or refund.provider_refund_id is None:
            return  # its dispute tells of it
        about = About(refund.payee, refund.provider_refund_id, refund.payment_id, refund.refund_id)
        provider = self.provider_of(compared.run)
        answer = compared.answered(about, lambda: (provider.ask_refund(refund),))
        if answer is None:
            return
        (report,) = answer
        if report is None:
            compared.find(
                FindingCode.REFUND_MISSING_THERE, about, ours=refund.status, theirs="unknown"
            )
        elif report.status is not refund.status:
            self._asked_again(compared, refund, about, report.status, cause)

    def _asked_again(
        self,
        compared: Compared,
        refund: Refund,
        about: About,
        theirs: RefundStatus,
        cause: Cause,
    ) -> None:
        compared.answered(
            about, lambda: self.outside.refunding.ask(refund.payment_id, refund.refund_id, cause)
        )
        after = self.records.refund(refund.payment_id, refund.refund_id)
        if after is not None and after.status is theirs:
            compared.counts["repaired"] += 1
        else:
            compared.find(FindingCode.REFUND_DIFFERS, about, ours=refund.status, theirs=theirs)

    def _dispute(self, compared: Compared, payment_id: str, dispute_id: str, cause: Cause) -> None:
        found = self.records.refunds_of(payment_id).disputes
        dispute = next((each for each in found if each.dispute_id == dispute_id), None)
        run = compared.run
        if dispute is None or dispute.provider != run.provider or dispute.payee not in run.payees:
            return
        about = About(dispute.payee, dispute.provider_dispute_id, payment_id)
        compared.answered(
            about,
            lambda: self.outside.dispute(
                run.provider, dispute.provider_dispute_id, dispute.payee, cause
            ),
        )
