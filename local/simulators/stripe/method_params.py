"""The parameters of the calls that store methods and charge them, as tables."""

from collections.abc import Mapping
from types import MappingProxyType

from local.simulators.stripe.endpoint_params import EXPAND, LOCALES, PAYMENT_METHOD_TYPES
from local.simulators.stripe.params import Choice, Fields, Kind, ListOf, Spec, Text

CUSTOMER_CREATE: Mapping[str, Spec] = MappingProxyType(
    {
        "description": Text(5000),
        "email": Text(512),
        "expand": EXPAND,
        "metadata": Kind.METADATA,
        "name": Text(256),
        "phone": Text(20),
        "preferred_locales": ListOf(Kind.TEXT),
    }
)

SETUP_SESSION_CREATE: Mapping[str, Spec] = MappingProxyType(
    {
        # `payment_method_types` is gone since 2026-10-28.endive, hence absent here.
        "allowed_payment_method_types": ListOf(Choice(PAYMENT_METHOD_TYPES)),
        "cancel_url": Text(5000),
        "client_reference_id": Text(200),
        "currency": Kind.TEXT,
        "customer": Kind.TEXT,
        "expand": EXPAND,
        "expires_at": Kind.INTEGER,
        "locale": Choice(LOCALES),
        "metadata": Kind.METADATA,
        "mode*": Choice(("setup",)),
        "payment_method_options": Fields(
            {
                "us_bank_account": Fields(
                    {"verification_method": Choice(("automatic", "instant"))}
                ),
            }
        ),
        "setup_intent_data": Fields({"description": Text(1000), "metadata": Kind.METADATA}),
        "success_url": Text(5000),
        "ui_mode": Choice(("hosted_page",)),
    }
)

# Of a charge without the customer: nothing else is simulated.
INTENT_CREATE: Mapping[str, Spec] = MappingProxyType(
    {
        "allowed_payment_method_types": ListOf(Choice(PAYMENT_METHOD_TYPES)),
        "amount*": Kind.INTEGER,
        "capture_method": Choice(("automatic", "automatic_async")),
        "confirm": Kind.BOOLEAN,
        "currency*": Kind.TEXT,
        "customer": Kind.TEXT,
        "description": Text(1000),
        "expand": EXPAND,
        "mandate": Kind.TEXT,
        "metadata": Kind.METADATA,
        "off_session": Choice(("true", "one_off", "recurring")),
        "payment_method": Kind.TEXT,
        "receipt_email": Text(800),
        "return_url": Text(5000),
        "statement_descriptor_suffix": Text(22),
    }
)

INTENT_CONFIRM: Mapping[str, Spec] = MappingProxyType(
    {
        "expand": EXPAND,
        "mandate": Kind.TEXT,
        "off_session": Choice(("true", "one_off", "recurring")),
        "payment_method": Kind.TEXT,
        "return_url": Text(5000),
    }
)

INTENT_CANCEL: Mapping[str, Spec] = MappingProxyType(
    {
        "cancellation_reason": Choice(
            ("abandoned", "duplicate", "fraudulent", "requested_by_customer")
        ),
        "expand": EXPAND,
    }
)
