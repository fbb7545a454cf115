"""What Stripe's answers mean to us: try again, later, or never (docs.stripe.com/error-codes)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from guichet.adapters.http import HttpResponse
from guichet.payments.ports import ProviderRefusedError, ProviderUnavailableError

# Stripe's `error.code` → ours. What is absent is `request_refused`, or told by status and type.
REFUSALS: Final = MappingProxyType(
    {
        "account_invalid": "account_not_reachable",
        "amount_too_large": "amount_too_large",
        "amount_too_small": "amount_too_small",
        "application_fees_not_allowed": "platform_fee_not_allowed",
        "balance_insufficient": "balance_insufficient",
        "charge_already_refunded": "already_refunded",
        "charge_disputed": "payment_disputed",
        "email_invalid": "email_refused",
        "insufficient_funds": "balance_insufficient",
        "refund_disputed_payment": "payment_disputed",
        "resource_missing": "missing_at_provider",
    }
)
# Of a refund: the codes that a refund's `failure` has. What Stripe names by no code of its own,
# such as an amount above what is left, it names by the parameter.
REFUND_REFUSALS: Final = MappingProxyType(
    {
        "account_closed": "account_restricted",
        "account_invalid": "account_not_reachable",
        "amount_too_large": "refund_amount_refused",
        "amount_too_small": "refund_amount_refused",
        "balance_insufficient": "balance_insufficient",
        "charge_already_refunded": "already_refunded",
        "charge_disputed": "payment_disputed",
        "charge_not_refundable": "refund_not_permitted",
        "insufficient_funds": "balance_insufficient",
        "not_allowed_on_standard_account": "account_restricted",
        "refund_disputed_payment": "payment_disputed",
    }
)
_LATER_STATUSES: Final = frozenset({401, 409, 424, 429})  # 401: our key, which an operator mends
_LATER_TYPES: Final = frozenset({"api_error", "idempotency_error"})


class StripeRefusedError(ProviderRefusedError):
    """A final no; `reason` is Stripe's own code for it, empty where it names none."""

    def __init__(self, code: str, problem: StripeProblem) -> None:
        super().__init__(code, str(problem))
        self.reason = problem.code
        self.problem = problem


@dataclass(frozen=True, slots=True)
class StripeProblem:
    """The parts of an error answer that decide. Stripe's sentence is left out: it may name people."""

    status: int
    kind: str
    code: str
    param: str
    request_id: str
    should_retry: bool | None
    retry_after_seconds: int | None
    decline_code: str = ""
    advice_code: str = ""
    intent_id: str = ""  # of the payment that the refusal left behind

    def __str__(self) -> str:
        words = (self.kind, self.code, self.decline_code, self.param, self.request_id)
        told = " ".join(filter(None, words))
        return f"Stripe answered {self.status} {told}".rstrip()


def read_problem(response: HttpResponse) -> StripeProblem:
    """Read any answer that is no success; a body that is no JSON leaves its fields empty."""
    error = _error_object(response.body)
    return StripeProblem(
        status=response.status,
        kind=_text(error, "type"),
        code=_text(error, "code"),
        param=_text(error, "param"),
        request_id=response.headers.get("request-id", ""),
        should_retry=_should_retry(response.headers.get("stripe-should-retry", "")),
        retry_after_seconds=_seconds(response.headers.get("retry-after", "")),
        decline_code=_text(error, "decline_code"),
        advice_code=_text(error, "advice_code"),
        intent_id=_id_of(error.get("payment_intent")),
    )


def may_repeat(problem: StripeProblem) -> bool:
    """Whether the same call may be made again at once: `Stripe-Should-Retry` wins where it is given.

    A 429 is repeated only when told when, as the limit counts repeats too.
    """
    if problem.should_retry is not None:
        return problem.should_retry
    if problem.status == 429:
        return problem.retry_after_seconds is not None or problem.code == "lock_timeout"
    return problem.status == 409 or problem.status >= 500


def failure(problem: StripeProblem) -> ProviderUnavailableError | StripeRefusedError:
    """The error that a problem becomes once it is not repeated any more.

    A key that was used with another request says that *something* was done under it: unknown.
    """
    later = (
        may_repeat(problem)
        or problem.status in _LATER_STATUSES
        or not 400 <= problem.status < 500
        or problem.kind in _LATER_TYPES
    )
    if later:
        return ProviderUnavailableError(
            str(problem), retry_after_seconds=problem.retry_after_seconds
        )
    return StripeRefusedError(_refusal(problem), problem)


def refund_refusal(refused: StripeRefusedError) -> StripeRefusedError:
    """The same no, in the words of a refund's `failure`."""
    problem = refused.problem
    known = REFUND_REFUSALS.get(problem.code)
    if known is None and problem.param == "amount":
        known = "refund_amount_refused"
    if known is None:
        known = "account_not_reachable" if problem.status == 403 else "request_refused"
    return StripeRefusedError(known, problem)


def _refusal(problem: StripeProblem) -> str:
    known = REFUSALS.get(problem.code)
    if known is not None:
        return known
    if problem.status in {403, 404}:
        return "account_not_reachable"
    return "payment_refused" if problem.kind == "card_error" else "request_refused"


def _error_object(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except ValueError:
        return {}
    error = answer.get("error") if isinstance(answer, dict) else None
    return error if isinstance(error, dict) else {}


def _text(error: dict[str, Any], name: str) -> str:
    value = error.get(name)
    return value[:200] if isinstance(value, str) else ""


def _id_of(found: object) -> str:
    return _text(found, "id") if isinstance(found, dict) else ""


def _should_retry(value: str) -> bool | None:
    return {"true": True, "false": False}.get(value.strip().lower())


def _seconds(value: str) -> int | None:
    """Seconds until we may come back; Stripe sends no dates."""
    stripped = value.strip()
    return (
        int(stripped) if stripped.isascii() and stripped.isdigit() and len(stripped) < 6 else None
    )
