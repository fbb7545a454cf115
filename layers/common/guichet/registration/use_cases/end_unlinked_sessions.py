"""An account is not linked any more: nobody may pay into it at an open session (PAY-4, REG-8)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from guichet.errors import ConcurrentUpdateError, Unavailable
from guichet.events import Actor, Event
from guichet.ledger.journal import Cause, Change
from guichet.payments.account import PaymentAccount, PaymentAccountStatus
from guichet.registration.registration import Registration, RegistrationStatus
from guichet.registration.settling import Settling, cause_of
from guichet.registration.training import Training, TrainingStatus
from guichet.retrying import with_fresh_state

_PAGE: Final = 25
_HOPE: Final = timedelta(
    hours=1
)  # no session lives so long; what is left then is its hold's to end
_SESSIONS_OUTLIVE_START: Final = timedelta(hours=3)


def end_unlinked_sessions(
    account_id: str, provider: str, actor: Actor, *, settling: Settling
) -> None:
    """End every open session that pays a former account; one that can't be ended holds up no other.

    It is done twice: at once, and when no checkout can be left that had read the account before.

    Raises:
        Unavailable: the provider does not answer about one of them; it is due again.
    """
    cause = cause_of(actor, "end_unlinked_sessions", settling.clock)
    account = _found(settling, account_id, provider)
    if account is None or account.ending_sessions_since is None:
        return
    since = account.ending_sessions_since
    sweep = _Sweep(settling, provider, account.provider_account_id if account.is_live else "")
    unanswered = sweep.end_all(account_id, since, cause)
    now = settling.clock.now()
    asks_in_vain = account.status is PaymentAccountStatus.REVOKED or now >= since + _HOPE
    if unanswered is not None and not asks_in_vain:
        raise unanswered
    if account.look_again_at is not None and now >= account.look_again_at:
        _finish(settling, account, cause)


@dataclass(frozen=True, slots=True)
class _Sweep:
    """Ends what pays another account than the one that is linked now."""

    settling: Settling
    provider: str
    payee: str

    def end_all(self, account_id: str, since: datetime, cause: Cause) -> Unavailable | None:
        unanswered: Unavailable | None = None
        for training in self._trainings(account_id):
            if training.starts_at < since - _SESSIONS_OUTLIVE_START:
                continue
            for registration in self._awaiting(training.training_id):
                try:
                    self._end(registration.registration_id, cause)
                except Unavailable as error:
                    unanswered = error
        return unanswered

    def _end(self, registration_id: str, cause: Cause) -> None:
        records = self.settling.records

        def attempt() -> None:
            registration = records.registration(registration_id)
            if registration is None or registration.open_payment_id is None:
                return
            if registration.status is not RegistrationStatus.AWAITING_PAYMENT:
                return  # what is being settled keeps its seat (REG-8)
            payment = records.payment(registration.open_payment_id)
            if payment is None or payment.provider != self.provider or payment.payee == self.payee:
                return
            self.settling.end_open_payment(registration, cause)
            raise ConcurrentUpdateError("the open session should have ended: look again")

        with_fresh_state(attempt)

    def _trainings(self, account_id: str) -> Iterator[Training]:
        after: str | None = None
        while True:
            page = self.settling.records.trainings_of(account_id, limit=_PAGE, after=after)
            yield from (each for each in page.items if each.status is not TrainingStatus.DRAFT)
            after = page.after
            if after is None:
                return

    def _awaiting(self, training_id: str) -> Iterator[Registration]:
        after: str | None = None
        while True:
            page = self.settling.records.registrations_of(
                training_id, limit=_PAGE, after=after, status=RegistrationStatus.AWAITING_PAYMENT
            )
            yield from (each for each in page.items if each.open_payment_id is not None)
            after = page.after
            if after is None:
                return


def _found(settling: Settling, account_id: str, provider: str) -> PaymentAccount | None:
    accounts = settling.records.payment_accounts(account_id)
    return next((each for each in accounts if each.provider == provider), None)


def _finish(settling: Settling, account: PaymentAccount, cause: Cause) -> None:
    def attempt() -> None:
        fresh = _found(settling, account.account_id, account.provider)
        if fresh is None or fresh.ending_sessions_since != account.ending_sessions_since:
            return  # finished by another worker, or unlinked once more
        done = replace(fresh, ending_sessions_since=None, version=fresh.version + 1)
        event = Event("payment_account.sessions_ended")
        settling.records.save(cause, [Change(fresh, done, (event,))])

    with_fresh_state(attempt)
