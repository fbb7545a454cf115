"""Which function answers which call of the API."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from local.simulators.paypal import (
    captures,
    disputes,
    merchants,
    notifications,
    orders,
    referrals,
    refunds,
)
from local.simulators.paypal.errors import PayPalError, no_such
from local.simulators.paypal.shapes import Json
from local.simulators.paypal.world import World


@dataclass(frozen=True, slots=True)
class Call:
    """One authenticated call: on whose behalf, what it says, what it prefers."""

    world: World
    token: Json
    seller: str | None
    body: Json
    raw: bytes
    query: dict[str, str]
    ids: tuple[str, ...]
    representation: bool


@dataclass(frozen=True, slots=True)
class Route:
    """A call that is served.

    `act` answers; where `kind` is set, a call with a PayPal-Request-Id is done once: `act`
    returns the id of what it made, and `show` shows that, then and at every repeat.
    """

    method: str
    pattern: re.Pattern[str]
    answer: Callable[[Call], Json] | None = None
    kind: str | None = None
    act: Callable[[Call], str] | None = None
    show: Callable[[Call, str], Json] | None = None
    status: int = 200
    needs_request_id: Callable[[Call], bool] = lambda _: False


def _require_seller(call: Call, merchant_id: str) -> None:
    """The assertion must name the seller whose thing this is, and the seller must consent.

    What is the caller's own is asked for without one.

    Raises:
        PayPalError: 403.
    """
    if call.seller != orders.acts_for(call.world, merchant_id):
        raise PayPalError(403, "PERMISSION_DENIED")
    merchants.require_covered(call.world, merchant_id, call.token)


def _create_order(call: Call) -> str:
    return str(orders.create(call.world, call.token, call.body, call.seller)["id"])


def _show_order(call: Call, order_id: str) -> Json:
    order = orders.find(call.world, order_id)
    if call.representation:
        return captures.shown_order(call.world, order)
    return orders.minimal(call.world, order)


def _get_order(call: Call) -> Json:
    order = orders.find(call.world, call.ids[0])
    _require_seller(call, order["merchant"])
    return captures.shown_order(call.world, order)


def _capture_order(call: Call) -> str:
    order = orders.find(call.world, call.ids[0])
    _require_seller(call, order["merchant"])
    captures.capture_order(call.world, order)
    return str(order["id"])


def _get_capture(call: Call) -> Json:
    capture = captures.find(call.world, call.ids[0])
    if call.seller is not None:  # paypal-server-sdk 2.4 can't name one here
        _require_seller(call, capture["merchant"])
    merchants.require_covered(call.world, capture["merchant"], call.token)
    return captures.shown_alone(call.world, capture)


def _refund_capture(call: Call) -> str:
    capture = captures.find(call.world, call.ids[0])
    _require_seller(call, capture["merchant"])
    return str(refunds.create(call.world, capture, call.body)["id"])


def _show_refund(call: Call, refund_id: str) -> Json:
    refund = refunds.find(call.world, refund_id)
    if call.representation:
        return refunds.shown(call.world, refund)
    return refunds.minimal(call.world, refund)


def _get_refund(call: Call) -> Json:
    refund = refunds.find(call.world, call.ids[0])
    _require_seller(call, refund["merchant"])
    return refunds.shown(call.world, refund)


def _require_disputes(call: Call, merchant_id: str) -> None:
    """A seller's disputes are read for that seller, and only with its leave.

    Raises:
        PayPalError: 403.
    """
    _require_seller(call, merchant_id)
    if "READ_SELLER_DISPUTE" not in merchants.get(call.world, merchant_id)["features"]:
        raise PayPalError(403, "PERMISSION_DENIED")


def _list_disputes(call: Call) -> Json:
    seller = call.world.partner_id if call.seller is None else call.seller
    _require_disputes(call, seller)
    return disputes.listed(call.world, seller, call.query)


def _get_dispute(call: Call) -> Json:
    dispute = disputes.find(call.world, call.ids[0])
    _require_disputes(call, dispute["merchant"])
    return disputes.shown(call.world, dispute)


def _refer(call: Call) -> Json:
    return referrals.shown(call.world, referrals.create(call.world, call.body))


def _get_referral(call: Call) -> Json:
    return referrals.shown(call.world, referrals.find(call.world, call.ids[0]))


def _require_partner(call: Call) -> None:
    if call.ids[0] != call.world.partner_id:
        raise PayPalError(403, "PERMISSION_DENIED")


def _get_integration(call: Call) -> Json:
    _require_partner(call)
    return merchants.status(call.world, call.ids[1])


def _find_integration(call: Call) -> Json:
    _require_partner(call)
    return merchants.find_by_tracking_id(call.world, call.query.get("tracking_id", ""))


def _verify(call: Call) -> Json:
    return notifications.verification(call.world, call.raw, call.body)


_INTEGRATIONS = "/v1/customer/partners/{}/merchant-integrations"
_EVENTS = "/v1/notifications/webhooks-events"


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(template.replace("{}", "([^/]+)"))


ROUTES = (
    Route(
        "POST",
        _pattern("/v2/checkout/orders"),
        kind="order",
        act=_create_order,
        show=_show_order,
        status=201,
        needs_request_id=lambda call: "payment_source" in call.body,
    ),
    Route("GET", _pattern("/v2/checkout/orders/{}"), _get_order),
    Route(
        "POST",
        _pattern("/v2/checkout/orders/{}/capture"),
        kind="capture",
        act=_capture_order,
        show=_show_order,
        status=201,
    ),
    Route("GET", _pattern("/v2/payments/captures/{}"), _get_capture),
    Route(
        "POST",
        _pattern("/v2/payments/captures/{}/refund"),
        kind="refund",
        act=_refund_capture,
        show=_show_refund,
        status=201,
    ),
    Route("GET", _pattern("/v2/payments/refunds/{}"), _get_refund),
    Route("GET", _pattern("/v1/customer/disputes"), _list_disputes),
    Route("GET", _pattern("/v1/customer/disputes/{}"), _get_dispute),
    Route("POST", _pattern("/v2/customer/partner-referrals"), _refer, status=201),
    Route("GET", _pattern("/v2/customer/partner-referrals/{}"), _get_referral),
    Route("GET", _pattern(_INTEGRATIONS), _find_integration),
    Route("GET", _pattern(f"{_INTEGRATIONS}/{{}}"), _get_integration),
    Route("POST", _pattern("/v1/notifications/verify-webhook-signature"), _verify),
    Route(
        "GET",
        _pattern(f"{_EVENTS}/?"),
        lambda call: notifications.listed(call.world, call.query),
    ),
    Route(
        "GET",
        _pattern(f"{_EVENTS}/{{}}"),
        lambda call: notifications.find(call.world, call.ids[0]),
    ),
    Route(
        "POST",
        _pattern(f"{_EVENTS}/{{}}/resend"),
        lambda call: notifications.resend(call.world, call.ids[0]),
        status=202,
    ),
)


def find(method: str, path: str) -> tuple[Route, tuple[str, ...]]:
    """The served call and the ids in its path.

    Raises:
        PayPalError: 404, PayPal has no such call, or the simulator does not serve it.
    """
    for route in ROUTES:
        match = route.pattern.fullmatch(path)
        if match is not None and route.method == method:
            return route, match.groups()
    raise no_such()
