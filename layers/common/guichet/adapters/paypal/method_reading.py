"""PayPal's vault and the orders that are paid from it, as our reports."""

from __future__ import annotations

from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from guichet.adapters.paypal import reading
from guichet.adapters.paypal.client import Json
from guichet.adapters.paypal.errors import CAPTURE_REFUSALS, PayPalRefusedError
from guichet.adapters.paypal.fields import object_of, objects_of, text_of, unreadable
from guichet.payments.ports import HostedSession, SessionState
from guichet.payments.stored_method import (
    ChargeReport,
    ChargeState,
    FoundMethod,
    MethodKind,
    MethodToken,
    SetupReport,
    SetupState,
)

PROVIDER: Final = "paypal"
_BRAND: Final = "paypal"

_PAGE_LINKS: Final = ("approve", "payer-action")

# Statuses are an open list; whatever is neither of these can still be approved, or is refused.
_SETUP_STATES: Final = MappingProxyType(
    {
        "APPROVED": SetupState.APPROVED,
        "CREATED": SetupState.OPEN,
        "PAYER_ACTION_REQUIRED": SetupState.OPEN,
        "TOKENIZED": SetupState.STORED,
        "VAULTED": SetupState.STORED,
    }
)
PAID_BEFORE: Final = "DUPLICATE_INVOICE_ID"
# Of the account or the token that we charge: no other try can succeed.
FINAL_DECLINES: Final = frozenset(
    {
        *("AGREEMENT_ALREADY_CANCELLED", "BILLING_AGREEMENT_NOT_FOUND", "INVALID_RESOURCE_ID"),
        *("PAYER_ACCOUNT_LOCKED_OR_CLOSED", "TOKEN_EXPIRED", "TOKEN_ID_NOT_FOUND"),
    }
)
# About who is paid, or about ourselves: the customer's account is not to blame.
_OURS: Final = frozenset(
    {
        "DUPLICATE_INVOICE_ID",
        "NOT_ENABLED_FOR_BANK_PROCESSING",
        "NOT_ENABLED_FOR_CARD_PROCESSING",
        "ORDER_NOT_APPROVED",
        "PAYEE_ACCOUNT_INVALID",
        "PAYEE_ACCOUNT_LOCKED_OR_CLOSED",
        "PAYEE_ACCOUNT_RESTRICTED",
        "PAYEE_NOT_ENABLED_FOR_BANK_PROCESSING",
        "PAYEE_NOT_ENABLED_FOR_CARD_PROCESSING",
    }
)
_DECLINES: Final = (frozenset(CAPTURE_REFUSALS) - _OURS) | FINAL_DECLINES
_STATES: Final = MappingProxyType(
    {
        SessionState.PAID: ChargeState.PAID,
        SessionState.PROCESSING: ChargeState.PROCESSING,
        SessionState.DENIED: ChargeState.DECLINED,
        SessionState.UNPAID: ChargeState.DECLINED,
        SessionState.APPROVED: ChargeState.DECLINED,
        SessionState.ENDED: ChargeState.CANCELED,
    }
)


def hosted_setup(setup: Json) -> HostedSession:
    """The setup token and the page on which the customer approves it."""
    links = {text_of(each, "rel"): each for each in objects_of(setup, "links")}
    page = next((links[rel] for rel in _PAGE_LINKS if rel in links), None)
    if page is None:
        raise unreadable("a setup token without a page")
    return HostedSession(text_of(setup, "id"), text_of(page, "href"))


def setup_state(setup: Json) -> SetupState:
    """What a setup token has come to.

    Raises:
        ProviderUnavailableError: a status that we don't know.
    """
    status = text_of(setup, "status")
    known = _SETUP_STATES.get(status)
    if known is None:
        raise unreadable(f"a setup token that is {status}")
    return known


def customer_of(found: Json) -> str | None:
    value = object_of(found, "customer").get("id")
    return value if isinstance(value, str) and value else None


def stored(token: Json) -> SetupReport:
    """A payment token as the method that it stands for."""
    wallet = object_of(object_of(token, "payment_source"), "paypal")
    country = object_of(wallet, "address").get("country_code")
    email = wallet.get("email_address")
    found = FoundMethod(
        token=MethodToken(
            provider=PROVIDER,
            kind=MethodKind.PAYPAL,
            customer_id=text_of(object_of(token, "customer"), "id"),
            token_id=text_of(token, "id"),
        ),
        brand=_BRAND,
        country=country if isinstance(country, str) else "",
        email=email if isinstance(email, str) else "",
    )
    return SetupReport(SetupState.STORED, found)


def token_of_payer(setup: Json, listed: Json) -> Json | None:
    """The customer's token of the account that approved this setup; PayPal keeps one for each."""
    tokens = objects_of(listed, "payment_tokens")
    payer = _payer(setup)
    if payer is None:
        return tokens[0] if len(tokens) == 1 else None
    return next((each for each in tokens if _payer(each) == payer), None)


def charge_report(order: Json) -> ChargeReport:
    """What a charge has come to. Its captures decide; without one nothing was taken.

    An order that waits for the customer is a decline: we never capture it afterwards, so nothing
    can be taken by it.

    Raises:
        ProviderUnavailableError: a state that we don't know, or fees that are not there yet.
    """
    report = reading.order_report(order)
    state = _STATES[report.state]
    code = _declined_by(order) if state is ChargeState.DECLINED else ""
    return ChargeReport(
        state=state,
        charge_id=text_of(order, "id"),
        capture=report.capture,
        decline_code=code,
        is_final=code in FINAL_DECLINES,
    )


def refused_charge(refused: PayPalRefusedError) -> ChargeReport | None:
    """A refusal as a decline; None where it is about something else than the customer's account.

    Where an order is made, what is not found is the token that it is paid from.
    """
    known = [each for each in refused.issues if each in _DECLINES]
    if refused.status == HTTPStatus.NOT_FOUND and not known:
        known = ["TOKEN_ID_NOT_FOUND"]
    if not known:
        return None
    return ChargeReport(
        state=ChargeState.DECLINED,
        decline_code=known[0],
        is_final=not FINAL_DECLINES.isdisjoint(known),
    )


def _declined_by(order: Json) -> str:
    """PayPal's own word: why the capture was declined, else what the order waits for."""
    units = objects_of(order, "purchase_units")
    for unit in units:
        for capture in objects_of(object_of(unit, "payments"), "captures"):
            reason = object_of(capture, "status_details").get("reason")
            return reason if isinstance(reason, str) else text_of(capture, "status")
    return text_of(order, "status")


def _payer(found: Json) -> str | None:
    wallet = object_of(object_of(found, "payment_source"), "paypal")
    value = wallet.get("payer_id") or wallet.get("account_id")
    return value if isinstance(value, str) and value else None
