"""EXT-5, REG-4, REG-8: every end of a registration has its own sentence and its own way on."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.support.browsing import Visitor, say
from tests.support.deployed_stack import DeployedStack
from tests.support.stack_sale import ELENA, Browser, open_training, submit, until

TRANSFER = {"id": "transfer", "label": "Virement", "instructions": "IBAN FR76…\nMerci."}


def organizer_does(stack: DeployedStack, holder: Browser, step: str, note: str = "") -> None:
    path = f"/v1/registrations/{holder.registration_id}/{step}"
    body = {"note": note} if note else None
    assert stack.call("POST", path, json_body=body, member=ELENA).status == 200


def test_a_hold_that_ends_on_the_providers_page_leads_to_a_new_start_reg_4(
    deployed_stack: DeployedStack, arrive: Arrive
) -> None:
    visitor = arrive("pt-BR")
    address = visitor.register(open_training(deployed_stack, capacity=1))
    visitor.pay_with("stripe")

    deployed_stack.advance_clock(32 * 60)
    visitor.press("ok")
    expect(visitor.page.get_by_role("heading")).to_contain_text("expired")
    visitor.page.get_by_role("link", name="Back").click()
    expired = visitor.see("expired").inner_text()
    visitor.page.get_by_role("link", name=say("pt", "action.start_again")).click()
    visitor.see("offer")
    kept = visitor.page.input_value("#email")
    visitor.submit()  # another key: the same details make another registration
    visitor.see("pay")

    assert say("pt", "expired.text") in expired
    assert kept == address


def test_money_that_came_too_late_is_told_as_returned_reg_4(
    deployed_stack: DeployedStack, arrive: Arrive
) -> None:
    training_id = open_training(deployed_stack, capacity=1)
    late = Browser.registered(deployed_stack, training_id, "de")
    page = late.page()
    deployed_stack.stripe("POST", "/chaos", {"pay_expired": 1})
    deployed_stack.advance_clock(32 * 60)
    Browser.registered(deployed_stack, training_id)
    submit(deployed_stack, page, act="ok")
    until(lambda: (late.look()["attempt"] or {}).get("returned"), bool)
    until(lambda: late.look()["attempt"]["returned"]["status"], lambda found: found == "succeeded")
    visitor = arrive("de-DE")

    visitor.visit_registration(late)
    returned = visitor.see("returned").inner_text()

    assert say("de", "returned.late", paid="120,00\u00a0€") in returned
    assert say("de", "returned.done") in returned


def test_an_offline_method_shows_what_to_do_and_lets_one_change_reg_11(
    deployed_stack: DeployedStack, arrive: Arrive
) -> None:
    training_id = open_training(deployed_stack, offline_methods=[TRANSFER])
    holder = Browser.registered(deployed_stack, training_id, "fr")
    visitor = arrive("fr-FR")
    visitor.visit_registration(holder)
    page = visitor.page

    visitor.submit()
    expect(page.locator("#method-error")).to_have_text(say("fr", "error.method_required"))
    page.check("input[value='offline:transfer']")
    button = page.inner_text("#submit")
    visitor.submit()
    shown = visitor.see("offline").inner_text()
    page.get_by_role("button", name=say("fr", "action.choose_other")).click()
    visitor.pay_with("stripe")
    visitor.press("ok")
    visitor.see("confirmed")

    assert button == say("fr", "action.pay_offline", amount="120,00\u00a0€")
    assert "IBAN FR76…\nMerci." in shown
    assert holder.email in shown


def test_a_registrant_cancels_what_is_unpaid_reg_8(
    deployed_stack: DeployedStack, arrive: Arrive
) -> None:
    holder = Browser.registered(deployed_stack, open_training(deployed_stack), "it")
    visitor = arrive("it-IT")
    visitor.visit_registration(holder)

    visitor.page.get_by_text(say("it", "cancel.title"), exact=True).click()
    visitor.page.click("#cancel")
    shown = visitor.see("cancelled").inner_text()

    assert say("it", "cancelled.text") in shown
    assert holder.status() == "cancelled"
    assert visitor.page.evaluate("document.activeElement.tagName") == "H1"


@pytest.mark.parametrize(
    ("language", "steps", "state"),
    [
        pytest.param("es", ["reject"], "rejected", id="rejected"),
        pytest.param("nl", ["approve", "mark-paid"], "confirmed", id="marked as paid"),
        pytest.param("fr", ["approve"], "pay", id="approved"),
    ],
)
def test_what_the_organizer_decided_is_told_reg_6_reg_7(
    deployed_stack: DeployedStack, arrive: Arrive, language: str, steps: list[str], state: str
) -> None:
    training_id = open_training(deployed_stack, approval="manual")
    holder = Browser.registered(deployed_stack, training_id, language)
    for step in steps:
        organizer_does(deployed_stack, holder, step, "Grazie." if step == "reject" else "")
    visitor = arrive()  # whose browser speaks English: the registration's language counts

    visitor.visit_registration(holder)
    shown = visitor.see(state).inner_text()

    assert visitor.language == language
    assert say(language, f"{state}.title") in shown
    assert ("Grazie." in shown) == (state == "rejected")
    assert (say(language, "method.by_hand") in shown) == (state == "confirmed")


@pytest.mark.parametrize("broken", [False, True], ids=["no token", "a wrong token"])
def test_without_its_link_a_registration_stays_shut_and_the_link_is_mailed_acc_5_reg_12(
    deployed_stack: DeployedStack, arrive: Arrive, *, broken: bool
) -> None:
    holder = Browser.registered(deployed_stack, open_training(deployed_stack), "es")
    visitor = arrive("es-ES")
    token = f"#{secrets.token_urlsafe(36)}" if broken else ""

    visitor.page.goto(f"/registrations/{holder.registration_id}{token}")
    shut = visitor.see("link").inner_text()
    visitor.page.fill("#email", holder.email)
    visitor.submit()
    visitor.see("sent")

    assert (say("es", "link.outdated") in shut) == broken
    assert (say("es", "link.text") in shut) != broken
    subject = "Enlace a su inscripción – Courir la nuit"
    until(holder.subjects, lambda found: subject in found)


def test_the_token_leaves_the_address_bar_and_reaches_no_server_acc_5(
    deployed_stack: DeployedStack, visitor: Visitor
) -> None:
    holder = Browser.registered(deployed_stack, open_training(deployed_stack))
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))

    visitor.visit_registration(holder)
    visitor.see("pay")
    visitor.page.reload()
    visitor.see("pay")

    assert holder.token not in visitor.page.url
    assert not [url for url in asked if holder.token in url.partition("#")[0]]


def test_a_training_that_has_started_takes_nobody_and_no_money_reg_4(
    deployed_stack: DeployedStack, arrive: Arrive
) -> None:
    soon = deployed_stack.now().timestamp() + 20 * 60
    training_id = open_training(deployed_stack, starts_at=_instant(soon))
    holder = Browser.registered(deployed_stack, training_id, "de")
    deployed_stack.advance_clock(21 * 60)
    visitor = arrive("de-DE")

    visitor.visit_training(training_id)
    visitor.see("started")
    visitor.visit_registration(holder)
    visitor.see("unpayable")


def _instant(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
