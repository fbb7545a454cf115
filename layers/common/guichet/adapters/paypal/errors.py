"""What PayPal's answers mean to us: try again, later, or never (developer.paypal.com/api/rest/responses)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from guichet.adapters.http import HttpResponse
from guichet.payments.ports import (
    NOT_REACHABLE,
    ProviderRefusedError,
    ProviderUnavailableError,
    SessionState,
)

# PayPal's `details[].issue` → ours. What is absent is told by the status.
REFUSALS: Final = MappingProxyType(
    {
        "CANNOT_BE_ZERO_OR_NEGATIVE": "amount_too_small",
        "CAPTURE_FULLY_REFUNDED": "already_refunded",
        "CONSENT_NEEDED": NOT_REACHABLE,
        "INVALID_PLATFORM_FEES_ACCOUNT": "platform_fee_not_allowed",
        "INVALID_PLATFORM_FEES_AMOUNT": "platform_fee_not_allowed",
        "MAX_VALUE_EXCEEDED": "amount_too_large",
        "PAYEE_ACCOUNT_INVALID": "account_can_not_receive",
        "PAYEE_ACCOUNT_LOCKED_OR_CLOSED": "account_can_not_receive",
        "PAYEE_ACCOUNT_RESTRICTED": "account_can_not_receive",
        "PERMISSION_DENIED": NOT_REACHABLE,
        "PLATFORM_FEES_NOT_SUPPORTED": "platform_fee_not_allowed",
        "PLATFORM_FEE_EXCEEDED": "platform_fee_not_allowed",
        "PLATFORM_FEE_NOT_ENABLED": "platform_fee_not_allowed",
        "REFUND_AMOUNT_EXCEEDED": "amount_too_large",
        "REFUND_AMOUNT_TOO_LOW": "amount_too_small",
        "REFUND_FAILED_INSUFFICIENT_FUNDS": "balance_insufficient",
        "REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK": "payment_disputed",
        "REFUND_TIME_LIMIT_EXCEEDED": "refund_too_old_at_provider",
        "TRANSACTION_DISPUTED": "payment_disputed",
    }
)

# A refused refund's meaning to its organizer, where it is another than to one who sells.
_REFUND_REFUSALS: Final = MappingProxyType(
    {
        "MAX_NUMBER_OF_REFUNDS_EXCEEDED": "refund_not_permitted",
        "PARTIAL_REFUND_NOT_ALLOWED": "refund_not_permitted",
        "REFUND_IS_RESTRICTED": "refund_not_permitted",
        "REFUND_NOT_ALLOWED": "refund_not_permitted",
    }
)
_AS_REFUND: Final = MappingProxyType(
    {
        "account_can_not_receive": "account_restricted",
        "amount_too_large": "refund_amount_refused",
        "amount_too_small": "refund_amount_refused",
        "platform_fee_not_allowed": "request_refused",
    }
)

# What a refused capture means to the buyer, where the order itself shows no money.
CAPTURE_REFUSALS: Final = MappingProxyType(
    {
        "ORDER_NOT_APPROVED": SessionState.UNPAID,
        **dict.fromkeys(  # the same order takes another card or bank account
            (
                "CARD_BRAND_NOT_SUPPORTED",
                "INSTRUMENT_DECLINED",
                "PAYER_ACTION_REQUIRED",
                "PAYMENT_SOURCE_CANNOT_BE_USED",
                "PAYMENT_SOURCE_DECLINED_BY_PROCESSOR",
                "PAYMENT_SOURCE_INFO_CANNOT_BE_VERIFIED",
                "REDIRECT_PAYER_FOR_ALTERNATE_FUNDING",
            ),
            SessionState.DECLINED,
        ),
        **dict.fromkeys(  # this order will never be captured
            (
                "COMPLIANCE_VIOLATION",
                "DECLINED_DUE_TO_RELATED_TXN",
                "DOMESTIC_TRANSACTION_REQUIRED",
                "DUPLICATE_INVOICE_ID",
                "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED",
                "NOT_ENABLED_FOR_BANK_PROCESSING",
                "NOT_ENABLED_FOR_CARD_PROCESSING",
                "PAYEE_ACCOUNT_INVALID",
                "PAYEE_ACCOUNT_LOCKED_OR_CLOSED",
                "PAYEE_ACCOUNT_RESTRICTED",
                "PAYEE_BLOCKED_TRANSACTION",
                "PAYEE_NOT_ENABLED_FOR_BANK_PROCESSING",
                "PAYEE_NOT_ENABLED_FOR_CARD_PROCESSING",
                "PAYER_ACCOUNT_LOCKED_OR_CLOSED",
                "PAYER_ACCOUNT_RESTRICTED",
                "PAYER_CANNOT_PAY",
                "PLATFORM_FEE_PAYEE_CANNOT_BE_SAME_AS_PAYER",
                "TRANSACTION_BLOCKED_BY_PAYEE",
                "TRANSACTION_LIMIT_EXCEEDED",
                "TRANSACTION_RECEIVING_LIMIT_EXCEEDED",
                "TRANSACTION_REFUSED",
            ),
            SessionState.DENIED,
        ),
    }
)

# The refund may be there already, sent by ourselves under a key that PayPal forgot.
MAYBE_OURS: Final = frozenset({"CAPTURE_FULLY_REFUNDED", "DUPLICATE_INVOICE_ID"})

_IN_PROGRESS: Final = frozenset({"ORDER_COMPLETION_IN_PROGRESS", "PREVIOUS_REQUEST_IN_PROGRESS"})
_LATER: Final = frozenset({"PENDING_CAPTURE"})
_LATER_STATUSES: Final = frozenset({401, 408, 409, 425, 429})  # 401: an operator mends our secret


class PayPalRefusedError(ProviderRefusedError):
    """A final no, with its status and the issues that PayPal names."""

    def __init__(self, code: str, problem: PayPalProblem) -> None:
        super().__init__(code, str(problem))
        self.problem = problem
        self.status = problem.status
        self.issues = problem.issues


@dataclass(frozen=True, slots=True)
class PayPalProblem:
    """The parts of an error answer that decide. Values and sentences are left out: they name people."""

    status: int
    name: str
    issues: tuple[str, ...]
    field: str
    debug_id: str
    retry_after_seconds: int | None

    def __str__(self) -> str:
        told = " ".join(filter(None, (self.name, *self.issues, self.field, self.debug_id)))
        return f"PayPal answered {self.status} {told}".rstrip()


def read_problem(response: HttpResponse) -> PayPalProblem:
    """Read any answer that is no success; a body that is no JSON leaves its fields empty."""
    error = _error_object(response.body)
    listed = error.get("details")
    details = (
        [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    )
    return PayPalProblem(
        status=response.status,
        name=_text(error, "name") or _text(error, "error"),
        issues=tuple(filter(None, (_text(each, "issue") for each in details[:5]))),
        field=next(filter(None, (_text(each, "field") for each in details)), ""),
        debug_id=response.headers.get("paypal-debug-id", "")[:64] or _text(error, "debug_id"),
        retry_after_seconds=_seconds(response.headers.get("retry-after", "")),
    )


def may_repeat(problem: PayPalProblem) -> bool:
    """Whether the same call may be made again at once, under its key.

    A 429 is repeated only when told when, as the limit counts repeats too.
    """
    if problem.status == 429:
        return problem.retry_after_seconds is not None
    return (
        problem.status == 409
        or problem.status >= 500
        or not _IN_PROGRESS.isdisjoint(problem.issues)
    )


def failure(problem: PayPalProblem) -> ProviderUnavailableError | PayPalRefusedError:
    """The error that a problem becomes once it is not repeated any more.

    A refusal bears PayPal's name for it; a page of somebody between us leaves the outcome unknown.
    """
    later = (
        may_repeat(problem)
        or problem.status in _LATER_STATUSES
        or not 400 <= problem.status < 500
        or not _LATER.isdisjoint(problem.issues)
        or not (problem.name or problem.issues)
    )
    if later:
        return ProviderUnavailableError(
            str(problem), retry_after_seconds=problem.retry_after_seconds
        )
    return PayPalRefusedError(_refusal(problem), problem)


def refused_capture(issues: tuple[str, ...]) -> SessionState | None:
    """What a refused capture means; None where we don't know the issue."""
    known = (CAPTURE_REFUSALS[each] for each in issues if each in CAPTURE_REFUSALS)
    return next(known, None)


def refused_refund(refused: PayPalRefusedError) -> PayPalRefusedError:
    """The same refusal, by the name that a refund's failure has."""
    known = (_REFUND_REFUSALS[each] for each in refused.issues if each in _REFUND_REFUSALS)
    code = next(known, _AS_REFUND.get(refused.code, refused.code))
    return PayPalRefusedError(code, refused.problem)


def _refusal(problem: PayPalProblem) -> str:
    known = next((REFUSALS[each] for each in problem.issues if each in REFUSALS), None)
    if known is not None:
        return known
    return NOT_REACHABLE if problem.status in {403, 404} else "request_refused"


def _error_object(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _text(error: dict[str, Any], name: str) -> str:
    value = error.get(name)
    return value[:200] if isinstance(value, str) else ""


def _seconds(value: str) -> int | None:
    """Seconds until we may come back; a date is not read."""
    stripped = value.strip()
    return (
        int(stripped) if stripped.isascii() and stripped.isdigit() and len(stripped) < 6 else None
    )
