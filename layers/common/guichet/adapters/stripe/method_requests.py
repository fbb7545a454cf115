"""The forms by which methods are stored and charged off-session, as exact bytes."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final
from urllib.parse import parse_qs, urlencode

from guichet.adapters.stripe.amounts import require_chargeable, to_stripe
from guichet.adapters.stripe.client import Call
from guichet.adapters.stripe.requests import LOCALES, SESSIONS, page_of, path_id
from guichet.errors import Invalid
from guichet.payments.ports import SessionTexts
from guichet.payments.stored_method import (
    DebitScheme,
    MethodCharge,
    MethodKind,
    MethodSetup,
    MethodToken,
)

# Under whose rules the bank accounts of a currency are debited: no others can be stored (COL-10).
SCHEMES: Final = MappingProxyType(
    {"USD": DebitScheme.ACH, "EUR": DebitScheme.SEPA, "GBP": DebitScheme.BACS}
)
DEBIT_TYPES: Final = MappingProxyType(
    {
        DebitScheme.ACH: "us_bank_account",
        DebitScheme.SEPA: "sepa_debit",
        DebitScheme.BACS: "bacs_debit",
    }
)

_CUSTOMERS: Final = "/v1/customers"
_INTENTS: Final = "/v1/payment_intents"
_METHODS: Final = "/v1/payment_methods"
_MOVEMENT: Final = (("expand[0]", "latest_charge.balance_transaction"),)
_STORED: Final = (
    ("expand[0]", "setup_intent.payment_method"),
    ("expand[1]", "setup_intent.mandate"),
)
_BEFORE: Final = timedelta(minutes=5)  # by which Stripe's clock may be behind ours
_WINDOW: Final = timedelta(days=2)  # in which a charge of a stored intent can have been made
_LONGEST_TEXT: Final = 500


def customer_form(setup: MethodSetup, *, email: str, name: str) -> str:
    """A customer of the operator's own account, known by our account's id."""
    pairs = (("email", email), ("name", name), ("metadata[account_id]", setup.account_id))
    return urlencode([(key, value) for key, value in pairs if value])


def setup_form(setup: MethodSetup, texts: SessionTexts) -> str:
    """A hosted page that charges nothing: the customer enters a method, and agrees to its use.

    `currency` is not sent: Stripe needs one only where no types are named. An ACH account is
    verified at once, by its bank's own page: one that waits for deposits of cents is not stored.

    Raises:
        Invalid: no bank account is debited in this currency (COL-10).
        ValueError: the customer is not known yet, or of a kind that Stripe does not store.
    """
    if not setup.customer_id:
        raise ValueError("a method is stored for a customer, who has to be made first")
    kind = type_of(setup.kind, setup.currency)
    ids = (("setup_id", setup.setup_id), ("account_id", setup.account_id))
    pairs = [
        ("mode", "setup"),
        ("customer", setup.customer_id),
        ("client_reference_id", setup.setup_id),
        ("locale", LOCALES.get(texts.language, "auto")),
        ("success_url", texts.success_url),
        ("cancel_url", texts.cancel_url),
        ("expires_at", str(int(setup.ends_at.timestamp()))),
        ("allowed_payment_method_types[0]", kind),
        *((f"metadata[{name}]", value) for name, value in ids),
        *((f"setup_intent_data[metadata][{name}]", value) for name, value in ids),
    ]
    if title := texts.title[:_LONGEST_TEXT]:
        pairs.append(("setup_intent_data[description]", title))
    if kind == "us_bank_account":
        pairs.append(("payment_method_options[us_bank_account][verification_method]", "instant"))
    return urlencode(pairs)


def charge_form(charge: MethodCharge, *, description: str, return_url: str) -> str:
    """A charge without the customer, of this method alone, captured when it is confirmed.

    Raises:
        Invalid: a currency that is not sold in, or in which no bank account is debited.
        ValueError: of a kind that Stripe does not store.
    """
    require_chargeable(charge.amount)
    method = charge.method
    ids = (
        ("payment_id", charge.payment_id),
        ("invoice_id", charge.invoice_id),
        ("charge_key", charge.charge_key),
    )
    pairs = [
        ("amount", str(to_stripe(charge.amount))),
        ("currency", charge.amount.currency.lower()),
        ("customer", method.customer_id),
        ("payment_method", method.token_id),
        ("allowed_payment_method_types[0]", type_of(method.kind, charge.amount.currency)),
        ("capture_method", "automatic"),
        ("confirm", "true"),
        ("off_session", "true"),
        ("return_url", return_url),
        *((f"metadata[{name}]", value) for name, value in ids),
        *_MOVEMENT,
    ]
    if description:
        pairs.append(("description", description[:_LONGEST_TEXT]))
    if method.mandate_id:
        pairs.append(("mandate", method.mandate_id))
    return urlencode(pairs)


def type_of(kind: MethodKind, currency: str) -> str:
    """Stripe's name of a kind of method, which a currency decides for bank accounts."""
    if kind is MethodKind.CARD:
        return "card"
    if kind is not MethodKind.BANK_DEBIT:
        raise ValueError(f"Stripe stores no {kind}")
    scheme = SCHEMES.get(currency)
    if scheme is None:
        raise Invalid(
            "bank_debit_not_supported",
            f"Bank accounts are debited in {', '.join(sorted(SCHEMES))}.",
            rule="COL-10",
        )
    return DEBIT_TYPES[scheme]


def make_customer(setup: MethodSetup) -> Call:
    """A new attempt may have other bytes, so it has a key of its own: a spare customer harms none."""
    return Call("POST", _CUSTOMERS, form=setup.customer_body, key=f"{setup.provider_key}-customer")


def open_setup(setup: MethodSetup) -> Call:
    return Call("POST", SESSIONS, form=setup.request_body, key=setup.provider_key)


def get_setup(setup: MethodSetup) -> Call:
    return Call("GET", f"{SESSIONS}/{path_id(setup.session_id)}", form=urlencode(_STORED))


def expire_setup(setup: MethodSetup) -> Call:
    """Without a key: a repeat is refused by the session itself, and then it is asked."""
    path = f"{SESSIONS}/{path_id(setup.session_id)}/expire"
    return Call("POST", path, form=urlencode(_STORED))


def get_method(token: MethodToken) -> Call:
    return Call("GET", f"{_METHODS}/{path_id(token.token_id)}")


def detach(token: MethodToken) -> Call:
    return Call("POST", f"{_METHODS}/{path_id(token.token_id)}/detach")


def take(charge: MethodCharge) -> Call:
    return Call("POST", _INTENTS, form=charge.request_body, key=charge.charge_key)


def get_charge(intent_id: str | None) -> Call:
    return Call("GET", f"{_INTENTS}/{path_id(intent_id)}", form=urlencode(_MOVEMENT))


def confirm_with_customer(charge: MethodCharge, intent_id: str | None) -> Call:
    """The same intent again, on-session: its answer has the page of the customer's bank.

    Without a key: an intent that succeeded, or waits at a page, is refused and then asked.
    """
    pairs = [
        ("payment_method", charge.method.token_id),
        ("return_url", parse_qs(charge.request_body)["return_url"][0]),
        *_MOVEMENT,
    ]
    if charge.method.mandate_id:
        pairs.append(("mandate", charge.method.mandate_id))
    return Call("POST", f"{_INTENTS}/{path_id(intent_id)}/confirm", form=urlencode(pairs))


def cancel_charge(intent_id: str | None) -> Call:
    pairs = (("cancellation_reason", "abandoned"), *_MOVEMENT)
    return Call("POST", f"{_INTENTS}/{path_id(intent_id)}/cancel", form=urlencode(pairs))


def list_charges(charge: MethodCharge, after: str | None) -> Call:
    """One page of what was charged to this customer since the charge was intended."""
    since, until = _window(charge.started_at)
    pairs = (
        ("customer", charge.method.customer_id),
        ("created[gte]", str(since)),
        ("created[lt]", str(until)),
        ("expand[0]", "data.latest_charge.balance_transaction"),
    )
    return Call("GET", _INTENTS, form=page_of(pairs, after))


def list_disputes(capture_id: str, after: str | None) -> Call:
    pairs = (("charge", capture_id), ("expand[0]", "data.payment_intent"))
    return Call("GET", "/v1/disputes", form=page_of(pairs, after))


def _window(started_at: datetime) -> tuple[int, int]:
    return int((started_at - _BEFORE).timestamp()), int((started_at + _WINDOW).timestamp())
