"""Why a payment was declined, in our own words: a closed list, whatever a provider calls it (COL-3)."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import Final


class DeclineReason(StrEnum):
    """What a customer is told. That a card was reported as stolen is the bank's to say: `declined`."""

    DECLINED = "declined"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    EXPIRED_CARD = "expired_card"
    AUTHENTICATION_FAILED = "authentication_failed"
    METHOD_GONE = (
        "method_gone"  # an account that is closed, a method or an authorization taken back
    )
    OTHER = "other"  # a word that is not known here; it is kept with the payment


R = DeclineReason

# The words that adapters keep with a payment: Stripe's in lower case (docs.stripe.com/declines/codes
# and the failure codes of debits), PayPal's in capitals (issues of orders, reasons of captures).
_WORDS: Final = MappingProxyType(
    {
        R.DECLINED: (
            *("declined", "refused", "card_declined", "generic_decline", "do_not_honor"),
            *("do_not_try_again", "call_issuer", "fraudulent", "lost_card", "stolen_card"),
            *("pickup_card", "restricted_card", "security_violation", "stop_payment_order"),
            *(
                "transaction_not_allowed",
                "try_again_later",
                "merchant_blacklist",
                "no_action_taken",
            ),
            *("not_permitted", "service_not_allowed", "invalid_amount", "issuer_not_available"),
            *("payment_method_provider_decline", "debit_disputed", "card_not_supported"),
            *("currency_not_supported", "bank_account_frozen", "bank_account_restricted"),
            *("payment_method_bank_account_blocked", "generic_could_not_process"),
            *("DECLINED", "DENIED", "INSTRUMENT_DECLINED", "CARD_BRAND_NOT_SUPPORTED"),
            *("PAYMENT_SOURCE_DECLINED_BY_PROCESSOR", "PAYMENT_SOURCE_CANNOT_BE_USED"),
            *("PAYMENT_SOURCE_INFO_CANNOT_BE_VERIFIED", "REDIRECT_PAYER_FOR_ALTERNATE_FUNDING"),
            *("COMPLIANCE_VIOLATION", "DECLINED_DUE_TO_RELATED_TXN", "PAYEE_BLOCKED_TRANSACTION"),
            *("DOMESTIC_TRANSACTION_REQUIRED", "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED"),
            *("TRANSACTION_REFUSED", "PAYER_CANNOT_PAY", "DECLINED_BY_RISK_FRAUD_FILTERS"),
            *("TRANSACTION_BLOCKED_BY_PAYEE", "PAYER_ACCOUNT_RESTRICTED"),
            *("TRANSACTION_RECEIVING_LIMIT_EXCEEDED", "PLATFORM_FEE_PAYEE_CANNOT_BE_SAME_AS_PAYER"),
        ),
        R.INSUFFICIENT_FUNDS: (
            *("insufficient_funds", "card_velocity_exceeded", "withdrawal_count_limit_exceeded"),
            *("TRANSACTION_AMOUNT_EXCEEDS_MONTHLY_MAX_LIMIT", "TRANSACTION_LIMIT_EXCEEDED"),
        ),
        R.EXPIRED_CARD: ("expired_card", "CARD_EXPIRED"),
        R.AUTHENTICATION_FAILED: (
            *("payment_intent_authentication_failure", "authentication_required"),
            *(
                "authentication_failed",
                "authentication_not_handled",
                "mobile_device_authentication",
            ),
            *("incorrect_pin", "offline_pin_required", "online_or_offline_pin_required"),
            *("PAYER_ACTION_REQUIRED", "ORDER_NOT_APPROVED"),
        ),
        R.METHOD_GONE: (
            *("payment_method_detached", "payment_method_unexpected_state", "invalid_account"),
            *("new_account_information_available", "account_closed", "bank_account_closed"),
            *("no_account", "invalid_account_number", "bank_account_unusable"),
            *("bank_account_invalid_details", "bank_ownership_changed", "branch_does_not_exist"),
            *("incorrect_account_holder_name", "debit_not_authorized"),
            *("payment_intent_mandate_invalid", "revocation_of_authorization"),
            "revocation_of_all_authorizations",
            *("AGREEMENT_ALREADY_CANCELLED", "BILLING_AGREEMENT_NOT_FOUND", "INVALID_RESOURCE_ID"),
            *("PAYER_ACCOUNT_LOCKED_OR_CLOSED", "TOKEN_EXPIRED", "TOKEN_ID_NOT_FOUND"),
        ),
    }
)
_REASONS: Final = MappingProxyType(
    {word: reason for reason, words in _WORDS.items() for word in words}
)


def decline_reason(word: str) -> DeclineReason:
    """Ours for a provider's word, as a declined payment keeps it."""
    return _REASONS.get(word, R.OTHER)
