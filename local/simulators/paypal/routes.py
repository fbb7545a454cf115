"""Which function answers which call of the API."""

from local.simulators.paypal import (
    captures,
    disputes,
    merchants,
    notifications,
    orders,
    referrals,
    refunds,
    vault_orders,
    vault_routes,
)
from local.simulators.paypal.calls import Call, Route, pattern_of, require_own
from local.simulators.paypal.errors import PayPalError, no_such
from local.simulators.paypal.shapes import Json


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
    if vault_orders.is_asked(call.body):
        require_own(call)
        return str(vault_orders.create(call.world, call.token, call.body)["id"])
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


ROUTES = (
    Route(
        "POST",
        pattern_of("/v2/checkout/orders"),
        kind="order",
        act=_create_order,
        show=_show_order,
        status=201,
        needs_request_id=lambda call: "payment_source" in call.body,
    ),
    Route("GET", pattern_of("/v2/checkout/orders/{}"), _get_order),
    Route(
        "POST",
        pattern_of("/v2/checkout/orders/{}/capture"),
        kind="capture",
        act=_capture_order,
        show=_show_order,
        status=201,
    ),
    Route("GET", pattern_of("/v2/payments/captures/{}"), _get_capture),
    Route(
        "POST",
        pattern_of("/v2/payments/captures/{}/refund"),
        kind="refund",
        act=_refund_capture,
        show=_show_refund,
        status=201,
    ),
    Route("GET", pattern_of("/v2/payments/refunds/{}"), _get_refund),
    *vault_routes.ROUTES,
    Route("GET", pattern_of("/v1/customer/disputes"), _list_disputes),
    Route("GET", pattern_of("/v1/customer/disputes/{}"), _get_dispute),
    Route("POST", pattern_of("/v2/customer/partner-referrals"), _refer, status=201),
    Route("GET", pattern_of("/v2/customer/partner-referrals/{}"), _get_referral),
    Route("GET", pattern_of(_INTEGRATIONS), _find_integration),
    Route("GET", pattern_of(f"{_INTEGRATIONS}/{{}}"), _get_integration),
    Route("POST", pattern_of("/v1/notifications/verify-webhook-signature"), _verify),
    Route(
        "GET",
        pattern_of(f"{_EVENTS}/?"),
        lambda call: notifications.listed(call.world, call.query),
    ),
    Route(
        "GET",
        pattern_of(f"{_EVENTS}/{{}}"),
        lambda call: notifications.find(call.world, call.ids[0]),
    ),
    Route(
        "POST",
        pattern_of(f"{_EVENTS}/{{}}/resend"),
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
