"""From a provider's lists to our records: what is missing here is made good, or found (EXT-3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from guichet.ledger.journal import Cause
from guichet.money import Money
from guichet.payments.books import Listed, ListedKind, ProviderBooks
from guichet.payments.payment import Payment
from guichet.payments.reconciliation import FindingCode, ReconciliationRun
from guichet.payments.refund import Refund, RefundStatus
from guichet.registration.compared import About, Compared, may_be_ours
from guichet.registration.naming import outside_refund_id
from guichet.registration.outside import Outside
from guichet.registration.ports import Records
from guichet.registration.provider_event import ProviderEvent

_ONE_SALE: Final = timedelta(minutes=2)  # within which a fee follows its capture
_PAGES: Final = 10

type Payments = Mapping[str, Payment]


@dataclass(frozen=True, slots=True)
class Theirs:
    """What the provider lists, entry by entry."""

    outside: Outside
    books: Mapping[str, ProviderBooks]

    @property
    def records(self) -> Records:
        return self.outside.records

    def events(
        self, run: ReconciliationRun, listed: Sequence[Listed], known: frozenset[str], cause: Cause
    ) -> Compared:
        """Whose webhook was lost is received now, and has its effect by the ordinary road."""
        compared = Compared(run)
        compared.counts["events"] = len(listed)
        for each in listed:
            if each.event is None or each.object_id in known:
                continue
            event = ProviderEvent(
                provider=run.provider,
                event_id=each.object_id,
                kind=each.event_kind,
                provider_account_id=each.payee,
                body=each.event.decode(),
                received_at=cause.at,
            )
            compared.counts["received"] += self.records.receive(cause, event)
        return compared

    def captures(
        self, run: ReconciliationRun, listed: Sequence[Listed], payments: Payments, cause: Cause
    ) -> Compared:
        """Money that a payment of ours names as its own; the organizer's other business is theirs."""
        compared = Compared(run)
        for each in listed:
            if each.payment_id is None:
                continue
            compared.counts["captures"] += 1
            payment = payments.get(each.payment_id)
            if payment is None or payment.payee != each.payee:
                if each.settled:
                    compared.find(
                        FindingCode.CAPTURE_UNKNOWN, _about(each), ours="", theirs=each.amount
                    )
            elif payment.account_id == run.account_id:
                self._capture(compared, each, payment, cause)
        return compared

    def _capture(self, compared: Compared, listed: Listed, payment: Payment, cause: Cause) -> None:
        about = _about(listed)
        if not listed.settled:
            if payment.capture is not None and payment.capture.capture_id == listed.object_id:
                compared.find(
                    FindingCode.CAPTURE_DIFFERS,
                    about,
                    ours=payment.capture.amount,
                    theirs=listed.status,
                )
            return
        capture = payment.capture
        if capture is None:
            compared.answered(about, lambda: self.outside.settling.ask(payment.payment_id, cause))
            fresh = self.records.payment(payment.payment_id)
            capture = None if fresh is None else fresh.capture
            compared.counts["repaired"] += capture is not None
        if capture is None:
            compared.find(
                FindingCode.CAPTURE_NOT_RECORDED, about, ours=payment.status, theirs=listed.amount
            )
        elif capture.capture_id != listed.object_id:
            compared.find(
                FindingCode.CAPTURED_TWICE, about, ours=capture.capture_id, theirs=listed.amount
            )
        else:
            _compare(compared, FindingCode.CAPTURE_DIFFERS, about, capture.amount, listed.amount)
            _compare(compared, FindingCode.FEE_DIFFERS, about, capture.platform_fee, listed.fee)

    def refunds(
        self, run: ReconciliationRun, listed: Sequence[Listed], payments: Payments, cause: Cause
    ) -> Compared:
        """Ours and those made there: the same road as a webhook's, where they differ (RFD-4)."""
        compared = Compared(run)
        for each in listed:
            payment = _of_this_run(run, each, payments)
            if payment is None:
                continue
            compared.counts["refunds"] += 1
            before = self._refund_of(payment, each)
            if before is not None and _agree(before, each):
                continue
            compared.answered(
                _about(each),
                lambda each=each: self.outside.refund(  # type: ignore[misc]  # bound at once
                    run.provider, each.object_id, each.payee, cause
                ),
            )
            self._judge_refund(compared, payment, each, before)
        return compared

    def _refund_of(self, payment: Payment, listed: Listed) -> Refund | None:
        if listed.refund_id is not None and may_be_ours(listed.refund_id):
            ours = self.records.refund(payment.payment_id, listed.refund_id)
            if ours is not None and ours.provider_refund_id in {None, listed.object_id}:
                return ours
        made_there = outside_refund_id(payment.provider, listed.object_id)
        return self.records.refund(payment.payment_id, made_there)

    def _judge_refund(
        self, compared: Compared, payment: Payment, listed: Listed, before: Refund | None
    ) -> None:
        after = self._refund_of(payment, listed)
        compared.counts["repaired"] += after is not None and after != before
        if after is None:
            if listed.settled:
                compared.find(
                    FindingCode.REFUND_NOT_RECORDED, _about(listed), ours="", theirs=listed.amount
                )
        elif after.amount != listed.amount or (
            listed.settled and after.status is not RefundStatus.SUCCEEDED
        ):
            compared.find(
                FindingCode.REFUND_DIFFERS,
                _about(listed),
                ours=f"{after.status} {after.amount}",
                theirs=f"{listed.status} {listed.amount}",
            )

    def disputes(
        self, run: ReconciliationRun, listed: Sequence[Listed], payments: Payments, cause: Cause
    ) -> Compared:
        """Each is asked about: few, and what they do to a balance changes without a new one."""
        compared = Compared(run)
        for each in listed:
            payment = _of_this_run(run, each, payments)
            if payment is None:
                continue
            compared.counts["disputes"] += 1
            compared.answered(
                _about(each),
                lambda each=each: self.outside.dispute(  # type: ignore[misc]  # bound at once
                    run.provider, each.object_id, each.payee, cause
                ),
            )
            known = self.records.refunds_of(payment.payment_id).disputes
            if all(dispute.provider_dispute_id != each.object_id for dispute in known):
                compared.find(
                    FindingCode.DISPUTE_NOT_RECORDED, _about(each), ours="", theirs=each.amount
                )
        return compared

    def fees(self, run: ReconciliationRun, listed: Sequence[Listed]) -> Compared:
        """What went back of the operator's fees; their own amounts are compared with the captures."""
        compared = Compared(run)
        compared.counts["fees"] = len(listed)
        for each in listed:
            if not each.fee:
                continue
            about = _about(each)
            payment_id = each.payment_id or compared.answered(
                about,
                lambda each=each: self._payment_of(run, each),  # type: ignore[misc]  # bound at once
            )
            if payment_id is None or not may_be_ours(payment_id):
                continue
            payment = self.records.payment(payment_id)
            if payment is not None and payment.payee == each.payee:
                self._fee_returned(compared, each, payment)
        return compared

    def _payment_of(self, run: ReconciliationRun, fee: Listed) -> str | None:
        """A fee names its capture alone, and the capture its payment."""
        after: str | None = None
        for _ in range(_PAGES):
            page = self.books[run.provider].listed(
                ListedKind.CAPTURE,
                payee=fee.payee,
                since=fee.at - _ONE_SALE,
                until=fee.at + _ONE_SALE,
                after=after,
            )
            found = [each for each in page.items if each.object_id == fee.capture_id]
            if found or page.after is None:
                return found[0].payment_id if found else None
            after = page.after
        return None

    def _fee_returned(self, compared: Compared, listed: Listed, payment: Payment) -> None:
        refunds = self.records.refunds_of(payment.payment_id).refunds
        if any(each.is_in_progress or each.owes_fee for each in refunds):
            return  # just being given back
        ours = payment.platform_fee.zero()
        for each in refunds:
            if each.provider_fee_refund_id is not None and each.fee_request_body is not None:
                ours += each.fee
            if each.fee_returned_there is not None:
                ours += each.fee_returned_there
        _compare(
            compared, FindingCode.FEE_RETURN_DIFFERS, _about(listed, payment), ours, listed.fee
        )

    def payouts(self, run: ReconciliationRun, listed: Sequence[Listed]) -> Compared:
        """Reported only: what the provider pays the organizer is between the two of them."""
        compared = Compared(run)
        compared.counts["payouts"] = len(listed)
        compared.notes = [
            {
                "payout": each.object_id,
                "at": each.at.isoformat(),
                "amount": str(each.amount),
                "status": each.status,
            }
            for each in listed
        ]
        return compared


def _of_this_run(run: ReconciliationRun, listed: Listed, payments: Payments) -> Payment | None:
    """The payment it belongs to; of the organizer's other business there is none.

    What another organizer sold by this account is compared by that one's run.
    """
    payment = payments.get(listed.payment_id or "")
    if payment is None or payment.payee != listed.payee or payment.account_id != run.account_id:
        return None
    return payment


def _about(listed: Listed, payment: Payment | None = None) -> About:
    payment_id = listed.payment_id if payment is None else payment.payment_id
    return About(listed.payee, listed.object_id, payment_id, listed.refund_id)


def _agree(refund: Refund, listed: Listed) -> bool:
    """Whether the list says what we have: a refund that hasn't settled there has not here either."""
    has_settled = refund.status is RefundStatus.SUCCEEDED
    return has_settled is listed.settled and refund.amount == listed.amount


def _compare(
    compared: Compared, code: FindingCode, about: About, ours: Money, theirs: Money | None
) -> None:
    if theirs is not None and ours != theirs:
        compared.find(code, about, ours=ours, theirs=theirs)
