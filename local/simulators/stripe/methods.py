"""Stored payment methods: how they look, and how each behaves when it is charged."""

from types import MappingProxyType

from local.simulators.stripe.errors import StripeError
from local.simulators.stripe.shapes import Json
from local.simulators.stripe.webhooks import emit
from local.simulators.stripe.world import World

# What a page offers, as brand and last four digits; those that a charge refuses are named after
# the reason (docs.stripe.com/testing).
CARDS = MappingProxyType(
    {
        "visa": ("visa", "4242"),
        "mastercard": ("mastercard", "4444"),
        "amex": ("amex", "0005"),
        "discover": ("discover", "1117"),
        "authentication_required": ("visa", "3184"),
        "insufficient_funds": ("visa", "9995"),
        "generic_decline": ("visa", "0341"),
        "expired_card": ("visa", "0069"),
        "lost_card": ("visa", "9987"),
        "stolen_card": ("visa", "9979"),
        "do_not_try_again": ("visa", "0119"),
    }
)
# Code, decline code and advice of a charge.
DECLINES = MappingProxyType(
    {
        "insufficient_funds": ("card_declined", "insufficient_funds", "try_again_later"),
        "generic_decline": ("card_declined", "generic_decline", "try_again_later"),
        "expired_card": ("expired_card", "expired_card", "confirm_card_data"),
        "lost_card": ("card_declined", "lost_card", "do_not_try_again"),
        "stolen_card": ("card_declined", "stolen_card", "do_not_try_again"),
        "do_not_try_again": ("card_declined", "do_not_honor", "do_not_try_again"),
    }
)
# Bank accounts by last four digits; a debit of all but the first fails for the reason that it is
# named after, days later.
BANKS = MappingProxyType(
    {
        "bank": "6789",
        "bank_insufficient_funds": "2227",
        "bank_account_closed": "1113",
        "bank_debit_not_authorized": "1114",
    }
)
DEBITS = ("us_bank_account", "sepa_debit", "bacs_debit")


def make(world: World, account: str, customer: str, kind: str, behaviour: str) -> Json:
    """A method that a customer entered, attached to them."""
    method: Json = {
        "id": world.new_id("pm"),
        "object": "payment_method",
        "allow_redisplay": "limited",
        "billing_details": {
            "address": None,
            "email": None,
            "name": "Test Customer",
            "phone": None,
            "tax_id": None,
        },
        "created": world.now(),
        "customer": customer,
        "livemode": world.livemode,
        "metadata": {},
        "type": kind,
        kind: _details(world, kind, behaviour),
    }
    world.put(method, account)
    world.state.private[method["id"]] = {"behaviour": behaviour, "mandate": None}
    emit(world, "payment_method.attached", method, account)
    return method


def _details(world: World, kind: str, behaviour: str) -> Json:
    if kind == "card":
        brand, last4 = CARDS[behaviour]
        return {
            "brand": brand,
            "checks": None,
            "country": "US",
            "exp_month": 4,
            "exp_year": world.clock().year + 3,
            "fingerprint": f"fp_{brand}{last4}",
            "funding": "credit",
            "last4": last4,
            "networks": {"available": [brand], "preferred": None},
        }
    last4 = BANKS[behaviour]
    if kind == "sepa_debit":
        return {
            "bank_code": "37040044",
            "branch_code": "",
            "country": "DE",
            "fingerprint": f"fp_{last4}",
            "last4": last4,
        }
    if kind == "bacs_debit":
        return {"fingerprint": f"fp_{last4}", "last4": last4, "sort_code": "108800"}
    return {
        "account_holder_type": "company",
        "account_type": "checking",
        "bank_name": "STRIPE TEST BANK",
        "fingerprint": f"fp_{last4}",
        "last4": last4,
        "routing_number": "110000000",
    }


def authorize(world: World, method: Json) -> Json:
    """The leave to debit a bank account: what the customer agreed to on the page."""
    account, kind = world.owner(method["id"]), method["type"]
    reference = world.new_id("r")[2:10].upper()
    url = f"{world.page_base_url}/mandate/{reference}"
    details: Json = {"type": kind, kind: {}}
    if kind == "sepa_debit":
        details[kind] = {"reference": reference, "url": url}
    if kind == "bacs_debit":
        details[kind] = {
            "network_status": "accepted",
            "reference": reference,
            "revocation_reason": None,
            "url": url,
        }
    mandate = {
        "id": world.new_id("mandate"),
        "object": "mandate",
        "customer_acceptance": {
            "accepted_at": world.now(),
            "online": {"ip_address": "127.0.0.1", "user_agent": "simulated"},
            "type": "online",
        },
        "livemode": world.livemode,
        "multi_use": {},
        "payment_method": method["id"],
        "payment_method_details": details,
        "status": "active",
        "type": "multi_use",
    }
    world.put(mandate, account)
    world.state.private[method["id"]]["mandate"] = mandate["id"]
    return mandate


def withdraw(world: World, mandate: Json) -> Json:
    """The customer tells their bank that it must not be debited any more."""
    mandate["status"] = "inactive"
    emit(world, "mandate.updated", mandate, world.owner(mandate["id"]))
    return mandate


def detach(world: World, method: Json) -> Json:
    """Part a method from its customer, for good.

    Raises:
        StripeError: it is nobody's already.
    """
    if method["customer"] is None:
        raise StripeError(
            "The payment method you provided is not attached to a customer so detachment is "
            "impossible."
        )
    method["customer"] = None
    emit(world, "payment_method.detached", method, world.owner(method["id"]))
    return method


def behaviour(world: World, method: Json) -> str:
    found: str = world.state.private[method["id"]]["behaviour"]
    return found
