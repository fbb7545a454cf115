"""The forms that we send to Stripe, as exact bytes: pure, so that a stored body can be made once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from math import ceil
from types import MappingProxyType
from typing import Final
from urllib.parse import parse_qs, quote, urlencode

from guichet.adapters.stripe.amounts import require_chargeable, to_stripe
from guichet.adapters.stripe.client import Call
from guichet.money import Money
from guichet.payments.attempt import Attempt, Capture
from guichet.payments.ports import SessionTexts
from guichet.payments.refund import Refund, SentRefund

PAGE_LIMIT: Final = 100  # Stripe's largest

# Our languages as the hosted page names them; `pt` there is European, our texts serve both.
LOCALES: Final = MappingProxyType(
    {
        "en": "en",
        "fr": "fr",
        "de": "de",
        "it": "it",
        "es": "es",
        "pt": "pt-BR",
        "nl": "nl",
    }
)

# The debit from a bank account that a currency has; Stripe leaves out what the account lacks.
# There is none in CHF, nor in JPY, whose transfers are not debits: cards only.
BANK_DEBITS: Final = MappingProxyType(
    {
        "AUD": "au_becs_debit",
        "CAD": "acss_debit",
        "EUR": "sepa_debit",
        "GBP": "bacs_debit",
        "NZD": "nz_bank_account",
        "USD": "us_bank_account",
    }
)

SESSIONS: Final = "/v1/checkout/sessions"
_EXPANDED: Final = urlencode((("expand[0]", "payment_intent.latest_charge.balance_transaction"),))
_WITH_INTENT: Final = urlencode((("expand[0]", "payment_intent"),))

# What a refund moved on the organizer's balance says whether Stripe gave back of its fee (FEE-3).
_WITH_MOVEMENT: Final = (("expand[0]", "balance_transaction"),)


def session_form(payment: Attempt, texts: SessionTexts) -> str:
    """A hosted page for one item, charged on the account that it is called for.

    A session's metadata is not copied to its intent, so both get it. The fee is left out
    where it is 0 (BAD-15). Capture is not left to Stripe's background, as the fees would then be
    missing when we ask (docs.stripe.com/payments/payment-intents/asynchronous-capture). Prices are
    shown in no other currency than the one asked for.

    Raises:
        Invalid: a currency that is not sold in, or more than eight digits.
    """
    require_chargeable(payment.amount)
    item, intent = "line_items[0]", "payment_intent_data"
    purpose, currency = payment.purpose, payment.amount.currency
    ids = (("payment_id", payment.payment_id), (purpose.name, purpose.value))
    methods = ("card", BANK_DEBITS[currency]) if currency in BANK_DEBITS else ("card",)
    pairs = [
        ("mode", "payment"),
        ("client_reference_id", purpose.value),
        ("customer_email", texts.email),
        ("locale", LOCALES.get(texts.language, "auto")),
        ("success_url", texts.success_url),
        ("cancel_url", texts.cancel_url),
        ("expires_at", str(int(payment.session_ends_at.timestamp()))),
        ("adaptive_pricing[enabled]", "false"),
        *((f"allowed_payment_method_types[{n}]", each) for n, each in enumerate(methods)),
        (f"{item}[quantity]", "1"),
        (f"{item}[price_data][currency]", currency.lower()),
        (f"{item}[price_data][unit_amount]", str(to_stripe(payment.amount))),
        (f"{item}[price_data][product_data][name]", texts.title),
        (f"{intent}[capture_method]", "automatic"),
        *((f"metadata[{name}]", value) for name, value in ids),
        *((f"{intent}[metadata][{name}]", value) for name, value in ids),
    ]
    if payment.platform_fee:
        fee = str(to_stripe(payment.platform_fee))
        pairs.append((f"{intent}[application_fee_amount]", fee))
    return urlencode(pairs)


def refund_form(*, refund_id: str, payment_id: str, capture: Capture, amount: Money) -> str:
    """A refund without its fee: the fee's exact cents go back by a call of their own (RFD-3)."""
    return urlencode(
        (
            _source(capture),
            ("amount", str(to_stripe(amount))),
            ("metadata[refund_id]", refund_id),
            ("metadata[payment_id]", payment_id),
            *_WITH_MOVEMENT,
        )
    )


def _source(capture: Capture) -> tuple[str, str]:
    """What is refunded: of a capture that a person found only the charge is known."""
    if capture.intent_id:
        return "payment_intent", capture.intent_id
    return "charge", capture.capture_id


def fee_refund_form(*, refund_id: str, fee: Money) -> str:
    return urlencode((("amount", str(to_stripe(fee))), ("metadata[refund_id]", refund_id)))


def open_session(payment: Attempt) -> Call:
    return Call("POST", SESSIONS, payment.on_behalf_of, payment.request_body, payment.provider_key)


def get_session(payment: Attempt) -> Call:
    path = f"{SESSIONS}/{path_id(payment.session_id)}"
    return Call("GET", path, payment.on_behalf_of, _EXPANDED)


def expire_session(payment: Attempt) -> Call:
    """Without a key: a repeat is refused by the session itself, and then it is asked."""
    path = f"{SESSIONS}/{path_id(payment.session_id)}/expire"
    return Call("POST", path, payment.on_behalf_of, _EXPANDED)


def create_refund(refund: SentRefund) -> Call:
    return Call("POST", "/v1/refunds", refund.on_behalf_of, refund.request_body, refund.refund_id)


def get_refund(refund: SentRefund) -> Call:
    path = f"/v1/refunds/{path_id(refund.provider_refund_id)}"
    return Call("GET", path, refund.on_behalf_of, urlencode(_WITH_MOVEMENT))


def list_refunds(refund: SentRefund, after: str | None) -> Call:
    """One page of the refunds of the intent, or of the charge, that the stored body names."""
    named = parse_qs(refund.request_body)
    source = "payment_intent" if "payment_intent" in named else "charge"
    pairs = ((source, named[source][0]), ("expand[0]", "data.balance_transaction"))
    return Call("GET", "/v1/refunds", refund.on_behalf_of, page_of(pairs, after))


def find_refund(provider_refund_id: str, payee: str) -> Call:
    expanded = (("expand[0]", "payment_intent"), ("expand[1]", "balance_transaction"))
    return Call("GET", f"/v1/refunds/{path_id(provider_refund_id)}", payee, urlencode(expanded))


def find_dispute(provider_dispute_id: str, payee: str) -> Call:
    return Call("GET", f"/v1/disputes/{path_id(provider_dispute_id)}", payee, _WITH_INTENT)


def list_disputes(capture_id: str, payee: str, after: str | None) -> Call:
    """One page of the disputes of a charge, each with its intent."""
    pairs = (("charge", capture_id), ("expand[0]", "data.payment_intent"))
    return Call("GET", "/v1/disputes", payee, page_of(pairs, after))


def refund_fee(refund: Refund) -> Call:
    """On the operator's own account, which took the fee."""
    return Call(
        "POST",
        f"/v1/application_fees/{path_id(refund.platform_fee_id)}/refunds",
        form=refund.fee_request_body or "",
        key=f"{refund.refund_id}-fee",
    )


def list_fee_refunds(platform_fee_id: str, after: str | None) -> Call:
    path = f"/v1/application_fees/{path_id(platform_fee_id)}/refunds"
    return Call("GET", path, form=page_of((), after))


def list_created(
    path: str,
    account: str | None,
    *,
    since: datetime,
    until: datetime,
    after: str | None,
    types: Sequence[str] = (),
    expand: Sequence[str] = (),
) -> Call:
    """One page of what was made in [since, until): Stripe's instants are whole seconds."""
    pairs = (
        ("created[gte]", str(ceil(since.timestamp()))),
        ("created[lt]", str(ceil(until.timestamp()))),
        *((f"types[{index}]", each) for index, each in enumerate(types)),
        *((f"expand[{index}]", each) for index, each in enumerate(expand)),
    )
    return Call("GET", path, account, page_of(pairs, after))


def page_of(pairs: Iterable[tuple[str, str]], after: str | None) -> str:
    cursor = () if after is None else (("starting_after", after),)
    return urlencode((*pairs, ("limit", str(PAGE_LIMIT)), *cursor))


def path_id(value: str | None) -> str:
    if not value:
        raise ValueError("Stripe can only be asked about an object whose id is known")
    return quote(value, safe="")
