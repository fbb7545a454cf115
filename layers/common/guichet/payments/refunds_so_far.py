"""What of one capture has gone back, is on its way, and is left; and its fee (RFD-1 to RFD-4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from guichet.money import Money
from guichet.payments.dispute import Dispute
from guichet.payments.fee import fee_returned_so_far
from guichet.payments.payment import Capture
from guichet.payments.refund import Refund, RefundStatus

WINDOW: Final = timedelta(hours=60 * 24)  # fixed by RFD-2


@dataclass(frozen=True, slots=True)
class FeeShare:
    """What a refund gives back of the platform fee: by the provider, or as account credit."""

    by_provider: Money
    as_credit: Money


@dataclass(frozen=True, slots=True)
class RefundsSoFar:
    """All refunds of one capture, those on their way too: they count until they have failed (RFD-6)."""

    capture: Capture
    refunds: Sequence[Refund]
    disputes: Sequence[Dispute] = ()

    @property
    def refundable_until(self) -> datetime:
        """The last moment of the window, itself inside (RFD-2)."""
        return self.capture.captured_at + WINDOW

    @property
    def in_progress(self) -> Refund | None:
        """One that we sent, or are about to send, and whose outcome is not known (RFD-5g)."""
        return next((each for each in self.refunds if each.is_ours and each.is_in_progress), None)

    @property
    def open_dispute(self) -> Dispute | None:
        return next((each for each in self.disputes if each.is_open), None)

    @property
    def refunded(self) -> Money:
        return self._sum(each.amount for each in self._with(RefundStatus.SUCCEEDED))

    @property
    def on_its_way(self) -> Money:
        pending = self._with(RefundStatus.REQUESTED, RefundStatus.SUBMITTED)
        return self._sum(each.amount for each in pending)

    @property
    def left(self) -> Money:
        """What can still be asked for; nothing where more has gone back than came."""
        gone = self.refunded + self.on_its_way
        whole = self.capture.amount
        return whole - gone if gone.is_at_most(whole) else whole.zero()

    @property
    def exceeds_captured(self) -> bool:
        """More went back than came: a refund and a lost dispute of the same money."""
        return not (self.refunded + self.on_its_way).is_at_most(self.capture.amount)

    @property
    def fee_given_back(self) -> Money:
        """What of the fee has gone back, however, for the refunds that stand."""
        return self._sum(
            part
            for each in self._with(RefundStatus.SUCCEEDED)
            if not each.owes_fee
            for part in _fee_parts(each)
        )

    def is_inside(self, made_at: datetime) -> bool:
        """Whether a refund made then is inside the window: at its last moment it still is (RFD-2)."""
        return made_at <= self.refundable_until

    def fee_share(self, amount: Money) -> FeeShare:
        """What of the fee a further refund of `amount` inside the window gives back (RFD-3).

        The difference between what must have gone back by then and what the others inside the
        window give back; what the provider can't return any more is account credit.
        """
        fee, share = self.capture.platform_fee, self._fee_missing(amount)
        gone = self._sum(part for each in self.refunds for part in _gone_at_provider(each))
        left = fee - gone if gone.is_at_most(fee) else fee.zero()
        by_provider = share if share.is_at_most(left) else left
        return FeeShare(by_provider, share - by_provider)

    @property
    def fee_missing(self) -> Money:
        """What of the fee must go back and does not: nothing, unless a refund has failed (RFD-3)."""
        return self._fee_missing(self.capture.amount.zero())

    @property
    def inside(self) -> Sequence[Refund]:
        """Those that stand and whose fee goes back, by their time."""
        return [each for each in self._standing() if self._counts(each)]

    def _fee_missing(self, further: Money) -> Money:
        fee, whole, counted = self.capture.platform_fee, self.capture.amount, self.inside
        refunded = self._sum(each.amount for each in counted) + further
        owed = fee_returned_so_far(fee, whole, refunded if refunded.is_at_most(whole) else whole)
        given = self._sum(part for each in counted for part in _fee_parts(each))
        return owed - given if given.is_at_most(owed) else fee.zero()

    def _counts(self, refund: Refund) -> bool:
        return refund.made_at is None or self.is_inside(refund.made_at)

    def _standing(self) -> Iterable[Refund]:
        return (each for each in self.refunds if each.status is not RefundStatus.FAILED)

    def _with(self, *statuses: RefundStatus) -> Iterable[Refund]:
        return (each for each in self.refunds if each.status in statuses)

    def _sum(self, parts: Iterable[Money]) -> Money:
        return sum(parts, start=self.capture.amount.zero())


def _fee_parts(refund: Refund) -> tuple[Money, ...]:
    parts = (refund.fee, refund.fee_returned_there, refund.fee_credited)
    return tuple(each for each in parts if each is not None)


def _gone_at_provider(refund: Refund) -> tuple[Money, ...]:
    """What the provider gave back of the fee, or may be about to; a failed refund keeps it there."""
    there = refund.fee_returned_there
    parts = () if there is None else (there,)
    if refund.status is not RefundStatus.FAILED:
        return (*parts, refund.fee)
    if refund.fee_goes_within:  # it came back with the refund
        return ()
    is_gone = refund.provider_fee_refund_id is not None or refund.fee_in_doubt_since is not None
    return (*parts, refund.fee) if is_gone else parts
