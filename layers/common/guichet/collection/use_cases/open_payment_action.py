"""The customer follows the link of a payment that their bank asks them about (COL-4)."""

from __future__ import annotations

from dataclasses import dataclass

from guichet.access.membership import Member, Permission
from guichet.collection.charging import Charging
from guichet.collection.writing import cause_of
from guichet.errors import Conflict, not_found
from guichet.events import Actor
from guichet.payments.invoice_payment import ChargeStatus, InvoicePayment
from guichet.payments.ports import ProviderRefusedError, ProviderUnavailableError
from guichet.payments.unavailable import provider_unavailable
from guichet.registration.ports import RateLimits


@dataclass(frozen=True, slots=True)
class OpenedAction:
    """The payment as it is now, and where the customer authenticates it; None: nothing is asked."""

    payment: InvoicePayment
    url: str | None


def open_payment_action(
    payment_id: str, member: Member, actor: Actor, *, charging: Charging
) -> OpenedAction:
    """A page at the bank's, opened anew where it has closed; days later too.

    Raises:
        NotAllowed: the member may not pay.
        NotFound: no such payment of this account.
        Conflict: `payment_<status>`, nothing waits for the customer; `invoice_paid`, by other money.
        Unavailable: the provider does not answer.
    """
    payment = _own(payment_id, member, charging)
    if payment.status is not ChargeStatus.REQUIRES_ACTION:
        raise Conflict(
            f"payment_{payment.status}", f"This payment is {payment.status}.", rule="COL-4"
        )
    if charging.is_needless(payment):
        raise Conflict(
            "invoice_paid", "The invoice was paid by another attempt meanwhile.", rule="COL-8"
        )
    try:
        report = charging.provider_of(payment).open_action(payment.charge)
    except ProviderUnavailableError as error:
        raise provider_unavailable(error.retry_after_seconds) from error
    except ProviderRefusedError as error:
        raise provider_unavailable(None) from error
    cause = cause_of(actor, "open_payment_action", charging.clock)
    charging.record(payment_id, report, cause)
    payment = _own(payment_id, member, charging)
    waits = payment.status is ChargeStatus.REQUIRES_ACTION
    return OpenedAction(payment, report.action_url if waits else None)


def return_from_action(
    payment_id: str,
    member: Member,
    actor: Actor,
    *,
    charging: Charging,
    limits: RateLimits | None = None,
) -> InvoicePayment:
    """The customer is back: ask what became of it; with limits at most every few seconds.

    Raises:
        NotAllowed, NotFound, Unavailable: as above.
    """
    payment = _own(payment_id, member, charging)
    cause = cause_of(actor, "return_from_action", charging.clock)
    seconds = charging.policy.return_poll_seconds
    is_asked = limits is None or limits.may_again("ask", payment_id, at=cause.at, seconds=seconds)
    if payment.holds and is_asked:
        charging.ask(payment_id, cause)
    return _own(payment_id, member, charging)


def _own(payment_id: str, member: Member, charging: Charging) -> InvoicePayment:
    member.reach(Permission.MANAGE_PAYMENT_METHODS)
    found = charging.records.invoice_payment(payment_id)
    if found is None or found.account_id != member.account_id:
        raise not_found("payment")
    return found
