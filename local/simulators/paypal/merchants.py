"""Sellers: their accounts, what they have consented to, and what a partner may read of them."""

from local.simulators.paypal.errors import PayPalError, no_such, refused
from local.simulators.paypal.shapes import Json, timestamp
from local.simulators.paypal.webhooks import emit
from local.simulators.paypal.world import World

# What a partner needs for payments, refunds, its fee and disputes
FEATURES = (
    *("PAYMENT", "REFUND", "PARTNER_FEE"),
    *("READ_SELLER_DISPUTE", "ACCESS_MERCHANT_INFORMATION"),
)
_SCOPES = {
    "PAYMENT": "https://uri.paypal.com/services/payments/realtimepayment",
    "REFUND": "https://uri.paypal.com/services/payments/refund",
    "PARTNER_FEE": "https://uri.paypal.com/services/payments/partnerfee",
    "READ_SELLER_DISPUTE": "https://uri.paypal.com/services/disputes/read-seller",
    "ACCESS_MERCHANT_INFORMATION": "https://uri.paypal.com/services/customer/merchant-integrations/read",
    "VAULT": "https://uri.paypal.com/services/vault/payment-tokens/readwrite",
    "BILLING_AGREEMENT": "https://uri.paypal.com/services/billing-agreements",
}


def own(world: World) -> Json:
    """The caller's own account: it needs nobody's consent, and no partner takes a fee of it."""
    return {
        "merchant_id": world.partner_id,
        "email": "operator@example.org",
        "legal_name": "Simulated Operator Ltd",
        "country": "US",
        "currency": "USD",
        "business": True,
        "email_confirmed": True,
        "payments_receivable": True,
        "restricted": False,
        "features": ["PAYMENT", "REFUND", "READ_SELLER_DISPUTE"],
    }


def get(world: World, merchant_id: str) -> Json:
    """Who is paid: a seller or the caller itself; raises KeyError if there is no such account."""
    found: Json = (
        own(world) if merchant_id == world.partner_id else world.state.merchants[merchant_id]
    )
    return found


def add(
    world: World,
    merchant_id: str,
    *,
    email: str,
    legal_name: str,
    country: str,
    currency: str,
    business: bool,
    email_confirmed: bool,
    payments_receivable: bool,
) -> Json:
    """Open an account, or change one; it has consented to nothing yet, or to what it had."""
    known = world.state.merchants.get(merchant_id, {})
    merchant: Json = {
        "features": [],
        "tracking_id": None,
        "consented": None,
        "created": world.now(),
        "restricted": False,
        **known,
        "merchant_id": merchant_id,
        "email": email,
        "legal_name": legal_name,
        "country": country,
        "currency": currency,
        "business": business,
        "email_confirmed": email_confirmed,
        "payments_receivable": payments_receivable,
    }
    world.state.merchants[merchant_id] = merchant
    return merchant


def consent(
    world: World, merchant: Json, tracking_id: str, features: list[str], *, announce: bool = True
) -> None:
    """The seller lets the partner act; tokens of before do not cover it."""
    merchant.update(tracking_id=tracking_id, features=features, consented=world.next_number())
    if announce:
        merchant_id = merchant["merchant_id"]
        address = (
            f"{world.base_url}/v1/customer/partners/{world.partner_id}"
            f"/merchant-integrations/{merchant_id}"
        )
        resource = {
            "partner_client_id": world.client_id,
            "links": [
                {
                    "method": "GET",
                    "rel": "self",
                    "description": "Get the merchant status information of merchants onboarded "
                    "by this partner",
                    "href": address,
                }
            ],
            "merchant_id": merchant_id,
            "tracking_id": tracking_id,
        }
        emit(
            world,
            "MERCHANT.ONBOARDING.COMPLETED",
            "The merchant account setup is completed",
            resource,
        )


def revoke(world: World, merchant_id: str) -> None:
    """The seller withdraws the consent at PayPal: every later call for it is refused.

    Raises:
        KeyError: there is no such seller.
    """
    merchant = world.state.merchants[merchant_id]
    if merchant["consented"] is None:
        return
    merchant.update(consented=None, features=[])
    emit(
        world,
        "MERCHANT.PARTNER-CONSENT.REVOKED",
        "The Account setup consents has been revoked or the merchant account is closed",
        {"merchant_id": merchant_id},
    )


def require_covered(world: World, merchant_id: str, token: Json) -> Json:
    """The seller, if it consents and the token is younger than its consent; or the caller itself.

    Raises:
        PayPalError: 403. A token issued before the consent does not know of it: that looks
            the same.
    """
    if merchant_id == world.partner_id:
        return own(world)
    merchant = world.state.merchants.get(merchant_id)
    if merchant is None or merchant["consented"] is None or merchant["consented"] > token["issued"]:
        raise PayPalError(403, "PERMISSION_DENIED")
    return merchant


def require_receiving(merchant: Json) -> None:
    """Refuse a payment to somebody who can't be paid."""
    if merchant["restricted"] or not merchant["payments_receivable"]:
        raise refused("PAYEE_ACCOUNT_RESTRICTED", "/purchase_units/@reference_id=='default'/payee")
    if not merchant["email_confirmed"]:
        # money to an unconfirmed address would wait, unclaimed; PayPal lets no partner's fee in it
        raise refused("PAYEE_ACCOUNT_INVALID", "/purchase_units/@reference_id=='default'/payee")


def takes_cards(merchant: Json) -> bool:
    return bool(merchant["business"] and merchant["payments_receivable"])


def status(world: World, merchant_id: str) -> Json:
    """What `merchant-integrations/{merchant_id}` answers.

    Raises:
        PayPalError: 404, that seller has never been onboarded by this partner.
    """
    merchant = world.state.merchants.get(merchant_id)
    if merchant is None or merchant["tracking_id"] is None:
        raise no_such()
    found: Json = {
        "merchant_id": merchant_id,
        "tracking_id": merchant["tracking_id"],
        "legal_name": merchant["legal_name"],
        "products": [{"name": "EXPRESS_CHECKOUT", "status": "ACTIVE"}],
        "capabilities": [],
        "limitations": [],
        "payments_receivable": merchant["payments_receivable"],
        "primary_email_confirmed": merchant["email_confirmed"],
        "primary_email": merchant["email"],
        "date_created": timestamp(merchant["created"]),
        "granted_permissions": [],
        "oauth_integrations": [],
    }
    if takes_cards(merchant):
        found["products"].append(
            {
                "name": "PPCP_STANDARD",
                "vetting_status": "SUBSCRIBED",
                "status": "ACTIVE",
                "capabilities": ["STANDARD_CARD_PROCESSING"],
            }
        )
        found["capabilities"].append({"name": "STANDARD_CARD_PROCESSING", "status": "ACTIVE"})
    if merchant["consented"] is not None:
        scopes = [_SCOPES[each] for each in merchant["features"] if each in _SCOPES]
        found["oauth_integrations"].append(
            {
                "integration_type": "OAUTH_THIRD_PARTY",
                "integration_method": "PAYPAL",
                "oauth_third_party": [
                    {
                        "partner_client_id": world.client_id,
                        "merchant_client_id": f"merchant-{merchant_id}",
                        "scopes": scopes,
                    }
                ],
            }
        )
    return found


def find_by_tracking_id(world: World, tracking_id: str) -> Json:
    """The seller whose onboarding bore our tracking id.

    Raises:
        PayPalError: 404, nobody has finished it.
    """
    for merchant in world.state.merchants.values():
        if merchant["tracking_id"] == tracking_id:
            merchant_id = merchant["merchant_id"]
            address = (
                f"{world.base_url}/v1/customer/partners/{world.partner_id}"
                f"/merchant-integrations/{merchant_id}"
            )
            links = [{"href": address, "rel": "self", "method": "GET"}]
            return {"merchant_id": merchant_id, "tracking_id": tracking_id, "links": links}
    raise no_such()
