"""Access tokens, and whom they cover."""

import base64
import binascii
import json
from collections.abc import Mapping
from urllib.parse import parse_qs

from local.simulators.paypal.errors import PayPalError
from local.simulators.paypal.shapes import Json
from local.simulators.paypal.world import World

LIFE_SECONDS = 32_400
_SCOPES = (
    "https://uri.paypal.com/services/customer/partner",
    "https://uri.paypal.com/services/customer/partner-referrals/readwrite",
    "https://uri.paypal.com/services/payments/realtimepayment",
    "https://uri.paypal.com/services/payments/refund",
    "https://uri.paypal.com/services/payments/partnerfee",
    "https://api.paypal.com/v1/payments/.*",
)


class TokenRefusedError(Exception):
    """The endpoint's own shape of refusal (RFC 6749, 5.2)."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.body = {"error": error, "error_description": description}


def issue(world: World, secrets: tuple[str, ...], headers: Mapping[str, str], body: bytes) -> Json:
    """A new token, which covers the sellers that have consented by now.

    Raises:
        TokenRefusedError: wrong credentials, or another grant.
    """
    scheme, _, given = headers.get("authorization", "").partition(" ")
    user, _, password = _plain(given).partition(":")
    if scheme.lower() != "basic" or user != world.client_id or password not in secrets:
        raise TokenRefusedError(401, "invalid_client", "Client Authentication failed")
    if parse_qs(body.decode(errors="replace")).get("grant_type") != ["client_credentials"]:
        raise TokenRefusedError(
            400, "unsupported_grant_type", "Grant Type is NULL or not supported"
        )
    digits = world.new_hex()
    token = f"A21AA{digits}"
    now = world.now()
    world.state.tokens[token] = {
        "issued": world.next_number(),
        "expires_at": now + LIFE_SECONDS,
    }
    return {
        "scope": " ".join(_SCOPES),
        "access_token": token,
        "token_type": "Bearer",
        "app_id": "APP-80W284485P519543T",
        "expires_in": LIFE_SECONDS,
        "nonce": f"{now}{digits[:40]}",
    }


def require(world: World, headers: Mapping[str, str]) -> Json:
    """The caller's token.

    Raises:
        PayPalError: 401, there is none, or it is unknown, over or withdrawn.
    """
    scheme, _, given = headers.get("authorization", "").partition(" ")
    token = world.state.tokens.get(given)
    if scheme.lower() != "bearer" or token is None or token["expires_at"] <= world.now():
        raise PayPalError(401)
    return token


def asserted(world: World, headers: Mapping[str, str]) -> str | None:
    """The seller named by `PayPal-Auth-Assertion`, if one is.

    Raises:
        PayPalError: 401, it is not the unsigned token that PayPal documents, with both dots.
    """
    assertion = headers.get("paypal-auth-assertion")
    if assertion is None:
        return None
    parts = assertion.split(".")
    if len(parts) != 3 or parts[2] != "":
        raise PayPalError(401, "INVALID_ACCOUNT_STATUS")
    header, claims = (_claims(part) for part in parts[:2])
    if header.get("alg") != "none" or claims.get("iss") != world.client_id:
        raise PayPalError(401, "INVALID_ACCOUNT_STATUS")
    return str(claims.get("payer_id", ""))


def _claims(part: str) -> Json:
    try:
        found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (binascii.Error, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _plain(encoded: str) -> str:
    try:
        return base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
