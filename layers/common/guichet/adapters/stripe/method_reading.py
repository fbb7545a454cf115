"""Stripe's setups, methods and off-session intents as our reports."""

from __future__ import annotations

from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from guichet.adapters.stripe import reading
from guichet.adapters.stripe.client import Answer, Json
from guichet.adapters.stripe.errors import StripeProblem
from guichet.adapters.stripe.method_requests import DEBIT_TYPES
from guichet.payments.stored_method import (
    ChargeReport,
    ChargeState,
    DebitScheme,
    FoundMethod,
    MethodKind,
    MethodToken,
    SetupReport,
    SetupState,
)

PROVIDER: Final = "stripe"
ASKS_FOR_CUSTOMER: Final = "authentication_required"

_SCHEMES: Final = MappingProxyType({name: scheme for scheme, name in DEBIT_TYPES.items()})

# Stripe's words for what no other try of this method can change (docs.stripe.com/declines/codes,
# docs.stripe.com/payments/ach-direct-debit, and of SEPA and Bacs): its code, its decline code, or
# that of a debit's failure.
FINAL_DECLINES: Final = frozenset(
    {
        *("stolen_card", "lost_card", "pickup_card", "invalid_account"),
        *("revocation_of_authorization", "revocation_of_all_authorizations", "stop_payment_order"),
        *("account_closed", "bank_account_closed", "no_account", "invalid_account_number"),
        *("bank_account_frozen", "bank_account_restricted", "bank_account_unusable"),
        *(
            "bank_account_invalid_details",
            "bank_ownership_changed",
            "incorrect_account_holder_name",
        ),
        *("debit_not_authorized", "branch_does_not_exist", "payment_method_bank_account_blocked"),
        *("payment_intent_mandate_invalid", "payment_method_unexpected_state"),
    }
)
_NEVER_AGAIN: Final = "do_not_try_again"
# A refusal of one of these says that the method, or the leave to debit it, is gone.
_GONE_WITH: Final = frozenset({"payment_method", "mandate", "customer"})
_GONE_CODES: Final = frozenset(
    {"payment_intent_mandate_invalid", "payment_method_unexpected_state"}
)
GONE: Final = ChargeReport(
    state=ChargeState.DECLINED, decline_code="payment_method_detached", is_final=True
)


def setup_report(session: Json) -> SetupReport:
    """What a setup has come to: an intent that succeeded has stored the method, whatever else.

    Raises:
        ProviderUnavailableError: a state that we don't know.
    """
    status = reading.text(session, "status")
    intent = reading.embedded(session, "setup_intent")
    intent_status = "" if intent is None else reading.text(intent, "status")
    if intent is not None and intent_status == "succeeded":
        return _stored(intent)
    if status == "open":
        return SetupReport(SetupState.OPEN)
    if status == "expired":
        return SetupReport(SetupState.ENDED)
    if status == "complete" and intent_status in {"processing", "requires_action"}:
        return SetupReport(SetupState.OPEN)
    if status == "complete" and intent_status in {"requires_payment_method", "canceled"}:
        return SetupReport(SetupState.ENDED)
    raise reading.unreadable(f"a setup that is {status} with an intent that is {intent_status}")


def method_report(method: Json, token: MethodToken) -> SetupReport:
    """A method as Stripe has it now: one that is no longer this customer's is gone."""
    if reading.reference(method, "customer") != token.customer_id:
        return SetupReport(SetupState.ENDED)
    return SetupReport(SetupState.STORED, _method(method, token.customer_id, token.mandate_id))


def is_detached(method: Json) -> bool:
    return reading.reference(method, "customer") is None


def charge_report(answer: Answer, intent: Json | None = None) -> ChargeReport:
    """What a charge has come to; of a debit that was paid, the charge itself says if it came back.

    Raises:
        ProviderUnavailableError: a state that we don't know, or fees that are not there yet.
    """
    found = answer.json if intent is None else intent
    status, intent_id = reading.text(found, "status"), reading.text(found, "id")
    if status == "succeeded":
        capture = reading.capture_of(found, answer.account)
        charge = reading.embedded(found, "latest_charge") or {}
        failed = reading.text(charge, "status") == "failed"
        state = ChargeState.RETURNED if failed else ChargeState.PAID
        return ChargeReport(state=state, charge_id=intent_id, capture=capture)
    if status == "processing":
        return ChargeReport(state=ChargeState.PROCESSING, charge_id=intent_id)
    if status == "requires_action":
        return ChargeReport(
            state=ChargeState.REQUIRES_ACTION, charge_id=intent_id, action_url=_page_of(found)
        )
    if status == "canceled":
        return ChargeReport(state=ChargeState.CANCELED, charge_id=intent_id)
    if status == "requires_payment_method":
        return _declined(found, intent_id)
    raise reading.unreadable(f"an intent that is {status}")


def refused_charge(problem: StripeProblem) -> ChargeReport | None:
    """A refusal that left no intent behind, as a decline; None where it is no decline."""
    is_gone = problem.param in _GONE_WITH or problem.code in _GONE_CODES
    if not is_gone and problem.kind != "card_error":
        return None
    word = problem.decline_code or problem.code or "refused"
    is_final = is_gone or is_final_decline(problem.code, problem.decline_code, problem.advice_code)
    return ChargeReport(state=ChargeState.DECLINED, decline_code=word, is_final=is_final)


def is_disputed(intent: Json) -> bool:
    """Whether a bank has questioned what was paid: at Stripe a debit's return is a dispute too."""
    charge = reading.embedded(intent, "latest_charge") or {}
    return charge.get("disputed") is True


def is_final_decline(code: str, decline_code: str, advice_code: str) -> bool:
    return advice_code == _NEVER_AGAIN or not FINAL_DECLINES.isdisjoint({code, decline_code})


def _declined(intent: Json, intent_id: str) -> ChargeReport:
    error = reading.embedded(intent, "last_payment_error") or {}
    code, decline_code = _word(error, "code"), _word(error, "decline_code")
    if ASKS_FOR_CUSTOMER in {code, decline_code}:
        return ChargeReport(state=ChargeState.REQUIRES_ACTION, charge_id=intent_id)
    charge = reading.embedded(intent, "latest_charge") or {}
    failure = _word(charge, "failure_code")
    is_final = is_final_decline(code, decline_code or failure, _word(error, "advice_code"))
    return ChargeReport(
        state=ChargeState.DECLINED,
        charge_id=intent_id,
        decline_code=decline_code or failure or code or "declined",
        is_final=is_final or failure in FINAL_DECLINES,
    )


def _page_of(intent: Json) -> str | None:
    """Where the customer is led: to their bank, or to the page that verifies a bank account."""
    action = reading.embedded(intent, "next_action") or {}
    redirect = reading.embedded(action, "redirect_to_url") or {}
    verification = reading.embedded(action, "verify_with_microdeposits") or {}
    url = redirect.get("url") or verification.get("hosted_verification_url")
    return url if isinstance(url, str) and url else None


def _stored(intent: Json) -> SetupReport:
    method = reading.embedded(intent, "payment_method")
    if method is None:
        raise reading.unreadable("a setup that succeeded without a method")
    customer_id = reading.reference(method, "customer")
    if customer_id is None:
        return SetupReport(SetupState.ENDED)  # detached since
    mandate = reading.embedded(intent, "mandate")
    mandate_id = None if mandate is None else reading.text(mandate, "id")
    authorized_at = _accepted_at(mandate) or _instant(intent, "created")
    found = _method(method, customer_id, mandate_id, mandate, authorized_at)
    return SetupReport(SetupState.STORED, found)


def _method(
    method: Json,
    customer_id: str,
    mandate_id: str | None,
    mandate: Json | None = None,
    authorized_at: datetime | None = None,
) -> FoundMethod:
    """What may be shown of a method.

    Raises:
        ProviderUnavailableError: of a type that we never ask for.
    """
    kind = reading.text(method, "type")
    details = reading.embedded(method, kind) or {}
    scheme = _SCHEMES.get(kind)
    if scheme is None and kind != "card":
        raise reading.unreadable(f"a method that is {kind}")
    token = MethodToken(
        provider=PROVIDER,
        kind=MethodKind.CARD if scheme is None else MethodKind.BANK_DEBIT,
        customer_id=customer_id,
        token_id=reading.text(method, "id"),
        mandate_id=mandate_id,
    )
    return FoundMethod(
        token=token,
        brand=_word(details, "brand") if scheme is None else "",
        last4=_word(details, "last4")[-4:],
        expires=_expires(details) if scheme is None else "",
        country=_word(details, "country"),
        scheme=scheme,
        authorized_at=None if scheme is None else authorized_at,
        mandate_reference="" if mandate is None or scheme is None else _reference(mandate, scheme),
    )


def _expires(card: Json) -> str:
    return f"{reading.whole(card, 'exp_year'):04}-{reading.whole(card, 'exp_month'):02}"


def _accepted_at(mandate: Json | None) -> datetime | None:
    if mandate is None:
        return None
    acceptance = reading.embedded(mandate, "customer_acceptance") or {}
    return _instant(acceptance, "accepted_at")


def _reference(mandate: Json, scheme: DebitScheme) -> str:
    details = reading.embedded(mandate, "payment_method_details") or {}
    return _word(reading.embedded(details, DEBIT_TYPES[scheme]) or {}, "reference")


def _instant(found: Json, name: str) -> datetime | None:
    value = found.get(name)
    return datetime.fromtimestamp(value, UTC) if type(value) is int else None


def _word(found: Json, name: str) -> str:
    value = found.get(name)
    return value if isinstance(value, str) else ""
