"""What a request says of its page: how it looks, and where it leads back to."""

from urllib.parse import urlsplit

from local.simulators.paypal import reading
from local.simulators.paypal.errors import malformed
from local.simulators.paypal.shapes import Json

# Of the vault; an order's page has others.
CONTEXT_FIELDS = frozenset(
    (
        *("brand_name", "locale", "shipping_preference", "return_url", "cancel_url"),
        "vault_instruction",
        "user_action",  # later than the published schema: the official SDK sends it
    )
)


def url_of(given: Json, name: str, path: str) -> str:
    """An address to lead back to.

    Raises:
        PayPalError: 400, it is missing, or none of the web.
    """
    url = reading.text(given, name, path, 2000, needed=True) or ""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise malformed("INVALID_PARAMETER_SYNTAX", f"{path}/{name}", url)
    return url
