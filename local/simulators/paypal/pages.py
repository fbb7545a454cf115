"""The pages a buyer and a seller see, and the one where a person plays the bank."""

from flask import Blueprint, current_app, redirect, render_template, request
from werkzeug.exceptions import BadRequest, NotFound
from werkzeug.wrappers import Response

from local.simulators.paypal import vault
from local.simulators.paypal.currencies import spoken
from local.simulators.paypal.errors import BuyerRefusedError
from local.simulators.paypal.shapes import Json
from local.simulators.paypal.simulator import PayPalSimulator

type Page = str | Response | tuple[str, int]


pages = Blueprint("paypal_pages", __name__, template_folder="templates")


@pages.get("/checkoutnow")
def show() -> Page:
    return _payment_page(_order())


@pages.post("/checkoutnow")
def act() -> Page:
    """The button's value is an instrument, or `cancel`."""
    order = _order()
    chosen = request.form.get("act", "")
    try:
        if chosen == "cancel":
            outcome = _simulator().cancel(order["id"])
        else:
            outcome = _simulator().approve(order["id"], chosen)
    except BuyerRefusedError as refusal:
        return _payment_page(_order(), str(refusal))
    if outcome.redirect_url is None:
        return _payment_page(_order())
    return redirect(outcome.redirect_url, 303)


@pages.get("/agreements/approve")
def show_agreement() -> Page:
    return _agreement_page()


@pages.post("/agreements/approve")
def agree() -> Page:
    """The button's value is an account of `vault.ACCOUNTS`, or `cancel`."""
    setup_id, chosen = request.args.get("approval_session_id", ""), request.form.get("act", "")
    email = request.form.get("email", "").strip() or "buyer@example.org"
    try:
        if chosen == "cancel":
            outcome = _simulator().cancel_setup(setup_id)
        else:
            outcome = _simulator().approve_setup(setup_id, chosen, email)
    except BuyerRefusedError as refusal:
        return _agreement_page(str(refusal))
    return redirect(str(outcome.redirect_url), 303)


@pages.get("/bizsignup/partner/entry")
def show_signup() -> Page:
    return _signup_page()


@pages.post("/bizsignup/partner/entry")
def sign_up() -> Page:
    form = request.form
    referral_id = request.args.get("referralToken", "")
    try:
        if form.get("act") == "agree":
            target = _simulator().agree(
                referral_id,
                merchant_id=form.get("merchant_id", "").strip() or None,
                email=form.get("email", "").strip() or "organizer@example.org",
                business=form.get("account") == "business",
                email_confirmed="email_confirmed" in form,
                payments_receivable="payments_receivable" in form,
            )
        else:
            target = _simulator().refuse(referral_id)
    except BuyerRefusedError:
        return _signup_page()
    return redirect(target, 303) if target is not None else _signup_page()


@pages.get("/pending")
def pending() -> Page:
    waiting = [
        {**each, "amount": spoken(each["amount_minor"], each["currency"])}
        for each in _simulator().pending_captures()
    ]
    return render_template("pending.html", waiting=waiting)


@pages.post("/pending")
def decide() -> Page:
    decision = {"settle": _simulator().settle_capture, "deny": _simulator().deny_capture}
    chosen = decision.get(request.form.get("act", ""))
    if chosen is None:
        raise BadRequest
    try:
        chosen(request.form.get("capture", ""))
    except (KeyError, ValueError) as refusal:
        raise BadRequest(str(refusal)) from refusal
    return pending()


def _order() -> Json:
    """What is kept of the order that the page is about."""
    try:
        return _simulator().kept_order(request.args.get("token", ""))
    except KeyError as error:
        raise NotFound from error


def _payment_page(order: Json, message: str | None = None) -> Page:
    state = {"COMPLETED": "used", "FORGOTTEN": "expired"}.get(order["status"], "open")
    context = order["context"] or {}
    page = render_template(
        "checkout.html",
        order=order,
        state=state,
        message=message,
        amount=spoken(order["amount_minor"], order["currency"]),
        organizer=context.get("brand_name") or order["merchant"],
        guest=context.get("landing_page") == "GUEST_CHECKOUT",
        declined=state == "open" and order["declined"] > 0,
        instruments=_simulator().instruments(order["id"]) if state == "open" else (),
        cancel_url=context.get("cancel_url"),
    )
    return page, 200 if state == "open" else 410


def _agreement_page(message: str | None = None) -> Page:
    try:
        setup = _simulator().setup_token(request.args.get("approval_session_id", ""))
    except BuyerRefusedError as refusal:
        return render_template("agreement.html", setup=None, message=str(refusal)), 410
    return render_template("agreement.html", setup=setup, message=message, accounts=vault.ACCOUNTS)


def _signup_page() -> Page:
    try:
        referral = _simulator().referral(request.args.get("referralToken", ""))
    except BuyerRefusedError as refusal:
        return render_template("signup.html", referral=None, message=str(refusal)), 410
    return render_template("signup.html", referral=referral)


def _simulator() -> PayPalSimulator:
    simulator: PayPalSimulator = current_app.extensions["paypal_simulator"]
    return simulator
