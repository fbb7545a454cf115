"""Stripe's objects as our reports: strict about what is used, indifferent to everything else."""

from __future__ import annotations

from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

from guichet.adapters.stripe.amounts import from_stripe
from guichet.adapters.stripe.client import Answer, Json
from guichet.money import Money
from guichet.payments.payment import Capture, CaptureMethod
from guichet.payments.ports import (
    HostedSession,
    ProviderUnavailableError,
    RefundReport,
    SessionReport,
    SessionState,
)
from guichet.payments.refund import RefundStatus

_SOON_SECONDS: Final = 5

_DENIED: Final = frozenset({"requires_payment_method", "canceled"})

_REFUND_STATUSES: Final = MappingProxyType(
    {
        "pending": RefundStatus.SUBMITTED,
        "requires_action": RefundStatus.SUBMITTED,
        "succeeded": RefundStatus.SUCCEEDED,
        "failed": RefundStatus.FAILED,
        "canceled": RefundStatus.FAILED,
    }
)

# What went wrong at the buyer's bank keeps Stripe's own word.
_REFUND_FAILURES: Final = MappingProxyType(
    {
        "charge_for_pending_refund_disputed": "payment_disputed",
        "insufficient_funds": "balance_insufficient",
    }
)


def hosted_session(session: Json) -> HostedSession:
    return HostedSession(text(session, "id"), text(session, "url"))


def session_report(answer: Answer) -> SessionReport:
    """What a session has come to. Money decides: an intent that succeeded is paid, whatever else.

    Raises:
        ProviderUnavailableError: a state that we don't know, or fees that are not there yet.
    """
    session = answer.json
    status = text(session, "status")
    intent = embedded(session, "payment_intent")
    intent_status = "" if intent is None else text(intent, "status")
    if intent is not None and intent_status == "succeeded":
        return SessionReport(SessionState.PAID, capture_of(intent, answer.account))
    if intent_status == "processing":
        return SessionReport(SessionState.PROCESSING)
    if status == "complete" and intent_status == "requires_action":
        # A debit whose account is verified by microdeposits: the buyer is done here, the bank not.
        return SessionReport(SessionState.PROCESSING)
    if status == "open":
        return SessionReport(SessionState.UNPAID)
    if status == "expired":
        return SessionReport(SessionState.ENDED)
    if status == "complete" and intent_status in _DENIED:
        return SessionReport(SessionState.DENIED)
    raise unreadable(f"a session that is {status} with an intent that is {intent_status}")


def refund_report(refund: Json) -> RefundReport:
    """What a refund has come to; `canceled` is a failure too: nothing went back (RFD-6)."""
    status = text(refund, "status")
    known = _REFUND_STATUSES.get(status)
    if known is None:
        raise unreadable(f"a refund that is {status}")
    reason = refund.get("failure_reason")
    told = reason if isinstance(reason, str) else status
    failure = _REFUND_FAILURES.get(told, told) if known is RefundStatus.FAILED else None
    return RefundReport(
        known, text(refund, "id"), failure, provider_fee_returned=own_fee_returned(refund)
    )


def own_fee_returned(refund: Json) -> Money | None:
    """What Stripe gave back of its own fee, which it normally keeps: a negative fee (FEE-3)."""
    transaction = embedded(refund, "balance_transaction")
    if transaction is None:
        return None
    fee = whole(transaction, "fee")
    return money(-fee, text(transaction, "currency")) if fee < 0 else None


def require_amount(found: Json, asked: Money) -> Json:
    """The refund of money or of a fee, if it is of as much as was asked for.

    Raises:
        ProviderUnavailableError: it is not: nothing is booked, and after an hour a person is told.
    """
    amount = money(whole(found, "amount"), text(found, "currency"))
    if amount != asked:
        raise unreadable(f"{amount} went back where {asked} was asked for")
    return found


def object_id(found: Json) -> str:
    return text(found, "id")


def items(page: Json) -> list[Json]:
    """The objects of one page of a list."""
    data = page.get("data")
    if not isinstance(data, list) or not all(isinstance(each, dict) for each in data):
        raise unreadable("a list without data")
    return data


def metadata_of(found: Json, name: str) -> str | None:
    metadata = found.get("metadata")
    value = metadata.get(name) if isinstance(metadata, dict) else None
    return value if isinstance(value, str) else None


def capture_of(intent: Json, payee: str) -> Capture:
    """The capture with the fees that Stripe says it took (FEE-3)."""
    charge = embedded(intent, "latest_charge")
    if charge is None:
        raise _not_yet("the charge")
    currency = text(charge, "currency")
    platform_fee, provider_fee = _fees(charge, currency)
    fee_id = reference(charge, "application_fee")
    if platform_fee and fee_id is None:
        raise _not_yet("the application fee")
    return Capture(
        capture_id=text(charge, "id"),
        intent_id=text(intent, "id"),
        amount=money(whole(charge, "amount_captured"), currency),
        platform_fee=platform_fee,
        provider_fee=provider_fee,
        platform_fee_id=fee_id,
        captured_at=datetime.fromtimestamp(whole(charge, "created"), UTC),
        reference=metadata_of(intent, "payment_id"),
        payee=payee,
        method=_method(charge),
    )


def _method(charge: Json) -> CaptureMethod:
    """Everything that is no card is a debit: nothing else is offered."""
    details = embedded(charge, "payment_method_details") or {}
    is_card = details.get("type", "card") == "card"
    return CaptureMethod.CARD if is_card else CaptureMethod.BANK_DEBIT


def _fees(charge: Json, currency: str) -> tuple[Money, Money]:
    """The platform's fee, in the charge's currency, and Stripe's, in that of the balance.

    Where the organizer's balance is in another currency, Stripe converts what it keeps; the
    application fee then stands in the charge alone.

    Raises:
        ProviderUnavailableError: the balance transaction is not there yet.
    """
    transaction = embedded(charge, "balance_transaction")
    if transaction is None:
        raise _not_yet("the balance transaction")
    details = transaction.get("fee_details")
    if not isinstance(details, list) or not all(isinstance(each, dict) for each in details):
        raise unreadable("a balance transaction without fee details")
    settled_in = text(transaction, "currency")
    if any(text(each, "currency") != settled_in for each in details):
        raise unreadable("fees in several currencies")
    provider = sum(whole(each, "amount") for each in details if not _is_platform_fee(each))
    if settled_in == currency:
        platform = sum(whole(each, "amount") for each in details if _is_platform_fee(each))
    else:
        asked = charge.get("application_fee_amount")
        platform = 0 if asked is None else whole(charge, "application_fee_amount")
    return money(platform, currency), money(provider, settled_in)


def _is_platform_fee(detail: Json) -> bool:
    return text(detail, "type") == "application_fee"


def money(amount: int, currency: str) -> Money:
    try:
        return from_stripe(amount, currency)
    except ValueError as error:
        raise unreadable(f"an amount of {amount} {currency}") from error


def text(found: Json, name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str) or not value:
        raise unreadable(f"no {name}")
    return value


def whole(found: Json, name: str) -> int:
    value = found.get(name)
    if type(value) is not int:
        raise unreadable(f"no whole {name}")
    return value


def embedded(found: Json, name: str) -> Json | None:
    """An expanded object; None where there is none.

    Raises:
        ProviderUnavailableError: it came as an id, although it was asked for whole.
    """
    value: Any = found.get(name)
    if value is None or isinstance(value, dict):
        return value
    raise unreadable(f"{name} without its fields")


def reference(found: Json, name: str) -> str | None:
    """The id of another object, whether it was expanded or not."""
    value: Any = found.get(name)
    if isinstance(value, dict):
        return text(value, "id")
    return value if isinstance(value, str) else None


def unreadable(what: str) -> ProviderUnavailableError:
    return ProviderUnavailableError(f"Stripe's answer can't be read: {what}")


def _not_yet(what: str) -> ProviderUnavailableError:
    return ProviderUnavailableError(
        f"Stripe does not say yet: {what}", retry_after_seconds=_SOON_SECONDS
    )
