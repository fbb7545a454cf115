"""What tests, seeds and a curious person set and read over HTTP: `/_local/providers/paypal`."""

from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request

from local.simulators.paypal.errors import BuyerRefusedError, PayPalError
from local.simulators.paypal.shapes import Json
from local.simulators.paypal.simulator import PayPalSimulator

PREFIX = "/_local/providers/paypal"


panel = Blueprint("paypal_panel", __name__, url_prefix=PREFIX)


@panel.get("/books")
def books() -> Response:
    return jsonify(_simulator().books())


@panel.route("/chaos", methods=["GET", "POST", "DELETE"])
def chaos() -> Response:
    if request.method == "DELETE":
        _simulator().clear_chaos()
    elif request.method == "POST":
        _simulator().configure_chaos(_body())
    return jsonify(_simulator().chaos())


@panel.post("/merchants")
def add_merchant() -> Response:
    fields = _body()
    return jsonify(_simulator().add_merchant(fields.pop("id"), **fields))


@panel.get("/merchants/<merchant_id>")
def merchant(merchant_id: str) -> Response:
    return jsonify(_simulator().merchant(merchant_id))


@panel.patch("/merchants/<merchant_id>")
def change_merchant(merchant_id: str) -> Response:
    """Set `business`, `email_confirmed`, `payments_receivable` or `restricted`."""
    return jsonify(_simulator().change_merchant(merchant_id, **_body()))


@panel.post("/merchants/<merchant_id>/revoke")
def revoke(merchant_id: str) -> Response:
    _simulator().revoke_consent(merchant_id)
    return Response(status=204)


@panel.delete("/tokens")
def drop_tokens() -> Response:
    """Every access token is answered 401 from now on."""
    _simulator().drop_tokens()
    return Response(status=204)


@panel.get("/orders/<order_id>")
def order(order_id: str) -> Response:
    return jsonify(_simulator().order(order_id))


@panel.post("/orders/<order_id>/approve")
def approve(order_id: str) -> Response:
    """Approve as the buyer: `{"instrument"?, "email"?}`."""
    outcome = _simulator().approve(order_id, **_body())
    return jsonify({"redirect_url": outcome.redirect_url})


@panel.post("/orders/<order_id>/decline")
def decline(order_id: str) -> Response:
    _simulator().decline_next_capture(order_id)
    return Response(status=204)


@panel.post("/setups/<setup_id>/approve")
def approve_setup(setup_id: str) -> Response:
    """Agree to later charges: `{"account"?, "email"?}`."""
    outcome = _simulator().approve_setup(setup_id, **_body())
    return jsonify({"redirect_url": outcome.redirect_url})


@panel.delete("/payment_tokens/<token_id>")
def revoke_token(token_id: str) -> Response:
    """The customer takes a stored account away at PayPal."""
    _simulator().revoke_token(token_id)
    return Response(status=204)


@panel.get("/captures")
def captures() -> Response:
    return jsonify(_simulator().captures())


@panel.post("/captures/<capture_id>/settle")
def settle_capture(capture_id: str) -> Response:
    return jsonify(_simulator().settle_capture(capture_id))


@panel.post("/captures/<capture_id>/deny")
def deny_capture(capture_id: str) -> Response:
    return jsonify(_simulator().deny_capture(capture_id))


@panel.post("/refunds")
def refund() -> Response:
    """Refund from the dashboard: `{"capture": id, "amount_minor"?}`."""
    fields = _body()
    return jsonify(_simulator().dashboard_refund(fields.pop("capture"), **fields))


@panel.post("/refunds/<refund_id>/settle")
def settle_refund(refund_id: str) -> Response:
    return jsonify(_simulator().settle_refund(refund_id))


@panel.post("/refunds/<refund_id>/fail")
def fail_refund(refund_id: str) -> Response:
    return jsonify(_simulator().fail_refund(refund_id))


@panel.route("/disputes", methods=["GET", "POST"])
def disputes() -> Response:
    """Open one: `{"capture": id, "amount_minor"?, "chargeback"?, "takes_at_once"?, "reason"?}`."""
    if request.method == "GET":
        return jsonify(_simulator().disputes())
    fields = _body()
    return jsonify(_simulator().open_dispute(fields.pop("capture"), **fields))


@panel.post("/disputes/<dispute_id>/<decision>")
def decide_dispute(dispute_id: str, decision: str) -> Response:
    """`lose`, `win`, `withdraw`, `pay_out`, `escalate` or `appeal`."""
    return jsonify(_simulator().decide_dispute(dispute_id, decision))


@panel.post("/reset")
def reset() -> Response:
    _simulator().reset()
    return Response(status=204)


@panel.errorhandler(BuyerRefusedError)
@panel.errorhandler(ValueError)
@panel.errorhandler(TypeError)
@panel.errorhandler(KeyError)
def refuse(error: Exception) -> tuple[Response, int]:
    return jsonify({"error": {"message": f"{type(error).__name__}: {error}"}}), 400


@panel.errorhandler(PayPalError)
def paypal_error(error: PayPalError) -> tuple[Response, int]:
    return jsonify(error.body("panel")), error.status


def _body() -> Json:
    body: Any = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise TypeError("the body must be a JSON object")
    return body


def _simulator() -> PayPalSimulator:
    simulator: PayPalSimulator = current_app.extensions["paypal_simulator"]
    return simulator
