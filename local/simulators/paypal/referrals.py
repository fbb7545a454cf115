"""Onboarding: a partner refers a seller, who agrees or refuses on PayPal's page, once."""

from urllib.parse import urlencode, urlsplit

from local.simulators.paypal import merchants, reading
from local.simulators.paypal.errors import BuyerRefusedError, malformed, no_such
from local.simulators.paypal.shapes import Json
from local.simulators.paypal.world import World

LINK_SECONDS = 24 * 3600  # that links end is documented, when is not
_URL_LENGTH = 127


def create(world: World, body: Json) -> Json:
    """A link that one seller may use once.

    Raises:
        PayPalError: 400, what has to be there is not.
    """
    tracking_id = reading.text(body, "tracking_id", "", 127)
    rest = _integration(body)
    features = reading.part(rest, "third_party_details", "/operations/0").get("features")
    if not isinstance(features, list) or not features:
        raise malformed("MISSING_REQUIRED_PARAMETER", "/operations/0/third_party_details/features")
    if {"type": "SHARE_DATA_CONSENT", "granted": True} not in body.get("legal_consents", []):
        raise malformed("MISSING_REQUIRED_PARAMETER", "/legal_consents")
    override = reading.part(body, "partner_config_override", "")
    return_url = reading.text(override, "return_url", "/partner_config_override", _URL_LENGTH)
    digits = world.new_hex()
    referral: Json = {
        "id": digits[:32],
        "tracking_id": tracking_id or digits[32:],
        "features": [str(each) for each in features],
        "products": list(body.get("products", [])),
        "return_url": return_url,
        "email": body.get("email"),
        "ends_at": world.now() + LINK_SECONDS,
        "used": False,
    }
    world.state.referrals[referral["id"]] = referral
    return referral


def _integration(body: Json) -> Json:
    operations = body.get("operations")
    if not isinstance(operations, list) or not operations or not isinstance(operations[0], dict):
        raise malformed("MISSING_REQUIRED_PARAMETER", "/operations")
    reading.choice(operations[0], "operation", "/operations/0", ("API_INTEGRATION",))
    preference = reading.part(operations[0], "api_integration_preference", "/operations/0")
    rest = reading.part(preference, "rest_api_integration", "/operations/0")
    reading.choice(rest, "integration_method", "/operations/0", ("PAYPAL",), "PAYPAL")
    reading.choice(rest, "integration_type", "/operations/0", ("THIRD_PARTY",))
    return rest


def shown(world: World, referral: Json) -> Json:
    address = f"{world.base_url}/v2/customer/partner-referrals/{referral['id']}"
    action = f"{world.base_url}/bizsignup/partner/entry?referralToken={referral['id']}"
    return {
        "links": [
            {
                "href": address,
                "rel": "self",
                "method": "GET",
                "description": "Read Referral Data shared by the Caller.",
            },
            {
                "href": action,
                "rel": "action_url",
                "method": "GET",
                "description": "Target WEB REDIRECT URL for the next action. Customer should be "
                "redirected to this URL in the browser.",
            },
        ]
    }


def find(world: World, referral_id: str) -> Json:
    """Raises PayPalError with 404 if there is none."""
    referral = world.state.referrals.get(referral_id)
    if referral is None:
        raise no_such()
    return referral


def usable(world: World, referral_id: str) -> Json:
    """The referral whose page can still be used.

    Raises:
        BuyerRefusedError: its link is unknown, used, or over.
    """
    referral = world.state.referrals.get(referral_id)
    if referral is None:
        raise BuyerRefusedError("This link is not known.")
    if referral["used"]:
        raise BuyerRefusedError("This link has been used. Ask for a new one.")
    if referral["ends_at"] <= world.now():
        raise BuyerRefusedError("This link has expired. Ask for a new one.")
    return referral


def agree(
    world: World,
    referral_id: str,
    *,
    merchant_id: str | None,
    email: str,
    business: bool,
    email_confirmed: bool,
    payments_receivable: bool,
) -> str | None:
    """The seller signs in or signs up, and consents; where the browser goes then.

    merchant_id: an account that the seller has, or none for a new one.

    Raises:
        BuyerRefusedError: the link can't be used any more.
    """
    referral = usable(world, referral_id)
    referral["used"] = True
    known = world.state.merchants.get(merchant_id or "", {})
    merchant = merchants.add(
        world,
        merchant_id or world.new_account_id(),
        email=email,
        legal_name=known.get("legal_name", "Simulated Seller Ltd"),
        country=known.get("country", "US"),
        currency=known.get("currency", "USD"),
        business=business,
        email_confirmed=email_confirmed,
        payments_receivable=payments_receivable,
    )
    merchants.consent(world, merchant, referral["tracking_id"], referral["features"])
    return _return_url(referral, merchant)


def refuse(world: World, referral_id: str) -> str | None:
    """The seller goes back without consenting; the link is left as it is.

    Raises:
        BuyerRefusedError: the link can't be used any more.
    """
    referral = usable(world, referral_id)
    return _return_url(referral, None)


def _return_url(referral: Json, merchant: Json | None) -> str | None:
    """With facts in its query that anybody could write there."""
    url = referral["return_url"]
    if url is None:
        return None
    query = {"merchantId": referral["tracking_id"]}
    if merchant is not None:
        query |= {
            "merchantIdInPayPal": merchant["merchant_id"],
            "permissionsGranted": "true",
            "consentStatus": "true",
            "productIntentId": "addipmt",
            "isEmailConfirmed": str(merchant["email_confirmed"]).lower(),
            "accountStatus": "BUSINESS_ACCOUNT" if merchant["business"] else "PERSONAL_ACCOUNT",
        }
    return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(query)}"
