"""The parameters that the served endpoints take, as tables."""

from collections.abc import Mapping
from types import MappingProxyType

from local.simulators.stripe.params import Choice, Fields, Kind, ListOf, Spec, Text

EXPAND = ListOf(Kind.TEXT)

_LOCALES = (
    "auto bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hi-IN hr hu id it ja ko lt lv ms "
    "mt nb nl pl pt pt-BR ro ru sk sl sv th tr vi zh zh-HK zh-TW"
)
LOCALES = tuple(_LOCALES.split())

PAYMENT_METHOD_TYPES = (
    "acss_debit",
    "au_becs_debit",
    "bacs_debit",
    "card",
    "link",
    "nz_bank_account",
    "sepa_debit",
    "us_bank_account",
)

SESSION_CREATE: Mapping[str, Spec] = MappingProxyType(
    {
        "adaptive_pricing": Fields({"enabled*": Kind.BOOLEAN}),
        # `payment_method_types` is gone since 2026-10-28.endive, hence absent here.
        "allowed_payment_method_types": ListOf(Choice(PAYMENT_METHOD_TYPES)),
        "billing_address_collection": Choice(("auto", "required")),
        "cancel_url": Text(5000),
        "client_reference_id": Text(200),
        "currency": Kind.TEXT,
        "custom_text": Fields({"submit": Fields({"message*": Text(1200)})}),
        "customer_creation": Choice(("always", "if_required")),
        "customer_email": Text(800),
        "expand": EXPAND,
        "expires_at": Kind.INTEGER,
        "line_items": ListOf(
            Fields(
                {
                    "price_data*": Fields(
                        {
                            "currency*": Kind.TEXT,
                            "product_data*": Fields(
                                {
                                    "name*": Text(250),
                                    "description": Text(5000),
                                    "metadata": Kind.METADATA,
                                }
                            ),
                            "tax_behavior": Choice(("exclusive", "inclusive", "unspecified")),
                            "unit_amount*": Kind.INTEGER,
                        }
                    ),
                    "quantity": Kind.INTEGER,
                }
            )
        ),
        "locale": Choice(LOCALES),
        "metadata": Kind.METADATA,
        "mode*": Choice(("payment",)),
        "payment_intent_data": Fields(
            {
                "application_fee_amount": Kind.INTEGER,
                "capture_method": Choice(("automatic", "automatic_async")),
                "description": Text(1000),
                "metadata": Kind.METADATA,
                "receipt_email": Text(800),
                "setup_future_usage": Choice(("off_session", "on_session")),
                "statement_descriptor_suffix": Text(22),
            }
        ),
        "submit_type": Choice(("auto", "book", "donate", "pay", "subscribe")),
        "success_url": Text(5000),
        "ui_mode": Choice(("hosted_page",)),
    }
)

REFUND_CREATE: Mapping[str, Spec] = MappingProxyType(
    {
        "amount": Kind.INTEGER,
        "charge": Kind.TEXT,
        "expand": EXPAND,
        "metadata": Kind.METADATA,
        "payment_intent": Kind.TEXT,
        "reason": Choice(("duplicate", "fraudulent", "requested_by_customer")),
        "refund_application_fee": Kind.BOOLEAN,
    }
)

FEE_REFUND_CREATE: Mapping[str, Spec] = MappingProxyType(
    {"amount": Kind.INTEGER, "expand": EXPAND, "metadata": Kind.METADATA}
)

_REQUESTED = Fields({"requested": Kind.BOOLEAN})

ACCOUNT_CREATE: Mapping[str, Spec] = MappingProxyType(
    {
        "business_type": Choice(("company", "government_entity", "individual", "non_profit")),
        "capabilities": Fields({"card_payments": _REQUESTED, "transfers": _REQUESTED}),
        "controller": Fields(
            {
                "fees": Fields({"payer": Choice(("account", "application"))}),
                "losses": Fields({"payments": Choice(("application", "stripe"))}),
                "requirement_collection": Choice(("application", "stripe")),
                "stripe_dashboard": Fields({"type": Choice(("express", "full", "none"))}),
            }
        ),
        "country": Text(2),
        "default_currency": Text(3),
        "email": Text(800),
        "expand": EXPAND,
        "metadata": Kind.METADATA,
        "type": Choice(("custom", "express", "standard")),
    }
)

ACCOUNT_LINK_CREATE: Mapping[str, Spec] = MappingProxyType(
    {
        "account*": Kind.TEXT,
        "collection_options": Fields(
            {
                "fields": Choice(("currently_due", "eventually_due")),
                "future_requirements": Choice(("include", "omit")),
            }
        ),
        "expand": EXPAND,
        "refresh_url": Text(5000),
        "return_url": Text(5000),
        "type*": Choice(("account_onboarding", "account_update")),
    }
)

RETRIEVE: Mapping[str, Spec] = MappingProxyType({"expand": EXPAND})

_PAGE: Mapping[str, Spec] = {
    "created": Kind.WINDOW,
    "ending_before": Kind.TEXT,
    "expand": EXPAND,
    "limit": Kind.INTEGER,
    "starting_after": Kind.TEXT,
}

LISTS: Mapping[str, Mapping[str, Spec]] = MappingProxyType(
    {
        "checkout.session": {
            **_PAGE,
            "payment_intent": Kind.TEXT,
            "status": Choice(("complete", "expired", "open")),
        },
        "customer": {**_PAGE, "email": Kind.TEXT},
        "payment_intent": {**_PAGE, "customer": Kind.TEXT},
        "payment_method": {
            **{name: spec for name, spec in _PAGE.items() if name != "created"},
            "customer": Kind.TEXT,
            "type": Choice(PAYMENT_METHOD_TYPES),
        },
        "setup_intent": {**_PAGE, "customer": Kind.TEXT, "payment_method": Kind.TEXT},
        "charge": {**_PAGE, "customer": Kind.TEXT, "payment_intent": Kind.TEXT},
        "refund": {**_PAGE, "charge": Kind.TEXT, "payment_intent": Kind.TEXT},
        "dispute": {**_PAGE, "charge": Kind.TEXT, "payment_intent": Kind.TEXT},
        "payout": {
            **_PAGE,
            "arrival_date": Kind.WINDOW,
            "status": Choice(("canceled", "failed", "in_transit", "paid", "pending")),
        },
        "application_fee": {**_PAGE, "charge": Kind.TEXT},
        "fee_refund": {name: spec for name, spec in _PAGE.items() if name != "created"},
        "balance_transaction": {
            **_PAGE,
            "currency": Kind.TEXT,
            "source": Kind.TEXT,
            "type": Kind.TEXT,
        },
        "event": {
            **_PAGE,
            "delivery_success": Kind.BOOLEAN,
            "type": Kind.TEXT,
            "types": ListOf(Kind.TEXT),
        },
    }
)
