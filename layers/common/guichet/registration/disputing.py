"""What a dispute as the provider has it now means here: its own record, and the money it takes (RFD-4)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from guichet.events import Event
from guichet.ledger.journal import Change
from guichet.ledger.postings import dispute_fee_postings, withheld_postings
from guichet.payments.dispute import TRANSITIONS, Dispute, DisputeStatus
from guichet.payments.payment import Capture, Payment
from guichet.payments.ports import FoundDispute, PaymentProvider
from guichet.payments.refund import Refund, RefundReason, RefundStatus
from guichet.payments.refunds_so_far import RefundsSoFar
from guichet.registration.compensating import compensated, with_changed
from guichet.registration.made_there import made_there, owing, recorded
from guichet.registration.mails import MailKind
from guichet.registration.naming import chargeback_id, dispute_id
from guichet.registration.outcome import bumped
from guichet.registration.ports import Aggregate, RefundCounted, RefundsFound
from guichet.registration.refunding import Refunding, moved

_LOST = DisputeStatus.LOST


@dataclass(frozen=True, slots=True)
class Outcome:
    """What to write, and the refund whose fee goes back afterwards."""

    changes: tuple[Change[Aggregate], ...] = ()
    steps: tuple[RefundCounted, ...] = ()
    chargeback: Refund | None = None


@dataclass(frozen=True, slots=True)
class Disputed:
    """A captured payment of ours with everything that came back of it, and a dispute about it."""

    payment: Payment
    capture: Capture
    file: RefundsFound
    found: FoundDispute
    pays_the_seat: bool

    @property
    def dispute_id(self) -> str:
        return dispute_id(self.payment.provider, self.found.provider_dispute_id)


def outcome_of(disputed: Disputed, *, provider: PaymentProvider, refunding: Refunding) -> Outcome:
    """Nothing where it is known as it is. States only follow the table; money facts are the latest."""
    found = disputed.found
    known = (each for each in disputed.file.disputes if each.dispute_id == disputed.dispute_id)
    before = next(known, None)
    base = before or _opened(disputed)
    after = replace(base, amount=found.amount, withheld=found.withheld, fee=found.fee)
    if found.status in TRANSITIONS[base.status]:
        after = after.transition_to(found.status)
    if after == before:
        return Outcome()
    after = after if before is None else bumped(after)
    change = _moved(before, base, after)
    standing, nothing = _chargebacks(disputed), after.withheld.zero()
    # A loss may be told of before its money is taken, or first with another amount.
    lost = after.withheld if after.status is _LOST else nothing
    if lost == sum((each.amount for each in standing), nothing):
        return Outcome((change,))
    undone = [_undone(each, refunding) for each in standing]
    rest = with_changed(disputed.file.refunds, *(each.after for each in undone))
    if not lost:
        return Outcome((change, *undone, *compensated(disputed.capture, rest)))
    left = replace(disputed, file=replace(disputed.file, refunds=rest))
    refund = _chargeback(left, after, provider, refunding.clock.now())
    so_far = RefundsSoFar(disputed.capture, (*rest, refund), disputed.file.disputes)
    taken = recorded(refund, so_far, pays_the_seat=disputed.pays_the_seat)
    step = RefundCounted(disputed.payment.payment_id, disputed.file.count)
    return Outcome((change, *undone, taken), (step,), refund)


def _opened(disputed: Disputed) -> Dispute:
    payment, found = disputed.payment, disputed.found
    return Dispute(
        dispute_id=disputed.dispute_id,
        payment_id=payment.payment_id,
        registration_id=payment.registration_id,
        training_id=payment.training_id,
        account_id=payment.account_id,
        provider=payment.provider,
        payee=payment.payee,
        provider_dispute_id=found.provider_dispute_id,
        amount=found.amount,
        withheld=found.withheld.zero(),
        fee=found.fee.zero(),
        reason=found.reason,
        opened_at=found.opened_at,
    )


def _moved(before: Dispute | None, base: Dispute, after: Dispute) -> Change[Aggregate]:
    """What a dispute does to the organizer's balance, and who is told of it (FEE-3)."""
    name = f"dispute.{after.status}"
    mails: tuple[MailKind, ...] = (MailKind.ORGANIZER_DISPUTE_CLOSED,)
    if after.status is base.status:
        name, mails = "dispute.updated", ()
    if after.is_open and (before is None or not base.is_open):
        name, mails = "dispute.opened", (MailKind.ORGANIZER_DISPUTE_OPENED,)
    ids = {"registration_id": after.registration_id, "payment_id": after.payment_id}
    return Change(
        before,
        after,
        (Event(name, ids),),
        postings=withheld_postings(base.withheld, after.withheld)
        + dispute_fee_postings(base.fee, after.fee),
        mails=mails,
    )


def _chargeback(
    disputed: Disputed, lost: Dispute, provider: PaymentProvider, now: datetime
) -> Refund:
    """The money that a lost dispute gave back; when it was opened decides the window."""
    payment, capture, file = disputed.payment, disputed.capture, disputed.file
    refund = replace(
        made_there(
            payment,
            capture,
            refund_id=chargeback_id(f"{lost.dispute_id}-{lost.version}"),
            amount=lost.withheld,
            reason=RefundReason.CHARGEBACK,
            now=now,
        ),
        made_at=lost.opened_at,
        status=RefundStatus.SUCCEEDED,
        dispute_id=lost.dispute_id,
    )
    so_far = RefundsSoFar(capture, file.refunds, file.disputes)
    nothing = capture.platform_fee.zero()
    return owing(refund, so_far, provider, returned_there=nothing)


def _chargebacks(disputed: Disputed) -> list[Refund]:
    return [
        each
        for each in disputed.file.refunds
        if each.dispute_id == disputed.dispute_id and each.status is RefundStatus.SUCCEEDED
    ]


def _undone(refund: Refund, refunding: Refunding) -> Change[Refund]:
    """Won after all: the money is the organizer's again (RFD-6), and nobody has to act."""
    failed = refunding.with_fee_settled(refund, refund.transition_to(RefundStatus.FAILED))
    ids = {"registration_id": refund.registration_id, "payment_id": refund.payment_id}
    return replace(moved(refund, bumped(failed)), events=(Event("refund.undone", ids),))
