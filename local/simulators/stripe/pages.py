"""The pages a buyer sees, and the panel where a person plays the bank."""

from flask import Blueprint, current_app, redirect, render_template, request
from werkzeug.exceptions import BadRequest, NotFound
from werkzeug.wrappers import Response

from local.simulators.stripe.currencies import BANK_DEBITS, spoken
from local.simulators.stripe.errors import BuyerRefusedError
from local.simulators.stripe.shapes import BuyerOutcome, Json
from local.simulators.stripe.simulator import StripeSimulator

type Page = str | Response | tuple[str, int]


# What Stripe finds out about who hands in their details, by the button they press.
_FINDINGS = {
    "verified": {"verified": True, "cards": True},
    "unverified": {"verified": False, "cards": True},
    "no_cards": {"verified": True, "cards": False},
}

pages = Blueprint("stripe_pages", __name__, template_folder="templates")


@pages.get("/pay/<session_id>")
def show(session_id: str) -> Page:
    return _payment_page(_session(session_id))


@pages.post("/pay/<session_id>")
def act(session_id: str) -> Page:
    session = _session(session_id)
    try:
        outcome = _act(session_id, request.form.get("act", ""))
    except BuyerRefusedError as refusal:
        return _payment_page(_session(session_id), str(refusal))
    return _follow(outcome, session)


@pages.get("/pay/<session_id>/authenticate")
def ask(session_id: str) -> Page:
    session = _session(session_id)
    if session["status"] != "open":
        return _payment_page(session)
    return render_template("authenticate.html", **_words(session))


@pages.post("/pay/<session_id>/authenticate")
def answer(session_id: str) -> Page:
    session = _session(session_id)
    try:
        success = request.form.get("act") == "authenticate"
        outcome = _simulator().authenticate(session_id, success=success)
    except BuyerRefusedError as refusal:
        return _payment_page(session, str(refusal))
    if outcome.kind == "declined":
        return redirect(str(session["url"]), 303)
    return _follow(outcome, session)


@pages.get("/onboard/<link_id>")
def onboard(link_id: str) -> Page:
    link = _link(link_id)
    if _simulator().visit_onboarding(link_id) is None:
        return redirect(str(link["refresh_url"]), 303)
    return render_template("onboard.html", account=link["account"])


@pages.post("/onboard/<link_id>")
def hand_in(link_id: str) -> Page:
    link, chosen = _link(link_id), request.form.get("act", "")
    if chosen == "leave":
        return redirect(str(link["return_url"]), 303)
    if chosen not in _FINDINGS:
        raise BadRequest
    try:
        return redirect(_simulator().finish_onboarding(link_id, **_FINDINGS[chosen]), 303)
    except BuyerRefusedError as refusal:
        raise BadRequest(str(refusal)) from refusal


@pages.get("/debits")
def debits() -> Page:
    waiting = [_words(session) for session in _simulator().pending_debits()]
    return render_template("debits.html", waiting=waiting)


@pages.post("/debits")
def decide() -> Page:
    decision = {"settle": _simulator().settle_bank_debit, "deny": _simulator().deny_bank_debit}
    chosen = decision.get(request.form.get("act", ""))
    if chosen is None:
        raise BadRequest
    try:
        chosen(request.form.get("session", ""))
    except BuyerRefusedError as refusal:
        raise BadRequest(str(refusal)) from refusal
    return debits()


def _act(session_id: str, act: str) -> BuyerOutcome:
    if act == "debit":
        return _simulator().start_bank_debit(session_id)
    if act == "cancel":
        return _simulator().cancel(session_id)
    return _simulator().pay(session_id, act)


def _session(session_id: str) -> Json:
    try:
        session = _simulator().find(session_id)
    except KeyError as error:
        raise NotFound from error
    if session["object"] != "checkout.session":
        raise NotFound
    return session


def _link(link_id: str) -> Json:
    try:
        return _simulator().onboarding_link(link_id)
    except KeyError as error:
        raise NotFound from error


def _follow(outcome: BuyerOutcome, session: Json) -> Page:
    if outcome.redirect_url is not None:
        return redirect(outcome.redirect_url, 303)
    return _payment_page(session, outcome.message)


def _payment_page(session: Json, message: str | None = None) -> Page:
    debit = BANK_DEBITS.get(session["currency"])
    page = render_template(
        "pay.html",
        message=message,
        debit=debit if debit in session["payment_method_types"] else None,
        cards="card" in session["payment_method_types"],
        **_words(session),
    )
    return page, 200 if session["status"] == "open" else 410


def _words(session: Json) -> Json:
    return {
        "session": session,
        "amount": spoken(session["amount_total"], session["currency"]),
    }


def _simulator() -> StripeSimulator:
    simulator: StripeSimulator = current_app.extensions["stripe_simulator"]
    return simulator
