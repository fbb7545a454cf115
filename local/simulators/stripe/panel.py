"""What tests, seeds and a curious person set and read over HTTP: `/_local/providers/stripe`."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request

from local.simulators.stripe.errors import StripeError
from local.simulators.stripe.shapes import Json
from local.simulators.stripe.simulator import StripeSimulator

PREFIX = "/_local/providers/stripe"


panel = Blueprint("stripe_panel", __name__, url_prefix=PREFIX)


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


@panel.post("/accounts")
def add_account() -> Response:
    fields = _body()
    return jsonify(_simulator().add_account(fields.pop("id"), **fields))


@panel.post("/accounts/<account_id>/verify")
def verify(account_id: str) -> Response:
    """What Stripe finds out later: `{"verified"?: true, "cards"?: true}`."""
    return jsonify(_simulator().verify(account_id, **_body()))


@panel.post("/accounts/<account_id>/deauthorize")
def deauthorize(account_id: str) -> Response:
    _simulator().deauthorize(account_id)
    return Response(status=204)


@panel.post("/refunds")
def refund() -> Response:
    """Refund from the dashboard: `{"payment": pi_… or ch_…, "amount_minor"?, ...}`."""
    fields = _body()
    return jsonify(_simulator().dashboard_refund(fields.pop("payment"), **fields))


@panel.post("/refunds/<refund_id>/settle")
def settle_refund(refund_id: str) -> Response:
    return jsonify(_simulator().settle_refund(refund_id))


@panel.post("/refunds/<refund_id>/fail")
def fail_refund(refund_id: str) -> Response:
    return jsonify(_simulator().fail_refund(refund_id, **_body()))


@panel.get("/disputes")
def disputes() -> Response:
    return jsonify(_simulator().find_all("dispute"))


@panel.post("/disputes")
def open_dispute() -> Response:
    """A chargeback: `{"payment": pi_… or ch_…, "amount_minor"?, "inquiry"?: true, "reason"?}`."""
    fields = _body()
    return jsonify(_simulator().open_dispute(fields.pop("payment"), **fields))


@panel.post("/disputes/<dispute_id>/<act>")
def decide(dispute_id: str, act: str) -> Response:
    """Acts: submit, escalate, win (`{"return_fee"?: true}`), lose, appeal, withdraw, prevent."""
    simulator = _simulator()
    acts: dict[str, Callable[..., Json]] = {
        "submit": simulator.submit_dispute,
        "escalate": simulator.escalate_dispute,
        "win": simulator.win_dispute,
        "lose": simulator.lose_dispute,
        "appeal": simulator.appeal_dispute,
        "withdraw": simulator.withdraw_dispute,
        "prevent": simulator.prevent_dispute,
    }
    return jsonify(acts[act](dispute_id, **_body()))


@panel.post("/setups/<session_id>/agree")
def agree(session_id: str) -> Response:
    """Store a method on a setup's page: `{"chosen"?: "visa"}`."""
    return jsonify({"redirect_url": _simulator().agree(session_id, **_body()).redirect_url})


@panel.post("/payment_methods/<method_id>/detach")
def detach(method_id: str) -> Response:
    return jsonify(_simulator().detach_method(method_id))


@panel.post("/mandates/<mandate_id>/withdraw")
def withdraw(mandate_id: str) -> Response:
    return jsonify(_simulator().withdraw_mandate(mandate_id))


@panel.post("/charges/<intent_id>/<act>")
def decide_charge(intent_id: str, act: str) -> Response:
    """What a bank decides of a stored account's debit: settle, fail or return (`{"reason"?}`)."""
    simulator = _simulator()
    acts: dict[str, Callable[..., Json]] = {
        "settle": simulator.settle_charge,
        "fail": simulator.fail_charge,
        "return": simulator.return_charge,
    }
    return jsonify(acts[act](intent_id, **_body()))


@panel.post("/payouts")
def pay_out() -> Response:
    """Pay out a balance: `{"account": acct_…, "currency"?: "usd"}`."""
    fields = _body()
    return jsonify(_simulator().pay_out(fields.pop("account"), **fields))


@panel.post("/reset")
def reset() -> Response:
    _simulator().reset()
    return Response(status=204)


@panel.errorhandler(ValueError)
@panel.errorhandler(TypeError)
@panel.errorhandler(KeyError)
def refuse(error: Exception) -> tuple[Response, int]:
    return jsonify({"error": {"message": f"{type(error).__name__}: {error}"}}), 400


@panel.errorhandler(StripeError)
def stripe_error(error: StripeError) -> tuple[Response, int]:
    return jsonify(error.body()), error.status


def _body() -> Json:
    body: Any = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise TypeError("the body must be a JSON object")
    return body


def _simulator() -> StripeSimulator:
    simulator: StripeSimulator = current_app.extensions["stripe_simulator"]
    return simulator
