"""Start or resume paying: the attempt is stored with its exact bytes, then the provider is called (REG-4)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

from guichet.errors import ConcurrentUpdateError, Conflict, Invalid, not_found
from guichet.events import Actor, Event
from guichet.ledger.journal import Cause, Change
from guichet.payments.account import PaymentAccount
from guichet.payments.payment import Payment, PaymentStatus
from guichet.payments.ports import (
    ProviderRefusedError,
    ProviderUnavailableError,
    SessionTexts,
)
from guichet.payments.unavailable import provider_unavailable
from guichet.registration.capturing import abandoning
from guichet.registration.links import Links
from guichet.registration.naming import key_mark, request_hash
from guichet.registration.naming import payment_id as payment_id_for
from guichet.registration.outcome import bumped
from guichet.registration.paying import PROVIDER_OF, accepted_methods, nobody_can_pay
from guichet.registration.ports import Aggregate
from guichet.registration.registration import Registration
from guichet.registration.settling import Settling, cause_of
from guichet.registration.training import Training
from guichet.replies import Reply, was_handled
from guichet.retrying import with_fresh_state


@dataclass(frozen=True, slots=True)
class StartPayment:
    """A registrant chooses a provider."""

    registration_id: str
    method: str  # of `PROVIDER_OF`
    idempotency_key: str
    actor: Actor


def start_payment(command: StartPayment, *, settling: Settling, links: Links) -> Reply[Payment]:
    """Open a hosted page, or answer the one that is open: one attempt at a time (REG-10).

    Raises:
        Conflict: nothing to pay, hold exhausted, method not offered, another call in flight.
        Unavailable: the provider does not answer; the hold is kept.
    """
    cause = cause_of(command.actor, "start_payment", settling.clock)
    replayed, payment = with_fresh_state(lambda: _reserve(command, settling, links, cause))
    if payment.status is not PaymentStatus.CREATED:
        return Reply(payment, replayed=replayed)
    return Reply(_open(payment, settling, cause), replayed=replayed)


def _reserve(
    command: StartPayment, settling: Settling, links: Links, cause: Cause
) -> tuple[bool, Payment]:
    """The attempt that this request is about: an earlier one, or one stored just now."""
    records = settling.records
    registration = records.registration(command.registration_id)
    if registration is None:
        raise not_found("registration")
    wanted_id = payment_id_for(registration.registration_id, command.idempotency_key)
    asked = request_hash(command.method)
    earlier = records.payment(wanted_id)
    if earlier is not None:
        Reply.replay(earlier, same_request=earlier.request_hash == asked)
        if earlier.status is not PaymentStatus.CREATED:
            return True, earlier
        return True, _taken_over(earlier, registration, settling, links, cause)
    mark = key_mark(registration.registration_id, "payments", command.idempotency_key)
    was_handled(registration.handled_keys, mark, asked)  # refuses the key of an offline choice
    registration.require_hold()
    resumed = _resumed(command, registration, settling)
    if resumed is not None:
        return True, resumed
    training = _payable_training(registration, settling)
    account = _account(command, registration, training, settling)
    if registration.open_payment_id is not None:  # last: what is refused ends nothing
        settling.end_open_payment(registration, cause)
        raise ConcurrentUpdateError("the earlier attempt has just ended: decide again")
    payment = _new_payment(command, wanted_id, registration, training, account, settling, links)
    _store(payment, None, registration, settling, cause)
    return False, payment


def _resumed(
    command: StartPayment, registration: Registration, settling: Settling
) -> Payment | None:
    """The open attempt where it can still be paid."""
    if registration.open_payment_id is None:
        return None
    now = settling.clock.now()
    payment = settling.records.payment(registration.open_payment_id)
    if payment is not None:
        if payment.is_being_called(now):
            raise in_flight()
        same = payment.method == command.method
        if same and payment.status is PaymentStatus.OPEN and now < payment.session_ends_at:
            return payment
    return None


def in_flight() -> Conflict:
    return Conflict(
        "payment_in_flight",
        "This payment is being started; ask again in a moment.",
        rule="REG-10",
        retry_after_seconds=2,
    )


def _payable_training(registration: Registration, settling: Settling) -> Training:
    training = settling.records.training(registration.training_id)
    if training is None:
        raise not_found("training")
    training.require_registrable(settling.clock.now())
    return training


def _account(
    command: StartPayment, registration: Registration, training: Training, settling: Settling
) -> PaymentAccount:
    accounts = settling.records.payment_accounts(training.account_id)
    offered = accepted_methods(training, accounts, registration.quote.charged, settling.policy)
    if not offered:
        raise nobody_can_pay()
    if command.method not in {method.name for method in offered}:
        raise Invalid("method_not_offered", "Choose one of the payment methods that are offered.")
    provider = PROVIDER_OF[command.method]
    return next(each for each in accounts if each.provider == provider)


def _new_payment(  # noqa: PLR0917 - each is another thing
    command: StartPayment,
    payment_id: str,
    registration: Registration,
    training: Training,
    account: PaymentAccount,
    settling: Settling,
    links: Links,
) -> Payment:
    now = settling.clock.now()
    fee = settling.policy.platform_fee.fee(registration.quote.charged)
    ends_at = (now + settling.policy.session).replace(microsecond=0)
    payment = Payment(
        payment_id=payment_id,
        registration_id=registration.registration_id,
        training_id=registration.training_id,
        account_id=registration.account_id,
        provider=account.provider,
        payee=account.provider_account_id,
        amount=registration.quote.charged,
        platform_fee=fee,
        attempt=1,
        request_body="",
        session_ends_at=ends_at,
        started_at=now,
        request_hash=request_hash(command.method),
        method=command.method,
        calling_since=now,
    )
    return replace(payment, request_body=_body(payment, registration, training, settling, links))


def _body(
    payment: Payment,
    registration: Registration,
    training: Training,
    settling: Settling,
    links: Links,
) -> str:
    return settling.providers[payment.provider].session_body(
        payment,
        SessionTexts(
            title=training.title,
            language=registration.language,
            email=registration.email,
            success_url=links.return_page(registration.registration_id),
            cancel_url=links.page(registration.registration_id),
            seller=settling.records.account(training.account_id).legal_name,
        ),
    )


def _taken_over(
    earlier: Payment,
    registration: Registration,
    settling: Settling,
    links: Links,
    cause: Cause,
) -> Payment:
    """Another attempt number: the answer of the earlier call was lost, its page reached nobody."""
    now = settling.clock.now()
    if earlier.is_being_called(now):
        raise in_flight()
    if registration.open_payment_id not in {None, earlier.payment_id}:
        raise in_flight()
    registration.require_hold()
    training = _payable_training(registration, settling)
    ends_at = (now + settling.policy.session).replace(microsecond=0)
    moved = replace(earlier, attempt=earlier.attempt + 1, session_ends_at=ends_at)
    body = _body(moved, registration, training, settling, links)
    retried = bumped(earlier.retried(request_body=body, session_ends_at=ends_at, now=now))
    _store(retried, earlier, registration, settling, cause)
    return retried


def _store(
    payment: Payment,
    before: Payment | None,
    registration: Registration,
    settling: Settling,
    cause: Cause,
) -> None:
    """The attempt and its lease in one write, before the provider hears of it."""
    leased = registration.started_payment(
        payment.payment_id, method=payment.method, session_ends_at=payment.session_ends_at
    )
    changes: list[Change[Aggregate]] = [
        Change(before, payment, (Event("payment.started"),)),
        Change(registration, bumped(leased)),
    ]
    settling.records.save(cause, changes)


def _open(payment: Payment, settling: Settling, cause: Cause) -> Payment:
    """Call the provider and keep its page; without an answer the next request takes over."""
    provider = settling.providers[payment.provider]
    try:
        session = provider.open_session(payment)
    except ProviderUnavailableError as error:
        _note_lost_call(payment, settling, cause)
        raise provider_unavailable(error.retry_after_seconds) from error
    except ProviderRefusedError as error:
        _give_up(payment, settling, cause)
        raise Conflict(
            error.code, "The payment provider refused to start this payment; choose another method."
        ) from error
    opened = bumped(payment.opened(session.session_id, session.url))
    try:
        with_fresh = [Change[Aggregate](payment, opened, (Event("payment.opened"),))]
        settling.records.save(cause, with_fresh)
    except ConcurrentUpdateError as error:
        raise in_flight() from error  # ended or taken over meanwhile: this page goes to nobody
    return opened


def _note_lost_call(payment: Payment, settling: Settling, cause: Cause) -> None:
    """Let the next request take over at once; where somebody did already, nothing is left to note."""
    lost = Change[Aggregate](payment, bumped(payment.call_lost()), (Event("payment.call_lost"),))
    with suppress(ConcurrentUpdateError):
        settling.records.save(cause, [lost])


def _give_up(payment: Payment, settling: Settling, cause: Cause) -> None:
    """The provider said no: free the lease, unless somebody has already."""
    registration = settling.records.registration(payment.registration_id)
    if registration is not None:
        with suppress(ConcurrentUpdateError):
            settling.records.save(cause, abandoning(payment, registration))
