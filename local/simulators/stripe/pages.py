"""The pages a buyer sees, and the panel where a person plays the bank."""

from collections.abc import Callable

from flask import Blueprint, current_app, redirect, render_template, request
from werkzeug.exceptions import BadRequest, NotFound
from werkzeug.wrappers import Response

from local.simulators.stripe import setups
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
    return _payment_page(_session(session_id, "payment"))


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


@pages.get("/setup/<session_id>")
def show_setup(session_id: str) -> Page:
    return _setup_page(_session(session_id, "setup"))


@pages.post("/setup/<session_id>")
def store(session_id: str) -> Page:
    """The button's value is a method of `methods.py`, `3ds`, `declined`, or `cancel`."""
    session = _session(session_id)
    chosen = request.form.get("act", "")
    try:
        if chosen == "cancel":
            outcome = _simulator().cancel(session_id)
        else:
            outcome = _simulator().agree(session_id, chosen)
    except BuyerRefusedError as refusal:
        return _setup_page(_session(session_id), str(refusal))
    if outcome.redirect_url is not None:
        return redirect(outcome.redirect_url, 303)
    return _setup_page(session, outcome.message)


@pages.get("/setup/<session_id>/authenticate")
def ask_at_setup(session_id: str) -> Page:
    session = _session(session_id)
    if session["status"] != "open":
        return _setup_page(session)
    return render_template("authenticate.html", amount=None)


@pages.post("/setup/<session_id>/authenticate")
def answer_at_setup(session_id: str) -> Page:
    session = _session(session_id)
    success = request.form.get("act") == "authenticate"
    try:
        outcome = _simulator().authenticate_setup(session_id, success=success)
    except BuyerRefusedError as refusal:
        return _setup_page(session, str(refusal))
    return redirect(outcome.redirect_url or str(session["url"]), 303)


@pages.get("/authenticate/<intent_id>")
def ask_about_charge(intent_id: str) -> Page:
    """The page of the customer's bank, about a charge that was made without them."""
    try:
        intent = _simulator().waiting_charge(intent_id)
    except BuyerRefusedError as refusal:
        return render_template("closed.html", message=str(refusal)), 410
    amount = spoken(intent["amount"], intent["currency"])
    return render_template("authenticate.html", amount=amount)


@pages.post("/authenticate/<intent_id>")
def answer_about_charge(intent_id: str) -> Page:
    success = request.form.get("act") == "authenticate"
    try:
        outcome = _simulator().authenticate_charge(intent_id, success=success)
    except BuyerRefusedError as refusal:
        return render_template("closed.html", message=str(refusal)), 410
    return redirect(str(outcome.redirect_url), 303)


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
    pages_of = [
        (each["id"], each["client_reference_id"] or each["id"], _words(each)["amount"])
        for each in _simulator().pending_debits()
    ]
    stored = [
        (each["id"], each["description"] or each["id"], spoken(each["amount"], each["currency"]))
        for each in _simulator().pending_charges()
    ]
    return render_template("debits.html", waiting=[*pages_of, *stored])


@pages.post("/debits")
def decide() -> Page:
    """What the page names is a session, or the intent of a stored method's charge."""
    about, simulator = request.form.get("session", ""), _simulator()
    settle: Callable[[str], object] = simulator.settle_bank_debit
    deny: Callable[[str], object] = simulator.deny_bank_debit
    if about.startswith("pi_"):
        settle, deny = simulator.settle_charge, simulator.fail_charge
    chosen = {"settle": settle, "deny": deny}.get(request.form.get("act", ""))
    if chosen is None:
        raise BadRequest
    try:
        chosen(about)
    except (BuyerRefusedError, KeyError, ValueError) as refusal:
        raise BadRequest(str(refusal)) from refusal
    return debits()


def _act(session_id: str, act: str) -> BuyerOutcome:
    if act == "debit":
        return _simulator().start_bank_debit(session_id)
    if act == "cancel":
        return _simulator().cancel(session_id)
    return _simulator().pay(session_id, act)


def _session(session_id: str, mode: str | None = None) -> Json:
    try:
        session = _simulator().find(session_id)
    except KeyError as error:
        raise NotFound from error
    if session["object"] != "checkout.session" or mode not in {None, session["mode"]}:
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


def _setup_page(session: Json, message: str | None = None) -> Page:
    page = render_template(
        "setup.html", session=session, message=message, offered=setups.offered(session)
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
