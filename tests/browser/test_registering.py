"""EXT-5: the training's page keeps what is typed, says what is wrong, offers nothing that can't work."""

from __future__ import annotations

import secrets

import pytest
from playwright.sync_api import expect

from guichet.languages import LANGUAGES
from tests.browser.conftest import Arrive
from tests.support.browsing import Visitor, say
from tests.support.deployed_stack import DeployedStack
from tests.support.stack_sale import (
    ELENA,
    Browser,
    draft_training,
    key,
    open_training,
    register,
    seats_left,
)


def discount(stack: DeployedStack, training_id: str, **terms: str) -> str:
    code = f"T{secrets.token_hex(5)}".upper()
    made = stack.call(
        "POST",
        "/v1/discount-codes",
        json_body={"code": code, "training_ids": [training_id], **terms},
        headers={"idempotency-key": key()},
        member=ELENA,
    )
    assert made.status == 201, made.body
    return code


def test_a_training_says_what_when_who_and_how_much_reg_13(
    deployed_stack: DeployedStack, arrive: Arrive
) -> None:
    training_id = open_training(deployed_stack, capacity=1, terms="Annulation gratuite.")
    visitor = arrive("fr-FR")

    visitor.visit_training(training_id)
    visitor.see("offer")

    shown = visitor.text()
    assert "lundi 3 juin 2030" in shown
    assert "heure d’été d’Europe centrale, Paris" in shown
    assert "1 place restante" in shown
    assert "Studio Sud SARL" in shown
    assert "TVA non applicable" in shown
    assert visitor.page.inner_text("#submit") == "Continuer vers le paiement de 120,00\u00a0€"
    assert visitor.page.title() == "Courir la nuit"
    visitor.page.get_by_text(say("fr", "training.terms")).click()
    expect(visitor.page.get_by_text("Annulation gratuite.")).to_be_visible()
    others = visitor.page.locator("link[hreflang]")
    assert others.count() == len(LANGUAGES) + 1  # and one for whoever speaks none of them
    assert str(others.first.get_attribute("href")).endswith(f"/trainings/{training_id}?lang=en")


def test_errors_stand_beside_their_field_and_on_top_ext_5(
    deployed_stack: DeployedStack, arrive: Arrive
) -> None:
    visitor = arrive("nl-NL")
    visitor.visit_training(open_training(deployed_stack))
    page = visitor.page

    page.fill("#email", "ada")
    visitor.submit()
    focused = page.evaluate("document.activeElement.id")
    summary = page.locator("#errors")
    said = summary.inner_text()
    title = page.title()
    visitor.inspect("offer, errors")
    summary.get_by_role("link").first.click()

    assert focused == "errors"
    assert say("nl", "error.name_required") in said
    assert say("nl", "error.email_malformed") in said
    assert title == "Fout: Courir la nuit"
    assert page.evaluate("document.activeElement.id") == "name"
    assert page.locator("#name").get_attribute("aria-invalid") == "true"
    described = str(page.locator("#email").get_attribute("aria-describedby")).split()
    assert described == ["email-error", "email-hint"]
    page.fill("#name", "4242 4242 4242 4242")
    page.fill("#email", "ada@example.org")
    visitor.submit()
    expect(page.locator("#errors")).to_contain_text(say("nl", "error.card_number"))


def test_nothing_typed_is_lost_by_reload_language_or_going_back_ext_5(
    deployed_stack: DeployedStack, visitor: Visitor
) -> None:
    visitor.visit_training(open_training(deployed_stack))
    page = visitor.page
    address = visitor.fill_details()

    page.reload()
    visitor.see("offer")
    after_reload = page.input_value("#email")
    page.locator(".languages summary").click()
    page.get_by_role("link", name="Português").click()
    expect(page.locator("#submit")).to_contain_text("Continuar para o pagamento")
    after_language = page.input_value("#email")
    visitor.submit()
    visitor.see("pay")
    page.go_back()
    visitor.see("offer")

    assert visitor.language == "pt"
    assert {after_reload, after_language, page.input_value("#email")} == {address}
    expect(page.get_by_text(say("pt", "offer.earlier"))).to_be_visible()


def test_a_double_click_and_a_second_sending_are_one_registration_reg_10(
    deployed_stack: DeployedStack, visitor: Visitor
) -> None:
    training_id = open_training(deployed_stack, capacity=5)
    visitor.visit_training(training_id)
    visitor.fill_details()

    visitor.page.locator("#submit").dblclick()
    visitor.see("pay")
    first = visitor.page.url
    visitor.page.go_back()
    visitor.see("offer")
    visitor.submit()
    visitor.see("pay")

    assert visitor.page.url == first
    assert seats_left(deployed_stack, training_id) == 4


def test_a_discount_is_taken_off_before_anything_is_sent_reg_5(
    deployed_stack: DeployedStack, arrive: Arrive
) -> None:
    training_id = open_training(deployed_stack)
    code = discount(deployed_stack, training_id, percentage="25")
    visitor = arrive("es-ES")
    visitor.visit_training(training_id)
    page = visitor.page

    page.fill("#code", "NOSUCHCODE")
    page.click("#apply")
    expect(page.locator("#code-error")).to_have_text(say("es", "error.code_unknown"))
    page.fill("#code", code.lower())
    page.keyboard.press("Enter")
    expect(page.locator("#submit")).to_have_text("Continuar con el pago de 90,00\u00a0€")
    visitor.inspect("offer, discount")
    error_left = page.locator("#code-error").is_visible()
    visitor.fill_details()
    visitor.submit()
    visitor.see("pay")
    visitor.pay_with("stripe")
    asked = page.inner_text("h1")

    assert not error_left
    assert "90.00" in asked


def test_a_whole_discount_confirms_without_payment_reg_5(
    deployed_stack: DeployedStack, arrive: Arrive
) -> None:
    training_id = open_training(deployed_stack)
    code = discount(deployed_stack, training_id, percentage="100")
    visitor = arrive("de-DE")
    visitor.visit_training(training_id)
    visitor.fill_details()

    visitor.page.fill("#code", code)
    visitor.page.click("#apply")
    expect(visitor.page.locator("#submit")).to_have_text(say("de", "action.register_free"))
    visitor.submit()
    receipt = visitor.see("confirmed").inner_text()

    assert say("de", "method.free") in receipt
    assert "0,00\u00a0€" in receipt


def test_what_is_sold_out_while_one_types_is_told_and_kept_reg_4(
    deployed_stack: DeployedStack, arrive: Arrive
) -> None:
    training_id = open_training(deployed_stack, capacity=1)
    visitor = arrive("nl-NL")
    visitor.visit_training(training_id)
    address = visitor.fill_details()

    quicker = Browser.registered(deployed_stack, training_id)
    visitor.submit()
    full = visitor.see("full").inner_text()
    quicker.call("POST", "/cancel")
    visitor.page.get_by_role("button", name=say("nl", "action.look_again")).click()
    visitor.see("offer")
    kept = visitor.page.input_value("#email")
    visitor.submit()
    visitor.see("pay")

    assert say("nl", "full.kept") in full
    assert kept == address


def test_whoever_is_registered_gets_the_link_by_mail_alone_reg_12(
    deployed_stack: DeployedStack, arrive: Arrive
) -> None:
    training_id = open_training(deployed_stack)
    earlier = Browser.registered(deployed_stack, training_id)
    visitor = arrive("it-IT")
    visitor.visit_training(training_id)
    visitor.fill_details(earlier.email)

    visitor.submit()
    already = visitor.see("already").inner_text()
    visitor.page.click("#other-email")
    visitor.see("offer")

    assert say("it", "already.text", email=earlier.email) in already
    assert visitor.page.evaluate("document.activeElement.id") == "email"
    assert earlier.token not in visitor.page.content()


def test_a_request_that_awaits_approval_says_that_nothing_is_due_reg_6(
    deployed_stack: DeployedStack, visitor: Visitor
) -> None:
    visitor.visit_training(open_training(deployed_stack, approval="manual"))
    address = visitor.fill_details()

    button = visitor.page.inner_text("#submit")
    visitor.submit()
    shown = visitor.see("approval").inner_text()

    assert button == say("en", "action.request")
    assert say("en", "approval.pay", charged="€120.00") in shown
    assert address in shown


@pytest.mark.parametrize(
    ("state", "language"), [("closed", "pt-BR"), ("full", "es-ES"), ("missing", "fr-FR")]
)
def test_what_takes_nobody_offers_no_form_ext_5(
    deployed_stack: DeployedStack, arrive: Arrive, state: str, language: str
) -> None:
    visitor = arrive(language)
    if state == "missing":
        training_id = draft_training(deployed_stack)
    else:
        training_id = open_training(deployed_stack, capacity=1)
    if state == "full":
        assert register(deployed_stack, training_id).status == 201
    if state == "closed":
        deployed_stack.call("POST", f"/v1/trainings/{training_id}/close", member=ELENA)

    visitor.visit_training(training_id)
    shown = visitor.see(state).inner_text()

    assert say(language[:2], f"{state}.title") in shown
    assert visitor.page.locator("form:visible").count() == 0
